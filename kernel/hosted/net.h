/*
 * net: the interfaces of the network on this platform: `tcp`, `udp` and `dns`, and what they share.
 *
 *     net_create -> (the loop and the kernel run) -> kernel_destroy -> net_close -> the loop runs
 * -> net_destroy
 */
#ifndef HOSTED_NET_H
#define HOSTED_NET_H

#include "core/kernel.h"

struct uv_loop_s;
struct net;

/* Raises the number of files that this process may have open as far as the host lets it: each
 * connection is one. */
/* `*out` is to be closed and destroyed also where it fails, unless it is NULL. */
must_check enum status net_create(struct kernel *kernel, struct uv_loop_s *loop, struct net **out);

void net_close(struct net *net);
void net_destroy(struct net *net);

#endif
