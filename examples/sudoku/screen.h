/*
 * screen: the board on a terminal. It is drawn whole each time, so that it is right again after
 * whatever has been there meanwhile.
 */
#ifndef SUDOKU_SCREEN_H
#define SUDOKU_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

enum { LINES_BELOW = 3, LINE_BYTES = 160 };

struct screen {
	const struct board *board;
	uint32_t cursor;
	const char *level;
	uint64_t seconds;
	bool shows_wrong;                    /* marks what is not as in the solution */
	char lines[LINES_BELOW][LINE_BYTES]; /* below the board, each with a zero at its end */
};

void screen_draw(const struct screen *screen);

/* The terminal is as it was: a fresh line, everything visible. */
void screen_leave(void);

#endif
