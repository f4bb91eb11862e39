"""A person at a terminal: types a line and ends the input, then interrupts another run.

typing.py CAIRN CID-OF-CAT; ends with 0 when all went as it should, else says what did not.
"""
import os
import pty
import select
import signal
import sys
import time


def start(command):
    pid, terminal = pty.fork()
    if pid == 0:
        # A shell's background jobs, this test maybe among them, are started with it ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(command[0], command)
    return pid, terminal


def read_until(terminal, wanted, seconds=60):
    seen = b""
    end = time.time() + seconds
    while wanted not in seen and time.time() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 65536)
    if wanted not in seen:
        sys.exit(f"the terminal shows {seen!r} instead of {wanted!r}")


def exit_code(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def expect(code, wanted):
    if code != wanted:
        sys.exit(f"ended with {code} instead of {wanted}")


command = [sys.argv[1], "run", sys.argv[2]]

pid, terminal = start(command)
os.write(terminal, b"typed\n")
read_until(terminal, b"typed\r\ntyped\r\n")  # the terminal's echo, and the program's copy
os.write(terminal, b"\x04")
expect(exit_code(pid), 0)

pid, terminal = start(command)
os.write(terminal, b"again\n")
read_until(terminal, b"again\r\nagain\r\n")  # it runs, and waits for more
os.write(terminal, b"half a line\x03")
expect(exit_code(pid), 130)
