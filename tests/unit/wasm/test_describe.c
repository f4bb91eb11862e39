#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wasm.h"

/* A table of 1 to 2 funcrefs and a memory of 1 page or more from outside, a table of 3 externrefs
 * or more, a function of its own that is the start function, and three custom sections, one of them
 * between others. */
static const char module_bytes[] = "\0asm\1\0\0\0"
				   "\1\4\1\x60\0\0"
				   "\0\6\5first"
				   "\2\x11\2\1e\1t\1\x70\1\1\2\1e\1m\2\0\1"
				   "\3\2\1\0"
				   "\4\4\1\x6f\0\3"
				   "\x8\1\0"
				   "\n\4\1\2\0\xb"
				   "\0\4\1x!?"
				   "\0\1\0";

static struct wasm_module *open_module(const char *bytes, size_t size)
{
	struct wasm_module *module;
	struct fault fault = {.text = ""};
	if (wasm_module_create((const uint8_t *)bytes, size, &module, &fault) != STATUS_OK)
		fail_msg("%s at %d", fault.text, (int)fault.offset);
	return module;
}

static void tables_and_memories_are_told_imported_ones_first(void **state)
{
	struct wasm_module *module = open_module(module_bytes, sizeof module_bytes - 1);
	struct wasm_item item;
	assert_int_equal(wasm_module_table_count(module), 2);
	wasm_module_table(module, 0, &item);
	assert_int_equal(item.kind, WASM_TABLE);
	assert_string_equal(item.type_text, "1 to 2 funcref");
	wasm_module_table(module, 1, &item);
	assert_string_equal(item.type_text, "3 or more externref");
	assert_int_equal(wasm_module_memory_count(module), 1);
	wasm_module_memory(module, 0, &item);
	assert_int_equal(item.kind, WASM_MEMORY);
	assert_string_equal(item.type_text, "1 or more pages");
	wasm_module_destroy(module);
}

static void the_start_function_is_told_where_there_is_one(void **state)
{
	struct wasm_module *module = open_module(module_bytes, sizeof module_bytes - 1);
	uint32_t start = 77;
	assert_true(wasm_module_start(module, &start));
	assert_int_equal(start, 0);
	wasm_module_destroy(module);
	module = open_module(module_bytes, 8);
	start = 77;
	assert_false(wasm_module_start(module, &start));
	assert_int_equal(start, 77);
	wasm_module_destroy(module);
}

static void gather(void *context, struct wasm_name name, size_t size)
{
	char *line = context;
	size_t used = strlen(line);
	memcpy(line + used, name.data, name.size);
	line[used + name.size] = (char)('0' + size);
	line[used + name.size + 1] = '\0';
}

static void custom_sections_are_told_in_their_order(void **state)
{
	struct wasm_module *module = open_module(module_bytes, sizeof module_bytes - 1);
	char line[64] = "";
	wasm_module_customs(module, gather, line);
	assert_string_equal(line, "first0x20");
	wasm_module_destroy(module);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tables_and_memories_are_told_imported_ones_first),
	    cmocka_unit_test(the_start_function_is_told_where_there_is_one),
	    cmocka_unit_test(custom_sections_are_told_in_their_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
