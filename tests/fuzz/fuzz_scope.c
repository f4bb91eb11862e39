/*
 * The input is a scope of the network, and behind a line feed an address and a name that are asked
 * for. Whatever a scope covers that is not public it must have named: by a range that has it, as
 * `localhost`, or by `all`.
 */
#include <stdint.h>
#include <string.h>

#include "core/port.h"
#include "net_scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct net_scope *scope, const struct net_endpoint *to,
		  struct net_name name)
{
	bool covers = net_scope_covers(scope, name, to);
	bool listens = net_scope_covers_listening(scope, to);
	bool asks = net_scope_covers_name(scope, name, to->port);
	if (scope->kind == NET_SCOPE_ALL) {
		core_assert(covers && listens && asks);
		return;
	}
	core_assert(scope->first_port <= scope->last_port);
	core_assert(!(covers && listens) && !(listens && asks));
	if (covers || listens || asks)
		core_assert(to->port >= scope->first_port && to->port <= scope->last_port);
	if (!covers || net_scope_is_public(&to->address))
		return;
	core_assert(
	    scope->kind == NET_SCOPE_LOCALHOST ||
	    (scope->has_range && net_address_is_within(&to->address, &scope->base, scope->bits)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct net_scope scope;
	struct net_endpoint to = {0};
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\n', size);
	size_t text_size = end == NULL ? size : (size_t)(end - data);
	if (!net_scope_parse((const char *)data, text_size, &scope) || end == NULL)
		return 0;
	size_t rest = size - text_size - 1;
	const uint8_t *at = end + 1;
	if (rest < sizeof to.address.bytes + 2)
		return 0;
	memcpy(to.address.bytes, at, sizeof to.address.bytes);
	memcpy(&to.port, at + sizeof to.address.bytes, 2);
	at += sizeof to.address.bytes + 2;
	rest -= sizeof to.address.bytes + 2;
	check(&scope, &to, (struct net_name){(const char *)at, rest});
	(void)net_scope_pattern_covers((const char *)data, text_size,
				       (struct net_name){(const char *)at, rest});
	return 0;
}
