/*
 * fake_kernel: the few functions of kernel.h that a service calls, for a test that is the kernel:
 * it hands requests in and looks at what they were answered. Included by one file of a test.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdlib.h>
#include <string.h>

#include "core/kernel.h"

struct kernel_request {
	uint8_t body[4096];
	const uint8_t *large_body; /* instead of `body`, where it is not NULL */
	size_t size;
	void *user;
	bool is_answered;
	uint32_t status;
	uint8_t *answer;
	size_t answer_size;
};

static struct {
	struct kernel_service service;
	void *self;
} fake_kernel;

enum status kernel_serve(struct kernel *kernel, const struct digest *interface,
			 const struct kernel_service *service, void *self)
{
	fake_kernel.service = *service;
	fake_kernel.self = self;
	return STATUS_OK;
}

const uint8_t *kernel_request_body(const struct kernel_request *request, size_t *size)
{
	*size = request->size;
	return request->large_body != NULL ? request->large_body : request->body;
}

void kernel_request_set_user(struct kernel_request *request, void *user)
{
	request->user = user;
}

void *kernel_request_user(const struct kernel_request *request)
{
	return request->user;
}

void kernel_request_answer(struct kernel_request *request, uint32_t status,
			   const struct wire_part *parts, uint32_t part_count)
{
	assert_false(request->is_answered);
	request->is_answered = true;
	request->status = status;
	for (uint32_t i = 0; i < part_count; i++) {
		request->answer =
		    realloc(request->answer, request->answer_size + parts[i].size + 1);
		memcpy(request->answer + request->answer_size, parts[i].data, parts[i].size);
		request->answer_size += parts[i].size;
	}
}

static void fake_kernel_receive(struct kernel_request *request)
{
	fake_kernel.service.receive(fake_kernel.self, request);
}

/* Makes the request fit to be received again. */
static void fake_kernel_reset(struct kernel_request *request)
{
	free(request->answer);
	*request = (struct kernel_request){0};
}

/* Appends to a request's body. */
static void fake_kernel_put(struct kernel_request *request, const void *data, size_t size)
{
	memcpy(request->body + request->size, data, size);
	request->size += size;
}

static void fake_kernel_put_u32(struct kernel_request *request, uint32_t value)
{
	uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
			   (uint8_t)(value >> 24)};
	fake_kernel_put(request, bytes, sizeof bytes);
}

#endif
