#include "permit.h"

#include "access.h"

#include "kernel_state.h"
#include "mem.h"
#include "question.h"

/* ---- Rights ---- */

/* What the port has stored, on its way into a record. */
struct loading {
	struct decisions *decisions;
	uint32_t *next_number;
	enum status status;
};

/* A denial that is not known would be an approval: whatever cannot be taken over fails the start.
 */
static void add_decision(void *to, const struct kernel_grant *decision)
{
	struct loading *loading = to;
	if (loading->status == STATUS_OK)
		loading->status = decisions_add(loading->decisions, decision, loading->next_number);
}

static enum status open_program(struct kernel *kernel, const struct cid *program,
				struct stored_program **out)
{
	const struct kernel_policy *policy = kernel->settings.policy;
	bool is_new;
	enum status status = stored_open(&kernel->exchange.stored, program, out, &is_new);
	if (status != STATUS_OK || !is_new || policy == NULL || policy->decisions == NULL)
		return status;
	struct loading loading = {.decisions = &(*out)->decisions,
				  .next_number = &kernel->exchange.next_grant};
	policy->decisions(policy->self, program, add_decision, &loading);
	if (loading.status != STATUS_OK)
		stored_release(*out);
	return loading.status;
}

enum status permit_create(struct kernel *kernel, const struct cid *program,
			  const struct rights_terms *terms, struct rights **out)
{
	struct rights_terms whole = *terms;
	enum status status = open_program(kernel, program, &whole.program);
	if (status != STATUS_OK)
		return status;
	status = rights_create(&whole, kernel->exchange.stored.sequence, out);
	stored_release(whole.program);
	return status;
}

enum status permit_launch(struct kernel *kernel, const struct cid *program,
			  struct grant_set *options, struct rights **out)
{
	const struct rights_terms terms = {.options = options};
	return permit_create(kernel, program, &terms, out);
}

/* ---- Changes of mind ---- */

/* What was answered about single processes before is out of date. */
static void forget_answers(struct stored_program *program, const struct digest *interface)
{
	list_for_each(link, &program->rights)
	    rights_forget(list_record(link, struct rights, of_program), interface);
}

static enum status put_decision(struct exchange *exchange, struct stored_program *record,
				const struct kernel_grant *grant)
{
	struct decision decision = {.interface = grant->interface,
				    .verdict = grant->verdict,
				    .sequence = exchange->stored.sequence + 1};
	enum status status = STATUS_OK;
	if (grant->verdict == KERNEL_ALLOWED)
		status = grant_create(
		    (struct kernel_scopes){.items = grant->scopes, .count = grant->scope_count},
		    &exchange->next_grant, &decision.grant);
	if (status != STATUS_OK)
		return status;
	status = decisions_put(&record->decisions, &decision);
	if (decision.grant != NULL)
		grant_release(decision.grant);
	if (status == STATUS_OK)
		forget_answers(record, &grant->interface);
	return status;
}

enum status kernel_decide(struct kernel *kernel, const struct cid *program,
			  const struct kernel_grant *grant)
{
	struct exchange *exchange = &kernel->exchange;
	struct stored_program *record = stored_find(&exchange->stored, program);
	if (record == NULL)
		return STATUS_OK;
	enum status status = put_decision(exchange, record, grant);
	/* Without it they would go on as before. */
	if (status != STATUS_OK && grant->verdict != KERNEL_ALLOWED)
		record->is_lost = true;
	exchange->stored.sequence++;
	exchange->epoch++;
	questions_review(kernel);
	return status;
}

/* ---- Words ---- */

bool permit_petname(const struct kernel *kernel, const struct cid *program,
		    char out[KERNEL_PETNAME_BYTES])
{
	const struct kernel_policy *policy = kernel->settings.policy;
	out[0] = '\0';
	return policy != NULL && policy->petname != NULL &&
	       policy->petname(policy->self, program, out, KERNEL_PETNAME_BYTES);
}

bool permit_interface_words(const struct kernel *kernel, const struct digest *interface,
			    struct kernel_words *out)
{
	const struct kernel_policy *policy = kernel->settings.policy;
	*out = (struct kernel_words){{0}, {0}};
	return policy != NULL && policy->interface_words != NULL &&
	       policy->interface_words(policy->self, interface, out);
}

enum { SHORT_CID_BYTES = 16 };

/* As a name for what is meant, not for a command: the user's, or the start of the hash. */
static void put_short(const struct kernel *kernel, const struct cid *program, struct text *out)
{
	char name[KERNEL_PETNAME_BYTES];
	char cid[CID_TEXT_BYTES];
	bool is_named = permit_petname(kernel, program, name);
	cid_to_text(program, cid);
	if (is_named) {
		text_string(out, name);
		text_string(out, " (");
	}
	text_bytes(out, cid, SHORT_CID_BYTES);
	text_string(out, is_named ? "...)" : "...");
}

/* As the user types them in a command. */
static void put_program(const struct kernel *kernel, const struct cid *program, struct text *out)
{
	char name[KERNEL_PETNAME_BYTES];
	char cid[CID_TEXT_BYTES];
	if (permit_petname(kernel, program, name)) {
		text_string(out, name);
		return;
	}
	cid_to_text(program, cid);
	text_string(out, cid);
}

static void put_interface(const struct kernel *kernel, const struct digest *interface,
			  bool is_short, struct text *out)
{
	struct kernel_words words;
	char cid[CID_TEXT_BYTES];
	struct cid of_text = {.codec = CID_RAW};
	if (permit_interface_words(kernel, interface, &words) && words.name[0] != '\0') {
		text_string(out, words.name);
		return;
	}
	memcpy(of_text.hash, interface->bytes, sizeof of_text.hash);
	cid_to_text(&of_text, cid);
	text_bytes(out, cid, is_short ? SHORT_CID_BYTES : sizeof cid - 1);
	if (is_short)
		text_string(out, "...");
}

/* ---- What is told ---- */

void permit_observe(const struct process *process, const struct kernel_observation *observation)
{
	const struct kernel_policy *policy = process->kernel->settings.policy;
	struct kernel_observation whole = *observation;
	if (policy == NULL || policy->observed == NULL)
		return;
	whole.process = process->party.serial;
	whole.program = &process->cid;
	policy->observed(policy->self, &whole);
}

void permit_used(struct party *sender, const struct digest *interface, const struct grant *grant)
{
	const struct kernel_observation observation = {
	    .what = KERNEL_OBSERVED_USED,
	    .grant = {*interface, KERNEL_ALLOWED, grant->scopes.items, grant->scopes.count}};
	if (grant->number != GRANT_OF_ALL_PROGRAMS)
		permit_observe(process_of_party(sender), &observation);
}

/* "denied: sudoku (bafkreid3...) asked for tcp; to allow: cairn allow sudoku tcp". Where a starter
 * lacks the decision, it is about that one's program. */
static void log_refusal(struct process *process, const struct digest *interface,
			const struct judgement *judgement)
{
	const struct kernel *kernel = process->kernel;
	char line[2 * KERNEL_PETNAME_BYTES + 2 * sizeof(struct kernel_words) + 256];
	struct text text = text_over(line, sizeof line);
	text_string(&text, "denied: ");
	put_short(kernel, &process->cid, &text);
	text_string(&text, " asked for ");
	put_interface(kernel, interface, true, &text);
	if (judgement->verdict == KERNEL_UNDECIDED) {
		text_string(&text, "; to allow: cairn allow ");
		put_program(kernel, &judgement->where->terms.program->cid, &text);
		text_string(&text, " ");
		put_interface(kernel, interface, false, &text);
	} else {
		text_string(&text, judgement->where == NULL ? ", which no program may use"
							    : ", which was decided against");
	}
	if (process->refusals.untold > 0) {
		text_string(&text, " (and ");
		text_decimal(&text, process->refusals.untold);
		text_string(&text, " refusals before)");
	}
	process_log(process, PORT_LOG_WARNING, line, text.used);
}

static uint64_t now_ns(const struct kernel *kernel)
{
	return kernel->exchange.now_ns != 0 ? kernel->exchange.now_ns : port_monotonic_ns();
}

/* Whether it is the first time that this process is refused the interface, which the operator is
 * told at once, or he would not learn what else it needs. Not without end: it may ask for much. */
static bool is_news(struct process *process, const struct digest *interface)
{
	struct party *party = &process->party;
	const struct route *route = router_find(&party->exchange->router, interface);
	struct access *access = route == NULL ? NULL : access_find(party, route);
	if (access == NULL || access->is_refusal_told)
		return false;
	access->is_refusal_told = true;
	return process->refusals.news < REFUSALS_NEWS_MAX;
}

static void tell_refusal(struct process *process, const struct digest *interface,
			 const struct judgement *judgement, bool is_due, uint64_t now)
{
	log_refusal(process, interface, judgement);
	process->refusals.untold = 0;
	if (is_due)
		process->refusals.next_ns = now + REFUSALS_LINE_NS;
	else
		process->refusals.news++;
}

/*
 * One line a second, beside the first about an interface, and whoever asks more often loses his
 * turn each time and pays for a longer one: so he is in nobody's way, however often he asks.
 */
void permit_refused(struct party *sender, const struct digest *interface,
		    const struct judgement *judgement)
{
	struct process *process = process_of_party(sender);
	uint64_t now = now_ns(process->kernel);
	bool is_due = now >= process->refusals.next_ns;
	bool is_first = judgement != NULL && is_news(process, interface);
	struct judgement looked_up = {0};
	if (judgement != NULL) {
		const struct kernel_observation observation = {
		    .what = judgement->verdict == KERNEL_UNDECIDED ? KERNEL_OBSERVED_REFUSED
								   : KERNEL_OBSERVED_DENIED,
		    .grant = {.interface = *interface, .verdict = KERNEL_DENIED}};
		permit_observe(process, &observation);
	} else if (is_due) {
		looked_up = access_judge(sender, interface, true);
		judgement = &looked_up;
	}
	if (is_due || is_first) {
		tell_refusal(process, interface, judgement, is_due, now);
	} else {
		process->refusals.untold++;
		fair_charge(&process->kernel->ready, &process->share, REFUSAL_COST_NS);
		kernel_interrupt(process->kernel);
	}
}
