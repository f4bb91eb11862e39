"""Commands that do not do what commands do, at the socket of a node.

hostile_client.py HOME; prints a line for each that was treated as it should be, and ends with 1 where
one was not. The digest of interfaces/control.wit is the third argument of `idlc hash`, as hexadecimal.

hostile_client.py HOME DIGEST
"""
import array
import os
import resource
import socket
import struct
import sys
import time

home, digest = sys.argv[1], bytes.fromhex(sys.argv[2])
failed = 0
RUN = 8  # the function's index: the functions of interfaces/control.wit in their order


def connect():
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(20)
    client.connect(os.path.join(home, "node.socket"))
    return client


def frame(body, status=0, size=None):
    return struct.pack("<II", len(body) if size is None else size, status) + body


def greeted():
    client = connect()
    client.sendall(digest)
    greeting = b""
    while len(greeting) < 32:
        greeting += client.recv(32 - len(greeting))
    assert greeting == digest, "the node greets with the digest"
    return client


def is_dropped(client, seconds=60):
    """Within the time, which is long for a node that is busy, and nothing but a greeting was said before."""
    client.settimeout(seconds)
    said = b""
    try:
        while True:
            piece = client.recv(65536)
            if not piece:
                return True
            said += piece
            if len(said) > 4096:
                return False
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def check(sentence, is_true):
    global failed
    if not is_true:
        failed += 1
    print(("ok: " if is_true else "FAILED: ") + sentence, flush=True)


def rubbish():
    client = connect()
    client.sendall(os.urandom(4096))
    return is_dropped(client)


def rubbish_after_greeting():
    client = greeted()
    client.sendall(b"\xff" * 4096)
    return is_dropped(client)


def unknown_function():
    client = greeted()
    client.sendall(frame(struct.pack("<I", 4000)))
    return is_dropped(client)


def malformed_run():
    client = greeted()
    for function in range(12):
        client = greeted()
        client.sendall(frame(struct.pack("<I", function) + b"\xff" * 64))
        if not is_dropped(client):
            return False
    return True


def run_with_memory(size):
    """A run of a program that is nowhere; its memory is refused before anybody looks."""
    client = greeted()
    cid = b"\x01\x55\x12\x20" + bytes(32)
    nothing = struct.pack("<I", 0)
    body = struct.pack("<II", RUN, len(cid)) + cid + nothing + nothing + b"\0" + struct.pack("<Q", size)
    client.sendall(frame(body + nothing + nothing))
    answer = b""
    while len(answer) < 8 or len(answer) < 8 + struct.unpack("<I", answer[:4])[0]:
        answer += client.recv(4096)
    return answer[8:]


def too_much_memory():
    possible = run_with_memory(1 << 32)
    impossible = [run_with_memory(size) for size in (1, 65535, (1 << 32) + 1, 1 << 63, (1 << 64) - 1)]
    return possible[0] == 0 and all(b"64K to 4G" in answer for answer in impossible)


def too_large():
    client = greeted()
    client.sendall(frame(b"", size=1 << 31))
    return is_dropped(client)


def half_a_request():
    client = greeted()
    client.sendall(frame(b"abcdef", size=100))
    return is_dropped(client)


def half_a_greeting():
    client = connect()
    client.sendall(digest[:5])
    return is_dropped(client)


def drips():
    """A byte now and then does not make a request last for ever."""
    client = greeted()
    client.sendall(struct.pack("<II", 1000, 0))
    start = time.time()
    try:
        while time.time() - start < 60:
            client.sendall(b"x")
            time.sleep(0.3)
    except (BrokenPipeError, ConnectionError):
        return True
    return False


def silent():
    return is_dropped(greeted())


def goes_in_the_middle():
    client = greeted()
    client.sendall(frame(b"abc", size=50))
    client.close()
    return True


def many_descriptors(count):
    client = greeted()
    fds = array.array("i", [os.open("/dev/null", os.O_RDONLY) for _ in range(count)])
    body = frame(struct.pack("<I", 4000))
    client.sendmsg([body], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    for fd in fds:
        os.close(fd)
    return is_dropped(client)


def thousand():
    for _ in range(1000):
        try:
            client = connect()
            client.close()
        except (BlockingIOError, ConnectionError):
            pass
    return True


CLIENTS_MAX = 1024 + 64


def too_many_at_once():
    """Those that are let in are dropped in time, too; the others are told that there is no room."""
    for _ in range(10):
        start = time.time()
        clients = []
        while len(clients) < CLIENTS_MAX + 100:
            try:
                clients.append(connect())
            except BlockingIOError:
                time.sleep(0.01)  # Faster than the node lets in.
        greetings = [client.recv(32) for client in clients]
        took = time.time() - start
        refused = greetings.count(b"\x02" * 32)
        if refused < 100 and took > 3:
            # Too slow to be many at once: the first were dropped before the last came.
            for client in clients:
                client.close()
            continue
        return 100 <= refused <= 200 and all(is_dropped(client) for client in clients)
    return False


check("rubbish is dropped", rubbish())
check("so is rubbish behind a greeting", rubbish_after_greeting())
check("and a function that does not exist", unknown_function())
check("and a request that is malformed", malformed_run())
check("and one that says that it is enormous", too_large())
check("a run with memory that no program can have is refused", too_much_memory())
check("and descriptors that belong to nothing", many_descriptors(3))
check("and too many of them", many_descriptors(200))
check("half a request is waited for, but not for ever", half_a_request())
check("half a greeting neither", half_a_greeting())
check("nor a request that comes by the drop", drips())
check("who says nothing is dropped in time", silent())
check("who goes in the middle of a request is forgotten", goes_in_the_middle())
check("a thousand connect and go", thousand())
files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
CROWD = "more at once than there is room for are told so"
if files != resource.RLIM_INFINITY and files < 4096:
    print(f"skipped: {CROWD} (this user may open no more than {files} files)")
else:
    check(CROWD, too_many_at_once())
sys.exit(1 if failed else 0)
