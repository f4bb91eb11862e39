#include "words.h"

/* ---- Text ---- */

static void add_bytes(struct words_text *out, const char *data, size_t size)
{
	if (size > sizeof out->data - out->size) {
		out->is_cut = true;
		return;
	}
	__builtin_memcpy(out->data + out->size, data, size);
	out->size += (uint32_t)size;
}

static uint32_t length_of(const char *text)
{
	uint32_t length = 0;
	while (text[length] != '\0')
		length++;
	return length;
}

static void add(struct words_text *out, const char *text)
{
	add_bytes(out, text, length_of(text));
}

static void add_number(struct words_text *out, uint32_t value)
{
	char digits[10];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	add_bytes(out, digits + at, sizeof digits - at);
}

static void add_hex(struct words_text *out, const uint8_t *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		add_bytes(out, &digits[data[i] >> 4], 1);
		add_bytes(out, &digits[data[i] & 15], 1);
	}
}

/* The program's own: printable ASCII, the rest (and what would look like it) as %HH. */
static void add_foreign(struct words_text *out, struct wire_string text)
{
	for (uint32_t i = 0; i < text.size; i++) {
		uint8_t byte = (uint8_t)text.data[i];
		if (byte > ' ' && byte < 0x7f && byte != '%') {
			add_bytes(out, &text.data[i], 1);
		} else {
			add(out, "%");
			add_hex(out, &byte, 1);
		}
	}
}

/* ---- Names ---- */

enum { CID_SHOWN = 14 };

/* The CID as people write it: base32 with a `b` before it; at most `count` characters of it. */
static void add_cid(struct words_text *out, struct wire_bytes cid, uint32_t count)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint32_t value = 0, bits = 0, shown = 1;
	add(out, "b");
	for (size_t i = 0; i < cid.size; i++) {
		value = value << 8 | cid.data[i];
		for (bits += 8; bits >= 5 && shown < count; bits -= 5, shown++)
			add_bytes(out, &digits[value >> (bits - 5) & 31], 1);
		if (shown >= count)
			return;
	}
	if (bits > 0)
		add_bytes(out, &digits[value << (5 - bits) & 31], 1);
}

static void add_program(struct words_text *out, const struct authorizer_program *program)
{
	if (!program->petname.has_value) {
		add_cid(out, program->cid, UINT32_MAX);
		return;
	}
	add_bytes(out, program->petname.value.data, program->petname.value.size);
	add(out, " (");
	add_cid(out, program->cid, CID_SHOWN);
	add(out, "...)");
}

/* The nearest first, and the user at last. */
static void add_starters(struct words_text *out, struct authorizer_program_list starters)
{
	struct authorizer_program starter;
	bool is_first = true;
	while (authorizer_program_list_next(&starters, &starter)) {
		add(out, is_first ? "It was started by " : ", which was started by ");
		add_program(out, &starter);
		is_first = false;
	}
	if (!is_first)
		add(out, ".\n");
}

static void add_use(struct words_text *out, const struct authorizer_requested_use *use)
{
	if (use->words.has_value && use->words.value.size > 0) {
		add_bytes(out, use->words.value.data, use->words.value.size);
	} else {
		add(out, "an interface that nobody here knows, ");
		add_hex(out, use->interface.data, use->interface.size);
	}
	add(out, "\n");
	struct wire_string_list scopes = use->scopes;
	struct wire_string scope;
	while (wire_string_list_next(&scopes, &scope)) {
		add(out, "       within ");
		add_foreign(out, scope);
		add(out, "\n");
	}
}

static void add_uses(struct words_text *out, struct authorizer_requested_use_list uses)
{
	struct authorizer_requested_use use;
	uint32_t count = uses.count;
	for (uint32_t i = 1; authorizer_requested_use_list_next(&uses, &use); i++) {
		add(out, "    ");
		if (count > 1) {
			add_number(out, i);
			add(out, ". ");
		}
		add_use(out, &use);
	}
}

/* Whether the question's first lines may have left the screen before its last ones. */
static bool is_long(const struct words_text *out)
{
	enum { LINES_MAX = 14, COLUMNS = 60 };
	uint32_t lines = 0, column = 0;
	for (uint32_t i = 0; i < out->size; i++) {
		bool ends = out->data[i] == '\n';
		column = ends ? 0 : column + 1;
		lines += ends || column % COLUMNS == 0;
	}
	return lines > LINES_MAX;
}

static uint32_t count_scopes(struct authorizer_requested_use_list uses)
{
	struct authorizer_requested_use use;
	uint32_t count = 0;
	while (authorizer_requested_use_list_next(&uses, &use))
		count += use.scopes.count;
	return count;
}

/* A program states scopes as many and as long as it likes: what it is about stands below them, too.
 */
static void add_once_more(struct words_text *out, const struct authorizer_question *question)
{
	struct authorizer_requested_use_list uses = question->uses;
	struct authorizer_requested_use use;
	add(out, "That was long; once more: may ");
	add_program(out, &question->program);
	if (uses.count == 1 && authorizer_requested_use_list_next(&uses, &use)) {
		use.scopes.count = 0;
		add(out, " use this?\n    ");
		add_use(out, &use);
		add(out, "       within ");
	} else {
		add(out, " use all of these?\n    ");
		add_number(out, question->uses.count);
		add(out, " interfaces, within ");
	}
	add_number(out, count_scopes(question->uses));
	add(out, " scopes, as above\n");
}

void words_of_question(const struct authorizer_question *question, const char *complaint,
		       struct words_text *out)
{
	bool is_start = question->occasion == AUTHORIZER_OCCASION_START;
	out->size = 0;
	out->is_cut = false;
	if (complaint != NULL)
		add(out, complaint);
	add(out, is_start ? "Cairn asks: before it starts, may " : "Cairn asks: may ");
	add_program(out, &question->program);
	add(out, is_start && question->uses.count > 1 ? " use all of these?\n" : " use this?\n");
	add_uses(out, question->uses);
	add_starters(out, question->starters);
	if (is_long(out))
		add_once_more(out, question);
	if (question->uses.count > 1)
		add(out, "once, run (as long as it runs), always, never; Enter: not now > ");
	else
		add(out,
		    "once, run (as long as it runs), always, never, and scopes if you want others; "
		    "Enter: not now > ");
}

/* ---- Answers ---- */

static bool is_space(char character)
{
	return character == ' ' || character == '\t' || character == '\r';
}

bool words_next_scope(struct wire_string *rest, struct wire_string *scope)
{
	while (rest->size > 0 && is_space(*rest->data)) {
		rest->data++;
		rest->size--;
	}
	scope->data = rest->data;
	scope->size = 0;
	while (rest->size > 0 && !is_space(*rest->data)) {
		rest->data++;
		rest->size--;
		scope->size++;
	}
	return scope->size > 0;
}

static bool is_word(struct wire_string typed, const char *word)
{
	uint32_t size = length_of(word);
	if (typed.size != size)
		return false;
	for (uint32_t i = 0; i < size; i++)
		if ((typed.data[i] | 0x20) != word[i])
			return false;
	return true;
}

bool words_of_answer(struct wire_string line, enum authorizer_verdict *verdict,
		     struct wire_string *scopes)
{
	/* What lasts and denies is typed in full: `n` is meant as no. */
	static const struct {
		const char *word;
		enum authorizer_verdict verdict;
	} rows[] = {
	    {"o", AUTHORIZER_VERDICT_ALLOW_ONCE},      {"once", AUTHORIZER_VERDICT_ALLOW_ONCE},
	    {"r", AUTHORIZER_VERDICT_ALLOW_RUN},       {"run", AUTHORIZER_VERDICT_ALLOW_RUN},
	    {"a", AUTHORIZER_VERDICT_ALLOW_ALWAYS},    {"always", AUTHORIZER_VERDICT_ALLOW_ALWAYS},
	    {"n", AUTHORIZER_VERDICT_DENY_ONCE},       {"no", AUTHORIZER_VERDICT_DENY_ONCE},
	    {"never", AUTHORIZER_VERDICT_DENY_ALWAYS},
	};
	struct wire_string word;
	*scopes = line;
	if (!words_next_scope(scopes, &word)) {
		*verdict = AUTHORIZER_VERDICT_DENY_ONCE;
		return true;
	}
	struct wire_string rest = *scopes, next;
	bool has_scopes = words_next_scope(&rest, &next);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!is_word(word, rows[i].word))
			continue;
		*verdict = rows[i].verdict;
		return !has_scopes || rows[i].verdict <= AUTHORIZER_VERDICT_ALLOW_ALWAYS;
	}
	return false;
}
