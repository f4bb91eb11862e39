#include "command_line.h"

#include <cairn/terminal.h>

#include "core/port.h"
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
		bool is_empty_word = *in == '%' && (const uint8_t *)in == word->data &&
				     (in[1] == ' ' || in[1] == '\0');
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

/* ---- Programs and interfaces ---- */

enum { HANDLED, GRANTED };

static enum status take_cid(const struct wasm_name *word, struct cid *out, struct fault *fault)
{
	struct fault unused;
	if (cid_from_text((const char *)word->data, word->size, out, &unused) == STATUS_OK)
		return STATUS_OK;
	return complain(fault, "no CID: ", word);
}

/* Lengthens an array, which is the last part of `out->interfaces[which]`. */
static enum status add_interface(struct command_line *out, int which, const struct digest *digest,
				 const struct digest **array, uint32_t *count)
{
	uint32_t *used = &out->interface_count[which];
	if (*used == COMMAND_LINE_INTERFACES_MAX)
		return STATUS_LIMIT;
	struct digest *place = &out->interfaces[which][(*used)++];
	*place = *digest;
	if ((*count)++ == 0)
		*array = place;
	return STATUS_OK;
}

static enum status add_grant(struct command_line *out, const struct digest *digest)
{
	struct kernel_grants *grants = &out->grants;
	if (out->handler_count > 0)
		grants = &out->handlers[out->handler_count - 1].grants;
	return add_interface(out, GRANTED, digest, &grants->interfaces, &grants->count);
}

static enum status take_interface(struct command_line *out, int which, const struct wasm_name *word,
				  struct fault *fault)
{
	struct cid cid;
	if (take_cid(word, &cid, fault) != STATUS_OK)
		return STATUS_INVALID;
	if (cid.codec != CID_RAW)
		return complain(fault, "no interface: ", word);
	struct digest digest;
	memcpy(digest.bytes, cid.hash, sizeof digest.bytes);
	if (which == GRANTED)
		return add_grant(out, &digest);
	if (out->handler_count == 0)
		return complain(fault, "no handler= stands before handles=", word);
	struct kernel_handler *handler = &out->handlers[out->handler_count - 1];
	return add_interface(out, HANDLED, &digest, &handler->interfaces,
			     &handler->interface_count);
}

static enum status take_handler(struct command_line *out, const struct wasm_name *word,
				struct fault *fault)
{
	static const struct digest terminal = {TERMINAL_DIGEST};
	if (out->handler_count == COMMAND_LINE_HANDLERS_MAX)
		return complain(fault, "too many handlers", NULL);
	struct kernel_handler *handler = &out->handlers[out->handler_count++];
	enum status status = take_cid(word, &handler->program, fault);
	return status == STATUS_OK ? add_grant(out, &terminal) : status;
}

static enum status take_program(struct command_line *out, struct wasm_name program,
				struct fault *fault)
{
	if (out->arguments[0].data == NULL)
		out->arguments[0] = program;
	out->argument_count = 1;
	return take_cid(&program, &out->program, fault);
}

/* A word before `run=`. */
static enum status take_setting(struct command_line *out, const struct wasm_name *word,
				struct fault *fault)
{
	struct wasm_name rest;
	if (is_word(word, "allow-all"))
		out->grants.allow_all = true;
	else if (is_word(word, "quiet"))
		out->is_quiet = true;
	else if (is_word(word, "terminal"))
		out->is_terminal = true;
	else if (is_word(word, "trace"))
		out->is_traced = true;
	else if (starts(word, "env=", &rest) && out->environment_count < COMMAND_LINE_WORDS_MAX)
		out->environment[out->environment_count++] = rest;
	else if (starts(word, "name=", &rest))
		out->arguments[0] = rest;
	else if (starts(word, "handler=", &rest))
		return take_handler(out, &rest, fault);
	else if (starts(word, "handles=", &rest))
		return take_interface(out, HANDLED, &rest, fault);
	else if (starts(word, "grants=", &rest))
		return take_interface(out, GRANTED, &rest, fault);
	else if (starts(word, "run=", &rest))
		return take_program(out, rest, fault);
	else
		return complain(fault, "not known: ", word);
	return STATUS_OK;
}

enum status command_line_parse(char *line, struct command_line *out, struct fault *fault)
{
	static const struct digest terminal = {TERMINAL_DIGEST};
	struct wasm_name word;
	memset(out, 0, sizeof *out);
	*fault = (struct fault){0};
	enum status status = add_grant(out, &terminal);
	core_assert(status == STATUS_OK);
	while (next_word(&line, &word)) {
		if (out->argument_count == COMMAND_LINE_WORDS_MAX)
			return complain(fault, "too many words", NULL);
		if (out->argument_count > 0)
			out->arguments[out->argument_count++] = word;
		else if (take_setting(out, &word, fault) != STATUS_OK)
			return fault->text[0] != '\0'
				   ? STATUS_INVALID
				   : complain(fault, "too many interfaces", NULL);
	}
	return out->argument_count > 0 ? STATUS_OK
				       : complain(fault, "nothing to run, expected run=CID", NULL);
}
