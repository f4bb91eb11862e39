#include "inspected.h"

#include "node.h"
#include "report.h"

enum { CALL_BYTES = 64, BODY_BYTES = 128 };

/* The call is encoded in `call`; the answer is valid until the next request. */
static bool ask(struct node *node, const uint8_t *call, const struct wire_out *encoded,
		struct wire_bytes *out)
{
	uint8_t body[BODY_BYTES];
	struct wire_out request = wire_out_over(body, sizeof body);
	struct wire_bytes answer;
	struct control_bytes_or_failure result;
	const struct control_inspect_call inspect = {.call = {call, (uint32_t)encoded->size}};
	control_inspect_encode(&request, &inspect);
	if (!node_request(node, body, &request, &answer))
		return false;
	if (control_inspect_answer_decode(answer.data, answer.size, &result) != WIRE_OK) {
		node_report_malformed();
		return false;
	}
	if (result.is_error)
		report_error("%.*s", (int)result.error.text.size, result.error.text.data);
	else
		*out = result.value;
	return !result.is_error;
}

/* Some of them, from `*first` on, which is past them then. `*is_end` where there are none. */
static bool visit_some(struct node *node, uint64_t *first, bool *is_end,
		       void (*visit)(void *context, const struct inspect_process *process),
		       void *context)
{
	uint8_t call[CALL_BYTES];
	struct wire_out encoded = wire_out_over(call, sizeof call);
	struct wire_bytes answer;
	struct inspect_process_list list;
	struct inspect_process process;
	inspect_processes_encode(&encoded, &(struct inspect_processes_call){.first = *first});
	if (!ask(node, call, &encoded, &answer))
		return false;
	if (inspect_processes_answer_decode(answer.data, answer.size, &list) != WIRE_OK) {
		node_report_malformed();
		return false;
	}
	*is_end = list.count == 0;
	while (inspect_process_list_next(&list, &process)) {
		*first = process.pid + 1;
		visit(context, &process);
	}
	return true;
}

bool inspected_processes(struct node *node,
			 void (*visit)(void *context, const struct inspect_process *process),
			 void *context)
{
	uint64_t first = 0;
	bool is_end = false;
	while (!is_end)
		if (!visit_some(node, &first, &is_end, visit, context))
			return false;
	return true;
}

bool inspected_handlers(struct node *node,
			void (*visit)(void *context, const struct inspect_handler_ *handler),
			void *context)
{
	uint8_t call[CALL_BYTES];
	struct wire_out encoded = wire_out_over(call, sizeof call);
	struct wire_bytes answer;
	struct inspect_handler__list list;
	struct inspect_handler_ handler;
	inspect_handlers_encode(&encoded);
	if (!ask(node, call, &encoded, &answer))
		return false;
	if (inspect_handlers_answer_decode(answer.data, answer.size, &list) != WIRE_OK) {
		node_report_malformed();
		return false;
	}
	while (inspect_handler__list_next(&list, &handler))
		visit(context, &handler);
	return true;
}

bool inspected_totals(struct node *node, struct inspect_totals *out)
{
	uint8_t call[CALL_BYTES];
	struct wire_out encoded = wire_out_over(call, sizeof call);
	struct wire_bytes answer;
	inspect_summary_encode(&encoded);
	if (!ask(node, call, &encoded, &answer))
		return false;
	if (inspect_summary_answer_decode(answer.data, answer.size, out) == WIRE_OK)
		return true;
	node_report_malformed();
	return false;
}

bool inspected_node(struct node *node, struct control_node *out)
{
	uint8_t body[BODY_BYTES];
	struct wire_out request = wire_out_over(body, sizeof body);
	struct wire_bytes answer;
	control_describe_encode(&request);
	if (!node_request(node, body, &request, &answer))
		return false;
	if (control_describe_answer_decode(answer.data, answer.size, out) == WIRE_OK)
		return true;
	node_report_malformed();
	return false;
}
