/* What scopes of the network cover. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net_scope.h"

/* ---- Asking ---- */

static struct net_endpoint endpoint(const char *address, uint16_t port)
{
	struct net_endpoint out = {.port = port};
	assert_true(net_address_parse(address, strlen(address), &out.address));
	return out;
}

static struct net_scope scope(const char *text)
{
	struct net_scope out;
	if (!net_scope_parse(text, strlen(text), &out))
		fail_msg("not a scope: %s", text);
	return out;
}

static struct net_name name(const char *text)
{
	return (struct net_name){text, text == NULL ? 0 : strlen(text)};
}

/* Whether the scope lets that address be connected to, having been asked for by a name or not. */
static bool covers(const char *text, const char *by, const char *address, uint16_t port)
{
	struct net_scope parsed = scope(text);
	struct net_endpoint to = endpoint(address, port);
	return net_scope_covers(&parsed, name(by), &to);
}

static bool covers_name(const char *text, const char *asked, uint16_t port)
{
	struct net_scope parsed = scope(text);
	return net_scope_covers_name(&parsed, name(asked), port);
}

static bool covers_listening(const char *text, const char *address, uint16_t port)
{
	struct net_scope parsed = scope(text);
	struct net_endpoint at = endpoint(address, port);
	return net_scope_covers_listening(&parsed, &at);
}

/* ---- Texts ---- */

static void texts_that_are_no_scope_are_refused(void **state)
{
	static const char *const texts[] = {
	    "",
	    ":",
	    "*",
	    "*:",
	    ":80",
	    "example.com",
	    "example.com:",
	    "example.com:http",
	    "example.com:65536",
	    "example.com:080",
	    "example.com:-1",
	    "example.com:9-8",
	    "example.com:1-",
	    "example.com:1-2-3",
	    "example.com:80 ",
	    " example.com:80",
	    "exam ple.com:80",
	    "-:80:",
	    "..:80",
	    ".com:80",
	    "example..com:80",
	    "*.*.com:80",
	    "*example.com:80",
	    "e*.com:80",
	    "1:80",
	    "1.2.3:80",
	    "1.2.3.4.5:80",
	    "127.1:80",
	    "0x7f.1:80",
	    "0x7f000001:80",
	    "example.0x1:80",
	    "256.0.0.1:80",
	    "1.2.3.04:80",
	    "1.2.3.4/33:80",
	    "1.2.3.4/24:80",
	    "1.2.3.0/024:80",
	    "1.2.3.0/:80",
	    "1.2.3.0/-1:80",
	    "::1:80",
	    "[::1:80",
	    "::1]:80",
	    "[::1]/129:80",
	    "[::1]/64:80",
	    "[1.2.3.4]:80",
	    "[fe80::1%1]:80",
	    "[]:80",
	    "listen:",
	    "listen:80",
	    "listen:example.com:80",
	    "listen:*.localhost:80",
	    "listen:listen:*:80",
	    "LISTEN:*:80",
	    "ALL",
	    "all:80x",
	    "localhost@10.0.0.0/8:80",
	    "*.localhost:80",
	    "name@:80",
	    "@10.0.0.0/8:80",
	    "a@b@10.0.0.0/8:80",
	    "a@10.0.0.1/8:80",
	    "*@10.0.0.0/8:80",
	    "a@*:80",
	    "ex\xc3\xa4.com:80",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct net_scope out;
		if (net_scope_parse(texts[i], strlen(texts[i]), &out))
			fail_msg("taken for a scope: %s", texts[i]);
	}
}

static void a_zero_ends_no_text(void **state)
{
	struct net_scope out;
	assert_false(net_scope_parse("a.com\0:80", 9, &out));
	assert_false(net_scope_parse("1.2.3.4\0:80", 11, &out));
	assert_false(net_scope_parse("all\0", 4, &out));
}

static void names_have_limits(void **state)
{
	char label[70];
	char long_name[300];
	memset(label, 'a', sizeof label);
	assert_true(net_scope_is_name(label, 63));
	assert_false(net_scope_is_name(label, 64));
	for (size_t i = 0; i < sizeof long_name; i++)
		long_name[i] = i % 2 == 0 ? 'a' : '.';
	assert_true(net_scope_is_name(long_name, 253));
	assert_true(net_scope_is_name(long_name, 254)); /* with a dot at the end */
	assert_false(net_scope_is_name(long_name, 255));
	assert_false(net_scope_is_name(".", 1));
	assert_false(net_scope_is_name("", 0));
	assert_true(net_scope_is_name("_dmarc.example.com", 18));
	assert_true(net_scope_is_name("3com.com", 8));
	assert_false(net_scope_is_name("example.3", 9));
}

/* ---- Names ---- */

static void a_name_covers_itself_at_its_port(void **state)
{
	assert_true(covers_name("example.com:443", "example.com", 443));
	assert_true(covers_name("example.com:443", "EXAMPLE.com.", 443));
	assert_false(covers_name("example.com:443", "example.com", 80));
	assert_false(covers_name("example.com:443", "www.example.com", 443));
	assert_false(covers_name("example.com:443", "xexample.com", 443));
	assert_true(covers("example.com:443", "example.com", "93.184.216.34", 443));
	assert_false(covers("example.com:443", NULL, "93.184.216.34", 443));
	assert_false(covers("example.com:443", "example.org", "93.184.216.34", 443));
	assert_true(covers("example.com:1-65535", "example.com", "93.184.216.34", 8080));
	assert_false(covers("example.com:8000-8999", "example.com", "93.184.216.34", 9000));
}

static void a_star_and_a_name_cover_what_is_below(void **state)
{
	assert_true(covers_name("*.example.com:443", "www.example.com", 443));
	assert_true(covers_name("*.example.com:443", "a.b.example.com", 443));
	assert_false(covers_name("*.example.com:443", "example.com", 443));
	assert_false(covers_name("*.example.com:443", "wwwexample.com", 443));
	assert_false(covers_name("*.example.com:443", ".example.com", 443));
	assert_true(covers("*.example.com:443", "www.example.com", "93.184.216.34", 443));
}

static void a_name_does_not_cover_where_it_must_not_lead(void **state)
{
	static const char *const inside[] = {
	    "127.0.0.1",
	    "10.1.2.3",
	    "192.168.1.1",
	    "172.31.255.255",
	    "169.254.169.254",
	    "0.0.0.0",
	    "100.64.0.1",
	    "224.0.0.1",
	    "255.255.255.255",
	    "::1",
	    "::",
	    "fd00::1",
	    "fe80::1",
	    "fec0::1",
	    "ff02::1",
	    "::ffff:127.0.0.1",
	    "::ffff:10.0.0.1",
	    "::127.0.0.1",
	    "64:ff9b::10.0.0.1",
	    "64:ff9b:1::1",
	    "2002:7f00:1::",
	    "2002:c0a8:101::1",
	    "192.0.0.8",
	};
	for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
		if (covers("example.com:80", "example.com", inside[i], 80) ||
		    covers("*:80", "example.com", inside[i], 80) ||
		    covers("*:80", NULL, inside[i], 80) ||
		    covers("0.0.0.0/0:80", NULL, inside[i], 80) ||
		    covers("[::]/0:80", NULL, inside[i], 80))
			fail_msg("leads inside: %s", inside[i]);
	}
}

static void a_name_with_a_range_covers_just_that(void **state)
{
	assert_true(covers("nas.home@192.168.0.0/16:22", "nas.home", "192.168.7.1", 22));
	assert_false(covers("nas.home@192.168.0.0/16:22", "nas.home", "93.184.216.34", 22));
	assert_false(covers("nas.home@192.168.0.0/16:22", NULL, "192.168.7.1", 22));
	assert_false(covers("nas.home@192.168.0.0/16:22", "other.home", "192.168.7.1", 22));
	assert_true(covers("*.home@[fd00::]/8:*", "nas.home", "fd00::7", 22));
	assert_true(covers_name("nas.home@192.168.0.0/16:22", "nas.home", 22));
}

static void localhost_is_known_without_asking(void **state)
{
	assert_true(covers("localhost:8080", "localhost", "127.0.0.1", 8080));
	assert_true(covers("localhost:8080", NULL, "127.0.0.1", 8080));
	assert_true(covers("localhost:8080", NULL, "::1", 8080));
	assert_false(covers("localhost:8080", NULL, "127.0.0.2", 8080));
	assert_false(covers("localhost:8080", NULL, "93.184.216.34", 8080));
	assert_true(covers_listening("listen:localhost:8080", "::1", 8080));
	assert_false(covers_listening("listen:localhost:8080", "0.0.0.0", 8080));
	assert_true(net_scope_is_localhost("a.LOCALHOST.", 12));
	assert_false(net_scope_is_localhost("localhost.com", 13));
}

/* ---- Addresses ---- */

static void an_address_covers_itself_however_it_is_written(void **state)
{
	assert_true(covers("192.0.2.7:80", NULL, "192.0.2.7", 80));
	assert_true(covers("192.0.2.7:80", NULL, "::ffff:192.0.2.7", 80));
	assert_true(covers("[::ffff:192.0.2.7]:80", NULL, "192.0.2.7", 80));
	assert_true(covers("127.0.0.1:80", NULL, "127.0.0.1", 80));
	assert_true(covers("[::1]:80", NULL, "::1", 80));
	assert_true(covers("[fe80::1]:80", NULL, "fe80::1", 80));
	assert_true(covers("[2002:7f00:1::]:80", NULL, "2002:7f00:1::", 80));
	assert_false(covers("127.0.0.1:80", NULL, "::1", 80));
	assert_false(covers("127.0.0.1:80", NULL, "127.0.0.1", 81));
	/* An address that a name leads to is as good as one that is asked for. */
	assert_true(covers("127.0.0.1:80", "evil.example", "127.0.0.1", 80));
	/* But no name is asked for on its account: who is asked learns something. */
	assert_false(covers_name("127.0.0.1:80", "evil.example", 80));
	assert_true(covers_name("*:80", "evil.example", 80));
}

static void a_range_covers_what_is_in_it(void **state)
{
	assert_true(covers("192.0.2.0/24:80", NULL, "192.0.2.0", 80));
	assert_true(covers("192.0.2.0/24:80", NULL, "192.0.2.255", 80));
	assert_false(covers("192.0.2.0/24:80", NULL, "192.0.3.0", 80));
	assert_true(covers("[2001:db8::]/32:*", NULL, "2001:db8:ffff::1", 1));
	assert_false(covers("[2001:db8::]/32:*", NULL, "2001:db9::1", 1));
	assert_true(covers("192.0.2.128/25:80", NULL, "192.0.2.129", 80));
	assert_false(covers("192.0.2.128/25:80", NULL, "192.0.2.127", 80));
	assert_true(covers("0.0.0.0/0:80", NULL, "8.8.8.8", 80));
	assert_false(covers("0.0.0.0/0:80", NULL, "2001:db8::1", 80));
}

static void a_range_covers_private_addresses_only_where_it_lies_among_them(void **state)
{
	assert_true(covers("10.0.0.0/8:80", NULL, "10.255.0.1", 80));
	assert_true(covers("10.1.0.0/16:80", NULL, "10.1.0.1", 80));
	assert_false(covers("10.0.0.0/7:80", NULL, "10.0.0.1", 80));
	assert_true(covers("10.0.0.0/7:80", NULL, "11.0.0.1", 80));
	assert_true(covers("127.0.0.0/8:80", NULL, "127.1.2.3", 80));
	assert_true(covers("169.254.169.254/32:80", NULL, "169.254.169.254", 80));
	assert_true(covers("[fc00::]/7:80", NULL, "fd12::1", 80));
	assert_false(covers("[fc00::]/6:80", NULL, "fd12::1", 80));
	assert_false(covers("[2002::]/16:80", NULL, "2002:7f00:1::", 80));
	assert_true(covers("[2002::]/16:80", NULL, "2002:5db8:d822::", 80));
}

static void a_star_covers_what_is_public(void **state)
{
	static const char *const outside[] = {
	    "1.1.1.1",         "93.184.216.34",    "172.32.0.1",       "100.128.0.1",
	    "2606:4700::1111", "64:ff9b::1.1.1.1", "2002:5db8:d822::1"};
	for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
		assert_true(covers("*:443", NULL, outside[i], 443));
		assert_false(covers("*:443", NULL, outside[i], 80));
		assert_true(covers("*:*", NULL, outside[i], 80));
	}
}

/* ---- Listening ---- */

static void listening_needs_a_scope_of_its_own(void **state)
{
	assert_false(covers_listening("127.0.0.1:8080", "127.0.0.1", 8080));
	assert_false(covers_listening("*:*", "127.0.0.1", 8080));
	assert_false(covers("listen:127.0.0.1:8080", NULL, "127.0.0.1", 8080));
	assert_false(covers("listen:*:*", NULL, "8.8.8.8", 8080));
	assert_false(covers_name("listen:*:*", "example.com", 8080));
	assert_true(covers_listening("listen:127.0.0.1:8080", "127.0.0.1", 8080));
	assert_false(covers_listening("listen:127.0.0.1:8080", "127.0.0.1", 8081));
	assert_false(covers_listening("listen:127.0.0.1:8080", "0.0.0.0", 8080));
	assert_true(covers_listening("listen:[::1]:8080", "::1", 8080));
	assert_true(covers_listening("listen:192.168.0.0/16:80", "192.168.1.1", 80));
}

static void a_star_to_listen_at_is_every_address_of_the_host(void **state)
{
	assert_true(covers_listening("listen:*:8080", "0.0.0.0", 8080));
	assert_true(covers_listening("listen:*:8080", "::", 8080));
	assert_true(covers_listening("listen:*:8080", "127.0.0.1", 8080));
	assert_false(covers_listening("listen:*:8080", "0.0.0.0", 80));
	assert_true(covers_listening("listen:0.0.0.0:80", "0.0.0.0", 80));
	assert_false(covers_listening("listen:0.0.0.0:80", "127.0.0.1", 80));
}

static void a_port_of_the_hosts_choice_is_in_star_and_zero(void **state)
{
	assert_true(covers_listening("listen:127.0.0.1:*", "127.0.0.1", 0));
	assert_true(covers_listening("listen:127.0.0.1:0", "127.0.0.1", 0));
	assert_false(covers_listening("listen:127.0.0.1:8000-9000", "127.0.0.1", 0));
}

static void all_covers_everything(void **state)
{
	assert_true(covers("all", NULL, "127.0.0.1", 1));
	assert_true(covers_name("all", "example.com", 1));
	assert_true(covers_listening("all", "0.0.0.0", 1));
}

/* ---- dns ---- */

static bool pattern_covers(const char *pattern, const char *asked)
{
	return net_scope_pattern_covers(pattern, strlen(pattern), name(asked));
}

static void patterns_of_dns_are_names_without_a_port(void **state)
{
	assert_true(pattern_covers("*", "example.com"));
	assert_true(pattern_covers("example.com", "Example.COM"));
	assert_false(pattern_covers("example.com", "www.example.com"));
	assert_true(pattern_covers("*.example.com", "www.example.com"));
	assert_false(pattern_covers("*.example.com", "example.com"));
	assert_false(pattern_covers("*.", "example.com"));
	assert_false(pattern_covers("", "example.com"));
	assert_false(pattern_covers("example.com:53", "example.com"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_that_are_no_scope_are_refused),
	    cmocka_unit_test(a_zero_ends_no_text),
	    cmocka_unit_test(names_have_limits),
	    cmocka_unit_test(a_name_covers_itself_at_its_port),
	    cmocka_unit_test(a_star_and_a_name_cover_what_is_below),
	    cmocka_unit_test(a_name_does_not_cover_where_it_must_not_lead),
	    cmocka_unit_test(a_name_with_a_range_covers_just_that),
	    cmocka_unit_test(localhost_is_known_without_asking),
	    cmocka_unit_test(an_address_covers_itself_however_it_is_written),
	    cmocka_unit_test(a_range_covers_what_is_in_it),
	    cmocka_unit_test(a_range_covers_private_addresses_only_where_it_lies_among_them),
	    cmocka_unit_test(a_star_covers_what_is_public),
	    cmocka_unit_test(listening_needs_a_scope_of_its_own),
	    cmocka_unit_test(a_star_to_listen_at_is_every_address_of_the_host),
	    cmocka_unit_test(a_port_of_the_hosts_choice_is_in_star_and_zero),
	    cmocka_unit_test(all_covers_everything),
	    cmocka_unit_test(patterns_of_dns_are_names_without_a_port),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
