#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bindings.h"
#include "difference.h"
#include "bounds.h"
#include "page.h"

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

static void print_page(const struct outline *outline)
{
	struct output page = {0};
	outline_recall(outline);
	page_write(outline, &page);
	fwrite(page.data, 1, page.size, stdout);
	output_drop(&page);
}

int command_doc(const struct command_line *line)
{
	return print_each(line, print_page);
}

/* ---- Two definitions ---- */

struct side {
	struct library library;
	struct outline *outlines;
	unsigned count;
};

static const struct outline *same_name(const struct side *side, const struct outline *outline)
{
	const char *name = outline->interface->name.text;
	for (unsigned i = 0; i < side->count; i++)
		if (strcmp(side->outlines[i].interface->name.text, name) == 0)
			return &side->outlines[i];
	return NULL;
}

static bool print_differences(struct side *old, struct side *new)
{
	struct output out = {0};
	bool is_same = true;
	/* Files with one interface each are compared whatever its name is. */
	bool is_renamed = old->count == 1 && new->count == 1;
	for (unsigned i = 0; i < old->count; i++) {
		const struct outline *other =
		    is_renamed ? &new->outlines[0] : same_name(new, &old->outlines[i]);
		if (other == NULL)
			output_format(&out, "%s: gone\n", old->outlines[i].interface->name.text);
		is_same = other != NULL &&
			  difference_write(&old->library.pool, &old->outlines[i], other, &out) &&
			  is_same;
	}
	for (unsigned i = 0; i < new->count && !is_renamed; i++) {
		if (same_name(old, &new->outlines[i]) != NULL)
			continue;
		output_format(&out, "%s: new\n", new->outlines[i].interface->name.text);
		is_same = false;
	}
	if (out.data != NULL)
		fwrite(out.data, 1, out.size, stdout);
	output_drop(&out);
	return is_same;
}

int command_diff(const struct command_line *line)
{
	struct side sides[2] = {0};
	bool is_loaded = true;
	int code = 0;
	if (line->file_count != 2) {
		fputs("idlc: diff takes two files: the old one and the new one\n", stderr);
		return 2;
	}
	for (unsigned i = 0; i < 2; i++) {
		sides[i].library.folders = line->folders;
		sides[i].library.folder_count = line->folder_count;
		is_loaded = command_load(&sides[i].library, &line->files[i], 1, &sides[i].outlines,
					 &sides[i].count) &&
			    is_loaded;
		code |= command_report(&sides[i].library.report);
	}
	if (is_loaded)
		code = print_differences(&sides[0], &sides[1]) ? 0 : 3;
	for (unsigned i = 0; i < 2; i++)
		library_drop(&sides[i].library);
	return code;
}

/* ---- Files ---- */

static bool write_file(const char *folder, const char *name, const char *ending,
		       const struct output *content)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
	/* A file system may wait for the disk when a file is cut and written again; a new one is
	 * not waited for. */
	remove(path);
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
	struct output header = {0}, calls = {0}, serve = {0};
	outline_recall(outline);
	c_model_make(&library->pool, outline, &model);
	bindings_write(&model, &header);
	bindings_write_calls(&model, &calls);
	bindings_write_serve(&model, &serve);
	bool is_written = write_file(folder, model.prefix, ".h", &header) &&
			  write_file(folder, model.prefix, "_calls.h", &calls) &&
			  write_file(folder, model.prefix, "_serve.h", &serve);
	output_drop(&header);
	output_drop(&calls);
	output_drop(&serve);
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
			report_add(&library->report, name->place,
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
