"""Peers of tests/e2e/net.sh, on loopback: python3 net_peer.py WORD ARGUMENT..."""

import random
import resource
import socket
import struct
import sys
import threading
import time


def connect(port):
    peer = socket.create_connection(("127.0.0.1", int(port)), timeout=20)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer


def read_all(peer):
    parts = []
    while part := peer.recv(1 << 20):
        parts.append(part)
    return b"".join(parts)


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def is_echoed(port, data):
    peer = connect(port)
    sender = threading.Thread(target=lambda: (peer.sendall(data), peer.shutdown(socket.SHUT_WR)))
    sender.start()
    same = read_all(peer) == data
    sender.join()
    return same


def echo(port, size):
    """Sends so many bytes while it reads what comes back."""
    return is_echoed(port, random.randbytes(int(size)))


def many(port, count):
    """So many connections at once, each with a little of its own."""
    peers = [connect(port) for _ in range(int(count))]
    for i, peer in enumerate(peers):
        peer.sendall(b"number %d" % i)
    return all(peer.recv(100) == b"number %d" % i for i, peer in enumerate(peers))


def resets(port, count):
    """So many break off in the middle of something; the server goes on."""
    for i in range(int(count)):
        peer = connect(port)
        peer.sendall(bytes(100000 * (i % 3)))
        reset(peer)
    return is_echoed(port, b"still there?")


def stalls(port, count):
    """So many send and never read; the others are served meanwhile."""
    held = []
    for _ in range(int(count)):
        peer = connect(port)
        peer.setblocking(False)
        try:
            for _ in range(200):
                peer.send(bytes(1 << 20))
        except BlockingIOError:
            pass
        held.append(peer)
    return is_echoed(port, b"is anybody served?")


def trickle(port):
    """A byte now and then comes back as it was sent."""
    peer = connect(port)
    for i in range(20):
        peer.sendall(bytes([i]))
        if peer.recv(10) != bytes([i]):
            return False
        time.sleep(0.02)
    return True


def serve(path):
    """Accepts for ever, echoes `hello` of each, and writes its port to a file."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(4096)
    with open(path, "w") as file:
        print(listener.getsockname()[1], file=file)
    held = []
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            held.clear()  # as many as one may have: they are closed
            continue
        if len(held) < 50:
            threading.Thread(target=answer, args=(peer,), daemon=True).start()
        held.append(peer)


def answer(peer):
    try:
        data = peer.recv(100)
        peer.sendall(b"you said " + data + b"\n")
        peer.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def idle(port, count, path):
    """Opens so many, says so in a file, and waits."""
    peers = [connect(port) for _ in range(int(count))]
    for peer in peers:
        peer.sendall(b"x")
        peer.recv(1)
    open(path, "w").write("open\n")
    time.sleep(50)
    return True


# ---- HTTP ----


def ask(port, text, parts=1, pause=0.0):
    peer = connect(port)
    step = max(1, len(text) // parts)
    try:
        for i in range(0, len(text), step):
            peer.sendall(text[i : i + step])
            time.sleep(pause)
        peer.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # refused before the end
    return read_all(peer)


def status(port, wanted, name):
    """A request of that name is answered with that status, and then nothing follows."""
    host = b"Host: x\r\n"
    requests = {
        "no-target": b"GET\r\n\r\n",
        "no-version": b"GET /\r\n" + host + b"\r\n",
        "lower-case": b"GET / http/1.1\r\n" + host + b"\r\n",
        "version-2": b"GET / HTTP/2.0\r\n" + host + b"\r\n",
        "no-host": b"GET / HTTP/1.1\r\n\r\n",
        "two-hosts": b"GET / HTTP/1.1\r\n" + host + host + b"\r\n",
        "space-before-colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "folded": b"GET / HTTP/1.1\r\nHost: x\r\n  y\r\n\r\n",
        "control": b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
        "bare-lf": b"GET / HTTP/1.1\nHost: x\n\n",
        "not-http": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n\n",
        "lengths": b"POST /echo HTTP/1.1\r\n" + host + b"Content-Length: 1\r\n" * 2 + b"\r\nx",
        "length-sign": b"POST /echo HTTP/1.1\r\n" + host + b"Content-Length: +1\r\n\r\nx",
        "length-huge": b"POST /echo HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999\r\n\r\n",
        "both": b"POST /echo HTTP/1.1\r\n" + host
        + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "chunked": b"POST /echo HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "expect": b"GET / HTTP/1.1\r\n" + host + b"Expect: miracles\r\n\r\n",
        "long-line": b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + host + b"\r\n",
        "endless-line": b"GET /" + b"a" * 100000,
        "endless-field": b"GET / HTTP/1.1\r\n" + host + b"A: " + b"a" * 100000,
        "many-fields": b"GET / HTTP/1.1\r\n" + host + b"A: a\r\n" * 100 + b"\r\n",
        "absolute": b"GET http://x/count HTTP/1.1\r\n" + host + b"\r\n",
        "empty-line-first": b"\r\nGET / HTTP/1.1\r\n" + host + b"\r\n",
    }
    got = ask(port, requests[name])
    if not got.startswith(b"HTTP/1.1 %s " % wanted.encode()):
        print(got[:200], file=sys.stderr)
        return False
    return got.count(b"HTTP/1.1 ") == 1


def pipeline(port, count):
    """So many requests in one go are answered in their order."""
    text = b"".join(
        b"GET /query?%d HTTP/1.1\r\nHost: x\r\n\r\n" % i for i in range(int(count))
    )
    got = ask(port, text)
    bodies = [part.split(b"\r\n\r\n")[1] for part in got.split(b"HTTP/1.1 ")[1:]]
    return bodies == [b"%d" % i for i in range(int(count))]


def pieces(port):
    """A request in pieces of one byte, with a body."""
    text = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789"
    return ask(port, text * 2, parts=len(text) * 2).count(b"0123456789") == 2


def lines(port):
    """HTTP/1.0: the connection is closed, unless it is asked not to be."""
    once = ask(port, b"GET / HTTP/1.0\r\n\r\n" * 2)
    kept = ask(port, b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" * 2)
    last = ask(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" * 2)
    return (once.count(b"Hello"), kept.count(b"Hello"), last.count(b"Hello")) == (1, 2, 1)


def slow(port, count):
    """So many unfinished requests; others are served meanwhile."""
    held = [connect(port) for _ in range(int(count))]
    for peer in held:
        peer.sendall(b"GET / HTTP/1.1\r\nHost")
    time.sleep(0.2)
    return b"Hello" in ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")


def rubbish(port, count):
    """Random bytes, and requests with random bytes in them."""
    chance = random.Random(1)
    for _ in range(int(count)):
        text = bytearray(b"POST /echo?q HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" * 2)
        for _ in range(chance.randrange(1, 8)):
            text[chance.randrange(len(text))] = chance.randrange(256)
        got = ask(port, bytes(text))
        if got and not got.startswith(b"HTTP/1.1 "):
            return False
    return b"Hello" in ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")


if sys.argv[1] != "serve":  # It is to learn what happens where files run out.
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
sys.exit(0 if globals()[sys.argv[1]](*sys.argv[2:]) else 1)
