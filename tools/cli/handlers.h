/*
 * handlers: what --handle, --allow and --allow-for of `cairn run` say: which programs handle
 * interfaces during this run, and who may send to what.
 *
 *     handlers_add_option for each of them -> handlers_create -> handlers_take -> handlers_finish
 * -> the run -> handlers_destroy
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
	const char *deny[HANDLERS_WORDS_MAX]; /* with those of --allow no more than so many */
	uint32_t deny_count;
	const char *allow_for[HANDLERS_WORDS_MAX][2]; /* a program and an interface each */
	uint32_t allow_for_count;
};

/* What options_next returns for these; a command's other options without a letter follow. */
enum { OPTION_ALLOW = 256, OPTION_ALLOW_FOR, OPTION_DENY, OPTION_HANDLE, OPTION_OTHERS };

/* Takes the option that options_next has just returned. False after an error that was reported,
 * here and below. */
bool handlers_add_option(struct handlers_words *words, int option, struct options *options);

/* What one program may send to: the standard streams, what words say, and two interfaces that other
 * options stand for. */
struct handlers_granted {
	struct kernel_grant items[HANDLERS_WORDS_MAX + 3];
	struct wasm_name scopes[HANDLERS_WORDS_MAX + 3][2 * HANDLERS_WORDS_MAX];
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

/* Each word as below. */
bool handlers_take(struct handlers *handlers, struct store *store,
		   const struct handlers_words *words);

/* INTERFACE=PROGRAM. */
bool handlers_handle(struct handlers *handlers, struct store *store, const char *word);

/* INTERFACE[=SCOPE], for the program of the run. The words outlive the handlers, here and below. */
bool handlers_allow(struct handlers *handlers, const char *word);

/* INTERFACE, which the program of the run may not use, whatever else is said. */
bool handlers_deny(struct handlers *handlers, const char *word);

/* The same as handlers_allow for one that handles something in it. */
bool handlers_allow_for(struct handlers *handlers, struct store *store, const char *program_word,
			const char *word);

/* The program of the run may use the interface of that digest, within that scope, which outlives
 * the handlers. At most HANDLERS_WORDS_MAX times for each of two interfaces. */
void handlers_allow_scope(struct handlers *handlers, const uint8_t *interface,
			  struct wasm_name scope);

/* The handlers as the kernel wants them, in handlers->kernel; no words may follow. */
void handlers_finish(struct handlers *handlers);

#endif
