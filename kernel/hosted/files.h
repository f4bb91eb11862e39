/*
 * files: the host's files below the roots that a grant's scopes name, as the interface `files`
 * (interfaces/files.wit).
 *
 *     files_create -> (messages are served) -> files_close -> kernel_destroy -> files_destroy
 *
 * It consists of
 *
 *     files.c         the service: who sent what
 *     files_scope     scopes as text -> roots
 *     files_handle    what each process has open, by the numbers of its handles
 *     files_path      system calls below an open directory that no path leads out of
 *     files_job       requests under way: in order for each handle, on libuv's threads where they
 *                     would block
 *     files_open      the functions of the interface that take a path
 *     files_transfer  those that take an open file
 */
#ifndef HOSTED_FILES_H
#define HOSTED_FILES_H

#include <uv.h>

#include "core/kernel.h"

struct files;

/* The kernel and the loop must outlive it. */
must_check enum status files_create(struct kernel *kernel, uv_loop_t *loop, struct files **out);

/* Called before the kernel is destroyed: waits for what threads are at, and takes no more. */
void files_close(struct files *files);

/* Called when the kernel is destroyed and before the loop runs out; the record itself is freed when
 * its handles of the loop are closed. */
void files_destroy(struct files *files);

#endif
