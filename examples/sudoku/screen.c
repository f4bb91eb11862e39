#include "screen.h"

#include <cairn/terminal_calls.h>

#include "text.h"

enum { OUTPUT = 1, SCREEN_BYTES = 8192 };

#define CLEAR  "\x1b[0m\x1b[?25l\x1b[H\x1b[2J"
#define PLAIN  "\x1b[0m"
#define BOLD   "\x1b[1m"
#define BLUE   "\x1b[34m"
#define RED    "\x1b[31m"
#define MARKED "\x1b[7m"

static char memory[SCREEN_BYTES];

static void write(const struct text *text)
{
	struct terminal_u32_or_error result;
	const struct wire_bytes bytes = {(const uint8_t *)text->data, text->used};
	(void)terminal_write(OUTPUT, bytes, &result);
}

static void draw_cell(struct text *out, const struct screen *screen, uint32_t cell)
{
	const struct board *board = screen->board;
	uint8_t digit = board->cells[cell];
	char shown[4] = {' ', digit == 0 ? '.' : (char)('0' + digit), ' ', '\0'};
	bool is_wrong = digit != 0 && !board->is_given[cell] &&
			(board_is_in_conflict(board, cell) ||
			 (screen->shows_wrong && digit != board->solution[cell]));
	text_add(out, board->is_given[cell] ? BOLD : is_wrong ? RED : BLUE);
	if (cell == screen->cursor)
		text_add(out, MARKED);
	text_add(out, shown);
	text_add(out, PLAIN);
}

static void draw_row(struct text *out, const struct screen *screen, uint32_t row)
{
	static const char line[] = "  +---------+---------+---------+\r\n";
	if (row % 3 == 0)
		text_add(out, line);
	text_add(out, "  ");
	for (uint32_t column = 0; column < 9; column++) {
		if (column % 3 == 0)
			text_add(out, "|");
		draw_cell(out, screen, row * 9 + column);
	}
	text_add(out, "|\r\n");
	if (row == 8)
		text_add(out, line);
}

void screen_draw(const struct screen *screen)
{
	struct text out = {.data = memory, .size = sizeof memory};
	text_add(&out, CLEAR "  SUDOKU, ");
	text_add(&out, screen->level);
	text_add(&out, "   ");
	text_add_number(&out, screen->seconds / 60);
	text_add(&out, screen->seconds % 60 < 10 ? ":0" : ":");
	text_add_number(&out, screen->seconds % 60);
	text_add(&out, "   hints: ");
	text_add_number(&out, screen->board->hints);
	text_add(&out, "\r\n\r\n");
	for (uint32_t row = 0; row < 9; row++)
		draw_row(&out, screen, row);
	text_add(&out, "\r\n  arrows or wasd: move   1-9: put   0: erase   u: undo\r\n"
		       "  h: hint   c: check   n: new   p: publish the score   q: quit\r\n\r\n");
	for (uint32_t i = 0; i < LINES_BELOW; i++) {
		text_add(&out, "  ");
		text_add(&out, screen->lines[i]);
		text_add(&out, "\r\n");
	}
	write(&out);
}

void screen_leave(void)
{
	static char end[] = "\x1b[0m\x1b[?25h\r\n";
	const struct text text = {.data = end, .used = sizeof end - 1};
	write(&text);
}
