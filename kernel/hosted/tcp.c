#include "tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/port.h"
#include "tcp_state.h"

/* ---- Words of tcp.wit ---- */

enum tcp_error tcp_error_of(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return TCP_ERROR_REFUSED;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EACCES: /* a firewall of the host, or a broadcast address */
	case EPERM:
		return TCP_ERROR_UNREACHABLE;
	case ETIMEDOUT:
		return TCP_ERROR_TIMED_OUT;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
	case ENOTCONN:
		return TCP_ERROR_RESET;
	case EADDRINUSE:
		return TCP_ERROR_ADDRESS_IN_USE;
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case ENODEV:
	case EINVAL: /* a zone that does not exist */
		return TCP_ERROR_ADDRESS_NOT_AVAILABLE;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case ENOSPC:
		return TCP_ERROR_LIMIT;
	default:
		return TCP_ERROR_FAILED;
	}
}

struct tcp_endpoint tcp_endpoint_of(const struct net_endpoint *endpoint)
{
	struct tcp_endpoint out = {.port = endpoint->port, .zone = endpoint->zone};
	const struct net_address *address = &endpoint->address;
	if (net_address_is_ipv4(address)) {
		out.address.kind = TCP_IP_ADDRESS_IPV4;
		out.address.as.ipv4 = net_address_number(address);
	} else {
		out.address.kind = TCP_IP_ADDRESS_IPV6;
		out.address.as.ipv6.high = net_address_high(address);
		out.address.as.ipv6.low = net_address_low(address);
	}
	return out;
}

struct net_endpoint tcp_endpoint_read(const struct tcp_endpoint *endpoint)
{
	const struct tcp_ip_address *address = &endpoint->address;
	struct net_endpoint out = {.port = endpoint->port, .zone = endpoint->zone};
	if (address->kind == TCP_IP_ADDRESS_IPV4)
		out.address = net_address_ipv4(address->as.ipv4);
	else
		out.address = net_address_ipv6(address->as.ipv6.high, address->as.ipv6.low);
	return out;
}

/* An error is encoded alike in all results. */
void tcp_refuse(struct kernel_request *request, enum tcp_error error)
{
	const struct tcp_nothing_or_error result = {.is_error = true, .error = error};
	tcp_write_answer(request, &result);
}

/* ---- Waiting requests ---- */

struct tcp_wait *tcp_wait_create(struct tcp *tcp, struct kernel_request *request,
				 enum tcp_wait_kind kind)
{
	struct tcp_wait *wait = tcp->spare_waits;
	if (wait != NULL) {
		tcp->spare_waits = wait->next;
		tcp->spare_wait_count--;
	} else {
		wait = malloc(sizeof *wait);
	}
	if (wait == NULL) {
		tcp_refuse(request, TCP_ERROR_LIMIT);
		return NULL;
	}
	*wait = (struct tcp_wait){.request = request, .kind = kind};
	kernel_request_set_user(request, wait);
	return wait;
}

void tcp_wait_destroy(struct tcp *tcp, struct tcp_wait *wait)
{
	if (tcp->spare_wait_count >= TCP_SPARE_WAITS_MAX) {
		free(wait);
		return;
	}
	wait->next = tcp->spare_waits;
	tcp->spare_waits = wait;
	tcp->spare_wait_count++;
}

/* ---- The functions ---- */

static struct tcp_socket *find(struct tcp *tcp, struct kernel_request *request, uint64_t number)
{
	struct handle *handle =
	    handles_find(&tcp->handles, kernel_request_process(request), number);
	return handle == NULL ? NULL : tcp_socket_of(handle);
}

/* Where there is none, the request is answered. */
static struct tcp_socket *find_kind(struct tcp *tcp, struct kernel_request *request,
				    uint64_t number, bool is_listener)
{
	struct tcp_socket *socket = find(tcp, request, number);
	if (socket != NULL && socket->is_listener == is_listener)
		return socket;
	tcp_refuse(request, TCP_ERROR_NO_SUCH_HANDLE);
	return NULL;
}

static void accept_connection(void *self, void *message, const struct tcp_accept_call *call)
{
	struct tcp *tcp = self;
	struct tcp_socket *socket = find_kind(tcp, message, call->listener, true);
	struct tcp_wait *wait =
	    socket == NULL ? NULL : tcp_wait_create(tcp, message, TCP_KIND_ACCEPT);
	if (wait != NULL)
		tcp_socket_enter(socket, wait);
}

static void close_any(struct tcp *tcp, struct kernel_request *request, uint64_t number, bool resets)
{
	struct tcp_socket *socket = find(tcp, request, number);
	if (socket != NULL && (!resets || !socket->is_listener))
		tcp_socket_close(socket, TCP_ERROR_CLOSED, resets);
	request_done(request);
}

static void close_handle(void *self, void *message, const struct tcp_close_call *call)
{
	close_any(self, message, call->handle, false);
}

static void reset(void *self, void *message, const struct tcp_reset_call *call)
{
	close_any(self, message, call->connection, true);
}

static void configure(void *self, void *message, const struct tcp_configure_call *call)
{
	struct tcp_socket *socket = find_kind(self, message, call->connection, false);
	if (socket == NULL)
		return;
	int error =
	    net_socket_configure(socket->watched.fd, (call->options & TCP_OPTIONS_NO_DELAY) != 0,
				 (call->options & TCP_OPTIONS_KEEP_ALIVE) != 0);
	const struct tcp_nothing_or_error result = {.is_error = error != 0,
						    .error = tcp_error_of(error)};
	tcp_configure_answer(message, &result);
}

static void connect_to(void *self, void *message, const struct tcp_connect_call *call)
{
	tcp_connect(self, message, call);
}

static void listen_at(void *self, void *message, const struct tcp_listen_call *call)
{
	tcp_listen(self, message, call);
}

static void finish(void *self, void *message, const struct tcp_finish_call *call)
{
	struct tcp *tcp = self;
	struct tcp_socket *socket = find_kind(tcp, message, call->connection, false);
	if (socket == NULL)
		return;
	if (socket->is_finished) {
		tcp_refuse(message, TCP_ERROR_CLOSED);
		return;
	}
	struct tcp_wait *wait = tcp_wait_create(tcp, message, TCP_KIND_FINISH);
	if (wait == NULL)
		return;
	socket->is_finished = true;
	tcp_socket_enter(socket, wait);
}

static void read_data(void *self, void *message, const struct tcp_read_call *call)
{
	const uint8_t all_of_later = TCP_READ_OPTIONS_ALL | TCP_READ_OPTIONS_PEEK;
	struct tcp *tcp = self;
	struct tcp_socket *socket = find_kind(tcp, message, call->connection, false);
	if (socket == NULL)
		return;
	bool stays = (call->options & all_of_later) == all_of_later;
	if (call->size > (stays ? TCP_PEEK_BYTES_MAX : TCP_BYTES_MAX)) {
		tcp_refuse(message, TCP_ERROR_LIMIT);
		return;
	}
	if (call->size == 0) {
		static const struct tcp_bytes_or_error nothing = {0};
		tcp_read_answer(message, &nothing);
		return;
	}
	struct tcp_wait *wait = tcp_wait_create(tcp, message, TCP_KIND_READ);
	if (wait == NULL)
		return;
	wait->size = call->size;
	wait->options = call->options;
	tcp_socket_enter(socket, wait);
}

static void wait_readable(void *self, void *message, const struct tcp_wait_readable_call *call)
{
	struct tcp *tcp = self;
	struct tcp_socket *socket = find_kind(tcp, message, call->connection, false);
	struct tcp_wait *wait =
	    socket == NULL ? NULL : tcp_wait_create(tcp, message, TCP_KIND_READABLE);
	if (wait != NULL)
		tcp_socket_enter(socket, wait);
}

/* For what goes out; where the program has finished, the request is answered. */
static struct tcp_socket *find_open(struct tcp *tcp, struct kernel_request *request,
				    uint64_t number)
{
	struct tcp_socket *socket = find_kind(tcp, request, number, false);
	if (socket == NULL || !socket->is_finished)
		return socket;
	tcp_refuse(request, TCP_ERROR_CLOSED);
	return NULL;
}

static void wait_writable(void *self, void *message, const struct tcp_wait_writable_call *call)
{
	struct tcp *tcp = self;
	struct tcp_socket *socket = find_open(tcp, message, call->connection);
	struct tcp_wait *wait =
	    socket == NULL ? NULL : tcp_wait_create(tcp, message, TCP_KIND_WRITABLE);
	if (wait != NULL)
		tcp_socket_enter(socket, wait);
}

static void write_data(void *self, void *message, const struct tcp_write_call *call)
{
	struct tcp *tcp = self;
	struct tcp_socket *socket = find_open(tcp, message, call->connection);
	if (socket == NULL)
		return;
	if (call->data.size > TCP_BYTES_MAX) {
		tcp_refuse(message, TCP_ERROR_LIMIT);
		return;
	}
	/* By glance_at_write. */
	uintptr_t written = (uintptr_t)kernel_request_user(message);
	struct tcp_wait *wait = tcp_wait_create(tcp, message, TCP_KIND_WRITE);
	if (wait == NULL)
		return;
	wait->data = call->data.data;
	wait->size = call->data.size;
	wait->done = (uint32_t)written;
	tcp_socket_enter(socket, wait);
}

/* ---- Writes that are large ---- */

/* Copies the beginning of a body; false where it is shorter. */
static bool take_head(const struct wire_part *parts, uint32_t part_count, uint8_t *out, size_t size)
{
	for (uint32_t i = 0; i < part_count && size > 0; i++) {
		size_t piece = parts[i].size < size ? parts[i].size : size;
		if (piece > 0)
			memcpy(out, parts[i].data, piece);
		out += piece;
		size -= piece;
	}
	return size == 0;
}

/*
 * Writes from where the program has its data, as long as the socket takes it; what it does not take
 * comes by write_data. The generated decoder wants all of a body in one piece, so the head of a
 * write, three numbers, is read by hand; what is wrong with it is told there, too.
 */
static bool glance_at_write(void *self, struct kernel_request *request,
			    const struct wire_part *parts, uint32_t part_count)
{
	uint8_t head[2 * sizeof(uint32_t) + sizeof(uint64_t)];
	uint64_t size = 0;
	for (uint32_t i = 0; i < part_count; i++)
		size += parts[i].size;
	if (!take_head(parts, part_count, head, sizeof head))
		return false;
	struct wire_in in = wire_in_call(head, sizeof head, TCP_WRITE);
	uint64_t number = wire_get_u64(&in);
	uint32_t count = wire_get_u32(&in);
	struct tcp *tcp = self;
	struct handle *handle =
	    handles_find(&tcp->handles, kernel_request_process(request), number);
	if (in.status != WIRE_OK || count != size - sizeof head || count > TCP_BYTES_MAX ||
	    handle == NULL)
		return false;
	struct tcp_socket *socket = tcp_socket_of(handle);
	if (socket->is_listener || socket->is_finished)
		return false;
	uint32_t written = tcp_socket_write_now(socket, parts, part_count, sizeof head);
	if (written == count) {
		static const struct tcp_nothing_or_error done = {0};
		tcp_write_answer(request, &done);
		return true;
	}
	kernel_request_set_user(request, (void *)(uintptr_t)written);
	return false;
}

/* ---- The service ---- */

static void receive(void *self, struct kernel_request *request)
{
	static const struct tcp_handler handler = {
	    .accept = accept_connection,
	    .close = close_handle,
	    .configure = configure,
	    .connect = connect_to,
	    .finish = finish,
	    .listen = listen_at,
	    .read = read_data,
	    .reset = reset,
	    .wait_readable = wait_readable,
	    .wait_writable = wait_writable,
	    .write = write_data,
	};
	tcp_serve(&handler, self, request);
}

static void cancel(void *self, struct kernel_request *request)
{
	struct tcp_wait *wait = kernel_request_user(request);
	if (wait->kind == TCP_KIND_CONNECT)
		tcp_connect_cancel(wait);
	else
		tcp_socket_cancel(wait);
}

static void close_of_ended(void *self, struct handle *handle)
{
	tcp_socket_close(tcp_socket_of(handle), TCP_ERROR_CLOSED, false);
}

static void ended(void *self, uint64_t process)
{
	struct tcp *tcp = self;
	handles_end(&tcp->handles, process, close_of_ended, NULL);
}

enum status tcp_create(const struct net_means *means, struct tcp **out)
{
	static const struct digest interface = {TCP_DIGEST};
	static const struct kernel_service service = {
	    .receive = receive, .cancel = cancel, .ended = ended, .glance = glance_at_write};
	struct tcp *tcp = calloc(1, sizeof *tcp);
	uint8_t *buffer = malloc(TCP_BYTES_MAX);
	enum status status = STATUS_NO_MEMORY;
	if (tcp != NULL && buffer != NULL)
		status = kernel_serve(means->kernel, &interface, &service, tcp);
	if (status != STATUS_OK) {
		free(buffer);
		free(tcp);
		return status;
	}
	tcp->means = *means;
	tcp->buffer = buffer;
	handles_init(&tcp->handles, TCP_HANDLES_MAX);
	*out = tcp;
	return STATUS_OK;
}

static void abandon(void *self, struct handle *handle)
{
	tcp_socket_abandon(tcp_socket_of(handle));
}

void tcp_close(struct tcp *tcp)
{
	tcp_connect_abandon(tcp);
	handles_end_all(&tcp->handles, abandon, NULL);
}

void tcp_destroy(struct tcp *tcp)
{
	while (tcp->spare_waits != NULL) {
		struct tcp_wait *wait = tcp->spare_waits;
		tcp->spare_waits = wait->next;
		free(wait);
	}
	free(tcp->buffer);
	free(tcp);
}
