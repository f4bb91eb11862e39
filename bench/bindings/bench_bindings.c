/*
 * bench_bindings: encoding and decoding a record of 64 bytes, by the generated bindings and by
 * nanopb, in turn. Both end with the values in memory of their own.
 *
 *     bench_bindings [PAIRS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pb_decode.h>
#include <pb_encode.h>

#include <tests/bench.h>

#include "bench.pb.h"

enum { ROUNDS = 20000, PAIRS_MAX = 201 };

/* Keeps the compiler from seeing through memory. */
#define FORGET(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

struct owned_entry {
	uint64_t id;
	char name[32];
	uint32_t parents[8];
	uint32_t parent_count;
	bool is_public;
	bool expires_at_all;
	uint64_t expires;
};

static const struct bench_sample sample = {
    .time = 1795000000123456789,
    .sequence = 1234567,
    .source = 0xc0a80117,
    .channel = 3,
    .a = 21.75,
    .b = 1013.25,
    .c = 0.5f,
    .d = -3.25f,
    .offset = -981273918273123,
    .kind = 2,
    .quality = 950,
    .state = 0x8badf00d,
};

static const uint32_t parents[4] = {0x9b0ca27e, 0x7cfad2d9, 0x74c1a0aa, 0x4f994a39};

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "bench_bindings: %s failed\n", what);
	exit(1);
}

static size_t our_sample(void)
{
	uint8_t body[128];
	struct bench_put_sample_call call = {.sample = sample}, decoded;
	FORGET(&call);
	struct wire_out out = wire_out_over(body, sizeof body);
	bench_put_sample_encode(&out, &call);
	FORGET(body);
	must(bench_put_sample_decode(body, (size_t)out.size, &decoded) == WIRE_OK, "decoding");
	FORGET(&decoded);
	return (size_t)out.size;
}

static size_t their_sample(void)
{
	uint8_t body[128];
	Sample value = {.time = sample.time,
			.sequence = sample.sequence,
			.source = sample.source,
			.channel = sample.channel,
			.a = sample.a,
			.b = sample.b,
			.c = sample.c,
			.d = sample.d,
			.offset = sample.offset,
			.kind = sample.kind,
			.quality = sample.quality,
			.state = sample.state};
	Sample decoded = Sample_init_zero;
	FORGET(&value);
	pb_ostream_t out = pb_ostream_from_buffer(body, sizeof body);
	must(pb_encode(&out, Sample_fields, &value), "pb_encode");
	FORGET(body);
	pb_istream_t in = pb_istream_from_buffer(body, out.bytes_written);
	must(pb_decode(&in, Sample_fields, &decoded), "pb_decode");
	FORGET(&decoded);
	return out.bytes_written;
}

static size_t our_entry(void)
{
	uint8_t body[128];
	struct bench_put_entry_call call, decoded;
	struct owned_entry owned;
	call.entry =
	    (struct bench_entry){.id = 0x123456789abcdef0,
				 .name = wire_text("the-name-of-a-thing"),
				 .parents = {.items = parents, .count = 4},
				 .is_public = true,
				 .expires = {.has_value = true, .value = 1795000000123456789}};
	FORGET(&call);
	struct wire_out out = wire_out_over(body, sizeof body);
	bench_put_entry_encode(&out, &call);
	FORGET(body);
	must(bench_put_entry_decode(body, (size_t)out.size, &decoded) == WIRE_OK, "decoding");
	const struct bench_entry *entry = &decoded.entry;
	must(entry->name.size < sizeof owned.name && entry->parents.count <= 8, "the sizes");
	memcpy(owned.name, entry->name.data, entry->name.size);
	owned.name[entry->name.size] = '\0';
	memcpy(owned.parents, entry->parents.items, entry->parents.count * sizeof(uint32_t));
	owned.parent_count = entry->parents.count;
	owned.id = entry->id;
	owned.is_public = entry->is_public;
	owned.expires_at_all = entry->expires.has_value;
	owned.expires = entry->expires.value;
	FORGET(&owned);
	return (size_t)out.size;
}

static size_t their_entry(void)
{
	uint8_t body[128];
	Entry value = {.id = 0x123456789abcdef0,
		       .name = "the-name-of-a-thing",
		       .parents_count = 4,
		       .is_public = true,
		       .has_expires = true,
		       .expires = 1795000000123456789};
	Entry decoded = Entry_init_zero;
	memcpy(value.parents, parents, sizeof parents);
	FORGET(&value);
	pb_ostream_t out = pb_ostream_from_buffer(body, sizeof body);
	must(pb_encode(&out, Entry_fields, &value), "pb_encode");
	FORGET(body);
	pb_istream_t in = pb_istream_from_buffer(body, out.bytes_written);
	must(pb_decode(&in, Entry_fields, &decoded), "pb_decode");
	FORGET(&decoded);
	return out.bytes_written;
}

static double time_ns(size_t (*work)(void), size_t *bytes)
{
	struct timespec before, after;
	clock_gettime(CLOCK_MONOTONIC, &before);
	for (unsigned i = 0; i < ROUNDS; i++)
		*bytes = work();
	clock_gettime(CLOCK_MONOTONIC, &after);
	return ((double)(after.tv_sec - before.tv_sec) * 1e9 +
		(double)(after.tv_nsec - before.tv_nsec)) /
	       ROUNDS;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare);
	return values[count / 2];
}

static void measure(const char *name, size_t (*ours)(void), size_t (*theirs)(void), size_t pairs)
{
	double our_times[PAIRS_MAX], their_times[PAIRS_MAX];
	size_t our_bytes = 0, their_bytes = 0;
	for (size_t i = 0; i < pairs; i++) {
		our_times[i] = time_ns(ours, &our_bytes);
		their_times[i] = time_ns(theirs, &their_bytes);
	}
	double our_median = median(our_times, pairs), their_median = median(their_times, pairs);
	printf("%-28s %7.1f ns  nanopb %7.1f ns  ratio %.2f   %zu bytes, nanopb %zu, ratio %.2f\n",
	       name, our_median, their_median, our_median / their_median, our_bytes, their_bytes,
	       (double)our_bytes / (double)their_bytes);
}

int main(int count, char **arguments)
{
	size_t pairs = count > 1 ? strtoul(arguments[1], NULL, 10) : 15;
	if (pairs < 1 || pairs > PAIRS_MAX)
		pairs = 15;
	measure("record of 64 bytes, numbers", our_sample, their_sample, pairs);
	measure("record of 64 bytes, mixed", our_entry, their_entry, pairs);
	return 0;
}
