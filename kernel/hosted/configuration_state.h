/*
 * configuration_state: what the files of `configuration` share: what the texts say, before it
 * becomes a routing.
 */
#ifndef HOSTED_CONFIGURATION_STATE_H
#define HOSTED_CONFIGURATION_STATE_H

#include "configuration.h"
#include "syntax.h"

/* The word for the kernel's own part in a chain. */
#define CONFIGURATION_KERNEL "kernel"

/* A program as a file names it. */
struct configuration_item {
	struct cid program;
	bool is_kernel;
	const char *file;
	uint32_t line;
	const char *word;
	struct configuration_item *next; /* of its chain */
};

struct configuration_exception {
	struct configuration_item whose;
	struct configuration_item *chain;
	struct configuration_exception *next;
};

/* What one file says about one interface. */
struct configuration_handling {
	struct digest interface;
	const char *file;
	uint32_t line;
	uint32_t order;                   /* among all of one load */
	struct configuration_item *chain; /* NULL where it has only exceptions */
	struct configuration_exception *exceptions;
	/* A name in it is lost: nobody handles it, as what is left might let through what the
	 * lost one did not. */
	bool is_left_out;
};

struct configuration_handlings {
	struct configuration_handling *items; /* malloc'ed */
	uint32_t count;
	uint32_t capacity;
};

/* Zeroed memory that lives as long as the configuration; NULL where there is none. */
void *configuration_allocate(struct configuration *configuration, size_t size);
const char *configuration_copy(struct configuration *configuration, const char *text);

struct configuration_reading {
	struct configuration *configuration;
	const struct configuration_names *names;
	const char *file;
	struct fault *fault;
	struct configuration_handlings handlings;
};

/* The program that a word names. STATUS_NOT_FOUND where its name is lost, which the log then says;
 * what else is wrong is STATUS_INVALID, with its place. */
must_check enum status configuration_resolve(const struct configuration_reading *reading,
					     uint32_t line, const char *word, struct cid *out);

/* The same for an interface. */
must_check enum status configuration_resolve_interface(const struct configuration_reading *reading,
						       uint32_t line, const char *word,
						       struct digest *out);

/* NULL where the section has no such key; STATUS_INVALID where it has it twice. */
must_check enum status configuration_find_key(const struct configuration_reading *reading,
					      const struct syntax_node *section, const char *key,
					      const struct syntax_node **out);

/* What a tree says of programs. */
must_check enum status configuration_read_programs(struct configuration_reading *reading,
						   const struct syntax_node *section);

/* What a tree says of handlers. */
must_check enum status configuration_read_handlers(struct configuration_reading *reading,
						   const struct syntax_node *section);

/* Makes the routings of all that was read. */
must_check enum status configuration_route(struct configuration_reading *reading);

/* Orders them by interface and file; STATUS_INVALID where one file speaks twice of one interface.
 */
must_check enum status configuration_sort(struct configuration_reading *reading);

/* A file of the home, at most SYNTAX_BYTES_MAX and one byte; empty where there is none. malloc'ed.
 */
must_check enum status configuration_read_file(const char *home, const char *name, char **data,
					       size_t *size, struct fault *fault);

/* "FILE:LINE: WHAT: WORD". */
enum status configuration_refuse(const struct configuration_reading *reading, uint32_t line,
				 const char *what, const char *word);

#endif
