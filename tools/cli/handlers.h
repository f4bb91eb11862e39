/*
 * handlers: what --handle, --allow and --allow-for say: which programs handle interfaces during a
 * run, and who may send to what.
 *
 *     handlers_add_option for each of them -> handlers_create -> handlers_take -> hosted_create ...
 *     -> handlers_destroy
 */
#ifndef CLI_HANDLERS_H
#define CLI_HANDLERS_H

#include <stdbool.h>

#include "core/kernel.h"

struct options;
struct store;

/* Of each kind of word; more is a matter for a configuration. */
enum { HANDLERS_WORDS_MAX = 60 };

/* As typed. */
struct handlers_words {
	const char *handle[HANDLERS_WORDS_MAX];
	uint32_t handle_count;
	const char *allow[HANDLERS_WORDS_MAX];
	uint32_t allow_count;
	const char *allow_for[HANDLERS_WORDS_MAX][2]; /* a program and an interface each */
	uint32_t allow_for_count;
};

/* What options_next returns for these, in every command that runs programs. */
enum { OPTION_ALLOW = 256, OPTION_ALLOW_FOR, OPTION_HANDLE };

/* Takes the option that options_next has just returned. False after an error that was reported,
 * here and below. */
bool handlers_add_option(struct handlers_words *words, int option, struct options *options);

/* What one program may send to: the standard streams, and what words say. */
struct handlers_granted {
	struct kernel_grant items[HANDLERS_WORDS_MAX + 1];
	struct wasm_name scopes[HANDLERS_WORDS_MAX + 1][HANDLERS_WORDS_MAX];
	uint32_t count;
};

struct handler {
	struct digest interfaces[HANDLERS_WORDS_MAX];
	struct handlers_granted granted;
	struct kernel_handler kernel; /* of the above */
};

struct handlers {
	struct handler all[HANDLERS_WORDS_MAX];
	struct kernel_handler kernel[HANDLERS_WORDS_MAX];
	uint32_t count;

	/* The program that is run: it is granted what `granted` holds. */
	struct cid program;
	struct handlers_granted granted;
};

/* NULL, and an error was reported, where there is no memory. */
struct handlers *handlers_create(const struct cid *program);
void handlers_destroy(struct handlers *handlers);

/*
 * Each `handle` is INTERFACE=PROGRAM, each `allow` INTERFACE[=SCOPE] for the program of the run, or
 * one that handles something in it. Afterwards the handlers are as the kernel wants them in
 * handlers->kernel. Called once; the words outlive the handlers.
 */
bool handlers_take(struct handlers *handlers, struct store *store,
		   const struct handlers_words *words);

#endif
