/*
 * How a connection is made: the name is resolved, each of its addresses that the grant covers is
 * tried, one after the other, and the first that answers is it. An address that does not answer
 * keeps the next one waiting for a moment only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/port.h"
#include "tcp_state.h"
#include "timeout.h"

/* For one address while there are others; the last one has as long as the host gives it. */
enum { ATTEMPT_MS = 3000, ADDRESSES_MAX = 16 };

struct tcp_connecting {
	struct tcp_wait wait; /* the request's user pointer leads here */
	struct tcp *tcp;
	struct tcp_connecting *next;
	struct tcp_connecting **link;
	uint64_t process;
	uint8_t options;
	enum tcp_error error; /* of the latest attempt */
	struct resolve *resolve;
	struct watched watched; /* fd is -1 between attempts */
	struct timeout *timeout;
	uint32_t address_count;
	uint32_t next_address;
	struct net_endpoint addresses[ADDRESSES_MAX];
};

static struct tcp_connecting *connecting_of(struct tcp_wait *wait)
{
	return (struct tcp_connecting *)(void *)wait;
}

static void refuse(struct kernel_request *request, enum tcp_error error)
{
	const struct tcp_connection_or_error result = {.is_error = true, .error = error};
	tcp_connect_answer(request, &result);
}

/* ---- Beginning and ending ---- */

static struct tcp_connecting *create(struct tcp *tcp, struct kernel_request *request,
				     uint8_t options)
{
	struct tcp_connecting *connecting = calloc(1, sizeof *connecting);
	if (connecting == NULL)
		return NULL;
	connecting->wait.request = request;
	connecting->wait.kind = TCP_KIND_CONNECT;
	connecting->tcp = tcp;
	connecting->process = kernel_request_process(request);
	connecting->options = options;
	connecting->error = TCP_ERROR_FAILED;
	connecting->watched.fd = -1;
	connecting->next = tcp->connecting;
	connecting->link = &tcp->connecting;
	if (connecting->next != NULL)
		connecting->next->link = &connecting->next;
	tcp->connecting = connecting;
	--*tcp->means.sockets_left;
	kernel_request_set_user(request, connecting);
	return connecting;
}

/* The present attempt is given up. */
static void close_attempt(struct tcp_connecting *connecting)
{
	timeout_cancel(connecting->timeout);
	connecting->timeout = NULL;
	if (connecting->watched.fd < 0)
		return;
	watch_remove(connecting->tcp->means.watch, &connecting->watched);
	close(connecting->watched.fd);
	connecting->watched.fd = -1;
}

/* The request is the caller's to answer. */
static struct kernel_request *leave(struct tcp_connecting *connecting)
{
	close_attempt(connecting);
	if (connecting->resolve != NULL)
		resolver_forget(connecting->tcp->means.resolver, connecting->resolve);
	*connecting->link = connecting->next;
	if (connecting->next != NULL)
		connecting->next->link = connecting->link;
	++*connecting->tcp->means.sockets_left;
	struct kernel_request *request = connecting->wait.request;
	free(connecting);
	return request;
}

static void fail(struct tcp_connecting *connecting, enum tcp_error error)
{
	refuse(leave(connecting), error);
}

void tcp_connect_cancel(struct tcp_wait *wait)
{
	fail(connecting_of(wait), TCP_ERROR_CLOSED);
}

void tcp_connect_abandon(struct tcp *tcp)
{
	while (tcp->connecting != NULL)
		(void)leave(tcp->connecting);
}

/* ---- Attempts ---- */

static void succeed(struct tcp_connecting *connecting)
{
	struct tcp *tcp = connecting->tcp;
	int fd = connecting->watched.fd;
	uint64_t process = connecting->process;
	watch_remove(tcp->means.watch, &connecting->watched);
	connecting->watched.fd = -1;
	struct kernel_request *request = leave(connecting);
	struct tcp_socket *socket;
	if (tcp_socket_create(tcp, process, fd, &socket) != STATUS_OK) {
		refuse(request, TCP_ERROR_LIMIT);
		return;
	}
	const struct tcp_connection_or_error result = {.value = tcp_socket_describe(socket)};
	tcp_connect_answer(request, &result);
}

static void on_ready(struct watched *watched, uint32_t events);
static void on_slow(void *context);

static int configure(int fd, uint8_t options)
{
	return net_socket_configure(fd, (options & TCP_OPTIONS_NO_DELAY) != 0,
				    (options & TCP_OPTIONS_KEEP_ALIVE) != 0);
}

enum attempt { ATTEMPT_FAILED, ATTEMPT_WAITS, ATTEMPT_DONE };

static enum attempt attempt(struct tcp_connecting *connecting, const struct net_endpoint *to)
{
	struct sockaddr_storage address;
	socklen_t size = net_endpoint_to_host(to, &address);
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		connecting->error = tcp_error_of(errno);
		return ATTEMPT_FAILED;
	}
	connecting->watched = (struct watched){.fd = fd, .ready = on_ready};
	int error = configure(fd, connecting->options);
	if (error == 0 && connect(fd, (const struct sockaddr *)&address, size) == 0)
		return ATTEMPT_DONE;
	if (error == 0)
		error = errno;
	if (error == EINPROGRESS)
		error = -watch_add(connecting->tcp->means.watch, &connecting->watched);
	if (error == 0) {
		if (connecting->next_address < connecting->address_count)
			connecting->timeout = timeout_start(connecting->tcp->means.loop, ATTEMPT_MS,
							    on_slow, connecting);
		return ATTEMPT_WAITS;
	}
	connecting->error = tcp_error_of(error);
	close_attempt(connecting);
	return ATTEMPT_FAILED;
}

/* Tries the next addresses until one may answer. Consumes the record where none does. */
static void go_on(struct tcp_connecting *connecting)
{
	while (connecting->next_address < connecting->address_count) {
		switch (attempt(connecting, &connecting->addresses[connecting->next_address++])) {
		case ATTEMPT_FAILED:
			continue;
		case ATTEMPT_DONE:
			succeed(connecting);
			return;
		case ATTEMPT_WAITS:
			return;
		}
	}
	fail(connecting, connecting->error);
}

static void on_ready(struct watched *watched, uint32_t events)
{
	struct tcp_connecting *connecting =
	    (struct tcp_connecting *)(void *)((char *)watched -
					      offsetof(struct tcp_connecting, watched));
	int error = 0;
	socklen_t size = sizeof error;
	if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0)
		return;
	if (getsockopt(watched->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error == 0 && (events & EPOLLOUT) != 0) {
		succeed(connecting);
		return;
	}
	connecting->error = tcp_error_of(error);
	close_attempt(connecting);
	go_on(connecting);
}

/* Without memory for a timeout the host's own has to do. */
static void on_slow(void *context)
{
	struct tcp_connecting *connecting = context;
	connecting->timeout = NULL;
	connecting->error = TCP_ERROR_TIMED_OUT;
	close_attempt(connecting);
	go_on(connecting);
}

/* ---- Where to ---- */

/* What a name leads to is checked as if it had been asked for: a name that somebody else has in
 * hand must not lead to where the grant does not. */
static void on_resolved(void *context, const struct resolve_answer *answer)
{
	struct tcp_connecting *connecting = context;
	connecting->resolve = NULL;
	if (answer->error != RESOLVE_OK) {
		fail(connecting,
		     answer->error == RESOLVE_FAILED ? TCP_ERROR_FAILED : TCP_ERROR_NAME_NOT_FOUND);
		return;
	}
	struct tcp_connect_call call;
	size_t size;
	const uint8_t *body = kernel_request_body(connecting->wait.request, &size);
	core_assert(tcp_connect_decode(body, size, &call) == WIRE_OK);
	const struct tcp_host_port *host = &call.to.as.host;
	const struct kernel_scopes scopes = kernel_request_scopes(connecting->wait.request);
	const struct net_name name = {host->host.data, host->host.size};
	for (uint32_t i = 0; i < answer->count && connecting->address_count < ADDRESSES_MAX; i++) {
		const struct net_endpoint to = {.address = answer->addresses[i],
						.port = host->port};
		if (net_scopes_cover(&scopes, name, &to))
			connecting->addresses[connecting->address_count++] = to;
	}
	connecting->error = TCP_ERROR_DENIED;
	go_on(connecting);
}

static void connect_by_name(struct tcp_connecting *connecting, struct net_name name, uint16_t port)
{
	const struct kernel_scopes scopes = kernel_request_scopes(connecting->wait.request);
	const struct resolve_question question = {
	    .kind = RESOLVE_ADDRESSES, .name = name, .process = connecting->process};
	if (!net_scope_is_name(name.text, name.size))
		fail(connecting, TCP_ERROR_NAME_NOT_FOUND);
	else if (!net_scopes_cover_name(&scopes, name, port))
		fail(connecting, TCP_ERROR_DENIED);
	else if (resolver_ask(connecting->tcp->means.resolver, &question, on_resolved, connecting,
			      &connecting->resolve) != STATUS_OK)
		fail(connecting, TCP_ERROR_LIMIT);
}

static void connect_by_address(struct tcp_connecting *connecting, const struct net_endpoint *to)
{
	const struct kernel_scopes scopes = kernel_request_scopes(connecting->wait.request);
	connecting->error = TCP_ERROR_DENIED;
	if (net_scopes_cover(&scopes, (struct net_name){0}, to))
		connecting->addresses[connecting->address_count++] = *to;
	go_on(connecting);
}

void tcp_connect(struct tcp *tcp, struct kernel_request *request,
		 const struct tcp_connect_call *call)
{
	struct tcp_connecting *connecting = NULL;
	if (tcp_has_room(tcp, kernel_request_process(request)))
		connecting = create(tcp, request, call->options);
	if (connecting == NULL) {
		refuse(request, TCP_ERROR_LIMIT);
		return;
	}
	if (call->to.kind == TCP_DESTINATION_ENDPOINT) {
		const struct net_endpoint to = tcp_endpoint_read(&call->to.as.endpoint);
		connect_by_address(connecting, &to);
		return;
	}
	const struct tcp_host_port *host = &call->to.as.host;
	struct net_endpoint to = {.port = host->port};
	if (net_address_parse(host->host.data, host->host.size, &to.address))
		connect_by_address(connecting, &to);
	else
		connect_by_name(connecting, (struct net_name){host->host.data, host->host.size},
				host->port);
}
