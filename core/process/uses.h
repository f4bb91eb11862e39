/*
 * uses: what a program states that it uses, in its custom section `cairn.uses`, so that a person
 * can be asked once, before the start. It is text, a line for each interface: its digest in 64 hex
 * digits, and the scopes that it wants, each behind a space. Nothing is granted by it.
 *
 *     uses_read -> uses_reset; zeroed ones are empty
 */
#ifndef PROCESS_USES_H
#define PROCESS_USES_H

#include "core/cid.h"
#include "core/status.h"
#include "core/wasm.h"

#include <cairn/wire.h>

#define USES_SECTION "cairn.uses"

struct use {
	struct digest interface;
	struct wire_string *scopes;
	uint32_t scope_count;
};

struct uses {
	struct use *items;
	uint32_t count;
	struct wire_string *scopes; /* of all; they point into the section */
	uint32_t scope_count;
};

/* The section's bytes must live as long. STATUS_MALFORMED, STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status uses_read(const struct wasm_name *section, struct uses *out,
				 struct fault *fault);
void uses_reset(struct uses *uses);

/* What they hold, the section apart. */
uint64_t uses_bytes(const struct uses *uses);

/* NULL where nothing is stated about the interface. */
const struct use *uses_find(const struct uses *uses, const struct digest *interface);

#endif
