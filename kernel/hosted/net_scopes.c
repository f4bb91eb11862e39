#include "net_scopes.h"

/* The scope that stands at a place; without any, `*:*` is at the first. False behind the last. */
static bool next_scope(const struct kernel_scopes *scopes, uint32_t *place, struct net_scope *out)
{
	static const struct net_scope public = {.kind = NET_SCOPE_ANY, .last_port = UINT16_MAX};
	static const struct net_scope all = {.kind = NET_SCOPE_ALL};
	if (scopes->covers_all || scopes->count == 0) {
		*out = scopes->covers_all ? all : public;
		return (*place)++ == 0;
	}
	while (*place < scopes->count) {
		struct wasm_name item = scopes->items[(*place)++];
		if (net_scope_parse((const char *)item.data, item.size, out))
			return true;
	}
	return false;
}

bool net_scopes_cover_name(const struct kernel_scopes *scopes, struct net_name name, uint16_t port)
{
	struct net_scope scope;
	for (uint32_t place = 0; next_scope(scopes, &place, &scope);)
		if (net_scope_covers_name(&scope, name, port))
			return true;
	return false;
}

bool net_scopes_cover(const struct kernel_scopes *scopes, struct net_name name,
		      const struct net_endpoint *to)
{
	struct net_scope scope;
	for (uint32_t place = 0; next_scope(scopes, &place, &scope);)
		if (net_scope_covers(&scope, name, to))
			return true;
	return false;
}

bool net_scopes_cover_listening(const struct kernel_scopes *scopes, const struct net_endpoint *at)
{
	struct net_scope scope;
	for (uint32_t place = 0; next_scope(scopes, &place, &scope);)
		if (net_scope_covers_listening(&scope, at))
			return true;
	return false;
}

bool net_scopes_cover_pattern(const struct kernel_scopes *scopes, struct net_name name)
{
	if (scopes->covers_all || scopes->count == 0)
		return true;
	for (uint32_t i = 0; i < scopes->count; i++)
		if (net_scope_pattern_covers((const char *)scopes->items[i].data,
					     scopes->items[i].size, name))
			return true;
	return false;
}
