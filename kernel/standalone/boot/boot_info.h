/*
 * boot_info: what a loader tells the kernel (PVH's start info, or multiboot2's), copied into one
 * record, so that its memory can be reused. Only the archive (the first module) stays where it is.
 */
#ifndef BOOT_BOOT_INFO_H
#define BOOT_BOOT_INFO_H

#include <stdint.h>

#include "core/status.h"

struct boot_area {
	uint64_t base;
	uint64_t size;
};

enum {
	BOOT_AREAS_MAX = 128, /* more than firmware is known to tell; the rest is not used */
	BOOT_COMMAND_LINE_BYTES = 16384
};

struct boot_info {
	struct boot_area ram[BOOT_AREAS_MAX];
	uint32_t ram_count;
	struct boot_area archive; /* size 0 where there is none */
	char command_line[BOOT_COMMAND_LINE_BYTES];
};

/*
 * `magic` and `address` are what the entry was given. STATUS_MALFORMED where it is no structure
 * that is known, STATUS_LIMIT where the command line is too long.
 */
must_check enum status boot_info_read(uint32_t magic, uint64_t address, struct boot_info *out);

#endif
