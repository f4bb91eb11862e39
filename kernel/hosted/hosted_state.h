/*
 * hosted_state: all that a node is, for the files of this folder. hosted.h (the public one) says in
 * which order it is used.
 */
#ifndef HOSTED_STATE_H
#define HOSTED_STATE_H

#include <uv.h>

#include "blocks.h"
#include "control.h"
#include "cpus.h"
#include "files.h"
#include "hosted.h"
#include "journal.h"
#include "launch.h"
#include "log.h"
#include "net.h"
#include "prompt.h"
#include "terminal.h"
#include "tracing.h"
#include "wishes.h"

/* The signals by which a user ends a node. */
enum { END_SIGNAL_COUNT = 3 };

struct hosted {
	struct hosted_settings settings;
	struct kernel *kernel;
	struct cpus *cpus;
	uv_loop_t loop;
	uv_timer_t deadline;
	uv_signal_t signals[END_SIGNAL_COUNT];
	uint64_t start_ns;
	bool is_ending;

	/* The services of the platform, in the order of their creation. */
	struct terminal *terminal;
	struct prompt *prompt;
	struct blocks *blocks;
	struct net *net;
	struct files *files;

	struct wishes *wishes; /* NULL in a node without a home */
	struct launches launches;
	struct tracing tracing;
	struct journal *journal; /* NULL where no log is kept */
	struct control control;
	struct log_sink sink;
	struct kernel_log log;
};

/* The loop ends when what it is doing is done. */
void hosted_end(struct hosted *hosted);

#endif
