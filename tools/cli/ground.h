/*
 * ground: what commands about decisions and names stand on: the home, its store, its records, and
 * the node that may be running there.
 *
 *     struct ground ground;
 *     if (!ground_open(&ground))
 *             return EXIT_FAILED;
 *     ... ground_changed(&ground, "decisions") ...
 *     ground_close(&ground);
 */
#ifndef CLI_GROUND_H
#define CLI_GROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "records.h"
#include "store.h"

struct json;

struct ground {
	char home[STORE_HOME_BYTES];
	struct store *store;
	struct records *records;
};

/* False after an error that was reported; here and below. */
bool ground_open(struct ground *ground);
void ground_close(struct ground *ground);

/* A CID, a petname, or a file, which is added to the store first. */
bool ground_program(struct ground *ground, const char *word, struct cid *out);

/* Tells a node that runs there what has changed on disk: "decisions", "names" or "configuration".
 * It is in force when this returns. */
bool ground_changed(struct ground *ground, const char *what);

/* Who decides here, for the audit: the name of the user. */
const char *ground_person(void);

/* "2026-11-28 01:02:03", in local time. */
struct ground_time {
	char text[32];
};
struct ground_time ground_time(uint64_t ns);
uint64_t ground_now_ns(void);

/* How a program and an interface are called in a line of text. */
struct ground_shown {
	char text[NAMES_SHOWN_BYTES];
};
struct ground_shown ground_show_program(struct ground *ground, const struct cid *program);
struct ground_shown ground_show_interface(struct ground *ground, const struct digest *interface);
struct ground_shown ground_word_of_program(struct ground *ground, const struct cid *program);
struct ground_shown ground_word_of_interface(struct ground *ground, const struct digest *interface);

/* The same in JSON: the whole hash, and the name or null. */
void ground_json_program(struct ground *ground, struct json *json, const struct cid *program);
void ground_json_interface(struct ground *ground, struct json *json,
			   const struct digest *interface);
void ground_json_scopes(struct json *json, const struct wasm_name *scopes, uint32_t count);

/* " within A, B", or nothing; at most two lines of it, escaped. */
struct ground_scopes {
	char text[1024];
};
struct ground_scopes ground_show_scopes(const struct wasm_name *scopes, uint32_t count);

#endif
