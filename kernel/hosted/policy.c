/*
 * The kernel keeps the decisions about a program from its first start on. So that a change of the
 * records can be told to it, the policy remembers what it has told: for each program the interfaces
 * that something is decided about, and a hash of what.
 */
#include "policy.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/port.h"
#include "core/text.h"
#include "names.h"
#include "words.h"

struct told {
	struct digest interface;
	uint8_t hash[32]; /* of verdict and scopes */
	bool is_seen;     /* while the records are read again */
};

struct program {
	struct cid cid;
	struct told *told;
	uint32_t count;
	struct program *next;
};

enum { BUCKETS = 1024 };

struct policy {
	struct records *records;
	struct kernel_policy of_kernel;
	char person[64];
	struct program *programs[BUCKETS];
};

static void log_fault(enum status status, const struct fault *fault)
{
	const char *text = fault->text[0] != '\0' ? fault->text : status_text(status);
	port_log(PORT_LOG_ERROR, text, strlen(text));
}

/* ---- What was told ---- */

static struct program **bucket_of(struct policy *policy, const struct cid *cid)
{
	return &policy->programs[(cid->hash[0] | cid->hash[1] << 8) % BUCKETS];
}

/* NULL where there is no memory. */
static struct program *find_or_add(struct policy *policy, const struct cid *cid)
{
	struct program **bucket = bucket_of(policy, cid);
	for (struct program *program = *bucket; program != NULL; program = program->next)
		if (cid_is_equal(&program->cid, cid))
			return program;
	struct program *program = calloc(1, sizeof *program);
	if (program == NULL)
		return NULL;
	program->cid = *cid;
	program->next = *bucket;
	*bucket = program;
	return program;
}

static struct told *find_told(struct program *program, const struct digest *interface)
{
	for (uint32_t i = 0; i < program->count; i++)
		if (memcmp(&program->told[i].interface, interface, sizeof *interface) == 0)
			return &program->told[i];
	return NULL;
}

static void hash_grant(const struct kernel_grant *grant, uint8_t out[32])
{
	uint8_t chain[32 + 32] = {(uint8_t)grant->verdict};
	for (uint32_t i = 0; i < grant->scope_count; i++) {
		port_sha256(grant->scopes[i].data, grant->scopes[i].size, chain + 32);
		port_sha256(chain, sizeof chain, chain);
	}
	memcpy(out, chain, 32);
}

/* Whether it is news. What cannot be remembered is told again next time, which does no harm. */
static bool remember(struct program *program, const struct kernel_grant *grant)
{
	uint8_t hash[32];
	hash_grant(grant, hash);
	struct told *told = find_told(program, &grant->interface);
	if (told == NULL) {
		void *grown = realloc(program->told, (program->count + 1) * sizeof *program->told);
		if (grown == NULL)
			return true;
		program->told = grown;
		told = &program->told[program->count++];
		*told = (struct told){.interface = grant->interface};
	}
	bool is_news = memcmp(told->hash, hash, sizeof hash) != 0;
	memcpy(told->hash, hash, sizeof hash);
	told->is_seen = true;
	return is_news;
}

/* ---- For the kernel ---- */

struct telling {
	struct program *program;
	void (*add)(void *to, const struct kernel_grant *decision);
	void *to;
};

static void tell(void *context, const struct records_decision *decision)
{
	struct telling *telling = context;
	if (telling->program != NULL)
		(void)remember(telling->program, &decision->grant);
	telling->add(telling->to, &decision->grant);
}

static void decisions(void *self, const struct cid *program,
		      void (*add)(void *to, const struct kernel_grant *decision), void *to)
{
	struct policy *policy = self;
	struct fault fault = {0};
	struct telling telling = {.program = find_or_add(policy, program), .add = add, .to = to};
	enum status status = records_decisions(policy->records, program, tell, &telling, &fault);
	/* Nothing was told then, and what nobody has decided is not allowed. */
	if (status != STATUS_OK)
		log_fault(status, &fault);
}

static void copy_reason(char out[RECORDS_WORDS_BYTES_MAX], struct wasm_name reason)
{
	size_t size =
	    reason.size < RECORDS_WORDS_BYTES_MAX ? reason.size : RECORDS_WORDS_BYTES_MAX - 1;
	/* The program that asks is not trusted with the audit: a zero ends its words. */
	if (size > 0)
		memcpy(out, reason.data, size);
	out[size] = '\0';
}

static enum status decided(void *self, const struct kernel_decision *decision)
{
	struct policy *policy = self;
	struct fault fault = {0};
	char reason[RECORDS_WORDS_BYTES_MAX];
	copy_reason(reason, decision->reason);
	struct records_decision record = {.program = *decision->program,
					  .grant = *decision->grant,
					  .time_ns = port_wall_ns(),
					  .person = policy->person,
					  .reason = reason};
	enum status status = records_decide(policy->records, &record, &fault);
	struct program *program = find_or_add(policy, decision->program);
	if (status != STATUS_OK)
		log_fault(status, &fault);
	else if (program != NULL)
		(void)remember(program, decision->grant);
	return status;
}

static void observed(void *self, const struct kernel_observation *observation)
{
	struct policy *policy = self;
	bool is_answer = observation->what == KERNEL_OBSERVED_ANSWERED;
	if (observation->what != KERNEL_OBSERVED_REFUSED && !is_answer)
		return;
	char reason[RECORDS_WORDS_BYTES_MAX];
	copy_reason(reason, observation->reason);
	struct records_entry entry = {
	    .program = *observation->program,
	    .interface = observation->grant.interface,
	    .event = RECORDS_REFUSED,
	    .scopes = observation->grant.scopes,
	    .scope_count = observation->grant.scope_count,
	    .person = is_answer ? policy->person : "",
	    .reason = reason,
	};
	bool is_allowed = observation->grant.verdict == KERNEL_ALLOWED;
	if (is_answer && observation->is_once)
		entry.event = is_allowed ? RECORDS_ALLOWED_ONCE : RECORDS_DENIED_ONCE;
	else if (is_answer)
		entry.event = is_allowed ? RECORDS_ALLOWED_RUN : RECORDS_DENIED_RUN;
	records_observe(policy->records, &entry);
}

static bool petname(void *self, const struct cid *program, char *out, size_t size)
{
	struct policy *policy = self;
	struct fault fault;
	char name[RECORDS_NAME_BYTES];
	if (records_name_of(policy->records, RECORDS_PROGRAM, program, name, &fault) != STATUS_OK)
		return false;
	struct text text = text_over(out, size);
	text_escaped(&text, (const uint8_t *)name, strlen(name));
	return true;
}

/* An interface of the system has words; one that the user has named is called so. */
static bool interface_words(void *self, const struct digest *interface, struct kernel_words *out)
{
	struct policy *policy = self;
	struct words words;
	struct fault fault;
	char name[RECORDS_NAME_BYTES];
	*out = (struct kernel_words){.name = ""};
	if (words_of(interface, &words)) {
		snprintf(out->name, sizeof out->name, "%s", words.name);
		snprintf(out->words, sizeof out->words, "%s%s%s", words.name,
			 words.words != NULL ? ": " : "", words.words != NULL ? words.words : "");
		return true;
	}
	struct cid cid = {.codec = CID_RAW};
	memcpy(cid.hash, interface->bytes, sizeof cid.hash);
	if (records_name_of(policy->records, RECORDS_INTERFACE, &cid, name, &fault) != STATUS_OK)
		return false;
	struct text text = text_over(out->name, sizeof out->name);
	text_escaped(&text, (const uint8_t *)name, strlen(name));
	snprintf(out->words, sizeof out->words, "%s: an interface that you have named so",
		 out->name);
	return true;
}

/* ---- Creating and destroying ---- */

enum status policy_create(struct records *records, struct policy **out)
{
	struct policy *policy = calloc(1, sizeof *policy);
	if (policy == NULL)
		return STATUS_NO_MEMORY;
	policy->records = records;
	policy->of_kernel = (struct kernel_policy){.decisions = decisions,
						   .decided = decided,
						   .observed = observed,
						   .petname = petname,
						   .interface_words = interface_words,
						   .self = policy};
	const struct passwd *user = getpwuid(geteuid());
	if (user != NULL)
		snprintf(policy->person, sizeof policy->person, "%s", user->pw_name);
	else
		snprintf(policy->person, sizeof policy->person, "user %u", (unsigned)geteuid());
	*out = policy;
	return STATUS_OK;
}

void policy_destroy(struct policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (policy->programs[i] != NULL) {
			struct program *program = policy->programs[i];
			policy->programs[i] = program->next;
			free(program->told);
			free(program);
		}
	}
	free(policy);
}

const struct kernel_policy *policy_of_kernel(struct policy *policy)
{
	return &policy->of_kernel;
}

/* ---- Reloading ---- */

struct reloading {
	struct program *program;
	struct kernel *kernel;
	enum status status; /* the first error */
};

static void decide(struct reloading *reloading, const struct kernel_grant *grant)
{
	enum status status = kernel_decide(reloading->kernel, &reloading->program->cid, grant);
	if (reloading->status == STATUS_OK)
		reloading->status = status;
}

static void take(void *context, const struct records_decision *decision)
{
	struct reloading *reloading = context;
	if (remember(reloading->program, &decision->grant))
		decide(reloading, &decision->grant);
}

static enum status reload_program(struct policy *policy, struct program *program,
				  struct kernel *kernel, struct fault *fault)
{
	struct reloading reloading = {.program = program, .kernel = kernel};
	for (uint32_t i = 0; i < program->count; i++)
		program->told[i].is_seen = false;
	enum status status =
	    records_decisions(policy->records, &program->cid, take, &reloading, fault);
	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < program->count;) {
		const struct kernel_grant gone = {.interface = program->told[i].interface,
						  .verdict = KERNEL_UNDECIDED};
		if (program->told[i].is_seen) {
			i++;
			continue;
		}
		decide(&reloading, &gone);
		program->told[i] = program->told[--program->count];
	}
	return reloading.status;
}

enum status policy_reload(struct policy *policy, struct kernel *kernel, struct fault *fault)
{
	enum status status = STATUS_OK;
	*fault = (struct fault){0};
	for (size_t i = 0; i < BUCKETS && status == STATUS_OK; i++)
		for (struct program *program = policy->programs[i];
		     program != NULL && status == STATUS_OK; program = program->next)
			status = reload_program(policy, program, kernel, fault);
	return status;
}
