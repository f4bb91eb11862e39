#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <uv.h>

#include "core/port.h"

/* As many as are taken from the host at once. */
enum { EVENTS_MAX = 256 };

struct watch {
	int fd;
	uint32_t watched_count;
	uv_poll_t poll;

	/* Those that are told soon. While there are any, the loop does not sleep. */
	uv_idle_t turn;
	struct watched *soon;
	struct watched **soon_end;

	/* Those that are being told. */
	struct epoll_event events[EVENTS_MAX];
	int next;
	int end;
};

static void on_ready(uv_poll_t *poll, int status, int ready)
{
	struct watch *watch = poll->data;
	do
		watch->end = epoll_wait(watch->fd, watch->events, EVENTS_MAX, 0);
	while (watch->end < 0 && errno == EINTR);
	for (watch->next = 0; watch->next < watch->end;) {
		struct epoll_event *event = &watch->events[watch->next++];
		struct watched *watched = event->data.ptr;
		if (watched != NULL)
			watched->ready(watched, event->events);
	}
	watch->end = 0;
}

static void forget_soon(struct watch *watch, struct watched *watched)
{
	if (watched->link == NULL)
		return;
	*watched->link = watched->next;
	if (watched->next != NULL)
		watched->next->link = watched->link;
	else
		watch->soon_end = watched->link;
	watched->link = NULL;
	if (watch->soon == NULL)
		uv_idle_stop(&watch->turn);
}

static void on_turn(uv_idle_t *turn)
{
	struct watch *watch = turn->data;
	struct watched *watched = watch->soon;
	forget_soon(watch, watched);
	watched->ready(watched, 0);
}

void watch_soon(struct watch *watch, struct watched *watched)
{
	if (watched->link != NULL)
		return;
	if (watch->soon == NULL)
		uv_idle_start(&watch->turn, on_turn);
	watched->next = NULL;
	watched->link = watch->soon_end;
	*watch->soon_end = watched;
	watch->soon_end = &watched->next;
}

enum status watch_create(struct uv_loop_s *loop, struct watch **out)
{
	struct watch *watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return STATUS_NO_MEMORY;
	watch->fd = epoll_create1(EPOLL_CLOEXEC);
	if (watch->fd < 0 || uv_poll_init(loop, &watch->poll, watch->fd) != 0) {
		if (watch->fd >= 0)
			close(watch->fd);
		free(watch);
		return STATUS_LIMIT;
	}
	watch->poll.data = watch;
	watch->soon_end = &watch->soon;
	uv_idle_init(loop, &watch->turn);
	watch->turn.data = watch;
	core_assert(uv_poll_start(&watch->poll, UV_READABLE, on_ready) == 0);
	*out = watch;
	return STATUS_OK;
}

int watch_add(struct watch *watch, struct watched *watched)
{
	if (watched->is_added)
		return 0;
	struct epoll_event event = {
	    .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET,
	    .data.ptr = watched,
	};
	if (epoll_ctl(watch->fd, EPOLL_CTL_ADD, watched->fd, &event) != 0)
		return -errno;
	watched->is_added = true;
	watch->watched_count++;
	return 0;
}

void watch_remove(struct watch *watch, struct watched *watched)
{
	forget_soon(watch, watched);
	if (!watched->is_added)
		return;
	(void)epoll_ctl(watch->fd, EPOLL_CTL_DEL, watched->fd, NULL);
	watched->is_added = false;
	watch->watched_count--;
	for (int i = watch->next; i < watch->end; i++)
		if (watch->events[i].data.ptr == watched)
			watch->events[i].data.ptr = NULL;
}

void watch_close(struct watch *watch)
{
	core_assert(watch->watched_count == 0 && watch->soon == NULL);
	uv_close((uv_handle_t *)&watch->poll, NULL);
	uv_close((uv_handle_t *)&watch->turn, NULL);
}

void watch_destroy(struct watch *watch)
{
	close(watch->fd);
	free(watch);
}
