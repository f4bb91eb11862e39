/*
 * Listeners. Who connects waits with the host until a program accepts; no connection is taken in
 * advance.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tcp_state.h"

/* As many as the host allows (somaxconn). */
enum { BACKLOG_DEFAULT = 4096 };

/* 0 or a positive errno. */
static int open_listener(int fd, const struct net_endpoint *at, const struct tcp_listen_call *call)
{
	const struct net_socket_sharing sharing = {
	    .reuses_address = true,
	    .is_shared = (call->options & TCP_LISTEN_OPTIONS_SHARED) != 0,
	    .is_ipv6_only = (call->options & TCP_LISTEN_OPTIONS_IPV6_ONLY) != 0};
	uint32_t backlog =
	    call->backlog == 0 || call->backlog > BACKLOG_DEFAULT ? BACKLOG_DEFAULT : call->backlog;
	int error = net_socket_bind(fd, at, sharing);
	if (error == 0 && listen(fd, (int)backlog) != 0)
		error = errno;
	return error;
}

static void refuse(struct kernel_request *request, enum tcp_error error)
{
	const struct tcp_listener_or_error result = {.is_error = true, .error = error};
	tcp_listen_answer(request, &result);
}

void tcp_listen(struct tcp *tcp, struct kernel_request *request, const struct tcp_listen_call *call)
{
	const struct net_endpoint at = tcp_endpoint_read(&call->at);
	const struct kernel_scopes scopes = kernel_request_scopes(request);
	uint64_t process = kernel_request_process(request);
	if (!net_scopes_cover_listening(&scopes, &at)) {
		refuse(request, TCP_ERROR_DENIED);
		return;
	}
	if (!tcp_has_room(tcp, process)) {
		refuse(request, TCP_ERROR_LIMIT);
		return;
	}
	int family = net_address_is_ipv4(&at.address) ? AF_INET : AF_INET6;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = fd < 0 ? errno : open_listener(fd, &at, call);
	if (error != 0) {
		if (fd >= 0)
			close(fd);
		refuse(request, tcp_error_of(error));
		return;
	}
	struct tcp_socket *socket;
	if (tcp_socket_create(tcp, process, fd, &socket) != STATUS_OK) {
		refuse(request, TCP_ERROR_LIMIT);
		return;
	}
	socket->is_listener = true;
	const struct tcp_connection ends = tcp_socket_describe(socket);
	const struct tcp_listener_or_error result = {.value = {ends.handle, ends.local}};
	tcp_listen_answer(request, &result);
}

/* What befell a connection before anybody had it is no error of the listener's. */
static bool is_passing(int error)
{
	return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN ||
	       error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET ||
	       error == EHOSTUNREACH || error == EOPNOTSUPP || error == ENETUNREACH;
}

static void refuse_accept(struct tcp_wait *wait, enum tcp_error error)
{
	const struct tcp_connection_or_error result = {.is_error = true, .error = error};
	tcp_accept_answer(tcp_socket_leave(wait), &result);
}

bool tcp_accept_step(struct tcp_wait *wait)
{
	struct tcp_socket *listener = wait->socket;
	struct tcp *tcp = listener->tcp;
	uint64_t process = kernel_request_process(wait->request);
	int fd;
	if (!tcp_has_room(tcp, process)) {
		/* Whoever has connected goes on waiting until there is room. */
		refuse_accept(wait, TCP_ERROR_LIMIT);
		return true;
	}
	do
		fd = accept4(listener->watched.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	while (fd < 0 && is_passing(errno));
	if (fd < 0 && errno == EAGAIN) {
		listener->can_input = false;
		return false;
	}
	struct tcp_socket *connection;
	if (fd < 0) {
		refuse_accept(wait, tcp_error_of(errno));
	} else if (tcp_socket_create(tcp, process, fd, &connection) != STATUS_OK) {
		refuse_accept(wait, TCP_ERROR_LIMIT);
	} else {
		const struct tcp_connection_or_error result = {.value =
								   tcp_socket_describe(connection)};
		tcp_accept_answer(tcp_socket_leave(wait), &result);
	}
	return true;
}
