/*
 * question: what nobody has decided is put to the handler of `authorizer`, in the name of the
 * process that it is about and on its account, like the blocks of its program (fetch.h).
 *
 * There is one question at a time about a process and an interface, asked for the oldest message
 * that waits; and one before a process starts, about all that its program states that it uses. Both
 * are over when they are answered, whatever the answer; when everything that they are about has
 * been decided otherwise (kernel_decide); and when the process ends. No answer is a denial.
 */
#ifndef PROCESS_QUESTION_H
#define PROCESS_QUESTION_H

#include "access.h"

struct kernel;
struct process;

/* Of exchange_hooks. */
bool question_can_ask(const struct party *sender);
must_check enum status question_ask(struct access *access);

/* True where the start has to wait: the process comes back into kernel->starting. */
bool question_ask_before_start(struct process *process);

/* Decisions have changed: what waits for one that there is now goes on. */
void questions_review(struct kernel *kernel);

/* What the process is charged for those that are not answered. */
size_t questions_bytes(const struct process *process);

/* The process has ended, and its messages with it. */
void questions_drop(struct process *process);

#endif
