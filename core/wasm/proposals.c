#include "proposals.h"

#include <stddef.h>

static const struct {
	enum wasm_place place;
	uint32_t first, last;
	const char *reason;
} rows[] = {
#define PROPOSAL(place, first, last, reason) {place, first, last, reason},
#include "proposals.def"
#undef PROPOSAL
};

const char *wasm_proposal(enum wasm_place place, uint32_t number, const char *otherwise)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].place == place && number >= rows[i].first && number <= rows[i].last)
			return rows[i].reason;
	return otherwise;
}
