/*
 * Any bytes as a definition: an error or an interface; and an interface's canonical text is read as
 * the same interface, its bindings and its page can be written, and it does not differ from itself.
 */
#include <stdlib.h>
#include <string.h>

#include "bindings.h"
#include "difference.h"
#include "page.h"

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool open_text(struct library *library, const char *data, size_t size,
		      struct outline *outline)
{
	*library = (struct library){0};
	library_parse(library, "fuzz", data, size);
	library_resolve(library);
	if (library->report.count > 0)
		return false;
	return outline_make(library, library->files->interfaces, outline);
}

static void write_all(struct library *library, const struct outline *outline)
{
	struct c_model model;
	struct output header = {0}, calls = {0}, serve = {0}, page = {0};
	outline_recall(outline);
	c_model_make(&library->pool, outline, &model);
	bindings_write(&model, &header);
	bindings_write_calls(&model, &calls);
	bindings_write_serve(&model, &serve);
	page_write(outline, &page);
	require(header.size > 0 && calls.size > 0 && serve.size > 0 && page.size > 0);
	output_drop(&header);
	output_drop(&calls);
	output_drop(&serve);
	output_drop(&page);
}

static void check_again(struct library *library, const struct outline *outline)
{
	struct library again;
	struct outline other;
	struct output difference = {0};
	require(open_text(&again, outline->text, outline->text_size, &other));
	require(outline->text_size == other.text_size &&
		memcmp(outline->text, other.text, other.text_size) == 0);
	require(difference_write(&again.pool, outline, &other, &difference));
	write_all(&again, &other);
	output_drop(&difference);
	library_drop(&again);
	write_all(library, outline);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct library library;
	struct outline outline;
	if (open_text(&library, (const char *)data, size, &outline))
		check_again(&library, &outline);
	else
		require(library.report.count > 0 && library.report.lines.size > 0);
	library_drop(&library);
	return 0;
}
