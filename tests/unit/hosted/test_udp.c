/* The interface `udp`, asked message by message; the peers are sockets of the test's. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <cairn/udp.h>

#include "udp.h"
#include "unit/hosted/fake_kernel.h"
#include "unit/hosted/test_loop.h"

enum { REQUEST_COUNT = 40, PROCESS = 7, OTHER_PROCESS = 8, LOOPBACK = 0x7f000001 };

static struct fixture {
	struct uv_loop_s *loop;
	struct watch *watch;
	struct resolver *resolver;
	struct udp *udp;
	uint32_t sockets_left;
	struct kernel_request requests[REQUEST_COUNT];
	int next;
	struct wasm_name scope_items[2];
	struct kernel_scopes scopes;
} f;

static void set_scopes(const char *first, const char *second)
{
	const char *texts[] = {first, second};
	uint32_t count = 0;
	for (int i = 0; i < 2; i++)
		if (texts[i] != NULL)
			f.scope_items[count++] =
			    (struct wasm_name){(const uint8_t *)texts[i], strlen(texts[i])};
	f.scopes = (struct kernel_scopes){f.scope_items, count, false};
}

static int set_up(void **state)
{
	f = (struct fixture){
	    .sockets_left = 100, .scopes = {.covers_all = true}, .loop = test_loop_create()};
	if (watch_create(f.loop, &f.watch) != STATUS_OK ||
	    resolver_create(f.loop, &f.resolver) != STATUS_OK)
		return -1;
	const struct net_means means = {NULL, f.loop, f.watch, f.resolver, &f.sockets_left};
	return udp_create(&means, &f.udp) != STATUS_OK;
}

static int tear_down(void **state)
{
	udp_close(f.udp);
	bool is_level = f.sockets_left == 100;
	resolver_close(f.resolver);
	watch_close(f.watch);
	int status = test_loop_destroy(f.loop);
	udp_destroy(f.udp);
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
		udp_##name##_encode(&fake_kernel.out, &(struct udp_##name##_call){__VA_ARGS__});   \
		fake_kernel_send(asked);                                                           \
		asked;                                                                             \
	})

static void settle(const struct kernel_request *r)
{
	for (int i = 0; i < 5000 && !r->is_answered; i++)
		test_loop_turn(f.loop);
	assert_true(r->is_answered);
	assert_int_equal(r->status, CAIRN_STATUS_OK);
}

static void expect_waiting(const struct kernel_request *r)
{
	for (int i = 0; i < 20; i++)
		test_loop_turn(f.loop);
	assert_false(r->is_answered);
}

static struct udp_nothing_or_error result_of(const struct kernel_request *r)
{
	struct udp_nothing_or_error result;
	settle(r);
	assert_int_equal(udp_send_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	return result;
}

static void expect_error(const struct kernel_request *r, enum udp_error error)
{
	struct udp_nothing_or_error result = result_of(r);
	assert_true(result.is_error);
	assert_int_equal(result.error, error);
}

static void expect_done(const struct kernel_request *r)
{
	assert_false(result_of(r).is_error);
}

static struct udp_datagram expect_datagram(const struct kernel_request *r, const char *text)
{
	struct udp_datagram_or_error result;
	settle(r);
	assert_int_equal(udp_receive_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	assert_false(result.is_error);
	assert_int_equal(result.value.data.size, strlen(text));
	assert_memory_equal(result.value.data.data, text, strlen(text));
	return result.value;
}

static struct udp_endpoint at(uint32_t address, uint16_t port)
{
	return (struct udp_endpoint){.address = {.kind = UDP_IP_ADDRESS_IPV4, .as.ipv4 = address},
				     .port = port};
}

static struct udp_socket bind_at(struct udp_endpoint endpoint)
{
	struct udp_socket_or_error result;
	const struct kernel_request *r = ask(bind, endpoint, 0);
	settle(r);
	assert_int_equal(udp_bind_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	assert_false(result.is_error);
	return result.value;
}

static struct udp_destination to_endpoint(struct udp_endpoint endpoint)
{
	return (struct udp_destination){.kind = UDP_DESTINATION_ENDPOINT, .as.endpoint = endpoint};
}

static struct udp_destination to_host(const char *host, uint16_t port)
{
	return (struct udp_destination){
	    .kind = UDP_DESTINATION_HOST,
	    .as.host = {.host = {host, (uint32_t)strlen(host)}, .port = port}};
}

static struct wire_bytes bytes(const char *text)
{
	return (struct wire_bytes){(const uint8_t *)text, (uint32_t)strlen(text)};
}

/* ---- Datagrams ---- */

static void datagrams_go_to_and_fro(void **state)
{
	struct udp_socket one = bind_at(at(LOOPBACK, 0));
	struct udp_socket two = bind_at(at(LOOPBACK, 0));
	struct kernel_request *received = ask(receive, two.handle, 100);
	expect_waiting(received);
	expect_done(ask(send, one.handle, to_endpoint(two.local), bytes("there")));
	struct udp_datagram datagram = expect_datagram(received, "there");
	assert_int_equal(datagram.from.port, one.local.port);
	assert_false(datagram.is_cut);
	expect_done(ask(send, two.handle, to_host("localhost", one.local.port), bytes("back")));
	expect_done(ask(send, two.handle, to_host("127.0.0.1", one.local.port), bytes("")));
	expect_datagram(ask(receive, one.handle, 100), "back");
	expect_datagram(ask(receive, one.handle, 100), "");
}

static void what_is_longer_than_asked_for_is_cut(void **state)
{
	struct udp_socket one = bind_at(at(LOOPBACK, 0));
	expect_done(ask(send, one.handle, to_endpoint(one.local), bytes("too long")));
	assert_true(expect_datagram(ask(receive, one.handle, 3), "too").is_cut);
	expect_done(ask(send, one.handle, to_endpoint(one.local), bytes("x")));
	assert_true(expect_datagram(ask(receive, one.handle, 0), "").is_cut);
	expect_done(ask(send, one.handle, to_endpoint(one.local), bytes("next")));
	expect_datagram(ask(receive, one.handle, UINT32_MAX), "next");
}

static void a_datagram_has_a_greatest_size(void **state)
{
	struct udp_socket one = bind_at(at(LOOPBACK, 0));
	static uint8_t body[70100];
	static const uint8_t data[70000];
	struct kernel_request *r = prepare(PROCESS);
	struct wire_out out = wire_out_over(body, sizeof body);
	udp_send_encode(
	    &out, &(struct udp_send_call){one.handle, to_endpoint(one.local), {data, sizeof data}});
	r->large_body = body;
	r->size = (size_t)out.size;
	fake_kernel_receive(r);
	expect_error(r, UDP_ERROR_TOO_LARGE);
}

static void an_ipv6_socket_takes_both(void **state)
{
	struct udp_endpoint any6 = {.address = {.kind = UDP_IP_ADDRESS_IPV6}};
	struct udp_socket six = bind_at(any6);
	struct udp_socket four = bind_at(at(LOOPBACK, 0));
	expect_done(ask(send, six.handle, to_endpoint(four.local), bytes("mapped")));
	struct udp_datagram datagram = expect_datagram(ask(receive, four.handle, 100), "mapped");
	expect_done(ask(send, four.handle, to_endpoint(datagram.from), bytes("answer")));
	datagram = expect_datagram(ask(receive, six.handle, 100), "answer");
	assert_int_equal(datagram.from.address.kind, UDP_IP_ADDRESS_IPV4);
	struct udp_endpoint loopback6 = {
	    .address = {.kind = UDP_IP_ADDRESS_IPV6, .as.ipv6 = {0, 1}}, .port = 9};
	expect_error(ask(send, four.handle, to_endpoint(loopback6), bytes("no way")),
		     UDP_ERROR_UNREACHABLE);
}

static void a_group_is_joined_and_left(void **state)
{
	struct udp_socket one = bind_at(at(0, 0));
	struct udp_ip_address group = {.kind = UDP_IP_ADDRESS_IPV4, .as.ipv4 = 0xefff0001};
	struct udp_ip_address none = {.kind = UDP_IP_ADDRESS_IPV4, .as.ipv4 = 0x0a000001};
	expect_done(ask(join, one.handle, group, 1));
	expect_error(ask(join, one.handle, group, 1), UDP_ERROR_ADDRESS_IN_USE);
	expect_done(ask(leave, one.handle, group, 1));
	expect_error(ask(leave, one.handle, group, 1), UDP_ERROR_ADDRESS_NOT_AVAILABLE);
	expect_error(ask(join, one.handle, none, 1), UDP_ERROR_ADDRESS_NOT_AVAILABLE);
	expect_error(ask(join, one.handle, group, 1000000), UDP_ERROR_ADDRESS_NOT_AVAILABLE);
}

/* ---- Handles ---- */

static void handles_that_lead_nowhere_are_refused(void **state)
{
	struct udp_socket one = bind_at(at(LOOPBACK, 0));
	struct udp_ip_address group = {.kind = UDP_IP_ADDRESS_IPV4, .as.ipv4 = 0xefff0001};
	const uint64_t wrong[] = {0, one.handle + 1, UINT64_MAX};
	for (int i = 0; i < 3; i++) {
		expect_error(ask(receive, wrong[i], 1), UDP_ERROR_NO_SUCH_HANDLE);
		expect_error(ask(send, wrong[i], to_endpoint(one.local), bytes("x")),
			     UDP_ERROR_NO_SUCH_HANDLE);
		expect_error(ask(join, wrong[i], group, 0), UDP_ERROR_NO_SUCH_HANDLE);
		ask(close, wrong[i]);
	}
	expect_error(ask_as(OTHER_PROCESS, receive, one.handle, 1), UDP_ERROR_NO_SUCH_HANDLE);
	ask_as(OTHER_PROCESS, close, one.handle);
	expect_done(ask(send, one.handle, to_endpoint(one.local), bytes("unharmed")));
	expect_datagram(ask(receive, one.handle, 100), "unharmed");
}

static void what_waits_at_a_closed_socket_is_answered(void **state)
{
	struct udp_socket one = bind_at(at(LOOPBACK, 0));
	struct kernel_request *received = ask(receive, one.handle, 100);
	struct kernel_request *sent =
	    ask(send, one.handle, to_host("localhost", one.local.port), bytes("x"));
	ask(close, one.handle);
	expect_error(received, UDP_ERROR_CLOSED);
	assert_true(sent->is_answered);
	expect_error(ask(receive, one.handle, 1), UDP_ERROR_NO_SUCH_HANDLE);
}

static void the_end_of_a_process_closes_all_that_it_had(void **state)
{
	struct udp_socket one = bind_at(at(LOOPBACK, 0));
	(void)bind_at(at(LOOPBACK, 0));
	struct kernel_request *received = ask(receive, one.handle, 100);
	fake_kernel.service.cancel(fake_kernel.self, received);
	fake_kernel.service.ended(fake_kernel.self, PROCESS);
	assert_int_equal(f.sockets_left, 100);
}

static void sockets_are_bounded(void **state)
{
	f.sockets_left = 0;
	expect_error(ask(bind, at(LOOPBACK, 0), 0), UDP_ERROR_LIMIT);
	f.sockets_left = 100;
}

/* ---- Scopes ---- */

static void only_what_the_scopes_cover_is_sent_to_or_bound(void **state)
{
	struct udp_socket target = bind_at(at(LOOPBACK, 0));
	char scope[32];
	set_scopes(NULL, NULL);
	struct udp_socket sender = bind_at(at(0, 0));
	expect_error(ask(send, sender.handle, to_endpoint(target.local), bytes("x")),
		     UDP_ERROR_DENIED);
	expect_error(ask(send, sender.handle, to_host("localhost", 1), bytes("x")),
		     UDP_ERROR_DENIED);
	expect_error(ask(bind, at(LOOPBACK, 0), 0), UDP_ERROR_DENIED);
	expect_error(ask(bind, at(0, 5353), 0), UDP_ERROR_DENIED);
	struct udp_ip_address group = {.kind = UDP_IP_ADDRESS_IPV4, .as.ipv4 = 0xefff0001};
	expect_error(ask(join, sender.handle, group, 0), UDP_ERROR_DENIED);
	snprintf(scope, sizeof scope, "127.0.0.1:%u", target.local.port);
	set_scopes(scope, NULL);
	expect_done(ask(send, sender.handle, to_endpoint(target.local), bytes("x")));
	expect_error(ask(send, sender.handle, to_endpoint(at(LOOPBACK, 1)), bytes("x")),
		     UDP_ERROR_DENIED);
	set_scopes("listen:127.0.0.1:*", NULL);
	(void)bind_at(at(LOOPBACK, 0));
}

static void without_a_scope_one_hears_those_whom_one_has_spoken_to(void **state)
{
	struct udp_socket friend = bind_at(at(LOOPBACK, 0));
	struct udp_socket stranger = bind_at(at(LOOPBACK, 0));
	set_scopes("127.0.0.0/8:*", NULL);
	struct udp_socket one = bind_at(at(0, 0));
	f.scopes = (struct kernel_scopes){.covers_all = true};
	struct udp_endpoint here = at(LOOPBACK, one.local.port);
	expect_done(ask(send, one.handle, to_endpoint(friend.local), bytes("hello")));
	expect_done(ask(send, stranger.handle, to_endpoint(here), bytes("buy this")));
	expect_done(ask(send, friend.handle, to_endpoint(here), bytes("hello yourself")));
	expect_datagram(ask(receive, one.handle, 100), "hello yourself");
	expect_waiting(ask(receive, one.handle, 100));
}

static void bodies_are_checked_to_the_byte(void **state)
{
	struct kernel_request *r = prepare(PROCESS);
	udp_send_encode(&fake_kernel.out,
			&(struct udp_send_call){1, to_host("localhost", 1), bytes("data")});
	fake_kernel_refuses_all_but_whole(r);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(datagrams_go_to_and_fro),
	    test(what_is_longer_than_asked_for_is_cut),
	    test(a_datagram_has_a_greatest_size),
	    test(an_ipv6_socket_takes_both),
	    test(a_group_is_joined_and_left),
	    test(handles_that_lead_nowhere_are_refused),
	    test(what_waits_at_a_closed_socket_is_answered),
	    test(the_end_of_a_process_closes_all_that_it_had),
	    test(sockets_are_bounded),
	    test(only_what_the_scopes_cover_is_sent_to_or_bound),
	    test(without_a_scope_one_hears_those_whom_one_has_spoken_to),
	    test(bodies_are_checked_to_the_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
