/*
 * nearest: which word a person may have meant.
 */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *typed;
	const char *word;  /* the best so far; NULL while none is near enough */
	unsigned distance; /* of `word`; at first one more than is near enough */
};

struct nearest nearest_to(const char *typed);
void nearest_consider(struct nearest *nearest, const char *word);

#endif
