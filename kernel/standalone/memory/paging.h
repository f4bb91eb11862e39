/*
 * paging: the page tables. Memory is mapped at its own address, writable and never executable, but
 * for the kernel's code, which is executable and never writable, and what it only reads. Page 0 and
 * the page below the kernel's stack are not there. Spans (spans.h) lie in the upper half.
 */
#ifndef MEMORY_PAGING_H
#define MEMORY_PAGING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

/* STATUS_NO_MEMORY where the tables do not fit. frames_init comes first. */
must_check enum status paging_init(void);

/* Maps the registers of a device, uncached, at their own address (the 2 MiB around it). */
must_check enum status paging_map_device(uint64_t address);

/* Makes the tables for these pages, so that filling one cannot fail. Both are multiples of pages.
 */
must_check enum status paging_prepare(uint64_t base, uint64_t size);

/* Maps a zeroed frame, which was promised, at a prepared page. */
void paging_fill(uint64_t page);
bool paging_is_filled(uint64_t page);

/* Takes all pages of that part away and gives their frames back; tables that lie inside of it too.
 * Returns how many there were. */
uint64_t paging_clear(uint64_t base, uint64_t size);

#endif
