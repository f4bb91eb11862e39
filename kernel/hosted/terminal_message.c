#include "terminal_message.h"

#include <cairn/abi.h>
#include <cairn/messages.h>

#include "body.h"

bool terminal_message_decode(const struct kernel_request *request, struct terminal_message *out)
{
	size_t size = 0;
	const uint8_t *bytes = kernel_request_body(request, &size);
	struct body body = body_over(bytes, size);
	struct terminal_message message = {.function = body_u32(&body), .stream = body_u32(&body)};
	size_t data_size = 0;
	switch (message.function) {
	case TERMINAL_DESCRIBE:
		break;
	case TERMINAL_READ:
		message.size = body_u32(&body);
		break;
	case TERMINAL_WRITE:
		message.data = body_list(&body, &data_size);
		message.size = (uint32_t)data_size;
		break;
	default:
		return false;
	}
	if (!body_is_whole(&body))
		return false;
	*out = message;
	return true;
}

void terminal_answer_error(struct kernel_request *request, enum terminal_error error)
{
	uint8_t body[] = {BODY_RESULT_ERROR, (uint8_t)error};
	struct wire_part part = {.data = body, .size = sizeof body};
	kernel_request_answer(request, CAIRN_STATUS_OK, &part, 1);
}

void terminal_answer_describe(struct kernel_request *request, bool is_terminal)
{
	uint8_t body[] = {BODY_RESULT_OK, is_terminal};
	struct wire_part part = {.data = body, .size = sizeof body};
	kernel_request_answer(request, CAIRN_STATUS_OK, &part, 1);
}

void terminal_answer_read(struct kernel_request *request, const uint8_t *data, uint32_t size)
{
	uint8_t head[5] = {BODY_RESULT_OK};
	body_put_u32(head + 1, size);
	struct wire_part parts[] = {{.data = head, .size = sizeof head},
				      {.data = data, .size = size}};
	kernel_request_answer(request, CAIRN_STATUS_OK, parts, 2);
}

void terminal_answer_write(struct kernel_request *request, uint32_t size)
{
	uint8_t body[5] = {BODY_RESULT_OK};
	body_put_u32(body + 1, size);
	struct wire_part part = {.data = body, .size = sizeof body};
	kernel_request_answer(request, CAIRN_STATUS_OK, &part, 1);
}
