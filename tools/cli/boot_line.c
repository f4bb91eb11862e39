#include "boot_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "definitions.h"
#include "report.h"

/* With the zero behind it: what QEMU's loader (PVH) passes on; of a longer one it drops the end. */
enum { COMMAND_LINE_BYTES = 4096 };

bool boot_line_begin(struct boot_line *line)
{
	*line = (struct boot_line){0};
	line->out = open_memstream(&line->text, &line->size);
	if (line->out == NULL)
		report_error("%s", strerror(errno));
	return line->out != NULL;
}

static bool is_plain(char character)
{
	return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
	       (character >= 'a' && character <= 'z') || strchr("-_./:,+=@", character) != NULL;
}

void boot_line_word(struct boot_line *line, const char *prefix, const char *word)
{
	if (line->has_words)
		fputc(' ', line->out);
	line->has_words = true;
	fputs(prefix, line->out);
	if (*prefix == '\0' && *word == '\0')
		fputc('%', line->out);
	for (; *word != '\0'; word++) {
		if (is_plain(*word))
			fputc(*word, line->out);
		else
			fprintf(line->out, "%%%02x", (unsigned char)*word);
	}
}

static void write_cid(struct boot_line *line, const char *prefix, const struct cid *cid)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(cid, name);
	boot_line_word(line, prefix, name);
}

static void write_interface(struct boot_line *line, const char *prefix,
			    const struct digest *interface)
{
	struct cid cid = definitions_cid(interface);
	write_cid(line, prefix, &cid);
}

/* The kernel grants `terminal`, which is the first, by itself. Scopes are words as typed, which end
 * with a zero. */
static void write_grants(struct boot_line *line, const struct kernel_grant *items, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i == 0 && items[i].scope_count == 0)
			continue;
		write_interface(line, "grants=", &items[i].interface);
		for (uint32_t j = 0; j < items[i].scope_count; j++)
			boot_line_word(line, "scope=", (const char *)items[i].scopes[j].data);
	}
}

void boot_line_run(struct boot_line *line, const struct handlers *handlers)
{
	write_grants(line, handlers->granted.items, handlers->granted.count);
	for (uint32_t i = 0; i < handlers->count; i++) {
		const struct kernel_handler *handler = &handlers->kernel[i];
		write_cid(line, "handler=", &handler->program);
		for (uint32_t j = 0; j < handler->interface_count; j++)
			write_interface(line, "handles=", &handler->interfaces[j]);
		write_grants(line, handler->grants.items, handler->grants.count);
	}
	write_cid(line, "run=", &handlers->program);
}

bool boot_line_end(struct boot_line *line)
{
	bool is_written = fclose(line->out) == 0;
	line->out = NULL;
	if (is_written && line->size < COMMAND_LINE_BYTES)
		return true;
	if (is_written)
		report_error("the kernel's command line is too long: %zu bytes with the program's "
			     "arguments, variables and handlers, and at most %d fit",
			     line->size, COMMAND_LINE_BYTES - 1);
	else
		report_error("%s", status_text(STATUS_NO_MEMORY));
	return false;
}

void boot_line_release(struct boot_line *line)
{
	if (line->out != NULL)
		fclose(line->out);
	free(line->text);
	*line = (struct boot_line){0};
}
