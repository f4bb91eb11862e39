#include "support/code_text.h"

#include <inttypes.h>
#include <stdbool.h>

static const char *const names[FORM_COUNT] = {
#define FORM_EACH(form) #form,
#include "forms.def"
};

static const char *const variants[VARIANT_COUNT] = {
    "ss", "rs", "sr", "si", "ri", "sk", "rk", "xs", "xr", "ks", "kr", "wide",
};

static bool has_second_word(enum wasm_form form, enum wasm_variant variant)
{
	if (variant >= VARIANT_SK)
		return true;
	switch (form) {
#define FORM_STEP(form, branch, type, condition, ss, si)            case form:
#define FORM_MULTIPLY(form, product, sum, type, expression, ss, rs) case form:
#include "forms.def"
	case FORM_COPY_TWO:
	case FORM_CONSTANT_WIDE:
	case FORM_SELECT:
	case FORM_CALL_IMPORT:
	case FORM_CALL_INDIRECT:
	case FORM_TABLE_GROW:
	case FORM_TABLE_FILL:
	case FORM_TABLE_COPY:
	case FORM_TABLE_INIT:
	case FORM_MEMORY_INIT:
		return true;
	default:
		return false;
	}
}

void code_text_write(FILE *out, const struct wasm_code *code, const char *prefix)
{
	const union wasm_word *word = code->entry;
	const union wasm_word *end = word + code->word_count;
	while (word < end) {
		enum wasm_form form = word->operation / VARIANT_COUNT;
		enum wasm_variant variant = word->operation % VARIANT_COUNT;
		fprintf(out, "%s%s %s %u %u %u", prefix, names[form], variants[variant], word->a,
			word->b, word->c);
		uint64_t more = has_second_word(form, variant) ? 1 : 0;
		if (form == FORM_JUMP_TABLE)
			more = (uint64_t)word->index + 1;
		word++;
		for (uint64_t i = 0; i < more && word < end; i++, word++) {
			if (form == FORM_JUMP_TABLE)
				fprintf(out, " | %+d", (int)word->distance);
			else
				fprintf(out, " | %" PRIu64, word->bits);
		}
		fprintf(out, "\n");
	}
}
