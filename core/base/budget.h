/*
 * budget: how many bytes one owner may hold, and how many it holds. What the kernel allocates on a
 * program's behalf is charged to that program's budget and refunded with the same size.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "core/port.h"

struct budget {
	uint64_t limit;
	uint64_t used;
};

/* STATUS_LIMIT, and nothing charged, where it is too much. */
must_check static inline enum status budget_charge(struct budget *budget, uint64_t bytes)
{
	if (budget->used > budget->limit || bytes > budget->limit - budget->used)
		return STATUS_LIMIT;
	budget->used += bytes;
	return STATUS_OK;
}

static inline void budget_refund(struct budget *budget, uint64_t bytes)
{
	core_assert(bytes <= budget->used);
	budget->used -= bytes;
}

/* Memory of the port's on this budget, not cleared; NULL where either refuses. */
must_check static inline void *budget_allocate(struct budget *budget, size_t size)
{
	if (budget_charge(budget, size) != STATUS_OK)
		return NULL;
	void *address = port_allocate(size);
	if (address == NULL)
		budget_refund(budget, size);
	return address;
}

/* Gives it back; a NULL address is ignored. */
static inline void budget_release(struct budget *budget, void *address, size_t size)
{
	if (address == NULL)
		return;
	port_release(address, size);
	budget_refund(budget, size);
}

#endif
