/*
 * program: how a user names a program, and where blocks are kept.
 */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <stdbool.h>

#include "store.h"

/* The store of $CAIRN_HOME, or NULL after an error that was reported. */
struct store *program_open_store(void);

/* A CID; the user's name for a program; or a file, which is added to the store first. What reads as
 * a CID is one, and what is a name is that program, even where a file is called so: ./NAME is
 * always the file. False after an error that was reported. */
bool program_resolve(struct store *store, const char *argument, struct cid *out);

/* Opens a file for reading; `-` is the standard input. -1 after an error that was reported. */
int program_open_file(const char *name);

#endif
