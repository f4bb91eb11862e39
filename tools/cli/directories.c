#include "directories.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <wchar.h>

#include "report.h"

struct word {
	char host[PATH_MAX];
	char guest[PATH_MAX];
	bool is_read_only;
};

static bool split(const char *text, struct word *out)
{
	size_t size = strlen(text);
	out->is_read_only = size > 3 && strcmp(text + size - 3, ":ro") == 0;
	if (out->is_read_only)
		size -= 3;
	const char *colons = memmem(text, size, "::", 2);
	size_t host_size = colons == NULL ? size : (size_t)(colons - text);
	const char *guest = colons == NULL ? text : colons + 2;
	size_t guest_size = size - (size_t)(guest - text);
	if (host_size == 0 || host_size >= PATH_MAX || guest_size == 0 || guest_size >= PATH_MAX)
		return false;
	memcpy(out->host, text, host_size);
	out->host[host_size] = '\0';
	memcpy(out->guest, guest, guest_size);
	out->guest[guest_size] = '\0';
	return true;
}

/* A colon or a backslash of a name gets a backslash before it (files.wit). */
static char *append_escaped(char *to, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == ':' || *name == '\\')
			*to++ = '\\';
		*to++ = *name;
	}
	return to;
}

/* Grants are text. */
static bool is_utf8(const char *name)
{
	const mbstate_t start = {0};
	mbstate_t state = start;
	char *locale = setlocale(LC_CTYPE, "C.UTF-8");
	return locale != NULL && mbsrtowcs(NULL, &name, 0, &state) != (size_t)-1;
}

static bool add_scope(struct directories *directories, const char *host, const struct word *word)
{
	uint8_t *text = malloc(2 * (strlen(host) + strlen(word->guest)) + 8);
	if (text == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
		return false;
	}
	char *at = (char *)text;
	memcpy(at, word->is_read_only ? "ro:" : "rw:", 3);
	at = append_escaped(at + 3, host);
	*at++ = ':';
	at = append_escaped(at, word->guest);
	directories->scopes[directories->count++] =
	    (struct wasm_name){.data = text, .size = (size_t)((uint8_t *)at - text)};
	return true;
}

bool directories_add(struct directories *directories, const char *word)
{
	struct word parts;
	if (directories->count == DIRECTORIES_MAX) {
		report_error("--dir can be given %d times", DIRECTORIES_MAX);
		return false;
	}
	if (!split(word, &parts)) {
		report_error("--dir expects HOST or HOST::GUEST, and :ro behind it: %s",
			     show(word).text);
		return false;
	}
	char host[PATH_MAX];
	struct stat about;
	if (realpath(parts.host, host) == NULL || stat(host, &about) != 0) {
		bool has_colon = strchr(parts.host, ':') != NULL;
		report_error("--dir names no folder (%s%s): %s", strerror(errno),
			     has_colon ? "; HOST::GUEST has two colons" : "",
			     show(parts.host).text);
		return false;
	}
	if (!S_ISDIR(about.st_mode)) {
		report_error("--dir names something else than a folder: %s", show(parts.host).text);
		return false;
	}
	if (!is_utf8(host) || !is_utf8(parts.guest)) {
		report_error("--dir can only name folders in UTF-8: %s", show(word).text);
		return false;
	}
	return add_scope(directories, host, &parts);
}

void directories_reset(struct directories *directories)
{
	while (directories->count > 0)
		free((uint8_t *)directories->scopes[--directories->count].data);
}
