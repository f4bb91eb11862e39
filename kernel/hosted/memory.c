/*
 * The port's memory. A region is one private mapping, reserved without access and without charge;
 * committing makes its front readable and writable. The kernel of the host fills pages with zeros
 * as they are touched, so nothing is paid for what a program never uses.
 */
#include "core/port.h"

#include <stdlib.h>
#include <sys/mman.h>

/*
 * Below this size a region is a stack or a small memory, of which a program touches a page here and
 * there: huge pages would multiply what it costs. Larger memories gain from them.
 */
enum { HUGE_PAGES_FROM_BYTES = 4 << 20 };

void *port_allocate(size_t size)
{
	return malloc(size);
}

void port_release(void *address, size_t size)
{
	free(address);
}

/* mmap refuses a size of 0, which is a valid reservation; it still occupies a page. */
static uint64_t mapped_bytes(uint64_t reserve_bytes)
{
	return reserve_bytes == 0 ? PORT_PAGE_BYTES : reserve_bytes;
}

enum status port_region_reserve(uint64_t reserve_bytes, struct port_region *out)
{
	core_assert(reserve_bytes % PORT_PAGE_BYTES == 0);
	uint64_t size = mapped_bytes(reserve_bytes);
	void *base =
	    mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return STATUS_NO_MEMORY;
	if (size < HUGE_PAGES_FROM_BYTES)
		(void)madvise(base, size, MADV_NOHUGEPAGE); /* A host without them refuses: fine. */
	*out = (struct port_region){.base = base, .reserved = reserve_bytes};
	return STATUS_OK;
}

enum status port_region_commit(struct port_region *region, uint64_t commit_bytes)
{
	core_assert(commit_bytes <= region->reserved && commit_bytes % PORT_PAGE_BYTES == 0);
	if (commit_bytes <= region->committed)
		return STATUS_OK;
	if (mprotect(region->base + region->committed, commit_bytes - region->committed,
		     PROT_READ | PROT_WRITE) != 0)
		return STATUS_NO_MEMORY;
	region->committed = commit_bytes;
	return STATUS_OK;
}

void port_region_release(struct port_region *region)
{
	if (region->base != NULL)
		core_assert(munmap(region->base, mapped_bytes(region->reserved)) == 0);
	*region = (struct port_region){0};
}
