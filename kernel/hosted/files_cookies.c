#include "files_cookies.h"

#include <stdlib.h>

enum { CAPACITY_FIRST = 32 };

/* Where the place's number is, or belongs. */
static uint32_t *slot_of(const struct files_cookies *cookies, int64_t place)
{
	uint32_t mask = 2 * cookies->capacity - 1;
	uint32_t at = (uint32_t)(((uint64_t)place * 0x9e3779b97f4a7c15) >> 32) & mask;
	while (cookies->numbers_by_hash[at] != 0 &&
	       cookies->places[cookies->numbers_by_hash[at] - 1] != place)
		at = (at + 1) & mask;
	return &cookies->numbers_by_hash[at];
}

static bool reserve(_Atomic uint32_t *all, uint32_t more)
{
	if (atomic_fetch_add(all, more) <= FILES_COOKIES_ALL_MAX - more)
		return true;
	atomic_fetch_sub(all, more);
	return false;
}

static bool grow(struct files_cookies *cookies, _Atomic uint32_t *all)
{
	uint32_t capacity = cookies->capacity == 0 ? CAPACITY_FIRST : 2 * cookies->capacity;
	uint32_t more = capacity - cookies->capacity;
	if (capacity > FILES_COOKIES_MAX || !reserve(all, more))
		return false;
	int64_t *places = realloc(cookies->places, capacity * sizeof *places);
	if (places != NULL)
		cookies->places = places;
	uint32_t *numbers = places == NULL ? NULL : calloc(2 * capacity, sizeof *numbers);
	if (numbers == NULL) {
		atomic_fetch_sub(all, more);
		return false;
	}
	free(cookies->numbers_by_hash);
	cookies->numbers_by_hash = numbers;
	cookies->capacity = capacity;
	for (uint32_t i = 0; i < cookies->count; i++)
		*slot_of(cookies, places[i]) = i + 1;
	return true;
}

uint64_t files_cookies_tell(struct files_cookies *cookies, _Atomic uint32_t *all, int64_t place)
{
	if (cookies->capacity > 0) {
		uint32_t number = *slot_of(cookies, place);
		if (number != 0)
			return number;
	}
	if (cookies->count == cookies->capacity && !grow(cookies, all))
		return FILES_COOKIES_RAW + (uint64_t)place;
	cookies->places[cookies->count++] = place;
	*slot_of(cookies, place) = cookies->count;
	return cookies->count;
}

bool files_cookies_find(const struct files_cookies *cookies, uint64_t cookie, int64_t *place)
{
	if (cookie > FILES_COOKIES_RAW + INT64_MAX ||
	    (cookie > cookies->count && cookie < FILES_COOKIES_RAW))
		return false;
	*place = 0;
	if (cookie >= FILES_COOKIES_RAW)
		*place = (int64_t)(cookie - FILES_COOKIES_RAW);
	else if (cookie > 0)
		*place = cookies->places[cookie - 1];
	return true;
}

void files_cookies_reset(struct files_cookies *cookies, _Atomic uint32_t *all)
{
	if (cookies->capacity == 0)
		return;
	atomic_fetch_sub(all, cookies->capacity);
	free(cookies->places);
	free(cookies->numbers_by_hash);
	*cookies = (struct files_cookies){0};
}
