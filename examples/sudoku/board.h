/*
 * board: a puzzle, what the player has put into it, and what he can take back. Cells are numbered
 * row by row; 0 is an empty one.
 */
#ifndef SUDOKU_BOARD_H
#define SUDOKU_BOARD_H

#include <stdbool.h>
#include <stdint.h>

enum { CELLS = 81, UNDO_MAX = 512 };

struct board {
	uint8_t cells[CELLS];
	uint8_t solution[CELLS];
	bool is_given[CELLS];
	struct {
		uint8_t cell;
		uint8_t before;
	} undo[UNDO_MAX];
	uint32_t undo_count;
	uint32_t hints;
};

/* A puzzle with one solution and about so many given cells, another one for each seed. */
void board_generate(struct board *board, uint32_t given, uint64_t seed);

/* False for a given cell. */
bool board_put(struct board *board, uint32_t cell, uint8_t digit);
/* The cell that changed back, or CELLS. */
uint32_t board_undo(struct board *board);
/* Fills the cell, or the next empty one; which, or CELLS where there is none. */
uint32_t board_hint(struct board *board, uint32_t cell);

/* Whether the same digit stands in the cell's row, column or block. */
bool board_is_in_conflict(const struct board *board, uint32_t cell);
/* Cells that are filled and not as in the solution. */
uint32_t board_count_wrong(const struct board *board);
bool board_is_solved(const struct board *board);

#endif
