#include "words.h"

#include <string.h>

struct row {
	const char *name;
	const char *value; /* a digest in hexadecimal digits, or words */
};

/* Made by the build from what idlc says of interfaces/, in the order of their names. */
static const struct row interfaces[] = {
#define SYSTEM_INTERFACE(name, digest) {name, digest},
#include "interface_digests.def"
#undef SYSTEM_INTERFACE
};

static const struct row words[] = {
#define INTERFACE_WORDS(name, words) {name, words},
#include "words.def"
#undef INTERFACE_WORDS
};

uint32_t words_count(void)
{
	return sizeof interfaces / sizeof interfaces[0];
}

static unsigned digit(char character)
{
	return character <= '9' ? (unsigned)(character - '0') : (unsigned)(character - 'a' + 10);
}

static const char *words_for(const char *name)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].name, name) == 0)
			return words[i].value;
	return NULL;
}

struct words words_at(uint32_t index)
{
	const struct row *row = &interfaces[index];
	struct words found = {.name = row->name, .words = words_for(row->name)};
	for (size_t i = 0; i < sizeof found.interface.bytes; i++)
		found.interface.bytes[i] =
		    (uint8_t)(digit(row->value[2 * i]) << 4 | digit(row->value[2 * i + 1]));
	return found;
}

bool words_of(const struct digest *interface, struct words *out)
{
	for (uint32_t i = 0; i < words_count(); i++) {
		struct words found = words_at(i);
		if (memcmp(&found.interface, interface, sizeof *interface) != 0)
			continue;
		*out = found;
		return true;
	}
	return false;
}

bool words_named(const char *name, struct words *out)
{
	for (uint32_t i = 0; i < words_count(); i++) {
		if (strcmp(interfaces[i].name, name) != 0)
			continue;
		*out = words_at(i);
		return true;
	}
	return false;
}
