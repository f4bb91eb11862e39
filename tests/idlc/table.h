/*
 * table: what a row of the generated table is, which table.c writes as <table.h>.
 */
#ifndef IDLC_TABLE_ROW_H
#define IDLC_TABLE_ROW_H

#include <cairn/wire.h>

struct table_row {
	const char *name;
	const char *text; /* the interface's canonical text */
	uint32_t function;
	bool is_answer;
	/* Decodes a body and encodes it again, with lists as they are or walked item by item. */
	enum wire_status (*again)(const uint8_t *body, size_t size, bool walks,
				  struct wire_out *out);
};

static inline void walk_string_list(struct wire_out *out, const struct wire_string_list *list)
{
	struct wire_string_list rest = *list;
	struct wire_string item;
	wire_put_u32(out, list->count);
	while (wire_string_list_next(&rest, &item))
		wire_put_string(out, item);
}

static inline void walk_bytes_list(struct wire_out *out, const struct wire_bytes_list *list)
{
	struct wire_bytes_list rest = *list;
	struct wire_bytes item;
	wire_put_u32(out, list->count);
	while (wire_bytes_list_next(&rest, &item))
		wire_put_bytes(out, item);
}

#endif
