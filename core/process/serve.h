/*
 * serve: the interfaces that the kernel handles on every platform. Each has a file of its own, with
 * all of its decoding and encoding; their `self` is the kernel. A malformed request is refused, and
 * changes nothing.
 */
#ifndef PROCESS_SERVE_H
#define PROCESS_SERVE_H

#include "bytes.h"
#include "core/kernel.h"

struct message;
struct process;

struct serve_entry {
	struct digest interface;
	const struct kernel_service *service;
};

extern const struct serve_entry serve_table[];
extern const size_t serve_count;

extern const struct kernel_service serve_interface;
extern const struct kernel_service serve_process;
extern const struct kernel_service serve_time;
extern const struct kernel_service serve_random;
extern const struct kernel_service serve_log;

/* The message behind a request, and the process that sent it: NULL once that has ended. */
struct message *serve_message(struct kernel_request *request);
struct process *serve_sender(struct kernel_request *request);

/* A cursor over the request's body. */
struct bytes serve_body(const struct kernel_request *request);

/* True where all was read, and nothing is left over. */
bool serve_is_whole(const struct bytes *in);

void serve_refuse(struct kernel_request *request);
void serve_answer(struct kernel_request *request, const void *data, size_t size);

#endif
