#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bindings.h"
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

static bool write_file(const char *folder, const char *name, const char *ending,
		       const struct output *content)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
	FILE *file = fopen(path, "wb");
	bool is_written =
	    file != NULL && fwrite(content->data, 1, content->size, file) == content->size;
	if (file != NULL && fclose(file) != 0)
		is_written = false;
	if (!is_written)
		fprintf(stderr, "idlc: %s cannot be written: %s\n", path, strerror(errno));
	return is_written;
}

static bool write_bindings(struct library *library, const struct outline *outline,
			   const char *folder)
{
	struct c_model model;
	struct output header = {0}, calls = {0};
	outline_recall(outline);
	c_model_make(&library->pool, outline, &model);
	bindings_write(&model, &header);
	bindings_write_calls(&model, &calls);
	bool is_written = write_file(folder, model.prefix, ".h", &header) &&
			  write_file(folder, model.prefix, "_calls.h", &calls);
	output_drop(&header);
	output_drop(&calls);
	return is_written;
}

/* Two interfaces of one name would write one file. */
static bool check_file_names(struct library *library, const struct outline *outlines,
			     unsigned count)
{
	struct table names = {0};
	for (unsigned i = 0; i < count; i++) {
		const struct name *name = &outlines[i].interface->name;
		const struct name *first =
		    table_put(&names, &library->pool, name->text, (void *)name);
		if (first != NULL)
			report_error(&library->report, name->place,
				     "expected interfaces of different names, found \"%s\", which "
				     "%s defines too",
				     name->text, first->place.source->path);
	}
	return library->report.count == 0;
}

int command_c(const struct command_line *line)
{
	struct library library = {.folders = line->folders, .folder_count = line->folder_count};
	struct outline *outlines = NULL;
	unsigned count = 0;
	bool is_written = true;
	if (line->output == NULL) {
		fputs("idlc: where the bindings go is missing: -o DIR\n", stderr);
		return 2;
	}
	mkdir(line->output, 0777); /* What is wrong with it shows when the first file is written. */
	if (command_load(&library, line->files, line->file_count, &outlines, &count) &&
	    check_file_names(&library, outlines, count))
		for (unsigned i = 0; i < count && is_written; i++)
			is_written = write_bindings(&library, &outlines[i], line->output);
	int code = command_report(&library.report);
	library_drop(&library);
	return is_written ? code : 1;
}
