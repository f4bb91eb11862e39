#include "net_scope.h"

#include <string.h>

/* ---- Addresses that are not of the public Internet ---- */

struct block {
	uint64_t high;
	uint64_t low;
	unsigned bits;
};

#define IPV4(number, prefix) {0, UINT64_C(0xffff00000000) | (number), 96 + (prefix)}

/* From the registries of IANA for special purposes. None lies within another. */
static const struct block special_blocks[] = {
    IPV4(0x00000000, 8),                   /* this host, this network */
    IPV4(0x0a000000, 8),                   /* private */
    IPV4(0x64400000, 10),                  /* private, of providers */
    IPV4(0x7f000000, 8),                   /* loopback */
    IPV4(0xa9fe0000, 16),                  /* link-local; metadata of clouds */
    IPV4(0xac100000, 12),                  /* private */
    IPV4(0xc0000000, 24),                  /* assignments of protocols */
    IPV4(0xc0a80000, 16),                  /* private */
    IPV4(0xc6120000, 15),                  /* for measurements */
    IPV4(0xe0000000, 4),                   /* multicast */
    IPV4(0xf0000000, 4),                   /* reserved; broadcast */
    {0, 0, 128},                           /* unspecified */
    {0, 1, 128},                           /* loopback */
    {UINT64_C(0x0064ff9b00010000), 0, 48}, /* IPv4 by translation, private */
    {UINT64_C(0x0100000000000000), 0, 64}, /* to be discarded */
    {UINT64_C(0xfc00000000000000), 0, 7},  /* private */
    {UINT64_C(0xfe80000000000000), 0, 10}, /* link-local */
    {UINT64_C(0xfec0000000000000), 0, 10}, /* private, as it was once */
    {UINT64_C(0xff00000000000000), 0, 8},  /* multicast */
};
enum { BLOCK_COUNT = sizeof special_blocks / sizeof special_blocks[0] };

/* IPv6 addresses that lead to an IPv4 address, which stands `shift` bits from the end. */
static const struct {
	struct block block;
	bool is_high; /* it stands in the upper half */
	unsigned shift;
} disguises[] = {
    {{UINT64_C(0x0064ff9b00000000), 0, 96}, false, 0}, /* by translation (NAT64) */
    {{UINT64_C(0x2002000000000000), 0, 16}, true, 16}, /* 6to4 */
    {{0, 0, 96}, false, 0},                            /* "compatible" */
};
enum { DISGUISE_COUNT = sizeof disguises / sizeof disguises[0] };

/* How many bits the special block of an address has; 0 where it is in none. */
static unsigned special_bits(const struct net_address *address)
{
	for (int i = 0; i < BLOCK_COUNT; i++) {
		const struct block *block = &special_blocks[i];
		struct net_address base = net_address_ipv6(block->high, block->low);
		if (net_address_is_within(address, &base, block->bits))
			return block->bits;
	}
	for (int i = 0; i < DISGUISE_COUNT; i++) {
		const struct block *block = &disguises[i].block;
		struct net_address base = net_address_ipv6(block->high, block->low);
		if (!net_address_is_within(address, &base, block->bits))
			continue;
		uint64_t half =
		    disguises[i].is_high ? net_address_high(address) : net_address_low(address);
		struct net_address meant = net_address_ipv4((uint32_t)(half >> disguises[i].shift));
		/* Only a scope that is this very address names it. */
		return special_bits(&meant) != 0 ? 128 : 0;
	}
	return 0;
}

bool net_scope_is_public(const struct net_address *address)
{
	return special_bits(address) == 0;
}

static bool is_loopback(const struct net_address *address)
{
	const struct net_address ipv4 = net_address_ipv4(0x7f000001);
	const struct net_address ipv6 = net_address_ipv6(0, 1);
	return net_address_is_equal(address, &ipv4) || net_address_is_equal(address, &ipv6);
}

/* ---- Names ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_of_name(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
}

static bool is_label(const char *text, size_t size)
{
	if (size == 0 || size > 63)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!is_of_name(text[i]))
			return false;
	return true;
}

/* What resolvers take for a number, and so for an address: 7, 0x7f. */
static bool is_number(const char *text, size_t size)
{
	if (size > 2 && text[0] == '0' && lower(text[1]) == 'x')
		return true;
	for (size_t i = 0; i < size; i++)
		if (!is_digit(text[i]))
			return false;
	return true;
}

static size_t without_dot(const char *text, size_t size)
{
	return size > 0 && text[size - 1] == '.' ? size - 1 : size;
}

bool net_scope_is_name(const char *text, size_t size)
{
	size = without_dot(text, size);
	if (size == 0 || size > NET_NAME_BYTES_MAX)
		return false;
	size_t start = 0;
	for (;;) {
		const char *dot = memchr(text + start, '.', size - start);
		size_t end = dot == NULL ? size : (size_t)(dot - text);
		if (!is_label(text + start, end - start))
			return false;
		if (dot == NULL)
			return !is_number(text + start, end - start);
		start = end + 1;
	}
}

static bool is_same_name(const char *a, size_t a_size, const char *b, size_t b_size)
{
	a_size = without_dot(a, a_size);
	b_size = without_dot(b, b_size);
	if (a_size != b_size)
		return false;
	for (size_t i = 0; i < a_size; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static bool is_below(const char *name, size_t size, const char *parent, size_t parent_size)
{
	size = without_dot(name, size);
	parent_size = without_dot(parent, parent_size);
	if (size < parent_size + 2 || name[size - parent_size - 1] != '.')
		return false;
	return is_same_name(name + size - parent_size, parent_size, parent, parent_size);
}

bool net_scope_is_localhost(const char *name, size_t size)
{
	static const char localhost[] = "localhost";
	size_t length = sizeof localhost - 1;
	return is_same_name(name, size, localhost, length) ||
	       is_below(name, size, localhost, length);
}

/* ---- Reading ---- */

struct text {
	const char *start;
	size_t size;
};

static bool take_prefix(struct text *text, const char *prefix)
{
	size_t size = strlen(prefix);
	if (text->size < size || memcmp(text->start, prefix, size) != 0)
		return false;
	text->start += size;
	text->size -= size;
	return true;
}

static bool is_text(struct text text, const char *other)
{
	return text.size == strlen(other) && memcmp(text.start, other, text.size) == 0;
}

/* All of it a decimal number of at most `max`, without a leading zero. */
static bool read_number(struct text text, uint32_t max, uint32_t *out)
{
	uint32_t number = 0;
	if (text.size == 0 || text.size > 5 || (text.size > 1 && text.start[0] == '0'))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (!is_digit(text.start[i]))
			return false;
		number = number * 10 + (uint32_t)(text.start[i] - '0');
	}
	if (number > max)
		return false;
	*out = number;
	return true;
}

/* Cuts at the last `separator`; false where there is none. */
static bool split_last(struct text text, char separator, struct text *before, struct text *after)
{
	const char *at = memrchr(text.start, separator, text.size);
	if (at == NULL)
		return false;
	*before = (struct text){text.start, (size_t)(at - text.start)};
	*after = (struct text){at + 1, text.size - before->size - 1};
	return true;
}

static bool read_ports(struct text text, struct net_scope *out)
{
	uint32_t first = 0;
	uint32_t last = UINT16_MAX;
	struct text from;
	struct text to;
	if (split_last(text, '-', &from, &to)) {
		if (!read_number(from, UINT16_MAX, &first) || !read_number(to, UINT16_MAX, &last) ||
		    first > last)
			return false;
	} else if (!is_text(text, "*")) {
		if (!read_number(text, UINT16_MAX, &first))
			return false;
		last = first;
	}
	out->first_port = (uint16_t)first;
	out->last_port = (uint16_t)last;
	return true;
}

/* 192.0.2.1, 192.0.2.0/24, [2001:db8::1], [2001:db8::]/32: bits beyond the prefix are zero. */
static bool read_range(struct text text, struct net_scope *out)
{
	struct text address = text;
	struct text prefix;
	bool has_prefix = split_last(text, '/', &address, &prefix);
	bool is_ipv6 = address.size >= 2 && address.start[0] == '[';
	if (is_ipv6) {
		if (address.start[address.size - 1] != ']')
			return false;
		address = (struct text){address.start + 1, address.size - 2};
	}
	bool has_colon = memchr(address.start, ':', address.size) != NULL;
	if (has_colon != is_ipv6 || !net_address_parse(address.start, address.size, &out->base))
		return false;
	uint32_t bits = is_ipv6 ? 128 : 32;
	if (has_prefix && !read_number(prefix, bits, &bits))
		return false;
	out->bits = is_ipv6 ? bits : 96 + bits;
	for (unsigned bit = out->bits; bit < 128; bit++)
		if ((out->base.bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
			return false;
	out->has_range = true;
	return true;
}

static bool read_name(struct text text, struct net_scope *out)
{
	struct text range;
	out->kind = take_prefix(&text, "*.") ? NET_SCOPE_BELOW : NET_SCOPE_NAME;
	struct text name = text;
	if (split_last(text, '@', &name, &range) && !read_range(range, out))
		return false;
	if (!net_scope_is_name(name.start, name.size))
		return false;
	if (net_scope_is_localhost(name.start, name.size)) {
		if (out->kind != NET_SCOPE_NAME || out->has_range)
			return false;
		out->kind = NET_SCOPE_LOCALHOST;
	}
	out->name = name.start;
	out->name_size = name.size;
	return true;
}

static bool read_host(struct text text, struct net_scope *out)
{
	if (is_text(text, "*")) {
		out->kind = NET_SCOPE_ANY;
		return true;
	}
	out->kind = NET_SCOPE_RANGE;
	if (read_range(text, out))
		return true;
	out->has_range = false;
	return read_name(text, out);
}

bool net_scope_parse(const char *text, size_t size, struct net_scope *out)
{
	struct text rest = {text, size};
	struct text host;
	struct text ports;
	struct net_scope scope = {0};
	if (is_text(rest, "all")) {
		*out = scope;
		return true;
	}
	scope.is_listen = take_prefix(&rest, "listen:");
	if (!split_last(rest, ':', &host, &ports) || !read_ports(ports, &scope) ||
	    !read_host(host, &scope))
		return false;
	if (scope.is_listen && (scope.kind == NET_SCOPE_NAME || scope.kind == NET_SCOPE_BELOW))
		return false;
	*out = scope;
	return true;
}

/* ---- Covering ---- */

static bool covers_port(const struct net_scope *scope, uint16_t port)
{
	return port >= scope->first_port && port <= scope->last_port;
}

static bool is_named(const struct net_scope *scope, struct net_name name)
{
	if (name.size == 0)
		return false;
	return scope->kind == NET_SCOPE_BELOW
		   ? is_below(name.text, name.size, scope->name, scope->name_size)
		   : is_same_name(name.text, name.size, scope->name, scope->name_size);
}

/* A range covers what is not public only where all of it lies in the same special block: then who
 * wrote it meant that. */
static bool covers_in_range(const struct net_scope *scope, const struct net_address *address)
{
	return net_address_is_within(address, &scope->base, scope->bits) &&
	       scope->bits >= special_bits(address);
}

bool net_scope_covers_name(const struct net_scope *scope, struct net_name name, uint16_t port)
{
	if (scope->kind == NET_SCOPE_ALL)
		return true;
	if (scope->is_listen || !covers_port(scope, port))
		return false;
	switch (scope->kind) {
	case NET_SCOPE_ANY:
		return true;
	case NET_SCOPE_NAME:
	case NET_SCOPE_BELOW:
	case NET_SCOPE_LOCALHOST:
		return is_named(scope, name);
	case NET_SCOPE_ALL:
	case NET_SCOPE_RANGE:
		break;
	}
	return false;
}

bool net_scope_covers(const struct net_scope *scope, struct net_name name,
		      const struct net_endpoint *to)
{
	if (scope->kind == NET_SCOPE_ALL)
		return true;
	if (scope->is_listen || !covers_port(scope, to->port))
		return false;
	switch (scope->kind) {
	case NET_SCOPE_ANY:
		return net_scope_is_public(&to->address);
	case NET_SCOPE_NAME:
	case NET_SCOPE_BELOW:
		if (!is_named(scope, name))
			return false;
		return scope->has_range ? covers_in_range(scope, &to->address)
					: net_scope_is_public(&to->address);
	case NET_SCOPE_LOCALHOST:
		return is_loopback(&to->address);
	case NET_SCOPE_RANGE:
		return covers_in_range(scope, &to->address);
	case NET_SCOPE_ALL:
		break;
	}
	return false;
}

bool net_scope_covers_listening(const struct net_scope *scope, const struct net_endpoint *at)
{
	if (scope->kind == NET_SCOPE_ALL)
		return true;
	if (!scope->is_listen || !covers_port(scope, at->port))
		return false;
	switch (scope->kind) {
	case NET_SCOPE_ANY:
		return true;
	case NET_SCOPE_LOCALHOST:
		return is_loopback(&at->address);
	case NET_SCOPE_RANGE:
		return covers_in_range(scope, &at->address);
	default:
		return false;
	}
}

bool net_scope_pattern_covers(const char *pattern, size_t size, struct net_name name)
{
	struct text text = {pattern, size};
	if (is_text(text, "*") || is_text(text, "all"))
		return true;
	bool is_parent = take_prefix(&text, "*.");
	if (!net_scope_is_name(text.start, text.size))
		return false;
	return is_parent ? is_below(name.text, name.size, text.start, text.size)
			 : is_same_name(name.text, name.size, text.start, text.size);
}
