/*
 * words: a question as a person reads it, and what he may answer. Everything that a program has a
 * say in is escaped: of its scopes nothing is shown but printable ASCII.
 */
#ifndef AUTHORIZER_WORDS_H
#define AUTHORIZER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cairn/authorizer.h>

/* As much as `prompt` takes. */
enum { WORDS_TEXT_BYTES = 16384 };

struct words_text {
	char data[WORDS_TEXT_BYTES];
	uint32_t size;
	bool is_cut; /* it did not fit, and must not be shown */
};

/* `complaint` is about the last answer, or NULL. */
void words_of_question(const struct authorizer_question *question, const char *complaint,
		       struct words_text *out);

/*
 * What the line means: a word, and behind one that allows, scopes instead of those that were asked
 * for. False where it means nothing. `scopes` is what stands behind the word, spaces between.
 */
bool words_of_answer(struct wire_string line, enum authorizer_verdict *verdict,
		     struct wire_string *scopes);

/* The next scope; false after the last. */
bool words_next_scope(struct wire_string *rest, struct wire_string *scope);

#endif
