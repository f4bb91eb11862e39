/*
 * Puts and gets a few values. It does not know who handles kv, nor whether anybody stands between.
 */
#include <stdio.h>
#include <string.h>

#include <cairn/allocated.h>
#include <cairn/call_text.h>

#include "kv_calls.h"

static struct wire_string string_of(const char *text)
{
	return (struct wire_string){.data = text, .size = (uint32_t)strlen(text)};
}

static void put(const char *key, const char *value)
{
	bool is_put;
	struct wire_bytes bytes = {.data = (const uint8_t *)value, .size = strlen(value)};
	enum call_status status = kv_put(string_of(key), bytes, &is_put);
	if (status != CALL_OK)
		printf("put %s: %s\n", key, call_text(status));
	else
		printf("put %s: %s\n", key, is_put ? "yes" : "no");
}

static void get(const char *key)
{
	struct call_buffer buffer = allocated_buffer();
	struct kv_bytes_option value;
	enum call_status status = kv_get(&buffer, string_of(key), &value);
	if (status != CALL_OK)
		printf("get %s: %s\n", key, call_text(status));
	else if (!value.has_value)
		printf("get %s: not there\n", key);
	else
		printf("get %s: %.*s\n", key, (int)value.value.size, value.value.data);
}

int main(void)
{
	put("moon", "far");
	put("private/diary", "dear");
	get("moon");
	get("private/diary");
	get("mars");
	return 0;
}
