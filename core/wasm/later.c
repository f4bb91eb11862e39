#include "later.h"

#include <stdbool.h>

static const char exceptions[] =
    "exception handling is not supported (build without C++ exceptions "
    "and setjmp)";
static const char vectors[] = "vectors are not supported (build with -mno-simd128)";
static const char typed_references[] = "typed references are not supported";
static const char garbage_collection[] = "garbage collection is not supported";
static const char tail_calls[] = "tail calls are not supported (build with -mno-tail-call)";
static const char wide_memories[] = "64-bit memories are not supported (build for wasm32)";
static const char several_memories[] = "multiple memories are not supported";
static const char component[] = "components are not supported, only modules "
				"(build for WASI preview 1: wasm32-wasip1)";

static bool is_between(uint32_t value, uint32_t first, uint32_t last)
{
	return value >= first && value <= last;
}

const char *wasm_later_section(uint8_t id, const char *otherwise)
{
	return id == 13 ? exceptions : otherwise;
}

const char *wasm_later_type(uint8_t byte, const char *otherwise)
{
	if (byte == 0x7b)
		return vectors;
	if (byte == 0x69 || byte == 0x74)
		return exceptions;
	if (byte == 0x63 || byte == 0x64)
		return typed_references;
	/* Packed types, abstract heap types, and entries of the type section. */
	if (is_between(byte, 0x77, 0x78) || is_between(byte, 0x6a, 0x6e) ||
	    is_between(byte, 0x71, 0x73) || is_between(byte, 0x5e, 0x5f) ||
	    is_between(byte, 0x4e, 0x50))
		return garbage_collection;
	return otherwise;
}

const char *wasm_later_kind(uint8_t kind, const char *otherwise)
{
	return kind == 4 ? exceptions : otherwise;
}

const char *wasm_later_limits(uint8_t flags, const char *otherwise)
{
	return is_between(flags, 4, 7) ? wide_memories : otherwise;
}

const char *wasm_later_alignment(uint32_t exponent, const char *otherwise)
{
	return is_between(exponent, 0x40, 0x5f) ? several_memories : otherwise;
}

const char *wasm_later_memory(uint8_t index, const char *otherwise)
{
	return index < 0x80 ? several_memories : otherwise;
}

const char *wasm_later_opcode(uint8_t byte, const char *otherwise)
{
	if (byte == 0xfd)
		return vectors;
	if (is_between(byte, 0x06, 0x0a) || is_between(byte, 0x18, 0x19) || byte == 0x1f)
		return exceptions;
	if (is_between(byte, 0x12, 0x13))
		return tail_calls;
	if (is_between(byte, 0x14, 0x15) || is_between(byte, 0xd3, 0xd6))
		return typed_references;
	return byte == 0xfb ? garbage_collection : otherwise;
}

const char *wasm_later_version(uint32_t version, const char *otherwise)
{
	/* A component has a version and, in the upper half, 1 for its layer. */
	return version >> 16 == 1 ? component : otherwise;
}
