#include "library.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "parse.h"
#include "resolve.h"

static struct file *add_file(struct library *library, const struct source *source)
{
	struct file **last = &library->files;
	while (*last != NULL)
		last = &(*last)->next;
	*last = parse_source(&library->pool, source, &library->report);
	library->file_count++;
	return *last;
}

static struct file *find_file(const struct library *library, const char *path)
{
	struct file *file = library->files;
	while (file != NULL && strcmp(file->source->path, path) != 0)
		file = file->next;
	return file;
}

void library_read(struct library *library, const char *path)
{
	struct file *file = find_file(library, path);
	if (file == NULL) {
		const char *kept = pool_copy(&library->pool, path, strlen(path));
		const struct source *source = source_read(&library->pool, kept, &library->report);
		if (source == NULL)
			return;
		file = add_file(library, source);
	}
	file->is_asked_for = true;
}

void library_parse(struct library *library, const char *path, const char *data, size_t size)
{
	const struct source *source =
	    source_over(&library->pool, path, data, size, &library->report);
	if (source != NULL)
		add_file(library, source)->is_asked_for = true;
}

void library_resolve(struct library *library)
{
	for (struct file *file = library->files; file != NULL; file = file->next)
		resolve_file(library, file);
}

static struct interface *interface_in(const struct file *file, const char *name)
{
	struct interface *interface = file->interfaces;
	while (interface != NULL && strcmp(interface->name.text, name) != 0)
		interface = interface->next;
	return interface;
}

static size_t folder_size(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* The files of one folder are one package; not each of them has to say so. */
static bool is_same_package(const struct file *a, const struct file *b)
{
	if (a->package != NULL && b->package != NULL)
		return strcmp(a->package, b->package) == 0;
	size_t size = folder_size(a->source->path);
	return size == folder_size(b->source->path) &&
	       memcmp(a->source->path, b->source->path, size) == 0;
}

static bool is_of_package(const struct file *candidate, const struct file *user,
			  const char *package)
{
	if (package == NULL || (user->package != NULL && strcmp(package, user->package) == 0))
		return is_same_package(candidate, user);
	return candidate->package != NULL && strcmp(candidate->package, package) == 0;
}

static struct interface *find_read(const struct library *library, const struct file *user,
				   const struct use *use)
{
	for (const struct file *file = library->files; file != NULL; file = file->next) {
		struct interface *found = interface_in(file, use->interface.text);
		if (found != NULL && is_of_package(file, user, use->package.text))
			return found;
	}
	return NULL;
}

/* Reads FOLDER/NAME.wit where there is such a file that was not read yet. */
static void try_file(struct library *library, const char *folder, size_t size, const char *name)
{
	char path[4096];
	const char *slash = size > 0 && folder[size - 1] != '/' ? "/" : "";
	int length = snprintf(path, sizeof path, "%.*s%s%s.wit", (int)size, folder, slash, name);
	if (length < 0 || (size_t)length >= sizeof path || access(path, F_OK) != 0 ||
	    find_file(library, path) != NULL || library->file_count >= LIMIT_SOURCES)
		return;
	const char *kept = pool_copy(&library->pool, path, (size_t)length);
	const struct source *source = source_read(&library->pool, kept, &library->report);
	if (source != NULL)
		add_file(library, source);
}

struct interface *library_find(struct library *library, const struct file *file,
			       const struct use *use)
{
	const char *name = use->interface.text;
	struct interface *found = use->package.text == NULL ? interface_in(file, name) : NULL;
	if (found == NULL)
		found = find_read(library, file, use);
	if (found != NULL || library->is_closed)
		return found;
	try_file(library, file->source->path, folder_size(file->source->path), name);
	for (unsigned i = 0; i < library->folder_count; i++)
		try_file(library, library->folders[i], strlen(library->folders[i]), name);
	return find_read(library, file, use);
}

void library_drop(struct library *library)
{
	pool_drop(&library->pool);
	output_drop(&library->report.lines);
	*library = (struct library){0};
}
