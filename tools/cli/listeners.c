#include "listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cairn/tcp.h>

#include "report.h"

static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	return digits > 0 && digits <= 5 && text[digits] == '\0' && strtoul(text, NULL, 10) < 65536;
}

static bool parse(const char *text, struct sockaddr_storage *out)
{
	char host[LISTENERS_ADDRESS_BYTES];
	const char *colon = strrchr(text, ':');
	size_t size = colon == NULL ? 0 : (size_t)(colon - text);
	if (size == 0 || strlen(text) >= sizeof host || !is_port(colon + 1))
		return false;
	in_port_t port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	bool is_ipv6 = text[0] == '[' && colon[-1] == ']';
	if (is_ipv6) {
		text++;
		size -= 2;
	}
	memcpy(host, text, size);
	host[size] = '\0';
	*out = (struct sockaddr_storage){.ss_family = is_ipv6 ? AF_INET6 : AF_INET};
	if (is_ipv6) {
		struct sockaddr_in6 *address = (struct sockaddr_in6 *)out;
		address->sin6_port = port;
		return inet_pton(AF_INET6, host, &address->sin6_addr) == 1;
	}
	struct sockaddr_in *address = (struct sockaddr_in *)out;
	address->sin_port = port;
	return inet_pton(AF_INET, host, &address->sin_addr) == 1;
}

/* Whether one can listen there now, as the node will in a moment. A WASI program could only find
 * that a descriptor is missing; whoever gave the address is told why. */
static bool can_listen(const struct sockaddr_storage *address)
{
	const int on = 1;
	int found = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (found < 0)
		return false;
	setsockopt(found, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	socklen_t size = address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							: sizeof(struct sockaddr_in);
	bool can =
	    bind(found, (const struct sockaddr *)address, size) == 0 && listen(found, 1) == 0;
	int error = errno;
	close(found);
	errno = error;
	return can;
}

bool listeners_add(struct listeners *listeners, const char *address)
{
	if (listeners->count == LISTENERS_MAX) {
		report_error("--tcplisten can be given %d times", LISTENERS_MAX);
		return false;
	}
	struct sockaddr_storage parsed;
	if (!parse(address, &parsed)) {
		report_error("--tcplisten expects an address and a port, such as 127.0.0.1:8080 or "
			     "[::1]:8080: %s",
			     show(address).text);
		return false;
	}
	if (!can_listen(&parsed)) {
		report_error("--tcplisten cannot listen there (%s): %s", strerror(errno),
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
