/*
 * value: the suite's values in JSON (../shared/spec/README.md describes them) as slots of the
 * engine.
 */
#ifndef SPEC_VALUE_H
#define SPEC_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "core/wasm.h"

/* The slot for an argument; false for a value of a type that is not supported. */
bool value_to_slot(const json_t *value, uint64_t *slot);

/* Whether a result is what the suite expects: numbers to the bit, kinds of NaN where it names a
 * kind, references by what it tells about them. */
bool value_matches(const json_t *expected, enum wasm_type type, uint64_t slot);

/* In words, for a line about a failure. */
void value_text(enum wasm_type type, uint64_t slot, char *out, size_t size);
void value_expected_text(const json_t *expected, char *out, size_t size);

#endif
