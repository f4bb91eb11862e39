#include "device.h"

#include <string.h>

#include <cairn/abi.h>

#include "ledger.h"
#include "store.h"

enum { KEPT_MAX = 256 };

struct kept {
	struct kernel_request *request;
	uint64_t process;
	uint64_t token;
	bool is_cancelled;
};

static struct kept kept[KEPT_MAX];
static uint32_t kept_count;
static struct chance chance;

void device_reset(uint64_t seed)
{
	kept_count = 0;
	chance.state = seed ^ 0xdecade;
}

static void receive(void *self, struct kernel_request *request)
{
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	uint64_t process = kernel_request_process(request);
	uint64_t token = ledger_peek(body, (uint32_t)size);
	if (kept_count == KEPT_MAX)
		sim_fail("the device keeps more than all processes may have under way");
	kept[kept_count++] = (struct kept){request, process, token, false};
	if (kernel_request_user(request) != NULL)
		sim_fail("a new request knows something");
	kernel_request_set_user(request, &kept);
	if (chance_percent(&chance, 30))
		device_complete();
}

static void cancel(void *self, struct kernel_request *request)
{
	for (uint32_t i = 0; i < kept_count; i++) {
		if (kept[i].request != request)
			continue;
		if (kept[i].is_cancelled)
			sim_fail("a request of the device's is cancelled twice");
		kept[i].is_cancelled = true;
		return;
	}
	sim_fail("a request is cancelled that the device does not have");
}

static void ended(void *self, uint64_t process)
{
	for (uint32_t i = 0; i < kept_count; i++)
		if (kept[i].process == process && !kept[i].is_cancelled &&
		    kernel_request_wants_answer(kept[i].request))
			sim_fail("a process ended before its requests were cancelled");
}

bool device_complete(void)
{
	if (kept_count == 0)
		return false;
	uint32_t index = chance_below(&chance, kept_count);
	struct kept done = kept[index];
	kept[index] = kept[--kept_count];
	uint8_t body[200];
	uint32_t size = LEDGER_BODY_MIN + chance_below(&chance, sizeof body - LEDGER_BODY_MIN);
	bool is_refused = chance_percent(&chance, 10);
	ledger_answering(done.token, body, size, is_refused);
	struct wire_part parts[2] = {{body, 5}, {body + 5, size - 5}};
	kernel_request_answer(done.request, is_refused ? CAIRN_STATUS_REFUSED : CAIRN_STATUS_OK,
			      parts, 2);
	return true;
}

enum status device_serve(struct kernel *kernel)
{
	static const struct kernel_service service = {
	    .receive = receive, .cancel = cancel, .ended = ended};
	struct digest interface = store_interface(INTERFACE_DEVICE);
	return kernel_serve(kernel, &interface, &service, NULL);
}
