#include "udp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cairn/udp_serve.h>

#include "core/port.h"
#include "handles.h"
#include "net_scopes.h"
#include "net_socket.h"

enum {
	HANDLES_MAX = 4096, /* of one process */
	DATAGRAM_BYTES_MAX = 65535,
	/* Where a socket without a scope for listening has sent to lately. */
	PEERS_MAX = 32
};

struct udp_end;

/* A request that is not answered yet; the request's user pointer leads here. */
struct udp_wait {
	struct kernel_request *request;
	struct udp_wait *next; /* in a queue of the socket */
	struct udp_wait *previous;
	struct udp_end *end;
	bool is_send;
	uint32_t size;           /* of a receive */
	struct resolve *resolve; /* of a send to a name, which then is in no queue's turn yet */
	bool has_endpoint;
	struct net_endpoint to;
};

struct udp_queue {
	struct udp_wait *first;
	struct udp_wait *last;
};

/* A socket. */
struct udp_end {
	struct handle handle;
	struct watched watched;
	struct udp *udp;
	struct udp_queue receives;
	struct udp_queue sends;
	bool is_ipv6;
	bool is_ipv6_only;
	bool can_receive; /* as far as is known */
	bool can_send;
	bool is_reserved; /* bound without a scope: it hears those whom it has spoken to */
	uint8_t next_peer;
	struct net_endpoint *peers; /* PEERS_MAX of them, where it is reserved */
};

struct udp {
	struct net_means means;
	struct handles handles;
	uint8_t buffer[DATAGRAM_BYTES_MAX + 1];
};

/* ---- Words of udp.wit ---- */

static enum udp_error error_of(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return UDP_ERROR_REFUSED;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EACCES: /* a broadcast address, without the option */
	case EPERM:
	case EAFNOSUPPORT:
		return UDP_ERROR_UNREACHABLE;
	case EADDRINUSE:
		return UDP_ERROR_ADDRESS_IN_USE;
	case EADDRNOTAVAIL:
	case ENODEV:
	case EINVAL: /* a zone that does not exist, a group that is none */
		return UDP_ERROR_ADDRESS_NOT_AVAILABLE;
	case EMSGSIZE:
		return UDP_ERROR_TOO_LARGE;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case ENOSPC:
		return UDP_ERROR_LIMIT;
	default:
		return UDP_ERROR_FAILED;
	}
}

static struct net_address address_read(const struct udp_ip_address *address)
{
	return address->kind == UDP_IP_ADDRESS_IPV4
		   ? net_address_ipv4(address->as.ipv4)
		   : net_address_ipv6(address->as.ipv6.high, address->as.ipv6.low);
}

static struct net_endpoint endpoint_read(const struct udp_endpoint *endpoint)
{
	return (struct net_endpoint){.address = address_read(&endpoint->address),
				     .port = endpoint->port,
				     .zone = endpoint->zone};
}

static struct udp_endpoint endpoint_of(const struct net_endpoint *endpoint)
{
	struct udp_endpoint out = {.port = endpoint->port, .zone = endpoint->zone};
	const struct net_address *address = &endpoint->address;
	if (net_address_is_ipv4(address)) {
		out.address.kind = UDP_IP_ADDRESS_IPV4;
		out.address.as.ipv4 = net_address_number(address);
	} else {
		out.address.kind = UDP_IP_ADDRESS_IPV6;
		out.address.as.ipv6.high = net_address_high(address);
		out.address.as.ipv6.low = net_address_low(address);
	}
	return out;
}

/* An error is encoded alike in all results. */
static void refuse(struct kernel_request *request, enum udp_error error)
{
	const struct udp_nothing_or_error result = {.is_error = true, .error = error};
	udp_send_answer(request, &result);
}

static void answer_done(struct kernel_request *request)
{
	static const struct udp_nothing_or_error done = {0};
	udp_send_answer(request, &done);
}

/* ---- Waiting requests ---- */

static struct udp_queue *queue_of(const struct udp_wait *wait)
{
	return wait->is_send ? &wait->end->sends : &wait->end->receives;
}

/* NULL where there is no memory; the request is then answered. */
static struct udp_wait *enter(struct udp_end *end, struct kernel_request *request, bool is_send)
{
	struct udp_wait *wait = calloc(1, sizeof *wait);
	if (wait == NULL) {
		refuse(request, UDP_ERROR_LIMIT);
		return NULL;
	}
	wait->request = request;
	wait->end = end;
	wait->is_send = is_send;
	struct udp_queue *queue = queue_of(wait);
	wait->previous = queue->last;
	if (queue->last != NULL)
		queue->last->next = wait;
	else
		queue->first = wait;
	queue->last = wait;
	kernel_request_set_user(request, wait);
	return wait;
}

/* The request is the caller's to answer. */
static struct kernel_request *leave(struct udp_wait *wait)
{
	struct udp_queue *queue = queue_of(wait);
	struct kernel_request *request = wait->request;
	if (wait->resolve != NULL)
		resolver_forget(wait->end->udp->means.resolver, wait->resolve);
	if (wait->previous != NULL)
		wait->previous->next = wait->next;
	else
		queue->first = wait->next;
	if (wait->next != NULL)
		wait->next->previous = wait->previous;
	else
		queue->last = wait->previous;
	free(wait);
	return request;
}

static void fail(struct udp_wait *wait, enum udp_error error)
{
	refuse(leave(wait), error);
}

static void wait_for_news(struct udp_end *end, struct udp_queue *queue)
{
	if (watch_add(end->udp->means.watch, &end->watched) == 0)
		return;
	while (queue->first != NULL)
		fail(queue->first, UDP_ERROR_LIMIT);
}

/* ---- Receiving ---- */

static bool is_same_endpoint(const struct net_endpoint *a, const struct net_endpoint *b)
{
	return a->port == b->port && net_address_is_equal(&a->address, &b->address);
}

static bool is_peer(const struct udp_end *end, const struct net_endpoint *from)
{
	for (int i = 0; i < PEERS_MAX; i++)
		if (is_same_endpoint(&end->peers[i], from))
			return true;
	return false;
}

static void note_peer(struct udp_end *end, const struct net_endpoint *to)
{
	if (!end->is_reserved || is_peer(end, to))
		return;
	end->peers[end->next_peer] = *to;
	end->next_peer = (uint8_t)((end->next_peer + 1) % PEERS_MAX);
}

/* One step for the first that waits. False where nothing has come. */
static bool receive_step(struct udp_end *end)
{
	struct udp_wait *wait = end->receives.first;
	struct sockaddr_storage address = {0};
	socklen_t address_size = sizeof address;
	uint8_t *buffer = end->udp->buffer;
	ssize_t count = recvfrom(end->watched.fd, buffer, wait->size, MSG_DONTWAIT | MSG_TRUNC,
				 (struct sockaddr *)&address, &address_size);
	if (count < 0 && errno == EINTR)
		return true;
	if (count < 0 && errno == EAGAIN) {
		end->can_receive = false;
		return false;
	}
	if (count < 0) {
		fail(wait, error_of(errno));
		return true;
	}
	const struct net_endpoint from = net_endpoint_from_host(&address);
	if (end->is_reserved && !is_peer(end, &from))
		return true;
	uint32_t size = (uint32_t)count < wait->size ? (uint32_t)count : wait->size;
	const struct udp_datagram_or_error result = {.value = {.from = endpoint_of(&from),
							       .data = {buffer, size},
							       .is_cut = (uint32_t)count > size}};
	udp_receive_answer(leave(wait), &result);
	return true;
}

static void serve_receives(struct udp_end *end)
{
	while (end->receives.first != NULL && end->can_receive)
		(void)receive_step(end);
	if (end->receives.first != NULL)
		wait_for_news(end, &end->receives);
}

/* ---- Sending ---- */

static struct wire_bytes data_of(struct kernel_request *request, struct udp_send_call *call)
{
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	core_assert(udp_send_decode(body, size, call) == WIRE_OK);
	return call->data;
}

/* True where the request is answered, false where the socket has no room. */
static bool send_step(struct udp_wait *wait)
{
	struct udp_end *end = wait->end;
	struct udp_send_call call;
	struct sockaddr_storage address;
	const struct wire_bytes data = data_of(wait->request, &call);
	socklen_t size = end->is_ipv6 ? net_endpoint_to_host_ipv6(&wait->to, &address)
				      : net_endpoint_to_host(&wait->to, &address);
	ssize_t count;
	do
		count = sendto(end->watched.fd, data.data, data.size, MSG_DONTWAIT | MSG_NOSIGNAL,
			       (const struct sockaddr *)&address, size);
	while (count < 0 && errno == EINTR);
	if (count < 0 && errno == EAGAIN) {
		end->can_send = false;
		return false;
	}
	if (count < 0) {
		fail(wait, error_of(errno));
		return true;
	}
	note_peer(end, &wait->to);
	answer_done(leave(wait));
	return true;
}

/* Those whose name is not known yet are passed over: datagrams have no order. */
static void serve_sends(struct udp_end *end)
{
	struct udp_wait *next;
	for (struct udp_wait *wait = end->sends.first; wait != NULL && end->can_send; wait = next) {
		next = wait->next;
		if (wait->has_endpoint)
			(void)send_step(wait);
	}
	if (!end->can_send && end->sends.first != NULL)
		wait_for_news(end, &end->sends);
}

static bool fits(const struct udp_end *end, const struct net_endpoint *to)
{
	return net_address_is_ipv4(&to->address) ? !end->is_ipv6_only : end->is_ipv6;
}

static void send_to(struct udp_wait *wait, const struct net_endpoint *to)
{
	wait->to = *to;
	wait->has_endpoint = true;
	serve_sends(wait->end);
}

static void on_resolved(void *context, const struct resolve_answer *answer)
{
	struct udp_wait *wait = context;
	struct udp_send_call call;
	wait->resolve = NULL;
	if (answer->error != RESOLVE_OK) {
		fail(wait,
		     answer->error == RESOLVE_FAILED ? UDP_ERROR_FAILED : UDP_ERROR_NAME_NOT_FOUND);
		return;
	}
	(void)data_of(wait->request, &call);
	const struct udp_host_port *host = &call.to.as.host;
	const struct kernel_scopes scopes = kernel_request_scopes(wait->request);
	const struct net_name name = {host->host.data, host->host.size};
	enum udp_error error = UDP_ERROR_DENIED;
	for (uint32_t i = 0; i < answer->count; i++) {
		const struct net_endpoint to = {.address = answer->addresses[i],
						.port = host->port};
		if (!net_scopes_cover(&scopes, name, &to))
			continue;
		if (fits(wait->end, &to)) {
			send_to(wait, &to);
			return;
		}
		error = UDP_ERROR_UNREACHABLE;
	}
	fail(wait, error);
}

static void send_by_name(struct udp_wait *wait, struct net_name name, uint16_t port)
{
	const struct kernel_scopes scopes = kernel_request_scopes(wait->request);
	const struct resolve_question question = {.kind = RESOLVE_ADDRESSES,
						  .name = name,
						  .process = kernel_request_process(wait->request)};
	if (!net_scope_is_name(name.text, name.size))
		fail(wait, UDP_ERROR_NAME_NOT_FOUND);
	else if (!net_scopes_cover_name(&scopes, name, port))
		fail(wait, UDP_ERROR_DENIED);
	else if (resolver_ask(wait->end->udp->means.resolver, &question, on_resolved, wait,
			      &wait->resolve) != STATUS_OK)
		fail(wait, UDP_ERROR_LIMIT);
}

static void send_by_address(struct udp_wait *wait, const struct net_endpoint *to)
{
	const struct kernel_scopes scopes = kernel_request_scopes(wait->request);
	if (!net_scopes_cover(&scopes, (struct net_name){0}, to))
		fail(wait, UDP_ERROR_DENIED);
	else if (!fits(wait->end, to))
		fail(wait, UDP_ERROR_UNREACHABLE);
	else
		send_to(wait, to);
}

/* ---- Sockets ---- */

static struct udp_end *end_of(struct handle *handle)
{
	return (struct udp_end *)(void *)((char *)handle - offsetof(struct udp_end, handle));
}

static void on_ready(struct watched *watched, uint32_t events)
{
	struct udp_end *end =
	    (struct udp_end *)(void *)((char *)watched - offsetof(struct udp_end, watched));
	if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
		end->can_receive = true;
		serve_receives(end);
	}
	if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
		end->can_send = true;
		serve_sends(end);
	}
}

static void destroy(struct udp_end *end)
{
	watch_remove(end->udp->means.watch, &end->watched);
	close(end->watched.fd);
	++*end->udp->means.sockets_left;
	handles_remove(&end->udp->handles, &end->handle);
	free(end->peers);
	free(end);
}

static void close_end(struct udp_end *end)
{
	while (end->receives.first != NULL)
		fail(end->receives.first, UDP_ERROR_CLOSED);
	while (end->sends.first != NULL)
		fail(end->sends.first, UDP_ERROR_CLOSED);
	destroy(end);
}

/* The descriptor is taken over, and closed where it fails. */
static struct udp_end *create(struct udp *udp, uint64_t process, int fd, bool is_reserved)
{
	struct udp_end *end = calloc(1, sizeof *end);
	struct net_endpoint *peers = is_reserved ? calloc(PEERS_MAX, sizeof *peers) : NULL;
	if (end == NULL || (is_reserved && peers == NULL) ||
	    handles_add(&udp->handles, process, &end->handle) != STATUS_OK) {
		free(peers);
		free(end);
		close(fd);
		return NULL;
	}
	end->watched = (struct watched){.fd = fd, .ready = on_ready};
	end->udp = udp;
	end->is_reserved = is_reserved;
	end->peers = peers;
	end->can_receive = end->can_send = true;
	--*udp->means.sockets_left;
	return end;
}

/* ---- The functions ---- */

/* A port of the host's choice at no address in particular is for who sends: what listens is
 * checked. */
static bool is_for_sending(const struct net_endpoint *at)
{
	const struct net_address any_ipv4 = net_address_ipv4(0);
	const struct net_address any_ipv6 = net_address_ipv6(0, 0);
	return at->port == 0 && (net_address_is_equal(&at->address, &any_ipv4) ||
				 net_address_is_equal(&at->address, &any_ipv6));
}

static void refuse_bind(struct kernel_request *request, enum udp_error error)
{
	const struct udp_socket_or_error result = {.is_error = true, .error = error};
	udp_bind_answer(request, &result);
}

static int open_socket(const struct net_endpoint *at, uint8_t options, int *fd)
{
	const struct net_socket_sharing sharing = {
	    .is_shared = (options & UDP_OPTIONS_SHARED) != 0,
	    .is_ipv6_only = (options & UDP_OPTIONS_IPV6_ONLY) != 0,
	    .can_broadcast = (options & UDP_OPTIONS_BROADCAST) != 0};
	int family = net_address_is_ipv4(&at->address) ? AF_INET : AF_INET6;
	*fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return errno;
	int error = net_socket_bind(*fd, at, sharing);
	if (error != 0)
		close(*fd);
	return error;
}

static void bind_socket(void *self, void *message, const struct udp_bind_call *call)
{
	struct udp *udp = self;
	uint64_t process = kernel_request_process(message);
	const struct net_endpoint at = endpoint_read(&call->at);
	const struct kernel_scopes scopes = kernel_request_scopes(message);
	bool listens = net_scopes_cover_listening(&scopes, &at);
	int fd;
	if (!listens && !is_for_sending(&at)) {
		refuse_bind(message, UDP_ERROR_DENIED);
		return;
	}
	if (*udp->means.sockets_left == 0 || !handles_has_room(&udp->handles, process)) {
		refuse_bind(message, UDP_ERROR_LIMIT);
		return;
	}
	int error = open_socket(&at, call->options, &fd);
	if (error != 0) {
		refuse_bind(message, error_of(error));
		return;
	}
	struct udp_end *end = create(udp, process, fd, !listens);
	if (end == NULL) {
		refuse_bind(message, UDP_ERROR_LIMIT);
		return;
	}
	end->is_ipv6 = !net_address_is_ipv4(&at.address);
	end->is_ipv6_only = end->is_ipv6 && (call->options & UDP_OPTIONS_IPV6_ONLY) != 0;
	struct sockaddr_storage local = {0};
	socklen_t size = sizeof local;
	(void)getsockname(fd, (struct sockaddr *)&local, &size);
	const struct net_endpoint endpoint = net_endpoint_from_host(&local);
	const struct udp_socket_or_error result = {
	    .value = {.handle = end->handle.number, .local = endpoint_of(&endpoint)}};
	udp_bind_answer(message, &result);
}

/* Where there is none, the request is answered. */
static struct udp_end *find(struct udp *udp, struct kernel_request *request, uint64_t number)
{
	struct handle *handle =
	    handles_find(&udp->handles, kernel_request_process(request), number);
	if (handle != NULL)
		return end_of(handle);
	refuse(request, UDP_ERROR_NO_SUCH_HANDLE);
	return NULL;
}

static void close_socket(void *self, void *message, const struct udp_close_call *call)
{
	struct udp *udp = self;
	struct handle *handle =
	    handles_find(&udp->handles, kernel_request_process(message), call->socket);
	if (handle != NULL)
		close_end(end_of(handle));
	request_done(message);
}

/* Who joins a group listens at its address. */
static void join(void *self, void *message, const struct udp_join_call *call)
{
	struct udp_end *end = find(self, message, call->socket);
	if (end == NULL)
		return;
	struct sockaddr_storage local = {0};
	socklen_t size = sizeof local;
	(void)getsockname(end->watched.fd, (struct sockaddr *)&local, &size);
	const struct net_endpoint at = {.address = address_read(&call->group),
					.port = net_endpoint_from_host(&local).port};
	const struct kernel_scopes scopes = kernel_request_scopes(message);
	int error = 0;
	if (end->is_reserved || !net_scopes_cover_listening(&scopes, &at)) {
		refuse(message, UDP_ERROR_DENIED);
		return;
	}
	error = net_socket_join(end->watched.fd, &at.address, call->zone, true);
	if (error != 0)
		refuse(message, error_of(error));
	else
		answer_done(message);
}

static void leave_group(void *self, void *message, const struct udp_leave_call *call)
{
	struct udp_end *end = find(self, message, call->socket);
	if (end == NULL)
		return;
	const struct net_address group = address_read(&call->group);
	int error = net_socket_join(end->watched.fd, &group, call->zone, false);
	if (error != 0)
		refuse(message, error_of(error));
	else
		answer_done(message);
}

static void receive_datagram(void *self, void *message, const struct udp_receive_call *call)
{
	struct udp_end *end = find(self, message, call->socket);
	struct udp_wait *wait = end == NULL ? NULL : enter(end, message, false);
	if (wait == NULL)
		return;
	wait->size = call->size < DATAGRAM_BYTES_MAX ? call->size : DATAGRAM_BYTES_MAX;
	serve_receives(end);
}

static void send_datagram(void *self, void *message, const struct udp_send_call *call)
{
	struct udp_end *end = find(self, message, call->socket);
	struct udp_wait *wait = end == NULL ? NULL : enter(end, message, true);
	if (wait == NULL)
		return;
	if (call->to.kind == UDP_DESTINATION_ENDPOINT) {
		const struct net_endpoint to = endpoint_read(&call->to.as.endpoint);
		send_by_address(wait, &to);
		return;
	}
	const struct udp_host_port *host = &call->to.as.host;
	struct net_endpoint to = {.port = host->port};
	if (net_address_parse(host->host.data, host->host.size, &to.address))
		send_by_address(wait, &to);
	else
		send_by_name(wait, (struct net_name){host->host.data, host->host.size}, host->port);
}

/* ---- The service ---- */

static void receive(void *self, struct kernel_request *request)
{
	static const struct udp_handler handler = {
	    .bind = bind_socket,
	    .close = close_socket,
	    .join = join,
	    .leave = leave_group,
	    .receive = receive_datagram,
	    .send = send_datagram,
	};
	udp_serve(&handler, self, request);
}

static void cancel(void *self, struct kernel_request *request)
{
	fail(kernel_request_user(request), UDP_ERROR_CLOSED);
}

static void close_of_ended(void *self, struct handle *handle)
{
	close_end(end_of(handle));
}

static void ended(void *self, uint64_t process)
{
	struct udp *udp = self;
	handles_end(&udp->handles, process, close_of_ended, NULL);
}

enum status udp_create(const struct net_means *means, struct udp **out)
{
	static const struct digest interface = {UDP_DIGEST};
	static const struct kernel_service service = {
	    .receive = receive, .cancel = cancel, .ended = ended};
	struct udp *udp = calloc(1, sizeof *udp);
	if (udp == NULL)
		return STATUS_NO_MEMORY;
	enum status status = kernel_serve(means->kernel, &interface, &service, udp);
	if (status != STATUS_OK) {
		free(udp);
		return status;
	}
	udp->means = *means;
	handles_init(&udp->handles, HANDLES_MAX);
	*out = udp;
	return STATUS_OK;
}

static void abandon(void *self, struct handle *handle)
{
	struct udp_end *end = end_of(handle);
	while (end->receives.first != NULL)
		(void)leave(end->receives.first);
	while (end->sends.first != NULL)
		(void)leave(end->sends.first);
	destroy(end);
}

void udp_close(struct udp *udp)
{
	handles_end_all(&udp->handles, abandon, NULL);
}

void udp_destroy(struct udp *udp)
{
	free(udp);
}
