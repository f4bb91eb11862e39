/*
 * resolver: names of the Internet, asked for in the way that this host does (its hosts file, its
 * servers). The host's functions for that block, so that they run in threads of the resolver's.
 *
 *     resolver_create -> resolver_ask ... -> (`done`, or resolver_forget) -> resolver_close -> the
 *     loop runs -> resolver_destroy
 *
 * A server that does not answer keeps a thread for half a minute: there are a few, of which no
 * process gets all. Nobody waits for them at the end: what they then find out goes nowhere.
 */
#ifndef HOSTED_RESOLVER_H
#define HOSTED_RESOLVER_H

#include "net_address.h"
#include "net_scope.h"

struct uv_loop_s;
struct resolver;
struct resolve; /* a question under way */

enum resolve_kind { RESOLVE_ADDRESSES, RESOLVE_NAME, RESOLVE_TEXTS };

enum resolve_family { RESOLVE_ANY, RESOLVE_IPV4, RESOLVE_IPV6 };

enum resolve_error {
	RESOLVE_OK,
	RESOLVE_NOT_FOUND,   /* there is no such name */
	RESOLVE_NO_DATA,     /* it has nothing of that kind */
	RESOLVE_UNAVAILABLE, /* nobody answered */
	RESOLVE_FAILED
};

/* More than these are left out. */
enum { RESOLVE_ADDRESSES_MAX = 32, RESOLVE_TEXTS_MAX = 64, RESOLVE_TEXT_BYTES_MAX = 16384 };

struct resolve_question {
	enum resolve_kind kind;
	enum resolve_family family; /* of ADDRESSES */
	struct net_name name;       /* of ADDRESSES and TEXTS: one that net_scope_is_name */
	struct net_address address; /* of NAME */
	uint64_t process;           /* in whose name it is asked */
};

struct resolve_answer {
	enum resolve_error error;
	uint32_t count;
	struct net_address addresses[RESOLVE_ADDRESSES_MAX];
	char name[NET_NAME_BYTES_MAX + 1];
	uint16_t text_sizes[RESOLVE_TEXTS_MAX]; /* texts stand one behind the other */
	uint8_t texts[RESOLVE_TEXT_BYTES_MAX];
};

must_check enum status resolver_create(struct uv_loop_s *loop, struct resolver **out);

/* `done` is called from the loop, once; the answer lives until it returns. STATUS_LIMIT where the
 * process asks for too much at once, or the host has no thread left; STATUS_NO_MEMORY. */
must_check enum status
resolver_ask(struct resolver *resolver, const struct resolve_question *question,
	     void (*done)(void *context, const struct resolve_answer *answer), void *context,
	     struct resolve **out);

/* `done` will not be called. */
void resolver_forget(struct resolver *resolver, struct resolve *resolve);

/* All questions must be answered or forgotten. */
void resolver_close(struct resolver *resolver);
void resolver_destroy(struct resolver *resolver);

#endif
