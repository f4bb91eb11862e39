#include "size.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/kernel.h"
#include "core/port.h"

_Static_assert(PORT_PAGE_BYTES == 64 << 10 && KERNEL_MEMORY_BYTES_MAX == (uint64_t)4 << 30,
	       "as SIZE_OF_MEMORY_WORDS says");

static const unsigned mib_shift = 20, gib_shift = 30;

bool size_is_of_memory(uint64_t bytes)
{
	return bytes >= PORT_PAGE_BYTES && bytes <= KERNEL_MEMORY_BYTES_MAX;
}

/* By how many bits the unit shifts; false where it is none. */
static bool read_unit(const char *unit, unsigned *shift)
{
	static const char *const units[] = {"", "K", "M", "G"};
	if (strcasecmp(unit, "B") == 0)
		unit = "";
	for (unsigned i = 0; i < sizeof units / sizeof units[0]; i++) {
		char in_full[4];
		snprintf(in_full, sizeof in_full, "%siB", units[i]);
		if (strcasecmp(unit, units[i]) != 0 && (i == 0 || strcasecmp(unit, in_full) != 0))
			continue;
		*shift = 10 * i;
		return true;
	}
	return false;
}

const char *size_read_memory(const char *word, uint64_t *out)
{
	static const char too_much_or_little[] =
	    "a program may have " SIZE_OF_MEMORY_WORDS " of memory";
	size_t digits = strspn(word, "0123456789");
	unsigned shift;
	if (digits == 0 || !read_unit(word + digits, &shift))
		return "memory is a number of bytes, or of KiB (K), MiB (M) or GiB (G), such as "
		       "512M";
	uint64_t number = 0;
	for (size_t i = 0; i < digits && number <= KERNEL_MEMORY_BYTES_MAX; i++)
		number = 10 * number + (uint64_t)(word[i] - '0');
	if (number > KERNEL_MEMORY_BYTES_MAX || !size_is_of_memory(number << shift))
		return too_much_or_little;
	*out = number << shift;
	return NULL;
}

void size_write(uint64_t bytes, char out[SIZE_WORD_BYTES])
{
	uint64_t mib = (bytes >> mib_shift) + (bytes % (1u << mib_shift) != 0);
	bool is_gib = mib % (1u << (gib_shift - mib_shift)) == 0;
	snprintf(out, SIZE_WORD_BYTES, "%" PRIu64 "%c",
		 is_gib ? mib >> (gib_shift - mib_shift) : mib, is_gib ? 'G' : 'M');
}
