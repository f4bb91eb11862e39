/*
 * fake_kernel: the few functions of kernel.h that a service calls, for a test that is the kernel:
 * it hands requests in and looks at what they were answered. Included by one file of a test.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdlib.h>
#include <string.h>

#include <cairn/abi.h>

#include "core/kernel.h"

struct kernel_request {
	uint8_t body[4096];
	const uint8_t *large_body; /* instead of `body`, where it is not NULL */
	size_t size;
	uint64_t process; /* who sends; 0: whom `fake_kernel` names */
	uint32_t grant;
	struct kernel_scopes scopes;
	uint8_t *room; /* where the answer is waited for, or NULL */
	size_t room_size;
	void *user;
	bool is_answered;
	uint32_t status;
	uint8_t *answer;
	size_t answer_size;
};

static struct {
	struct kernel_service service;
	void *self;
	struct wire_out out;
	uint64_t process;  /* who sends, where the request does not say */
	uint64_t terminal; /* of every process */
} fake_kernel = {.process = 7, .terminal = 1};

uint64_t kernel_terminal_of(const struct kernel *kernel, uint64_t process)
{
	return fake_kernel.terminal;
}

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

uint64_t kernel_request_process(const struct kernel_request *request)
{
	return request->process != 0 ? request->process : fake_kernel.process;
}

uint32_t kernel_request_grant(const struct kernel_request *request)
{
	return request->grant;
}

struct kernel_scopes kernel_request_scopes(const struct kernel_request *request)
{
	return request->scopes;
}

void kernel_request_set_user(struct kernel_request *request, void *user)
{
	request->user = user;
}

void *kernel_request_user(const struct kernel_request *request)
{
	return request->user;
}

uint8_t *kernel_request_room(const struct kernel_request *request, uint64_t size)
{
	return size <= request->room_size ? request->room : NULL;
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

/* Makes the request fit to be received again, from the same sender. */
static void fake_kernel_reset(struct kernel_request *request)
{
	free(request->answer);
	*request = (struct kernel_request){
	    .process = request->process, .grant = request->grant, .scopes = request->scopes};
}

/* The cursor that the next request's body is encoded in; then it is received, from its own array.
 */
static struct wire_out *fake_kernel_body(struct kernel_request *request)
{
	fake_kernel_reset(request);
	fake_kernel.out = wire_out_over(request->body, sizeof request->body);
	return &fake_kernel.out;
}

static void fake_kernel_send(struct kernel_request *request)
{
	assert_true(wire_is_whole(&fake_kernel.out));
	request->size = (size_t)fake_kernel.out.size;
	fake_kernel_receive(request);
}

/* The same with bytes that bindings would not encode, or not all of them. */
static void fake_kernel_send_bytes(struct kernel_request *request, const void *bytes, size_t size)
{
	fake_kernel_reset(request);
	memcpy(request->body, bytes, size);
	request->size = size;
	fake_kernel_receive(request);
}

/* Every piece of a body that was encoded is refused, and so is one with a byte too many. */
static void fake_kernel_refuses_all_but_whole(struct kernel_request *request)
{
	uint8_t longer[sizeof request->body + 1] = {0};
	size_t whole = (size_t)fake_kernel.out.size;
	memcpy(longer, request->body, whole);
	for (size_t size = 0; size <= whole + 1; size++) {
		if (size == whole)
			continue;
		fake_kernel_send_bytes(request, longer, size);
		assert_true(request->is_answered);
		assert_int_equal(request->status, CAIRN_STATUS_REFUSED);
	}
}

#endif
