#include "files_scope.h"

#include <string.h>

#include "core/text.h"

/* Takes the text up to the next colon, and that too. False where it does not fit. */
static bool take_part(struct wasm_name *rest, char out[PATH_MAX])
{
	size_t used = 0;
	size_t at = 0;
	for (; at < rest->size && rest->data[at] != ':'; at++) {
		if (rest->data[at] == '\\' && ++at == rest->size)
			return false;
		if (used == PATH_MAX - 1 || rest->data[at] == '\0')
			return false;
		out[used++] = (char)rest->data[at];
	}
	out[used] = '\0';
	if (at < rest->size)
		at++;
	rest->data += at;
	rest->size -= at;
	return used > 0;
}

enum status files_scope_parse(struct wasm_name text, struct files_scope *out)
{
	char mode[PATH_MAX];
	struct wasm_name rest = text;
	if (!take_part(&rest, mode) || (strcmp(mode, "ro") != 0 && strcmp(mode, "rw") != 0))
		return STATUS_INVALID;
	if (!take_part(&rest, out->path) || out->path[0] != '/')
		return STATUS_INVALID;
	bool has_name = rest.size > 0;
	if (has_name && (!take_part(&rest, out->name) || rest.size > 0))
		return STATUS_INVALID;
	if (!has_name)
		memcpy(out->name, out->path, sizeof out->name);
	out->is_writable = mode[1] == 'w';
	return STATUS_OK;
}
