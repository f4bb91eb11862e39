#include "words.h"

#include <string.h>

/* Made by the build from what idlc says of interfaces/, in the order of their names. */
static const struct {
	const char *name;
	const char *digest; /* in hexadecimal digits */
} interfaces[] = {
#define SYSTEM_INTERFACE(name, digest) {name, digest},
#include "interface_digests.def"
#undef SYSTEM_INTERFACE
};

static const struct {
	const char *name;
	const char *words;
	const char *scopes;
} rows[] = {
#define INTERFACE_WORDS(name, words, scopes) {name, words, scopes},
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

struct words words_at(uint32_t index)
{
	struct words found = {.name = interfaces[index].name};
	const char *digest = interfaces[index].digest;
	for (size_t i = 0; i < sizeof found.interface.bytes; i++)
		found.interface.bytes[i] =
		    (uint8_t)(digit(digest[2 * i]) << 4 | digit(digest[2 * i + 1]));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].name, found.name) != 0)
			continue;
		found.words = rows[i].words;
		found.scopes = rows[i].scopes;
	}
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
