/*
 * json: writes JSON to a file, a value after the other. The caller opens and closes
 * what it opened; commas are put where they belong.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	bool needs_comma;
	FILE *file; /* NULL for the standard output */
};

/* `key` is NULL inside an array and at the outermost level. */
void json_open_object(struct json *json, const char *key);
void json_close_object(struct json *json);
void json_open_array(struct json *json, const char *key);
void json_close_array(struct json *json);

/* Any bytes: those that are not UTF-8 become U+FFFD each. */
void json_bytes(struct json *json, const char *key, const void *data, size_t size);
void json_string(struct json *json, const char *key, const char *string);
void json_number(struct json *json, const char *key, uint64_t value);
/* A thousandth of the value, with three decimals. */
void json_thousandths(struct json *json, const char *key, uint64_t value);
void json_null(struct json *json, const char *key);

/* Ends the line: one object a line. */
void json_end_line(struct json *json);

#endif
