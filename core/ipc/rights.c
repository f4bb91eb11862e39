#include "rights.h"

#include <cairn/process.h>

#include "core/port.h"
#include "exchange.h"
#include "kernel_limits.h"
#include "mem.h"

/* ---- Chains of starters ---- */

static bool is_of_chain(const struct rights *rights, const struct stored_program *program)
{
	for (; rights != NULL; rights = rights->terms.starter)
		if (rights->terms.program == program)
			return true;
	return false;
}

/* Whether a denial to the program binds `rights` in any case: one like it stands in the chain as
 * far as that leads without a launch. The one that was launched does not count: an option of its
 * start may go before what is decided about its program. */
static bool is_bound(const struct rights *rights, const struct stored_program *program)
{
	for (; rights->terms.starter != NULL && !rights->terms.is_launch;
	     rights = rights->terms.starter)
		if (rights->terms.program == program)
			return true;
	return false;
}

/* Whether the chain from `rights` on decides the same without its starter. One that was launched
 * with nothing passed on does not depend on it; else the starter must have added nothing but the
 * denials of a program that stands elsewhere in the chain. */
static bool is_starter_idle(const struct rights *rights)
{
	const struct rights *starter = rights->terms.starter;
	const struct stored_program *program = starter->terms.program;
	if (!starter->is_over)
		return false;
	if (rights->terms.is_launch && rights->terms.passed == NULL)
		return rights->terms.program == program ||
		       is_of_chain(starter->terms.starter, program);
	return starter->terms.starter != NULL && !starter->terms.is_launch &&
	       starter->terms.passed == NULL && starter->answered.count == 0 &&
	       (rights->terms.program == program || is_bound(starter->terms.starter, program));
}

/* So that programs that start each other and end for ever do not leave a chain without end. */
static void shorten(struct rights *rights)
{
	for (; rights != NULL && rights->terms.starter != NULL; rights = rights->terms.starter) {
		while (rights->terms.starter != NULL && is_starter_idle(rights)) {
			struct rights *idle = rights->terms.starter;
			rights->terms.starter =
			    idle->terms.starter == NULL ? NULL : rights_share(idle->terms.starter);
			rights_release(idle);
		}
	}
}

static uint32_t depth_of(const struct rights *rights)
{
	uint32_t depth = 0;
	for (; rights != NULL; rights = rights->terms.starter)
		depth++;
	return depth;
}

/* ---- Lives ---- */

static void share_terms(const struct rights_terms *terms)
{
	if (terms->program != NULL)
		stored_share(terms->program);
	if (terms->options != NULL)
		grant_set_share(terms->options);
	if (terms->starter != NULL)
		rights_share(terms->starter);
	if (terms->passed != NULL)
		grant_set_share(terms->passed);
}

enum status rights_create(const struct rights_terms *terms, uint64_t sequence, struct rights **out)
{
	shorten(terms->starter);
	if (depth_of(terms->starter) >= STARTERS_MAX)
		return STATUS_LIMIT;
	struct rights *rights = port_allocate(sizeof *rights);
	if (rights == NULL)
		return STATUS_NO_MEMORY;
	*rights = (struct rights){.references = 1, .terms = *terms, .sequence = sequence};
	share_terms(terms);
	if (terms->program != NULL)
		list_append(&terms->program->rights, &rights->of_program);
	*out = rights;
	return STATUS_OK;
}

struct rights *rights_share(struct rights *rights)
{
	rights->references++;
	return rights;
}

static void destroy(struct rights *rights)
{
	const struct rights_terms *terms = &rights->terms;
	if (terms->program != NULL) {
		list_remove(&rights->of_program);
		stored_release(terms->program);
	}
	if (terms->options != NULL)
		grant_set_release(terms->options);
	if (terms->passed != NULL)
		grant_set_release(terms->passed);
	decisions_reset(&rights->answered);
	decisions_reset(&rights->narrowed);
	port_release(rights, sizeof *rights);
}

void rights_release(struct rights *rights)
{
	while (rights != NULL) {
		core_assert(rights->references > 0);
		if (--rights->references > 0)
			return;
		struct rights *starter = rights->terms.starter;
		destroy(rights);
		rights = starter;
	}
}

/* What was passed on counts twice: narrowed grants are made of it, and are no larger. */
size_t rights_bytes(const struct rights *rights)
{
	size_t bytes = 0;
	for (; rights != NULL; rights = rights->terms.starter) {
		bytes += sizeof *rights;
		if (rights->terms.options != NULL)
			bytes += grant_set_bytes(rights->terms.options);
		if (rights->terms.passed != NULL)
			bytes += 2 * grant_set_bytes(rights->terms.passed);
	}
	return bytes;
}

/* ---- Judging ---- */

static struct judgement undecided(const struct rights *rights)
{
	return (struct judgement){.verdict = KERNEL_UNDECIDED, .where = rights};
}

static struct judgement denied(const struct rights *rights)
{
	return (struct judgement){.verdict = KERNEL_DENIED, .where = rights};
}

static struct judgement as_decided(const struct rights *rights, const struct decision *decision)
{
	return (struct judgement){decision->verdict, decision->grant, rights};
}

static bool says(const struct decision *decision, enum kernel_verdict verdict)
{
	return decision != NULL && decision->verdict == verdict;
}

static const struct decision *find_in_set(const struct grant_set *set,
					  const struct digest *interface)
{
	return set == NULL ? NULL : decisions_find(&set->decisions, interface);
}

static bool has_scope(struct kernel_scopes scopes, const struct wasm_name *scope)
{
	for (uint32_t i = 0; i < scopes.count; i++)
		if (scopes.items[i].size == scope->size &&
		    memcmp(scopes.items[i].data, scope->data, scope->size) == 0)
			return true;
	return false;
}

/* Those of `scopes` that the starter has too: what a scope means is not known here, so there is no
 * other way to have less. */
static uint32_t common_scopes(struct kernel_scopes scopes, struct kernel_scopes starters,
			      struct wasm_name *out)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < scopes.count; i++)
		if (starters.covers_all || has_scope(starters, &scopes.items[i]))
			out[count++] = scopes.items[i];
	return count;
}

/* (Not a part of its caller's frame, which may stand on the stack once for each starter.) */
__attribute__((noinline)) static enum status make_narrowed(struct exchange *exchange,
							   struct rights *rights,
							   const struct decision *passed,
							   const struct grant *starters)
{
	struct wasm_name common[GRANT_SCOPES_MAX];
	struct decision decision = {
	    .interface = passed->interface, .verdict = KERNEL_DENIED, .sequence = starters->number};
	struct kernel_scopes has = starters->scopes;
	/* Who may use everything is no launcher yet, and makes nobody one. */
	if (memcmp(&passed->interface, process_interface, sizeof process_interface) == 0)
		has.covers_all = false;
	uint32_t count = common_scopes(passed->grant->scopes, has, common);
	enum status status = STATUS_OK;
	/* A grant without scopes may be a larger one: with none left there is none. */
	if (count > 0) {
		decision.verdict = KERNEL_ALLOWED;
		status = grant_create((struct kernel_scopes){.items = common, .count = count},
				      &exchange->next_grant, &decision.grant);
	}
	if (status == STATUS_OK)
		status = decisions_put(&rights->narrowed, &decision);
	if (decision.grant != NULL)
		grant_release(decision.grant);
	return status;
}

/* What the starter may, as far as it was passed on. */
static struct judgement narrow(struct exchange *exchange, struct rights *rights,
			       const struct decision *passed, struct judgement starters)
{
	if (passed == NULL || passed->grant->scopes.count == 0)
		return starters;
	const struct decision *found = decisions_find(&rights->narrowed, &passed->interface);
	if (found == NULL || found->sequence != starters.grant->number) {
		if (make_narrowed(exchange, rights, passed, starters.grant) != STATUS_OK)
			return denied(rights);
		found = decisions_find(&rights->narrowed, &passed->interface);
	}
	return as_decided(rights, found);
}

/* A launcher passes on what it may itself, and only what it names. */
static struct judgement judge_passed(struct exchange *exchange, struct rights *rights,
				     const struct digest *interface)
{
	const struct decision *passed = find_in_set(rights->terms.passed, interface);
	if (passed == NULL || rights->terms.starter == NULL)
		return undecided(rights);
	struct judgement judgement = rights_judge(exchange, rights->terms.starter, interface);
	if (judgement.verdict != KERNEL_ALLOWED)
		return undecided(rights);
	return narrow(exchange, rights, passed, judgement);
}

/*
 * The user's own decisions. What he typed for this run goes before what he had decided about the
 * program; what he decides while it runs goes before what he had typed. A denial for this run stays
 * one, and everything goes before --allow-all.
 */
static struct judgement judge_launched(struct exchange *exchange, struct rights *rights,
				       const struct digest *interface)
{
	const struct rights_terms *terms = &rights->terms;
	const struct decision *option = find_in_set(terms->options, interface);
	const struct decision *stored = decisions_find(&terms->program->decisions, interface);
	const struct decision *answer = decisions_find(&rights->answered, interface);
	bool is_later = stored != NULL && stored->sequence > rights->sequence;
	if (says(option, KERNEL_DENIED))
		return denied(rights);
	if (is_later && !says(stored, KERNEL_UNDECIDED))
		return as_decided(rights, stored);
	if (says(option, KERNEL_ALLOWED) && !is_later)
		return as_decided(rights, option);
	if (stored != NULL && !says(stored, KERNEL_UNDECIDED))
		return as_decided(rights, stored);
	if (answer != NULL && !says(answer, KERNEL_UNDECIDED))
		return as_decided(rights, answer);
	if (terms->options != NULL && terms->options->all != NULL)
		return (struct judgement){KERNEL_ALLOWED, terms->options->all, rights};
	return judge_passed(exchange, rights, interface);
}

/* What the starter may now; an answer about this process counts where nobody has decided for any of
 * its starters. */
static struct judgement judge_started(struct exchange *exchange, struct rights *rights,
				      const struct digest *interface)
{
	const struct rights_terms *terms = &rights->terms;
	const struct decision *passed = find_in_set(terms->passed, interface);
	const struct decision *answer = decisions_find(&rights->answered, interface);
	if (says(decisions_find(&terms->program->decisions, interface), KERNEL_DENIED) ||
	    says(answer, KERNEL_DENIED) || (terms->passed != NULL && passed == NULL))
		return denied(rights);
	struct judgement judgement = rights_judge(exchange, terms->starter, interface);
	if (judgement.verdict == KERNEL_ALLOWED)
		return narrow(exchange, rights, passed, judgement);
	if (judgement.verdict == KERNEL_UNDECIDED && says(answer, KERNEL_ALLOWED))
		return as_decided(rights, answer);
	return judgement;
}

struct judgement rights_judge(struct exchange *exchange, struct rights *rights,
			      const struct digest *interface)
{
	if (rights->terms.program == NULL || rights->terms.program->is_lost)
		return denied(rights);
	if (rights->terms.starter == NULL || rights->terms.is_launch)
		return judge_launched(exchange, rights, interface);
	return judge_started(exchange, rights, interface);
}

/* ---- Answers ---- */

enum status rights_answer(struct exchange *exchange, struct rights *rights,
			  const struct kernel_grant *answer)
{
	return decisions_add(&rights->answered, answer, &exchange->next_grant);
}

/* An answer's sequence counts denials: those of the process's own, and in the upper half those of
 * all that it has started as well. */
enum { OWN_DENIAL_BITS = 32 };

static bool count_denial(struct rights *rights, const struct digest *interface, bool is_own)
{
	const struct decision *before = decisions_find(&rights->answered, interface);
	struct decision decision = {.interface = *interface,
				    .sequence = before == NULL ? 0 : before->sequence};
	if (before != NULL && !says(before, KERNEL_UNDECIDED))
		return false;
	decision.sequence += ((uint64_t)1 << OWN_DENIAL_BITS) + is_own;
	if ((uint32_t)decision.sequence >= DENIED_ONCE_MAX ||
	    decision.sequence >> OWN_DENIAL_BITS >= DENIED_ONCE_OF_STARTED_MAX)
		decision.verdict = KERNEL_DENIED;
	/* Without memory it is not counted, and will be asked again. */
	return decisions_put(&rights->answered, &decision) == STATUS_OK &&
	       decision.verdict == KERNEL_DENIED;
}

bool rights_deny_once(struct rights *rights, const struct digest *interface)
{
	bool is_denied = count_denial(rights, interface, true);
	return rights_deny_start(rights, interface) || is_denied;
}

bool rights_deny_start(struct rights *rights, const struct digest *interface)
{
	bool is_denied = false;
	while (rights->terms.starter != NULL && !rights->terms.is_launch) {
		rights = rights->terms.starter;
		is_denied |= count_denial(rights, interface, false);
	}
	return is_denied;
}

void rights_forget(struct rights *rights, const struct digest *interface)
{
	const struct decision *answer = decisions_find(&rights->answered, interface);
	if (answer == NULL)
		return;
	const struct decision nothing = {.interface = *interface};
	enum status status = decisions_put(&rights->answered, &nothing);
	core_assert(status == STATUS_OK);
}
