#include "ask.h"

#include "core/port.h"
#include "mem.h"

static enum wasm_host_result begin(struct thread *thread, const uint8_t *interface,
				   const struct wire_part *parts, uint32_t part_count,
				   call_continuation then)
{
	struct digest digest;
	memcpy(digest.bytes, interface, sizeof digest.bytes);
	return call_begin(thread, &digest, parts, part_count, then);
}

enum wasm_host_result ask_send(struct thread *thread, const uint8_t *interface,
			       const struct ask *ask, call_continuation then)
{
	core_assert(wire_is_whole(&ask->out));
	return begin(thread, interface, &ask->part, 1, then);
}

enum wasm_host_result ask_send_with(struct thread *thread, const uint8_t *interface,
				    const struct ask *ask, struct wire_part *parts,
				    uint32_t part_count, call_continuation then)
{
	core_assert(wire_is_whole(&ask->out));
	parts[0] = ask->part;
	return begin(thread, interface, parts, part_count, then);
}
