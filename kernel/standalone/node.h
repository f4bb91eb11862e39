/*
 * node: the kernel with this port's interfaces, and one program from its start to its end.
 */
#ifndef STANDALONE_NODE_H
#define STANDALONE_NODE_H

#include "boot/boot_info.h"
#include "core/kernel.h"

struct node_settings {
	const struct kernel_host_module *host_modules;
	uint32_t host_module_count;
};

/* Runs what the command line names, and ends the machine with its exit code. */
_Noreturn void node_run(struct boot_info *boot, const struct node_settings *settings);

#endif
