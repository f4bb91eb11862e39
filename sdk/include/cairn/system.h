/*
 * system: the three system calls, for programs written in C without a C library.
 *
 * Only cairn_wait blocks. A body is given as parts, whose concatenation is what the receiver gets;
 * it is copied before the call returns. Errors are the negative numbers of abi.def.
 */
#ifndef CAIRN_SYSTEM_H
#define CAIRN_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#include <cairn/abi.h>

/* Two words of the program's memory, as the kernel reads them. */
struct cairn_part {
	const void *data;
	size_t size;
};

/* Sends a message to the handler of the interface whose digest is at `interface`. Returns its id
 * with CAIRN_SEND_ANSWER in `flags`, else 0. */
__attribute__((import_module("cairn"), import_name("send"))) int64_t cairn_send(
    const uint8_t *interface, const struct cairn_part *parts, uint32_t part_count, uint32_t flags);

/* Answers a message that this program received; with CAIRN_ANSWER_REFUSED in `flags` it is refused.
 */
__attribute__((import_module("cairn"), import_name("answer"))) int32_t
cairn_answer(int64_t message, const struct cairn_part *parts, uint32_t part_count, uint32_t flags);

/*
 * Writes the oldest notification that matches one of `ids` to `out`: a struct cairn_notification
 * and its body. Returns its size, 0 where there is none and `flags` lacks CAIRN_WAIT_BLOCK; where
 * the size exceeds `out_size`, nothing was written and the notification stays.
 */
__attribute__((import_module("cairn"), import_name("wait"))) int32_t
cairn_wait(const int64_t *ids, uint32_t id_count, void *out, uint32_t out_size, uint32_t flags);

/* Waits for the answer to one message. */
static inline int32_t cairn_wait_answer(int64_t message, void *out, uint32_t out_size)
{
	return cairn_wait(&message, 1, out, out_size, CAIRN_WAIT_BLOCK);
}

#endif
