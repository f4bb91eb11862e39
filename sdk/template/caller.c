/*
 * Asks whoever handles @NAME@.
 */
#include <stdio.h>
#include <string.h>

#include <cairn/allocated.h>
#include <cairn/call_text.h>

#include "@PREFIX@_calls.h"

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "stranger";
	struct wire_string string = {.data = name, .size = (uint32_t)strlen(name)};
	struct call_buffer buffer = allocated_buffer();
	struct wire_string greeting;
	enum call_status status = @PREFIX@_greet(&buffer, string, &greeting);
	if (status != CALL_OK) {
		fprintf(stderr, "no greeting: %s\n", call_text(status));
		return 1;
	}
	printf("%.*s\n", (int)greeting.size, greeting.data);
	return 0;
}
