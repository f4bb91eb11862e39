#include "definitions.h"

#include <stdlib.h>
#include <string.h>

#include "bounds.h"

/* system_definitions.S */
extern const char system_definitions[];
extern const uint64_t system_definitions_size;

struct cid definitions_cid(const struct digest *digest)
{
	struct cid cid = {.codec = CID_RAW};
	memcpy(cid.hash, digest->bytes, sizeof cid.hash);
	return cid;
}

struct digest definitions_digest(const struct cid *cid)
{
	struct digest digest;
	memcpy(digest.bytes, cid->hash, sizeof digest.bytes);
	return digest;
}

/* ---- Of the system ---- */

/* In a canonical text only its end stands at the start of a line. */
bool definitions_next_of_system(struct definitions_text *text)
{
	static const char last_line[] = "\n}\n";
	const char *end = system_definitions + system_definitions_size;
	const char *start = text->data == NULL ? system_definitions : text->data + text->size;
	const char *last = memmem(start, (size_t)(end - start), last_line, strlen(last_line));
	if (last == NULL)
		return false;
	text->data = start;
	text->size = (size_t)(last + strlen(last_line) - start);
	return true;
}

bool definitions_of_system(const struct digest *digest, struct definitions_text *out)
{
	struct definitions_text text = {0};
	while (definitions_next_of_system(&text)) {
		struct cid cid = cid_of_block(CID_RAW, text.data, text.size);
		if (memcmp(cid.hash, digest->bytes, sizeof cid.hash) != 0)
			continue;
		*out = text;
		return true;
	}
	return false;
}

/* ---- Parsing ---- */

bool definitions_parse(struct definitions_text text, struct definitions_parsed *out)
{
	*out = (struct definitions_parsed){.library = {.is_closed = true}};
	if (text.size > LIMIT_CANONICAL_BYTES)
		return false;
	library_parse(&out->library, "definition", text.data, text.size);
	library_resolve(&out->library);
	const struct file *file = out->library.files;
	return out->library.report.count == 0 && file->interfaces->next == NULL &&
	       outline_make(&out->library, file->interfaces, &out->outline) &&
	       out->outline.text_size == text.size &&
	       memcmp(out->outline.text, text.data, text.size) == 0;
}

void definitions_close(struct definitions_parsed *parsed)
{
	library_drop(&parsed->library);
}

/* ---- Looking for them ---- */

/* A run uses a few interfaces; a program that makes up others only costs itself time. */
enum { SLOTS = 256 };

struct slot {
	struct digest digest;
	bool is_used;
	bool is_known;
	struct definitions_parsed parsed; /* where it is known */
};

struct definitions {
	struct store *store;
	struct slot slots[SLOTS];
};

struct definitions *definitions_create(struct store *store)
{
	struct definitions *definitions = calloc(1, sizeof *definitions);
	if (definitions != NULL)
		definitions->store = store;
	return definitions;
}

static void empty(struct slot *slot)
{
	if (slot->is_known)
		definitions_close(&slot->parsed);
	*slot = (struct slot){0};
}

void definitions_destroy(struct definitions *definitions)
{
	if (definitions == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		empty(&definitions->slots[i]);
	free(definitions);
}

static bool parse(struct slot *slot, struct definitions_text text)
{
	bool is_known = definitions_parse(text, &slot->parsed);
	if (!is_known)
		definitions_close(&slot->parsed);
	return is_known;
}

static bool fetch(struct definitions *definitions, struct slot *slot)
{
	struct cid cid = definitions_cid(&slot->digest);
	struct store_block block = {0};
	struct fault fault;
	bool is_known =
	    definitions->store != NULL &&
	    store_get(definitions->store, &cid, &block, &fault) == STATUS_OK &&
	    parse(slot, (struct definitions_text){(const char *)block.data, block.size});
	store_block_release(&block);
	return is_known;
}

const struct outline *definitions_find(struct definitions *definitions, const struct digest *digest)
{
	struct slot *slot = &definitions->slots[digest->bytes[0] % SLOTS];
	if (!slot->is_used ||
	    memcmp(slot->digest.bytes, digest->bytes, sizeof digest->bytes) != 0) {
		struct definitions_text text;
		empty(slot);
		slot->digest = *digest;
		slot->is_used = true;
		slot->is_known = definitions_of_system(digest, &text) ? parse(slot, text)
								      : fetch(definitions, slot);
	}
	return slot->is_known ? &slot->parsed.outline : NULL;
}
