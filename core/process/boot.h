/*
 * boot: the programs that come with the kernel, and which of them handle what. kernel.h describes
 * the manifest (kernel_boot). A handler is started when the first message for it comes, again after
 * it has ended, and its bytes always come from the archive.
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

struct boot_program {
	struct list_link of_boot;
	char name[BOOT_NAME_BYTES]; /* with a terminating zero */
	struct cid cid;
	struct digest granted[BOOT_GRANTS_MAX];
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
