/*
 * serve: the interfaces that the kernel handles on every platform. Each has a file of its own, with
 * a struct NAME_handler, whose `self` is the kernel. The generated bindings (cairn/NAME_serve.h)
 * refuse what is malformed, which then has changed nothing, and encode the answers.
 */
#ifndef PROCESS_SERVE_H
#define PROCESS_SERVE_H

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
extern const struct kernel_service serve_threads;
extern const struct kernel_service serve_time;
extern const struct kernel_service serve_random;
extern const struct kernel_service serve_log;
extern const struct kernel_service serve_inspect;

/* The message behind a request, and the process that sent it: NULL once that has ended. */
struct message *serve_message(struct kernel_request *request);
struct process *serve_sender(struct kernel_request *request);

#endif
