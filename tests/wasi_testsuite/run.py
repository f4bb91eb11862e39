"""Runs each test of the suite as its JSON says: arguments, environment, a folder as root, and what
it is to print and end with. run.py CAIRN SUITE WORK"""

import json
import os
import shutil
import subprocess
import sys

LANGUAGES = ["assemblyscript", "c", "rust"]
EXPECTED = 72


def tests_of(suite):
    for language in LANGUAGES:
        folder = os.path.join(suite, "tests", language, "testsuite", "wasm32-wasip1")
        for name in sorted(os.listdir(folder)):
            if name.endswith(".wasm"):
                yield language, os.path.join(folder, name)


def configuration_of(program):
    path = program[: -len(".wasm")] + ".json"
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def complaint(cairn, program, work):
    """What is wrong, or None."""
    wanted = configuration_of(program)
    command = [cairn, "run"]
    for name, value in wanted.get("env", {}).items():
        command += ["--env", f"{name}={value}"]
    if "root" in wanted:
        # A folder of its own: tests leave things behind.
        root = os.path.join(work, "root")
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(os.path.join(os.path.dirname(program), wanted["root"]), root)
        command += ["--dir", f"{root}::/"]
    command += [program] + wanted.get("args", [])
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return "it does not end"
    if run.returncode != wanted.get("exit_code", 0):
        return f"exit code {run.returncode}: {run.stderr.decode(errors='replace').strip()}"
    if "stdout" in wanted and run.stdout.decode() != wanted["stdout"]:
        return f"it printed {run.stdout!r}"
    return None


def main():
    cairn, suite, work = (os.path.abspath(argument) for argument in sys.argv[1:])
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    os.environ["CAIRN_HOME"] = os.path.join(work, "home")
    passed = failed = 0
    for language, program in tests_of(suite):
        name = f"{language}/{os.path.basename(program)[:-len('.wasm')]}"
        wrong = complaint(cairn, program, work)
        if wrong is None:
            passed += 1
            print(f"ok: {name}")
        else:
            failed += 1
            print(f"FAILED: {name}: {wrong}")
    if passed + failed < EXPECTED:
        failed += 1
        print(f"FAILED: the suite has {passed + failed - 1} tests instead of {EXPECTED}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(failed != 0)


main()
