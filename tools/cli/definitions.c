#include "definitions.h"

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
