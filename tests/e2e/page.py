"""Runs a page of the documentation: page.py PAGE.md

The blocks marked `sh` are run one after the other in one shell, in the present folder. A block marked
`text` behind one is what it must have printed; `...` stands for anything within a line. Prints a line
for each block, and exits with 1 where one was not as the page says.
"""

import re
import subprocess
import sys


def blocks(page):
    """The blocks of commands: the number of their first line, the commands, and the output or None."""
    found = []
    kind = None
    for number, line in enumerate(page.splitlines(), 1):
        if kind is None and line.startswith("```"):
            kind, start, lines = line[3:], number + 1, []
        elif kind is not None and line == "```":
            text = "\n".join(lines) + "\n"
            if kind == "sh":
                found.append([start, text, None])
            elif kind == "text":
                found[-1][2] = text
            kind = None
        elif kind is not None:
            lines.append(line)
    return found


def fits(expected, printed):
    pattern = re.escape(expected).replace(re.escape("..."), ".*")
    return re.fullmatch(pattern, printed) is not None


def run(commands):
    """The output and exit code of each; after one that fails the others are not run."""
    mark = "=== end of a block:"
    script = "exec 2>&1\n" + "".join(f"{c}echo '{mark}' $?\n" for c in commands)
    result = subprocess.run(
        ["sh", "-e"], input=script, capture_output=True, text=True, timeout=300, check=False
    )
    *parts, rest = re.split(re.escape(mark) + r" 0\n", result.stdout)
    return parts, rest


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        found = blocks(file.read())
    printed, rest = run([commands for _, commands, _ in found])
    failed = 0
    for i, (line, commands, expected) in enumerate(found):
        name = f"line {line}: {commands.splitlines()[0]}"
        output = printed[i] if i < len(printed) else rest if i == len(printed) else None
        if i < len(printed) and (expected is None or fits(expected, output)):
            print(f"ok: {name}")
            continue
        failed += 1
        print(f"FAILED: {name}")
        if output is not None:
            print(f"it printed:\n{output}instead of:\n{expected}")
    print(f"{len(found) - failed} blocks are as the page says, {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
