#include "ask.h"

#include "core/port.h"
#include "mem.h"

static struct digest digest_of(const uint8_t *interface)
{
	struct digest digest;
	memcpy(digest.bytes, interface, sizeof digest.bytes);
	return digest;
}

enum wasm_host_result ask_send(struct thread *thread, const uint8_t *interface,
			       const struct ask *ask, call_continuation then)
{
	core_assert(wire_is_whole(&ask->out));
	const struct digest digest = digest_of(interface);
	return call_begin(thread, &digest, ask->parts, ask->out.part_count, then);
}

enum wasm_host_result ask_send_with(struct thread *thread, const uint8_t *interface,
				    const struct ask *ask, struct wire_part *parts,
				    uint32_t part_count, call_continuation then)
{
	core_assert(wire_is_whole(&ask->out) && ask->out.part_count == 1);
	const struct digest digest = digest_of(interface);
	parts[0] = ask->parts[0];
	return call_begin(thread, &digest, parts, part_count, then);
}

void ask_tell(struct thread *thread, const uint8_t *interface, const struct ask *ask)
{
	core_assert(wire_is_whole(&ask->out));
	const struct digest digest = digest_of(interface);
	(void)call_send(thread, &digest, ask->parts, ask->out.part_count);
}
