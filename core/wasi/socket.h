/*
 * socket: what reading a connection has to do with waiting.
 */
#ifndef WASI_SOCKET_H
#define WASI_SOCKET_H

#include "descriptor.h"
#include "preopen.h"

/* Runs the function, which reads the connection; EAGAIN where the connection is not to wait and has
 * nothing to read. */
enum wasm_host_result socket_when_readable(struct thread *thread, uint64_t *slots,
					   const struct descriptor *connection,
					   wasi_function function);

#endif
