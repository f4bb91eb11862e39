#include "fetch.h"

#include <cairn/abi.h>
#include <cairn/loader.h>

#include "bytes.h"
#include "core/car.h"
#include "core/dag.h"
#include "kernel_state.h"
#include "mem.h"
#include "text.h"

static void block_fault(struct fault *fault, const struct cid *cid, const char *what)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(cid, name);
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "block ");
	text_string(&text, name);
	text_string(&text, ": ");
	text_string(&text, what);
	fault->offset = 0;
}

/* ---- Messages of the interface `loader` ---- */

static const struct digest loader = {LOADER_DIGEST};

static enum status decode_block(const struct message *answer, struct wire_bytes *data,
				const char **what)
{
	static const char *const errors[] = {
	    [LOADER_ERROR_NOT_FOUND] = "not found",
	    [LOADER_ERROR_CORRUPT] = "corrupt in the store",
	    [LOADER_ERROR_TOO_LARGE] = "too large",
	    [LOADER_ERROR_NOT_A_CID] = "not a CID for the loader",
	    [LOADER_ERROR_FAILED] = "the loader failed",
	};
	struct loader_bytes_or_error block;
	if (loader_get_answer_decode(answer->body, answer->size, &block) != WIRE_OK) {
		*what = "the loader's answer is malformed";
		return STATUS_IO;
	}
	if (block.is_error) {
		*what = errors[block.error];
		return block.error == LOADER_ERROR_NOT_FOUND ? STATUS_NOT_FOUND : STATUS_IO;
	}
	*data = block.value;
	return STATUS_OK;
}

static const char *status_words(uint32_t status)
{
	switch (status) {
	case CAIRN_STATUS_REFUSED:
		return "the loader refused to get it";
	case CAIRN_STATUS_NO_HANDLER:
		return "the loader could not be started";
	case CAIRN_STATUS_HANDLER_ENDED:
		return "the loader ended before it answered";
	case CAIRN_STATUS_LIMIT:
		return "larger than this process may hold";
	default:
		return "the loader did not answer";
	}
}

/* ---- Asking ---- */

static void block_answered(struct message *message)
{
	struct asked_block *block = message->owner;
	struct process *process = block->process;
	block->answer = message;
	list_remove(&block->of_fetch);
	list_append(&process->fetch->answered, &block->of_fetch);
	if (process->state == PROCESS_STARTING && !list_is_linked(&process->of_queue))
		list_append(&process->kernel->starting, &process->of_queue);
}

/* The handler of `loader` cannot be fetched by asking itself. */
static bool is_the_loader(const struct process *process)
{
	struct route *route = router_find(&process->kernel->exchange.router, &loader);
	return route != NULL && route->first != NULL && route->first->starting == &process->party;
}

static enum status asking_failed(const struct cid *cid, int64_t error, struct fault *fault)
{
	bool is_unhandled = error == CAIRN_NO_HANDLER;
	block_fault(fault, cid,
		    is_unhandled ? "no loader is configured"
				 : "no room for asking the loader for it");
	return is_unhandled ? STATUS_NOT_FOUND : STATUS_LIMIT;
}

/* Sends for a block that is in no list; it is then in `asked`, or in `refused` where there is no
 * room at present. */
static enum status send_for(struct process *process, struct asked_block *block, struct fault *fault)
{
	struct fetch *fetch = process->fetch;
	uint8_t cid[CID_BINARY_BYTES], body[64];
	cid_to_binary(&block->cid, cid);
	struct wire_out get = wire_out_over(body, sizeof body);
	loader_get_encode(&get, &(struct loader_get_call){.cid = {cid, sizeof cid}});
	core_assert(wire_is_whole(&get));
	struct wire_part part = {body, (size_t)get.size};
	struct outgoing out = {.sender = &process->party,
			       .interface = &loader,
			       .body = {&part, 1, get.size},
			       .wants_answer = true,
			       .answered = block_answered,
			       .owner = block,
			       .is_kernel = true};
	list_append(&fetch->asked, &block->of_fetch);
	int64_t error = exchange_send(&process->kernel->exchange, &out);
	if (error == 0)
		return STATUS_OK;
	list_remove(&block->of_fetch);
	list_append(&fetch->refused, &block->of_fetch);
	/* The next answer makes room, and calls for the next step. */
	bool will_be_called = !list_is_empty(&fetch->asked) || !list_is_empty(&fetch->answered);
	if (will_be_called && error != CAIRN_NO_HANDLER)
		return STATUS_OK;
	return asking_failed(&block->cid, error, fault);
}

static enum status ask(struct process *process, const struct cid *cid, struct fault *fault)
{
	struct asked_block *block = budget_allocate(&process->party.records, sizeof *block);
	if (block == NULL) {
		block_fault(fault, cid, "out of memory");
		return STATUS_NO_MEMORY;
	}
	*block = (struct asked_block){.process = process, .cid = *cid};
	return send_for(process, block, fault);
}

static enum status ask_again(struct process *process, struct fault *fault)
{
	struct list_link *link = list_first(&process->fetch->refused);
	if (link == NULL)
		return STATUS_OK;
	list_remove(link);
	return send_for(process, list_record(link, struct asked_block, of_fetch), fault);
}

static void drop_block(struct process *process, struct asked_block *block)
{
	list_remove(&block->of_fetch);
	if (block->answer != NULL)
		exchange_discard(&process->kernel->exchange, block->answer);
	budget_release(&process->party.records, block, sizeof *block);
}

static void drop_all(struct process *process, struct list *blocks)
{
	while (!list_is_empty(blocks))
		drop_block(process, list_record(list_first(blocks), struct asked_block, of_fetch));
}

/* ---- Walking ---- */

static enum status take_answer(struct process *process, const struct asked_block *block,
			       struct fault *fault)
{
	struct wire_bytes data;
	const char *what = NULL;
	enum status status = STATUS_IO;
	if (block->answer->status == CAIRN_STATUS_OK)
		status = decode_block(block->answer, &data, &what);
	else
		what = status_words(block->answer->status);
	if (status != STATUS_OK) {
		block_fault(fault, &block->cid, what);
		return status;
	}
	return dag_walk_supply(process->fetch->walk, &block->cid, data.data, data.size, fault);
}

static enum status supply_from_boot(struct process *process, const struct cid *cid,
				    struct fault *fault)
{
	const uint8_t *data;
	size_t size;
	enum status status = car_block(&process->kernel->boot.car, cid, &data, &size);
	if (status != STATUS_OK) {
		block_fault(fault, cid, status_text(status));
		return status;
	}
	return dag_walk_supply(process->fetch->walk, cid, data, size, fault);
}

static enum status begin(struct process *process, struct fault *fault)
{
	struct fetch *fetch = budget_allocate(&process->party.records, sizeof *fetch);
	if (fetch == NULL) {
		fault_set(fault, 0, "out of memory");
		return STATUS_NO_MEMORY;
	}
	*fetch = (struct fetch){0};
	list_init(&fetch->asked);
	list_init(&fetch->answered);
	list_init(&fetch->refused);
	process->fetch = fetch;
	const uint8_t *data;
	size_t size;
	fetch->is_from_boot =
	    boot_has_program(&process->kernel->boot, &process->cid) &&
	    car_block(&process->kernel->boot.car, &process->cid, &data, &size) == STATUS_OK;
	enum status status = dag_walk_create(&process->cid, DAG_FILE_BYTES_MAX, &fetch->walk);
	if (status != STATUS_OK) {
		fault_set(fault, 0, "out of memory");
		return status;
	}
	if (!fetch->is_from_boot && is_the_loader(process)) {
		block_fault(fault, &process->cid, "the loader is no boot program");
		return STATUS_NOT_FOUND;
	}
	return STATUS_OK;
}

/* True where it waits for what was under way before it starts over. */
static bool is_clearing(struct process *process)
{
	struct fetch *fetch = process->fetch;
	if (fetch == NULL || !fetch->starts_over)
		return false;
	drop_all(process, &fetch->answered);
	if (!list_is_empty(&fetch->asked))
		return true;
	fetch_destroy(process);
	return false;
}

enum status fetch_step(struct process *process, struct fault *fault)
{
	enum status status = STATUS_OK;
	if (is_clearing(process))
		return STATUS_OK;
	if (process->fetch == NULL)
		status = begin(process, fault);
	if (status != STATUS_OK)
		return status;
	struct fetch *fetch = process->fetch;
	struct list_link *link = list_first(&fetch->answered);
	if (link != NULL) {
		struct asked_block *block = list_record(link, struct asked_block, of_fetch);
		status = take_answer(process, block, fault);
		drop_block(process, block);
	}
	if (status == STATUS_OK)
		status = ask_again(process, fault);
	struct cid wanted;
	while (status == STATUS_OK && list_is_empty(&fetch->refused) &&
	       dag_walk_want(fetch->walk, &wanted))
		status = fetch->is_from_boot ? supply_from_boot(process, &wanted, fault)
					     : ask(process, &wanted, fault);
	if (status == STATUS_OK && !list_is_empty(&fetch->answered) &&
	    !list_is_linked(&process->of_queue))
		list_append(&process->kernel->starting, &process->of_queue);
	return status;
}

bool fetch_is_complete(const struct process *process)
{
	const struct fetch *fetch = process->fetch;
	return fetch != NULL && !fetch->starts_over && dag_walk_is_complete(fetch->walk);
}

struct wasm_name fetch_file(const struct process *process)
{
	uint64_t size;
	const uint8_t *data = dag_walk_file(process->fetch->walk, &size);
	return (struct wasm_name){data, size};
}

void fetch_start_over(struct process *process)
{
	struct fetch *fetch = process->fetch;
	if (fetch == NULL)
		return;
	drop_all(process, &fetch->refused);
	fetch->starts_over = true;
}

void fetch_destroy(struct process *process)
{
	struct fetch *fetch = process->fetch;
	if (fetch == NULL)
		return;
	drop_all(process, &fetch->answered);
	drop_all(process, &fetch->refused);
	drop_all(process, &fetch->asked);
	if (fetch->walk != NULL)
		dag_walk_destroy(fetch->walk);
	budget_release(&process->party.records, fetch, sizeof *fetch);
	process->fetch = NULL;
}
