/*
 * The simulator's port: a virtual clock, seeded randomness, and memory that is refused now and
 * then. Each allocation remembers its size, so that one given back with another size is caught.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/port.h"
#include "sim.h"

static struct chance chance;
static uint32_t refused_percent;
static bool has_faults;
static uint64_t live_bytes;
static uint64_t now_ns;

uint32_t sim_cpu;

struct block_header {
	size_t size;
	size_t guard;
};

enum { GUARD = 0x5afe };

void sim_port_reset(uint64_t seed, uint32_t refuse_percent)
{
	chance.state = seed ^ 0x9e3779b97f4a7c15;
	refused_percent = refuse_percent;
	has_faults = false;
	now_ns = 1000;
	sim_cpu = 0;
	if (live_bytes != 0)
		sim_fail("%llu bytes were left by the run before", (unsigned long long)live_bytes);
}

void sim_port_advance(uint64_t ns)
{
	now_ns += ns;
}

void sim_port_set_faults(bool on)
{
	has_faults = on;
}

uint64_t sim_port_live_bytes(void)
{
	return live_bytes;
}

static bool is_refused(void)
{
	return has_faults && refused_percent > 0 && chance_percent(&chance, refused_percent);
}

void *port_allocate(size_t size)
{
	if (size == 0)
		sim_fail("an allocation of no bytes");
	if (is_refused())
		return NULL;
	struct block_header *block = malloc(sizeof *block + size);
	if (block == NULL)
		abort();
	*block = (struct block_header){size, GUARD};
	memset(block + 1, 0xa5, size);
	live_bytes += size;
	return block + 1;
}

void port_release(void *address, size_t size)
{
	if (address == NULL)
		return;
	struct block_header *block = (struct block_header *)address - 1;
	if (block->guard != GUARD)
		sim_fail("memory was given back that is not held");
	if (block->size != size)
		sim_fail("%zu bytes were given back as %zu", block->size, size);
	live_bytes -= size;
	memset(block, 0xdd, sizeof *block + size);
	free(block);
}

enum status port_region_reserve(uint64_t reserve_bytes, struct port_region *out)
{
	if (is_refused())
		return STATUS_NO_MEMORY;
	uint8_t *base = malloc(reserve_bytes + 1);
	if (base == NULL)
		return STATUS_NO_MEMORY;
	*out = (struct port_region){.base = base, .reserved = reserve_bytes};
	return STATUS_OK;
}

enum status port_region_commit(struct port_region *region, uint64_t commit_bytes)
{
	if (commit_bytes <= region->committed)
		return STATUS_OK;
	if (is_refused())
		return STATUS_NO_MEMORY;
	memset(region->base + region->committed, 0, commit_bytes - region->committed);
	region->committed = commit_bytes;
	return STATUS_OK;
}

void port_region_release(struct port_region *region)
{
	free(region->base);
	*region = (struct port_region){0};
}

uint64_t port_monotonic_ns(void)
{
	return now_ns;
}

uint64_t port_cpu_ns(void)
{
	return now_ns;
}

uint64_t port_wall_ns(void)
{
	return now_ns + 1700000000000000000;
}

void port_random(void *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)out)[i] = (uint8_t)chance_next(&chance);
}

uint32_t port_cpu(void)
{
	return sim_cpu;
}

void port_cpu_relax(uint32_t tries)
{
	sim_relax();
}

void port_sha256(const void *data, size_t size, uint8_t out[32])
{
	crypto_hash_sha256(out, data, size);
}

void port_log(enum port_log_level level, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] < 0x20)
			sim_fail("a line for the operator is not escaped");
	sim_trace("  log %d: %.*s", (int)level, (int)size, text);
}

_Noreturn void port_panic(const char *what, const char *file, int line)
{
	sim_fail("%s:%d: assertion failed: %s", file, line, what);
}
