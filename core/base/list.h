/*
 * list: doubly linked lists whose links live inside the records that they hold. A list owns
 * nothing. An unlinked record's links are NULL, so that `list_is_linked` answers and a second
 * removal is caught by an assertion instead of corrupting a list.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/port.h"

struct list_link {
	struct list_link *next;
	struct list_link *previous;
};

struct list {
	struct list_link head;
};

/* The record of type `type` whose member `member` is the link at `link`. */
#define list_record(link, type, member) ((type *)(void *)((char *)(link) - offsetof(type, member)))

/* Walks all links; the body must not unlink the current one. */
#define list_for_each(link, list)                                                                  \
	for (struct list_link *link = (list)->head.next; link != &(list)->head; link = link->next)

static inline void list_init(struct list *list)
{
	list->head.next = &list->head;
	list->head.previous = &list->head;
}

static inline bool list_is_empty(const struct list *list)
{
	return list->head.next == &list->head;
}

static inline bool list_is_linked(const struct list_link *link)
{
	return link->next != NULL;
}

static inline struct list_link *list_first(const struct list *list)
{
	return list_is_empty(list) ? NULL : list->head.next;
}

static inline void list_insert_before(struct list_link *position, struct list_link *link)
{
	core_assert(!list_is_linked(link));
	link->next = position;
	link->previous = position->previous;
	position->previous->next = link;
	position->previous = link;
}

static inline void list_append(struct list *list, struct list_link *link)
{
	list_insert_before(&list->head, link);
}

static inline void list_prepend(struct list *list, struct list_link *link)
{
	list_insert_before(list->head.next, link);
}

static inline void list_remove(struct list_link *link)
{
	core_assert(list_is_linked(link));
	link->next->previous = link->previous;
	link->previous->next = link->next;
	link->next = NULL;
	link->previous = NULL;
}

#endif
