/*
 * program: the code of a program, shared by all processes that run it. Equal names are equal bytes,
 * so a program that runs already is neither fetched nor loaded again. The same goes for one that
 * ran lately: the code of programs that nobody runs any more is kept, up to so many bytes
 * (kernel_settings.kept_code_bytes), and those that were used the longest ago go first.
 *
 * Code is what a program's bytes are, and nothing that anybody has decided: rights are a process's,
 * and what a program states in `cairn.uses` is asked from its code at each start.
 *
 *     program_share, or program_load -> program_release; programs_drop_kept at the kernel's end
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
	bool is_partial;  /* what it states could not be kept for want of memory */
	void *code;       /* the engine's */
	uint64_t bytes;   /* that it holds, if it is kept */
	struct uses uses; /* that it states */
};

/* All of a kernel's. */
struct programs {
	struct list used; /* with references */
	struct list kept; /* without, the one that was used the longest ago first */
	uint64_t kept_bytes;
	uint32_t kept_count;
};

void programs_init(struct programs *programs);

/* The program, if it is here, with one more reference; NULL where it has to be loaded. */
struct program *program_share(struct kernel *kernel, const struct cid *cid);

/* Loads the bytes of a program that is not here. The lock is given up meanwhile: where another
 * process has loaded the same program in that time, its code is shared. */
must_check enum status program_load(struct kernel *kernel, const struct cid *cid,
				    const struct wasm_name *bytes, struct program **out,
				    struct fault *fault);
void program_release(struct program *program);

/* Gives back all that is kept; false where nothing was. */
bool programs_drop_kept(struct kernel *kernel);

#endif
