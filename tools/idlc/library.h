/*
 * library: the files of one run, and the interfaces in them. Files that were not named on the
 * command line are read when a `use` needs them.
 *
 *     library_read or library_parse, for each file -> library_resolve -> the trees are complete,
 *     unless there is an error in the report
 */
#ifndef IDLC_LIBRARY_H
#define IDLC_LIBRARY_H

#include "tree.h"

struct library {
	struct pool pool;
	struct report report;
	struct file *files; /* in the order of reading */
	unsigned file_count;
	const char *const *folders; /* where to look for interfaces of other packages */
	unsigned folder_count;
	bool is_closed; /* a `use` never reads a file: for definitions that nobody vouches for */
};

void library_read(struct library *library, const char *path);

/* The same for bytes in memory. */
void library_parse(struct library *library, const char *path, const char *data, size_t size);

/* Finds what every name stands for, and every mistake that is left. */
void library_resolve(struct library *library);

/* Where a `use` in `file` leads; reads files as needed. NULL where there is no such interface. */
struct interface *library_find(struct library *library, const struct file *file,
			       const struct use *use);

/* Gives everything back. */
void library_drop(struct library *library);

#endif
