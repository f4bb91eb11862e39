/*
 * boot: which programs handle what: those that come with the kernel, and those that the port names
 * (kernel_add_handler). kernel.h describes the manifest (kernel_boot). A handler is started when
 * the first message for it comes, and again after it has ended. The bytes of those that come with
 * the kernel are always taken from the archive.
 */
#ifndef PROCESS_BOOT_H
#define PROCESS_BOOT_H

#include <stdbool.h>

#include "core/car.h"
#include "core/cid.h"
#include "grants.h"
#include "kernel_limits.h"
#include "list.h"

struct exchange;
struct route;

_Static_assert((int)BOOT_NAME_BYTES <= (int)CID_TEXT_BYTES, "a name of either kind has room");

struct boot_program {
	struct list_link of_boot;
	char name[CID_TEXT_BYTES]; /* in the manifest, or the CID; with a terminating zero */
	struct cid cid;
	struct kernel_grant granted[BOOT_GRANTS_MAX];
	uint32_t granted_count;
	struct grant_set *grants;
	struct route *handles[BOOT_HANDLES_MAX];
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

/* Starts the program that handles the route (exchange_hooks). */
enum status boot_start_handler(struct exchange *exchange, struct route *route);

#endif
