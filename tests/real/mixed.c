/*
 * Prints the same bytes each time, 10 MB or as many as its argument says, mixed as files are:
 * sentences, tables of numbers, records with fields, noise that no compressor shortens, long runs.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 88172645463325252u;
static long left = 10000000;

/* Marsaglia's xorshift: the same numbers everywhere. */
static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32);
}

/* The last byte ends the program. */
static void put(uint32_t byte)
{
	putchar((int)(byte & 0xff));
	if (--left == 0)
		exit(fflush(stdout) == 0 ? 0 : 1);
}

static void put_text(const char *text)
{
	while (*text != 0)
		put((unsigned char)*text++);
}

static void sentences(void)
{
	static const char *const words[] = {
	    "the",   "a",     "of",   "and",  "is",      "stone",  "river",   "carries", "under",
	    "every", "light", "hill", "path", "answers", "slowly", "message", "handler", "never",
	};
	for (int i = 0; i < 400; i++) {
		uint32_t common = next() % 2 == 0 ? 5 : 18;
		put_text(words[next() % common]);
		put_text(next() % 12 == 0 ? ".\n" : " ");
	}
}

static void table(void)
{
	char cell[16];
	uint32_t value = next() % 1000;
	for (int i = 0; i < 480; i++) {
		value += next() % 50;
		snprintf(cell, sizeof(cell), i % 8 == 7 ? "%8u\n" : "%8u,", (unsigned)value);
		put_text(cell);
	}
}

static void records(void)
{
	for (uint32_t i = 0; i < 200; i++) {
		uint32_t fields[4] = {i, next() % 16, 0xffff0000u | next() % 256, next()};
		for (int byte = 0; byte < 16; byte++)
			put(fields[byte / 4] >> byte % 4 * 8);
	}
}

static void noise(void)
{
	for (int i = 0; i < 3000; i++)
		put(next());
}

static void run(void)
{
	uint32_t byte = next();
	for (uint32_t i = next() % 6000; i > 0; i--)
		put(byte);
}

int main(int argc, char **argv)
{
	static void (*const parts[])(void) = {sentences, table,     records, noise,
					      run,       sentences, table};
	if (argc > 1)
		left = atol(argv[1]);
	while (left > 0)
		parts[next() % 7]();
	return 0;
}
