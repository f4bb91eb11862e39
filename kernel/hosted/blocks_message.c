#include "blocks_message.h"

#include <cairn/abi.h>
#include <cairn/messages.h>

#include "body.h"

bool blocks_message_decode(const struct kernel_request *request, struct blocks_message *out)
{
	size_t size = 0;
	const uint8_t *bytes = kernel_request_body(request, &size);
	struct body body = body_over(bytes, size);
	struct blocks_message message = {.function = body_u32(&body)};
	if (message.function != BLOCKS_GET && message.function != BLOCKS_PUT)
		return false;
	if (message.function == BLOCKS_PUT)
		message.codec = body_u32(&body);
	message.data = body_list(&body, &message.size);
	if (!body_is_whole(&body))
		return false;
	*out = message;
	return true;
}

void blocks_answer_bytes(struct kernel_request *request, const uint8_t *data, size_t size)
{
	uint8_t head[5] = {BODY_RESULT_OK};
	body_put_u32(head + 1, (uint32_t)size);
	struct wire_part parts[] = {{.data = head, .size = sizeof head},
				      {.data = data, .size = size}};
	kernel_request_answer(request, CAIRN_STATUS_OK, parts, 2);
}

void blocks_answer_error(struct kernel_request *request, enum blocks_error error)
{
	uint8_t body[] = {BODY_RESULT_ERROR, (uint8_t)error};
	struct wire_part part = {.data = body, .size = sizeof body};
	kernel_request_answer(request, CAIRN_STATUS_OK, &part, 1);
}
