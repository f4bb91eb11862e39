/*
 * bounds: every maximum of the interface compiler, each with its reason.
 */
#ifndef IDLC_BOUNDS_H
#define IDLC_BOUNDS_H

enum {
	/* A file is read whole; definitions are a thousandth of this. */
	LIMIT_SOURCE_BYTES = 16 * 1024 * 1024,
	/* What one run reads: a `use` can name files, and they can use others. */
	LIMIT_SOURCES = 1024,
	/* Records of the syntax tree; keeps the memory for a hostile file under 100 MB. */
	LIMIT_TREE_NODES = 500 * 1000,
	/* The text is fetched and shown by others, who must be able to hold
	   it. */
	LIMIT_CANONICAL_BYTES = 64 * 1024,
	/* A name becomes part of identifiers and error lines. */
	LIMIT_NAME_BYTES = 64,
	/* Types inside types, aliases and named types followed: decoders recurse so deep, and a
	 * program's stack may have 64 KiB. */
	LIMIT_DEPTH = 32,
	/* A value's memory in C without what its lists point to. Records in records double it per
	 * line of text; values live on stacks. */
	LIMIT_VALUE_BYTES = 16 * 1024,
	/* A case is one byte on the wire. */
	LIMIT_CASES = 256,
	/* Flags are one integer in C. */
	LIMIT_FLAGS = 64,
	/* More than this helps nobody. */
	LIMIT_ERRORS = 20,
};

#endif
