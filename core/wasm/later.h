/*
 * later: what newer modules contain that this engine does not run, told apart from what is damaged:
 * the error names the proposal, so that a person knows what to build a program without. Each
 * function gives the reason to refuse with, which is `otherwise` where no proposal has such a byte.
 * To the format's rules both are malformed.
 */
#ifndef WASM_LATER_H
#define WASM_LATER_H

#include <stdint.h>

/* A section's id. */
const char *wasm_later_section(uint8_t id, const char *otherwise);

/* The first byte of a type: of a value, a reference, a block, or of an entry of the type section.
 */
const char *wasm_later_type(uint8_t byte, const char *otherwise);

/* What an import or an export is. */
const char *wasm_later_kind(uint8_t kind, const char *otherwise);

/* The flags of a memory's or table's limits. */
const char *wasm_later_limits(uint8_t flags, const char *otherwise);

/* The exponent of a memory access's alignment, and the index of a memory. */
const char *wasm_later_alignment(uint32_t exponent, const char *otherwise);
const char *wasm_later_memory(uint8_t index, const char *otherwise);

/* The first byte of an instruction. */
const char *wasm_later_opcode(uint8_t byte, const char *otherwise);

/* The version in a binary's header. */
const char *wasm_later_version(uint32_t version, const char *otherwise);

#endif
