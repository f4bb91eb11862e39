/*
 * random: writes random definitions, for a parser of somebody else's to read: random COUNT FOLDER
 * makes FOLDER/0.wit and so on.
 */
#include <stdio.h>
#include <stdlib.h>

#include "idlc/definition.h"

int main(int count, char **arguments)
{
	if (count != 3)
		return 2;
	struct random random = {.state = 5};
	struct random_definition definition;
	for (int i = 0; i < atoi(arguments[1]); i++) {
		struct output text = {0};
		char path[4096];
		definition_make(&random, &definition);
		definition_write(&definition, &random, &text);
		snprintf(path, sizeof path, "%s/%d.wit", arguments[2], i);
		FILE *file = fopen(path, "wb");
		if (file == NULL || fwrite(text.data, 1, text.size, file) != text.size ||
		    fclose(file) != 0) {
			perror(path);
			return 1;
		}
		output_drop(&text);
	}
	return 0;
}
