#include "test_port.h"

#include "support/port.h"

uint64_t test_port_allocations;
uint64_t test_port_live_bytes;
uint64_t test_port_committed_bytes;
uint64_t test_port_refuse_after = UINT64_MAX;

void *__wrap_port_allocate(size_t size);
void __wrap_port_release(void *address, size_t size);
enum status __real_port_region_reserve(uint64_t reserve_bytes, struct port_region *out);
enum status __wrap_port_region_reserve(uint64_t reserve_bytes, struct port_region *out);
enum status __real_port_region_commit(struct port_region *region, uint64_t commit_bytes);
enum status __wrap_port_region_commit(struct port_region *region, uint64_t commit_bytes);
void __real_port_region_release(struct port_region *region);
void __wrap_port_region_release(struct port_region *region);

static bool is_refused(void)
{
	return test_port_allocations++ >= test_port_refuse_after;
}

void *__wrap_port_allocate(size_t size)
{
	void *address = is_refused() ? NULL : __real_port_allocate(size);
	if (address != NULL)
		test_port_live_bytes += size;
	return address;
}

void __wrap_port_release(void *address, size_t size)
{
	if (address != NULL)
		test_port_live_bytes -= size;
	__real_port_release(address, size);
}

enum status __wrap_port_region_reserve(uint64_t reserve_bytes, struct port_region *out)
{
	return is_refused() ? STATUS_NO_MEMORY : __real_port_region_reserve(reserve_bytes, out);
}

enum status __wrap_port_region_commit(struct port_region *region, uint64_t commit_bytes)
{
	uint64_t before = region->committed;
	if (commit_bytes > before && is_refused())
		return STATUS_NO_MEMORY;
	enum status status = __real_port_region_commit(region, commit_bytes);
	test_port_committed_bytes += region->committed - before;
	return status;
}

void __wrap_port_region_release(struct port_region *region)
{
	test_port_committed_bytes -= region->committed;
	__real_port_region_release(region);
}
