/*
 * udp: the interface `udp`, over sockets of the host. What comes is kept in the host's buffer of
 * the socket until somebody asks for it, and lost beyond that.
 *
 *     udp_create -> (the loop and the kernel run) -> udp_close -> the loop runs -> udp_destroy
 */
#ifndef HOSTED_UDP_H
#define HOSTED_UDP_H

#include "net_means.h"

struct udp;

must_check enum status udp_create(const struct net_means *means, struct udp **out);

/* The kernel is gone already: nothing is answered. */
void udp_close(struct udp *udp);
void udp_destroy(struct udp *udp);

#endif
