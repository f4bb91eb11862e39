/*
 * terminal_message: the encoding of interfaces/terminal.wit.
 */
#ifndef HOSTED_TERMINAL_MESSAGE_H
#define HOSTED_TERMINAL_MESSAGE_H

#include <cairn/terminal.h>

#include "core/kernel.h"

struct terminal_message {
	uint32_t function; /* TERMINAL_DESCRIBE, TERMINAL_READ or TERMINAL_WRITE */
	uint32_t stream;
	uint32_t size;       /* to be read at most; of `data` to be written */
	const uint8_t *data; /* in the request's body */
};

/* False where the body is not exactly one message of the interface. */
bool terminal_message_decode(const struct kernel_request *request, struct terminal_message *out);

/* These consume the request. */
void terminal_answer_error(struct kernel_request *request, enum terminal_error error);
void terminal_answer_describe(struct kernel_request *request, bool is_terminal);
void terminal_answer_read(struct kernel_request *request, const uint8_t *data, uint32_t size);
void terminal_answer_write(struct kernel_request *request, uint32_t size);

#endif
