#include "net.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "control_frame.h"
#include "dns.h"
#include "resolver.h"
#include "tcp.h"
#include "udp.h"
#include "watch.h"

/* Descriptors that stay for everything else that a node opens (commands have a socket, three
 * streams and a trace each), and at most how many sockets there are. */
enum { OTHER_FILES = 5 * CONTROL_CLIENTS_MAX + 128, SOCKETS_MAX = 1 << 20 };

struct net {
	struct watch *watch;
	struct resolver *resolver;
	struct tcp *tcp;
	struct udp *udp;
	struct dns *dns;
	uint32_t sockets_left;
};

static uint32_t count_sockets(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return OTHER_FILES;
	rlim_t wanted = OTHER_FILES + SOCKETS_MAX;
	if (files.rlim_cur < files.rlim_max && files.rlim_cur < wanted) {
		rlim_t before = files.rlim_cur;
		files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
		if (setrlimit(RLIMIT_NOFILE, &files) != 0)
			files.rlim_cur = before;
	}
	/* Where there are few, they are shared half and half. */
	rlim_t others = files.rlim_cur / 2 < OTHER_FILES ? files.rlim_cur / 2 : OTHER_FILES;
	rlim_t left = files.rlim_cur - others;
	return left < SOCKETS_MAX ? (uint32_t)left : SOCKETS_MAX;
}

enum status net_create(struct kernel *kernel, struct uv_loop_s *loop, struct net **out)
{
	struct net *net = calloc(1, sizeof *net);
	if (net == NULL)
		return STATUS_NO_MEMORY;
	*out = net;
	net->sockets_left = count_sockets();
	enum status status = watch_create(loop, &net->watch);
	if (status == STATUS_OK)
		status = resolver_create(loop, &net->resolver);
	const struct net_means means = {.kernel = kernel,
					.loop = loop,
					.watch = net->watch,
					.resolver = net->resolver,
					.sockets_left = &net->sockets_left};
	if (status == STATUS_OK)
		status = tcp_create(&means, &net->tcp);
	if (status == STATUS_OK)
		status = udp_create(&means, &net->udp);
	if (status == STATUS_OK)
		status = dns_create(&means, &net->dns);
	return status;
}

void net_close(struct net *net)
{
	if (net->tcp != NULL)
		tcp_close(net->tcp);
	if (net->udp != NULL)
		udp_close(net->udp);
	if (net->dns != NULL)
		dns_close(net->dns);
	if (net->resolver != NULL)
		resolver_close(net->resolver);
	if (net->watch != NULL)
		watch_close(net->watch);
}

void net_destroy(struct net *net)
{
	if (net == NULL)
		return;
	if (net->tcp != NULL)
		tcp_destroy(net->tcp);
	udp_destroy(net->udp);
	dns_destroy(net->dns);
	if (net->resolver != NULL)
		resolver_destroy(net->resolver);
	if (net->watch != NULL)
		watch_destroy(net->watch);
	free(net);
}
