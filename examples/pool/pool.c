/*
 * A pool of threads that hash the pieces of a large block of memory. Each worker takes the number
 * of the next piece from one channel and puts its hash into another; the first thread adds them up,
 * so the sum is the same however many workers there are.
 *
 *     cairn run pool.wasm [WORKERS [ROUNDS]]
 *
 * Without an argument there are as many workers as can run at the same time. Prints the sum.
 */
#include <cairn/channel.h>
#include <cairn/process_calls.h>
#include <cairn/terminal_calls.h>
#include <cairn/thread.h>

enum { PIECES = 256, PIECE_BYTES = 4096, WORKERS_MAX = 32, STACK_BYTES = 16384 };

static uint8_t block[PIECES * PIECE_BYTES];
static uint8_t stacks[WORKERS_MAX][STACK_BYTES] __attribute__((aligned(16)));
static struct thread workers[WORKERS_MAX];

static uint32_t number_ring[64];
static uint64_t hash_ring[64];
static struct channel numbers;
static struct channel hashes;
static uint32_t rounds = 1;

/* FNV-1a, again and again, so that there is something to do. */
static uint64_t hash_piece(const uint8_t *data)
{
	uint64_t hash = 0xcbf29ce484222325;
	for (uint32_t round = 0; round < rounds; round++)
		for (uint32_t i = 0; i < PIECE_BYTES; i++)
			hash = (hash ^ data[i]) * 0x100000001b3;
	return hash;
}

static void work(void *argument)
{
	uint32_t number;
	while (channel_receive(&numbers, &number)) {
		uint64_t hash = hash_piece(block + number * PIECE_BYTES);
		channel_send(&hashes, &hash);
	}
}

/* Gives out pieces as long as there is room, and takes hashes while there is none. */
static uint64_t sum_all(void)
{
	uint64_t sum = 0, hash;
	uint32_t sent = 0;
	for (uint32_t received = 0; received < PIECES; received++) {
		while (sent < PIECES && channel_try_send(&numbers, &sent))
			sent++;
		channel_receive(&hashes, &hash);
		sum += hash;
	}
	channel_close(&numbers);
	return sum;
}

/* ---- The command line ---- */

static uint32_t number_of(struct wire_bytes text, uint32_t otherwise)
{
	uint32_t number = 0;
	for (uint32_t i = 0; i < text.size && text.data[i] >= '0' && text.data[i] <= '9'; i++)
		number = number * 10 + (text.data[i] - '0');
	return number == 0 ? otherwise : number;
}

static uint32_t read_arguments(void)
{
	static uint8_t memory[1024] __attribute__((aligned(8)));
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct wire_bytes_list list;
	struct wire_bytes name, count = {0}, repeats = {0};
	if (process_arguments(&buffer, &list) == CALL_OK && wire_bytes_list_next(&list, &name) &&
	    wire_bytes_list_next(&list, &count))
		(void)wire_bytes_list_next(&list, &repeats);
	rounds = number_of(repeats, 1);
	uint32_t workers_wanted = number_of(count, thread_parallelism());
	return workers_wanted > WORKERS_MAX ? WORKERS_MAX : workers_wanted;
}

static void print(uint64_t sum)
{
	char line[17];
	for (int i = 15; i >= 0; i--, sum >>= 4)
		line[i] = "0123456789abcdef"[sum & 15];
	line[16] = '\n';
	struct terminal_u32_or_error written;
	(void)terminal_write(1, (struct wire_bytes){(const uint8_t *)line, sizeof line}, &written);
}

void _start(void);
void _start(void)
{
	uint32_t count = read_arguments();
	numbers = channel_over(number_ring, sizeof number_ring[0], 64);
	hashes = channel_over(hash_ring, sizeof hash_ring[0], 64);
	for (uint32_t i = 0; i < sizeof block; i++)
		block[i] = (uint8_t)(i * 31 + (i >> 8));
	for (uint32_t i = 0; i < count; i++) {
		struct thread_memory memory = {stacks[i], STACK_BYTES};
		if (thread_start(&workers[i], work, NULL, memory) != THREAD_STARTED)
			(void)process_exit(1);
	}
	uint64_t sum = sum_all();
	for (uint32_t i = 0; i < count; i++)
		(void)thread_join(&workers[i]);
	print(sum);
}
