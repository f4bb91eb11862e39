/*
 * code_text: functions in internal form as text, an instruction a line, for tests and for people.
 *
 *     FORM_I32_ADD ss 4 0 1        the form, its variant, the fields a, b and c as unsigned numbers
 *     FORM_CONSTANT_WIDE s 4 0 0 | 4294967295          the bits of a second word
 *     FORM_JUMP_TABLE s 0 2 0 | +3 | +5 | +9           its distances
 */
#ifndef SUPPORT_CODE_TEXT_H
#define SUPPORT_CODE_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "code.h"

/* Writes a function; `prefix` begins each line. */
void code_text_write(FILE *out, const struct wasm_code *code, const char *prefix);

#endif
