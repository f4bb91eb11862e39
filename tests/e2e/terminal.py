"""A person at a terminal, with a program that has a screen: modes, sizes, Ctrl-Z, and kills.

terminal.py CAIRN PROGRAMS HOME; ends with 0 when all went as it should, else says what did not. A node
is running in the home (cairn up).
"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

cairn, programs, home = sys.argv[1:4]
screen = [cairn, "run", os.path.join(programs, "screen.wasm")]
cat = [cairn, "run", os.path.join(programs, "cat.wasm")]


def start(command, environment=None):
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execve(command[0], command, environment or os.environ)
    return pid, terminal


def read_until(terminal, wanted, seconds=60):
    seen = b""
    end = time.time() + seconds
    while wanted not in seen and time.time() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:  # The last program at it has ended.
                break
    if wanted not in seen:
        sys.exit(f"the terminal shows {seen!r} instead of {wanted!r}")
    return seen


def is_line_mode(terminal):
    flags = termios.tcgetattr(terminal)[3]
    return flags & termios.ICANON != 0 and flags & termios.ECHO != 0


def soon(is_so, what):
    end = time.time() + 60
    while not is_so():
        if time.time() > end:
            sys.exit(what)
        time.sleep(0.02)


def expect(value, wanted, what):
    if value != wanted:
        sys.exit(f"{what}: {value!r} instead of {wanted!r}")


def end_of(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def modes_and_sizes():
    pid, terminal = start(screen)
    read_until(terminal, b"size ")
    expect(is_line_mode(terminal), False, "the mode while a program wants keys")
    os.write(terminal, b"a")
    read_until(terminal, b"key a.")
    resize(terminal, 77, 33)
    read_until(terminal, b"size 77x33.")
    os.write(terminal, b"q")
    expect(end_of(pid), 0, "the exit code")
    expect(is_line_mode(terminal), True, "the mode afterwards")


def a_trap_leaves_the_terminal_usable():
    pid, terminal = start(screen)
    read_until(terminal, b"size ")
    os.write(terminal, b"x")
    read_until(terminal, b"trapped")
    expect(end_of(pid), 134, "the exit code of a trap")
    expect(is_line_mode(terminal), True, "the mode after a trap")


def ctrl_c_leaves_the_terminal_usable():
    pid, terminal = start(screen)
    read_until(terminal, b"size ")
    os.write(terminal, b"\x03")
    expect(end_of(pid), 130, "the exit code of Ctrl-C")
    expect(is_line_mode(terminal), True, "the mode after Ctrl-C")


def a_killed_command_leaves_the_terminal_usable():
    pid, terminal = start(screen)
    read_until(terminal, b"size ")
    os.kill(pid, signal.SIGKILL)
    end_of(pid)
    soon(lambda: is_line_mode(terminal), "a killed command leaves the terminal in raw mode")


def a_killed_node_leaves_the_terminal_usable(node_of):
    environment = dict(os.environ, CAIRN_HOME=node_of)
    pid, terminal = start(screen, environment)
    read_until(terminal, b"size ")
    with open(os.path.join(node_of, "node.lock"), encoding="ascii") as lock:
        node = int(lock.read().split()[0])
    os.kill(node, signal.SIGKILL)
    read_until(terminal, b"the node has ended")
    expect(end_of(pid), 125, "the exit code after the node's end")
    expect(is_line_mode(terminal), True, "the mode after the node's end")


def ctrl_z_stops_it():
    """In a shell with job control, which is this process's child and leads the terminal's session."""
    pid, terminal = start(["/bin/bash", "--norc", "-i"])
    os.write(terminal, b"PS1='ready> '\n")
    read_until(terminal, b"ready> ")
    os.write(terminal, (" ".join(screen) + "\n").encode())
    read_until(terminal, b"size ")
    expect(is_line_mode(terminal), False, "the mode while a program wants keys")
    os.write(terminal, b"\x1a")
    read_until(terminal, b"ready> ")
    os.write(terminal, b"echo still $((40 + 2))\n")
    read_until(terminal, b"still 42")
    os.write(terminal, b"fg\n")
    time.sleep(0.5)
    os.write(terminal, b"k")
    read_until(terminal, b"key k.")
    os.write(terminal, b"q")
    read_until(terminal, b"ready> ")
    # In the background nothing is taken from the shell's input.
    os.write(terminal, (" ".join(cat) + " &\n").encode())
    read_until(terminal, b"ready> ")
    time.sleep(0.7)
    os.write(terminal, b"echo mine $((50 + 2))\n")
    read_until(terminal, b"mine 52")
    os.write(terminal, b"fg\n")
    read_until(terminal, b"cat.wasm")
    time.sleep(0.3)
    os.write(terminal, b"to the program\n")
    read_until(terminal, b"to the program\r\nto the program\r\n")
    os.write(terminal, b"\x04")
    read_until(terminal, b"ready> ")
    os.write(terminal, b"exit 7\n")
    expect(end_of(pid), 7, "the shell's end")


def a_node_says_that_it_is_up(node_of):
    pid, terminal = start([cairn, "up"], dict(os.environ, CAIRN_HOME=node_of))
    read_until(terminal, b"is up; Ctrl-C ends it")
    os.write(terminal, b"\x03")
    expect(end_of(pid), 0, "the exit code of a node that was told to end")


modes_and_sizes()
a_trap_leaves_the_terminal_usable()
ctrl_c_leaves_the_terminal_usable()
a_killed_command_leaves_the_terminal_usable()
ctrl_z_stops_it()
other = os.path.join(os.path.dirname(home), "other")
a_killed_node_leaves_the_terminal_usable(other)
node = subprocess.Popen([cairn, "up"], env=dict(os.environ, CAIRN_HOME=other))
soon(lambda: os.path.exists(os.path.join(other, "node.socket")), "a node does not begin")
time.sleep(0.2)
a_killed_node_leaves_the_terminal_usable(other)
node.wait()
a_node_says_that_it_is_up(other)
