"""Writes files that unfold to a terabyte into a store's folder, and prints their CIDs.

Each is a dag-pb node that links the same node many times, level upon level: a few blocks of a few
hundred bytes. One claims its true size, one claims to be small, one claims nothing.
"""
import base64
import hashlib
import os
import sys


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def number(number_, value):
    return varint(number_ << 3) + varint(value)


def cid_of(codec, block):
    return bytes([1, codec, 0x12, 0x20]) + hashlib.sha256(block).digest()


def text_of(cid):
    return "b" + base64.b32encode(cid).decode().lower().rstrip("=")


def put(home, codec, block):
    cid = cid_of(codec, block)
    name = text_of(cid)
    folder = os.path.join(home, "blocks", name[-3:-1])
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(block)
    return cid


def tower(home, claim):
    """Levels of 100 links to the same node; `claim` makes the size that a node states of its own."""
    size = 100_000
    cid = put(home, 0x55, bytes(size))
    while size < 1_000_000_000_000:
        size *= 100
        links = b"".join(
            field(2, field(1, cid) + field(2, b"") + number(3, size // 100)) for _ in range(100)
        )
        data = number(1, 2)
        stated = claim(size)
        if stated is not None:
            data += number(3, stated)
            data += b"".join(number(4, stated // 100) for _ in range(100))
        cid = put(home, 0x70, links + field(1, data))
    return text_of(cid)


home = sys.argv[1]
print(tower(home, lambda size: size))
print(tower(home, lambda size: min(size, 1_000_000)))
print(tower(home, lambda size: None))
