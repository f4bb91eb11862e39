#include "net_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
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

int net_socket_join(int fd, const struct net_address *group, uint32_t zone, bool joins)
{
	int level = IPPROTO_IPV6;
	int option = joins ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP;
	struct ipv6_mreq ipv6 = {.ipv6mr_interface = zone};
	struct ip_mreqn ipv4 = {.imr_ifindex = (int)zone};
	const void *request = &ipv6;
	socklen_t size = sizeof ipv6;
	memcpy(ipv6.ipv6mr_multiaddr.s6_addr, group->bytes, sizeof group->bytes);
	if (net_address_is_ipv4(group)) {
		level = IPPROTO_IP;
		option = joins ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP;
		ipv4.imr_multiaddr.s_addr = htonl(net_address_number(group));
		request = &ipv4;
		size = sizeof ipv4;
		if (!set(fd, IPPROTO_IP, IP_MULTICAST_ALL, false))
			return errno;
	} else if (!set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, false)) {
		return errno;
	}
	return setsockopt(fd, level, option, request, size) == 0 ? 0 : errno;
}
