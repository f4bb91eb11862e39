#include "nearest.h"

#include <string.h>

enum { WORD_BYTES_MAX = 32 };

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* How many letters are inserted, left out, changed or swapped with their neighbour (optimal string
 * alignment). Both words have at most WORD_BYTES_MAX bytes. */
static unsigned edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	unsigned rows[WORD_BYTES_MAX + 1][WORD_BYTES_MAX + 1];
	for (size_t i = 0; i <= a_size; i++)
		rows[i][0] = (unsigned)i;
	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_size; i++) {
		for (size_t j = 1; j <= b_size; j++) {
			unsigned changed = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			unsigned best =
			    smaller(changed, smaller(rows[i - 1][j], rows[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = smaller(best, rows[i - 2][j - 2] + 1);
			rows[i][j] = best;
		}
	}
	return rows[a_size][b_size];
}

/* One error in three letters or fewer is near enough. */
struct nearest nearest_to(const char *typed)
{
	unsigned allowed = (unsigned)(strnlen(typed, WORD_BYTES_MAX) + 2) / 3;
	return (struct nearest){.typed = typed, .distance = allowed + 1};
}

void nearest_consider(struct nearest *nearest, const char *word)
{
	size_t typed_size = strlen(nearest->typed);
	size_t size = strlen(word);
	if (typed_size > WORD_BYTES_MAX || size > WORD_BYTES_MAX)
		return;
	unsigned distance = edit_distance(nearest->typed, typed_size, word, size);
	if (distance >= nearest->distance)
		return;
	nearest->distance = distance;
	nearest->word = word;
}
