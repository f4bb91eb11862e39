/*
 * files_cookies: small numbers for the places of an open directory. What the host tells as a place
 * has 63 bits on some file systems (a hash, for ext4), and a C library of 32 bits keeps 31 of them
 * (telldir). So places are numbered as they are told: 1, 2, 3, ... A number stands for the same
 * place as long as the directory is open, whatever is made and removed in it meanwhile.
 *
 * Numbers are limited, for one directory and for all that are open. Beyond that the host's places
 * themselves are told, with FILES_COOKIES_RAW added: reading goes on, telldir is too narrow.
 */
#ifndef HOSTED_FILES_COOKIES_H
#define HOSTED_FILES_COOKIES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	/* Each takes 16 bytes. */
	FILES_COOKIES_MAX = 1 << 20,     /* of one directory */
	FILES_COOKIES_ALL_MAX = 1 << 22, /* of all: 64 MiB */
};

#define FILES_COOKIES_RAW ((uint64_t)1 << 32)

/* Of one directory; zeroed at first. One thread at a time. */
struct files_cookies {
	int64_t *places;           /* by number - 1 */
	uint32_t *numbers_by_hash; /* numbers, twice as many as there is room for; 0 is free */
	uint32_t count;
	uint32_t capacity; /* 0, or a power of two */
};

/* The number of a place, or the place itself. `all` counts what all directories have room for. */
uint64_t files_cookies_tell(struct files_cookies *cookies, _Atomic uint32_t *all, int64_t place);

/* False for what was never told. 0 is the beginning. */
bool files_cookies_find(const struct files_cookies *cookies, uint64_t cookie, int64_t *place);

void files_cookies_reset(struct files_cookies *cookies, _Atomic uint32_t *all);

#endif
