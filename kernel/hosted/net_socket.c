#include "net_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static bool set(int fd, int level, int option, bool is_on)
{
	int value = is_on;
	return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

int net_socket_configure(int fd, bool no_delay, bool keep_alive)
{
	if (!set(fd, IPPROTO_TCP, TCP_NODELAY, no_delay) ||
	    !set(fd, SOL_SOCKET, SO_KEEPALIVE, keep_alive))
		return errno;
	return 0;
}

int net_socket_bind(int fd, const struct net_endpoint *at, struct net_socket_sharing sharing)
{
	struct sockaddr_storage address;
	socklen_t size = net_endpoint_to_host(at, &address);
	if ((sharing.reuses_address && !set(fd, SOL_SOCKET, SO_REUSEADDR, true)) ||
	    (sharing.is_shared && !set(fd, SOL_SOCKET, SO_REUSEPORT, true)) ||
	    (sharing.can_broadcast && !set(fd, SOL_SOCKET, SO_BROADCAST, true)) ||
	    (address.ss_family == AF_INET6 &&
	     !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, sharing.is_ipv6_only)) ||
	    bind(fd, (const struct sockaddr *)&address, size) != 0)
		return errno;
	return 0;
}
