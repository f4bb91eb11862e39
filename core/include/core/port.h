/*
 * port: everything that the core needs from the platform that carries it. Besides memcpy, memmove,
 * memset and memcmp these are the only symbols that the core leaves undefined; `make` checks it.
 *
 * A port supplies all functions of this header. They may be called from any of the CPUs that the
 * port lends to the core. None of them calls back into the core.
 */
#ifndef CORE_PORT_H
#define CORE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/*
 * The kernel's own records. `port_allocate` returns `size` bytes (1 or more) aligned to 16, not
 * cleared, or NULL when it refuses; the core survives any refusal. `port_release` gets the same
 * size back; a NULL address is ignored.
 */
void *port_allocate(size_t size) must_check;
void port_release(void *address, size_t size);

/*
 * A region is address space for a linear memory or a stack. `base` is page-aligned and never moves;
 * the first `committed` bytes are readable and writable, the rest up to `reserved` is not to be
 * touched. Fresh bytes are zero. Sizes are multiples of PORT_PAGE_BYTES.
 */
struct port_region {
	uint8_t *base;
	uint64_t reserved;
	uint64_t committed;
};

enum { PORT_PAGE_BYTES = 65536 };

/* Reserves address space, commits none of it. STATUS_NO_MEMORY when there is no room. */
enum status port_region_reserve(uint64_t reserve_bytes, struct port_region *out) must_check;

/* Grows the committed part to `commit_bytes` (at most `reserved`); never shrinks it. */
enum status port_region_commit(struct port_region *region, uint64_t commit_bytes) must_check;

/* Gives all of it back and clears the struct; a cleared struct is ignored. */
void port_region_release(struct port_region *region);

/* A clock that never goes back, in nanoseconds since an arbitrary start. */
uint64_t port_monotonic_ns(void);

/* A clock that counts while the calling thread of the host has a CPU, in nanoseconds since an
 * arbitrary start: the monotonic one where nobody takes CPUs away. It may cost a system call. */
uint64_t port_cpu_ns(void);

/* The wall clock, in nanoseconds since 1970-01-01T00:00:00Z. */
uint64_t port_wall_ns(void);

/* Unpredictable bytes, fit for keys. */
void port_random(void *out, size_t size);

/* SHA-256 (FIPS 180-4) of `size` bytes. */
void port_sha256(const void *data, size_t size, uint8_t out[32]);

enum port_log_level { PORT_LOG_DEBUG, PORT_LOG_INFO, PORT_LOG_WARNING, PORT_LOG_ERROR };

/* One line for the operator, without a newline, already escaped. */
void port_log(enum port_log_level level, const char *text, size_t size);

/* Which of the CPUs that the port lends to the core this is: 0 where there is only one. */
uint32_t port_cpu(void);

/* Called again and again by a CPU that waits for another one, with the number of times before: at
 * first to let an instant pass, after a while to let the host run somebody else. */
void port_cpu_relax(uint32_t tries);

/* A mistake of our own was found by an assertion. Prints `what` and where, and ends the node. */
_Noreturn void port_panic(const char *what, const char *file, int line);

/* Assertions are for our own mistakes, never for input, and stay on in every build. */
#define core_assert(condition) ((condition) ? (void)0 : port_panic(#condition, __FILE__, __LINE__))

#endif
