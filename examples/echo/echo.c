/*
 * A TCP echo server: whatever a connection brings is written back to it, in order, until the other
 * side has finished. One task accepts, and one for each connection reads and writes.
 *
 *     echo [PORT]
 *
 * It listens at 127.0.0.1; without a port the host chooses one. The first line of its output says
 * where.
 *
 * A server has to bound what peers can make it keep. Here that is one read a connection, which is
 * written before the next: a peer that does not read what it is sent is not read from either. Those
 * who do not read at all are disconnected after a while.
 */
#include <cairn/loop.h>
#include <cairn/memory.h>
#include <cairn/process_calls.h>
#include <cairn/task.h>
#include <cairn/tcp_calls.h>
#include <cairn/terminal_calls.h>

enum {
	CONNECTIONS_MAX = 12000,
	READ_BYTES = 256 * 1024,
	PATIENCE_SECONDS = 30, /* a peer has this long to take what one read brought */
	SPARES = 4
};

struct connection {
	struct task task;
	struct future future;
	uint64_t handle;
	struct connection *next_free;
	struct spare *spare; /* what is to be written, while there is no room for the message */
	uint32_t size;
	bool is_writing;
	bool is_slow; /* it was writing when the sweeper came by */
};

struct acceptor {
	struct task task;
	struct future future;
	uint64_t listener;
	struct connection *connection; /* for the next that comes */
	struct future place;           /* done when there is a record again */
};

/* Data that could not be sent at once outlives the loop's buffer here. */
struct spare {
	bool is_used;
	uint8_t data[READ_BYTES];
};

static struct future *slots[16384];
static struct loop loop;
static struct connection connections[CONNECTIONS_MAX];
static struct connection *first_free;
static struct spare spares[SPARES];
static struct acceptor acceptor;
static struct sweeper {
	struct task task;
	struct future future;
} sweeper;

/* ---- Words ---- */

static void print(uint32_t stream, const char *text)
{
	struct terminal_u32_or_error written;
	uint32_t size = 0;
	while (text[size] != '\0')
		size++;
	struct wire_bytes data = {(const uint8_t *)text, size};
	(void)terminal_write(stream, data, &written);
}

static void print_number(uint32_t number)
{
	char digits[12];
	char *at = digits + sizeof digits - 1;
	*at = '\0';
	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	print(1, at);
}

static _Noreturn void give_up(const char *why)
{
	print(2, why);
	(void)process_exit(1);
	__builtin_unreachable();
}

/* ---- Connections ---- */

static struct spare *take_spare(void)
{
	for (int i = 0; i < SPARES; i++) {
		if (spares[i].is_used)
			continue;
		spares[i].is_used = true;
		return &spares[i];
	}
	return NULL;
}

static void drop_spare(struct connection *self)
{
	if (self->spare != NULL)
		self->spare->is_used = false;
	self->spare = NULL;
}

/* Writes what the last read brought. The message takes a copy, so the answer of the read is needed
 * no longer once it is sent. Where it cannot be sent yet, the data is kept until it can. */
static int64_t start_write(struct connection *self, const uint8_t *answered)
{
	const uint8_t *data = self->spare != NULL ? self->spare->data : answered;
	int64_t message = tcp_write_start(self->handle, (struct wire_bytes){data, self->size});
	if (message == CALL_BUSY && self->spare == NULL) {
		self->spare = take_spare();
		if (self->spare == NULL)
			return CALL_LIMIT; /* too many peers that do not read */
		__builtin_memcpy(self->spare->data, data, self->size);
	}
	return message;
}

static bool is_written(const struct connection *self)
{
	struct tcp_nothing_or_error result;
	return tcp_write_finish(self->future.answer, &result) == CALL_OK && !result.is_error;
}

static void close_connection(struct connection *self)
{
	self->is_writing = false;
	self->is_slow = false;
	drop_spare(self);
	(void)tcp_close(self->handle);
	self->next_free = first_free;
	first_free = self;
	if (acceptor.place.state == FUTURE_OPEN)
		future_complete(&acceptor.place, CALL_OK);
}

static void serve(struct task *task)
{
	struct connection *self = future_record(task, struct connection, task);
	struct tcp_bytes_or_error read = {0};

	TASK_BEGIN(task);
	for (;;) {
		TASK_CALL(task, &self->future, tcp_read_start(self->handle, READ_BYTES, 0));
		if (tcp_read_finish(self->future.answer, &read) != CALL_OK || read.is_error ||
		    read.value.size == 0)
			break;
		self->size = read.value.size;
		self->is_writing = true;
		TASK_CALL(task, &self->future, start_write(self, read.value.data));
		self->is_writing = false;
		self->is_slow = false;
		drop_spare(self);
		if (!is_written(self))
			break;
	}
	close_connection(self);
	TASK_END(task);
}

/* One timer for all: who is still writing the same at the second visit is disconnected. */
static void sweep(struct task *task)
{
	struct sweeper *self = future_record(task, struct sweeper, task);

	TASK_BEGIN(task);
	for (;;) {
		TASK_SLEEP(task, &self->future, loop_now(&loop) + PATIENCE_SECONDS * LOOP_SECOND);
		for (int i = 0; i < CONNECTIONS_MAX; i++) {
			if (connections[i].is_slow)
				task_cancel(&connections[i].task);
			connections[i].is_slow = connections[i].is_writing;
		}
	}
	TASK_END(task);
}

/* ---- Accepting ---- */

static struct connection *take_connection(void)
{
	struct connection *connection = first_free;
	if (connection != NULL)
		first_free = connection->next_free;
	return connection;
}

/* Answers are small: each is to be sent at once. The answer to this is dropped. */
static void configure(uint64_t handle)
{
	(void)tcp_configure_start(handle, TCP_OPTIONS_NO_DELAY);
}

static void accept(struct task *task)
{
	struct acceptor *self = future_record(task, struct acceptor, task);
	struct tcp_connection_or_error accepted;

	TASK_BEGIN(task);
	for (;;) {
		while ((self->connection = take_connection()) == NULL) {
			future_open(&loop, &self->place);
			TASK_AWAIT(task, &self->place);
		}
		TASK_CALL(task, &self->future, tcp_accept_start(self->listener));
		if (tcp_accept_finish(self->future.answer, &accepted) != CALL_OK)
			give_up("echo: the network is gone\n");
		if (!accepted.is_error) {
			self->connection->handle = accepted.value.handle;
			configure(accepted.value.handle);
			task_start(&loop, &self->connection->task, serve);
			continue;
		}
		/* Too many are open, say: those who wait to be accepted have patience. */
		self->connection->next_free = first_free;
		first_free = self->connection;
		TASK_SLEEP(task, &self->future, loop_now(&loop) + 100 * LOOP_MILLISECOND);
	}
	TASK_END(task);
}

/* ---- Starting ---- */

/* The port that the first argument names; 0 without one. */
static uint16_t read_port(void)
{
	struct call_buffer buffer = memory_buffer();
	struct wire_bytes_list arguments;
	struct wire_bytes text;
	uint32_t port = 0;
	if (process_arguments(&buffer, &arguments) != CALL_OK ||
	    !wire_bytes_list_next(&arguments, &text) || !wire_bytes_list_next(&arguments, &text))
		return 0;
	for (uint32_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			give_up("usage: echo [PORT]\n");
		port = port * 10 + (text.data[i] - '0');
		if (port > UINT16_MAX)
			give_up("echo: a port is at most 65535\n");
	}
	return (uint16_t)port;
}

static void listen_at(uint16_t port)
{
	const struct tcp_endpoint at = {
	    .address = {.kind = TCP_IP_ADDRESS_IPV4, .as.ipv4 = 0x7f000001}, .port = port};
	struct tcp_listener_or_error result;
	enum call_status status = tcp_listen(&at, 0, 0, &result);
	if (status == CALL_DENIED ||
	    (status == CALL_OK && result.is_error && result.error == TCP_ERROR_DENIED))
		give_up("echo: it may not listen there; see README.md\n");
	if (status != CALL_OK || result.is_error)
		give_up("echo: cannot listen there\n");
	acceptor.listener = result.value.handle;
	print(1, "listening at 127.0.0.1:");
	print_number(result.value.local.port);
	print(1, "\n");
}

void _start(void)
{
	for (int i = CONNECTIONS_MAX - 1; i >= 0; i--) {
		connections[i].next_free = first_free;
		first_free = &connections[i];
	}
	listen_at(read_port());
	loop_init(&loop, slots, sizeof slots / sizeof slots[0], memory_buffer());
	task_start(&loop, &acceptor.task, accept);
	task_start(&loop, &sweeper.task, sweep);
	(void)loop_run(&loop);
	give_up("echo: out of memory\n");
}
