"""Servers of tests/e2e/net_names.sh: names (UDP port 53), an echo by TCP and one by UDP (port 7), on all
addresses of a network namespace of the test's."""

import socket
import struct
import sys
import threading
import time

NAMES = {
    "public.test": ["203.0.113.5"],
    "evil.test": ["127.0.0.1"],
    "metadata.test": ["169.254.169.254"],
    "mixed.test": ["127.0.0.1", "192.168.7.1", "203.0.113.5"],
    "nas.test": ["192.168.7.1"],
    "second.test": ["203.0.113.99", "203.0.113.5"],
    "many.test": ["203.0.113.%d" % i for i in range(60, 100)],
    "short.test": [],
}
TEXTS = {
    "public.test": [[b"v=one two"], [b"joined ", b"from ", b"parts"], [b"\xff\x00 bytes"]],
    "long.test": [[b"x" * 255] * 40],
}
turns = {"rebind.test": 0}


def name_bytes(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def read_name(packet, at):
    parts = []
    while packet[at]:
        parts.append(packet[at + 1 : at + 1 + packet[at]].decode("latin1"))
        at += packet[at] + 1
    return ".".join(parts).lower(), at + 1


def record(kind, data):
    return b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(data)) + data


def answers(name, kind):
    """None where there is no such name."""
    if name == "rebind.test":
        # Each question for IPv4 is answered otherwise than the last one.
        if kind == 1:
            turns[name] += 1
        address = "203.0.113.5" if turns[name] % 2 else "127.0.0.1"
        return [record(1, socket.inet_aton(address))] if kind == 1 else []
    if name.endswith(".in-addr.arpa"):
        names = {"5.113.0.203.in-addr.arpa": "public.test", "6.113.0.203.in-addr.arpa": "a b\x1b[2J"}
        return [record(12, name_bytes(names[name]))] if name in names else None
    if name not in NAMES and name not in TEXTS:
        return None
    if kind == 1:
        return [record(1, socket.inet_aton(address)) for address in NAMES.get(name, [])]
    if kind == 16:
        texts = TEXTS.get(name, [])
        return [record(16, b"".join(bytes([len(p)]) + p for p in text)) for text in texts]
    return []


def serve_names():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    while True:
        packet, asker = server.recvfrom(4096)
        name, end = read_name(packet, 12)
        kind = struct.unpack(">H", packet[end : end + 2])[0]
        question = packet[12 : end + 4]
        if name == "silent.test":
            continue
        if name == "rubbish.test":
            server.sendto(packet[:2] + b"\x81\x80" + bytes(range(256)), asker)
            continue
        found = answers(name, kind)
        code = 3 if found is None else 0
        found = found or []
        head = packet[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(found), 0, 0)
        server.sendto(head + question + b"".join(found), asker)


def serve_tcp():
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("0.0.0.0", 7))
    server.listen(100)
    while True:
        peer, _ = server.accept()
        where = peer.getsockname()[0].encode()
        peer.sendall(b"at " + where + b"\n")
        peer.shutdown(socket.SHUT_WR)
        threading.Thread(target=lambda p=peer: p.recv(100), daemon=True).start()


def serve_udp():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("0.0.0.0", 7))
    while True:
        data, asker = server.recvfrom(4096)
        server.sendto(b"you said " + data + b"\n", asker)


for serve in (serve_names, serve_tcp, serve_udp):
    threading.Thread(target=serve, daemon=True).start()
time.sleep(0.3)
open(sys.argv[1], "w").write("ready")
time.sleep(600)
