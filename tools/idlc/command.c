#include "command.h"

#include <stdio.h>

#include "limits.h"

int command_report(const struct report *report)
{
	if (report->count == 0)
		return 0;
	fputs(report->lines.data, stderr);
	if (report->count > LIMIT_ERRORS)
		fprintf(stderr, "idlc: and %u more errors\n", report->count - LIMIT_ERRORS);
	return 1;
}

static unsigned count_interfaces(const struct library *library)
{
	unsigned count = 0;
	for (const struct file *file = library->files; file != NULL; file = file->next)
		for (const struct interface *i = file->interfaces; i != NULL; i = i->next)
			count += file->is_asked_for ? 1 : 0;
	return count;
}

bool command_load(struct library *library, const char *const *files, unsigned file_count,
		  struct outline **outlines, unsigned *count)
{
	for (unsigned i = 0; i < file_count; i++)
		library_read(library, files[i]);
	library_resolve(library);
	*count = 0;
	if (library->report.count > 0)
		return false;
	*outlines = pool_new_array(&library->pool, struct outline, count_interfaces(library));
	for (struct file *file = library->files; file != NULL; file = file->next)
		for (struct interface *i = file->interfaces; i != NULL; i = i->next)
			if (file->is_asked_for && outline_make(library, i, *outlines + *count))
				++*count;
	return library->report.count == 0;
}

static void print_hash(const struct outline *outline)
{
	printf("%s ", outline->interface->name.text);
	for (size_t i = 0; i < sizeof outline->digest; i++)
		printf("%02x", outline->digest[i]);
	printf(" %s\n", outline->cid);
}

static void print_text(const struct outline *outline)
{
	fwrite(outline->text, 1, outline->text_size, stdout);
}

static int print_each(const struct command_line *line, void (*print)(const struct outline *))
{
	struct library library = {.folders = line->folders, .folder_count = line->folder_count};
	struct outline *outlines = NULL;
	unsigned count = 0;
	if (command_load(&library, line->files, line->file_count, &outlines, &count))
		for (unsigned i = 0; i < count; i++)
			print(&outlines[i]);
	int code = command_report(&library.report);
	library_drop(&library);
	return code;
}

int command_hash(const struct command_line *line)
{
	return print_each(line, print_hash);
}

int command_canonical(const struct command_line *line)
{
	return print_each(line, print_text);
}
