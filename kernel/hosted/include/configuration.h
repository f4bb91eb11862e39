/*
 * configuration: what the user wants of a node, in two files of its home (docs/CONFIGURATION.md):
 *
 *     cairn.conf      his own: programs that start with the node, who handles which interface
 *     handlers.conf   what `cairn handle` was told; where both speak of an interface, this one
 * counts
 *
 * It is read whole and checked whole: an error names the file and the line, and nothing of it is in
 * force. A file that is not there is empty.
 *
 *     configuration_load -> configuration_apply, and whoever starts the programs
 *     -> configuration_destroy
 */
#ifndef CONFIGURATION_H
#define CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/kernel.h"
#include "core/status.h"

struct records;
struct store;

/* Who names what. Both return STATUS_OK, or an error and a text. */
struct configuration_names {
	enum status (*program)(void *self, const char *word, struct cid *out, struct fault *fault);
	enum status (*interface)(void *self, const char *word, struct digest *out,
				 struct fault *fault);
	/* Whether nothing was found because what the words stood for was lost; may be NULL. Then
	 * the entry is left out, and named in the log. */
	bool (*is_lost)(void *self, const char *word, bool is_program);
	/* Before the first and after the last of them; may be NULL. */
	void (*begin)(void *self);
	void (*end)(void *self);
	void *self;
};

/* Petnames of the records, CIDs that are in the store. */
struct configuration_names_of_node {
	struct records *records;
	struct store *store;
};
struct configuration_names configuration_names(struct configuration_names_of_node *of);

enum configuration_restart {
	CONFIGURATION_NEVER,
	CONFIGURATION_ON_FAILURE, /* unless it exits with 0 */
	CONFIGURATION_ALWAYS
};

/* A program that starts with the node. */
struct configuration_program {
	const char *name; /* as the file calls it */
	uint32_t line;
	struct cid program;
	const struct wasm_name *arguments; /* the name first */
	uint32_t argument_count;
	const struct wasm_name *environment; /* NAME=VALUE each */
	uint32_t environment_count;
	enum configuration_restart restart;
	uint64_t memory_bytes; /* as in struct kernel_start */
};

struct configuration {
	const struct configuration_program *programs; /* in the order of the file */
	uint32_t program_count;
	const struct kernel_routing *routings; /* by digest */
	uint32_t routing_count;
	uint32_t left_out;                  /* entries with names that were lost */
	struct configuration_block *blocks; /* what everything above is in */
};

/* The text of a file; its name is for faults. */
struct configuration_text {
	const char *name;
	const char *data;
	size_t size;
};

/* What the kernel asks and answers itself, `process` and its like: no program can handle it. */
bool configuration_is_kernels_own(const struct digest *interface);

/* Reads the two texts; later ones win over earlier ones. */
must_check enum status configuration_read(const struct configuration_text *texts, uint32_t count,
					  const struct configuration_names *names,
					  struct configuration **out, struct fault *fault);

/* Reads the two files of a home. */
must_check enum status configuration_load(const char *home, const struct configuration_names *names,
					  struct configuration **out, struct fault *fault);
void configuration_destroy(struct configuration *configuration);

/* ---- In force ---- */

/*
 * Puts the routing in force instead of that of `before` (NULL: none was). Interfaces of which only
 * `before` speaks get their handler of the platform back, or none. Where the kernel refuses one,
 * what was in force is so again.
 */
must_check enum status configuration_apply(struct kernel *kernel,
					   const struct configuration *configuration,
					   const struct configuration *before, struct fault *fault);

/* Whether a program is started again after that end, and how long after: it doubles with each of
 * `restarts` in a row, from a tenth of a second to half a minute. */
bool configuration_is_restarted(enum configuration_restart restart, const struct kernel_end *end);
uint64_t configuration_backoff_ms(uint32_t restarts);
/* A program that ran for so long begins anew with short pauses. */
enum { CONFIGURATION_SETTLED_MS = 60000 };

/* ---- cairn handle ---- */

struct configuration_change {
	struct digest interface;
	const struct cid *program; /* for whom alone, or NULL */

	/* Who handles it, the first of the chain first; none: what handlers.conf says is forgotten
	 * (STATUS_NOT_FOUND where it says nothing). */
	const struct kernel_stop *chain; /* `next` is not used */
	uint32_t chain_count;
};

/* Writes handlers.conf anew, unless what comes out is refused. The file is on the disk then. */
must_check enum status configuration_change(const char *home,
					    const struct configuration_change *change,
					    struct configuration_names_of_node *of,
					    struct fault *fault);

#endif
