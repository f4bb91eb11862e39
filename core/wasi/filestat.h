/*
 * filestat: what `files` tells of a file, as preview 1 has it, and the times that a program sets.
 */
#ifndef WASI_FILESTAT_H
#define WASI_FILESTAT_H

#include <cairn/files.h>

#include "call.h"
#include "preview1.h"

uint8_t filestat_type(enum files_kind kind);

/* Decodes the answer of describe or describe-path. */
must_check enum wasi_error filestat_decode(const struct call_answer *answer,
					   struct files_info *out);

/* Decodes it and writes a filestat. */
must_check enum wasi_error filestat_store(struct thread *thread, uint32_t address,
					  const struct call_answer *answer);

struct filestat_times {
	struct files_new_time accessed;
	struct files_new_time modified;
};

/* EINVAL where the flags contradict each other. */
must_check enum wasi_error filestat_times(uint64_t accessed, uint64_t modified, uint32_t flags,
					  struct filestat_times *out);

#endif
