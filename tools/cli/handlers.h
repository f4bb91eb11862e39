/*
 * handlers: what --handle and --allow of `cairn run` say: which programs handle interfaces during
 * this run, and who may send to what.
 *
 *     handlers_create -> handlers_handle, handlers_allow for each word -> hosted_create ... ->
 *     handlers_destroy
 */
#ifndef CLI_HANDLERS_H
#define CLI_HANDLERS_H

#include <stdbool.h>

#include "core/kernel.h"

struct store;

/* Of each kind of word; more is a matter for a configuration. */
enum { HANDLERS_WORDS_MAX = 60 };

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
	struct digest granted[HANDLERS_WORDS_MAX + 2];
	uint32_t granted_count;
};

/* NULL, and an error was reported, where there is no memory. */
struct handlers *handlers_create(const struct cid *program);
void handlers_destroy(struct handlers *handlers);

/* INTERFACE=PROGRAM. False after an error that was reported, here and below. */
bool handlers_handle(struct handlers *handlers, struct store *store, const char *word);

/* [PROGRAM=]INTERFACE; the program is that of the run or one that handles something in it. */
bool handlers_allow(struct handlers *handlers, struct store *store, const char *word);

/* The program of the run may use `files`. */
void handlers_allow_files(struct handlers *handlers);

/* The handlers as the kernel wants them, in handlers->kernel; no words may follow. */
void handlers_finish(struct handlers *handlers);

#endif
