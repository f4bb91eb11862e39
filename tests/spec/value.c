#include "value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module.h"

static const char *member(const json_t *value, const char *key)
{
	const char *text = json_string_value(json_object_get(value, key));
	return text == NULL ? "" : text;
}

static enum wasm_type type_of(const json_t *value)
{
	static const enum wasm_type types[] = {WASM_I32, WASM_I64,     WASM_F32,
					       WASM_F64, WASM_FUNCREF, WASM_EXTERNREF};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(wasm_type_text(types[i]), member(value, "type")) == 0)
			return types[i];
	return 0;
}

/* Host references have numbers from 0 on; 0 is the slot of a null reference. */
static uint64_t host_reference(uint64_t number)
{
	return number + 1;
}

static bool is_reference(enum wasm_type type)
{
	return type == WASM_FUNCREF || type == WASM_EXTERNREF;
}

static bool number_from(const json_t *value, uint64_t *number)
{
	const char *text = member(value, "value");
	char *end;
	*number = strtoull(text, &end, 10);
	return *text != '\0' && *end == '\0';
}

bool value_to_slot(const json_t *value, uint64_t *slot)
{
	enum wasm_type type = type_of(value);
	if (is_reference(type) && strcmp(member(value, "value"), "null") == 0) {
		*slot = 0;
		return true;
	}
	uint64_t number;
	if (type == 0 || type == WASM_FUNCREF || !number_from(value, &number))
		return false;
	*slot = type == WASM_EXTERNREF ? host_reference(number) : number;
	return true;
}

/* A canonical NaN has the quiet bit alone in its payload, an arithmetic one at least that. */
static bool nan_matches(const char *kind, enum wasm_type type, uint64_t slot)
{
	uint64_t quiet = type == WASM_F32 ? 0x7fc00000 : 0x7ff8000000000000;
	uint64_t unsigned_bits = type == WASM_F32 ? slot & ~0x80000000u : slot & INT64_MAX;
	if (type == WASM_F32 && slot > UINT32_MAX)
		return false;
	if (strcmp(kind, "nan:canonical") == 0)
		return unsigned_bits == quiet;
	return (slot & quiet) == quiet;
}

static bool reference_matches(const json_t *expected, uint64_t slot)
{
	uint64_t number;
	if (json_object_get(expected, "value") == NULL)
		return slot != 0;
	if (strcmp(member(expected, "value"), "null") == 0)
		return slot == 0;
	return number_from(expected, &number) && slot == host_reference(number);
}

/* Several results are right where threads meet. */
static bool is_one_of(const json_t *values, enum wasm_type type, uint64_t slot)
{
	for (size_t i = 0; i < json_array_size(values); i++)
		if (value_matches(json_array_get(values, i), type, slot))
			return true;
	return false;
}

bool value_matches(const json_t *expected, enum wasm_type type, uint64_t slot)
{
	const json_t *values = json_object_get(expected, "values");
	if (values != NULL)
		return is_one_of(values, type, slot);
	if (type_of(expected) != type)
		return false;
	if (is_reference(type))
		return reference_matches(expected, slot);
	if (strncmp(member(expected, "value"), "nan:", 4) == 0)
		return nan_matches(member(expected, "value"), type, slot);
	uint64_t number;
	return number_from(expected, &number) && slot == number;
}

void value_text(enum wasm_type type, uint64_t slot, char *out, size_t size)
{
	snprintf(out, size, "%s 0x%" PRIx64, wasm_type_text(type), slot);
}

void value_expected_text(const json_t *expected, char *out, size_t size)
{
	uint64_t number;
	if (!is_reference(type_of(expected)) && number_from(expected, &number))
		value_text(type_of(expected), number, out, size);
	else
		snprintf(out, size, "%s %s", member(expected, "type"), member(expected, "value"));
}
