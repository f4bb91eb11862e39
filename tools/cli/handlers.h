/*
 * handlers: what --handle and --allow say: which programs handle interfaces during a run, and who
 * may send to what.
 *
 *     handlers_create -> handlers_take, with what was typed -> hosted_create ... ->
 * handlers_destroy
 */
#ifndef CLI_HANDLERS_H
#define CLI_HANDLERS_H

#include <stdbool.h>

#include "core/kernel.h"

struct store;

/* Of each kind of word; more is a matter for a configuration. */
enum { HANDLERS_WORDS_MAX = 60 };

/* As typed. */
struct handlers_words {
	const char *handle[HANDLERS_WORDS_MAX];
	uint32_t handle_count;
	const char *allow[HANDLERS_WORDS_MAX];
	uint32_t allow_count;
};

/* False, and an error was reported, where there are too many. */
bool handlers_add_handle(struct handlers_words *words, const char *word);
bool handlers_add_allow(struct handlers_words *words, const char *word);

struct handler {
	struct digest interfaces[HANDLERS_WORDS_MAX];
	struct digest granted[HANDLERS_WORDS_MAX + 1];
	struct kernel_handler kernel; /* of the above */
};

struct handlers {
	struct handler all[HANDLERS_WORDS_MAX];
	struct kernel_handler kernel[HANDLERS_WORDS_MAX];
	uint32_t count;

	/* The program that is run: it is granted what `granted` holds. */
	struct cid program;
	struct digest granted[HANDLERS_WORDS_MAX + 1];
	uint32_t granted_count;
};

/* NULL, and an error was reported, where there is no memory. */
struct handlers *handlers_create(const struct cid *program);
void handlers_destroy(struct handlers *handlers);

/*
 * Each `handle` is INTERFACE=PROGRAM, each `allow` [PROGRAM=]INTERFACE, where the program is that
 * of the run or one that handles something in it. Afterwards the handlers are as the kernel wants
 * them in handlers->kernel; called once. False after an error that was reported.
 */
bool handlers_take(struct handlers *handlers, struct store *store,
		   const struct handlers_words *words);

#endif
