/*
 * test_loop: a loop of libuv for tests that see the bindings of `tcp`, whose names are also those
 * of headers that libuv's includes. Its functions are declared here as libuv has them.
 */
#ifndef TEST_LOOP_H
#define TEST_LOOP_H

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

struct uv_loop_s;
size_t uv_loop_size(void);
int uv_loop_init(struct uv_loop_s *loop);
int uv_loop_close(struct uv_loop_s *loop);
int uv_run(struct uv_loop_s *loop, int mode);

enum { TEST_LOOP_DEFAULT = 0, TEST_LOOP_NOWAIT = 2 }; /* UV_RUN_* */

static inline struct uv_loop_s *test_loop_create(void)
{
	struct uv_loop_s *loop = malloc(uv_loop_size());
	return loop != NULL && uv_loop_init(loop) == 0 ? loop : NULL;
}

/* What is ready now; a moment of rest. */
static inline void test_loop_turn(struct uv_loop_s *loop)
{
	(void)uv_run(loop, TEST_LOOP_NOWAIT);
	usleep(1000);
}

/* Runs until everything is closed. 0 where nothing is left. */
static inline int test_loop_destroy(struct uv_loop_s *loop)
{
	(void)uv_run(loop, TEST_LOOP_DEFAULT);
	int status = uv_loop_close(loop);
	free(loop);
	return status;
}

#endif
