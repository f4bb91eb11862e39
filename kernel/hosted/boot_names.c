#include "boot_names.h"

#include <stdio.h>
#include <string.h>

#include "boot_image.h"
#include "core/car.h"
#include "core/text.h"

enum { WORD_BYTES = 128, LINE_BYTES = 512 };

/* A line of the manifest: program NAME CID, handles NAME DIGEST. */
struct line {
	char verb[WORD_BYTES];
	char name[WORD_BYTES];
	char what[WORD_BYTES];
};

struct manifest {
	const uint8_t *next;
	const uint8_t *end;
};

/* (The kernel has booted from it, so it is whole; where it is not, there are no names.) */
static struct manifest open_manifest(void)
{
	struct manifest manifest = {0};
	struct car car;
	struct fault ignored;
	const uint8_t *data;
	size_t size;
	if (car_open(boot_image, (size_t)boot_image_size, &car, &ignored) == STATUS_OK &&
	    car_block(&car, &car.root, &data, &size) == STATUS_OK)
		manifest = (struct manifest){data, data + size};
	return manifest;
}

static bool next_line(struct manifest *manifest, struct line *out)
{
	while (manifest->next < manifest->end) {
		const uint8_t *start = manifest->next;
		const uint8_t *end = memchr(start, '\n', (size_t)(manifest->end - start));
		size_t size = (size_t)((end == NULL ? manifest->end : end) - start);
		char text[LINE_BYTES];
		manifest->next = end == NULL ? manifest->end : end + 1;
		if (size >= sizeof text)
			continue;
		memcpy(text, start, size);
		text[size] = '\0';
		if (sscanf(text, "%127s %127s %127s", out->verb, out->name, out->what) == 3)
			return true;
	}
	return false;
}

bool boot_name_of(const struct cid *program, char out[BOOT_NAMES_BYTES])
{
	struct manifest manifest = open_manifest();
	struct line line;
	char cid[CID_TEXT_BYTES];
	cid_to_text(program, cid);
	while (next_line(&manifest, &line)) {
		if (strcmp(line.verb, "program") != 0 || strcmp(line.what, cid) != 0)
			continue;
		snprintf(out, BOOT_NAMES_BYTES, "boot:%.30s", line.name);
		return true;
	}
	return false;
}

static bool program_named(const char *name, struct cid *out)
{
	struct manifest manifest = open_manifest();
	struct line line;
	struct fault ignored;
	while (next_line(&manifest, &line))
		if (strcmp(line.verb, "program") == 0 && strcmp(line.name, name) == 0)
			return cid_from_text(line.what, strlen(line.what), out, &ignored) ==
			       STATUS_OK;
	return false;
}

bool boot_handler_of(const struct digest *interface, struct cid *out)
{
	struct manifest manifest = open_manifest();
	struct line line;
	char hex[2 * sizeof interface->bytes + 1];
	struct text text = text_over(hex, sizeof hex);
	text_hex(&text, interface->bytes, sizeof interface->bytes);
	while (next_line(&manifest, &line))
		if (strcmp(line.verb, "handles") == 0 && strcmp(line.what, hex) == 0)
			return program_named(line.name, out);
	return false;
}
