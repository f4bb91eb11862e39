#include "names.h"

#include <stdio.h>
#include <string.h>

#include "boot_names.h"
#include "core/text.h"
#include "words.h"

/* The first characters of almost all CIDs are the same; these tell programs apart. */
enum { CID_SHOWN = 14 };

static enum status not_found(const char *what, const char *word, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_string(&text, ": ");
	text_escaped(&text, (const uint8_t *)word, strlen(word));
	fault->offset = 0;
	return STATUS_NOT_FOUND;
}

enum status names_program(struct records *records, const char *word, struct cid *out,
			  struct fault *fault)
{
	enum status status = cid_from_text(word, strlen(word), out, fault);
	if (status == STATUS_OK || status == STATUS_UNSUPPORTED)
		return status;
	status = records_find_name(records, RECORDS_PROGRAM, word, out, fault);
	if (status == STATUS_NOT_FOUND)
		return not_found("neither a CID nor the name of a program", word, fault);
	return status;
}

static bool from_hex(const char *word, struct digest *out)
{
	size_t size = strlen(word);
	if (size != 2 * sizeof out->bytes || strspn(word, "0123456789abcdefABCDEF") != size)
		return false;
	for (size_t i = 0; i < sizeof out->bytes; i++) {
		unsigned value;
		sscanf(word + 2 * i, "%2x", &value);
		out->bytes[i] = (uint8_t)value;
	}
	return true;
}

static struct digest digest_of(const struct cid *cid)
{
	struct digest digest;
	memcpy(digest.bytes, cid->hash, sizeof digest.bytes);
	return digest;
}

static struct cid cid_of(const struct digest *digest)
{
	struct cid cid = {.codec = CID_RAW};
	memcpy(cid.hash, digest->bytes, sizeof cid.hash);
	return cid;
}

enum status names_interface(struct records *records, const char *word, struct digest *out,
			    struct fault *fault)
{
	struct words words;
	struct cid cid;
	if (from_hex(word, out))
		return STATUS_OK;
	if (words_named(word, &words)) {
		*out = words.interface;
		return STATUS_OK;
	}
	enum status status = cid_from_text(word, strlen(word), &cid, fault);
	if (status != STATUS_OK || cid.codec != CID_RAW)
		status = records_find_name(records, RECORDS_INTERFACE, word, &cid, fault);
	if (status == STATUS_NOT_FOUND)
		return not_found("neither the hash nor the name of an interface", word, fault);
	if (status == STATUS_OK)
		*out = digest_of(&cid);
	return status;
}

/* ---- Showing ---- */

_Static_assert((int)BOOT_NAMES_BYTES <= (int)RECORDS_NAME_BYTES, "one has room for the other");

static bool petname(struct records *records, enum records_kind kind, const struct cid *target,
		    char out[RECORDS_NAME_BYTES])
{
	struct fault ignored;
	return records != NULL &&
	       records_name_of(records, kind, target, out, &ignored) == STATUS_OK;
}

void names_show_program(struct records *records, const struct cid *program,
			char out[NAMES_SHOWN_BYTES])
{
	char name[RECORDS_NAME_BYTES];
	char cid[CID_TEXT_BYTES];
	cid_to_text(program, cid);
	if (petname(records, RECORDS_PROGRAM, program, name) || boot_name_of(program, name))
		snprintf(out, NAMES_SHOWN_BYTES, "%s (%.*s...)", name, CID_SHOWN, cid);
	else
		snprintf(out, NAMES_SHOWN_BYTES, "%s", cid);
}

void names_show_interface(struct records *records, const struct digest *interface,
			  char out[NAMES_SHOWN_BYTES])
{
	char name[RECORDS_NAME_BYTES];
	char printed[CID_TEXT_BYTES];
	struct words words;
	struct cid cid = cid_of(interface);
	cid_to_text(&cid, printed);
	if (words_of(interface, &words))
		snprintf(out, NAMES_SHOWN_BYTES, "%s", words.name);
	else if (petname(records, RECORDS_INTERFACE, &cid, name))
		snprintf(out, NAMES_SHOWN_BYTES, "%s (%.*s...)", name, CID_SHOWN, printed);
	else
		snprintf(out, NAMES_SHOWN_BYTES, "%s", printed);
}

void names_word_of_program(struct records *records, const struct cid *program,
			   char out[NAMES_SHOWN_BYTES])
{
	if (!petname(records, RECORDS_PROGRAM, program, out))
		cid_to_text(program, out);
}

void names_word_of_interface(struct records *records, const struct digest *interface,
			     char out[NAMES_SHOWN_BYTES])
{
	struct words words;
	struct cid cid = cid_of(interface);
	if (words_of(interface, &words))
		snprintf(out, NAMES_SHOWN_BYTES, "%s", words.name);
	else if (!petname(records, RECORDS_INTERFACE, &cid, out))
		cid_to_text(&cid, out);
}
