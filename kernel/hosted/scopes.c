#include "scopes.h"

#include <string.h>

#include "files_scope.h"
#include "net_scope.h"

static bool is_of_net(struct wasm_name scope)
{
	struct net_scope parsed;
	return net_scope_parse((const char *)scope.data, scope.size, &parsed);
}

static bool is_of_dns(struct wasm_name scope)
{
	const char *text = (const char *)scope.data;
	size_t size = scope.size;
	if ((size == 1 && *text == '*') || (size == 3 && memcmp(text, "all", 3) == 0))
		return true;
	size_t skipped = size > 2 && memcmp(text, "*.", 2) == 0 ? 2 : 0;
	return net_scope_is_name(text + skipped, size - skipped);
}

static bool is_of_files(struct wasm_name scope)
{
	struct files_scope parsed;
	return files_scope_parse(scope, &parsed) == STATUS_OK;
}

bool scopes_are_understood(const struct words *words, struct wasm_name scope)
{
	static const struct {
		const char *interface;
		bool (*is_one)(struct wasm_name scope);
	} rows[] = {
	    {"dns", is_of_dns},
	    {"files", is_of_files},
	    {"tcp", is_of_net},
	    {"udp", is_of_net},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].interface, words->name) == 0)
			return rows[i].is_one(scope);
	return true;
}

bool scopes_is_host_name(const char *text, size_t size)
{
	return net_scope_is_name(text, size);
}
