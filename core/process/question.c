#include "question.h"

#include <cairn/abi.h>
#include <cairn/authorizer.h>

#include "kernel_state.h"
#include "mem.h"
#include "program.h"

static const struct digest authorizer = {AUTHORIZER_DIGEST};

struct question {
	struct list_link of_kernel;
	struct list_link of_process;
	struct process *process;
	bool is_start;
	bool is_moot; /* decided otherwise; the answer is still to come */
	uint32_t use_count;
	struct use uses[]; /* what it is about, in the answer's order; scopes are the program's */
};

static size_t question_bytes(uint32_t use_count)
{
	return sizeof(struct question) + use_count * sizeof(struct use);
}

static struct question *create(struct process *process, uint32_t use_count)
{
	struct question *question =
	    budget_allocate(&process->party.records, question_bytes(use_count));
	if (question == NULL)
		return NULL;
	*question = (struct question){.process = process, .use_count = use_count};
	list_append(&process->kernel->questions, &question->of_kernel);
	list_append(&process->questions, &question->of_process);
	return question;
}

static void destroy(struct question *question)
{
	list_remove(&question->of_kernel);
	list_remove(&question->of_process);
	budget_release(&question->process->party.records, question,
		       question_bytes(question->use_count));
}

/* ---- Its words ---- */

/* What a question's body is made of, while it is encoded. */
struct wording {
	struct authorizer_program programs[STARTERS_MAX + 1];
	uint8_t cids[STARTERS_MAX + 1][CID_BINARY_BYTES];
	char petnames[STARTERS_MAX + 1][KERNEL_PETNAME_BYTES];
	struct authorizer_requested_use uses[USES_MAX];
	struct kernel_words words[USES_MAX];
};

static void word_program(const struct kernel *kernel, const struct cid *program,
			 struct wording *wording, uint32_t index)
{
	char *petname = wording->petnames[index];
	struct authorizer_program *out = &wording->programs[index];
	cid_to_binary(program, wording->cids[index]);
	*out = (struct authorizer_program){.cid = {wording->cids[index], CID_BINARY_BYTES}};
	out->petname.has_value = permit_petname(kernel, program, petname);
	if (out->petname.has_value)
		out->petname.value = wire_text(petname);
}

static void word_use(const struct kernel *kernel, const struct use *use, struct wording *wording,
		     uint32_t index)
{
	struct kernel_words *words = &wording->words[index];
	struct authorizer_requested_use *out = &wording->uses[index];
	*out = (struct authorizer_requested_use){
	    .interface = {use->interface.bytes, sizeof use->interface.bytes},
	    .scopes = {.items = use->scopes, .count = use->scope_count}};
	out->words.has_value = permit_interface_words(kernel, &use->interface, words);
	if (out->words.has_value)
		out->words.value = wire_text(words->words);
}

static struct authorizer_ask_call word(const struct question *question, struct wording *wording)
{
	const struct process *process = question->process;
	const struct kernel *kernel = process->kernel;
	uint32_t count = 0;
	for (const struct rights *rights = process->party.rights; rights != NULL;
	     rights = rights->terms.starter)
		word_program(kernel, &rights->terms.program->cid, wording, count++);
	for (uint32_t i = 0; i < question->use_count; i++)
		word_use(kernel, &question->uses[i], wording, i);
	return (struct authorizer_ask_call){
	    .question = {
		.occasion =
		    question->is_start ? AUTHORIZER_OCCASION_START : AUTHORIZER_OCCASION_SEND,
		.program = wording->programs[0],
		.process = process->party.serial,
		.starters = {.items = wording->programs + 1, .count = count - 1},
		.uses = {.items = wording->uses, .count = question->use_count},
	    }};
}

/* ---- Asking ---- */

static void answered(struct message *message);

static enum status send_body(struct question *question, const struct wire_out *body)
{
	struct process *process = question->process;
	struct wire_part part = {body->run, (size_t)body->size};
	struct outgoing out = {.sender = &process->party,
			       .interface = &authorizer,
			       .body = {&part, 1, body->size},
			       .wants_answer = true,
			       .answered = answered,
			       .owner = question,
			       .is_kernel = true};
	return exchange_send(&process->kernel->exchange, &out) == 0 ? STATUS_OK : STATUS_DENIED;
}

/* After STATUS_OK the question may be over already. */
static enum status send_question(struct question *question)
{
	struct wording *wording = port_allocate(sizeof *wording);
	if (wording == NULL)
		return STATUS_NO_MEMORY;
	const struct authorizer_ask_call call = word(question, wording);
	struct wire_out out = wire_out_over(NULL, 0);
	authorizer_ask_encode(&out, &call);
	size_t size = (size_t)out.size;
	uint8_t *body = port_allocate(size);
	enum status status = STATUS_NO_MEMORY;
	if (body != NULL) {
		out = wire_out_over(body, size);
		authorizer_ask_encode(&out, &call);
		status = send_body(question, &out);
	}
	port_release(body, size);
	port_release(wording, sizeof *wording);
	return status;
}

bool question_can_ask(const struct party *sender)
{
	const struct route *route = router_find(&sender->exchange->router, &authorizer);
	return sender->rights->terms.asks && route != NULL && route->first != NULL;
}

/* The scopes are those that the program states, if it does. */
enum status question_ask(struct access *access)
{
	struct process *process = process_of_party(access->owner);
	const struct digest *interface = &access->route->interface;
	const struct use *stated =
	    process->program == NULL ? NULL : uses_find(&process->program->uses, interface);
	struct question *question = create(process, 1);
	if (question == NULL)
		return STATUS_NO_MEMORY;
	question->uses[0] = stated != NULL ? *stated : (struct use){.interface = *interface};
	access->question = question;
	enum status status = send_question(question);
	if (status != STATUS_OK) {
		access->question = NULL;
		destroy(question);
	}
	return status;
}

static bool is_undecided(struct process *process, const struct digest *interface)
{
	return access_judge(&process->party, interface, true).verdict == KERNEL_UNDECIDED;
}

bool question_ask_before_start(struct process *process)
{
	const struct uses *uses = &process->program->uses;
	uint32_t count = 0;
	if (process->was_asked || !question_can_ask(&process->party))
		return false;
	process->was_asked = true;
	for (uint32_t i = 0; i < uses->count; i++)
		count += is_undecided(process, &uses->items[i].interface);
	struct question *question = count == 0 ? NULL : create(process, count);
	if (question == NULL)
		return false;
	question->is_start = true;
	count = 0;
	for (uint32_t i = 0; i < uses->count; i++)
		if (is_undecided(process, &uses->items[i].interface))
			question->uses[count++] = uses->items[i];
	if (send_question(question) == STATUS_OK)
		return true;
	destroy(question);
	return false;
}

/* ---- What becomes of the messages ---- */

static struct message *oldest(const struct access *access)
{
	struct list_link *link = list_first(&access->asked);
	return link == NULL ? NULL : list_record(link, struct message, notification.link);
}

/* `process` answers itself what may not be. */
static void deny(struct exchange *exchange, struct message *message)
{
	if (grant_is_of_all_programs(&message->route->interface))
		exchange_allow(exchange, message, &exchange->grant_of_all);
	else
		exchange_deny(exchange, message);
}

/* All that wait, by what is decided now; nothing where that is still open. */
static void settle(struct exchange *exchange, struct access *access)
{
	struct judgement judgement = access_judge(access->owner, &access->route->interface, true);
	if (judgement.verdict == KERNEL_UNDECIDED)
		return;
	/* In the way of the last one the grant may go. */
	struct grant *grant = judgement.grant == NULL ? NULL : grant_share(judgement.grant);
	for (struct message *message; (message = oldest(access)) != NULL;)
		if (grant != NULL)
			exchange_allow(exchange, message, grant);
		else
			deny(exchange, message);
	if (grant != NULL)
		grant_release(grant);
}

/* What was not settled by the last answer: the next message is asked about, or nobody can be. */
static void ask_again(struct exchange *exchange, struct access *access)
{
	if (access->question != NULL || oldest(access) == NULL)
		return;
	if (question_can_ask(access->owner) && question_ask(access) == STATUS_OK)
		return;
	for (struct message *message; (message = oldest(access)) != NULL;)
		deny(exchange, message);
}

void questions_review(struct kernel *kernel)
{
	list_for_each(link, &kernel->questions)
	{
		struct question *question = list_record(link, struct question, of_kernel);
		struct party *party = &question->process->party;
		const struct digest *interface = &question->uses[0].interface;
		if (question->is_moot || question->is_start ||
		    is_undecided(question->process, interface))
			continue;
		struct access *access =
		    access_find(party, router_find(&kernel->exchange.router, interface));
		question->is_moot = true;
		access->question = NULL;
		settle(&kernel->exchange, access);
		exchange_give_up(&kernel->exchange, party, question);
		/* Anything may have become of the list: from the start. */
		link = &kernel->questions.head;
	}
}

/* ---- Answers ---- */

struct reply {
	bool is_once;
	bool is_always;
	struct kernel_grant grant;
	struct wasm_name reason;
};

static struct reply reply_of(const struct authorizer_decision *decision,
			     const struct digest *interface, struct wasm_name *scopes)
{
	struct reply reply = {.grant = {.interface = *interface, .scopes = scopes}};
	enum authorizer_verdict verdict = decision->verdict;
	bool is_allowed = verdict <= AUTHORIZER_VERDICT_ALLOW_ALWAYS;
	reply.is_once =
	    verdict == AUTHORIZER_VERDICT_ALLOW_ONCE || verdict == AUTHORIZER_VERDICT_DENY_ONCE;
	reply.is_always =
	    verdict == AUTHORIZER_VERDICT_ALLOW_ALWAYS || verdict == AUTHORIZER_VERDICT_DENY_ALWAYS;
	reply.grant.verdict = is_allowed ? KERNEL_ALLOWED : KERNEL_DENIED;
	struct wire_string_list rest = decision->scopes;
	struct wire_string scope;
	while (is_allowed && reply.grant.scope_count < GRANT_SCOPES_MAX &&
	       wire_string_list_next(&rest, &scope))
		scopes[reply.grant.scope_count++] =
		    (struct wasm_name){(const uint8_t *)scope.data, scope.size};
	return reply;
}

static void observe(struct question *question, const struct reply *reply)
{
	const struct kernel_observation observation = {
	    .what = reply->is_always ? KERNEL_OBSERVED_DECIDED : KERNEL_OBSERVED_ANSWERED,
	    .grant = reply->grant,
	    .is_once = reply->is_once,
	    .reason = reply->reason};
	permit_observe(question->process, &observation);
}

/* False where it is to hold for the process alone. */
static bool store(struct question *question, const struct reply *reply)
{
	struct process *process = question->process;
	const struct kernel_policy *policy = process->kernel->settings.policy;
	if (!reply->is_always || policy == NULL || policy->decided == NULL)
		return false;
	const struct kernel_decision decision = {.process = process->party.serial,
						 .program = &process->cid,
						 .grant = &reply->grant,
						 .reason = reply->reason};
	return policy->decided(policy->self, &decision) == STATUS_OK &&
	       kernel_decide(process->kernel, &process->cid, &reply->grant) == STATUS_OK;
}

/* For the process or its program. What an answer says about the program binds a started process
 * only as a denial, so that it is also about the process (rights.h). */
static enum status take_lasting(struct question *question, const struct reply *reply)
{
	struct process *process = question->process;
	struct kernel *kernel = process->kernel;
	struct rights *rights = process->party.rights;
	bool is_stored = store(question, reply);
	if (is_stored && (rights->terms.starter == NULL || reply->grant.verdict == KERNEL_DENIED))
		return STATUS_OK;
	enum status status = rights_answer(&kernel->exchange, rights, &reply->grant);
	kernel->exchange.epoch++;
	questions_review(kernel);
	return status;
}

static void forget_judgements(struct kernel *kernel)
{
	kernel->exchange.epoch++;
	questions_review(kernel);
}

/* One that is none was taken back, or is over; scopes that are none make it a denial. */
static void take_once(struct question *question, struct access *access, const struct reply *reply)
{
	struct exchange *exchange = &question->process->kernel->exchange;
	struct message *message = oldest(access);
	struct grant *grant = NULL;
	if (reply->grant.verdict == KERNEL_ALLOWED &&
	    grant_create((struct kernel_scopes){.items = reply->grant.scopes,
						.count = reply->grant.scope_count},
			 &exchange->next_grant, &grant) == STATUS_OK) {
		if (message != NULL)
			exchange_allow(exchange, message, grant);
		grant_release(grant);
		return;
	}
	if (rights_deny_once(question->process->party.rights, &reply->grant.interface))
		forget_judgements(question->process->kernel);
	if (message != NULL && oldest(access) == message)
		deny(exchange, message);
}

/* Before a start there is no message: what is for once is for this one start. A denial for once is
 * nothing to the process, so that it can still ask for what it turns out to need, but counts for
 * who has started it; what cannot be kept is nothing. */
static void take_for_start(struct question *question, const struct reply *reply)
{
	struct process *process = question->process;
	if (!reply->is_once || reply->grant.verdict == KERNEL_ALLOWED)
		(void)!take_lasting(question, reply);
	else if (rights_deny_start(process->party.rights, &reply->grant.interface))
		forget_judgements(process->kernel);
}

static void take_for_send(struct question *question, const struct reply *reply)
{
	struct kernel *kernel = question->process->kernel;
	struct access *access =
	    access_find(&question->process->party,
			router_find(&kernel->exchange.router, &reply->grant.interface));
	access->question = NULL;
	const struct reply denied = {
	    .is_once = true,
	    .grant = {.interface = reply->grant.interface, .verdict = KERNEL_DENIED}};
	if (reply->is_once)
		take_once(question, access, reply);
	else if (take_lasting(question, reply) != STATUS_OK)
		take_once(question, access, &denied);
	settle(&kernel->exchange, access);
	ask_again(&kernel->exchange, access);
}

static void take_use(struct question *question, const struct use *use,
		     const struct authorizer_decision *decision, struct wire_string reason)
{
	struct wasm_name scopes[GRANT_SCOPES_MAX];
	struct reply reply = reply_of(decision, &use->interface, scopes);
	reply.reason = (struct wasm_name){(const uint8_t *)reason.data, reason.size};
	observe(question, &reply);
	if (question->is_start)
		take_for_start(question, &reply);
	else
		take_for_send(question, &reply);
}

static void take_answer(struct question *question, const struct message *message)
{
	static const struct authorizer_decision denied = {.verdict = AUTHORIZER_VERDICT_DENY_ONCE};
	struct authorizer_answer answer = {.reason = wire_text("the authorizer did not answer")};
	if (message->status == CAIRN_STATUS_OK &&
	    authorizer_ask_answer_decode(message->body, message->size, &answer) != WIRE_OK)
		answer.reason = wire_text("the authorizer's answer was malformed");
	for (uint32_t i = 0; i < question->use_count; i++) {
		struct authorizer_decision decision;
		bool has_decision = authorizer_decision_list_next(&answer.decisions, &decision);
		take_use(question, &question->uses[i], has_decision ? &decision : &denied,
			 answer.reason);
	}
}

static void answered(struct message *message)
{
	struct question *question = message->owner;
	struct process *process = question->process;
	struct kernel *kernel = process->kernel;
	if (!question->is_moot)
		take_answer(question, message);
	if (question->is_start && process->state == PROCESS_STARTING &&
	    !list_is_linked(&process->of_queue))
		list_append(&kernel->starting, &process->of_queue);
	destroy(question);
	exchange_discard(&kernel->exchange, message);
}

size_t questions_bytes(const struct process *process)
{
	size_t bytes = 0;
	list_for_each(link, &process->questions) bytes +=
	    question_bytes(list_record(link, struct question, of_process)->use_count);
	return bytes;
}

void questions_drop(struct process *process)
{
	while (!list_is_empty(&process->questions))
		destroy(list_record(list_first(&process->questions), struct question, of_process));
}
