/*
 * The search looks at the empty cell with the fewest digits left first, so that it seldom goes
 * wrong. A puzzle is a full grid out of which cells are taken in a random order, as long as there
 * is one solution.
 */
#include "board.h"

#define ALL_DIGITS 0x1ffu /* bit 0 is the digit 1 */

struct grid {
	uint8_t cells[CELLS];
	uint32_t rows[9], columns[9], blocks[9]; /* digits that are used */
};

/* ---- Chance ---- */

/* xorshift64*: any seed but 0. */
static uint32_t random_below(uint64_t *state, uint32_t limit)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545f4914f6cdd1dull) >> 33) % limit;
}

static void shuffle(uint8_t *items, uint32_t count, uint64_t *state)
{
	for (uint32_t i = count; i > 1; i--) {
		uint32_t j = random_below(state, i);
		uint8_t item = items[i - 1];
		items[i - 1] = items[j];
		items[j] = item;
	}
}

/* ---- Grids ---- */

static uint32_t block_of(uint32_t cell)
{
	return cell / 27 * 3 + cell % 9 / 3;
}

static void toggle(struct grid *grid, uint32_t cell, uint32_t digit)
{
	uint32_t bit = 1u << (digit - 1);
	grid->rows[cell / 9] ^= bit;
	grid->columns[cell % 9] ^= bit;
	grid->blocks[block_of(cell)] ^= bit;
}

static void fill(struct grid *grid, uint32_t cell, uint32_t digit)
{
	grid->cells[cell] = (uint8_t)digit;
	toggle(grid, cell, digit);
}

static void clear(struct grid *grid, uint32_t cell)
{
	toggle(grid, cell, grid->cells[cell]);
	grid->cells[cell] = 0;
}

static uint32_t digits_left(const struct grid *grid, uint32_t cell)
{
	return ALL_DIGITS &
	       ~(grid->rows[cell / 9] | grid->columns[cell % 9] | grid->blocks[block_of(cell)]);
}

/* CELLS where all are full. */
static uint32_t tightest_cell(const struct grid *grid)
{
	uint32_t found = CELLS, fewest = 10;
	for (uint32_t cell = 0; cell < CELLS && fewest > 1; cell++) {
		if (grid->cells[cell] != 0)
			continue;
		uint32_t count = (uint32_t)__builtin_popcount(digits_left(grid, cell));
		if (count >= fewest)
			continue;
		fewest = count;
		found = cell;
	}
	return found;
}

/* How many solutions there are, up to `limit`. With `order`, the digits are tried in it, and the
 * grid keeps the last solution. */
static uint32_t solve(struct grid *grid, uint32_t limit, const uint8_t *order)
{
	uint32_t cell = tightest_cell(grid);
	uint32_t count = 0;
	if (cell == CELLS)
		return 1;
	uint32_t left = digits_left(grid, cell);
	for (uint32_t i = 0; i < 9; i++) {
		uint32_t digit = order == 0 ? i + 1 : order[i];
		if ((left & 1u << (digit - 1)) == 0)
			continue;
		fill(grid, cell, digit);
		count += solve(grid, limit - count, order);
		if (count >= limit && order != 0)
			return count;
		clear(grid, cell);
		if (count >= limit)
			break;
	}
	return count;
}

/* ---- Puzzles ---- */

static void make_solution(struct grid *grid, uint64_t *state)
{
	uint8_t digits[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	*grid = (struct grid){{0}, {0}, {0}, {0}};
	/* The three blocks on the diagonal do not see each other. */
	for (uint32_t block = 0; block < 3; block++) {
		shuffle(digits, 9, state);
		for (uint32_t i = 0; i < 9; i++)
			fill(grid, (block * 3 + i / 3) * 9 + block * 3 + i % 3, digits[i]);
	}
	shuffle(digits, 9, state);
	solve(grid, 1, digits);
}

static void take_cells(struct grid *grid, uint32_t given, uint64_t *state)
{
	uint8_t order[CELLS];
	for (uint32_t i = 0; i < CELLS; i++)
		order[i] = (uint8_t)i;
	shuffle(order, CELLS, state);
	uint32_t left = CELLS;
	for (uint32_t i = 0; i < CELLS && left > given; i++) {
		uint8_t digit = grid->cells[order[i]];
		clear(grid, order[i]);
		if (solve(grid, 2, 0) == 1)
			left--;
		else
			fill(grid, order[i], digit);
	}
}

void board_generate(struct board *board, uint32_t given, uint64_t seed)
{
	struct grid grid;
	uint64_t state = seed * 0x9e3779b97f4a7c15ull + 0x1234567;
	state |= 1;
	make_solution(&grid, &state);
	for (uint32_t i = 0; i < CELLS; i++)
		board->solution[i] = grid.cells[i];
	take_cells(&grid, given, &state);
	for (uint32_t i = 0; i < CELLS; i++) {
		board->cells[i] = grid.cells[i];
		board->is_given[i] = grid.cells[i] != 0;
	}
	board->undo_count = 0;
	board->hints = 0;
}

/* ---- Playing ---- */

bool board_put(struct board *board, uint32_t cell, uint8_t digit)
{
	if (board->is_given[cell])
		return false;
	if (board->cells[cell] == digit)
		return true;
	if (board->undo_count == UNDO_MAX) {
		board->undo_count--;
		for (uint32_t i = 0; i < board->undo_count; i++)
			board->undo[i] = board->undo[i + 1];
	}
	board->undo[board->undo_count].cell = (uint8_t)cell;
	board->undo[board->undo_count++].before = board->cells[cell];
	board->cells[cell] = digit;
	return true;
}

uint32_t board_undo(struct board *board)
{
	if (board->undo_count == 0)
		return CELLS;
	board->undo_count--;
	uint32_t cell = board->undo[board->undo_count].cell;
	board->cells[cell] = board->undo[board->undo_count].before;
	return cell;
}

uint32_t board_hint(struct board *board, uint32_t cell)
{
	for (uint32_t i = 0; i < CELLS; i++, cell = (cell + 1) % CELLS) {
		if (board->cells[cell] == board->solution[cell])
			continue;
		board_put(board, cell, board->solution[cell]);
		board->hints++;
		return cell;
	}
	return CELLS;
}

bool board_is_in_conflict(const struct board *board, uint32_t cell)
{
	for (uint32_t other = 0; other < CELLS; other++) {
		bool is_seen = other / 9 == cell / 9 || other % 9 == cell % 9 ||
			       block_of(other) == block_of(cell);
		if (other != cell && is_seen && board->cells[other] != 0 &&
		    board->cells[other] == board->cells[cell])
			return true;
	}
	return false;
}

uint32_t board_count_wrong(const struct board *board)
{
	uint32_t count = 0;
	for (uint32_t cell = 0; cell < CELLS; cell++)
		count += board->cells[cell] != 0 && board->cells[cell] != board->solution[cell];
	return count;
}

bool board_is_solved(const struct board *board)
{
	for (uint32_t cell = 0; cell < CELLS; cell++)
		if (board->cells[cell] != board->solution[cell])
			return false;
	return true;
}
