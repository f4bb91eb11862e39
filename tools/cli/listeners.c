#include "listeners.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairn/tcp.h>

#include "report.h"

static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	return digits > 0 && digits <= 5 && text[digits] == '\0' && strtoul(text, NULL, 10) < 65536;
}

static bool is_address(const char *text)
{
	char host[LISTENERS_ADDRESS_BYTES];
	struct in6_addr parsed;
	const char *colon = strrchr(text, ':');
	size_t size = colon == NULL ? 0 : (size_t)(colon - text);
	if (size == 0 || strlen(text) >= sizeof host || !is_port(colon + 1))
		return false;
	bool is_ipv6 = text[0] == '[' && colon[-1] == ']';
	if (is_ipv6) {
		text++;
		size -= 2;
	}
	memcpy(host, text, size);
	host[size] = '\0';
	return inet_pton(is_ipv6 ? AF_INET6 : AF_INET, host, &parsed) == 1;
}

bool listeners_add(struct listeners *listeners, const char *address)
{
	if (listeners->count == LISTENERS_MAX) {
		report_error("--tcplisten can be given %d times", LISTENERS_MAX);
		return false;
	}
	if (!is_address(address)) {
		report_error("--tcplisten expects an address and a port, such as 127.0.0.1:8080 or "
			     "[::1]:8080: %s",
			     show(address).text);
		return false;
	}
	strcpy(listeners->addresses + strlen(listeners->addresses),
	       listeners->count == 0 ? "CAIRN_TCPLISTEN=" : " ");
	strcpy(listeners->addresses + strlen(listeners->addresses), address);
	char *scope = listeners->scopes[listeners->count++];
	snprintf(scope, sizeof listeners->scopes[0], "listen:%s", address);
	return true;
}

static struct wasm_name name_of(const char *text)
{
	return (struct wasm_name){.data = (const uint8_t *)text, .size = strlen(text)};
}

void listeners_allow(const struct listeners *listeners, struct handlers *handlers)
{
	for (uint32_t i = 0; i < listeners->count; i++)
		handlers_allow_scope(handlers, tcp_interface, name_of(listeners->scopes[i]));
}

uint32_t listeners_environment(struct listeners *listeners, struct wasm_name *out)
{
	if (listeners->count == 0)
		return 0;
	snprintf(listeners->number, sizeof listeners->number, "LISTEN_FDS=%u", listeners->count);
	out[0] = name_of(listeners->addresses);
	out[1] = name_of(listeners->number);
	return LISTENERS_VARIABLES;
}
