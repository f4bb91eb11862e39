"""A person who is asked, and programs that want to answer for him.

permission.py CAIRN PROGRAMS: plays at a real terminal, prints `ok: sentence` and `FAILED: sentence`.
CAIRN_HOME is empty at first.
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time

cairn, programs = sys.argv[1], sys.argv[2]
knock = f"{programs}/knock.wasm"
starter = f"{programs}/starter.wasm"
QUESTION = b"Cairn asks: "
PROMPT = b"not now > "


def check(sentence, is_true, shown=b""):
    print(f"ok: {sentence}" if is_true else f"FAILED: {sentence}", flush=True)
    if not is_true:
        print(f"    the terminal shows {shown!r}", flush=True)


def command(*words):
    """What a command prints, its errors too."""
    done = subprocess.run([cairn, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    return done.stdout.decode()


class Terminal:
    """One command, and the person in front of it."""

    def __init__(self, *words, typed=b""):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execv(cairn, [cairn, *words])
        self.seen = b""
        self.all = b""
        if typed:
            os.write(self.fd, typed)

    def read(self, seconds):
        """What comes, until nothing has come for so long."""
        while select.select([self.fd], [], [], seconds)[0]:
            try:
                piece = os.read(self.fd, 65536)
            except OSError:
                return
            if not piece:
                return
            self.seen += piece
            self.all += piece

    def until(self, wanted, seconds=60):
        """True when it has come; what came is in self.seen, up to its end."""
        end = time.time() + seconds
        while wanted not in self.seen and time.time() < end:
            self.read(0.05)
            if wanted not in self.seen and not self.is_running():
                self.read(0.05)
                break
        return wanted in self.seen

    def answer(self, line):
        self.seen = b""
        os.write(self.fd, line)

    def is_running(self):
        try:
            return os.waitpid(self.pid, os.WNOHANG) == (0, 0)
        except ChildProcessError:
            return False

    def end(self):
        """Lets it go to its end, which comes soon after the end of its input."""
        self.read(0.3)
        try:
            os.write(self.fd, b"\x04")
        except OSError:
            pass
        deadline = time.time() + 30
        while self.is_running() and time.time() < deadline:
            self.read(0.05)
        if time.time() >= deadline:
            os.kill(self.pid, signal.SIGKILL)
        self.read(0.05)
        os.close(self.fd)
        return self.seen


def once(line, *words, program=None):
    """Runs `knock` with one message, answers the question, and tells what it printed then."""
    terminal = Terminal("run", program or knock, *(words or ("b", "1")))
    is_asked = terminal.until(PROMPT)
    question = terminal.seen
    terminal.answer(line)
    terminal.until(b"yes") if is_asked else None
    after = terminal.end()
    return is_asked, question, after


def says(text, word):
    """Whether a line of the terminal is that word."""
    return re.search(rb"(^|\n)" + word + rb"\r?(\n|$)", text.replace(b"\r\n", b"\n")) is not None


cid = command("add", knock).strip()

# ---- The question ----

is_asked, question, after = once(b"once\n")
check("what nobody has decided is asked", is_asked, question)
check("with the interface in the node's words", b"blocks: read and write the node's store" in question, question)
check("and the program by its hash", cid.encode() in question, question)
check("once lets the message through", says(after, b"yes"), after)
check("and nothing is decided by it", command("grants") == "", command("grants").encode())
is_asked, question, after = once(b"\n")
check("Enter alone is a no", says(after, b"no") and not says(after, b"yes"), after)
is_asked, question, after = once(b"NO\n")
check("so is no", says(after, b"no"), after)
check("the audit tells both", command("audit").count("denied once") == 2, command("audit").encode())

terminal = Terminal("run", knock, "b", "1")
terminal.until(PROMPT)
terminal.answer(b"perhaps\n")
check("what is no answer is asked once more", terminal.until(PROMPT) and b"none of the answers" in terminal.seen, terminal.seen)
terminal.answer(b"never mind\n")
terminal.until(PROMPT)
terminal.answer(b"yes please\n")
check("and no in the end", says(terminal.end(), b"no"), terminal.seen)

terminal = Terminal("run", knock, "l")
terminal.answer(b"\n")
check("a program that goes on is asked about", terminal.until(PROMPT), terminal.seen)
terminal.answer(b"run\n")
check("run lets it through", terminal.until(b"yes"), terminal.seen)
terminal.answer(b"\n\n")
check("as long as it runs, without a question", terminal.until(b"yes\r\nyes") and QUESTION not in terminal.seen, terminal.seen)
terminal.end()
check("and no longer", once(b"\n")[0])

terminal = Terminal("run", knock, "l")
for i in range(3):
    terminal.answer(b"\n")
    check(f"denied once, question {i + 1} comes", terminal.until(PROMPT), terminal.seen)
    terminal.answer(b"\n")
    terminal.until(b"no\r\n")
terminal.answer(b"\n")
check("after three a program is not asked about any more", terminal.until(b"no\r\n") and QUESTION not in terminal.seen, terminal.seen)
terminal.end()

is_asked, question, after = once(b"always\n")
check("always lets it through", says(after, b"yes"), after)
check("and is decided", "may use blocks" in command("grants", cid), command("grants").encode())
check("with a reason", "asked at the terminal: always" in command("grants", cid), command("grants").encode())
terminal = Terminal("run", knock, "b", "1")
terminal.until(b"yes")
check("for the next run, too", says(terminal.seen, b"yes") and QUESTION not in terminal.seen, terminal.seen)
terminal.end()
command("revoke", cid)
is_asked, question, after = once(b"never\n")
check("never is a no", says(after, b"no"), after)
check("and is decided", "may not use blocks" in command("grants", cid), command("grants").encode())
terminal = Terminal("run", knock, "b", "1")
terminal.until(b"no")
check("for the next run, too", says(terminal.seen, b"no") and QUESTION not in terminal.seen, terminal.seen)
terminal.end()
command("revoke", cid)
is_asked, question, after = once(b"always some/scope  another\n")
check("scopes can be typed", "within some/scope, another" in command("grants", cid), command("grants").encode())
command("revoke", cid)

terminal = Terminal("run", knock, "b", "3")
check("three messages at once are one question", terminal.until(PROMPT) and terminal.seen.count(QUESTION) == 1, terminal.seen)
terminal.answer(b"run\n")
check("whose answer is for all", terminal.until(b"yes\r\nyes\r\nyes"), terminal.seen)
terminal.end()

terminal = Terminal("run", "--deny", "blocks", knock, "b", "1")
check("--deny is not asked about", not terminal.until(QUESTION) and says(terminal.seen, b"no"), terminal.seen)
terminal.end()
terminal = Terminal("run", "--no-prompt", knock, "b", "1")
check("--no-prompt asks nothing", not terminal.until(QUESTION) and says(terminal.seen, b"no"), terminal.seen)
check("and tells the command that would allow it", f"cairn allow {cid} blocks".encode() in terminal.seen, terminal.seen)
terminal.end()
terminal = Terminal("run", "--allow-all", knock, "b", "1")
check("--allow-all asks nothing", not terminal.until(QUESTION) and says(terminal.seen, b"yes"), terminal.seen)
terminal.end()
command("deny", cid, "blocks")
terminal = Terminal("run", "--allow-all", knock, "b", "1")
check("and does not win over a denial", terminal.until(b"no") and says(terminal.seen, b"no"), terminal.seen)
terminal.end()
terminal = Terminal("run", "--allow", "blocks", knock, "b", "1")
check("--allow with its name does", terminal.until(b"yes") and says(terminal.seen, b"yes"), terminal.seen)
terminal.end()
command("revoke", cid)

# ---- Names ----

command("name", "clock", starter)
work = os.environ["CAIRN_HOME"] + "/../named"
os.makedirs(work, exist_ok=True)
with open(knock, "rb") as source, open(f"{work}/clock", "wb") as target:
    target.write(source.read())
is_asked, question, after = once(b"\n", "b", "1", program=f"{work}/clock")
check("a program that is called like another one's name is not", is_asked and b"clock" not in question and cid.encode() in question, question)
command("name", "knocker", knock)
is_asked, question, after = once(b"\n")
check("the user's own name is shown", f"may knocker ({cid[:14]}...)".encode() in question, question)


def with_uses(path, text):
    """The program with a section that states what it uses."""
    body = b"\x0acairn.uses" + text
    size = b""
    rest = len(body)
    while True:
        size += bytes([rest & 0x7f | (0x80 if rest > 0x7f else 0)])
        rest >>= 7
        if rest == 0:
            break
    with open(knock, "rb") as source, open(path, "wb") as target:
        target.write(source.read() + b"\x00" + size + body)


def digest_of(name):
    lines = command("interface", "list", "--json").splitlines()
    return next((re.search(r'"(?:digest|hash)":"([0-9a-f]{64})"', line).group(1)
                 for line in lines if f'"{name}"' in line), None)


digests = dict(line.split()[:2] for line in open(f"{programs}/../../generated/interfaces"))
scope = "a\u202egnp.example:1"
with_uses(f"{work}/stated.wasm", f"{digests['tcp']} {scope} \x1b[2J\n{digests['blocks']}\n".encode())
terminal = Terminal("run", f"{work}/stated.wasm", "b", "1")
check("what is stated is asked about before the start", terminal.until(PROMPT) and b"before it starts" in terminal.seen, terminal.seen)
check("as one list", b"1. tcp: " in terminal.seen and b"2. blocks: " in terminal.seen, terminal.seen)
question = terminal.seen[terminal.seen.find(QUESTION):]
check("marks that reorder text are shown escaped", "\u202e".encode() not in question and b"%e2%80%ae" in question, question)
check("so are control characters", b"\x1b" not in question and b"%1b" in question, question)
terminal.answer(b"always\n")
check("and the answer is for all of it", terminal.until(b"yes"), terminal.seen)
check("without a further question", QUESTION not in terminal.end(), terminal.seen)
check("with the scopes as stated, shown escaped", "\\u{202e}" in command("grants"), command("grants").encode())

# ---- Faking it ----

terminal = Terminal("run", knock, "p")
terminal.until(PROMPT)
real = terminal.all.rfind(QUESTION)
before, question = terminal.all[:real], terminal.all[real:]
check("a program paints a question of its own", QUESTION in before, before)
check("the real one comes on a screen of its own", b"\x1b[?1049l" in before and before.rfind(b"\x1b[?1049l") > before.rfind(b"\x1b[?1049h"), before)
check("in plain letters", before.rfind(b"\x1b[0m") > before.rfind(b"\x1b[8m") and before.rfind(b"\x1b(B") > before.rfind(b"\x1b(0"), before)
check("without the program's margins", before.rfind(b"\x1b[r") > before.rfind(b"\x1b[3;4r"), before)
check("under a title that is not the program's", before.rfind(b"\x1b]0;cairn") > before.rfind(b"\x1b]0;Cairn asks"), before)
check("about the program that it is", b"may knocker" in question, question)
terminal.seen = b""
terminal.read(1)
check("nothing of the program is shown while it is asked", terminal.seen == b"", terminal.seen)
mode = termios.tcgetattr(terminal.fd)[3]
check("which is in lines and with an echo, whatever it wants", mode & termios.ICANON and mode & termios.ECHO, b"")
terminal.answer(b"once\n")
check("it is the person who answers", terminal.until(b"yes\r\n"), terminal.seen)
check("then the program writes what it wanted", b"OVERPAINTED" in terminal.seen, terminal.seen)
terminal.answer(b"for the program\n")
check("and reads what was not the answer", terminal.until(b"read: for the program"), terminal.seen)
terminal.end()

for typed in (b"always\n", b"always\r", b"a\na\na\n"):
    terminal = Terminal("run", knock, "b", "1", typed=typed)
    check(f"what was typed before the question ({typed!r}) is no answer", terminal.until(PROMPT), terminal.seen)
    terminal.seen = b""
    terminal.read(0.5)
    check("it waits for one", b"yes" not in terminal.seen and terminal.is_running(), terminal.seen)
    terminal.answer(b"\n")
    check("and takes that", says(terminal.end(), b"no"), terminal.seen)

terminal = Terminal("run", knock, "r")
terminal.until(PROMPT)
terminal.answer(b"once\n")
terminal.until(b"yes")
terminal.answer(b"k")
check("a program in raw mode reads nothing of the answer", terminal.until(b"read: k\r"), terminal.seen)
terminal.end()

for options in ([], ["--allow-all"], ["--allow", "authorizer", "--allow", "prompt"]):
    terminal = Terminal("run", *options, knock, "a")
    terminal.until(b"no\r\nno")
    check(f"nobody but the kernel asks ({' '.join(options) or 'no options'})",
          terminal.all.replace(b"\r", b"").count(b"no\n") == 2 and b"password" not in terminal.all, terminal.all)
    terminal.end()
command("allow", cid, "authorizer")
command("allow", cid, "prompt")
terminal = Terminal("run", knock, "a")
terminal.until(b"no\r\nno")
check("not with a decision either", b"password" not in terminal.all and b"yes" not in terminal.all, terminal.all)
terminal.end()
command("revoke", cid)

# ---- Started programs ----

command("allow", starter, "process")
terminal = Terminal("run", starter, "a", cid, "b", "1")
check("a started program is asked about", terminal.until(PROMPT), terminal.seen)
check("with who started it", b"may knocker" in terminal.seen and b"It was started by clock (" in terminal.seen, terminal.seen)
terminal.answer(b"once\n")
check("and gets the answer", terminal.until(b"yes"), terminal.seen)
terminal.end()

terminal = Terminal("run", starter, "2", cid, "b", "1")
check("two questions at one terminal come", terminal.until(PROMPT), terminal.seen)
terminal.read(0.6)
check("one at a time", terminal.seen.count(QUESTION) == 1, terminal.seen)
terminal.answer(b"once\n")
check("the next after the answer to the first", terminal.until(PROMPT), terminal.seen)
terminal.answer(b"\n")
terminal.end()
shown = terminal.all.replace(b"\r", b"")
check("each with its own answer", shown.count(b"\nyes\n") == 1 and shown.count(b"\nno\n") == 1, shown)

terminal = Terminal("run", knock, "b", "1")
terminal.until(PROMPT)
os.write(terminal.fd, b"\x03")
deadline = time.time() + 30
while terminal.is_running() and time.time() < deadline:
    terminal.read(0.05)
check("Ctrl-C at a question ends the program", time.time() < deadline, terminal.all)
mode = termios.tcgetattr(terminal.fd)[3]
check("and leaves the terminal as it was", mode & termios.ICANON and mode & termios.ECHO, b"")
os.close(terminal.fd)
