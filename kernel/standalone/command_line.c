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

static enum status take_cid(const struct wasm_name *word, struct cid *out, struct fault *fault)
{
	struct fault unused;
	if (cid_from_text((const char *)word->data, word->size, out, &unused) == STATUS_OK)
		return STATUS_OK;
	return complain(fault, "no CID: ", word);
}

static enum status take_digest(const struct wasm_name *word, struct digest *out,
			       struct fault *fault)
{
	struct cid cid;
	if (take_cid(word, &cid, fault) != STATUS_OK)
		return STATUS_INVALID;
	if (cid.codec != CID_RAW)
		return complain(fault, "no interface: ", word);
	memcpy(out->bytes, cid.hash, sizeof out->bytes);
	return STATUS_OK;
}

/* Lengthens the handler's array, which is the last part of all of them. */
static enum status take_handles(struct command_line *out, const struct wasm_name *word,
				struct fault *fault)
{
	if (out->handler_count == 0)
		return complain(fault, "no handler= stands before handles=", word);
	if (out->handled_count == COMMAND_LINE_INTERFACES_MAX)
		return complain(fault, "too many interfaces", NULL);
	struct kernel_handler *handler = &out->handlers[out->handler_count - 1];
	struct digest *place = &out->handled[out->handled_count];
	if (take_digest(word, place, fault) != STATUS_OK)
		return STATUS_INVALID;
	out->handled_count++;
	if (handler->interface_count++ == 0)
		handler->interfaces = place;
	return STATUS_OK;
}

/* Those of the last handler, or of the program. */
static struct kernel_grants *current_grants(struct command_line *out)
{
	return out->handler_count == 0 ? &out->grants
				       : &out->handlers[out->handler_count - 1].grants;
}

/* The same for what is granted. `terminal` was granted first: in its place it can be given scopes.
 */
static enum status add_grant(struct command_line *out, const struct digest *interface,
			     struct fault *fault)
{
	struct kernel_grants *grants = current_grants(out);
	if (out->granted_count == COMMAND_LINE_INTERFACES_MAX)
		return complain(fault, "too many grants", NULL);
	struct kernel_grant *place = &out->granted[out->granted_count++];
	*place = (struct kernel_grant){.interface = *interface, .verdict = KERNEL_ALLOWED};
	if (grants->count++ == 0)
		grants->items = place;
	return STATUS_OK;
}

static enum status take_grant(struct command_line *out, const struct wasm_name *word,
			      struct fault *fault)
{
	struct digest interface;
	if (take_digest(word, &interface, fault) != STATUS_OK)
		return STATUS_INVALID;
	struct kernel_grants *grants = current_grants(out);
	if (grants->count == 1 &&
	    memcmp(&grants->items->interface, &interface, sizeof interface) == 0)
		return STATUS_OK;
	return add_grant(out, &interface, fault);
}

/* Lengthens the scopes of what was granted last. */
static enum status take_scope(struct command_line *out, const struct wasm_name *word,
			      struct fault *fault)
{
	struct kernel_grant *grant = &out->granted[out->granted_count - 1];
	if (out->scope_count == COMMAND_LINE_INTERFACES_MAX)
		return complain(fault, "too many scopes", NULL);
	struct wasm_name *place = &out->scopes[out->scope_count++];
	*place = *word;
	if (grant->scope_count++ == 0)
		grant->scopes = place;
	return STATUS_OK;
}

static enum status take_handler(struct command_line *out, const struct wasm_name *word,
				struct fault *fault)
{
	static const struct digest terminal = {TERMINAL_DIGEST};
	if (out->handler_count == COMMAND_LINE_HANDLERS_MAX)
		return complain(fault, "too many handlers", NULL);
	struct kernel_handler *handler = &out->handlers[out->handler_count++];
	enum status status = take_cid(word, &handler->program, fault);
	return status == STATUS_OK ? add_grant(out, &terminal, fault) : status;
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
		return take_handles(out, &rest, fault);
	else if (starts(word, "grants=", &rest))
		return take_grant(out, &rest, fault);
	else if (starts(word, "scope=", &rest))
		return take_scope(out, &rest, fault);
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
	enum status status = add_grant(out, &terminal, fault);
	core_assert(status == STATUS_OK);
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
