/*
 * boot: the programs that come with the kernel, and what they handle (kernel_boot; kernel.h
 * describes the manifest). Their bytes are always taken from the archive.
 */
#ifndef PROCESS_BOOT_H
#define PROCESS_BOOT_H

#include <stdbool.h>

#include "core/car.h"
#include "core/cid.h"
#include "grants.h"
#include "kernel_limits.h"
#include "list.h"

struct handler;

_Static_assert((int)BOOT_NAME_BYTES <= (int)CID_TEXT_BYTES, "a handler's name has room for it");

struct boot_program {
	struct list_link of_boot;
	char name[BOOT_NAME_BYTES]; /* with a terminating zero */
	struct handler *handler;
	struct kernel_grant granted[BOOT_GRANTS_MAX];
	uint32_t granted_count;
	uint32_t handles_count;
};

struct boot {
	bool is_open;
	struct car car;
	struct list programs;
	uint32_t program_count;
};

void boot_init(struct boot *boot);
void boot_reset(struct boot *boot);

/* Whether that program comes with the kernel: the manifest names it. What the archive holds beside
 * those is for others to hand out. */
bool boot_has_program(const struct boot *boot, const struct cid *cid);

#endif
