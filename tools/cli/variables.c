#include "variables.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

const char *variables_given(const char *word)
{
	const char *equals = strchr(word, '=');
	size_t size = strlen(word);
	if (equals == word || size == 0) {
		report_error("--env expects NAME=VALUE, or NAME to pass yours on: %s",
			     show(word).text);
		return NULL;
	}
	if (equals != NULL)
		return word;
	for (char **variable = environ; *variable != NULL; variable++)
		if (strncmp(*variable, word, size) == 0 && (*variable)[size] == '=')
			return *variable;
	report_error("--env names a variable that you have not set: %s", show(word).text);
	return NULL;
}
