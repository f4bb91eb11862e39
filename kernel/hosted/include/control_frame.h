/*
 * control_frame: what goes over a node's socket around the bodies of interfaces/control.wit. Each
 * side begins with the digest of that interface, so that a node and a command of different versions
 * find out at once; then frames: this header and a body. A command's frames are calls, with status
 * 0; a node's are answers, one for each call that has a result, in their order. There is at most
 * one such call under way, and calls without a result may follow it.
 *
 * Descriptors come with the first byte of the frame that they belong to.
 *
 * A node that cannot let a command in says why in place of its greeting: one of the bytes below, as
 * often as a greeting has bytes.
 */
#ifndef CONTROL_FRAME_H
#define CONTROL_FRAME_H

#include <stdint.h>

struct control_frame {
	uint32_t size; /* of the body */
	uint32_t status;
};

enum {
	CONTROL_BODY_BYTES_MAX = 1024 * 1024,
	CONTROL_DESCRIPTORS_MAX = 4,
	CONTROL_GREETING_BYTES = 32,

	/* How long a command may take for half a frame, its greeting, or its next request. */
	CONTROL_PATIENCE_MS = 5000,

	/* Programs that commands run; beside them there is room for commands that look and decide.
	 */
	CONTROL_RUNS_MAX = 1024,
	CONTROL_CLIENTS_MAX = CONTROL_RUNS_MAX + 64
};

enum control_refusal {
	CONTROL_REFUSAL_USER = 1,  /* another user's */
	CONTROL_REFUSAL_FULL = 2,  /* CONTROL_CLIENTS_MAX are there */
	CONTROL_REFUSAL_FILES = 3, /* the node may open no more files */
};

#endif
