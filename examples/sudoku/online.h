/*
 * online: what the game would like to do beyond the terminal: keep the best time (`kv`) and tell a
 * server (`tcp`). Whether it may is the user's decision, and may change at any time; the game goes
 * on in any case, so each of these only says in words how it went.
 */
#ifndef SUDOKU_ONLINE_H
#define SUDOKU_ONLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct server {
	struct wire_string host;
	uint16_t port;
};

/* HOST:PORT. */
bool online_read_server(struct wire_bytes word, struct server *out);

/* The best time so far, 0 where there is none. */
uint32_t online_best(const char *level, struct text *how);

void online_keep_best(const char *level, uint32_t seconds, struct text *how);

/* Sends one line: "sudoku LEVEL SECONDS". */
void online_publish(const struct server *server, const char *level, uint32_t seconds,
		    struct text *how);

#endif
