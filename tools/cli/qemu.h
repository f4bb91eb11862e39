/*
 * qemu: a virtual PC without a screen, which runs the kernel for bare metal. Its first serial line
 * is this process's standard input and output, its second the standard error stream, its third the
 * transcript of messages.
 */
#ifndef CLI_QEMU_H
#define CLI_QEMU_H

#include <stdbool.h>

struct transcript;

struct qemu_machine {
	int kernel; /* descriptors of files */
	int archive;
	const char *command_line; /* of the kernel */
	unsigned memory_mib;
	struct transcript *transcript; /* takes what the third line tells; NULL: there is none */
};

/* Runs the machine until it ends. The exit code is the one that the kernel told as its last words;
 * or -1 after an error that was reported. */
int qemu_run(const struct qemu_machine *machine);

#endif
