#include "translate.h"

#include "mem.h"
#include "text.h"

void translate_fail(struct translator *t, enum status status, const char *what)
{
	if (t->status != STATUS_OK)
		return;
	t->status = status;
	struct text text = text_over(t->fault->text, sizeof t->fault->text);
	text_string(&text, what);
	text_string(&text, ", in function ");
	text_decimal(&text, t->function);
	t->fault->offset = t->body == NULL ? 0 : t->body->code_offset;
}

uint32_t translate_emit_more(struct translator *t, union wasm_word word)
{
	if (!growable_reserve(&t->words, 1)) {
		translate_fail(t, STATUS_NO_MEMORY, "out of memory");
		return t->entry;
	}
	*translate_word(t, t->words.count) = word;
	return t->words.count++;
}

static struct step *add_step(struct translator *t)
{
	if (t->step_count == STEPS_MAX) {
		memmove(t->steps, t->steps + 1, (STEPS_MAX - 1) * sizeof t->steps[0]);
		t->step_count--;
	}
	struct step *step = &t->steps[t->step_count++];
	step->word = t->words.count;
	step->has_result = false;
	memcpy(step->newest, t->newest, sizeof step->newest);
	return step;
}

uint32_t translate_emit(struct translator *t, union wasm_word word)
{
	add_step(t);
	return translate_emit_more(t, word);
}

void translate_emit_result(struct translator *t, union wasm_word word, const uint64_t *extra,
			   enum newest_register kind)
{
	add_step(t)->has_result = true;
	translate_emit_more(t, word);
	if (extra != NULL)
		translate_emit_more(t, word_bits(*extra));
	for (int i = 0; i < NEWEST_COUNT; i++)
		if (t->newest[i] == word.a)
			t->newest[i] = TRANSLATE_NONE;
	t->newest[kind] = word.a;
}

union wasm_word *translate_last(struct translator *t, bool has_result)
{
	if (t->step_count == 0 || t->status != STATUS_OK)
		return NULL;
	const struct step *step = &t->steps[t->step_count - 1];
	return has_result && !step->has_result ? NULL : translate_word(t, step->word);
}

void translate_take_back(struct translator *t)
{
	const struct step *step = &t->steps[--t->step_count];
	t->words.count = step->word;
	memcpy(t->newest, step->newest, sizeof t->newest);
}

static void add_number(struct translator *t, uint64_t number)
{
	do {
		if (!growable_reserve(&t->notes, 1)) {
			translate_fail(t, STATUS_NO_MEMORY, "out of memory");
			return;
		}
		uint8_t more = number > 0x7f ? 0x80 : 0;
		((uint8_t *)t->notes.items)[t->notes.count++] = (uint8_t)(number & 0x7f) | more;
		number >>= 7;
	} while (number != 0);
}

void translate_note(struct translator *t, uint64_t offset)
{
	add_number(t, t->words.count - t->note_word);
	add_number(t, offset - t->note_offset);
	t->note_word = t->words.count;
	t->note_offset = offset;
}

void translate_forget(struct translator *t)
{
	t->step_count = 0;
	for (int i = 0; i < NEWEST_COUNT; i++)
		t->newest[i] = TRANSLATE_NONE;
}

void translate_add_jump(struct translator *t, uint32_t *list, uint32_t word, bool is_short)
{
	if (!growable_reserve(&t->jumps, 1)) {
		translate_fail(t, STATUS_NO_MEMORY, "out of memory");
		return;
	}
	struct jump *jumps = t->jumps.items;
	jumps[t->jumps.count++] = (struct jump){word, *list, is_short};
	*list = t->jumps.count;
}

void translate_set_distance(struct translator *t, uint32_t word, bool is_short, uint32_t target)
{
	if (t->status != STATUS_OK)
		return;
	int64_t distance = (int64_t)target - word;
	if (!is_short) {
		translate_word(t, word)->distance = (int32_t)distance;
		return;
	}
	if (distance != (int16_t)distance)
		t->needs_long_branches = true;
	translate_word(t, word)->c = (uint16_t)distance;
}

void translate_bind(struct translator *t, uint32_t *list)
{
	while (*list != 0) {
		const struct jump *jump = &((struct jump *)t->jumps.items)[*list - 1];
		translate_set_distance(t, jump->word, jump->is_short, t->words.count);
		*list = jump->next;
	}
	translate_forget(t);
}
