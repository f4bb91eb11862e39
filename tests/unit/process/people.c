#include "people.h"

#include <cairn/interface.h>
#include <cairn/process.h>

#include "handlers.h"

struct people people;
struct kernel *people_kernel;
struct cid people_shell, people_sudoku, people_other;
struct puppet *people_authorizer;
struct puppet *people_server;
const struct process_right_list_option people_all;

static struct archive archive;
static uint64_t question_id;

/* ---- The policy ---- */

static void decisions(void *self, const struct cid *program,
		      void (*add)(void *to, const struct kernel_grant *decision), void *to)
{
	people.loaded++;
	for (uint32_t i = 0; i < people.stored_count; i++)
		if (cid_is_equal(&people.stored_programs[i], program))
			add(to, &people.stored[i]);
}

static enum status decided(void *self, const struct kernel_decision *decision)
{
	people.decided_count++;
	people.decided = decision->grant->verdict;
	return people.refuses_to_store ? STATUS_IO : STATUS_OK;
}

static void observed(void *self, const struct kernel_observation *observation)
{
	people.observed[observation->what]++;
	if (observation->reason.size == 0)
		return;
	snprintf(people.reason, sizeof people.reason, "%.*s", (int)observation->reason.size,
		 (const char *)observation->reason.data);
}

static bool petname(void *self, const struct cid *program, char *out, size_t size)
{
	bool is_known = cid_is_equal(program, &people_sudoku);
	if (is_known)
		snprintf(out, size, "sudoku");
	return is_known;
}

static bool interface_words(void *self, const struct digest *interface, struct kernel_words *out)
{
	struct digest k = stage_interface('k');
	if (memcmp(interface, &k, sizeof k) != 0)
		return false;
	snprintf(out->name, sizeof out->name, "kv");
	snprintf(out->words, sizeof out->words, "keep values under keys");
	return true;
}

static const struct kernel_policy policy = {decisions, decided,         observed,
					    petname,   interface_words, NULL};

/* ---- The stage ---- */

int people_set_up(void **state)
{
	static const struct digest of_authorizer = {AUTHORIZER_DIGEST};
	struct fault fault;
	people = (struct people){0};
	people_authorizer = NULL;
	test_port_stands_still = true; /* What is told once a second is a matter of the test. */
	people_kernel = stage_create_with(NULL, &policy);
	people_shell = archive_add_program(&archive, "shell", "P shell");
	people_sudoku = archive_add_program(&archive, "sudoku", "P sudoku");
	people_other = archive_add_program(&archive, "other", "P other");
	archive_add_program(&archive, "authorizer", "P authorizer");
	archive_add_digest(&archive, "handles", "authorizer", &of_authorizer);
	assert_int_equal(archive_boot(&archive, people_kernel, &fault), STATUS_OK);
	people_server = puppet_create(people_kernel);
	for (char letter = 'k'; letter <= 'm'; letter++)
		puppet_handles(people_server, letter);
	test_port_keep_log = true;
	test_port_log_lines = 0;
	return 0;
}

int people_tear_down(void **state)
{
	puppet_section = (struct wasm_name){0};
	test_port_keep_log = false;
	test_port_ahead_ns = 0;
	test_port_stands_still = false;
	stage_destroy(people_kernel);
	archive_reset(&archive);
	return 0;
}

void people_call_authorizer(void)
{
	static const struct digest of_authorizer = {AUTHORIZER_DIGEST};
	struct exchange *exchange = &people_kernel->exchange;
	struct stop *stop = router_find(&exchange->router, &of_authorizer)->first;
	struct party *party;
	assert_int_equal(exchange_find_handler(exchange, stop, &party), 0);
	stage_settle(people_kernel);
	assert_int_equal(stop_register(exchange, stop, party, (struct stop_options){0}), STATUS_OK);
	people_authorizer = process_of_party(party)->instance;
}

/* ---- Programs ---- */

struct kernel_grant people_allows(char letter, const char *scope)
{
	static struct wasm_name scopes[16];
	static uint32_t next;
	struct wasm_name *name = &scopes[next++ % 16];
	if (scope != NULL)
		*name = (struct wasm_name){(const uint8_t *)scope, strlen(scope)};
	return (struct kernel_grant){stage_interface(letter), KERNEL_ALLOWED, name, scope != NULL};
}

struct kernel_grant people_denies(char letter)
{
	return (struct kernel_grant){.interface = stage_interface(letter),
				     .verdict = KERNEL_DENIED};
}

struct puppet *people_launch(const struct cid *program, struct kernel_grants options, bool asks)
{
	struct kernel_start start = {.program = *program, .grants = options, .asks = asks};
	uint64_t pid;
	assert_int_equal(kernel_start(people_kernel, &start, &pid), STATUS_OK);
	stage_settle(people_kernel);
	struct process *process = kernel_find(people_kernel, pid);
	return process == NULL ? NULL : process->instance;
}

struct puppet *people_start(struct puppet *starter, const struct cid *program,
			    const struct process_right_list_option *passes)
{
	static const struct digest of_process = {PROCESS_DIGEST};
	struct process_u64_or_start_error result;
	uint8_t cid[CID_BINARY_BYTES];
	cid_to_binary(program, cid);
	process_start_encode(
	    request_cursor(),
	    &(struct process_start_call){.program = {cid, sizeof cid}, .passes = *passes});
	struct request request = request_encoded();
	uint64_t id = puppet_ask(starter, &of_process, &request);
	assert_int_equal(puppet_take_answer(starter, id), CAIRN_STATUS_OK);
	assert_int_equal(
	    process_start_answer_decode(puppet_body(starter), starter->note.length, &result),
	    WIRE_OK);
	stage_settle(people_kernel);
	struct process *process = result.is_error ? NULL : kernel_find(people_kernel, result.value);
	return process == NULL ? NULL : process->instance;
}

void people_decide(const struct cid *program, struct kernel_grant decision)
{
	assert_int_equal(kernel_decide(people_kernel, program, &decision), STATUS_OK);
}

int64_t people_send(struct puppet *puppet, char letter)
{
	return puppet_send(puppet, letter, "", CAIRN_SEND_ANSWER);
}

uint32_t people_take_grant(void)
{
	puppet_take(people_server);
	return people_server->note.status;
}

const char *people_scope_of(uint32_t grant)
{
	static const struct digest of_interface = {INTERFACE_DIGEST};
	static char text[64];
	struct wire_string_list scopes;
	struct wire_string scope = {0};
	interface_scopes_encode(request_cursor(), &(struct interface_scopes_call){grant});
	struct request request = request_encoded();
	uint64_t id = puppet_ask(people_server, &of_interface, &request);
	if (puppet_take_answer(people_server, id) != CAIRN_STATUS_OK)
		return "refused";
	assert_int_equal(interface_scopes_answer_decode(puppet_body(people_server),
							people_server->note.length, &scopes),
			 WIRE_OK);
	assert_true(scopes.count <= 1);
	(void)wire_string_list_next(&scopes, &scope);
	snprintf(text, sizeof text, "%.*s", (int)scope.size, scope.data);
	return text;
}

/* ---- Questions ---- */

bool people_question(struct authorizer_question *question)
{
	struct authorizer_ask_call call;
	if (puppet_wait(people_authorizer, (struct puppet_ids){{CAIRN_ID_INCOMING}}, 0) == 0)
		return false;
	assert_int_equal(people_authorizer->note.kind, CAIRN_KIND_MESSAGE);
	assert_int_equal(people_authorizer->note.process, 0);
	question_id = people_authorizer->note.message;
	assert_int_equal(authorizer_ask_decode(puppet_body(people_authorizer),
					       people_authorizer->note.length, &call),
			 WIRE_OK);
	*question = call.question;
	return true;
}

void people_answer(enum authorizer_verdict verdict, const char *scope)
{
	struct wire_string scopes = scope == NULL ? (struct wire_string){0} : wire_text(scope);
	const struct authorizer_decision decision = {
	    .verdict = verdict, .scopes = {.items = &scopes, .count = scope != NULL}};
	const struct authorizer_answer answer = {.decisions = {.items = &decision, .count = 1},
						 .reason = wire_text("a person said so")};
	uint8_t body[256];
	struct wire_out out = wire_out_over(body, sizeof body);
	authorizer_ask_answer_encode(&out, &answer);
	struct wire_part part = {body, (size_t)out.size};
	struct body whole = {&part, 1, out.size};
	assert_int_equal(exchange_answer(&people_kernel->exchange,
					 &people_authorizer->process->party, question_id,
					 CAIRN_STATUS_OK, &whole),
			 0);
}
