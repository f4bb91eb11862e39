/*
 * Sockets, and the requests that wait for them. Each socket has two queues, one for what comes in
 * and one for what goes out; the first request of a queue is tried as long as the host may be
 * ready, and the others wait for their turn.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/port.h"
#include "tcp_state.h"

/* Parts of a body that are written at once without a copy. */
enum { WRITE_PIECES_MAX = 64 };

/* ---- Queues ---- */

static bool is_input(const struct tcp_wait *wait)
{
	return wait->kind == TCP_KIND_ACCEPT || wait->kind == TCP_KIND_READ ||
	       wait->kind == TCP_KIND_READABLE;
}

static struct tcp_queue *queue_of(const struct tcp_wait *wait)
{
	return is_input(wait) ? &wait->socket->input : &wait->socket->output;
}

static void append(struct tcp_queue *queue, struct tcp_wait *wait)
{
	wait->next = NULL;
	wait->previous = queue->last;
	if (queue->last != NULL)
		queue->last->next = wait;
	else
		queue->first = wait;
	queue->last = wait;
}

static void take_out(struct tcp_queue *queue, struct tcp_wait *wait)
{
	if (wait->previous != NULL)
		wait->previous->next = wait->next;
	else
		queue->first = wait->next;
	if (wait->next != NULL)
		wait->next->previous = wait->previous;
	else
		queue->last = wait->previous;
}

static bool collects(const struct tcp_wait *wait)
{
	return wait->kind == TCP_KIND_READ && (wait->options & TCP_READ_OPTIONS_ALL) != 0 &&
	       (wait->options & TCP_READ_OPTIONS_PEEK) == 0;
}

struct kernel_request *tcp_socket_leave(struct tcp_wait *wait)
{
	struct tcp_socket *socket = wait->socket;
	struct kernel_request *request = wait->request;
	take_out(queue_of(wait), wait);
	if (collects(wait))
		*handles_account(&socket->handle) -= wait->size;
	free(wait->collected);
	tcp_wait_destroy(socket->tcp, wait);
	return request;
}

static void fail(struct tcp_wait *wait, enum tcp_error error)
{
	tcp_refuse(tcp_socket_leave(wait), error);
}

/* ---- Reading ---- */

static void answer_data(struct kernel_request *request, const uint8_t *data, uint32_t size)
{
	const struct tcp_bytes_or_error result = {.value = {data, size}};
	tcp_read_answer(request, &result);
}

/* Up to `size` bytes, or a negative errno. Notes when nothing is left. */
static ssize_t receive(struct tcp_socket *socket, void *out, size_t size, int flags)
{
	ssize_t count;
	do
		count = recv(socket->watched.fd, out, size, flags | MSG_DONTWAIT);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		count = -errno;
	bool is_drained = count == -EAGAIN || (count > 0 && (size_t)count < size &&
					       (flags & MSG_PEEK) == 0 && !socket->is_urgent);
	if (is_drained && !socket->is_ending)
		socket->can_input = false;
	return count;
}

/* Where the data of an answer lies in its body. */
static size_t data_offset(uint32_t size)
{
	const struct tcp_bytes_or_error result = {.value = {NULL, size}};
	struct wire_out out = wire_out_over(NULL, 0);
	tcp_read_answer_encode(&out, &result);
	return (size_t)out.size - size;
}

/* The place of the data in the memory of the program, where it waits for it; else NULL. */
static uint8_t *room_for(const struct tcp_wait *wait)
{
	size_t offset = data_offset(wait->size);
	uint8_t *room = kernel_request_room(wait->request, offset + wait->size);
	return room == NULL ? NULL : room + offset;
}

static bool read_some(struct tcp_wait *wait)
{
	struct tcp_socket *socket = wait->socket;
	uint8_t *buffer = room_for(wait);
	uint32_t size = wait->size;
	if (buffer == NULL) {
		/* A copy, then: of a little, so that the next read, which is large, does without
		 * one; or of all, for which the program makes room once and for ever. */
		buffer = socket->tcp->buffer;
		if (!wait->is_patient && size > TCP_LARGE_BYTES)
			size = TCP_LARGE_BYTES;
	}
	int flags = (wait->options & TCP_READ_OPTIONS_PEEK) != 0 ? MSG_PEEK : 0;
	ssize_t count = receive(socket, buffer, size, flags);
	if (count == -EAGAIN)
		return false;
	if (count < 0)
		fail(wait, tcp_error_of((int)-count));
	else
		answer_data(tcp_socket_leave(wait), buffer, (uint32_t)count);
	return true;
}

/* The bytes are there, or never will be: an answer with all that there is. */
static void answer_collected(struct tcp_wait *wait, const uint8_t *data)
{
	struct kernel_request *request = wait->request;
	uint8_t *collected = wait->collected;
	uint32_t done = wait->done;
	wait->collected = NULL;
	(void)tcp_socket_leave(wait);
	answer_data(request, data, done);
	free(collected);
}

/* Most reads find all that they want at the first try, and need no memory of their own. */
static bool keep(struct tcp_wait *wait, const uint8_t *data, size_t size)
{
	wait->collected = malloc(wait->size);
	if (wait->collected == NULL)
		return false;
	__builtin_memcpy(wait->collected, data, size);
	return true;
}

static bool read_all(struct tcp_wait *wait)
{
	struct tcp_socket *socket = wait->socket;
	for (;;) {
		bool is_first = wait->collected == NULL;
		uint8_t *out = is_first ? socket->tcp->buffer : wait->collected + wait->done;
		ssize_t count = receive(socket, out, wait->size - wait->done, 0);
		if (count == -EAGAIN)
			return false;
		if (count < 0) {
			fail(wait, tcp_error_of((int)-count));
			return true;
		}
		wait->done += (uint32_t)count;
		if (count == 0 || wait->done == wait->size) {
			answer_collected(wait, is_first ? socket->tcp->buffer : wait->collected);
			return true;
		}
		if (is_first && !keep(wait, socket->tcp->buffer, (size_t)count)) {
			fail(wait, TCP_ERROR_LIMIT);
			return true;
		}
		if (!socket->can_input)
			return false;
	}
}

/* How much is there, as `peek` would find it. */
static bool peek_all(struct tcp_wait *wait)
{
	struct tcp_socket *socket = wait->socket;
	uint8_t *buffer = socket->tcp->buffer;
	ssize_t count = receive(socket, buffer, wait->size, MSG_PEEK);
	if (count >= 0 && (uint32_t)count < wait->size && !socket->is_ending) {
		/* What comes next is told, as everything that comes. */
		socket->can_input = false;
		count = -EAGAIN;
	}
	if (count == -EAGAIN)
		return false;
	if (count < 0)
		fail(wait, tcp_error_of((int)-count));
	else
		answer_data(tcp_socket_leave(wait), buffer, (uint32_t)count);
	return true;
}

static bool read_step(struct tcp_wait *wait)
{
	if ((wait->options & TCP_READ_OPTIONS_ALL) == 0)
		return read_some(wait);
	return (wait->options & TCP_READ_OPTIONS_PEEK) != 0 ? peek_all(wait) : read_all(wait);
}

static bool readable_step(struct tcp_wait *wait)
{
	struct tcp_socket *socket = wait->socket;
	uint8_t byte;
	int there = 0;
	ssize_t count = receive(socket, &byte, 1, MSG_PEEK);
	if (count == -EAGAIN)
		return false;
	if (count < 0) {
		fail(wait, tcp_error_of((int)-count));
		return true;
	}
	if (count > 0 && (ioctl(socket->watched.fd, FIONREAD, &there) != 0 || there < 1))
		there = 1;
	const struct tcp_u32_or_error result = {.value = (uint32_t)there};
	tcp_wait_readable_answer(tcp_socket_leave(wait), &result);
	return true;
}

/* ---- Writing ---- */

static void answer_done(struct kernel_request *request)
{
	static const struct tcp_nothing_or_error done = {0};
	tcp_write_answer(request, &done);
}

static bool write_step(struct tcp_wait *wait)
{
	struct tcp_socket *socket = wait->socket;
	while (wait->done < wait->size) {
		ssize_t count = send(socket->watched.fd, wait->data + wait->done,
				     wait->size - wait->done, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno == EAGAIN) {
			socket->can_output = false;
			return false;
		}
		if (count < 0) {
			fail(wait, tcp_error_of(errno));
			return true;
		}
		wait->done += (uint32_t)count;
	}
	answer_done(tcp_socket_leave(wait));
	return true;
}

uint32_t tcp_socket_write_now(struct tcp_socket *socket, const struct wire_part *parts,
			      uint32_t part_count, size_t skipped)
{
	struct iovec pieces[WRITE_PIECES_MAX];
	struct msghdr message = {.msg_iov = pieces};
	if (socket->output.first != NULL || !socket->can_output)
		return 0;
	for (uint32_t i = 0; i < part_count && message.msg_iovlen < WRITE_PIECES_MAX; i++) {
		size_t before = skipped < parts[i].size ? skipped : parts[i].size;
		skipped -= before;
		if (before == parts[i].size)
			continue;
		/* sendmsg reads what the pieces point to, and no more. */
		pieces[message.msg_iovlen++] = (struct iovec){
		    (uint8_t *)(uintptr_t)parts[i].data + before, parts[i].size - before};
	}
	ssize_t count = sendmsg(socket->watched.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	/* Errors are met again, and told, by who writes the rest. */
	return count < 0 ? 0 : (uint32_t)count;
}

static bool writable_step(struct tcp_wait *wait)
{
	struct tcp_socket *socket = wait->socket;
	struct pollfd ready = {.fd = socket->watched.fd, .events = POLLOUT};
	int count;
	do
		count = poll(&ready, 1, 0);
	while (count < 0 && errno == EINTR);
	if (count == 0) {
		socket->can_output = false;
		return false;
	}
	static const struct tcp_nothing_or_error done = {0};
	tcp_wait_writable_answer(tcp_socket_leave(wait), &done);
	return true;
}

static bool finish_step(struct tcp_wait *wait)
{
	static const struct tcp_nothing_or_error done = {0};
	if (shutdown(wait->socket->watched.fd, SHUT_WR) != 0)
		fail(wait, tcp_error_of(errno));
	else
		tcp_finish_answer(tcp_socket_leave(wait), &done);
	return true;
}

/* ---- Turns ---- */

static bool step(struct tcp_wait *wait)
{
	switch (wait->kind) {
	case TCP_KIND_ACCEPT:
		return tcp_accept_step(wait);
	case TCP_KIND_READ:
		return read_step(wait);
	case TCP_KIND_READABLE:
		return readable_step(wait);
	case TCP_KIND_WRITE:
		return write_step(wait);
	case TCP_KIND_WRITABLE:
		return writable_step(wait);
	case TCP_KIND_FINISH:
		return finish_step(wait);
	case TCP_KIND_CONNECT:
		break;
	}
	core_assert(false);
	return false;
}

/* A request that the host will not tell the readiness of must not wait. */
static void wait_for_news(struct tcp_socket *socket, struct tcp_queue *queue)
{
	if (watch_add(socket->tcp->means.watch, &socket->watched) == 0)
		return;
	while (queue->first != NULL)
		fail(queue->first, TCP_ERROR_LIMIT);
}

static void serve_input(struct tcp_socket *socket)
{
	while (socket->input.first != NULL && socket->can_input)
		if (!step(socket->input.first) && socket->can_input)
			break;
	if (socket->input.first != NULL)
		wait_for_news(socket, &socket->input);
}

static void serve_output(struct tcp_socket *socket)
{
	while (socket->output.first != NULL && socket->can_output)
		(void)step(socket->output.first);
	if (socket->output.first != NULL)
		wait_for_news(socket, &socket->output);
}

/* A program that asks for much, which probably is there, will wait for it in a moment; then it can
 * be put where it wants it. */
static bool is_better_later(const struct tcp_wait *wait)
{
	return wait->kind == TCP_KIND_READ && wait->size > TCP_LARGE_BYTES &&
	       wait->socket->can_input && (wait->options & TCP_READ_OPTIONS_ALL) == 0;
}

static void put_off(struct tcp_wait *wait)
{
	wait->is_patient = true;
	watch_soon(wait->socket->tcp->means.watch, &wait->socket->watched);
}

void tcp_socket_enter(struct tcp_socket *socket, struct tcp_wait *wait)
{
	wait->socket = socket;
	if (collects(wait)) {
		uint64_t *collecting = handles_account(&socket->handle);
		*collecting += wait->size;
		if (*collecting > TCP_COLLECTING_BYTES_MAX) {
			append(&socket->input, wait);
			fail(wait, TCP_ERROR_LIMIT);
			return;
		}
	}
	struct tcp_queue *queue = queue_of(wait);
	append(queue, wait);
	if (queue->first != wait)
		return;
	if (queue == &socket->output)
		serve_output(socket);
	else if (is_better_later(wait))
		put_off(wait);
	else
		serve_input(socket);
}

/* The one behind it may want less than it did. */
void tcp_socket_cancel(struct tcp_wait *wait)
{
	struct tcp_socket *socket = wait->socket;
	bool is_of_input = is_input(wait);
	fail(wait, TCP_ERROR_CLOSED);
	if (is_of_input) {
		socket->can_input = true;
		serve_input(socket);
	} else {
		socket->can_output = true;
		serve_output(socket);
	}
}

static void on_ready(struct watched *watched, uint32_t events)
{
	struct tcp_socket *socket =
	    (struct tcp_socket *)(void *)((char *)watched - offsetof(struct tcp_socket, watched));
	if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
		socket->is_ending = true;
	if ((events & EPOLLPRI) != 0)
		socket->is_urgent = true;
	if (events == 0) {
		serve_input(socket);
	} else if ((events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
		socket->can_input = true;
		serve_input(socket);
	}
	if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
		socket->can_output = true;
		serve_output(socket);
	}
}

/* ---- Opening and closing ---- */

bool tcp_has_room(const struct tcp *tcp, uint64_t process)
{
	return *tcp->means.sockets_left > 0 && handles_has_room(&tcp->handles, process);
}

enum status tcp_socket_create(struct tcp *tcp, uint64_t process, int fd, struct tcp_socket **out)
{
	struct tcp_socket *socket = *tcp->means.sockets_left > 0 ? calloc(1, sizeof *socket) : NULL;
	if (socket == NULL || handles_add(&tcp->handles, process, &socket->handle) != STATUS_OK) {
		free(socket);
		close(fd);
		return STATUS_LIMIT;
	}
	socket->watched = (struct watched){.fd = fd, .ready = on_ready};
	socket->tcp = tcp;
	socket->can_input = true;
	socket->can_output = true;
	--*tcp->means.sockets_left;
	*out = socket;
	return STATUS_OK;
}

/* The host sends a reset where something is left unread, and the other side may then lose what it
 * was sent before: so it is read. What comes later cannot be helped. */
static void discard_input(const struct tcp_socket *socket)
{
	if (!socket->is_listener)
		(void)recv(socket->watched.fd, NULL, TCP_BYTES_MAX, MSG_DONTWAIT | MSG_TRUNC);
}

static void destroy(struct tcp_socket *socket)
{
	watch_remove(socket->tcp->means.watch, &socket->watched);
	close(socket->watched.fd);
	++*socket->tcp->means.sockets_left;
	handles_remove(&socket->tcp->handles, &socket->handle);
	free(socket);
}

void tcp_socket_close(struct tcp_socket *socket, enum tcp_error error, bool resets)
{
	const struct linger none = {.l_onoff = 1};
	while (socket->input.first != NULL)
		fail(socket->input.first, error);
	while (socket->output.first != NULL)
		fail(socket->output.first, error);
	if (resets)
		(void)setsockopt(socket->watched.fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	else
		discard_input(socket);
	destroy(socket);
}

void tcp_socket_abandon(struct tcp_socket *socket)
{
	while (socket->input.first != NULL)
		(void)tcp_socket_leave(socket->input.first);
	while (socket->output.first != NULL)
		(void)tcp_socket_leave(socket->output.first);
	destroy(socket);
}

/* ---- What is known of a connection ---- */

struct tcp_connection tcp_socket_describe(const struct tcp_socket *socket)
{
	struct sockaddr_storage local = {0};
	struct sockaddr_storage remote = {0};
	socklen_t local_size = sizeof local;
	socklen_t remote_size = sizeof remote;
	/* Where a connection has broken off meanwhile, one is unknown. */
	(void)getsockname(socket->watched.fd, (struct sockaddr *)&local, &local_size);
	(void)getpeername(socket->watched.fd, (struct sockaddr *)&remote, &remote_size);
	const struct net_endpoint local_endpoint = net_endpoint_from_host(&local);
	const struct net_endpoint remote_endpoint = net_endpoint_from_host(&remote);
	return (struct tcp_connection){.handle = socket->handle.number,
				       .local = tcp_endpoint_of(&local_endpoint),
				       .remote = tcp_endpoint_of(&remote_endpoint)};
}
