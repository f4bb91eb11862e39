/*
 * Makes system calls at random, malformed ones and well-formed ones, to everybody there is, and
 * takes what comes of it or does not. The second argument is the seed. Whatever it does, the node
 * must go on; it ends with 0.
 */
#include <cairn/blocks.h>
#include <cairn/interface.h>
#include <cairn/loader.h>
#include <cairn/log.h>
#include <cairn/process_calls.h>
#include <cairn/random.h>
#include <cairn/system.h>
#include <cairn/terminal.h>
#include <cairn/time.h>

#include "standard.h"

enum { STEPS = 20000, PARTS_MAX = 4, IDS_MAX = 8, BODY_BYTES = 4096, NOTE_BYTES = 70000 };

static const uint8_t interfaces[][CAIRN_DIGEST_SIZE] = {
    BLOCKS_DIGEST, INTERFACE_DIGEST, LOADER_DIGEST,   LOG_DIGEST, PROCESS_DIGEST,
    RANDOM_DIGEST, TIME_DIGEST,      TERMINAL_DIGEST, {0},
};
enum { INTERFACES = sizeof interfaces / sizeof interfaces[0] };

static _Alignas(8) uint8_t note[NOTE_BYTES];
static uint8_t body[BODY_BYTES];
static uint64_t state;
static int64_t last_id = CAIRN_ID_FIRST_MESSAGE;

static uint32_t next(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % below;
}

static uint64_t read_seed(void)
{
	struct call_buffer buffer = call_buffer_over(note, sizeof note);
	struct wire_bytes_list arguments;
	struct wire_bytes argument = {0};
	uint64_t seed = 1;
	if (process_arguments(&buffer, &arguments) != CALL_OK)
		standard_exit(1);
	while (wire_bytes_list_next(&arguments, &argument)) {
	}
	for (size_t i = 0; i < argument.size; i++)
		seed = seed * 31 + argument.data[i];
	return seed;
}

/* Mostly a function's number and a few small words, so that some of it means something. */
static void fill_body(void)
{
	for (uint32_t i = 0; i < sizeof body; i++)
		body[i] = next(4) == 0 ? (uint8_t)next(256) : 0;
	body[0] = (uint8_t)next(8);
	body[1] = body[2] = body[3] = 0;
	body[4] = (uint8_t)next(64);
}

/* Not to end oneself: that is what the last step is for. */
static bool is_own_end(uint32_t interface)
{
	return interface == 4 && body[0] == PROCESS_EXIT;
}

static void send(void)
{
	fill_body();
	uint32_t interface = next(INTERFACES);
	if (is_own_end(interface))
		return;
	static const uint32_t sizes[] = {0, 4, 5, 8, 12, 16, 40, 41, 44, 200, BODY_BYTES};
	struct cairn_part parts[PARTS_MAX];
	uint32_t count = next(PARTS_MAX) + 1;
	parts[0] = (struct cairn_part){body, sizes[next(sizeof sizes / sizeof sizes[0])]};
	for (uint32_t i = 1; i < count; i++)
		parts[i] = (struct cairn_part){body, next(3)};
	if (next(3) > 0)
		count = 1;
	int64_t id = cairn_send(interfaces[interface], parts, count, next(8) == 0 ? next(4) : 1);
	if (id > last_id)
		last_id = id;
}

static int64_t some_id(void)
{
	if (next(2) == 0)
		return next(4);
	return last_id - (int64_t)next(32);
}

static void wait(void)
{
	int64_t ids[IDS_MAX];
	uint32_t count = next(IDS_MAX) + 1;
	for (uint32_t i = 0; i < count; i++)
		ids[i] = some_id();
	cairn_wait(ids, count, note, next(4) == 0 ? next(128) : sizeof note, 0);
}

static void cancel(void)
{
	const struct interface_cancel_call call = {.message = (uint64_t)some_id()};
	struct wire_out out = wire_out_over(body, sizeof body);
	interface_cancel_encode(&out, &call);
	struct cairn_part part = {body, (size_t)out.size};
	cairn_send(interfaces[1], &part, 1, next(2));
}

void _start(void);
void _start(void)
{
	state = read_seed();
	for (uint32_t i = 0; i < STEPS; i++) {
		switch (next(6)) {
		case 0:
		case 1:
			send();
			break;
		case 2:
			cancel();
			break;
		case 3:
			cairn_answer(some_id(), NULL, 0, next(3));
			break;
		default:
			wait();
		}
	}
	process_exit(0);
}
