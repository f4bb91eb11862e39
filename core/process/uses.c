#include "uses.h"

#include "core/port.h"
#include "kernel_limits.h"
#include "mem.h"
#include "text.h"

/* Reads twice: first it counts, then there is memory for what was counted. */
struct reader {
	const uint8_t *start;
	const uint8_t *next;
	const uint8_t *end;
	struct uses *uses;
	bool is_counting;
	struct fault *fault;
};

static enum status complain(const struct reader *reader, enum status status, const char *what)
{
	fault_set(reader->fault, (uint64_t)(reader->next - reader->start), what);
	return status;
}

static int hex_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool read_digest(struct reader *reader, struct digest *out)
{
	if ((size_t)(reader->end - reader->next) < 2 * sizeof out->bytes)
		return false;
	for (size_t i = 0; i < sizeof out->bytes; i++) {
		int high = hex_value(reader->next[2 * i]);
		int low = hex_value(reader->next[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out->bytes[i] = (uint8_t)(high * 16 + low);
	}
	reader->next += 2 * sizeof out->bytes;
	return true;
}

static bool is_at_line_end(const struct reader *reader)
{
	return reader->next == reader->end || *reader->next == '\n';
}

static enum status read_scope(struct reader *reader, struct use *use)
{
	struct uses *uses = reader->uses;
	if (*reader->next != ' ')
		return complain(reader, STATUS_MALFORMED, "a space or the end of a line expected");
	const uint8_t *start = ++reader->next;
	while (!is_at_line_end(reader) && *reader->next != ' ')
		reader->next++;
	size_t size = (size_t)(reader->next - start);
	if (size == 0 || !wire_is_utf8(start, size))
		return complain(reader, STATUS_MALFORMED,
				"an empty scope, or one that is not UTF-8");
	if (++use->scope_count > GRANT_SCOPES_MAX)
		return complain(reader, STATUS_LIMIT, "too many scopes");
	if (!reader->is_counting)
		uses->scopes[uses->scope_count] =
		    (struct wire_string){(const char *)start, (uint32_t)size};
	uses->scope_count++;
	return STATUS_OK;
}

static enum status read_line(struct reader *reader)
{
	struct uses *uses = reader->uses;
	struct use use = {.scopes = reader->is_counting ? NULL : uses->scopes + uses->scope_count};
	if (!read_digest(reader, &use.interface))
		return complain(reader, STATUS_MALFORMED, "the digest of an interface expected");
	if (!reader->is_counting && uses_find(uses, &use.interface) != NULL)
		return complain(reader, STATUS_MALFORMED, "an interface stands twice");
	enum status status = STATUS_OK;
	while (status == STATUS_OK && !is_at_line_end(reader))
		status = read_scope(reader, &use);
	if (status != STATUS_OK)
		return status;
	if (uses->count == USES_MAX)
		return complain(reader, STATUS_LIMIT, "too many interfaces");
	if (!reader->is_counting)
		uses->items[uses->count] = use;
	uses->count++;
	reader->next += reader->next < reader->end;
	return STATUS_OK;
}

static enum status read_all(struct reader *reader)
{
	enum status status = STATUS_OK;
	reader->next = reader->start;
	while (status == STATUS_OK && reader->next < reader->end)
		status = read_line(reader);
	return status;
}

static enum status allocate(const struct uses *counted, struct uses *out)
{
	struct uses uses = {0};
	uses.items = port_allocate(counted->count * sizeof *uses.items);
	uses.scopes = port_allocate((counted->scope_count + 1) * sizeof *uses.scopes);
	if (uses.items == NULL || uses.scopes == NULL) {
		port_release(uses.items, counted->count * sizeof *uses.items);
		port_release(uses.scopes, (counted->scope_count + 1) * sizeof *uses.scopes);
		return STATUS_NO_MEMORY;
	}
	*out = uses;
	return STATUS_OK;
}

enum status uses_read(const struct wasm_name *section, struct uses *out, struct fault *fault)
{
	struct uses counted = {0};
	struct uses uses = {0};
	struct reader reader = {.start = section->data,
				.next = section->data,
				.end = section->data + section->size,
				.uses = &counted,
				.is_counting = true,
				.fault = fault};
	if (section->size > USES_BYTES_MAX)
		return complain(&reader, STATUS_LIMIT, "it is too long");
	enum status status = read_all(&reader);
	if (status != STATUS_OK || counted.count == 0)
		return status;
	status = allocate(&counted, &uses);
	if (status != STATUS_OK)
		return complain(&reader, status, status_text(status));
	reader.uses = &uses;
	reader.is_counting = false;
	status = read_all(&reader);
	if (status == STATUS_OK) {
		*out = uses;
		return STATUS_OK;
	}
	uses.count = counted.count;
	uses.scope_count = counted.scope_count;
	uses_reset(&uses);
	return status;
}

void uses_reset(struct uses *uses)
{
	if (uses->items == NULL)
		return;
	port_release(uses->items, uses->count * sizeof *uses->items);
	port_release(uses->scopes, (uses->scope_count + 1) * sizeof *uses->scopes);
	*uses = (struct uses){0};
}

uint64_t uses_bytes(const struct uses *uses)
{
	if (uses->items == NULL)
		return 0;
	return uses->count * sizeof *uses->items + (uses->scope_count + 1) * sizeof *uses->scopes;
}

const struct use *uses_find(const struct uses *uses, const struct digest *interface)
{
	for (uint32_t i = 0; i < uses->count; i++)
		if (memcmp(&uses->items[i].interface, interface, sizeof *interface) == 0)
			return &uses->items[i];
	return NULL;
}
