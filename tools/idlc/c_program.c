/*
 * NAME_calls.h: the same interface from inside a program, which can send, wait and answer.
 */
#include "bindings.h"

#include <string.h>

#include "c_write.h"

/* What a call needs on the stack at most; beyond it, it is encoded in the caller's buffer. */
enum { STACK_BYTES_MAX = 1024, COPIED_BYTES = 64, DIRECT_PARAMETERS_MAX = 4 };

bool bindings_fits_stack(const struct layout *layout)
{
	return !layout->is_endless &&
	       4 + layout->head + layout->views * COPIED_BYTES <= STACK_BYTES_MAX;
}

void bindings_cursor(const struct layout *layout, uint32_t fixed, struct output *out)
{
	c_line(out, 1, "uint8_t head[WIRE_HEAD_BYTES(%u, %u)];", fixed, layout->views);
	c_line(out, 1, "struct wire_part parts[WIRE_PARTS(%u)];", layout->views);
	c_line(out, 1,
	       "struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(%u));",
	       layout->views);
}

static bool has_direct_parameters(const struct c_function *function)
{
	return function->call != NULL && function->call->member_count <= DIRECT_PARAMETERS_MAX;
}

/* A parameter by its own name, or the struct of all of them. */
static void add_parameters(struct pool *pool, const struct c_function *function,
			   struct c_head *head)
{
	if (function->call == NULL)
		return;
	if (!has_direct_parameters(function)) {
		c_head_add(head, pool_print(pool, "const struct %s *call", function->call->stem));
		return;
	}
	const struct member *source = function->source->parameters;
	for (uint32_t i = 0; i < function->call->member_count; i++, source = source->next)
		c_head_add(head, bindings_parameter(pool, function->call->members[i].type,
						    c_name_parameter(pool, source->name.text)));
}

static unsigned add_arguments(struct pool *pool, const struct c_function *function,
			      const char **arguments)
{
	unsigned count = 0;
	if (function->call == NULL)
		return 0;
	if (!has_direct_parameters(function)) {
		arguments[count++] = "call";
		return count;
	}
	const struct member *source = function->source->parameters;
	for (; source != NULL; source = source->next)
		arguments[count++] = c_name_parameter(pool, source->name.text);
	return count;
}

/* Makes `call` of the parameters. */
static void gather(struct pool *pool, const struct c_function *function, struct output *out)
{
	if (!has_direct_parameters(function))
		return;
	const struct c_type *call = function->call;
	const struct member *source = function->source->parameters;
	struct output line = {0};
	output_format(&line, "const struct %s call = {", call->stem);
	for (uint32_t i = 0; i < call->member_count; i++, source = source->next)
		output_format(&line, "%s.%s = %s%s", i == 0 ? "" : ", ", call->members[i].name,
			      c_type_is_value(call->members[i].type) ? "" : "*",
			      c_name_parameter(pool, source->name.text));
	output_string(&line, "};");
	if (8 + line.size <= C_COLUMNS) {
		c_line(out, 1, "%s", line.data);
		output_drop(&line);
		return;
	}
	output_drop(&line);
	c_line(out, 1, "struct %s call;", call->stem);
	source = function->source->parameters;
	for (uint32_t i = 0; i < call->member_count; i++, source = source->next)
		c_line(out, 1, "call.%s = %s%s;", call->members[i].name,
		       c_type_is_value(call->members[i].type) ? "" : "*",
		       c_name_parameter(pool, source->name.text));
}

/* Statements that leave the encoded message in the cursor `out`. */
static void encode(const struct layout *layout, uint32_t fixed, const char *statement,
		   struct output *out)
{
	if (!bindings_fits_stack(layout)) {
		c_line(out, 1, "struct wire_out out = wire_out_over(NULL, 0);");
		c_line(out, 1, "%s", statement);
		c_line(out, 1, "if (!call_buffer_reserve(buffer, out.size))");
		c_line(out, 2, "return CALL_NO_ROOM;");
		c_line(out, 1, "struct wire_part part;");
		c_line(out, 1, "out = wire_out_parts(buffer->data, (size_t)out.size, &part, 1);");
		c_line(out, 1, "%s", statement);
		return;
	}
	bindings_cursor(layout, fixed, out);
	c_line(out, 1, "%s", statement);
}

static const struct layout *call_layout(const struct c_function *function)
{
	static const struct layout nothing;
	return function->call == NULL ? &nothing : &function->call->layout;
}

/* The name and the encoding of a function that sends. */
static void sender(const struct c_model *model, const struct c_function *function, const char *type,
		   const char *ending, struct output *out)
{
	struct pool *pool = model->pool;
	const struct layout *layout = call_layout(function);
	struct c_head head = {.type = type,
			      .name = pool_print(pool, "%s%s", function->stem, ending)};
	if (!bindings_fits_stack(layout))
		c_head_add(&head, "struct call_buffer *buffer");
	add_parameters(pool, function, &head);
	c_write_head(out, &head);
	c_line(out, 0, "{");
	gather(pool, function, out);
	const char *call = function->call == NULL            ? ""
			   : has_direct_parameters(function) ? ", &call"
							     : ", call";
	encode(layout, 4 + layout->head,
	       pool_print(pool, "%s_encode(&out%s);", function->stem, call), out);
}

static void start(const struct c_model *model, const struct c_function *function,
		  struct output *out)
{
	bindings_describe(function, out);
	sender(model, function, "static inline int64_t", "_start", out);
	c_line(out, 1, "return call_send(%s_interface, &out, CAIRN_SEND_ANSWER);", model->prefix);
	c_line(out, 0, "}\n");
}

/* A function without a result only sends. */
static void notify(const struct c_model *model, const struct c_function *function,
		   struct output *out)
{
	bindings_describe(function, out);
	sender(model, function, "static inline enum call_status", "", out);
	c_line(out, 1, "return (enum call_status)call_send(%s_interface, &out, 0);", model->prefix);
	c_line(out, 0, "}");
}

static void finish(const struct c_model *model, const struct c_function *function,
		   struct output *out)
{
	struct c_head head = {.type = "static inline enum call_status",
			      .name = pool_print(model->pool, "%s_finish", function->stem)};
	c_head_add(&head, "const struct cairn_notification *answer");
	c_head_add(&head, pool_print(model->pool, "%s *result", function->result->declared));
	c_write_head(out, &head);
	c_line(out, 0, "{");
	c_line(out, 1, "if (answer->status != CAIRN_STATUS_OK)");
	c_line(out, 2, "return (enum call_status)answer->status;");
	static const char *const arguments[] = {"call_body(answer)", "answer->length", "result"};
	c_call(
	    out, 1,
	    pool_print(model->pool, "enum wire_status status = %s_answer_decode(", function->stem),
	    arguments, 3);
	c_line(out, 1, "return status == WIRE_OK ? CALL_OK : CALL_MALFORMED;");
	c_line(out, 0, "}\n");
}

/* A result without strings and lists needs no memory of the caller's for the answer. */
static void blocking(const struct c_model *model, const struct c_function *function,
		     struct output *out)
{
	struct pool *pool = model->pool;
	const struct layout *layout = &function->result->layout;
	bool is_small =
	    layout->views == 0 && !layout->is_endless && layout->head <= STACK_BYTES_MAX;
	bool has_buffer = !is_small || !bindings_fits_stack(call_layout(function));
	struct c_head head = {.type = "static inline enum call_status", .name = function->stem};
	if (has_buffer)
		c_head_add(&head, "struct call_buffer *buffer");
	add_parameters(pool, function, &head);
	c_head_add(&head, pool_print(pool, "%s *result", function->result->declared));
	c_write_head(out, &head);
	c_line(out, 0, "{");
	const char *arguments[DIRECT_PARAMETERS_MAX + 1];
	unsigned count = 0;
	if (!bindings_fits_stack(call_layout(function)))
		arguments[count++] = "buffer";
	count += add_arguments(pool, function, arguments + count);
	if (!has_buffer) {
		c_line(out, 1, "struct {");
		c_line(out, 2, "struct cairn_notification head;");
		c_line(out, 2, "uint8_t body[%u];", layout->head);
		c_line(out, 1, "} memory;");
		c_line(out, 1,
		       "struct call_buffer buffer = call_buffer_over(&memory, sizeof memory);");
	}
	c_line(out, 1, "const struct cairn_notification *answer;");
	c_call(out, 1, pool_print(pool, "int64_t message = %s_start(", function->stem), arguments,
	       count);
	c_line(out, 1, "enum call_status status = call_wait(message, %sbuffer, &answer);",
	       has_buffer ? "" : "&");
	c_line(out, 1, "return status == CALL_OK ? %s_finish(answer, result) : status;",
	       function->stem);
	c_line(out, 0, "}\n");
}

static void answer(const struct c_model *model, const struct c_function *function,
		   struct output *out)
{
	struct pool *pool = model->pool;
	const struct layout *layout = &function->result->layout;
	struct c_head head = {.type = "static inline enum call_status",
			      .name = pool_print(pool, "%s_answer", function->stem)};
	if (!bindings_fits_stack(layout))
		c_head_add(&head, "struct call_buffer *buffer");
	c_head_add(&head, "uint64_t message");
	c_head_add(&head, bindings_parameter(pool, function->result, "result"));
	c_write_head(out, &head);
	c_line(out, 0, "{");
	encode(layout, layout->head,
	       pool_print(pool, "%s_answer_encode(&out, result);", function->stem), out);
	c_line(out, 1, "return call_answer(message, &out);");
	c_line(out, 0, "}");
}

static void serve(const struct c_model *model, struct output *out)
{
	struct pool *pool = model->pool;
	output_string(out, "\n");
	c_comment(out, 0,
		  "Hands an incoming message to its function, which finds the message, a struct "
		  "cairn_notification, in its parameter of that name. Refuses what is malformed.");
	struct c_head head = {.type = "static inline void",
			      .name = pool_print(pool, "%s_serve", model->prefix)};
	c_head_add(&head, pool_print(pool, "const struct %s_handler *handler", model->prefix));
	c_head_add(&head, "void *self");
	c_head_add(&head, "struct cairn_notification *message");
	c_write_head(out, &head);
	c_line(out, 0, "{");
	c_line(out, 1, "const uint8_t *body = call_body(message);");
	const char *arguments[] = {"handler", "self", "message", "body", "message->length"};
	c_call(out, 1, pool_print(pool, "enum wire_status status = %s_dispatch(", model->prefix),
	       arguments, 5);
	c_line(out, 1, "if (status != WIRE_OK)");
	c_line(out, 2, "call_refuse(message->message);");
	c_line(out, 0, "}");
}

void bindings_write_calls(const struct c_model *model, struct output *out)
{
	struct output doc = {0};
	output_format(
	    &doc,
	    "%s_calls: the interface of %s.h from inside a program, written by idlc.\n\n"
	    "NAME waits for its answer; NAME_start only sends, and gives the message's id "
	    "or a negative error; NAME_finish reads the answer once it is there. Strings "
	    "and lists of a result point into the answer, and live until its buffer is "
	    "used again. NAME_answer is for the interface's handler.\n",
	    model->prefix, model->prefix);
	c_comment(out, 0, doc.data);
	output_drop(&doc);
	output_format(out, "#ifndef CAIRN_%s_CALLS_H\n#define CAIRN_%s_CALLS_H\n\n",
		      model->upper_prefix, model->upper_prefix);
	output_format(out, "#include <cairn/call.h>\n\n#include \"%s.h\"\n", model->prefix);
	for (uint32_t i = 0; i < model->function_count; i++) {
		const struct c_function *function = &model->functions[i];
		if (function->result == NULL) {
			notify(model, function, out);
			continue;
		}
		start(model, function, out);
		finish(model, function, out);
		blocking(model, function, out);
		answer(model, function, out);
	}
	if (model->function_count > 0)
		serve(model, out);
	output_string(out, "\n#endif\n");
}
