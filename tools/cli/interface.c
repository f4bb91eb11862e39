#include "interface.h"

#include <stdio.h>
#include <string.h>

#include "definitions.h"
#include "outline.h"
#include "records.h"
#include "report.h"
#include "scopes.h"
#include "store.h"

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool interface_from_hex(const char *text, struct digest *out)
{
	struct digest digest;
	if (strlen(text) != 2 * sizeof digest.bytes)
		return false;
	for (size_t i = 0; i < sizeof digest.bytes; i++) {
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		digest.bytes[i] = (uint8_t)(high * 16 + low);
	}
	*out = digest;
	return true;
}

static bool from_cid(const char *text, struct digest *out)
{
	struct cid cid;
	struct fault fault = {0};
	if (cid_from_text(text, strlen(text), &cid, &fault) != STATUS_OK || cid.codec != CID_RAW)
		return false;
	memcpy(out->bytes, cid.hash, sizeof out->bytes);
	return true;
}

/* A canonical text begins with its interface's name, `interface NAME {`. */
static bool is_named(struct definitions_text text, const char *name)
{
	static const char word[] = "interface ";
	const char *at = text.data + strlen(word);
	size_t size = strlen(name);
	at += *at == '%'; /* where the name is a word of the language's */
	return text.size > strlen(word) + size + 2 && memcmp(at, name, size) == 0 &&
	       at[size] == ' ';
}

static bool from_name(const char *name, struct digest *out)
{
	struct definitions_text text = {0};
	while (definitions_next_of_system(&text)) {
		if (!is_named(text, name))
			continue;
		struct cid cid = cid_of_block(CID_RAW, text.data, text.size);
		*out = definitions_digest(&cid);
		return true;
	}
	return false;
}

/* ---- A file of definitions ---- */

/* The one interface of the file that was asked for, or the one of that name; NULL after an error.
 */
static struct interface *choose(const struct library *library, const char *path, const char *name)
{
	struct interface *found = NULL;
	unsigned count = 0;
	for (struct interface *i = library->files->interfaces; i != NULL; i = i->next) {
		if (name != NULL && strcmp(i->name.text, name) != 0)
			continue;
		found = i;
		count++;
	}
	if (count == 1)
		return found;
	if (name != NULL)
		report_error("%s has no such interface: %s", show(path).text, show(name).text);
	else if (count == 0)
		report_error("no interface is defined there: %s", show(path).text);
	else
		report_error("several interfaces are defined there, choose by FILE.wit#NAME: %s",
			     show(path).text);
	return NULL;
}

static bool from_library(struct library *library, const char *path, const char *name,
			 struct digest *out)
{
	library_read(library, path);
	library_resolve(library);
	struct interface *interface =
	    library->report.count == 0 ? choose(library, path, name) : NULL;
	struct outline outline;
	bool is_made = interface != NULL && outline_make(library, interface, &outline);
	if (library->report.count > 0)
		fputs(library->report.lines.data, stderr);
	if (is_made)
		memcpy(out->bytes, outline.digest, sizeof out->bytes);
	return is_made;
}

static bool from_file(const char *argument, struct digest *out)
{
	char path[4096];
	const char *mark = strrchr(argument, '#');
	size_t size = mark != NULL ? (size_t)(mark - argument) : strlen(argument);
	if (size >= sizeof path) {
		report_error("the name of a file is too long: %s", show(argument).text);
		return false;
	}
	memcpy(path, argument, size);
	path[size] = '\0';
	struct library library = {0};
	bool is_found = from_library(&library, path, mark != NULL ? mark + 1 : NULL, out);
	library_drop(&library);
	return is_found;
}

/* What the user calls an interface. STATUS_NOT_FOUND, or an error that was reported. */
static enum status from_petname(const char *name, struct digest *out)
{
	char home[STORE_HOME_BYTES];
	struct cid cid;
	struct fault fault = {0};
	struct records *records = NULL;
	enum status status = store_find_home(home, &fault);
	if (status == STATUS_OK)
		status = records_open(home, &records, &fault);
	if (status == STATUS_OK)
		status = records_find_name(records, RECORDS_INTERFACE, name, &cid, &fault);
	records_close(records);
	if (status == STATUS_OK)
		*out = definitions_digest(&cid);
	else if (status != STATUS_NOT_FOUND)
		report_fault(status, &fault);
	return status;
}

bool interface_resolve(const char *argument, struct digest *out)
{
	if (interface_from_hex(argument, out) || from_cid(argument, out) ||
	    from_name(argument, out))
		return true;
	if (strstr(argument, ".wit") != NULL)
		return from_file(argument, out);
	enum status status = from_petname(argument, out);
	if (status == STATUS_NOT_FOUND)
		report_error(
		    "neither an interface that has a name, nor a hash, nor a .wit file: %s",
		    show(argument).text);
	return status == STATUS_OK;
}

void interface_check_scope(const struct digest *interface, struct wasm_name scope)
{
	struct words words;
	if (words_of(interface, &words) && !scopes_are_understood(&words, scope))
		report_error(
		    "note: this is no scope of %s, and covers nothing: %s; its scopes are: %s",
		    words.name, show_bytes(scope.data, scope.size).text, words.scopes);
}
