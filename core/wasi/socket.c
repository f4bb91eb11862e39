/*
 * socket: sock_*, onto `tcp`. Preview 1 makes no sockets: listeners are there from the start
 * (preopen.h), and connections come from them.
 */
#include "ask.h"
#include "descriptor.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"
#include "preopen.h"
#include "socket.h"
#include "transfer.h"

#include <cairn/tcp.h>

/* ENOTSOCK, and what rights say. */
static enum wasi_error find_socket(struct thread *thread, const uint64_t *slots,
				   enum descriptor_kind kind, uint64_t rights,
				   struct descriptor **out)
{
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), out);
	if (error != WASI_SUCCESS)
		return error;
	bool is_socket =
	    (*out)->kind == DESCRIPTOR_LISTENER || (*out)->kind == DESCRIPTOR_CONNECTION;
	if ((*out)->kind != kind)
		return is_socket ? WASI_EINVAL : WASI_ENOTSOCK;
	return descriptor_check_rights(*out, rights);
}

/* ---- Not waiting ---- */

/* Words of call_state. */
enum { STATE_FUNCTION };

static enum wasm_host_result looked(struct thread *thread, uint64_t *slots,
				    const struct call_answer *nothing)
{
	struct call_answer answer;
	if (!call_any_answer(thread, 0, &answer))
		return wasi_result(slots, WASI_EAGAIN);
	/* What is wrong, the read will meet. */
	return ((wasi_function)(uintptr_t)call_state(thread)[STATE_FUNCTION])(thread, slots);
}

/* Asks, and takes what is answered at once. */
static enum wasm_host_result ask_at_once(struct thread *thread, uint64_t *slots,
					 const struct ask *ask, call_continuation then)
{
	struct digest digest;
	memcpy(digest.bytes, tcp_interface, sizeof digest.bytes);
	if (!call_any_open(thread, 1)) /* no memory: as if nothing were there */
		return wasi_result(slots, WASI_EAGAIN);
	call_any_add(thread, &digest, ask->parts, ask->out.part_count);
	return call_any_wait(thread, true, then);
}

enum wasm_host_result socket_when_readable(struct thread *thread, uint64_t *slots,
					   const struct descriptor *connection,
					   wasi_function function)
{
	if (!(connection->flags & WASI_FDFLAGS_NONBLOCK) || connection->is_known_ready)
		return function(thread, slots);
	call_state(thread)[STATE_FUNCTION] = (uintptr_t)function;
	struct ask ask;
	tcp_wait_readable_encode(ask_open(&ask),
				 &(struct tcp_wait_readable_call){connection->handle});
	return ask_at_once(thread, slots, &ask, looked);
}

/* ---- sock_accept ---- */

/* The connection becomes a descriptor, whose number goes where slots[2] says. */
static enum wasi_error add(struct thread *thread, const uint64_t *slots, uint64_t handle)
{
	struct descriptor connection = {
	    .kind = DESCRIPTOR_CONNECTION,
	    .filetype = WASI_FILETYPE_SOCKET_STREAM,
	    .flags = (uint16_t)wasi_argument(slots, 1),
	    .handle = handle,
	    .rights = RIGHTS_CONNECTION,
	};
	struct descriptor *listener;
	if (descriptor_find(thread, wasi_argument(slots, 0), &listener) == WASI_SUCCESS)
		connection.rights &= listener->inheriting;
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 2), 4);
	uint32_t number;
	enum wasi_error error =
	    out == NULL ? WASI_EFAULT : descriptor_add(thread, &connection, &number);
	if (error == WASI_SUCCESS)
		guest_store_u32(out, number);
	else
		descriptor_release(thread, &connection);
	return error;
}

static enum wasm_host_result accepted(struct thread *thread, uint64_t *slots,
				      const struct call_answer *answer)
{
	struct tcp_connection_or_error result;
	enum wasi_error error =
	    errors_of_answer(answer, tcp_accept_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_tcp(result.error);
	if (error == WASI_SUCCESS)
		error = add(thread, slots, result.value.handle);
	return wasi_result(slots, error);
}

/* One that must not wait: what is there now, or nothing. */
static enum wasm_host_result accepted_at_once(struct thread *thread, uint64_t *slots,
					      const struct call_answer *nothing)
{
	struct call_answer answer;
	return call_any_answer(thread, 0, &answer) ? accepted(thread, slots, &answer)
						   : wasi_result(slots, WASI_EAGAIN);
}

static enum wasm_host_result accept(struct thread *thread, uint64_t *slots)
{
	struct descriptor *listener;
	enum wasi_error error =
	    find_socket(thread, slots, DESCRIPTOR_LISTENER, WASI_RIGHTS_SOCK_ACCEPT, &listener);
	if (error == WASI_SUCCESS &&
	    (wasi_argument(slots, 1) & ~(uint32_t)WASI_FDFLAGS_NONBLOCK) != 0)
		error = WASI_EINVAL;
	if (error == WASI_SUCCESS && guest_bytes(thread, wasi_argument(slots, 2), 4) == NULL)
		error = WASI_EFAULT;
	if (error == WASI_SUCCESS)
		error = descriptor_reserve(thread);
	if (error == WASI_SUCCESS) /* the table may have moved */
		error = descriptor_find(thread, wasi_argument(slots, 0), &listener);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if (listener->offset != 0) { /* a poll has accepted it already */
		uint64_t handle = listener->offset;
		listener->offset = 0;
		return wasi_result(slots, add(thread, slots, handle));
	}
	struct ask ask;
	tcp_accept_encode(ask_open(&ask), &(struct tcp_accept_call){listener->handle});
	return listener->flags & WASI_FDFLAGS_NONBLOCK
		   ? ask_at_once(thread, slots, &ask, accepted_at_once)
		   : ask_send(thread, tcp_interface, &ask, accepted);
}

enum wasm_host_result wasi_sock_accept(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, accept);
}

/* ---- sock_recv, sock_send ---- */

static enum wasm_host_result receive_now(struct thread *thread, uint64_t *slots)
{
	struct descriptor *connection;
	uint32_t flags = wasi_argument(slots, 3);
	enum wasi_error error =
	    find_socket(thread, slots, DESCRIPTOR_CONNECTION, WASI_RIGHTS_FD_READ, &connection);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	connection->is_known_ready = false;
	const struct transfer transfer = {
	    .kind = &transfer_connection,
	    .handle = connection->handle,
	    .options = (uint8_t)((flags & WASI_RECV_PEEK ? TCP_READ_OPTIONS_PEEK : 0) |
				 (flags & WASI_RECV_WAITALL ? TCP_READ_OPTIONS_ALL : 0)),
	    .count_slot = 4,
	};
	return transfer_read(thread, slots, &transfer);
}

/* No message is ever cut: ro_flags, at slots[5], are zero. */
static enum wasm_host_result receive(struct thread *thread, uint64_t *slots)
{
	struct descriptor *connection;
	enum wasi_error error =
	    find_socket(thread, slots, DESCRIPTOR_CONNECTION, WASI_RIGHTS_FD_READ, &connection);
	if (error == WASI_SUCCESS && (wasi_argument(slots, 3) & ~(uint32_t)WASI_RECV_ALL) != 0)
		error = WASI_EINVAL;
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 5), 2);
	if (error == WASI_SUCCESS && out == NULL)
		error = WASI_EFAULT;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	guest_store_u16(out, 0);
	return socket_when_readable(thread, slots, connection, receive_now);
}

enum wasm_host_result wasi_sock_recv(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, receive);
}

static enum wasm_host_result send(struct thread *thread, uint64_t *slots)
{
	struct descriptor *connection;
	enum wasi_error error =
	    find_socket(thread, slots, DESCRIPTOR_CONNECTION, WASI_RIGHTS_FD_WRITE, &connection);
	if (error == WASI_SUCCESS && wasi_argument(slots, 3) != 0)
		error = WASI_EINVAL;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	const struct transfer transfer = {
	    .kind = &transfer_connection, .handle = connection->handle, .count_slot = 4};
	return transfer_write(thread, slots, &transfer);
}

enum wasm_host_result wasi_sock_send(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, send);
}

/* ---- sock_shutdown ---- */

static enum wasm_host_result finished(struct thread *thread, uint64_t *slots,
				      const struct call_answer *answer)
{
	struct tcp_nothing_or_error result;
	enum wasi_error error =
	    errors_of_answer(answer, tcp_finish_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_tcp(result.error);
	return wasi_result(slots, error);
}

/* Whoever does not want to read any more need not say so to anybody. */
static enum wasm_host_result shutdown(struct thread *thread, uint64_t *slots)
{
	struct descriptor *connection;
	uint32_t how = wasi_argument(slots, 1);
	enum wasi_error error = find_socket(thread, slots, DESCRIPTOR_CONNECTION,
					    WASI_RIGHTS_SOCK_SHUTDOWN, &connection);
	if (error == WASI_SUCCESS && (how == 0 || (how & ~(uint32_t)WASI_SHUT_ALL) != 0))
		error = WASI_EINVAL;
	if (error == WASI_SUCCESS && how & WASI_SHUT_RD)
		connection->rights &= ~(uint64_t)WASI_RIGHTS_FD_READ;
	if (error != WASI_SUCCESS || !(how & WASI_SHUT_WR))
		return wasi_result(slots, error);
	struct ask ask;
	tcp_finish_encode(ask_open(&ask), &(struct tcp_finish_call){connection->handle});
	return ask_send(thread, tcp_interface, &ask, finished);
}

enum wasm_host_result wasi_sock_shutdown(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, shutdown);
}
