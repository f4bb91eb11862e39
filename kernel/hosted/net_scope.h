/*
 * net_scope: what a scope of a grant of `tcp`, `udp` or `dns` covers. docs/SCOPES.md is the
 * contract, with the reasons.
 *
 *     example.com:443            that name, wherever it leads that is public
 *     *.example.com:443          the names below it
 *     nas.home@192.168.0.0/16:22 that name, where it leads into that range
 *     localhost:8080             127.0.0.1 and [::1], asked for in any way
 *     192.0.2.7:80  [2001:db8::1]:80  192.0.2.0/24:80  [2001:db8::]/32:*
 *     *:443  *:*  *:8000-8999    every public address
 *     listen:ADDRESS:PORT        what may be listened at, or bound; `listen:*:PORT` at every
 * address all                        everything
 *
 * A text that is none of these covers nothing. Nothing is allocated: a parsed scope points into its
 * text.
 */
#ifndef HOSTED_NET_SCOPE_H
#define HOSTED_NET_SCOPE_H

#include "net_address.h"

/* The longest name of DNS, as text without a dot at the end. */
enum { NET_NAME_BYTES_MAX = 253 };

enum net_scope_kind {
	NET_SCOPE_ALL,
	NET_SCOPE_ANY,       /* the host is `*` */
	NET_SCOPE_NAME,      /* a name */
	NET_SCOPE_BELOW,     /* `*.` and a name */
	NET_SCOPE_LOCALHOST, /* the one name whose addresses are known without asking anybody */
	NET_SCOPE_RANGE      /* an address or a range of them */
};

struct net_scope {
	enum net_scope_kind kind;
	bool is_listen;
	const char *name; /* of NAME and BELOW, without the `*.` */
	size_t name_size;
	bool has_range; /* of RANGE, and where a name was given one */
	struct net_address base;
	unsigned bits;       /* of `base` that count, of 128 */
	uint16_t first_port; /* both inclusive */
	uint16_t last_port;
};

must_check bool net_scope_parse(const char *text, size_t size, struct net_scope *out);

/* Whether a text is a name of DNS: labels of letters, digits, `-` and `_`, the last one not a
 * number. A dot at the end is allowed. */
bool net_scope_is_name(const char *text, size_t size);

/* Whether a name is `localhost` or ends with `.localhost`. */
bool net_scope_is_localhost(const char *name, size_t size);

/* A name, or no name (`size` 0) where an address was asked for. */
struct net_name {
	const char *text;
	size_t size;
};

/* Whether that name may be asked for, so as to connect to that port. */
bool net_scope_covers_name(const struct net_scope *scope, struct net_name name, uint16_t port);

/* Whether an endpoint may be connected or sent to, by that name. */
bool net_scope_covers(const struct net_scope *scope, struct net_name name,
		      const struct net_endpoint *to);

/* Whether it may be listened at, or bound. */
bool net_scope_covers_listening(const struct net_scope *scope, const struct net_endpoint *at);

/* A pattern of `dns`, which has no port: `example.com`, `*.example.com`, `*`, `all`. */
bool net_scope_pattern_covers(const char *pattern, size_t size, struct net_name name);

/* Whether an address is on the public Internet: not private, loopback, link-local, multicast,
 * reserved, or one of those in disguise. */
bool net_scope_is_public(const struct net_address *address);

#endif
