#include "store_home.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/port.h"
#include "core/text.h"

static enum status home_of(char out[STORE_HOME_BYTES], const char *folder, const char *below,
			   struct fault *fault)
{
	int size = snprintf(out, STORE_HOME_BYTES, "%s%s", folder, below);
	if (size >= 0 && size < STORE_HOME_BYTES)
		return STATUS_OK;
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "the path of the home folder is too long: ");
	text_escaped(&text, (const uint8_t *)folder, strlen(folder));
	return STATUS_LIMIT;
}

enum status store_find_home(char out[STORE_HOME_BYTES], struct fault *fault)
{
	const char *own = getenv("CAIRN_HOME");
	if (own != NULL && own[0] != '\0')
		return home_of(out, own, "", fault);
	/* The XDG specification wants relative paths ignored. */
	const char *data = getenv("XDG_DATA_HOME");
	if (data != NULL && data[0] == '/')
		return home_of(out, data, "/cairn", fault);
	const char *user = getenv("HOME");
	if (user != NULL && user[0] == '/')
		return home_of(out, user, "/.local/share/cairn", fault);
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "no folder for blocks: neither CAIRN_HOME nor HOME is set");
	return STATUS_NOT_FOUND;
}

struct store_path store_home_path(const struct store *store, const char *folder, const char *name)
{
	struct store_path path;
	int size = snprintf(path.text, sizeof path.text, "%s/%s%s%s", store->home, folder,
			    name[0] == '\0' ? "" : "/", name);
	core_assert(size > 0 && (size_t)size < sizeof path.text);
	return path;
}

enum status store_home_fault(const struct store *store, enum status status, const char *what,
			     int error, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	if (error != 0) {
		text_string(&text, " (");
		text_string(&text, strerror(error));
		text_string(&text, ")");
	}
	text_string(&text, ": ");
	text_escaped(&text, (const uint8_t *)store->home, strlen(store->home));
	fault->offset = 0;
	return status;
}

static bool make_folder(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Like `mkdir -p`. What stands in the way as a file shows when something is made below it. */
bool store_home_make(const char *home)
{
	char path[STORE_HOME_BYTES];
	strcpy(path, home);
	for (char *at = path + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		bool is_made = make_folder(path);
		/* One that exists may forbid writing, and still hold the next. */
		if (!is_made && errno != EACCES && errno != EROFS && errno != EPERM)
			return false;
		*at = '/';
	}
	return make_folder(path);
}

enum status store_home_create(const struct store *store, struct fault *fault)
{
	bool is_made = store_home_make(store->home);
	static const char *const folders[] = {"blocks", "temporary", "damaged"};
	for (size_t i = 0; is_made && i < sizeof folders / sizeof folders[0]; i++)
		is_made = make_folder(store_home_path(store, folders[i], "").text);
	if (is_made)
		return STATUS_OK;
	return store_home_fault(store, STATUS_IO, "cannot create the folder for blocks", errno,
				fault);
}

bool store_home_set_aside(const struct store *store, const struct store_path *path,
			  const char *name)
{
	make_folder(store_home_path(store, "damaged", "").text);
	struct store_path aside = store_home_path(store, "damaged", name);
	return rename(path->text, aside.text) == 0;
}
