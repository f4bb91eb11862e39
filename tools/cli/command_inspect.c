#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "core/wasm.h"
#include "ground.h"
#include "json.h"
#include "options.h"
#include "program.h"
#include "report.h"
#include "uses.h"

static const struct option_row rows[] = {{"json", 'j', false}, {NULL, 0, false}};

/* ---- The bytes of a program ---- */

struct image {
	struct cid cid;
	uint8_t *data;
	size_t size;
	size_t capacity;
	const char *reason; /* why no more could be appended */
};

/* A dag_sink. */
static bool append(void *context, const uint8_t *data, size_t size)
{
	struct image *image = context;
	if (size > DAG_FILE_BYTES_MAX - image->size) {
		image->reason = "larger than a program may be (256 MiB)";
		return false;
	}
	if (size > image->capacity - image->size) {
		size_t capacity = 2 * (image->size + size);
		uint8_t *grown = realloc(image->data, capacity);
		image->reason = grown == NULL ? "out of memory" : NULL;
		if (grown == NULL)
			return false;
		image->data = grown;
		image->capacity = capacity;
	}
	memcpy(image->data + image->size, data, size);
	image->size += size;
	return true;
}

static bool read_all(int file, struct image *image)
{
	static uint8_t piece[DAG_CHUNK_BYTES];
	for (;;) {
		ssize_t got = read(file, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			image->reason = strerror(errno);
		if (got <= 0)
			return got == 0;
		if (!append(image, piece, (size_t)got))
			return false;
	}
}

static bool drop_block(void *context, const struct cid *cid, const uint8_t *data, size_t size)
{
	return true;
}

/* A file is only looked at: its name is computed, and nothing is stored. */
static bool name_image(struct image *image)
{
	struct dag_builder *builder;
	enum status status = dag_builder_create(drop_block, NULL, &builder);
	if (status == STATUS_OK) {
		status = dag_builder_write(builder, image->data, image->size);
		if (status == STATUS_OK)
			status = dag_builder_finish(builder, &image->cid);
		dag_builder_destroy(builder);
	}
	image->reason = status_text(status);
	return status == STATUS_OK;
}

static bool load_file(const char *name, struct image *image)
{
	int file = program_open_file(name);
	if (file < 0)
		return false;
	bool is_read = read_all(file, image);
	close(file);
	if (is_read && name_image(image))
		return true;
	report_error("%s: %s", image->reason, show(name).text);
	return false;
}

static bool load_from_store(struct image *image)
{
	struct store *store = program_open_store();
	if (store == NULL)
		return false;
	struct fault fault = {0};
	enum status status = store_read_file(store, &image->cid, append, image, &fault);
	store_close(store);
	if (status == STATUS_OK)
		return true;
	char name[CID_TEXT_BYTES];
	cid_to_text(&image->cid, name);
	if (image->reason != NULL)
		report_error("%s: %s", image->reason, name);
	else
		report_fault(status, &fault);
	return false;
}

static bool load(const char *argument, struct image *image)
{
	struct fault fault = {0};
	if (cid_from_text(argument, strlen(argument), &image->cid, &fault) == STATUS_OK)
		return load_from_store(image);
	return load_file(argument, image);
}

/* ---- For people ---- */

static const char *kind_text(enum wasm_kind kind)
{
	static const char *const texts[] = {"function", "table", "memory", "global"};
	return texts[kind];
}

static void print_imports(const struct wasm_module *module)
{
	uint32_t count = wasm_module_import_count(module);
	printf("imports   %" PRIu32 "\n", count);
	for (uint32_t i = 0; i < count; i++) {
		struct wasm_item item;
		wasm_module_import(module, i, &item);
		printf("  %-8s \"%s\" \"%s\" %s\n", kind_text(item.kind),
		       show_bytes(item.module.data, item.module.size).text,
		       show_bytes(item.name.data, item.name.size).text, item.type_text);
	}
}

static void print_exports(const struct wasm_module *module)
{
	uint32_t count = wasm_module_export_count(module);
	printf("exports   %" PRIu32 "\n", count);
	for (uint32_t i = 0; i < count; i++) {
		struct wasm_item item;
		wasm_module_export(module, i, &item);
		printf("  %-8s \"%s\" %s\n", kind_text(item.kind),
		       show_bytes(item.name.data, item.name.size).text, item.type_text);
	}
}

static void print_spaces(const struct wasm_module *module)
{
	struct wasm_item item;
	for (uint32_t i = 0; i < wasm_module_memory_count(module); i++) {
		wasm_module_memory(module, i, &item);
		printf("memory    %s of 64 KiB\n", item.type_text);
	}
	for (uint32_t i = 0; i < wasm_module_table_count(module); i++) {
		wasm_module_table(module, i, &item);
		printf("table     %s\n", item.type_text);
	}
	uint32_t start;
	if (wasm_module_start(module, &start))
		printf("start     function %" PRIu32 "\n", start);
}

static void print_feature(void *context, const char *feature)
{
	printf("feature   %s\n", feature);
}

static void print_custom(void *context, struct wasm_name name, size_t size)
{
	printf("section   \"%s\" %zu bytes\n", show_bytes(name.data, name.size).text, size);
}

/* What it states that it uses; whether it may is the user's decision. */
static void print_uses(const struct wasm_module *module)
{
	struct wasm_name section;
	struct uses_line line;
	struct ground ground;
	if (!wasm_module_custom(module, "cairn.uses", &section) || !ground_open(&ground))
		return;
	while (uses_next(&section, &line))
		printf("uses      %s%s\n", ground_show_interface(&ground, &line.interface).text,
		       ground_show_scopes(line.scopes, line.scope_count).text);
	if (section.size > 0)
		puts("uses      the rest of the section is malformed");
	ground_close(&ground);
}

static void print_text(const struct image *image, const struct wasm_module *module)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(&image->cid, name);
	printf("cid       %s\nsize      %zu bytes\n", name, image->size);
	print_imports(module);
	print_exports(module);
	print_spaces(module);
	wasm_module_features(module, print_feature, NULL);
	wasm_module_customs(module, print_custom, NULL);
	print_uses(module);
}

/* ---- For other programs ---- */

static void json_item(struct json *json, const struct wasm_item *item, bool is_import)
{
	json_open_object(json, NULL);
	if (is_import)
		json_bytes(json, "module", item->module.data, item->module.size);
	json_bytes(json, "name", item->name.data, item->name.size);
	json_string(json, "kind", kind_text(item->kind));
	json_string(json, "type", item->type_text);
	json_close_object(json);
}

static void json_items(struct json *json, const struct wasm_module *module)
{
	struct wasm_item item;
	json_open_array(json, "imports");
	for (uint32_t i = 0; i < wasm_module_import_count(module); i++) {
		wasm_module_import(module, i, &item);
		json_item(json, &item, true);
	}
	json_close_array(json);
	json_open_array(json, "exports");
	for (uint32_t i = 0; i < wasm_module_export_count(module); i++) {
		wasm_module_export(module, i, &item);
		json_item(json, &item, false);
	}
	json_close_array(json);
}

static void json_spaces(struct json *json, const struct wasm_module *module)
{
	struct wasm_item item;
	json_open_array(json, "memories");
	for (uint32_t i = 0; i < wasm_module_memory_count(module); i++) {
		wasm_module_memory(module, i, &item);
		json_string(json, NULL, item.type_text);
	}
	json_close_array(json);
	json_open_array(json, "tables");
	for (uint32_t i = 0; i < wasm_module_table_count(module); i++) {
		wasm_module_table(module, i, &item);
		json_string(json, NULL, item.type_text);
	}
	json_close_array(json);
	uint32_t start;
	if (wasm_module_start(module, &start))
		json_number(json, "start", start);
	else
		json_null(json, "start");
}

static void json_feature(void *context, const char *feature)
{
	json_string(context, NULL, feature);
}

static void json_custom(void *context, struct wasm_name name, size_t size)
{
	struct json *json = context;
	json_open_object(json, NULL);
	json_bytes(json, "name", name.data, name.size);
	json_number(json, "size", size);
	json_close_object(json);
}

static void json_uses(struct json *json, const struct wasm_module *module)
{
	struct wasm_name section = {0};
	struct uses_line line;
	struct ground ground;
	json_open_array(json, "uses");
	if (wasm_module_custom(module, "cairn.uses", &section) && ground_open(&ground)) {
		while (uses_next(&section, &line)) {
			json_open_object(json, NULL);
			ground_json_interface(&ground, json, &line.interface);
			ground_json_scopes(json, line.scopes, line.scope_count);
			json_close_object(json);
		}
		ground_close(&ground);
	}
	json_close_array(json);
}

static void print_json(const struct image *image, const struct wasm_module *module)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(&image->cid, name);
	struct json json = {0};
	json_open_object(&json, NULL);
	json_string(&json, "cid", name);
	json_number(&json, "size", image->size);
	json_items(&json, module);
	json_spaces(&json, module);
	json_open_array(&json, "features");
	wasm_module_features(module, json_feature, &json);
	json_close_array(&json);
	json_open_array(&json, "sections");
	wasm_module_customs(module, json_custom, &json);
	json_close_array(&json);
	json_uses(&json, module);
	json_close_object(&json);
	json_end_line(&json);
}

/* ---- The command ---- */

static int inspect(const char *argument, bool is_json)
{
	struct image image = {.reason = NULL};
	struct wasm_module *module = NULL;
	struct fault fault = {0};
	int exit_code = EXIT_FAILED;
	if (load(argument, &image)) {
		enum status status = wasm_module_create(image.data, image.size, &module, &fault);
		if (status == STATUS_OK) {
			(is_json ? print_json : print_text)(&image, module);
			exit_code = EXIT_OK;
		} else {
			report_error("no module that Cairn runs (%s, at byte %" PRIu64 "): %s",
				     fault.text[0] != '\0' ? fault.text : status_text(status),
				     fault.offset, show(argument).text);
		}
	}
	wasm_module_destroy(module);
	free(image.data);
	return exit_code;
}

static int run(const struct command *self, int count, char **arguments)
{
	struct options options = options_over(self, rows, count, arguments);
	bool is_json = false;
	const char *program = NULL;
	for (;;) {
		switch (options_next(&options)) {
		case OPTIONS_STOP:
			return options.exit_code;
		case 'j':
			is_json = true;
			break;
		case OPTIONS_OPERAND:
			if (program != NULL)
				return options_misused(self, "more than one program");
			program = options.value;
			break;
		case OPTIONS_END:
			if (program == NULL)
				return options_misused(self, "no program is named");
			return inspect(program, is_json);
		}
	}
}

const struct command command_inspect = {
    .name = "inspect",
    .synopsis = "[--json] CID|FILE",
    .summary = "tell what a program needs and offers",
    .help = "Checks a WebAssembly module, and prints its CID, its size, what it imports and\n"
	    "exports, the limits of its memories and tables, its start function, which features\n"
	    "beyond WebAssembly 1.0 its code uses, and its custom sections. Nothing is run, and a\n"
	    "file is not added to the store.\n"
	    "\n"
	    "  -            in place of a file: the standard input\n"
	    "  -j, --json   print all that as one JSON object\n"
	    "  -h, --help   print this page\n"
	    "\n"
	    "Example:\n"
	    "  $ cairn inspect --json hello.wasm | jq -r '.imports[].name'\n",
    .run = run,
};
