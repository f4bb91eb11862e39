/*
 * program: the code of a program, shared by all processes that run it. Equal names are equal bytes,
 * so a program that runs already is neither fetched nor loaded again.
 */
#ifndef PROCESS_PROGRAM_H
#define PROCESS_PROGRAM_H

#include "core/cid.h"
#include "core/status.h"
#include "core/wasm.h"
#include "list.h"
#include "uses.h"

struct kernel;

struct program {
	struct list_link of_kernel;
	struct kernel *kernel;
	struct cid cid;
	uint32_t references;
	void *code;       /* the engine's */
	struct uses uses; /* that it states */
};

/* A running program, shared once more; NULL where none runs. */
struct program *program_share(struct kernel *kernel, const struct cid *cid);

/* Loads the bytes of a program that does not run yet. The lock is given up meanwhile: two processes
 * may load the same program, each for itself. */
must_check enum status program_load(struct kernel *kernel, const struct cid *cid,
				    const struct wasm_name *bytes, struct program **out,
				    struct fault *fault);
void program_release(struct program *program);

#endif
