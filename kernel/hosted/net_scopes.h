/*
 * net_scopes: all scopes of the grant under which a request came, for the handlers of `tcp`, `udp`
 * and `dns`. Looked at when something is opened or sent, not once and for all: a decision that is
 * taken back holds from the next request on.
 */
#ifndef HOSTED_NET_SCOPES_H
#define HOSTED_NET_SCOPES_H

#include "core/kernel.h"
#include "net_scope.h"

struct net_scopes {
	bool covers_all;
	const struct wasm_name *items;
	uint32_t count;
};

/* They live until the request is answered. */
struct net_scopes net_scopes_of(const struct kernel_request *request);

/* The functions of net_scope.h for all of them: one that covers is enough. Without any scope a
 * grant is one to connect to public addresses. */
bool net_scopes_cover_name(const struct net_scopes *scopes, struct net_name name, uint16_t port);
bool net_scopes_cover(const struct net_scopes *scopes, struct net_name name,
		      const struct net_endpoint *to);
bool net_scopes_cover_listening(const struct net_scopes *scopes, const struct net_endpoint *at);

/* For `dns`; without any scope every name may be asked for. */
bool net_scopes_cover_pattern(const struct net_scopes *scopes, struct net_name name);

#endif
