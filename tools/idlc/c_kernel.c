/*
 * NAME_serve.h: the same interface from inside the kernel, which handles it and answers.
 */
#include "bindings.h"

#include "c_write.h"

static void answer(const struct c_model *model, const struct c_function *function,
		   struct output *out)
{
	struct pool *pool = model->pool;
	const struct layout *layout = &function->result->layout;
	const char *statement = pool_print(pool, "%s_answer_encode(%sout, result);", function->stem,
					   bindings_fits_stack(layout) ? "&" : "");
	struct c_head head = {.type = "static inline void",
			      .name = pool_print(pool, "%s_answer", function->stem)};
	c_head_add(&head, "struct kernel_request *request");
	if (!bindings_fits_stack(layout))
		c_head_add(&head, "struct wire_out *out");
	c_head_add(&head, bindings_parameter(pool, function->result, "result"));
	bindings_describe(function, out);
	c_write_head(out, &head);
	c_line(out, 0, "{");
	if (bindings_fits_stack(layout)) {
		bindings_cursor(layout, layout->head, out);
		c_line(out, 1, "%s", statement);
		c_line(out, 1, "request_answer(request, &out);");
	} else {
		c_line(out, 1, "%s", statement);
		c_line(out, 1, "request_answer(request, out);");
	}
	c_line(out, 0, "}");
}

static void serve(const struct c_model *model, struct output *out)
{
	struct pool *pool = model->pool;
	output_string(out, "\n");
	c_comment(
	    out, 0,
	    "Hands a request to its function, which finds it, a struct kernel_request, in its "
	    "parameter `message` and owns it. Refuses what is malformed.");
	struct c_head head = {.type = "static inline void",
			      .name = pool_print(pool, "%s_serve", model->prefix)};
	c_head_add(&head, pool_print(pool, "const struct %s_handler *handler", model->prefix));
	c_head_add(&head, "void *self");
	c_head_add(&head, "struct kernel_request *request");
	c_write_head(out, &head);
	c_line(out, 0, "{");
	c_line(out, 1, "size_t size;");
	c_line(out, 1, "const uint8_t *body = kernel_request_body(request, &size);");
	c_line(out, 1, "if (%s_dispatch(handler, self, request, body, size) != WIRE_OK)",
	       model->prefix);
	c_line(out, 2, "request_refuse(request);");
	c_line(out, 0, "}");
}

void bindings_write_serve(const struct c_model *model, struct output *out)
{
	struct output doc = {0};
	output_format(&doc,
		      "%s_serve: the interface of %s.h from inside the kernel or its port, which "
		      "handles it; written by idlc.\n\n"
		      "NAME_answer consumes the request. A result that has no greatest size is "
		      "encoded in a cursor of the caller's.\n",
		      model->prefix, model->prefix);
	c_comment(out, 0, doc.data);
	output_drop(&doc);
	output_format(out, "#ifndef CAIRN_%s_SERVE_H\n#define CAIRN_%s_SERVE_H\n\n",
		      model->upper_prefix, model->upper_prefix);
	output_format(out, "#include \"core/request.h\"\n\n#include \"%s.h\"\n", model->prefix);
	for (uint32_t i = 0; i < model->function_count; i++)
		if (model->functions[i].result != NULL)
			answer(model, &model->functions[i], out);
	if (model->function_count > 0)
		serve(model, out);
	output_string(out, "\n#endif\n");
}
