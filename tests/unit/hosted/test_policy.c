#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <cairn/tcp.h>

#include "policy.h"

/* The test is the kernel: what it is told is written down. */
struct scene {
	char home[64];
	struct records *records;
	struct policy *policy;
	const struct kernel_policy *kernel;
	struct fault fault;
};

static char told[4096];

static void write_down(const char *what, const struct kernel_grant *grant)
{
	static const char *const verdicts[] = {"undecided", "allowed", "denied"};
	sprintf(told + strlen(told), "%s %d %s", what, grant->interface.bytes[0],
		verdicts[grant->verdict]);
	for (uint32_t i = 0; i < grant->scope_count; i++)
		sprintf(told + strlen(told), " %.*s", (int)grant->scopes[i].size,
			grant->scopes[i].data);
	strcat(told, ";");
}

enum status kernel_decide(struct kernel *kernel, const struct cid *program,
			  const struct kernel_grant *decision)
{
	write_down("decide", decision);
	return STATUS_OK;
}

static void add(void *to, const struct kernel_grant *decision)
{
	write_down("add", decision);
}

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	strcpy(scene->home, "/tmp/cairn-policy-XXXXXX");
	*state = scene;
	if (mkdtemp(scene->home) == NULL ||
	    records_open(scene->home, &scene->records, &scene->fault) != STATUS_OK ||
	    policy_create(scene->records, &scene->policy) != STATUS_OK)
		return -1;
	scene->kernel = policy_of_kernel(scene->policy);
	told[0] = '\0';
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	policy_destroy(scene->policy);
	records_close(scene->records);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", scene->home);
	int code = system(command);
	free(scene);
	return code;
}

#define policy_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static struct cid program(int number)
{
	return cid_of_block(CID_RAW, &number, sizeof number);
}

static struct wasm_name name_of(const char *text)
{
	return (struct wasm_name){.data = (const uint8_t *)text, .size = strlen(text)};
}

static struct kernel_grant grant(int about, enum kernel_verdict verdict,
				 const struct wasm_name *scope)
{
	return (struct kernel_grant){.interface = {{(uint8_t)about}},
				     .verdict = verdict,
				     .scopes = scope,
				     .scope_count = scope != NULL};
}

static void store(struct scene *scene, int of, int about, enum kernel_verdict verdict,
		  const char *scope)
{
	struct wasm_name name = name_of(scope == NULL ? "" : scope);
	struct records_decision decision = {.program = program(of),
					    .grant =
						grant(about, verdict, scope == NULL ? NULL : &name),
					    .person = "ada",
					    .reason = ""};
	assert_int_equal(records_decide(scene->records, &decision, &scene->fault), STATUS_OK);
}

static void start(struct scene *scene, int number)
{
	struct cid of = program(number);
	scene->kernel->decisions(scene->kernel->self, &of, add, NULL);
}

static void assert_told(const char *expected)
{
	assert_string_equal(told, expected);
	told[0] = '\0';
}

static void reload(struct scene *scene)
{
	assert_int_equal(policy_reload(scene->policy, NULL, &scene->fault), STATUS_OK);
}

static void the_kernel_is_told_the_decisions_about_a_program(void **state)
{
	struct scene *scene = *state;
	start(scene, 1);
	assert_told("");
	store(scene, 1, 1, KERNEL_ALLOWED, "a:1");
	store(scene, 1, 2, KERNEL_DENIED, NULL);
	store(scene, 2, 3, KERNEL_ALLOWED, NULL);
	start(scene, 1);
	assert_told("add 1 allowed a:1;add 2 denied;");
}

static void only_what_has_changed_is_told_again(void **state)
{
	struct scene *scene = *state;
	store(scene, 1, 1, KERNEL_ALLOWED, "a:1");
	store(scene, 1, 2, KERNEL_ALLOWED, NULL);
	start(scene, 1);
	told[0] = '\0';
	reload(scene);
	assert_told("");
	store(scene, 1, 1, KERNEL_ALLOWED, "b:2");
	store(scene, 1, 3, KERNEL_DENIED, NULL);
	store(scene, 2, 3, KERNEL_DENIED, NULL); /* which never ran */
	reload(scene);
	assert_told("decide 1 allowed b:2;decide 3 denied;");
	reload(scene);
	assert_told("");
}

static void what_is_taken_back_is_told_as_undecided(void **state)
{
	struct scene *scene = *state;
	store(scene, 1, 1, KERNEL_ALLOWED, NULL);
	store(scene, 1, 2, KERNEL_DENIED, NULL);
	start(scene, 1);
	told[0] = '\0';
	store(scene, 1, 1, KERNEL_UNDECIDED, NULL);
	reload(scene);
	assert_told("decide 1 undecided;");
	reload(scene);
	assert_told("");
}

static void a_program_that_nothing_was_decided_about_learns_of_it_later(void **state)
{
	struct scene *scene = *state;
	start(scene, 1);
	store(scene, 1, 1, KERNEL_ALLOWED, NULL);
	reload(scene);
	assert_told("decide 1 allowed;");
}

static void an_answer_for_good_is_stored_with_who_and_why(void **state)
{
	struct scene *scene = *state;
	struct cid of = program(1);
	struct wasm_name scope = name_of("a:1");
	struct kernel_grant about = grant(1, KERNEL_ALLOWED, &scope);
	struct kernel_decision decision = {
	    .program = &of, .grant = &about, .reason = name_of("asked at the terminal")};
	start(scene, 1);
	assert_int_equal(scene->kernel->decided(scene->kernel->self, &decision), STATUS_OK);
	start(scene, 1);
	assert_told("add 1 allowed a:1;");
	reload(scene); /* The kernel knows it already. */
	assert_told("");
}

static void remember_entry(void *context, const struct records_entry *entry)
{
	sprintf(told + strlen(told), "%s x%d %s;", records_event_text(entry->event),
		(int)entry->times, entry->reason);
}

static void what_happens_goes_to_the_audit(void **state)
{
	struct scene *scene = *state;
	struct cid of = program(1);
	struct kernel_observation observation = {.what = KERNEL_OBSERVED_REFUSED,
						 .program = &of,
						 .grant = grant(1, KERNEL_DENIED, NULL)};
	for (int i = 0; i < 1000; i++)
		scene->kernel->observed(scene->kernel->self, &observation);
	observation.what = KERNEL_OBSERVED_USED;
	scene->kernel->observed(scene->kernel->self, &observation);
	observation.what = KERNEL_OBSERVED_ANSWERED;
	observation.grant.verdict = KERNEL_ALLOWED;
	observation.is_once = true;
	observation.reason = name_of("because");
	scene->kernel->observed(scene->kernel->self, &observation);
	observation.is_once = false;
	scene->kernel->observed(scene->kernel->self, &observation);
	static char long_reason[4 * RECORDS_WORDS_BYTES_MAX];
	memset(long_reason, 'x', sizeof long_reason);
	observation.reason = (struct wasm_name){(const uint8_t *)long_reason, sizeof long_reason};
	observation.grant.verdict = KERNEL_DENIED;
	scene->kernel->observed(scene->kernel->self, &observation);
	assert_int_equal(records_audit(scene->records, &of, 3, remember_entry, NULL, &scene->fault),
			 STATUS_OK);
	assert_non_null(strstr(told, "allowed once x1 because;allowed for a run x1 because;denied "
				     "for a run x1 xxx"));
	told[0] = '\0';
	assert_int_equal(
	    records_audit(scene->records, &of, 100, remember_entry, NULL, &scene->fault),
	    STATUS_OK);
	assert_int_equal(strncmp(told, "refused x1000 ;", 15), 0);
}

static void words_are_the_nodes_own(void **state)
{
	struct scene *scene = *state;
	struct kernel_words words;
	struct digest tcp, unknown = {{7}};
	char name[KERNEL_PETNAME_BYTES];
	struct cid of = program(1);
	memcpy(tcp.bytes, tcp_interface, sizeof tcp.bytes);
	assert_true(scene->kernel->interface_words(scene->kernel->self, &tcp, &words));
	assert_string_equal(words.name, "tcp");
	assert_non_null(strstr(words.words, "connect to other computers"));
	assert_false(scene->kernel->interface_words(scene->kernel->self, &unknown, &words));
	assert_false(scene->kernel->petname(scene->kernel->self, &of, name, sizeof name));
	struct cid as_cid = {.codec = CID_RAW};
	memcpy(as_cid.hash, unknown.bytes, sizeof as_cid.hash);
	assert_int_equal(
	    records_set_name(scene->records, RECORDS_INTERFACE, "kv", &as_cid, &scene->fault),
	    STATUS_OK);
	assert_int_equal(
	    records_set_name(scene->records, RECORDS_PROGRAM, "sudoku", &of, &scene->fault),
	    STATUS_OK);
	assert_true(scene->kernel->interface_words(scene->kernel->self, &unknown, &words));
	assert_string_equal(words.name, "kv");
	assert_true(scene->kernel->petname(scene->kernel->self, &of, name, sizeof name));
	assert_string_equal(name, "sudoku");
}

static void damage_takes_back_what_was_allowed(void **state)
{
	struct scene *scene = *state;
	char path[128];
	store(scene, 1, 1, KERNEL_ALLOWED, NULL);
	start(scene, 1);
	assert_told("add 1 allowed;");
	records_close(scene->records);
	for (int i = 0; i < 3; i++) {
		static const char *const suffixes[] = {"-wal", "-shm", ""};
		snprintf(path, sizeof path, "%s/decisions.db%s", scene->home, suffixes[i]);
		unlink(path);
	}
	FILE *file = fopen(path, "w");
	fputs("this is no database at all, however long it may be", file);
	fclose(file);
	/* The policy keeps the address of its records; these are the same, opened once more. */
	struct records *again;
	assert_int_equal(records_open(scene->home, &again, &scene->fault), STATUS_OK);
	struct policy *other;
	assert_int_equal(policy_create(again, &other), STATUS_OK);
	struct cid of = program(1);
	policy_of_kernel(other)->decisions(policy_of_kernel(other)->self, &of, add, NULL);
	assert_told("");
	policy_destroy(other);
	scene->records = again;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    policy_test(the_kernel_is_told_the_decisions_about_a_program),
	    policy_test(only_what_has_changed_is_told_again),
	    policy_test(what_is_taken_back_is_told_as_undecided),
	    policy_test(a_program_that_nothing_was_decided_about_learns_of_it_later),
	    policy_test(an_answer_for_good_is_stored_with_who_and_why),
	    policy_test(what_happens_goes_to_the_audit),
	    policy_test(words_are_the_nodes_own),
	    policy_test(damage_takes_back_what_was_allowed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
