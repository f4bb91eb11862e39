/*
 * table: prints a table of what bindings do to a body, for tests and fuzzers that know no interface
 * by name:
 *
 *     table FILE...        for headers included as <tests/NAME.h> where FILE is below tests/, else
 *                          as <cairn/NAME.h>
 *
 * Each row decodes a body and encodes it again, in two ways: as a whole, and with every list walked
 * item by item.
 */
#include <stdio.h>
#include <string.h>

#include "bindings.h"
#include "command.h"

/* ---- Walking ---- */

static void statement(const struct c_type *type, const char *access)
{
	struct output out = {0};
	bool is_walked = !c_type_is_value(type) || strcmp(type->stem, "string_list") == 0 ||
			 strcmp(type->stem, "bytes_list") == 0;
	if (is_walked)
		output_format(&out, "\twalk_%s(out, &%s);\n", type->stem, access);
	else
		bindings_put(type, 1, "out", access, &out);
	fputs(out.data, stdout);
	output_drop(&out);
}

static void walk_members(const struct c_type *type)
{
	for (uint32_t i = 0; i < type->member_count; i++) {
		const struct c_member *member = &type->members[i];
		char access[256];
		bool is_case = type->kind == C_VARIANT;
		snprintf(access, sizeof access, "value->%s%s", is_case ? "as." : "", member->name);
		if (is_case && member->type != NULL)
			printf("\tif (value->kind == %s)\n", member->constant);
		if (member->type != NULL)
			statement(member->type, access);
	}
}

static void walk_type(const struct c_type *type)
{
	if (c_type_is_value(type))
		return;
	printf("__attribute__((unused)) static void walk_%s(struct wire_out *out, const struct %s "
	       "*value)\n{\n",
	       type->stem, type->stem);
	if (type->kind == C_VARIANT)
		puts("\twire_put_u8(out, (uint8_t)value->kind);");
	if (type->kind == C_RECORD || type->kind == C_VARIANT)
		walk_members(type);
	if (type->kind == C_OPTION) {
		puts("\twire_put_bool(out, value->has_value);\n\tif (value->has_value)");
		statement(type->first, "value->value");
	}
	if (type->kind == C_RESULT) {
		puts("\twire_put_bool(out, value->is_error);");
		if (type->first != NULL) {
			puts("\tif (!value->is_error)");
			statement(type->first, "value->value");
		}
		if (type->second != NULL) {
			puts("\tif (value->is_error)");
			statement(type->second, "value->error");
		}
	}
	if (type->kind == C_ITEMS) {
		puts("\twire_put_u32(out, value->count);");
		puts("\tfor (uint32_t i = 0; i < value->count; i++)");
		statement(type->first, "value->items[i]");
	}
	if (type->kind == C_SERIES) {
		printf("\tstruct %s rest = *value;\n", type->stem);
		printf("\t%s item;\n", type->first->declared);
		puts("\twire_put_u32(out, value->count);");
		printf("\twhile (%s_next(&rest, &item))\n", type->stem);
		statement(type->first, "item");
	}
	puts("}");
}

/* ---- Rows ---- */

static void row_function(const struct c_function *function, bool is_answer)
{
	const struct c_type *type = is_answer ? function->result : function->call;
	const char *ending = is_answer ? "_answer" : "";
	bool is_value = is_answer && c_type_is_value(type);
	printf("static enum wire_status again_%s%s(const uint8_t *body, size_t size, bool walks, "
	       "struct wire_out *out)\n{\n",
	       function->stem, ending);
	if (type != NULL)
		printf("\t%s value;\n", type->declared);
	printf("\tenum wire_status status = %s%s_decode(body, size%s);\n", function->stem, ending,
	       type == NULL ? "" : ", &value");
	puts("\tif (status != WIRE_OK)\n\t\treturn status;");
	if (type == NULL)
		puts("\t(void)walks;");
	if (type != NULL) {
		puts("\tif (walks) {");
		if (!is_answer)
			printf("\twire_put_u32(out, %s);\n", function->constant);
		statement(type, "value");
		puts("\treturn WIRE_OK;\n\t}");
	}
	printf("\t%s%s_encode(out%s);\n\treturn WIRE_OK;\n}\n", function->stem, ending,
	       type == NULL ? ""
	       : is_value   ? ", value"
			    : ", &value");
}

static void functions(const struct c_model *model)
{
	for (const struct c_type *type = model->types; type != NULL; type = type->next)
		walk_type(type);
	for (uint32_t i = 0; i < model->function_count; i++) {
		if (model->functions[i].call != NULL)
			walk_type(model->functions[i].call);
		row_function(&model->functions[i], false);
		if (model->functions[i].result != NULL)
			row_function(&model->functions[i], true);
	}
}

static void rows(const struct c_model *model)
{
	for (uint32_t i = 0; i < model->function_count; i++) {
		const struct c_function *f = &model->functions[i];
		printf("\t{\"%s\", %s_text, %u, false, again_%s},\n", f->stem, model->prefix, i,
		       f->stem);
		if (f->result != NULL)
			printf("\t{\"%s_answer\", %s_text, %u, true, again_%s_answer},\n", f->stem,
			       model->prefix, i, f->stem);
	}
}

static void text(const struct c_model *model)
{
	printf("static const char %s_text[] = \"", model->prefix);
	for (const char *at = model->outline->text; *at != '\0'; at++)
		printf(*at == '\n' ? "\\n\"\n\t\"" : "%c", *at);
	puts("\";");
}

static const char *folder_of(const struct outline *outline)
{
	const char *path = outline->interface->file->source->path;
	return strncmp(path, "tests/", 6) == 0 ? "tests" : "cairn";
}

int main(int count, char **arguments)
{
	struct library library = {0};
	struct outline *outlines = NULL;
	unsigned outline_count = 0;
	if (!command_load(&library, (const char *const *)arguments + 1, (unsigned)count - 1,
			  &outlines, &outline_count))
		return command_report(&library.report);
	struct c_model *models = pool_new_array(&library.pool, struct c_model, outline_count);
	for (unsigned i = 0; i < outline_count; i++) {
		outline_recall(&outlines[i]);
		c_model_make(&library.pool, &outlines[i], &models[i]);
		printf("#include <%s/%s.h>\n", folder_of(&outlines[i]), models[i].prefix);
	}
	for (unsigned i = 0; i < outline_count; i++) {
		text(&models[i]);
		functions(&models[i]);
	}
	puts("static const struct table_row table[] = {");
	for (unsigned i = 0; i < outline_count; i++)
		rows(&models[i]);
	puts("};");
	library_drop(&library);
	return 0;
}
