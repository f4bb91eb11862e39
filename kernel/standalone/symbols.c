#include "symbols.h"

#include <stddef.h>

#include "memory/image.h"

/* Sorted by address; the names follow each other in the same order, each with its zero. */
extern const uint32_t symbol_count;
extern const uint32_t symbol_addresses[];
extern const char symbol_names[];

const char *symbols_find(uint64_t address, uint64_t *start)
{
	if (!image_is_code(address) || symbol_count == 0 || address < symbol_addresses[0])
		return NULL;
	const char *name = symbol_names;
	uint32_t i = 0;
	while (i + 1 < symbol_count && symbol_addresses[i + 1] <= address) {
		while (*name++ != '\0')
			continue;
		i++;
	}
	*start = symbol_addresses[i];
	return name;
}
