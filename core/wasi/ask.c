#include "ask.h"

#include "core/port.h"
#include "descriptor.h"
#include "mem.h"

#include <cairn/abi.h>
#include <cairn/files.h>

/* Words of call_state that no function uses. */
enum { STATE_THEN = CALL_STATE_WORDS - 2, STATE_GENERATION = CALL_STATE_WORDS - 1 };

static struct digest digest_of(const uint8_t *interface)
{
	struct digest digest;
	memcpy(digest.bytes, interface, sizeof digest.bytes);
	return digest;
}

/* Another thread of the program may have been told first; what comes then is about handles that are
 * lost already. */
static enum wasm_host_result files_answered(struct thread *thread, uint64_t *slots,
					    const struct call_answer *answer)
{
	static const struct call_answer late = {.status = CAIRN_STATUS_HANDLER_CHANGED};
	const uint64_t *state = call_state(thread);
	call_continuation then = (call_continuation)(uintptr_t)state[STATE_THEN];
	bool is_late = state[STATE_GENERATION] != descriptor_files_generation(thread);
	if (is_late)
		return then(thread, slots, &late);
	if (answer->status == CAIRN_STATUS_HANDLER_CHANGED)
		descriptor_lose_files(thread);
	if (answer->status == CAIRN_STATUS_HANDLER_ENDED)
		descriptor_doubt_roots(thread);
	return then(thread, slots, answer);
}

static enum wasm_host_result begin(struct thread *thread, const uint8_t *interface,
				   const struct wire_part *parts, uint32_t part_count,
				   call_continuation then)
{
	const struct digest digest = digest_of(interface);
	if (memcmp(interface, files_interface, sizeof digest.bytes) != 0)
		return call_begin(thread, &digest, parts, part_count, then);
	call_state(thread)[STATE_THEN] = (uintptr_t)then;
	call_state(thread)[STATE_GENERATION] = descriptor_files_generation(thread);
	return call_begin(thread, &digest, parts, part_count, files_answered);
}

enum wasm_host_result ask_send(struct thread *thread, const uint8_t *interface,
			       const struct ask *ask, call_continuation then)
{
	core_assert(wire_is_whole(&ask->out));
	return begin(thread, interface, ask->parts, ask->out.part_count, then);
}

enum wasm_host_result ask_send_with(struct thread *thread, const uint8_t *interface,
				    const struct ask *ask, struct wire_part *parts,
				    uint32_t part_count, call_continuation then)
{
	core_assert(wire_is_whole(&ask->out) && ask->out.part_count == 1);
	parts[0] = ask->parts[0];
	return begin(thread, interface, parts, part_count, then);
}

void ask_tell(struct thread *thread, const uint8_t *interface, const struct ask *ask)
{
	core_assert(wire_is_whole(&ask->out));
	const struct digest digest = digest_of(interface);
	(void)call_send(thread, &digest, ask->parts, ask->out.part_count);
}
