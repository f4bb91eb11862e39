/*
 * handlers.conf: written by the machine, whole, in hashes, with the names as comments. It is
 * changed under a lock and gets its name when it is on the disk, so that whoever reads it finds one
 * state or the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "configuration_state.h"
#include "core/text.h"
#include "names.h"
#include "store.h"

static const char file_name[] = "handlers.conf";
enum { PATH_BYTES = STORE_HOME_BYTES + 64 };

static enum status fault_of(const char *home, const char *what, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_string(&text, " (");
	text_string(&text, strerror(errno));
	text_string(&text, "): ");
	text_escaped(&text, (const uint8_t *)home, strlen(home));
	text_string(&text, "/");
	text_string(&text, file_name);
	return STATUS_IO;
}

/* ---- Changing what was read ---- */

static struct configuration_item *items_of(struct configuration_reading *reading,
					   const struct configuration_change *change)
{
	struct configuration_item *first = NULL;
	struct configuration_item **end = &first;
	for (uint32_t i = 0; i < change->chain_count; i++) {
		struct configuration_item *item =
		    configuration_allocate(reading->configuration, sizeof *item);
		if (item == NULL)
			return NULL;
		item->program = change->chain[i].program;
		item->is_kernel = change->chain[i].is_kernel;
		*end = item;
		end = &item->next;
	}
	return first;
}

static struct configuration_handling *find(struct configuration_reading *reading,
					   const struct digest *interface)
{
	for (uint32_t i = 0; i < reading->handlings.count; i++)
		if (memcmp(&reading->handlings.items[i].interface, interface, sizeof *interface) ==
		    0)
			return &reading->handlings.items[i];
	return NULL;
}

static struct configuration_handling *find_or_add(struct configuration_reading *reading,
						  const struct digest *interface)
{
	struct configuration_handling *found = find(reading, interface);
	struct configuration_handlings *handlings = &reading->handlings;
	if (found != NULL)
		return found;
	void *grown = realloc(handlings->items, (handlings->count + 1) * sizeof *handlings->items);
	if (grown == NULL)
		return NULL;
	handlings->items = grown;
	handlings->capacity = handlings->count + 1;
	found = &handlings->items[handlings->count++];
	*found = (struct configuration_handling){.interface = *interface};
	return found;
}

/* The place where the exception for that program is linked, or where it would be. */
static struct configuration_exception **exception_of(struct configuration_handling *handling,
						     const struct cid *program)
{
	struct configuration_exception **at = &handling->exceptions;
	while (*at != NULL && !cid_is_equal(&(*at)->whose.program, program))
		at = &(*at)->next;
	return at;
}

static enum status set(struct configuration_reading *reading,
		       const struct configuration_change *change)
{
	struct configuration_handling *handling = find_or_add(reading, &change->interface);
	struct configuration_item *chain = items_of(reading, change);
	if (handling == NULL || chain == NULL)
		return STATUS_NO_MEMORY;
	if (change->program == NULL) {
		handling->chain = chain;
		return STATUS_OK;
	}
	struct configuration_exception **place = exception_of(handling, change->program);
	if (*place == NULL)
		*place = configuration_allocate(reading->configuration, sizeof **place);
	if (*place == NULL)
		return STATUS_NO_MEMORY;
	(*place)->whose.program = *change->program;
	(*place)->chain = chain;
	return STATUS_OK;
}

static enum status forget(struct configuration_reading *reading,
			  const struct configuration_change *change)
{
	struct configuration_handling *handling = find(reading, &change->interface);
	if (handling == NULL)
		return STATUS_NOT_FOUND;
	if (change->program == NULL) {
		bool is_there = handling->chain != NULL;
		handling->chain = NULL;
		return is_there ? STATUS_OK : STATUS_NOT_FOUND;
	}
	struct configuration_exception **place = exception_of(handling, change->program);
	if (*place == NULL)
		return STATUS_NOT_FOUND;
	*place = (*place)->next;
	return STATUS_OK;
}

/* ---- Writing ---- */

static void write_chain(FILE *out, const struct configuration_item *chain)
{
	for (const struct configuration_item *item = chain; item != NULL; item = item->next) {
		char cid[CID_TEXT_BYTES];
		cid_to_text(&item->program, cid);
		fprintf(out, "%s%s", item == chain ? "[" : ", ",
			item->is_kernel ? CONFIGURATION_KERNEL : cid);
	}
	fputs("]\n", out);
}

static void write_names(FILE *out, const char *indent, struct records *records,
			const struct configuration_item *chain)
{
	for (const struct configuration_item *item = chain; item != NULL; item = item->next) {
		char name[NAMES_SHOWN_BYTES];
		if (item->is_kernel)
			continue;
		names_show_program(records, &item->program, name);
		fprintf(out, "%s# %s\n", indent, name);
	}
}

static void write_handling(FILE *out, struct records *records,
			   const struct configuration_handling *handling)
{
	char name[NAMES_SHOWN_BYTES];
	if (handling->chain == NULL && handling->exceptions == NULL)
		return;
	names_show_interface(records, &handling->interface, name);
	fprintf(out, "\t# %s\n\t", name);
	for (size_t i = 0; i < sizeof handling->interface.bytes; i++)
		fprintf(out, "%02x", handling->interface.bytes[i]);
	fputs(" {\n", out);
	if (handling->chain != NULL) {
		write_names(out, "\t\t", records, handling->chain);
		fputs("\t\tchain = ", out);
		write_chain(out, handling->chain);
	}
	if (handling->exceptions != NULL)
		fputs("\t\tfor {\n", out);
	for (const struct configuration_exception *at = handling->exceptions; at != NULL;
	     at = at->next) {
		char cid[CID_TEXT_BYTES];
		cid_to_text(&at->whose.program, cid);
		names_show_program(records, &at->whose.program, name);
		fprintf(out, "\t\t\t# for %s\n", name);
		write_names(out, "\t\t\t", records, at->chain);
		fprintf(out, "\t\t\t%s = ", cid);
		write_chain(out, at->chain);
	}
	fputs(handling->exceptions != NULL ? "\t\t}\n\t}\n" : "\t}\n", out);
}

/* malloc'ed; NULL where there is no memory. */
static char *text_of(struct configuration_reading *reading, struct records *records, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);
	if (out == NULL)
		return NULL;
	fputs(
	    "# Written by `cairn handle`, and written anew by each. Your own file is cairn.conf;\n"
	    "# where both speak of an interface, this one counts.\n"
	    "\n"
	    "handlers {\n",
	    out);
	for (uint32_t i = 0; i < reading->handlings.count; i++)
		write_handling(out, records, &reading->handlings.items[i]);
	fputs("}\n", out);
	bool is_written = !ferror(out);
	if (fclose(out) == 0 && is_written)
		return text;
	free(text);
	return NULL;
}

static bool write_all(int file, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t written = write(file, data, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		data += written;
		size -= (size_t)written;
	}
	return true;
}

/* On the disk when it returns: the bytes first, then the name. */
static enum status replace(const char *home, const char *data, size_t size, struct fault *fault)
{
	char path[PATH_BYTES], partial[PATH_BYTES];
	snprintf(path, sizeof path, "%s/%s", home, file_name);
	snprintf(partial, sizeof partial, "%s/%s.partial", home, file_name);
	int file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool is_written = file >= 0 && write_all(file, data, size) && fsync(file) == 0;
	if (file >= 0 && close(file) != 0)
		is_written = false;
	if (!is_written || rename(partial, path) != 0) {
		enum status status = fault_of(home, "cannot write", fault);
		unlink(partial);
		return status;
	}
	int folder = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_named = folder >= 0 && fsync(folder) == 0;
	if (folder >= 0)
		close(folder);
	return is_named ? STATUS_OK : fault_of(home, "cannot write", fault);
}

/* ---- All of it ---- */

/* A place in what was not written is nothing to look at. */
static void forget_place(struct fault *fault)
{
	size_t size = strlen(file_name);
	if (strncmp(fault->text, file_name, size) != 0 || fault->text[size] != ':')
		return;
	const char *what = strstr(fault->text, ": ");
	if (what != NULL)
		memmove(fault->text, what + 2, strlen(what + 2) + 1);
}

/* What comes out together with the user's own file must be a configuration. */
static enum status check(const char *home, const char *data, size_t size,
			 const struct configuration_names *names, struct fault *fault)
{
	char *own = NULL;
	size_t own_size;
	struct configuration *configuration = NULL;
	enum status status = configuration_read_file(home, "cairn.conf", &own, &own_size, fault);
	if (status != STATUS_OK)
		return status;
	const struct configuration_text texts[] = {{"cairn.conf", own, own_size},
						   {file_name, data, size}};
	status = configuration_read(texts, 2, names, &configuration, fault);
	if (status == STATUS_OK)
		configuration_destroy(configuration);
	else
		forget_place(fault);
	free(own);
	return status;
}

static enum status read_present(const char *home, struct configuration_reading *reading)
{
	char *data = NULL;
	size_t size;
	struct syntax_tree tree;
	/* What is left out here would be forgotten. */
	const struct configuration_names *names = reading->names;
	struct configuration_names strict = *names;
	strict.is_lost = NULL;
	enum status status = configuration_read_file(home, file_name, &data, &size, reading->fault);
	if (status != STATUS_OK)
		return status;
	reading->names = &strict;
	status = syntax_read(file_name, data, size, &tree, reading->fault);
	for (const struct syntax_node *node = status == STATUS_OK ? tree.root->first : NULL;
	     node != NULL && status == STATUS_OK; node = node->next)
		status = node->kind == SYNTAX_SECTION && strcmp(node->key, "handlers") == 0
			     ? configuration_read_handlers(reading, node)
			     : configuration_refuse(reading, node->key_line, "not written by us",
						    node->key);
	reading->names = names;
	syntax_close(&tree);
	free(data);
	return status;
}

static enum status change_file(const char *home, const struct configuration_change *change,
			       struct configuration_reading *reading, struct records *records)
{
	enum status status = read_present(home, reading);
	if (status == STATUS_OK)
		status = change->chain_count == 0 ? forget(reading, change) : set(reading, change);
	if (status != STATUS_OK)
		return status;
	size_t size;
	char *data = text_of(reading, records, &size);
	if (data == NULL)
		return STATUS_NO_MEMORY;
	status = check(home, data, size, reading->names, reading->fault);
	if (status == STATUS_OK)
		status = replace(home, data, size, reading->fault);
	free(data);
	return status;
}

enum status configuration_change(const char *home, const struct configuration_change *change,
				 struct configuration_names_of_node *of, struct fault *fault)
{
	const struct configuration_names names = configuration_names(of);
	struct configuration_reading reading = {.names = &names, .file = file_name, .fault = fault};
	char path[PATH_BYTES];
	*fault = (struct fault){0};
	snprintf(path, sizeof path, "%s/%s.lock", home, file_name);
	int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0 || flock(lock, LOCK_EX) != 0) {
		enum status status = fault_of(home, "cannot lock", fault);
		if (lock >= 0)
			close(lock);
		return status;
	}
	reading.configuration = calloc(1, sizeof *reading.configuration);
	enum status status = reading.configuration == NULL
				 ? STATUS_NO_MEMORY
				 : change_file(home, change, &reading, of->records);
	free(reading.handlings.items);
	configuration_destroy(reading.configuration);
	close(lock);
	return status;
}
