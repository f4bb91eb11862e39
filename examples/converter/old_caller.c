/*
 * A program from the time of kv1, which nobody compiles any more. It never learns that kv1 has no
 * handler of its own today.
 */
#include <stdio.h>
#include <string.h>

#include <cairn/allocated.h>
#include <cairn/call_text.h>

#include "kv1_calls.h"

static struct wire_string string_of(const char *text)
{
	return (struct wire_string){.data = text, .size = (uint32_t)strlen(text)};
}

static int put(const char *key, const char *value)
{
	bool is_put;
	struct wire_bytes bytes = {.data = (const uint8_t *)value, .size = strlen(value)};
	enum call_status status = kv1_put(string_of(key), bytes, &is_put);
	if (status != CALL_OK) {
		fprintf(stderr, "put failed: %s\n", call_text(status));
		return 1;
	}
	printf("put %s: %s\n", key, is_put ? "yes" : "no");
	return 0;
}

static int get(const char *key)
{
	struct call_buffer buffer = allocated_buffer();
	struct wire_bytes value;
	enum call_status status = kv1_get(&buffer, string_of(key), &value);
	if (status != CALL_OK) {
		fprintf(stderr, "get failed: %s\n", call_text(status));
		return 1;
	}
	printf("get %s: %.*s\n", key, (int)value.size, (const char *)value.data);
	return 0;
}

int main(void)
{
	return put("moon", "far") || put("sun", "farther") || get("moon") || get("sun") ||
	       get("mars") || put("comet", "0123456789012345678901234567890123456789");
}
