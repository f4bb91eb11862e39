#include "net_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* What stands before the four bytes of an IPv4 address. */
static const uint8_t ipv4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void put_number(uint8_t *out, uint64_t number, int size)
{
	for (int i = size - 1; i >= 0; i--, number >>= 8)
		out[i] = (uint8_t)number;
}

static uint64_t get_number(const uint8_t *bytes, int size)
{
	uint64_t number = 0;
	for (int i = 0; i < size; i++)
		number = number << 8 | bytes[i];
	return number;
}

struct net_address net_address_ipv4(uint32_t number)
{
	struct net_address address;
	memcpy(address.bytes, ipv4_prefix, sizeof ipv4_prefix);
	put_number(address.bytes + sizeof ipv4_prefix, number, 4);
	return address;
}

struct net_address net_address_ipv6(uint64_t high, uint64_t low)
{
	struct net_address address;
	put_number(address.bytes, high, 8);
	put_number(address.bytes + 8, low, 8);
	return address;
}

bool net_address_is_ipv4(const struct net_address *address)
{
	return memcmp(address->bytes, ipv4_prefix, sizeof ipv4_prefix) == 0;
}

uint32_t net_address_number(const struct net_address *ipv4)
{
	return (uint32_t)get_number(ipv4->bytes + sizeof ipv4_prefix, 4);
}

uint64_t net_address_high(const struct net_address *address)
{
	return get_number(address->bytes, 8);
}

uint64_t net_address_low(const struct net_address *address)
{
	return get_number(address->bytes + 8, 8);
}

bool net_address_is_equal(const struct net_address *a, const struct net_address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool net_address_is_within(const struct net_address *address, const struct net_address *base,
			   unsigned bits)
{
	unsigned whole = bits / 8;
	if (memcmp(address->bytes, base->bytes, whole) != 0)
		return false;
	unsigned rest = bits % 8;
	return rest == 0 || (address->bytes[whole] ^ base->bytes[whole]) >> (8 - rest) == 0;
}

bool net_address_parse(const char *text, size_t size, struct net_address *out)
{
	char copy[INET6_ADDRSTRLEN];
	struct in_addr ipv4;
	struct in6_addr ipv6;
	if (size >= sizeof copy || memchr(text, 0, size) != NULL)
		return false;
	memcpy(copy, text, size);
	copy[size] = 0;
	if (inet_pton(AF_INET, copy, &ipv4) == 1) {
		*out = net_address_ipv4(ntohl(ipv4.s_addr));
		return true;
	}
	if (inet_pton(AF_INET6, copy, &ipv6) != 1)
		return false;
	memcpy(out->bytes, ipv6.s6_addr, sizeof out->bytes);
	return true;
}

socklen_t net_endpoint_to_host(const struct net_endpoint *endpoint, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof *out);
	if (net_address_is_ipv4(&endpoint->address)) {
		struct sockaddr_in *ipv4 = (struct sockaddr_in *)(void *)out;
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons(endpoint->port);
		ipv4->sin_addr.s_addr = htonl(net_address_number(&endpoint->address));
		return sizeof *ipv4;
	}
	return net_endpoint_to_host_ipv6(endpoint, out);
}

socklen_t net_endpoint_to_host_ipv6(const struct net_endpoint *endpoint,
				    struct sockaddr_storage *out)
{
	memset(out, 0, sizeof *out);
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)(void *)out;
	ipv6->sin6_family = AF_INET6;
	ipv6->sin6_port = htons(endpoint->port);
	ipv6->sin6_scope_id = endpoint->zone;
	memcpy(ipv6->sin6_addr.s6_addr, endpoint->address.bytes, sizeof endpoint->address.bytes);
	return sizeof *ipv6;
}

struct net_endpoint net_endpoint_from_host(const struct sockaddr_storage *address)
{
	struct net_endpoint endpoint = {0};
	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)(const void *)address;
		endpoint.address = net_address_ipv4(ntohl(ipv4->sin_addr.s_addr));
		endpoint.port = ntohs(ipv4->sin_port);
	} else if (address->ss_family == AF_INET6) {
		const struct sockaddr_in6 *ipv6 =
		    (const struct sockaddr_in6 *)(const void *)address;
		memcpy(endpoint.address.bytes, ipv6->sin6_addr.s6_addr,
		       sizeof endpoint.address.bytes);
		endpoint.port = ntohs(ipv6->sin6_port);
		endpoint.zone = ipv6->sin6_scope_id;
	}
	return endpoint;
}
