/* The interface `tcp`, asked message by message; the peers are sockets of the test's. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <cairn/tcp.h>

#include "tcp.h"
#include "unit/hosted/fake_kernel.h"
#include "unit/hosted/test_loop.h"

enum { REQUEST_COUNT = 64, PROCESS = 7, OTHER_PROCESS = 8, LARGE = 1 << 20 };

static struct fixture {
	struct uv_loop_s *loop;
	struct watch *watch;
	struct resolver *resolver;
	struct tcp *tcp;
	uint32_t sockets_left;
	struct kernel_request requests[REQUEST_COUNT];
	int next;
	struct wasm_name scope;
	struct kernel_scopes scopes; /* of the grant of all that is asked */
	int files;
} f;

static void set_scope(const char *text)
{
	f.scope = (struct wasm_name){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
	f.scopes = (struct kernel_scopes){&f.scope, text != NULL, false};
}

static int count_files(void)
{
	int count = 0;
	DIR *folder = opendir("/proc/self/fd");
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static int set_up(void **state)
{
	f = (struct fixture){
	    .sockets_left = 1000, .scopes = {.covers_all = true}, .loop = test_loop_create()};
	if (watch_create(f.loop, &f.watch) != STATUS_OK ||
	    resolver_create(f.loop, &f.resolver) != STATUS_OK)
		return -1;
	const struct net_means means = {
	    NULL, f.loop, f.watch, f.resolver, &f.sockets_left,
	};
	if (tcp_create(&means, &f.tcp) != STATUS_OK)
		return -1;
	f.files = count_files();
	return 0;
}

/* Nothing may be left behind but what the test still has. */
static int tear_down(void **state)
{
	tcp_close(f.tcp);
	bool is_level = f.sockets_left == 1000 && count_files() == f.files;
	resolver_close(f.resolver);
	watch_close(f.watch);
	int status = test_loop_destroy(f.loop);
	tcp_destroy(f.tcp);
	resolver_destroy(f.resolver);
	watch_destroy(f.watch);
	for (int i = 0; i < REQUEST_COUNT; i++)
		free(f.requests[i].answer);
	return is_level ? status : -1;
}

/* ---- Asking ---- */

static struct kernel_request *prepare(uint64_t process)
{
	assert_true(f.next < REQUEST_COUNT);
	struct kernel_request *r = &f.requests[f.next++];
	(void)fake_kernel_body(r);
	r->process = process;
	r->scopes = f.scopes;
	return r;
}

#define ask(name, ...) ask_as(PROCESS, name, __VA_ARGS__)
#define ask_as(who, name, ...)                                                                     \
	({                                                                                         \
		struct kernel_request *asked = prepare(who);                                       \
		tcp_##name##_encode(&fake_kernel.out, &(struct tcp_##name##_call){__VA_ARGS__});   \
		fake_kernel_send(asked);                                                           \
		asked;                                                                             \
	})

/* Runs the loop until the request is answered, at most for some seconds. */
static void settle(const struct kernel_request *r)
{
	for (int i = 0; i < 5000 && !r->is_answered; i++)
		test_loop_turn(f.loop);
	if (!r->is_answered)
		fail_msg("no answer came");
	assert_int_equal(r->status, CAIRN_STATUS_OK);
}

/* Gives the loop some turns, in which the request must not be answered. */
static void expect_waiting(const struct kernel_request *r)
{
	for (int i = 0; i < 20; i++)
		test_loop_turn(f.loop);
	assert_false(r->is_answered);
}

static void expect_error(const struct kernel_request *r, enum tcp_error error)
{
	struct tcp_nothing_or_error result;
	settle(r);
	assert_int_equal(tcp_write_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	assert_true(result.is_error);
	assert_int_equal(result.error, error);
}

static void expect_done(const struct kernel_request *r)
{
	struct tcp_nothing_or_error result;
	settle(r);
	assert_int_equal(tcp_write_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	assert_false(result.is_error);
}

static struct tcp_connection expect_connection(const struct kernel_request *r)
{
	struct tcp_connection_or_error result;
	settle(r);
	assert_int_equal(tcp_connect_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	if (result.is_error)
		fail_msg("no connection: %d", result.error);
	return result.value;
}

static struct wire_bytes data_of(const struct kernel_request *r)
{
	struct tcp_bytes_or_error result;
	settle(r);
	assert_int_equal(tcp_read_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	if (result.is_error)
		fail_msg("not read: %d", result.error);
	return result.value;
}

static void expect_data(const struct kernel_request *r, const char *text)
{
	struct wire_bytes data = data_of(r);
	assert_int_equal(data.size, strlen(text));
	assert_memory_equal(data.data, text, strlen(text));
}

static void expect_readable(const struct kernel_request *r, uint32_t count)
{
	struct tcp_u32_or_error result;
	settle(r);
	assert_int_equal(tcp_wait_readable_answer_decode(r->answer, r->answer_size, &result),
			 WIRE_OK);
	assert_false(result.is_error);
	assert_int_equal(result.value, count);
}

static struct tcp_endpoint loopback(uint16_t port)
{
	return (struct tcp_endpoint){
	    .address = {.kind = TCP_IP_ADDRESS_IPV4, .as.ipv4 = 0x7f000001}, .port = port};
}

static struct tcp_endpoint loopback6(uint16_t port)
{
	return (struct tcp_endpoint){.address = {.kind = TCP_IP_ADDRESS_IPV6, .as.ipv6 = {0, 1}},
				     .port = port};
}

static struct tcp_destination to_endpoint(struct tcp_endpoint endpoint)
{
	return (struct tcp_destination){.kind = TCP_DESTINATION_ENDPOINT, .as.endpoint = endpoint};
}

static struct tcp_destination to_host(const char *host, uint16_t port)
{
	return (struct tcp_destination){
	    .kind = TCP_DESTINATION_HOST,
	    .as.host = {.host = {host, (uint32_t)strlen(host)}, .port = port}};
}

static struct tcp_listener listen_at(struct tcp_endpoint at)
{
	struct tcp_listener_or_error result;
	const struct kernel_request *r = ask(listen, at, 0, 0);
	settle(r);
	assert_int_equal(tcp_listen_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	assert_false(result.is_error);
	return result.value;
}

static struct wire_bytes bytes(const char *text)
{
	return (struct wire_bytes){(const uint8_t *)text, (uint32_t)strlen(text)};
}

/* ---- Peers ---- */

static int peer_connect(uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

/* A connection between a process and the test: the listener is closed again. */
static int open_pair(uint64_t *handle)
{
	struct tcp_listener listener = listen_at(loopback(0));
	int peer = peer_connect(listener.local.port);
	*handle = expect_connection(ask(accept, listener.handle)).handle;
	ask(close, listener.handle);
	return peer;
}

static void peer_write(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void peer_expect(int fd, const char *text)
{
	char buffer[256];
	size_t got = 0;
	while (got < strlen(text)) {
		struct pollfd ready = {fd, POLLIN, 0};
		assert_int_equal(poll(&ready, 1, 5000), 1);
		ssize_t count = read(fd, buffer + got, strlen(text) - got);
		assert_true(count > 0);
		got += (size_t)count;
	}
	assert_memory_equal(buffer, text, got);
}

static void peer_expect_end(int fd)
{
	char byte;
	struct pollfd ready = {fd, POLLIN, 0};
	assert_int_equal(poll(&ready, 1, 5000), 1);
	assert_int_equal(read(fd, &byte, 1), 0);
}

static void peer_reset(int fd)
{
	struct linger none = {.l_onoff = 1};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	close(fd);
}

/* ---- Connections ---- */

static void a_connection_is_accepted_read_and_written(void **state)
{
	struct tcp_listener listener = listen_at(loopback(0));
	assert_true(listener.local.port != 0);
	struct kernel_request *accepted = ask(accept, listener.handle);
	expect_waiting(accepted);
	int peer = peer_connect(listener.local.port);
	struct tcp_connection connection = expect_connection(accepted);
	assert_int_equal(connection.local.port, listener.local.port);
	assert_int_equal(connection.remote.address.as.ipv4, 0x7f000001);

	struct kernel_request *read = ask(read, connection.handle, 100, 0);
	expect_waiting(read);
	peer_write(peer, "question");
	expect_data(read, "question");
	expect_done(ask(write, connection.handle, bytes("answer")));
	peer_expect(peer, "answer");
	ask(close, connection.handle);
	peer_expect_end(peer);
	close(peer);
}

static void a_connection_is_made_to_an_address_and_to_a_name(void **state)
{
	struct tcp_listener listener = listen_at(loopback(0));
	const struct tcp_destination to[] = {to_endpoint(listener.local),
					     to_host("127.0.0.1", listener.local.port),
					     to_host("localhost", listener.local.port),
					     to_host("x.LocalHost.", listener.local.port)};
	for (int i = 0; i < 4; i++) {
		struct tcp_connection connection =
		    expect_connection(ask(connect, to[i], TCP_OPTIONS_NO_DELAY));
		assert_int_equal(connection.remote.port, listener.local.port);
		struct tcp_connection other = expect_connection(ask(accept, listener.handle));
		assert_int_equal(other.remote.port, connection.local.port);
	}
}

static void ipv6_works_alike(void **state)
{
	struct tcp_listener listener = listen_at(loopback6(0));
	struct kernel_request *accepted = ask(accept, listener.handle);
	struct tcp_connection connection =
	    expect_connection(ask(connect, to_host("::1", listener.local.port), 0));
	struct tcp_connection other = expect_connection(accepted);
	assert_int_equal(connection.remote.address.kind, TCP_IP_ADDRESS_IPV6);
	assert_int_equal(connection.remote.address.as.ipv6.low, 1);
	expect_done(ask(write, other.handle, bytes("six")));
	expect_data(ask(read, connection.handle, 10, 0), "six");
}

static void all_addresses_of_a_name_are_tried(void **state)
{
	/* localhost is 127.0.0.1 first; only the second of its addresses is listened at. */
	struct tcp_listener listener = listen_at(loopback6(0));
	struct tcp_connection connection =
	    expect_connection(ask(connect, to_host("localhost", listener.local.port), 0));
	assert_int_equal(connection.remote.address.kind, TCP_IP_ADDRESS_IPV6);
}

static void nobody_there_is_an_answer(void **state)
{
	struct tcp_listener listener = listen_at(loopback(0));
	ask(close, listener.handle);
	expect_error(ask(connect, to_endpoint(listener.local), 0), TCP_ERROR_REFUSED);
	expect_error(ask(connect, to_host("localhost", listener.local.port), 0), TCP_ERROR_REFUSED);
	expect_error(ask(connect, to_host("no name", 80), 0), TCP_ERROR_NAME_NOT_FOUND);
	expect_error(ask(connect, to_host("", 80), 0), TCP_ERROR_NAME_NOT_FOUND);
}

static void an_address_in_use_is_an_answer(void **state)
{
	struct tcp_listener listener = listen_at(loopback(0));
	expect_error(ask(listen, listener.local, 0, 0), TCP_ERROR_ADDRESS_IN_USE);
	struct tcp_endpoint elsewhere = loopback(0);
	elsewhere.address.as.ipv4 = 0xc6336401;
	expect_error(ask(listen, elsewhere, 0, 0), TCP_ERROR_ADDRESS_NOT_AVAILABLE);
}

static void several_wait_at_one_listener_in_their_order(void **state)
{
	struct tcp_listener listener = listen_at(loopback(0));
	struct kernel_request *first = ask(accept, listener.handle);
	struct kernel_request *second = ask(accept, listener.handle);
	int one = peer_connect(listener.local.port);
	(void)expect_connection(first);
	expect_waiting(second);
	int two = peer_connect(listener.local.port);
	(void)expect_connection(second);
	close(one);
	close(two);
}

/* ---- Reading ---- */

static void reads_are_answered_in_their_order(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	struct kernel_request *first = ask(read, handle, 3, 0);
	struct kernel_request *second = ask(read, handle, 3, 0);
	struct kernel_request *third = ask(read, handle, 3, 0);
	peer_write(peer, "abcdefg");
	expect_data(first, "abc");
	expect_data(second, "def");
	expect_data(third, "g");
	close(peer);
}

static void the_end_is_an_empty_answer_again_and_again(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	struct kernel_request *early = ask(read, handle, 10, 0);
	shutdown(peer, SHUT_WR);
	expect_data(early, "");
	expect_data(ask(read, handle, 10, 0), "");
	expect_readable(ask(wait_readable, handle), 0);
	/* The other direction is still there. */
	expect_done(ask(write, handle, bytes("still here")));
	peer_expect(peer, "still here");
	close(peer);
}

static void data_before_the_end_comes_before_it(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	peer_write(peer, "last words");
	close(peer);
	usleep(10000);
	expect_data(ask(read, handle, 4, 0), "last");
	expect_data(ask(read, handle, 100, 0), " words");
	expect_data(ask(read, handle, 100, 0), "");
}

static void a_peek_leaves_the_data(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	peer_write(peer, "peekaboo");
	expect_data(ask(read, handle, 4, TCP_READ_OPTIONS_PEEK), "peek");
	expect_data(ask(read, handle, 100, TCP_READ_OPTIONS_PEEK), "peekaboo");
	expect_data(ask(read, handle, 100, 0), "peekaboo");
	struct kernel_request *both =
	    ask(read, handle, 6, TCP_READ_OPTIONS_PEEK | TCP_READ_OPTIONS_ALL);
	peer_write(peer, "abc");
	expect_waiting(both);
	peer_write(peer, "defg");
	expect_data(both, "abcdef");
	expect_data(ask(read, handle, 100, 0), "abcdefg");
	close(peer);
}

static void a_read_of_all_waits_for_all(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	struct kernel_request *all = ask(read, handle, 6, TCP_READ_OPTIONS_ALL);
	struct kernel_request *next = ask(read, handle, 6, TCP_READ_OPTIONS_ALL);
	peer_write(peer, "ab");
	expect_waiting(all);
	peer_write(peer, "cdefgh");
	expect_data(all, "abcdef");
	expect_waiting(next);
	shutdown(peer, SHUT_WR);
	expect_data(next, "gh");
	close(peer);
}

static void what_is_there_is_counted(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	struct kernel_request *readable = ask(wait_readable, handle);
	expect_waiting(readable);
	peer_write(peer, "12345");
	expect_readable(readable, 5);
	expect_readable(ask(wait_readable, handle), 5);
	expect_data(ask(read, handle, 100, 0), "12345");
	close(peer);
}

static void sizes_have_limits(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	expect_error(ask(read, handle, LARGE + 1, 0), TCP_ERROR_LIMIT);
	expect_error(ask(read, handle, UINT32_MAX, TCP_READ_OPTIONS_ALL), TCP_ERROR_LIMIT);
	expect_error(ask(read, handle, LARGE, TCP_READ_OPTIONS_ALL | TCP_READ_OPTIONS_PEEK),
		     TCP_ERROR_LIMIT);
	expect_data(ask(read, handle, 0, 0), "");
	/* What is to be collected is bounded for all reads of the process together. */
	for (int i = 0; i < 32; i++)
		assert_false(ask(read, handle, LARGE, TCP_READ_OPTIONS_ALL)->is_answered);
	expect_error(ask(read, handle, 1, TCP_READ_OPTIONS_ALL), TCP_ERROR_LIMIT);
	ask(close, handle);
	close(peer);
}

/* ---- Writing ---- */

static struct kernel_request *write_large(uint64_t handle, uint8_t *body, uint32_t size)
{
	struct kernel_request *r = prepare(PROCESS);
	struct wire_out out = wire_out_over(body, size + 64);
	uint8_t *data = malloc(size);
	for (uint32_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7 + i / 251);
	tcp_write_encode(&out, &(struct tcp_write_call){handle, {data, size}});
	free(data);
	r->large_body = body;
	r->size = (size_t)out.size;
	fake_kernel_receive(r);
	return r;
}

static void a_write_is_answered_when_all_of_it_is_taken_over(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	uint8_t *bodies[8];
	struct kernel_request *writes[8];
	int pending = 0;
	for (int i = 0; i < 8; i++) {
		bodies[i] = malloc(LARGE + 64);
		writes[i] = write_large(handle, bodies[i], LARGE);
		pending += !writes[i]->is_answered;
	}
	/* The host has no room for 8 MiB: back-pressure. */
	assert_true(pending > 0);
	expect_waiting(writes[7]);
	struct kernel_request *writable = ask(wait_writable, handle);
	expect_waiting(writable);
	fcntl(peer, F_SETFL, O_NONBLOCK);
	uint8_t *buffer = malloc(LARGE);
	uint64_t got = 0;
	while (got < 8ull * LARGE) {
		test_loop_turn(f.loop);
		ssize_t count = read(peer, buffer, LARGE);
		for (ssize_t i = 0; i < count; i++) {
			uint32_t at = (uint32_t)((got + (uint64_t)i) % LARGE);
			if (buffer[i] != (uint8_t)(at * 7 + at / 251))
				fail_msg("other bytes came at %llu", (unsigned long long)got + i);
		}
		assert_true(count > 0 || (count < 0 && errno == EAGAIN));
		got += count > 0 ? (uint64_t)count : 0;
	}
	for (int i = 0; i < 8; i++) {
		expect_done(writes[i]);
		free(bodies[i]);
	}
	expect_done(writable);
	free(buffer);
	close(peer);
}

static void larger_writes_are_refused_and_empty_ones_done(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	uint8_t *body = malloc(LARGE + 65);
	expect_error(write_large(handle, body, LARGE + 1), TCP_ERROR_LIMIT);
	free(body);
	expect_done(ask(write, handle, {NULL, 0}));
	close(peer);
}

/* Hands a write in where its sender has it, in three parts that end anywhere. True where it was
 * answered at a glance; else it follows as a whole. */
static bool write_at_a_glance(struct kernel_request *r, uint64_t handle, struct wire_bytes data,
			      uint8_t *body)
{
	struct wire_out out = wire_out_over(body, data.size + 64);
	tcp_write_encode(&out, &(struct tcp_write_call){handle, data});
	size_t size = (size_t)out.size;
	const struct wire_part parts[] = {{body, 3}, {body + 3, size - 4}, {body + size - 1, 1}};
	if (fake_kernel.service.glance(fake_kernel.self, r, parts, 3))
		return true;
	assert_false(r->is_answered);
	r->large_body = body;
	r->size = size;
	fake_kernel_receive(r);
	return false;
}

static void what_a_socket_takes_at_once_is_written_from_where_it_is(void **state)
{
	uint64_t handle;
	uint8_t body[256];
	int peer = open_pair(&handle);
	struct kernel_request *r = prepare(PROCESS);
	assert_true(write_at_a_glance(r, handle, bytes("from here and there"), body));
	expect_done(r);
	peer_expect(peer, "from here and there");
	ask(close, handle);
	peer_expect_end(peer);
	close(peer);
}

static void what_it_does_not_take_follows(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	uint8_t *data = malloc(LARGE);
	uint8_t *bodies[10];
	struct kernel_request *writes[10];
	int at_once = 0;
	memset(data, 'd', LARGE);
	for (int i = 0; i < 10; i++) {
		bodies[i] = malloc(LARGE + 64);
		writes[i] = prepare(PROCESS);
		data[0] = (uint8_t)('0' + i);
		at_once += write_at_a_glance(writes[i], handle, (struct wire_bytes){data, LARGE},
					     bodies[i]);
	}
	assert_in_range(at_once, 1, 9);
	fcntl(peer, F_SETFL, O_NONBLOCK);
	for (uint64_t got = 0; got < 10ull * LARGE;) {
		test_loop_turn(f.loop);
		ssize_t count = read(peer, data, LARGE);
		for (ssize_t i = 0; i < count; i++) {
			uint64_t at = got + (uint64_t)i;
			uint8_t wanted = at % LARGE == 0 ? (uint8_t)('0' + at / LARGE) : 'd';
			assert_int_equal(data[i], wanted);
		}
		got += count > 0 ? (uint64_t)count : 0;
	}
	for (int i = 0; i < 10; i++) {
		expect_done(writes[i]);
		free(bodies[i]);
	}
	free(data);
	close(peer);
}

static void a_glance_sees_nothing_in_what_is_malformed(void **state)
{
	uint64_t handle;
	uint8_t body[256];
	int peer = open_pair(&handle);
	struct kernel_request *r = prepare(PROCESS);
	struct wire_out out = wire_out_over(body, sizeof body);
	tcp_write_encode(&out, &(struct tcp_write_call){handle, bytes("words")});
	for (size_t size = 0; size < out.size + 1; size++) {
		const struct wire_part part = {body, size};
		if (size != out.size)
			assert_false(fake_kernel.service.glance(fake_kernel.self, r, &part, 1));
	}
	const struct wire_part part = {body, (size_t)out.size};
	r->process = OTHER_PROCESS;
	assert_false(fake_kernel.service.glance(fake_kernel.self, r, &part, 1));
	assert_false(fake_kernel.service.glance(fake_kernel.self, r, NULL, 0));
	close(peer);
}

static void data_is_put_where_it_is_waited_for(void **state)
{
	uint64_t handle;
	uint8_t room[1024];
	int peer = open_pair(&handle);
	struct kernel_request *r = ask(read, handle, 1000, 0);
	r->room = room;
	r->room_size = sizeof room;
	peer_write(peer, "right here, as it comes from the host, of more than a line's length");
	expect_data(r, "right here, as it comes from the host, of more than a line's length");
	assert_memory_equal(room + 5, "right here", 10);
	close(peer);
}

static void a_large_read_is_served_without_news(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	peer_write(peer, "0123456789");
	usleep(10000);
	/* It is put off, and comes with the next turn. */
	struct kernel_request *r = ask(read, handle, LARGE, 0);
	assert_false(r->is_answered);
	expect_data(r, "0123456789");
	r = ask(read, handle, LARGE, 0);
	ask(close, handle);
	expect_error(r, TCP_ERROR_CLOSED);
	close(peer);
}

static void finish_is_half_a_close(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	expect_done(ask(write, handle, bytes("bye")));
	expect_done(ask(finish, handle));
	peer_expect(peer, "bye");
	peer_expect_end(peer);
	expect_error(ask(write, handle, bytes("more")), TCP_ERROR_CLOSED);
	expect_error(ask(finish, handle), TCP_ERROR_CLOSED);
	expect_error(ask(wait_writable, handle), TCP_ERROR_CLOSED);
	peer_write(peer, "one more thing");
	expect_data(ask(read, handle, 100, 0), "one more thing");
	close(peer);
}

static void options_can_be_changed(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	expect_done(ask(configure, handle, TCP_OPTIONS_NO_DELAY | TCP_OPTIONS_KEEP_ALIVE));
	expect_done(ask(configure, handle, 0));
	close(peer);
}

/* ---- Peers that behave badly ---- */

static void a_reset_is_an_answer(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	struct kernel_request *read = ask(read, handle, 100, 0);
	peer_reset(peer);
	expect_error(read, TCP_ERROR_RESET);
	expect_error(ask(write, handle, bytes("hello?")), TCP_ERROR_RESET);
}

static void a_reset_ends_a_write_that_waits(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	uint8_t *bodies[16];
	struct kernel_request *last = NULL;
	for (int i = 0; i < 16; i++) {
		bodies[i] = malloc(LARGE + 64);
		last = write_large(handle, bodies[i], LARGE);
	}
	expect_waiting(last);
	peer_reset(peer);
	expect_error(last, TCP_ERROR_RESET);
	for (int i = 0; i < 16; i++)
		free(bodies[i]);
}

static void one_breaks_off_by_reset(void **state)
{
	uint64_t handle;
	char byte;
	int peer = open_pair(&handle);
	struct kernel_request *read = ask(read, handle, 100, 0);
	ask(reset, handle);
	expect_error(read, TCP_ERROR_CLOSED);
	usleep(10000);
	assert_int_equal(recv(peer, &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(peer);
}

static void data_written_before_a_close_arrives_though_something_is_unread(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	peer_write(peer, "nobody reads this");
	usleep(10000);
	expect_done(ask(write, handle, bytes("sorry")));
	ask(close, handle);
	usleep(10000);
	peer_expect(peer, "sorry");
	peer_expect_end(peer);
	close(peer);
}

static void who_connects_and_resets_at_once_is_no_error_of_the_listener(void **state)
{
	struct tcp_listener listener = listen_at(loopback(0));
	peer_reset(peer_connect(listener.local.port));
	usleep(10000);
	struct kernel_request *accepted = ask(accept, listener.handle);
	if (!accepted->is_answered) {
		int peer = peer_connect(listener.local.port);
		(void)expect_connection(accepted);
		close(peer);
		return;
	}
	/* Linux hands it out all the same; reading tells. */
	struct tcp_connection connection = expect_connection(accepted);
	expect_error(ask(read, connection.handle, 1, 0), TCP_ERROR_RESET);
}

/* ---- Handles ---- */

static void handles_that_lead_nowhere_are_refused(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	struct tcp_listener listener = listen_at(loopback(0));
	const uint64_t wrong[] = {0,
				  handle + 1000,
				  UINT64_MAX,
				  (uint64_t)INT64_MIN,
				  handle + ((uint64_t)1 << 32),
				  listener.handle};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		f.next = 10;
		expect_error(ask(read, wrong[i], 1, 0), TCP_ERROR_NO_SUCH_HANDLE);
		expect_error(ask(write, wrong[i], bytes("x")), TCP_ERROR_NO_SUCH_HANDLE);
		expect_error(ask(finish, wrong[i]), TCP_ERROR_NO_SUCH_HANDLE);
		expect_error(ask(configure, wrong[i], 0), TCP_ERROR_NO_SUCH_HANDLE);
		expect_error(ask(wait_readable, wrong[i]), TCP_ERROR_NO_SUCH_HANDLE);
		expect_error(ask(wait_writable, wrong[i]), TCP_ERROR_NO_SUCH_HANDLE);
		if (wrong[i] != listener.handle)
			expect_error(ask(accept, wrong[i]), TCP_ERROR_NO_SUCH_HANDLE);
		ask(reset, wrong[i]);
		if (wrong[i] != listener.handle)
			ask(close, wrong[i]);
	}
	f.next = 30;
	expect_error(ask(accept, handle), TCP_ERROR_NO_SUCH_HANDLE);
	peer_write(peer, "unharmed");
	expect_data(ask(read, handle, 100, 0), "unharmed");
	close(peer);
}

static void another_processs_handles_lead_nowhere(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	expect_error(ask_as(OTHER_PROCESS, read, handle, 1, 0), TCP_ERROR_NO_SUCH_HANDLE);
	ask_as(OTHER_PROCESS, close, handle);
	ask_as(OTHER_PROCESS, reset, handle);
	peer_write(peer, "unharmed");
	expect_data(ask(read, handle, 100, 0), "unharmed");
	close(peer);
}

static void a_closed_handle_never_leads_anywhere_again(void **state)
{
	uint64_t first;
	uint64_t second;
	int one = open_pair(&first);
	ask(close, first);
	int two = open_pair(&second);
	assert_true(first != second);
	expect_error(ask(read, first, 1, 0), TCP_ERROR_NO_SUCH_HANDLE);
	close(one);
	close(two);
}

static void what_waits_at_a_closed_handle_is_answered(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	struct tcp_listener listener = listen_at(loopback(0));
	struct kernel_request *accepted = ask(accept, listener.handle);
	struct kernel_request *reads[] = {ask(read, handle, 1, 0),
					  ask(read, handle, 9, TCP_READ_OPTIONS_ALL),
					  ask(wait_readable, handle)};
	ask(close, handle);
	for (int i = 0; i < 3; i++)
		expect_error(reads[i], TCP_ERROR_CLOSED);
	ask(close, listener.handle);
	expect_error(accepted, TCP_ERROR_CLOSED);
	close(peer);
}

static void the_end_of_a_process_closes_all_that_it_had(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	struct tcp_listener listener = listen_at(loopback(0));
	struct kernel_request *waiting[] = {
	    ask(read, handle, 1, 0), ask(accept, listener.handle),
	    ask(connect, to_host("localhost", listener.local.port), 0)};
	for (int i = 0; i < 3; i++)
		if (!waiting[i]->is_answered)
			fake_kernel.service.cancel(fake_kernel.self, waiting[i]);
	fake_kernel.service.ended(fake_kernel.self, PROCESS);
	for (int i = 0; i < 3; i++)
		assert_true(waiting[i]->is_answered);
	peer_expect_end(peer);
	close(peer);
	assert_int_equal(f.sockets_left, 1000);
	assert_int_equal(count_files(), f.files);
	fake_kernel.service.ended(fake_kernel.self, OTHER_PROCESS);
}

static void a_cancelled_read_makes_way_for_the_next(void **state)
{
	uint64_t handle;
	int peer = open_pair(&handle);
	struct kernel_request *first =
	    ask(read, handle, 100, TCP_READ_OPTIONS_ALL | TCP_READ_OPTIONS_PEEK);
	struct kernel_request *second = ask(read, handle, 100, 0);
	peer_write(peer, "abc");
	expect_waiting(second);
	fake_kernel.service.cancel(fake_kernel.self, first);
	expect_error(first, TCP_ERROR_CLOSED);
	expect_data(second, "abc");
	close(peer);
}

static void the_nodes_sockets_are_bounded(void **state)
{
	struct tcp_listener listener = listen_at(loopback(0));
	f.sockets_left = 0;
	int peer = peer_connect(listener.local.port);
	expect_error(ask(accept, listener.handle), TCP_ERROR_LIMIT);
	expect_error(ask(listen, loopback(0), 0, 0), TCP_ERROR_LIMIT);
	expect_error(ask(connect, to_endpoint(listener.local), 0), TCP_ERROR_LIMIT);
	f.sockets_left = 999;
	/* Who has connected has waited. */
	(void)expect_connection(ask(accept, listener.handle));
	close(peer);
}

static void a_host_without_descriptors_is_an_answer(void **state)
{
	struct rlimit before;
	struct tcp_listener listener = listen_at(loopback(0));
	int peer = peer_connect(listener.local.port);
	getrlimit(RLIMIT_NOFILE, &before);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){3, before.rlim_max});
	struct kernel_request *requests[] = {ask(accept, listener.handle),
					     ask(listen, loopback(0), 0, 0),
					     ask(connect, to_endpoint(listener.local), 0)};
	setrlimit(RLIMIT_NOFILE, &before);
	for (int i = 0; i < 3; i++)
		expect_error(requests[i], TCP_ERROR_LIMIT);
	(void)expect_connection(ask(accept, listener.handle));
	close(peer);
}

/* ---- Scopes ---- */

static void only_what_the_scopes_cover_is_connected_to(void **state)
{
	struct tcp_listener listener = listen_at(loopback(0));
	char scope[64];
	set_scope(NULL);
	expect_error(ask(connect, to_endpoint(listener.local), 0), TCP_ERROR_DENIED);
	expect_error(ask(connect, to_host("localhost", listener.local.port), 0), TCP_ERROR_DENIED);
	expect_error(ask(connect, to_host("::ffff:127.0.0.1", listener.local.port), 0),
		     TCP_ERROR_DENIED);
	expect_error(ask(listen, loopback(0), 0, 0), TCP_ERROR_DENIED);
	set_scope("*:*");
	expect_error(ask(connect, to_endpoint(listener.local), 0), TCP_ERROR_DENIED);
	set_scope("rubbish");
	expect_error(ask(connect, to_endpoint(listener.local), 0), TCP_ERROR_DENIED);
	snprintf(scope, sizeof scope, "127.0.0.0/8:%u", listener.local.port);
	set_scope(scope);
	(void)expect_connection(ask(connect, to_endpoint(listener.local), 0));
	(void)expect_connection(ask(connect, to_host("127.0.0.1", listener.local.port), 0));
	/* A name is not even asked for. */
	expect_error(ask(connect, to_host("example.com", listener.local.port), 0),
		     TCP_ERROR_DENIED);
	set_scope("localhost:*");
	(void)expect_connection(ask(connect, to_host("localhost", listener.local.port), 0));
	expect_error(ask(listen, loopback(0), 0, 0), TCP_ERROR_DENIED);
	set_scope("listen:127.0.0.1:*");
	struct tcp_endpoint everywhere = loopback(0);
	everywhere.address.as.ipv4 = 0;
	expect_error(ask(listen, everywhere, 0, 0), TCP_ERROR_DENIED);
	expect_error(ask(listen, loopback6(0), 0, 0), TCP_ERROR_DENIED);
	(void)listen_at(loopback(0));
}

static void bodies_are_checked_to_the_byte(void **state)
{
	struct kernel_request *r = prepare(PROCESS);
	const struct tcp_destination to = to_host("localhost", 1);
	tcp_connect_encode(&fake_kernel.out, &(struct tcp_connect_call){to, 0});
	fake_kernel_refuses_all_but_whole(r);
	tcp_write_encode(fake_kernel_body(r), &(struct tcp_write_call){1, bytes("data")});
	fake_kernel_refuses_all_but_whole(r);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(a_connection_is_accepted_read_and_written),
	    test(a_connection_is_made_to_an_address_and_to_a_name),
	    test(ipv6_works_alike),
	    test(all_addresses_of_a_name_are_tried),
	    test(nobody_there_is_an_answer),
	    test(an_address_in_use_is_an_answer),
	    test(several_wait_at_one_listener_in_their_order),
	    test(reads_are_answered_in_their_order),
	    test(the_end_is_an_empty_answer_again_and_again),
	    test(data_before_the_end_comes_before_it),
	    test(a_peek_leaves_the_data),
	    test(a_read_of_all_waits_for_all),
	    test(what_is_there_is_counted),
	    test(sizes_have_limits),
	    test(a_write_is_answered_when_all_of_it_is_taken_over),
	    test(larger_writes_are_refused_and_empty_ones_done),
	    test(what_a_socket_takes_at_once_is_written_from_where_it_is),
	    test(what_it_does_not_take_follows),
	    test(a_glance_sees_nothing_in_what_is_malformed),
	    test(data_is_put_where_it_is_waited_for),
	    test(a_large_read_is_served_without_news),
	    test(finish_is_half_a_close),
	    test(options_can_be_changed),
	    test(a_reset_is_an_answer),
	    test(a_reset_ends_a_write_that_waits),
	    test(one_breaks_off_by_reset),
	    test(data_written_before_a_close_arrives_though_something_is_unread),
	    test(who_connects_and_resets_at_once_is_no_error_of_the_listener),
	    test(handles_that_lead_nowhere_are_refused),
	    test(another_processs_handles_lead_nowhere),
	    test(a_closed_handle_never_leads_anywhere_again),
	    test(what_waits_at_a_closed_handle_is_answered),
	    test(the_end_of_a_process_closes_all_that_it_had),
	    test(a_cancelled_read_makes_way_for_the_next),
	    test(the_nodes_sockets_are_bounded),
	    test(a_host_without_descriptors_is_an_answer),
	    test(only_what_the_scopes_cover_is_connected_to),
	    test(bodies_are_checked_to_the_byte),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
