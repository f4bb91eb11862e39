/*
 * net_means: what the handlers of `tcp`, `udp` and `dns` share. All of it outlives them.
 */
#ifndef HOSTED_NET_MEANS_H
#define HOSTED_NET_MEANS_H

#include "core/kernel.h"
#include "resolver.h"
#include "watch.h"

struct net_means {
	struct kernel *kernel;
	struct uv_loop_s *loop;
	struct watch *watch;
	struct resolver *resolver;
	uint32_t *sockets_left; /* of the node: descriptors for other uses stay free */
};

#endif
