/*
 * prompt: the interface `prompt` (interfaces/prompt.wit): a question to the person at the terminal
 * of a process. Nothing that a program does can be taken for the question, or for the answer: while
 * it is asked no program reads from that terminal or writes to it, in whatever run; what a program
 * did to it is undone before; and what was typed before the question was there, or what the
 * terminal itself was made to type, is dropped.
 *
 *     prompt_create -> (the loop runs) -> prompt_destroy -> (the loop runs out) -> prompt_free
 */
#ifndef HOSTED_PROMPT_H
#define HOSTED_PROMPT_H

#include <uv.h>

#include "core/kernel.h"

struct prompt;
struct terminal;

must_check enum status prompt_create(struct kernel *kernel, uv_loop_t *loop,
				     struct terminal *terminal, struct prompt **out);

/* Called when the kernel is destroyed: no request is under way any more. */
void prompt_destroy(struct prompt *prompt);
void prompt_free(struct prompt *prompt);

#endif
