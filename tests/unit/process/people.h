/*
 * people: a kernel with people who decide: a policy that remembers what it is told, an authorizer
 * whose answers a test gives by hand, and programs that a test starts.
 *
 *     people_set_up -> people_launch, people_start ... -> people_tear_down
 */
#ifndef PROCESS_PEOPLE_H
#define PROCESS_PEOPLE_H

#include <cairn/authorizer.h>

#include "archive.h"

enum { PEOPLE_STORED_MAX = 8 };

struct people {
	/* What is stored about the programs. */
	struct cid stored_programs[PEOPLE_STORED_MAX];
	struct kernel_grant stored[PEOPLE_STORED_MAX];
	uint32_t stored_count;
	uint32_t loaded; /* how often they were asked for */

	/* What the policy was told, the latest. */
	uint32_t decided_count;
	enum kernel_verdict decided;
	bool refuses_to_store;
	uint32_t observed[KERNEL_OBSERVED_DECIDED + 1];
	char reason[64];
};

extern struct people people;
extern struct kernel *people_kernel;
extern struct cid people_shell, people_sudoku, people_other; /* programs */
extern struct puppet *people_authorizer;                     /* NULL until it was called */
extern struct puppet *people_server;                         /* handles k, l and m */

int people_set_up(void **state);
int people_tear_down(void **state);

/* Starts the authorizer, which then waits for people_question. */
void people_call_authorizer(void);

struct kernel_grant people_allows(char letter, const char *scope); /* NULL: without any */
struct kernel_grant people_denies(char letter);

/* A process that the user has started with options. */
struct puppet *people_launch(const struct cid *program, struct kernel_grants options, bool asks);

/* A process that another has started, with what is passed on; NULL where it cannot be started. */
extern const struct process_right_list_option people_all;
struct puppet *people_start(struct puppet *starter, const struct cid *program,
			    const struct process_right_list_option *passes);

/* The user decides about a program. */
void people_decide(const struct cid *program, struct kernel_grant decision);

/* send() of an empty text that expects an answer. */
int64_t people_send(struct puppet *puppet, char letter);

/* The number of the grant of the message that the server takes, and the only scope of it; "" for
 * none. */
uint32_t people_take_grant(void);
const char *people_scope_of(uint32_t grant);

/* Takes the question that the authorizer has got; false where there is none. */
bool people_question(struct authorizer_question *question);

/* Answers it; `scope` may be NULL. */
void people_answer(enum authorizer_verdict verdict, const char *scope);

#endif
