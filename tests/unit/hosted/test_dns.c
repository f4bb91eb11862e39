/* The interface `dns`, as far as it needs no server: tests/e2e/net_names.sh has one. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cairn/dns.h>

#include "dns.h"
#include "unit/hosted/fake_kernel.h"
#include "unit/hosted/test_loop.h"

enum { REQUEST_COUNT = 100, PROCESS = 7 };

static struct fixture {
	struct uv_loop_s *loop;
	struct resolver *resolver;
	struct dns *dns;
	uint32_t sockets_left;
	struct kernel_request requests[REQUEST_COUNT];
	int next;
	struct wasm_name scope;
	struct kernel_scopes scopes;
} f;

static int set_up(void **state)
{
	f = (struct fixture){.loop = test_loop_create()};
	if (resolver_create(f.loop, &f.resolver) != STATUS_OK)
		return -1;
	const struct net_means means = {NULL, f.loop, NULL, f.resolver, &f.sockets_left};
	return dns_create(&means, &f.dns) != STATUS_OK;
}

static int tear_down(void **state)
{
	dns_close(f.dns);
	resolver_close(f.resolver);
	int status = test_loop_destroy(f.loop);
	dns_destroy(f.dns);
	resolver_destroy(f.resolver);
	for (int i = 0; i < REQUEST_COUNT; i++)
		free(f.requests[i].answer);
	return status;
}

static void set_scope(const char *text)
{
	f.scope = (struct wasm_name){(const uint8_t *)text, strlen(text)};
	f.scopes = (struct kernel_scopes){&f.scope, 1, false};
}

static struct kernel_request *prepare(void)
{
	assert_true(f.next < REQUEST_COUNT);
	struct kernel_request *r = &f.requests[f.next++];
	(void)fake_kernel_body(r);
	r->process = PROCESS;
	r->scopes = f.scopes;
	return r;
}

static struct kernel_request *resolve(const char *name, enum dns_family family)
{
	struct kernel_request *r = prepare();
	dns_resolve_encode(&fake_kernel.out,
			   &(struct dns_resolve_call){{name, (uint32_t)strlen(name)}, family});
	fake_kernel_send(r);
	return r;
}

static struct kernel_request *ask_text(const char *name)
{
	struct kernel_request *r = prepare();
	dns_text_encode(&fake_kernel.out, &(struct dns_text_call){{name, (uint32_t)strlen(name)}});
	fake_kernel_send(r);
	return r;
}

static void settle(const struct kernel_request *r)
{
	for (int i = 0; i < 5000 && !r->is_answered; i++)
		test_loop_turn(f.loop);
	assert_true(r->is_answered);
	assert_int_equal(r->status, CAIRN_STATUS_OK);
}

static void expect_error(const struct kernel_request *r, enum dns_error error)
{
	struct dns_string_list_or_error result;
	settle(r);
	assert_int_equal(dns_reverse_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	assert_true(result.is_error);
	assert_int_equal(result.error, error);
}

static struct dns_ip_address_list expect_addresses(const struct kernel_request *r)
{
	struct dns_ip_address_list_or_error result;
	settle(r);
	assert_int_equal(dns_resolve_answer_decode(r->answer, r->answer_size, &result), WIRE_OK);
	assert_false(result.is_error);
	return result.value;
}

static void localhost_has_its_addresses(void **state)
{
	struct dns_ip_address address;
	struct dns_ip_address_list list = expect_addresses(resolve("localhost", DNS_FAMILY_ANY));
	assert_int_equal(list.count, 2);
	assert_true(dns_ip_address_list_next(&list, &address));
	assert_int_equal(address.as.ipv4, 0x7f000001);
	assert_true(dns_ip_address_list_next(&list, &address));
	assert_int_equal(address.as.ipv6.low, 1);
	list = expect_addresses(resolve("some.localhost", DNS_FAMILY_IPV4));
	assert_int_equal(list.count, 1);
	list = expect_addresses(resolve("LOCALHOST.", DNS_FAMILY_IPV6));
	assert_int_equal(list.count, 1);
	assert_true(dns_ip_address_list_next(&list, &address));
	assert_int_equal(address.kind, DNS_IP_ADDRESS_IPV6);
}

static void what_is_no_name_is_not_asked_for(void **state)
{
	static const char *const texts[] = {"", ".", "a b", "a..b", "1.2.3.4", "::1", "7", "*"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		expect_error(resolve(texts[i], DNS_FAMILY_ANY), DNS_ERROR_NOT_A_NAME);
		expect_error(ask_text(texts[i]), DNS_ERROR_NOT_A_NAME);
	}
}

static void only_what_the_scopes_cover_is_asked_for(void **state)
{
	set_scope("*.example.com");
	expect_error(resolve("localhost", DNS_FAMILY_ANY), DNS_ERROR_DENIED);
	expect_error(ask_text("example.com"), DNS_ERROR_DENIED);
	struct kernel_request *r = prepare();
	dns_reverse_encode(&fake_kernel.out,
			   &(struct dns_reverse_call){{DNS_IP_ADDRESS_IPV4, {0x7f000001}}});
	fake_kernel_send(r);
	expect_error(r, DNS_ERROR_DENIED);
	set_scope("localhost");
	(void)expect_addresses(resolve("localhost", DNS_FAMILY_ANY));
}

static void one_process_does_not_ask_without_end(void **state)
{
	/* In a network without anybody; what is asked at the end of the test is forgotten. */
	int refused = 0;
	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		skip();
	for (int i = 0; i < REQUEST_COUNT; i++)
		refused += resolve("name.invalid", DNS_FAMILY_ANY)->is_answered;
	assert_int_equal(refused, REQUEST_COUNT - 64);
}

static void a_cancelled_question_is_answered(void **state)
{
	struct kernel_request *r = resolve("localhost", DNS_FAMILY_ANY);
	assert_false(r->is_answered);
	fake_kernel.service.cancel(fake_kernel.self, r);
	expect_error(r, DNS_ERROR_UNAVAILABLE);
}

static void bodies_are_checked_to_the_byte(void **state)
{
	struct kernel_request *r = prepare();
	dns_resolve_encode(&fake_kernel.out,
			   &(struct dns_resolve_call){{"localhost", 9}, DNS_FAMILY_ANY});
	fake_kernel_refuses_all_but_whole(r);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(localhost_has_its_addresses),
	    test(what_is_no_name_is_not_asked_for),
	    test(only_what_the_scopes_cover_is_asked_for),
	    test(one_process_does_not_ask_without_end),
	    test(a_cancelled_question_is_answered),
	    test(bodies_are_checked_to_the_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
