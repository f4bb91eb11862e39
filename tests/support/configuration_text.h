/*
 * configuration_text: names for configurations of tests: every word names something, but for those
 * that begin with "no-". Words of the system's interfaces name those.
 */
#ifndef CONFIGURATION_TEXT_H
#define CONFIGURATION_TEXT_H

#include <string.h>

#include "configuration.h"
#include "core/text.h"
#include "words.h"

static enum status text_find(const char *what, const char *word, struct cid *out,
			     struct fault *fault)
{
	*out = cid_of_block(CID_RAW, word, strlen(word));
	if (strncmp(word, "no-", 3) != 0)
		return STATUS_OK;
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_escaped(&text, (const uint8_t *)word, strlen(word));
	return STATUS_NOT_FOUND;
}

static enum status text_program(void *self, const char *word, struct cid *out, struct fault *fault)
{
	return text_find("no program: ", word, out, fault);
}

static enum status text_interface(void *self, const char *word, struct digest *out,
				  struct fault *fault)
{
	struct words words;
	struct cid cid;
	enum status status = text_find("no interface: ", word, &cid, fault);
	memcpy(out->bytes, cid.hash, sizeof out->bytes);
	if (words_named(word, &words))
		*out = words.interface;
	return status;
}

static const struct configuration_names text_names = {.program = text_program,
						      .interface = text_interface};

#endif
