"""Checks a file of Chrome's trace event format: chrome_trace.py FILE PROGRAM [NAME [RESULT]]

Slices of one thread are nested, each has its end, flows lead from a slice to a slice, everything has
a name; a process runs PROGRAM; a slice is called NAME, and one of those ends with RESULT."""

import json
import sys


def check(events, program):
    open_slices = {}
    flows = {}
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["ph"] == "M"}
    last = 0
    for event in events:
        place = (event["pid"], event["tid"])
        assert event["name"], event
        assert names.get((event["pid"], 0)), f"no name for {event}"
        if event["ph"] == "M":
            continue
        assert event["ts"] >= last, f"goes back: {event}"
        last = event["ts"]
        assert event["tid"] == 0 or place in names, f"no name for {event}"
        if event["ph"] == "B":
            assert not open_slices.get(place), f"two at once: {event}"
            open_slices[place] = event
        elif event["ph"] == "E":
            begun = open_slices.pop(place)
            assert begun["name"] == event["name"], event
        elif event["ph"] == "s":
            assert open_slices[place]["args"]["message"] == event["id"], event
            assert event["id"] not in flows, event
            flows[event["id"]] = 1
        elif event["ph"] == "f":
            assert open_slices[place]["args"]["message"] == event["id"], event
            assert event["bp"] == "e" and flows[event["id"]] == 1, event
            flows[event["id"]] = 2
        else:
            assert event["ph"] == "i", event
    assert not open_slices, f"without an end: {open_slices}"
    runs = [e for e in events if e["name"] == "starts" and e["args"]["program"] == program]
    assert len(runs) == 1, "the program did not start"
    assert names[(runs[0]["pid"], 0)] == program[:16] + "...", "a process is not named by its CID"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        trace = json.load(file)
    events = trace["traceEvents"]
    check(events, sys.argv[2])
    for name in sys.argv[3:4]:
        begun = [e for e in events if e["ph"] == "B" and e["name"] == name]
        assert {e["cat"] for e in begun} == {"sent", "handled"}, f"no slices of {name}"
    for result in sys.argv[4:5]:
        ended = [e for e in events if e["ph"] == "E" and e["name"] == sys.argv[3]]
        assert any(e["args"]["result"] == result for e in ended), f"none ends with {result}"


main()
