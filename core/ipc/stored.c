#include "stored.h"

#include "core/port.h"
#include "mem.h"

static struct list *bucket_of(struct stored *stored, const struct cid *program)
{
	uint16_t first;
	memcpy(&first, program->hash, sizeof first);
	return &stored->buckets[first % STORED_BUCKETS];
}

void stored_init(struct stored *stored)
{
	stored->sequence = 0;
	for (uint32_t i = 0; i < STORED_BUCKETS; i++)
		list_init(&stored->buckets[i]);
}

void stored_reset(struct stored *stored)
{
	for (uint32_t i = 0; i < STORED_BUCKETS; i++)
		core_assert(list_is_empty(&stored->buckets[i]));
}

struct stored_program *stored_find(struct stored *stored, const struct cid *program)
{
	list_for_each(link, bucket_of(stored, program))
	{
		struct stored_program *found = list_record(link, struct stored_program, of_bucket);
		if (cid_is_equal(&found->cid, program))
			return found;
	}
	return NULL;
}

enum status stored_open(struct stored *stored, const struct cid *program,
			struct stored_program **out, bool *is_new)
{
	struct stored_program *found = stored_find(stored, program);
	*is_new = found == NULL;
	if (found != NULL) {
		*out = stored_share(found);
		return STATUS_OK;
	}
	found = port_allocate(sizeof *found);
	if (found == NULL)
		return STATUS_NO_MEMORY;
	*found = (struct stored_program){.references = 1, .cid = *program};
	list_init(&found->rights);
	list_append(bucket_of(stored, program), &found->of_bucket);
	*out = found;
	return STATUS_OK;
}

struct stored_program *stored_share(struct stored_program *program)
{
	program->references++;
	return program;
}

void stored_release(struct stored_program *program)
{
	core_assert(program->references > 0);
	if (--program->references > 0)
		return;
	core_assert(list_is_empty(&program->rights));
	list_remove(&program->of_bucket);
	decisions_reset(&program->decisions);
	port_release(program, sizeof *program);
}
