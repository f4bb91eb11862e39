/*
 * NAME.h: an interface's types, its calls and answers as bytes and back, and the dispatch of a
 * handler.
 */
#include "bindings.h"

#include "canonical.h"
#include "c_write.h"

const char *bindings_parameter(struct pool *pool, const struct c_type *type, const char *name)
{
	const char *format = c_type_is_value(type) ? "%s %s" : "const %s *%s";
	return pool_print(pool, format, type->declared, name);
}

void bindings_describe(const struct c_function *function, struct output *out)
{
	struct output text = {0};
	canonical_function(function->source, &text);
	text.data[--text.size] = '\0'; /* without its semicolon */
	if (function->source->doc != NULL)
		output_format(&text, "\n\n%s", function->source->doc);
	output_string(out, "\n");
	c_comment(out, 0, text.data);
	output_drop(&text);
}

/* ---- The start of the file ---- */

static void digest(const struct c_model *model, struct output *out)
{
	struct output line = {0};
	output_format(&line, "#define %s_DIGEST", model->upper_prefix);
	output_format(out, "%-99s\\\n", line.data);
	output_format(out, "\t{%90s\\\n", "");
	output_drop(&line);
	for (unsigned i = 0; i < 32; i += 11) {
		for (unsigned k = i; k < i + 11 && k < 32; k++)
			output_format(&line, "%s0x%02x,", k == i ? "" : " ",
				      model->outline->digest[k]);
		output_format(out, "\t    %-87s\\\n", line.data);
		output_drop(&line);
	}
	output_string(out, "\t}\n");
	output_format(out, "static const uint8_t %s_interface[32] = %s_DIGEST;\n", model->prefix,
		      model->upper_prefix);
}

static void preamble(const struct c_model *model, struct output *out)
{
	const char *name = model->outline->interface->name.text;
	struct output doc = {0};
	output_format(&doc,
		      "%s: the bindings of an interface, written by idlc from its definition.\n",
		      model->prefix);
	if (model->outline->interface->doc != NULL)
		output_format(&doc, "\n%s", model->outline->interface->doc);
	output_format(&doc, "\n%s\n", model->outline->cid);
	c_comment(out, 0, doc.data);
	output_format(out, "#ifndef CAIRN_%s_H\n#define CAIRN_%s_H\n\n", model->upper_prefix,
		      model->upper_prefix);
	output_string(out, "#include <cairn/wire.h>\n\n");
	output_format(out, "/* The name of \"%s\": the SHA-256 of its canonical text. */\n", name);
	digest(model, out);
	if (model->function_count > 0) {
		output_string(out, "\n/* The numbers of its functions. */\nenum {\n");
		for (uint32_t i = 0; i < model->function_count; i++)
			c_line(out, 1, "%s = %u,", model->functions[i].constant, i);
		output_string(out, "};\n");
	}
	output_drop(&doc);
}

/* ---- Calls ---- */

static void begin(const char *type, const char *name, const char *const *parameters,
		  struct output *out)
{
	struct c_head head = {.type = type, .name = name};
	for (; *parameters != NULL; parameters++)
		c_head_add(&head, *parameters);
	output_string(out, "\n");
	c_write_head(out, &head);
	c_line(out, 0, "{");
}

static void member_statements(const struct c_type *record, const char *path, bool is_put,
			      struct output *out)
{
	for (uint32_t i = 0; i < record->member_count; i++) {
		struct output access = {0};
		output_format(&access, "%s%s", path, record->members[i].name);
		if (is_put)
			bindings_put(record->members[i].type, 1, "out", access.data, out);
		else
			bindings_get(record->members[i].type, 1, "&in", access.data, out);
		output_drop(&access);
	}
}

static void call_encode(struct pool *pool, const struct c_function *function, struct output *out)
{
	const struct c_type *call = function->call;
	const char *parameters[] = {
	    "struct wire_out *out",
	    call == NULL ? NULL : pool_print(pool, "const struct %s *call", call->stem), NULL};
	begin("static inline void", pool_print(pool, "%s_encode", function->stem), parameters, out);
	c_line(out, 1, "wire_put_u32(out, %s);", function->constant);
	if (call != NULL && call->layout.is_fixed)
		c_line(out, 1, "wire_put(out, call, sizeof *call);");
	else if (call != NULL)
		member_statements(call, "call->", true, out);
	c_line(out, 1, "wire_close(out);");
	c_line(out, 0, "}");
}

/* The end of a decoder: the output is written last, and only where all is well. */
static void accept(const char *output, struct output *out)
{
	c_line(out, 1, "if (wire_end(&in) == WIRE_OK)");
	c_line(out, 2, "*%s = decoded;", output);
	c_line(out, 1, "return in.status;");
	c_line(out, 0, "}");
}

static void call_decode(struct pool *pool, const struct c_function *function, struct output *out)
{
	const struct c_type *call = function->call;
	const char *parameters[] = {
	    "const uint8_t *body", "size_t size",
	    call == NULL ? NULL : pool_print(pool, "struct %s *call", call->stem), NULL};
	begin("static inline enum wire_status", pool_print(pool, "%s_decode", function->stem),
	      parameters, out);
	c_line(out, 1, "struct wire_in in = wire_in_call(body, size, %s);", function->constant);
	if (call == NULL) {
		c_line(out, 1, "return wire_end(&in);");
		c_line(out, 0, "}");
		return;
	}
	c_line(out, 1, "struct %s decoded;", call->stem);
	if (call->layout.is_fixed)
		c_line(out, 1, "%s_get(&in, &decoded);", call->stem);
	else
		member_statements(call, "decoded.", false, out);
	accept("call", out);
}

static void answer_codec(struct pool *pool, const struct c_function *function, struct output *out)
{
	const struct c_type *result = function->result;
	const char *encode[] = {"struct wire_out *out", bindings_parameter(pool, result, "result"),
				NULL};
	begin("static inline void", pool_print(pool, "%s_answer_encode", function->stem), encode,
	      out);
	if (c_type_is_value(result))
		bindings_put(result, 1, "out", "result", out);
	else
		c_line(out, 1, "%s_put(out, result);", result->stem);
	c_line(out, 1, "wire_close(out);");
	c_line(out, 0, "}");
	const char *decode[] = {"const uint8_t *body", "size_t size",
				pool_print(pool, "%s *result", result->declared), NULL};
	begin("static inline enum wire_status",
	      pool_print(pool, "%s_answer_decode", function->stem), decode, out);
	c_line(out, 1, "struct wire_in in = wire_in_over(body, size);");
	c_line(out, 1, "%s decoded;", result->declared);
	bindings_get(result, 1, "&in", "decoded", out);
	accept("result", out);
}

static void function(const struct c_model *model, const struct c_function *function,
		     struct output *out)
{
	bindings_describe(function, out);
	if (function->call != NULL) {
		bindings_declare_record(function->call, out);
		if (function->call->layout.is_fixed)
			bindings_codec(function->call, out);
	}
	call_encode(model->pool, function, out);
	call_decode(model->pool, function, out);
	if (function->result != NULL)
		answer_codec(model->pool, function, out);
}

/* ---- The handler ---- */

static void handler(const struct c_model *model, struct output *out)
{
	output_string(out, "\n");
	c_comment(
	    out, 0,
	    "What a handler does with each call. `self` and `message` are what the dispatch was "
	    "given; a call's strings and lists point into the body. A function that is left out "
	    "is refused.");
	c_line(out, 0, "struct %s_handler {", model->prefix);
	for (uint32_t i = 0; i < model->function_count; i++) {
		const struct c_function *f = &model->functions[i];
		const char *parameters[] = {
		    "void *self", "void *message",
		    f->call == NULL
			? NULL
			: pool_print(model->pool, "const struct %s *call", f->call->stem)};
		c_call(out, 1, pool_print(model->pool, "void (*%s)(", f->field), parameters,
		       f->call == NULL ? 2 : 3);
	}
	c_line(out, 0, "};");
}

static void dispatch_function(const struct c_model *model, const struct c_function *function,
			      struct output *out)
{
	const char *parameters[] = {
	    pool_print(model->pool, "const struct %s_handler *handler", model->prefix),
	    "void *self",
	    "void *message",
	    "const uint8_t *body",
	    "size_t size",
	    NULL};
	begin("static inline enum wire_status",
	      pool_print(model->pool, "%s_dispatch", function->stem), parameters, out);
	if (function->call != NULL)
		c_line(out, 1, "struct %s call;", function->call->stem);
	c_line(out, 1, "enum wire_status status = %s_decode(body, size%s);", function->stem,
	       function->call == NULL ? "" : ", &call");
	c_line(out, 1, "if (status == WIRE_OK && handler->%s == NULL)", function->field);
	c_line(out, 2, "return WIRE_FUNCTION;");
	c_line(out, 1, "if (status == WIRE_OK)");
	c_line(out, 2, "handler->%s(self, message%s);", function->field,
	       function->call == NULL ? "" : ", &call");
	c_line(out, 1, "return status;");
	c_line(out, 0, "}");
}

static void dispatch(const struct c_model *model, struct output *out)
{
	const char *parameters[] = {
	    pool_print(model->pool, "const struct %s_handler *handler", model->prefix),
	    "void *self",
	    "void *message",
	    "const uint8_t *body",
	    "size_t size",
	    NULL};
	for (uint32_t i = 0; i < model->function_count; i++)
		dispatch_function(model, &model->functions[i], out);
	output_string(out, "\n");
	c_comment(out, 0,
		  "Decodes a call and hands it to the function that it is for. Where the status is "
		  "not WIRE_OK nothing was called, and the message is to be refused.");
	struct c_head head = {.type = "static inline enum wire_status",
			      .name = pool_print(model->pool, "%s_dispatch", model->prefix)};
	for (unsigned i = 0; parameters[i] != NULL; i++)
		c_head_add(&head, parameters[i]);
	c_write_head(out, &head);
	c_line(out, 0, "{");
	c_line(out, 1, "switch (wire_function(body, size)) {");
	for (uint32_t i = 0; i < model->function_count; i++) {
		const char *arguments[] = {"handler", "self", "message", "body", "size"};
		c_line(out, 1, "case %s:", model->functions[i].constant);
		c_call(out, 2,
		       pool_print(model->pool, "return %s_dispatch(", model->functions[i].stem),
		       arguments, 5);
	}
	c_line(out, 1, "default:");
	c_line(out, 2, "return size < 4 ? WIRE_SHORT : WIRE_FUNCTION;");
	c_line(out, 1, "}");
	c_line(out, 0, "}");
}

void bindings_write(const struct c_model *model, struct output *out)
{
	preamble(model, out);
	for (const struct c_type *type = model->types; type != NULL; type = type->next)
		bindings_declare(type, out);
	for (const struct c_type *type = model->types; type != NULL; type = type->next)
		bindings_codec(type, out);
	for (uint32_t i = 0; i < model->function_count; i++)
		function(model, &model->functions[i], out);
	if (model->function_count > 0) {
		handler(model, out);
		dispatch(model, out);
	}
	output_string(out, "\n#endif\n");
}
