/*
 * fake_call: the kernel as core/wasi sees it (process/call.h), played by a script. A test queues
 * answers, runs a function of the module's table by its name, and looks at the messages that were
 * sent and at the program's memory.
 *
 * The memory and each answer's body are allocations of exactly their size, so that a sanitizer sees
 * every byte that is touched beside them. Answers come before call_begin returns, or after the host
 * function has returned, as `fake_answers_at_once` says: the kernel may do either.
 */
#ifndef FAKE_CALL_H
#define FAKE_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include <cairn/terminal.h>

#include "core/cid.h"

enum {
	FAKE_MEMORY_BYTES = 4 * 65536,
	FAKE_UNTOUCHED = 0xa5 /* the memory is filled with it */
};

struct fake_message {
	struct digest interface;
	uint8_t *body;
	uint32_t size;
};

extern bool fake_answers_at_once;
extern bool fake_refuses_record;
extern uint32_t fake_answered_together; /* of messages sent together: a bit each; at first 1 */
extern bool fake_has_files;             /* the user allows it, and somebody handles it */
extern bool fake_has_tcp;
extern void (*fake_before_answer)(void); /* the program's other threads, or NULL */
extern uint8_t *fake_memory;
extern struct fake_message fake_messages[64];
extern uint32_t fake_message_count;
extern bool fake_has_exited;
extern uint32_t fake_exit_code;

/* cmocka's setup and teardown of a test: a fresh process; every queued answer was used. */
int fake_begin(void **state);
int fake_end(void **state);

/* Forgets messages and answers, and fills the memory again; descriptors stay. */
void fake_reset(void);

/* Calls the function with that many arguments (each a uint64_t) to its end; returns its result. A
 * program that exits yields UINT32_MAX. */
uint32_t fake_run(const char *name, uint32_t count, ...);

/* Closes 0, 1 and 2, as another thread of the program would. */
void fake_close_all(void);

/*
 * A body that a test encodes, one at a time, and what can then be done with it: queue it as an
 * answer, or assert that message `index` went to `interface` with exactly this body.
 *
 *     time_now_encode(fake_body());
 *     fake_assert_message(0, time_interface);
 */
struct wire_out *fake_body(void);
void fake_answer_body(void);
void fake_assert_message(uint32_t index, const uint8_t *interface);

/* Queues an answer of any bytes, which are copied: what bindings would not encode. */
void fake_answer(uint32_t status, const void *body, uint32_t size);

/* Queues what `time` answers, and what `terminal` does. */
void fake_answer_time(uint64_t value);
void fake_answer_written(uint32_t count);
void fake_answer_read(const void *data, uint32_t size);
void fake_answer_described(bool is_terminal);
void fake_answer_terminal_error(enum terminal_error error);

/* Little-endian words of the program's memory. */
void fake_store_u32(uint8_t *at, uint32_t value);
void fake_store_u64(uint8_t *at, uint64_t value);
uint32_t fake_load_u32(const uint8_t *at);
uint64_t fake_load_u64(const uint8_t *at);

/* Asserts that the memory is as fake_reset left it. */
void fake_assert_untouched(void);

/*
 * Runs `check` with the encoded body cut at every byte, and with a byte too many, each time with
 * the broken answer queued and a fresh memory; the test then runs its function and asserts the
 * outcome.
 */
void fake_each_broken(void (*check)(void));

/* Runs a group of tests twice: with answers at once, and with answers later. */
#define fake_run_tests(tests)                                                                      \
	(fake_answers_at_once = true,                                                              \
	 cmocka_run_group_tests_name(#tests ", answered at once", tests, NULL, NULL) +             \
	     (fake_answers_at_once = false,                                                        \
	      cmocka_run_group_tests_name(#tests ", answered later", tests, NULL, NULL)))

#define fake_test(test) cmocka_unit_test_setup_teardown(test, fake_begin, fake_end)

#endif
