/*
 * The smallest port that carries the core: for unit tests, the suite's runner, fuzzers and build
 * tools. Allocations can be made to fail (see port.h beside this file).
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <sodium.h>

#include "core/port.h"
#include "support/port.h"

_Atomic uint64_t test_port_allocations;
_Atomic uint64_t test_port_live_bytes;
_Atomic uint64_t test_port_committed_bytes;
uint64_t test_port_refuse_after = UINT64_MAX;
uint64_t test_port_refuse_until = UINT64_MAX;

uint64_t test_port_ahead_ns;
bool test_port_clock_stands;

static bool is_refused(void)
{
	uint64_t number = test_port_allocations++;
	return number >= test_port_refuse_after && number < test_port_refuse_until;
}

void *port_allocate(size_t size)
{
	if (is_refused())
		return NULL;
	void *address = malloc(size);
	if (address != NULL)
		test_port_live_bytes += size;
	return address;
}

void port_release(void *address, size_t size)
{
	if (address == NULL)
		return;
	test_port_live_bytes -= size;
	free(address);
}

enum status port_region_reserve(uint64_t reserve_bytes, struct port_region *out)
{
	if (is_refused())
		return STATUS_NO_MEMORY;
	void *base = mmap(NULL, reserve_bytes == 0 ? PORT_PAGE_BYTES : reserve_bytes, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return STATUS_NO_MEMORY;
	*out = (struct port_region){.base = base, .reserved = reserve_bytes};
	return STATUS_OK;
}

enum status port_region_commit(struct port_region *region, uint64_t commit_bytes)
{
	core_assert(commit_bytes <= region->reserved);
	if (commit_bytes <= region->committed)
		return STATUS_OK;
	if (is_refused())
		return STATUS_NO_MEMORY;
	if (mprotect(region->base, commit_bytes, PROT_READ | PROT_WRITE) != 0)
		return STATUS_NO_MEMORY;
	test_port_committed_bytes += commit_bytes - region->committed;
	region->committed = commit_bytes;
	return STATUS_OK;
}

void port_region_release(struct port_region *region)
{
	if (region->base != NULL)
		munmap(region->base, region->reserved == 0 ? PORT_PAGE_BYTES : region->reserved);
	test_port_committed_bytes -= region->committed;
	*region = (struct port_region){0};
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t port_monotonic_ns(void)
{
	static const uint64_t STOOD_AT_NS = 1000000000;
	uint64_t from_ns = test_port_clock_stands ? STOOD_AT_NS : clock_ns(CLOCK_MONOTONIC);
	return from_ns + test_port_ahead_ns;
}

uint64_t port_wall_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

void port_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

/* Tests that run a kernel on several CPUs set it on each of their threads. */
_Thread_local uint32_t test_port_cpu;

uint32_t port_cpu(void)
{
	return test_port_cpu;
}

void port_cpu_relax(uint32_t tries)
{
	if (tries > 64)
		sched_yield();
}

void port_sha256(const void *data, size_t size, uint8_t out[32])
{
	crypto_hash_sha256(out, data, size);
}

uint32_t test_port_log_lines;
bool test_port_keep_log;
char test_port_last_line[1024];

void port_log(enum port_log_level level, const char *text, size_t size)
{
	test_port_log_lines++;
	if (test_port_keep_log) {
		snprintf(test_port_last_line, sizeof test_port_last_line, "%.*s", (int)size, text);
		return;
	}
	if (level >= PORT_LOG_WARNING)
		fprintf(stderr, "%.*s\n", (int)size, text);
}

_Noreturn void port_panic(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
	abort();
}
