/*
 * net_scopes: all scopes of the grant under which a request came (kernel_request_scopes), for the
 * handlers of `tcp`, `udp` and `dns`. Looked at when something is opened or sent, not once and for
 * all: a decision that is taken back holds from the next request on.
 */
#ifndef HOSTED_NET_SCOPES_H
#define HOSTED_NET_SCOPES_H

#include "core/kernel.h"
#include "net_scope.h"

/* The functions of net_scope.h for all of them: one that covers is enough. Without any scope a
 * grant is one to connect to public addresses. */
bool net_scopes_cover_name(const struct kernel_scopes *scopes, struct net_name name, uint16_t port);
bool net_scopes_cover(const struct kernel_scopes *scopes, struct net_name name,
		      const struct net_endpoint *to);
bool net_scopes_cover_listening(const struct kernel_scopes *scopes, const struct net_endpoint *at);

/* For `dns`; without any scope every name may be asked for. */
bool net_scopes_cover_pattern(const struct kernel_scopes *scopes, struct net_name name);

#endif
