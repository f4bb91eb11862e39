/*
 * archive: what a kernel on bare metal gets beside itself: a CAR with the boot programs, as they
 * are in this binary, and the blocks of the programs that it is to run.
 */
#ifndef CLI_ARCHIVE_H
#define CLI_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "handlers.h"
#include "store.h"

/* Writes the archive; false after an error that was reported. */
bool archive_write(FILE *out, struct store *store, const struct cid *programs, size_t count);

/* The same of what takes part in a run: its program and the handlers. */
bool archive_write_run(FILE *out, struct store *store, const struct handlers *handlers);

/* The kernel for bare metal, an ELF: the build puts it into this binary (archive_kernel.S). */
extern const uint8_t archive_kernel[];
extern const uint64_t archive_kernel_size;

#endif
