/*
 * A number is the place in its owner's table, from 1 on, and above it how often that place was
 * given away before.
 */
#include "handles.h"

#include <stdlib.h>
#include <string.h>

#include "core/port.h"

enum { FIRST_PLACES = 8, PLACE_BITS = 32 };
#define NO_PLACE UINT32_MAX

struct place {
	struct handle *handle; /* NULL while it is free */
	uint32_t uses;
	uint32_t next_free; /* NO_PLACE at the end */
};

struct handle_owner {
	struct handle_owner *next;
	uint64_t process;
	struct place *places;
	uint32_t place_count;
	uint32_t open_count;
	uint32_t first_free;
	uint64_t account;
};

void handles_init(struct handles *handles, uint32_t each_max)
{
	*handles = (struct handles){.each_max = each_max};
}

void handles_reset(struct handles *handles)
{
	while (handles->owners != NULL) {
		struct handle_owner *owner = handles->owners;
		core_assert(owner->open_count == 0);
		handles->owners = owner->next;
		free(owner->places);
		free(owner);
	}
	handles->latest = NULL;
}

static struct handle_owner *find_owner(const struct handles *handles, uint64_t process)
{
	if (handles->latest != NULL && handles->latest->process == process)
		return handles->latest;
	struct handle_owner *owner = handles->owners;
	while (owner != NULL && owner->process != process)
		owner = owner->next;
	return owner;
}

static struct handle_owner *make_owner(struct handles *handles, uint64_t process)
{
	struct handle_owner *owner = calloc(1, sizeof *owner);
	if (owner == NULL)
		return NULL;
	owner->process = process;
	owner->first_free = NO_PLACE;
	owner->next = handles->owners;
	handles->owners = owner;
	return owner;
}

static bool grow(struct handle_owner *owner)
{
	uint32_t count = owner->place_count == 0 ? FIRST_PLACES : owner->place_count * 2;
	struct place *places = realloc(owner->places, count * sizeof *places);
	if (places == NULL)
		return false;
	owner->places = places;
	for (uint32_t i = count; i > owner->place_count; i--) {
		places[i - 1] = (struct place){.next_free = owner->first_free};
		owner->first_free = i - 1;
	}
	owner->place_count = count;
	return true;
}

enum status handles_add(struct handles *handles, uint64_t process, struct handle *handle)
{
	struct handle_owner *owner = find_owner(handles, process);
	if (owner == NULL)
		owner = make_owner(handles, process);
	if (owner == NULL)
		return STATUS_NO_MEMORY;
	if (owner->open_count >= handles->each_max)
		return STATUS_LIMIT;
	if (owner->first_free == NO_PLACE && !grow(owner))
		return STATUS_NO_MEMORY;
	uint32_t index = owner->first_free;
	struct place *place = &owner->places[index];
	owner->first_free = place->next_free;
	owner->open_count++;
	place->handle = handle;
	handle->owner = owner;
	handle->number = (uint64_t)place->uses << PLACE_BITS | (index + 1);
	return STATUS_OK;
}

bool handles_has_room(const struct handles *handles, uint64_t process)
{
	const struct handle_owner *owner = find_owner(handles, process);
	return owner == NULL || owner->open_count < handles->each_max;
}

struct handle *handles_find(struct handles *handles, uint64_t process, uint64_t number)
{
	struct handle_owner *owner = find_owner(handles, process);
	uint32_t index = (uint32_t)number - 1;
	if (owner == NULL || index >= owner->place_count)
		return NULL;
	handles->latest = owner;
	struct handle *handle = owner->places[index].handle;
	return handle != NULL && handle->number == number ? handle : NULL;
}

/* A place that was used as often as can be counted is not used again. */
void handles_remove(struct handles *handles, struct handle *handle)
{
	struct handle_owner *owner = handle->owner;
	uint32_t index = (uint32_t)handle->number - 1;
	struct place *place = &owner->places[index];
	core_assert(place->handle == handle);
	place->handle = NULL;
	place->uses++;
	owner->open_count--;
	handle->owner = NULL;
	if (place->uses == UINT32_MAX)
		return;
	place->next_free = owner->first_free;
	owner->first_free = index;
}

uint64_t *handles_account(const struct handle *handle)
{
	return &handle->owner->account;
}

static void end_owner(struct handles *handles, struct handle_owner **link,
		      void (*close)(void *self, struct handle *handle), void *self)
{
	struct handle_owner *owner = *link;
	for (uint32_t i = 0; i < owner->place_count; i++)
		if (owner->places[i].handle != NULL)
			close(self, owner->places[i].handle);
	core_assert(owner->open_count == 0);
	*link = owner->next;
	if (handles->latest == owner)
		handles->latest = NULL;
	free(owner->places);
	free(owner);
}

void handles_end(struct handles *handles, uint64_t process,
		 void (*close)(void *self, struct handle *handle), void *self)
{
	struct handle_owner **link = &handles->owners;
	while (*link != NULL && (*link)->process != process)
		link = &(*link)->next;
	if (*link != NULL)
		end_owner(handles, link, close, self);
}

void handles_end_all(struct handles *handles, void (*close)(void *self, struct handle *handle),
		     void *self)
{
	while (handles->owners != NULL)
		end_owner(handles, &handles->owners, close, self);
}
