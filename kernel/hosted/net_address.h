/*
 * net_address: addresses of the Internet, as the handlers of `tcp`, `udp` and `dns` pass them among
 * themselves. An IPv4 address is kept in its IPv6 form (::ffff:192.0.2.1), so that there is one
 * kind of address, and no second spelling that a rule could forget.
 */
#ifndef HOSTED_NET_ADDRESS_H
#define HOSTED_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "core/status.h"

struct net_address {
	uint8_t bytes[16];
};

struct net_endpoint {
	struct net_address address;
	uint16_t port;
	uint32_t zone; /* the network interface of a link-local IPv6 address, else 0 */
};

struct net_address net_address_ipv4(uint32_t number);
struct net_address net_address_ipv6(uint64_t high, uint64_t low);

bool net_address_is_ipv4(const struct net_address *address);
uint32_t net_address_number(const struct net_address *ipv4);
uint64_t net_address_high(const struct net_address *address);
uint64_t net_address_low(const struct net_address *address);

bool net_address_is_equal(const struct net_address *a, const struct net_address *b);

/* Whether the first `bits` (of 128) of both are the same. */
bool net_address_is_within(const struct net_address *address, const struct net_address *base,
			   unsigned bits);

/* 192.0.2.1 or 2001:db8::1, nothing else: no octal or short forms, no brackets, no zone. */
must_check bool net_address_parse(const char *text, size_t size, struct net_address *out);

/* The host's form of an endpoint; the size that is used of `out`. */
socklen_t net_endpoint_to_host(const struct net_endpoint *endpoint, struct sockaddr_storage *out);

/* The same for an IPv6 socket, which takes an IPv4 address in its IPv6 form. */
socklen_t net_endpoint_to_host_ipv6(const struct net_endpoint *endpoint,
				    struct sockaddr_storage *out);

/* The other way; anything but IPv4 and IPv6 becomes [::]:0. */
struct net_endpoint net_endpoint_from_host(const struct sockaddr_storage *address);

#endif
