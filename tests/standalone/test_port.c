#include "test_port.h"

#include <stdbool.h>

#include "core/text.h"
#include "support/port.h"

_Atomic uint64_t test_port_allocations;
_Atomic uint64_t test_port_live_bytes;
_Atomic uint64_t test_port_committed_bytes;
uint64_t test_port_refuse_after = UINT64_MAX;
uint64_t test_port_refuse_until = UINT64_MAX;
uint64_t test_port_ahead_ns;
bool test_port_clock_stands;
uint32_t test_port_log_lines;
bool test_port_keep_log;
char test_port_last_line[1024];

void *__wrap_port_allocate(size_t size);
void __wrap_port_release(void *address, size_t size);
enum status __real_port_region_reserve(uint64_t reserve_bytes, struct port_region *out);
enum status __wrap_port_region_reserve(uint64_t reserve_bytes, struct port_region *out);
enum status __real_port_region_commit(struct port_region *region, uint64_t commit_bytes);
enum status __wrap_port_region_commit(struct port_region *region, uint64_t commit_bytes);
void __real_port_region_release(struct port_region *region);
void __wrap_port_region_release(struct port_region *region);

uint64_t __real_port_monotonic_ns(void);
uint64_t __wrap_port_monotonic_ns(void);

void __real_port_log(enum port_log_level level, const char *text, size_t size);
void __wrap_port_log(enum port_log_level level, const char *text, size_t size);

static bool is_refused(void)
{
	uint64_t number = test_port_allocations++;
	return number >= test_port_refuse_after && number < test_port_refuse_until;
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

uint64_t __wrap_port_monotonic_ns(void)
{
	static const uint64_t STOOD_AT_NS = 1000000000;
	uint64_t from_ns = test_port_clock_stands ? STOOD_AT_NS : __real_port_monotonic_ns();
	return from_ns + test_port_ahead_ns;
}

void __wrap_port_log(enum port_log_level level, const char *text, size_t size)
{
	test_port_log_lines++;
	if (!test_port_keep_log) {
		__real_port_log(level, text, size);
		return;
	}
	struct text line = text_over(test_port_last_line, sizeof test_port_last_line);
	text_bytes(&line, text, size);
}
