"""Writes modules that cannot be run into a folder: valid ones, and ones of proposals."""
import os
import sys

VOID_TO_VOID = b"\x01\x04\x01\x60\x00\x00"  # a type section: () -> ()


def section(number, body):
    return bytes([number, len(body)]) + body


def name(text):
    return bytes([len(text)]) + text.encode()


def function_import(module, field):
    return section(2, b"\x01" + name(module) + name(field) + b"\x00\x00")


def write(file, *sections):
    with open(os.path.join(sys.argv[1], file), "wb") as out:
        out.write(b"\0asm\x01\0\0\0" + b"".join(sections))


START = section(3, b"\x01\x00")  # one function of type 0
EXPORT_START = section(7, b"\x01" + name("_start") + b"\x00\x01")
CODE = section(10, b"\x01\x02\x00\x0b")

write("unknown_import.wasm", VOID_TO_VOID, function_import("env", "missing"), START, EXPORT_START, CODE)
write("wrong_import.wasm", VOID_TO_VOID, function_import("cairn", "send"), START, EXPORT_START, CODE)
write("no_start.wasm", VOID_TO_VOID, START, CODE)

# What other systems run.
EXPORT_INITIALIZE = section(7, b"\x01" + name("_initialize") + b"\x00\x00")
write("preview_0.wasm", VOID_TO_VOID, function_import("wasi_unstable", "fd_write"), START, EXPORT_START, CODE)
write("addon.wasm", VOID_TO_VOID, function_import("env", "napi_typeof"), START, EXPORT_START, CODE)
write("reactor.wasm", VOID_TO_VOID, START, EXPORT_INITIALIZE, CODE)
with open(os.path.join(sys.argv[1], "component.wasm"), "wb") as out:
    out.write(b"\0asm\x0d\0\x01\0")

# What clang makes of C++ with -fwasm-exceptions, and of C with -msimd128.
TAG = section(13, b"\x01\x00\x00")
ONE_FUNCTION = VOID_TO_VOID + START + section(7, b"\x01" + name("_start") + b"\x00\x00")
write("exceptions.wasm", VOID_TO_VOID, START, TAG)
write("memory64.wasm", VOID_TO_VOID, function_import("cairn", "send"), section(5, b"\x01\x04\x01"))
write("simd.wasm", ONE_FUNCTION, section(10, b"\x01\x15\x00\xfd\x0c" + bytes(16) + b"\x1a\x0b"))
