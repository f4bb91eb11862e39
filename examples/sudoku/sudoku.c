/*
 * A sudoku for the terminal. It would like to keep the best time and to publish the score, and
 * plays on where it may not.
 *
 *     sudoku [easy|medium|hard] [--seed NUMBER] [--server HOST:PORT]
 */
#include <cairn/memory.h>
#include <cairn/process_calls.h>
#include <cairn/random_calls.h>
#include <cairn/terminal_calls.h>
#include <cairn/time_calls.h>

#include "board.h"
#include "online.h"
#include "screen.h"

enum { INPUT = 0, ERRORS = 2, KEYS_BYTES = 64, HINT_SECONDS = 30 };

struct level {
	const char *name;
	uint32_t given;
};
static const struct level levels[] = {{"easy", 40}, {"medium", 32}, {"hard", 26}};

static struct game {
	const struct level *level;
	struct server server;
	uint64_t seed;
	bool has_seed;
	struct board board;
	struct screen screen;
	uint64_t start_ns;
	uint32_t score; /* of the puzzle that was solved; 0 while it is not */
	uint32_t best;
} game = {.level = &levels[0], .server = {.host = {"scores.example.com", 18}, .port = 4000}};

static struct call_buffer buffer;

/* ---- Ending ---- */

static _Noreturn void leave(uint32_t code)
{
	(void)process_exit(code);
	__builtin_trap(); /* Nothing runs after the message. */
}

static _Noreturn void complain(const char *what)
{
	char memory[160];
	struct text text = {.data = memory, .size = sizeof memory};
	struct terminal_u32_or_error result;
	text_add(&text, "sudoku: ");
	text_add(&text, what);
	text_add(&text, "\nsudoku [easy|medium|hard] [--seed NUMBER] [--server HOST:PORT]\n");
	(void)terminal_write(ERRORS, (struct wire_bytes){(const uint8_t *)memory, text.used},
			     &result);
	leave(2);
}

/* ---- Arguments ---- */

static bool take_level(struct wire_bytes word)
{
	for (uint32_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		if (!text_is(word, levels[i].name))
			continue;
		game.level = &levels[i];
		return true;
	}
	return false;
}

/* The server's name is copied, as the arguments lie in the buffer. */
static bool take_server(struct wire_bytes word)
{
	static char name[256];
	struct text copy = {.data = name, .size = sizeof name};
	if (!online_read_server(word, &game.server))
		return false;
	text_add_string(&copy, game.server.host);
	game.server.host = (struct wire_string){name, copy.used};
	return true;
}

static void take_arguments(void)
{
	struct wire_bytes_list rest;
	struct wire_bytes word;
	uint32_t seed;
	if (process_arguments(&buffer, &rest) != CALL_OK)
		return;
	(void)wire_bytes_list_next(&rest, &word); /* the program's name */
	while (wire_bytes_list_next(&rest, &word)) {
		if (text_is(word, "--seed")) {
			game.has_seed =
			    wire_bytes_list_next(&rest, &word) && text_read_number(word, &seed);
			game.seed = seed;
			if (!game.has_seed)
				complain("--seed expects a number");
		} else if (text_is(word, "--server")) {
			if (!wire_bytes_list_next(&rest, &word) || !take_server(word))
				complain("--server expects HOST:PORT");
		} else if (!take_level(word)) {
			complain("an argument that is none");
		}
	}
}

/* ---- Playing ---- */

static struct text line_below(uint32_t index)
{
	struct text text = {.data = game.screen.lines[index], .size = LINE_BYTES - 1};
	__builtin_memset(text.data, 0, LINE_BYTES);
	return text;
}

static void say(uint32_t index, const char *what)
{
	struct text line = line_below(index);
	text_add(&line, what);
}

static uint64_t now(void)
{
	uint64_t ns = 0;
	(void)time_now(&ns);
	return ns;
}

static uint32_t seconds_so_far(void)
{
	return (uint32_t)((now() - game.start_ns) / 1000000000u);
}

static void draw(void)
{
	game.screen.seconds = game.score != 0 ? game.score : seconds_so_far();
	screen_draw(&game.screen);
}

static uint64_t next_seed(void)
{
	struct wire_bytes bytes;
	uint64_t seed = 0;
	if (game.has_seed)
		return game.seed++;
	if (random_bytes(&buffer, sizeof seed, &bytes) == CALL_OK && bytes.size == sizeof seed)
		__builtin_memcpy(&seed, bytes.data, sizeof seed);
	return seed;
}

static void begin(void)
{
	board_generate(&game.board, game.level->given, next_seed());
	game.screen.board = &game.board;
	game.screen.level = game.level->name;
	game.screen.cursor = 0;
	game.screen.shows_wrong = false;
	game.score = 0;
	game.start_ns = now();
	say(0, "");
	say(2, "");
}

static void publish(void)
{
	struct text line = line_below(2);
	if (game.score == 0)
		text_add(&line, "There is no score before the puzzle is solved.");
	else
		online_publish(&game.server, game.level->name, game.score, &line);
}

/* Once a puzzle. */
static void celebrate(void)
{
	if (game.score != 0 || !board_is_solved(&game.board))
		return;
	game.score = seconds_so_far() + HINT_SECONDS * game.board.hints + 1;
	struct text line = line_below(0);
	text_add(&line, "Solved! With the hints that makes ");
	text_add_number(&line, game.score);
	text_add(&line, " seconds.");
	if (game.best == 0 || game.score < game.best) {
		struct text kept = line_below(1);
		game.best = game.score;
		online_keep_best(game.level->name, game.score, &kept);
	}
	publish();
}

static void check(void)
{
	struct text line = line_below(0);
	uint32_t wrong = board_count_wrong(&game.board);
	game.screen.shows_wrong = true;
	text_add(&line, wrong == 0 ? "All right so far." : "Wrong: ");
	if (wrong > 0)
		text_add_number(&line, wrong);
}

static void put(uint8_t digit)
{
	game.screen.shows_wrong = false;
	say(0, board_put(&game.board, game.screen.cursor, digit) ? "" : "This cell was given.");
}

static void move(uint32_t by)
{
	game.screen.cursor = (game.screen.cursor + by) % CELLS;
}

static void hint(void)
{
	uint32_t cell = board_hint(&game.board, game.screen.cursor);
	if (cell < CELLS)
		game.screen.cursor = cell;
}

static void undo(void)
{
	uint32_t cell = board_undo(&game.board);
	say(0, cell == CELLS ? "There is nothing to undo." : "");
	if (cell < CELLS)
		game.screen.cursor = cell;
}

/* False at the end of the game. */
static bool take_key(char key)
{
	enum { RIGHT = 1, LEFT = CELLS - 1, DOWN = 9, UP = CELLS - 9 };
	if (key >= '0' && key <= '9') {
		put((uint8_t)(key - '0'));
		return true;
	}
	switch (key) {
	case 'w':
		move(UP);
		break;
	case 's':
		move(DOWN);
		break;
	case 'a':
		move(LEFT);
		break;
	case 'd':
		move(RIGHT);
		break;
	case ' ':
	case 0x7f:
		put(0);
		break;
	case 'u':
		undo();
		break;
	case 'h':
		hint();
		break;
	case 'c':
		check();
		break;
	case 'n':
		begin();
		break;
	case 'p':
		publish();
		break;
	case 'q':
	case 3: /* Ctrl-C and Ctrl-D, which are keys like others in raw mode */
	case 4:
		return false;
	}
	return true;
}

/* An arrow is ESC [ and a letter, which may come in pieces. */
static char key_of(uint8_t byte)
{
	static uint32_t matched;
	static const char arrows[] = {'w', 's', 'd', 'a'};
	if (byte == 0x1b || (matched == 1 && byte == '[')) {
		matched = byte == 0x1b ? 1 : 2;
		return '\0';
	}
	bool is_arrow = matched == 2 && byte >= 'A' && byte <= 'D';
	matched = 0;
	return is_arrow ? arrows[byte - 'A'] : (char)byte;
}

static bool take_keys(struct wire_bytes keys)
{
	for (uint32_t i = 0; i < keys.size; i++) {
		char key = key_of(keys.data[i]);
		if (key != '\0' && !take_key(key))
			return false;
	}
	return true;
}

static void play(void)
{
	static uint8_t keys[KEYS_BYTES];
	for (;;) {
		struct terminal_bytes_or_error read;
		celebrate();
		draw();
		if (terminal_read(&buffer, INPUT, KEYS_BYTES, &read) != CALL_OK || read.is_error ||
		    read.value.size == 0)
			return;
		/* Other calls use the buffer. */
		__builtin_memcpy(keys, read.value.data, read.value.size);
		if (!take_keys((struct wire_bytes){keys, read.value.size}))
			return;
	}
}

void _start(void);
void _start(void)
{
	struct terminal_nothing_or_error mode;
	buffer = memory_buffer();
	take_arguments();
	begin();
	struct text line = line_below(1);
	game.best = online_best(game.level->name, &line);
	/* Without a terminal, keys come as lines, or from a file: that is fine too. */
	(void)terminal_set_mode(INPUT, TERMINAL_MODE_RAW, &mode);
	play();
	screen_leave();
	leave(0);
}
