/*
 * net_socket: options of the host's sockets. The names that the host's headers give to the states
 * of TCP are also names of the bindings of `tcp`, so that no file sees both.
 */
#ifndef HOSTED_NET_SOCKET_H
#define HOSTED_NET_SOCKET_H

#include "net_address.h"

/* Of a connection. 0 or a positive errno, as from all of these. */
int net_socket_configure(int fd, bool no_delay, bool keep_alive);

struct net_socket_sharing {
	bool reuses_address; /* one that was used a moment ago may be used again */
	bool is_shared;      /* with others who say so too */
	bool is_ipv6_only;   /* else one at [::] takes IPv4 as well */
	bool can_broadcast;
};

int net_socket_bind(int fd, const struct net_endpoint *at, struct net_socket_sharing sharing);

/* Joins a group of multicast at that network interface (0: the host's choice), or leaves it. A
 * socket hears the groups that it has joined itself, and no others. */
int net_socket_join(int fd, const struct net_address *group, uint32_t zone, bool joins);

#endif
