#include "command_line.h"

#include "core/text.h"
#include "mem.h"

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Cuts the next word off and decodes it; false at the end. */
static bool next_word(char **line, struct wasm_name *word)
{
	char *in = *line;
	while (*in == ' ')
		in++;
	if (*in == '\0')
		return false;
	char *out = in;
	word->data = (const uint8_t *)out;
	for (; *in != ' ' && *in != '\0'; in++) {
		int high = *in == '%' ? hex_value(in[1]) : -1;
		int low = high >= 0 ? hex_value(in[2]) : -1;
		bool is_empty_word = *in == '%' && out == in && (in[1] == ' ' || in[1] == '\0');
		if (low >= 0) {
			*out++ = (char)(high * 16 + low);
			in += 2;
		} else if (!is_empty_word) {
			*out++ = *in;
		}
	}
	word->size = (size_t)((const uint8_t *)out - word->data);
	*line = in;
	return true;
}

/* Whether the word starts so; `rest` is what follows. */
static bool starts(const struct wasm_name *word, const char *prefix, struct wasm_name *rest)
{
	size_t size = 0;
	for (; prefix[size] != '\0'; size++)
		if (size == word->size || word->data[size] != (uint8_t)prefix[size])
			return false;
	*rest = (struct wasm_name){word->data + size, word->size - size};
	return true;
}

static bool is_word(const struct wasm_name *word, const char *text)
{
	struct wasm_name rest;
	return starts(word, text, &rest) && rest.size == 0;
}

static enum status complain(struct fault *fault, const char *what, const struct wasm_name *word)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "the command line: ");
	text_string(&text, what);
	if (word != NULL)
		text_escaped(&text, word->data, word->size);
	fault->offset = 0;
	return STATUS_INVALID;
}

static void take_program(struct command_line *out, struct wasm_name program)
{
	out->program = program;
	if (out->arguments[0].data == NULL)
		out->arguments[0] = program;
	out->argument_count = 1;
}

/* A word before `run=`. */
static enum status take_setting(struct command_line *out, const struct wasm_name *word,
				struct fault *fault)
{
	struct wasm_name rest;
	if (is_word(word, "allow-all"))
		out->allow_all = true;
	else if (is_word(word, "quiet"))
		out->is_quiet = true;
	else if (is_word(word, "terminal"))
		out->is_terminal = true;
	else if (starts(word, "env=", &rest) && out->environment_count < COMMAND_LINE_WORDS_MAX)
		out->environment[out->environment_count++] = rest;
	else if (starts(word, "name=", &rest))
		out->arguments[0] = rest;
	else if (starts(word, "run=", &rest))
		take_program(out, rest);
	else
		return complain(fault, "not known: ", word);
	return STATUS_OK;
}

enum status command_line_parse(char *line, struct command_line *out, struct fault *fault)
{
	memset(out, 0, sizeof *out);
	struct wasm_name word;
	while (next_word(&line, &word)) {
		if (out->argument_count == COMMAND_LINE_WORDS_MAX)
			return complain(fault, "too many words", NULL);
		if (out->argument_count > 0)
			out->arguments[out->argument_count++] = word;
		else if (take_setting(out, &word, fault) != STATUS_OK)
			return STATUS_INVALID;
	}
	return out->argument_count > 0 ? STATUS_OK
				       : complain(fault, "nothing to run, expected run=CID", NULL);
}
