#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cairn/control.h>

#include "core/port.h"

enum { PIECE_BYTES = 65536, DRAIN_MS = 1000 };

_Static_assert(sizeof control_interface == CONTROL_GREETING_BYTES, "the greeting is the digest");

/* ---- Buffers ---- */

static bool make_room(uint8_t **data, size_t *capacity, size_t needed)
{
	if (needed <= *capacity)
		return true;
	size_t larger = *capacity < 1024 ? 1024 : *capacity * 2;
	if (larger < needed)
		larger = needed;
	uint8_t *moved = realloc(*data, larger);
	if (moved == NULL)
		return false;
	*data = moved;
	*capacity = larger;
	return true;
}

static void drop_descriptors(struct connection *connection)
{
	while (connection->descriptor_count > 0)
		close(connection->descriptors[--connection->descriptor_count]);
}

static void lose(struct connection *connection, const char *why)
{
	if (connection->is_lost || connection->is_closed)
		return;
	connection->is_lost = true;
	connection->watcher.lost(connection->watcher.self, why);
}

/* ---- Patience ---- */

static void on_impatient(uv_timer_t *timer)
{
	struct connection *connection = timer->data;
	lose(connection, !connection->has_greeted  ? "it did not greet in time"
			 : connection->in_size > 0 ? "half a request was all that came in time"
						   : "it was silent for too long");
}

/* The time for something that is due is not begun anew by a part of it. */
static void set_patience(struct connection *connection)
{
	bool is_due =
	    !connection->has_greeted || connection->in_size > 0 || !connection->may_be_silent;
	if (!is_due || connection->is_closed)
		uv_timer_stop(&connection->patience);
	else if (!uv_is_active((uv_handle_t *)&connection->patience))
		uv_timer_start(&connection->patience, on_impatient, CONTROL_PATIENCE_MS, 0);
}

void connection_let_be_silent(struct connection *connection, bool may_be_silent)
{
	connection->may_be_silent = may_be_silent;
	set_patience(connection);
}

/* ---- Receiving ---- */

/* 0, -EPROTO where there are too many, -EMFILE where this process may not have as many. */
static int keep_descriptors(struct connection *connection, struct msghdr *message)
{
	bool is_cut = (message->msg_flags & MSG_CTRUNC) != 0;
	bool is_fine = true;
	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL;
	     control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(control) + i * sizeof fd, sizeof fd);
			if (connection->descriptor_count < CONTROL_DESCRIPTORS_MAX) {
				connection->descriptors[connection->descriptor_count++] = fd;
			} else {
				close(fd);
				is_fine = false;
			}
		}
	}
	if (is_cut && connection->descriptor_count < CONTROL_DESCRIPTORS_MAX)
		return -EMFILE;
	return is_fine && !is_cut ? 0 : -EPROTO;
}

/* How many bytes came; 0 at the end; -EAGAIN, or another error. */
static ssize_t receive_piece(struct connection *connection)
{
	union {
		struct cmsghdr header; /* for its alignment */
		char bytes[CMSG_SPACE(CONTROL_DESCRIPTORS_MAX * sizeof(int))];
	} control;
	if (!make_room(&connection->in, &connection->in_capacity,
		       connection->in_size + PIECE_BYTES))
		return -ENOMEM;
	struct iovec part = {.iov_base = connection->in + connection->in_size,
			     .iov_len = PIECE_BYTES};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof control};
	ssize_t size;
	do
		size = recvmsg(connection->fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return -errno;
	int kept = keep_descriptors(connection, &message);
	if (kept != 0)
		return kept;
	connection->in_size += (size_t)size;
	return size;
}

/* Takes the first `size` bytes out. */
static void consume(struct connection *connection, size_t size)
{
	connection->in_size -= size;
	memmove(connection->in, connection->in + size, connection->in_size);
	uv_timer_stop(&connection->patience);
}

static bool take_greeting(struct connection *connection)
{
	size_t size = connection->in_size < CONTROL_GREETING_BYTES ? connection->in_size
								   : CONTROL_GREETING_BYTES;
	if (memcmp(connection->in, control_interface, size) != 0) {
		lose(connection, "it is no command of this version of Cairn");
		return false;
	}
	if (size < CONTROL_GREETING_BYTES)
		return false;
	connection->has_greeted = true;
	consume(connection, CONTROL_GREETING_BYTES);
	return true;
}

/* False where no whole frame is there, or the connection is over. */
static bool take_frame(struct connection *connection)
{
	struct control_frame frame;
	if (connection->in_size < sizeof frame)
		return false;
	memcpy(&frame, connection->in, sizeof frame);
	if (frame.size > CONTROL_BODY_BYTES_MAX || frame.status != 0) {
		lose(connection, "what it sent is no request");
		return false;
	}
	if (connection->in_size < sizeof frame + frame.size)
		return false;
	connection->watcher.receive(connection->watcher.self, connection->in + sizeof frame,
				    frame.size);
	if (connection->is_closed)
		return false;
	if (connection->descriptor_count > 0) {
		lose(connection, "descriptors came that belong to nothing");
		return false;
	}
	consume(connection, sizeof frame + frame.size);
	return true;
}

static void take_all(struct connection *connection)
{
	if (!connection->has_greeted && connection->in_size > 0 && !take_greeting(connection))
		return;
	while (!connection->is_closed && !connection->is_lost && take_frame(connection))
		continue;
}

static void receive(struct connection *connection)
{
	ssize_t size = receive_piece(connection);
	if (size == -EAGAIN)
		return;
	if (size == -EPROTO) {
		lose(connection, "too many descriptors came");
	} else if (size == -EMFILE) {
		connection_answer(connection, STATUS_LIMIT, NULL, 0);
		lose(connection, "no more files can be opened (ulimit -n)");
	} else if (size <= 0) {
		bool is_plain = connection->in_size == 0;
		lose(connection, is_plain ? NULL : "it ended in the middle of a request");
	} else {
		take_all(connection);
		if (!connection->is_closed)
			set_patience(connection);
	}
}

/* ---- Sending ---- */

static void on_ready(uv_poll_t *poll, int status, int events);

/* Sends what the socket takes. */
static void send_more(struct connection *connection)
{
	while (connection->out_sent < connection->out_size) {
		ssize_t size =
		    send(connection->fd, connection->out + connection->out_sent,
			 connection->out_size - connection->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			break; /* A broken one is read to its end. */
		connection->out_sent += (size_t)size;
	}
	bool is_done = connection->out_sent == connection->out_size;
	if (is_done)
		connection->out_sent = connection->out_size = 0;
	uv_poll_start(&connection->poll, is_done ? UV_READABLE : UV_READABLE | UV_WRITABLE,
		      on_ready);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct connection *connection = poll->data;
	if (events & UV_WRITABLE)
		send_more(connection);
	if (status < 0 || (events & UV_READABLE))
		receive(connection);
}

static bool add_out(struct connection *connection, const void *data, size_t size)
{
	if (!make_room(&connection->out, &connection->out_capacity, connection->out_size + size))
		return false;
	if (size > 0)
		memcpy(connection->out + connection->out_size, data, size);
	connection->out_size += size;
	return true;
}

void connection_answer(struct connection *connection, uint32_t status,
		       const struct wire_part *parts, uint32_t part_count)
{
	struct control_frame frame = {.status = status};
	for (uint32_t i = 0; i < part_count; i++)
		frame.size += (uint32_t)parts[i].size;
	bool is_whole = add_out(connection, &frame, sizeof frame);
	for (uint32_t i = 0; i < part_count && is_whole; i++)
		is_whole = add_out(connection, parts[i].data, parts[i].size);
	if (is_whole)
		send_more(connection);
	else
		lose(connection, "there is no memory for its answer");
}

void connection_drain(struct connection *connection)
{
	struct pollfd ready = {.fd = connection->fd, .events = POLLOUT};
	send_more(connection);
	while (connection->out_size > 0 && poll(&ready, 1, DRAIN_MS) > 0) {
		if (ready.revents & (POLLERR | POLLHUP))
			return;
		send_more(connection);
	}
}

bool connection_take(struct connection *connection, int *out, uint32_t count)
{
	if (connection->descriptor_count != count)
		return false;
	memcpy(out, connection->descriptors, count * sizeof *out);
	connection->descriptor_count = 0;
	return true;
}

/* ---- Opening and closing ---- */

struct connection *connection_open(uv_loop_t *loop, int fd,
				   const struct connection_watcher *watcher)
{
	struct connection *connection = calloc(1, sizeof *connection);
	if (connection == NULL || uv_poll_init(loop, &connection->poll, fd) != 0) {
		free(connection);
		close(fd);
		return NULL;
	}
	core_assert(uv_timer_init(loop, &connection->patience) == 0);
	connection->fd = fd;
	connection->loop = loop;
	connection->watcher = *watcher;
	connection->handles = 2;
	connection->poll.data = connection;
	connection->patience.data = connection;
	if (add_out(connection, control_interface, CONTROL_GREETING_BYTES))
		send_more(connection);
	set_patience(connection);
	return connection;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;
	if (--connection->handles > 0)
		return;
	close(connection->fd);
	free(connection->in);
	free(connection->out);
	free(connection);
}

void connection_close(struct connection *connection)
{
	if (connection->is_closed)
		return;
	connection->is_closed = true;
	drop_descriptors(connection);
	shutdown(connection->fd, SHUT_RDWR);
	uv_close((uv_handle_t *)&connection->poll, on_handle_closed);
	uv_close((uv_handle_t *)&connection->patience, on_handle_closed);
}
