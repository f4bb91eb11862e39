#include "address.h"

enum { IPV4_PARTS = 4, IPV6_GROUPS = 8, NO_GAP = IPV6_GROUPS + 1 };

struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

static bool take(struct reader *in, uint8_t character)
{
	if (in->at == in->end || *in->at != character)
		return false;
	in->at++;
	return true;
}

static bool digit_of(uint8_t character, uint32_t base, uint32_t *out)
{
	uint8_t lower = character | 0x20;
	if (character >= '0' && character <= '9')
		*out = character - '0';
	else if (base == 16 && lower >= 'a' && lower <= 'f')
		*out = lower - 'a' + 10u;
	else
		return false;
	return true;
}

/* A number of at least one digit, at most `max`. */
static bool take_number(struct reader *in, uint32_t base, uint32_t max, uint32_t *out)
{
	uint32_t value = 0;
	uint32_t digit;
	const uint8_t *start = in->at;
	while (in->at < in->end && digit_of(*in->at, base, &digit)) {
		value = value * base + digit;
		if (value > max)
			return false;
		in->at++;
	}
	*out = value;
	return in->at > start;
}

static bool take_ipv4(struct reader *in, uint32_t *out)
{
	uint32_t address = 0;
	for (int i = 0; i < IPV4_PARTS; i++) {
		uint32_t part;
		if ((i > 0 && !take(in, '.')) || !take_number(in, 10, 255, &part))
			return false;
		address = address << 8 | part;
	}
	*out = address;
	return true;
}

/* Groups of 16 bits, one row of zeros among them left out. */
static bool take_ipv6(struct reader *in, struct tcp_ipv6_address *out)
{
	uint32_t groups[IPV6_GROUPS] = {0};
	uint32_t count = 0;
	uint32_t gap = NO_GAP;
	if (in->end - in->at >= 2 && in->at[0] == ':' && in->at[1] == ':') {
		gap = 0;
		in->at += 2;
	}
	while (count < IPV6_GROUPS && in->at < in->end && *in->at != ']') {
		if (!take_number(in, 16, 0xffff, &groups[count++]))
			return false;
		if (!take(in, ':'))
			break;
		if (!take(in, ':'))
			continue;
		if (gap != NO_GAP)
			return false;
		gap = count;
	}
	if ((gap == NO_GAP) != (count == IPV6_GROUPS))
		return false;
	uint64_t halves[2] = {0, 0};
	for (uint32_t i = 0, from = 0; i < IPV6_GROUPS; i++) {
		bool is_zero = i >= gap && i < gap + IPV6_GROUPS - count;
		halves[i / 4] = halves[i / 4] << 16 | (is_zero ? 0 : groups[from++]);
	}
	*out = (struct tcp_ipv6_address){halves[0], halves[1]};
	return true;
}

bool address_parse(const uint8_t *text, uint32_t size, struct tcp_endpoint *out)
{
	struct reader in = {text, text + size};
	struct tcp_endpoint found = {0};
	uint32_t port;
	if (take(&in, '[')) {
		struct tcp_ipv6_address address;
		if (!take_ipv6(&in, &address) || !take(&in, ']'))
			return false;
		found.address.kind = TCP_IP_ADDRESS_IPV6;
		found.address.as.ipv6 = address;
	} else {
		uint32_t address;
		if (!take_ipv4(&in, &address))
			return false;
		found.address.kind = TCP_IP_ADDRESS_IPV4;
		found.address.as.ipv4 = address;
	}
	if (!take(&in, ':') || !take_number(&in, 10, 65535, &port) || in.at != in.end)
		return false;
	found.port = (uint16_t)port;
	*out = found;
	return true;
}
