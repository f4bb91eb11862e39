#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "records.h"

struct scene {
	char folder[64];
	char home[96];
	struct records *records;
	struct fault fault;
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	/* Ten thousand commits take a disk a while; what is tested is not the disk. */
	bool has_memory = access("/dev/shm", W_OK) == 0;
	snprintf(scene->folder, sizeof scene->folder, "%s/cairn-records-XXXXXX",
		 has_memory ? "/dev/shm" : "/tmp");
	if (mkdtemp(scene->folder) == NULL)
		return -1;
	snprintf(scene->home, sizeof scene->home, "%s/home", scene->folder);
	*state = scene;
	return records_open(scene->home, &scene->records, &scene->fault) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	records_close(scene->records);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", scene->folder);
	int code = system(command);
	free(scene);
	return code;
}

#define records_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void reopen(struct scene *scene)
{
	records_close(scene->records);
	assert_int_equal(records_open(scene->home, &scene->records, &scene->fault), STATUS_OK);
}

static const char *path_of(const struct scene *scene, const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", scene->home, name);
	return path;
}

static struct cid program(int number)
{
	return cid_of_block(CID_RAW, &number, sizeof number);
}

static struct digest interface(int number)
{
	struct digest digest = {{0}};
	memcpy(digest.bytes, &number, sizeof number);
	return digest;
}

static struct wasm_name name_of(const char *text)
{
	return (struct wasm_name){.data = (const uint8_t *)text, .size = strlen(text)};
}

static enum status decide(struct records *records, int of, int about, enum kernel_verdict verdict,
			  const char *scope)
{
	struct fault fault = {0};
	struct wasm_name scopes[] = {name_of(scope == NULL ? "" : scope), name_of("second scope")};
	struct records_decision decision = {
	    .program = program(of),
	    .grant = {.interface = interface(about),
		      .verdict = verdict,
		      .scopes = scopes,
		      .scope_count = scope == NULL ? 0 : 2},
	    .time_ns = 1234567890123456789,
	    .person = "ada",
	    .reason = "typed it",
	};
	return records_decide(records, &decision, &fault);
}

/* What is found, as text: "verdict/scope/scope person reason;" each. */
struct seen {
	char text[4096];
	uint32_t count;
	uint64_t times;
};

static void see_decision(void *context, const struct records_decision *decision)
{
	static const char *const verdicts[] = {"undecided", "allowed", "denied"};
	struct seen *seen = context;
	char *at = seen->text + strlen(seen->text);
	seen->count++;
	if (seen->count > 20)
		return;
	at += sprintf(at, "%s", verdicts[decision->grant.verdict]);
	for (uint32_t i = 0; i < decision->grant.scope_count; i++)
		at += sprintf(at, "/%.*s", (int)decision->grant.scopes[i].size,
			      decision->grant.scopes[i].data);
	sprintf(at, " %s %s;", decision->person, decision->reason);
}

static void see_entry(void *context, const struct records_entry *entry)
{
	struct seen *seen = context;
	seen->count++;
	seen->times += entry->times;
	if (seen->count <= 20)
		sprintf(seen->text + strlen(seen->text), "%s x%d;",
			records_event_text(entry->event), (int)entry->times);
}

static struct seen decisions_of(struct scene *scene, int number)
{
	struct seen seen = {.text = ""};
	struct cid of = program(number);
	assert_int_equal(records_decisions(scene->records, &of, see_decision, &seen, &scene->fault),
			 STATUS_OK);
	return seen;
}

static struct seen audit(struct scene *scene)
{
	struct seen seen = {.text = ""};
	assert_int_equal(
	    records_audit(scene->records, NULL, 1000000, see_entry, &seen, &scene->fault),
	    STATUS_OK);
	return seen;
}

/* ---- Decisions ---- */

static void what_only_reads_creates_nothing(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(decisions_of(scene, 1).count, 0);
	assert_int_equal(audit(scene).count, 0);
	struct cid found = program(1);
	char name[RECORDS_NAME_BYTES];
	assert_int_equal(
	    records_find_name(scene->records, RECORDS_PROGRAM, "x", &found, &scene->fault),
	    STATUS_NOT_FOUND);
	assert_int_equal(
	    records_name_of(scene->records, RECORDS_PROGRAM, &found, name, &scene->fault),
	    STATUS_NOT_FOUND);
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_UNDECIDED, NULL), STATUS_NOT_FOUND);
	assert_int_not_equal(access(scene->home, F_OK), 0);
}

static void a_decision_is_found_again_with_all_that_belongs_to_it(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_ALLOWED, "example.com:443"),
			 STATUS_OK);
	assert_int_equal(decide(scene->records, 1, 2, KERNEL_DENIED, NULL), STATUS_OK);
	assert_int_equal(decide(scene->records, 2, 1, KERNEL_ALLOWED, NULL), STATUS_OK);
	reopen(scene);
	assert_string_equal(decisions_of(scene, 1).text,
			    "allowed/example.com:443/second scope ada typed it;"
			    "denied ada typed it;");
	assert_string_equal(decisions_of(scene, 2).text, "allowed ada typed it;");
	struct stat about;
	assert_int_equal(stat(path_of(scene, "decisions.db"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
}

static void a_later_decision_takes_the_place_of_an_earlier_one(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_ALLOWED, "a"), STATUS_OK);
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_DENIED, NULL), STATUS_OK);
	assert_string_equal(decisions_of(scene, 1).text, "denied ada typed it;");
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_UNDECIDED, NULL), STATUS_OK);
	assert_string_equal(decisions_of(scene, 1).text, "");
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_UNDECIDED, NULL), STATUS_NOT_FOUND);
	assert_string_equal(audit(scene).text, "allowed x1;denied x1;revoked x1;");
}

static void scopes_that_cannot_be_are_refused_and_nothing_is_changed(void **state)
{
	struct scene *scene = *state;
	static char large[RECORDS_SCOPE_BYTES_MAX + 2];
	memset(large, 'x', sizeof large - 1);
	static struct wasm_name many[RECORDS_SCOPES_MAX + 1];
	for (size_t i = 0; i < RECORDS_SCOPES_MAX + 1; i++)
		many[i] = name_of("a");
	struct wasm_name zero = {.data = (const uint8_t *)"a\0b", .size = 3};
	struct records_decision decision = {.program = program(1),
					    .grant = {.verdict = KERNEL_ALLOWED, .scope_count = 1},
					    .person = "",
					    .reason = ""};
	struct wasm_name wrong[] = {name_of(""), name_of(large), zero, name_of("\xff")};
	for (size_t i = 0; i < 4; i++) {
		decision.grant.scopes = &wrong[i];
		assert_int_equal(records_decide(scene->records, &decision, &scene->fault),
				 STATUS_INVALID);
		assert_non_null(strstr(scene->fault.text, "scope"));
	}
	decision.grant.scopes = many;
	decision.grant.scope_count = RECORDS_SCOPES_MAX + 1;
	assert_int_equal(records_decide(scene->records, &decision, &scene->fault), STATUS_INVALID);
	assert_int_not_equal(access(scene->home, F_OK), 0);
	decision.grant.scope_count = RECORDS_SCOPES_MAX;
	assert_int_equal(records_decide(scene->records, &decision, &scene->fault), STATUS_OK);
	assert_int_equal(decisions_of(scene, 1).count, 1);
}

static void two_may_have_the_records_open_and_see_each_others_changes(void **state)
{
	struct scene *scene = *state;
	struct records *other;
	assert_int_equal(records_open(scene->home, &other, &scene->fault), STATUS_OK);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(decide(other, 1, i, KERNEL_ALLOWED, NULL), STATUS_OK);
		assert_int_equal(decisions_of(scene, 1).count, 2 * i + 1);
		assert_int_equal(decide(scene->records, 1, 100 + i, KERNEL_DENIED, NULL),
				 STATUS_OK);
	}
	records_close(other);
}

/* ---- Damage ---- */

static void run_sql(struct scene *scene, const char *command)
{
	sqlite3 *database;
	assert_int_equal(sqlite3_open(path_of(scene, "decisions.db"), &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, command, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(database, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

static int count_in_damaged(struct scene *scene)
{
	char command[160];
	snprintf(command, sizeof command, "exit $(ls %s/damaged | grep -c 'decisions.db$')",
		 scene->home);
	return WEXITSTATUS(system(command));
}

static void a_file_that_is_no_database_is_kept_aside_and_nothing_is_decided(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_ALLOWED, NULL), STATUS_OK);
	records_close(scene->records);
	unlink(path_of(scene, "decisions.db-wal"));
	unlink(path_of(scene, "decisions.db-shm"));
	FILE *file = fopen(path_of(scene, "decisions.db"), "w");
	fputs("this is no database at all, however long it may be", file);
	fclose(file);
	assert_int_equal(records_open(scene->home, &scene->records, &scene->fault), STATUS_OK);
	assert_int_equal(decisions_of(scene, 1).count, 0);
	assert_int_equal(count_in_damaged(scene), 1);
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_ALLOWED, NULL), STATUS_OK);
	assert_int_equal(decisions_of(scene, 1).count, 1);
}

static void a_row_that_is_not_as_it_was_written_allows_nothing(void **state)
{
	static const char *const changes[] = {
	    "UPDATE decisions SET verdict = 1 WHERE verdict = 2",
	    "UPDATE decisions SET scopes = x'2a00' WHERE verdict = 1",
	    "UPDATE decisions SET interface = zeroblob(32) WHERE verdict = 1",
	    "UPDATE decisions SET scopes = '' WHERE verdict = 1",
	    "UPDATE decisions SET seal = zeroblob(32)",
	    "UPDATE decisions SET verdict = 'x' WHERE verdict = 1",
	    "UPDATE decisions SET person = x'' WHERE verdict = 1",
	};
	struct scene *scene = *state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		assert_int_equal(decide(scene->records, 1, 1, KERNEL_ALLOWED, "a"), STATUS_OK);
		assert_int_equal(decide(scene->records, 1, 2, KERNEL_DENIED, NULL), STATUS_OK);
		records_close(scene->records);
		run_sql(scene, changes[i]);
		assert_int_equal(records_open(scene->home, &scene->records, &scene->fault),
				 STATUS_OK);
		assert_string_equal(decisions_of(scene, 1).text, "");
		assert_int_equal(count_in_damaged(scene), (int)i + 1);
	}
}

/* Every byte of the file in turn: whatever SQLite and the seals let pass, no decision changes. */
static void a_bit_that_turns_over_anywhere_makes_no_other_decision(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_ALLOWED, "a"), STATUS_OK);
	assert_int_equal(decide(scene->records, 1, 2, KERNEL_DENIED, NULL), STATUS_OK);
	const char *whole = "allowed/a/second scope ada typed it;denied ada typed it;";
	records_close(scene->records);
	run_sql(scene, "VACUUM");
	static uint8_t original[1 << 18];
	FILE *file = fopen(path_of(scene, "decisions.db"), "r");
	size_t size = fread(original, 1, sizeof original, file);
	fclose(file);
	srand((unsigned)time(NULL));
	for (int round = 0; round < 400; round++) {
		size_t at = (size_t)rand() % size;
		original[at] ^= 1 << (round % 8);
		unlink(path_of(scene, "decisions.db-wal"));
		unlink(path_of(scene, "decisions.db-shm"));
		file = fopen(path_of(scene, "decisions.db"), "w");
		assert_int_equal(fwrite(original, 1, size, file), size);
		fclose(file);
		original[at] ^= 1 << (round % 8);
		struct seen seen = {.text = ""};
		struct cid of = program(1);
		assert_int_equal(records_open(scene->home, &scene->records, &scene->fault),
				 STATUS_OK);
		enum status status =
		    records_decisions(scene->records, &of, see_decision, &seen, &scene->fault);
		bool is_right =
		    status != STATUS_OK || seen.count == 0 || strcmp(seen.text, whole) == 0;
		/* An index that no longer finds a row hides it; a deny that is not found is asked
		 * again. */
		is_right |= strstr(whole, seen.text) != NULL;
		if (!is_right)
			fail_msg("byte %zu, bit %d: %s", at, round % 8, seen.text);
		records_close(scene->records);
	}
	assert_int_equal(records_open(scene->home, &scene->records, &scene->fault), STATUS_OK);
}

static void records_of_a_newer_cairn_are_left_alone(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_ALLOWED, NULL), STATUS_OK);
	records_close(scene->records);
	run_sql(scene, "PRAGMA user_version = 2");
	assert_int_equal(records_open(scene->home, &scene->records, &scene->fault), STATUS_OK);
	struct cid of = program(1);
	struct seen seen = {.text = ""};
	assert_int_equal(records_decisions(scene->records, &of, see_decision, &seen, &scene->fault),
			 STATUS_UNSUPPORTED);
	assert_non_null(strstr(scene->fault.text, "newer Cairn"));
	assert_int_equal(seen.count, 0);
}

static void a_kill_loses_nothing_that_was_acknowledged(void **state)
{
	struct scene *scene = *state;
	int acknowledged = 0;
	srand((unsigned)time(NULL));
	/* Every other one is killed at any moment, also before it has begun, and the rest once it
	 * is at work, however busy the host. */
	for (int round = 0; round < 30; round++) {
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		if (child == 0) {
			struct records *records;
			if (records_open(scene->home, &records, &scene->fault) != STATUS_OK)
				_exit(1);
			for (int i = acknowledged;; i++)
				if (decide(records, 7, i, KERNEL_ALLOWED, "a") != STATUS_OK ||
				    write(ends[1], &i, sizeof i) != sizeof i)
					_exit(1);
		}
		close(ends[1]);
		int number;
		if (round % 2 == 1 && read(ends[0], &number, sizeof number) == sizeof number)
			acknowledged = number + 1;
		usleep((useconds_t)(rand() % 20000));
		kill(child, SIGKILL);
		int status;
		waitpid(child, &status, 0);
		assert_true(WIFSIGNALED(status));
		while (read(ends[0], &number, sizeof number) == sizeof number)
			acknowledged = number + 1;
		close(ends[0]);
	}
	assert_true(acknowledged > 0);
	assert_in_range(decisions_of(scene, 7).count, acknowledged, acknowledged + 1);
	/* Each has its line; one that was not acknowledged was decided once more. */
	uint32_t decided = decisions_of(scene, 7).count;
	assert_in_range(audit(scene).count, decided, decided + 300);
}

/* ---- The audit ---- */

static void observe(struct scene *scene, int of, enum records_event event)
{
	struct records_entry entry = {.program = program(of),
				      .interface = interface(1),
				      .event = event,
				      .person = "",
				      .reason = "nobody could be asked"};
	records_observe(scene->records, &entry);
}

static void a_million_knocks_at_a_closed_door_are_few_lines(void **state)
{
	struct scene *scene = *state;
	for (int i = 0; i < 1000000; i++)
		observe(scene, 1 + i % 2, RECORDS_REFUSED);
	struct seen seen = audit(scene);
	assert_int_equal(seen.times, 1000000);
	assert_in_range(seen.count, 2, 40);
}

static void more_different_events_than_are_kept_waiting_are_all_written(void **state)
{
	struct scene *scene = *state;
	for (int i = 0; i < 1000; i++)
		observe(scene, i, RECORDS_REFUSED);
	reopen(scene); /* the end writes what waited */
	assert_int_equal(audit(scene).count, 1000);
}

static void the_audit_of_one_program_and_its_latest_lines(void **state)
{
	struct scene *scene = *state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(decide(scene->records, i % 2, i, KERNEL_ALLOWED, NULL), STATUS_OK);
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_UNDECIDED, NULL), STATUS_OK);
	struct seen seen = {.text = ""};
	struct cid of = program(1);
	assert_int_equal(records_audit(scene->records, &of, 2, see_entry, &seen, &scene->fault),
			 STATUS_OK);
	assert_string_equal(seen.text, "allowed x1;revoked x1;");
}

static void the_audit_does_not_grow_for_ever(void **state)
{
	struct scene *scene = *state;
	observe(scene, 1, RECORDS_REFUSED);
	records_flush(scene->records);
	char command[128];
	snprintf(command, sizeof command, "UPDATE audit SET number = %d",
		 2 * RECORDS_AUDIT_ROWS_MAX);
	run_sql(scene, command);
	for (int i = 0; i < 600; i++)
		observe(scene, i, RECORDS_REFUSED);
	records_flush(scene->records);
	assert_int_equal(audit(scene).count, 601);
	snprintf(command, sizeof command, "UPDATE audit SET number = 1 WHERE number = %d",
		 2 * RECORDS_AUDIT_ROWS_MAX);
	run_sql(scene, command);
	for (int i = 0; i < 600; i++)
		observe(scene, i, RECORDS_REFUSED);
	records_flush(scene->records);
	assert_int_equal(audit(scene).count, 1200);
}

/* ---- Names ---- */

static enum status name_it(struct scene *scene, const char *name, int number)
{
	struct cid target = program(number);
	return records_set_name(scene->records, RECORDS_PROGRAM, name, &target, &scene->fault);
}

static void a_name_leads_to_its_program_and_back(void **state)
{
	struct scene *scene = *state;
	char name[RECORDS_NAME_BYTES];
	struct cid found;
	assert_int_equal(name_it(scene, "sudoku", 1), STATUS_OK);
	assert_int_equal(name_it(scene, "数独", 1), STATUS_OK);
	assert_int_equal(name_it(scene, "chess", 2), STATUS_OK);
	reopen(scene);
	assert_int_equal(
	    records_find_name(scene->records, RECORDS_PROGRAM, "sudoku", &found, &scene->fault),
	    STATUS_OK);
	struct cid expected = program(1);
	assert_true(cid_is_equal(&found, &expected));
	assert_int_equal(
	    records_name_of(scene->records, RECORDS_PROGRAM, &expected, name, &scene->fault),
	    STATUS_OK);
	assert_string_equal(name, "数独");
	/* An interface of that name is another thing. */
	assert_int_equal(
	    records_find_name(scene->records, RECORDS_INTERFACE, "sudoku", &found, &scene->fault),
	    STATUS_NOT_FOUND);
}

static void a_name_goes_over_and_goes_away(void **state)
{
	struct scene *scene = *state;
	char name[RECORDS_NAME_BYTES];
	struct cid first = program(1);
	assert_int_equal(name_it(scene, "sudoku", 1), STATUS_OK);
	assert_int_equal(name_it(scene, "sudoku", 2), STATUS_OK);
	assert_int_equal(
	    records_name_of(scene->records, RECORDS_PROGRAM, &first, name, &scene->fault),
	    STATUS_NOT_FOUND);
	assert_int_equal(
	    records_set_name(scene->records, RECORDS_PROGRAM, "sudoku", NULL, &scene->fault),
	    STATUS_OK);
	assert_int_equal(
	    records_set_name(scene->records, RECORDS_PROGRAM, "sudoku", NULL, &scene->fault),
	    STATUS_NOT_FOUND);
}

static void write_text(struct scene *scene, const char *name, const char *text, const char *mode)
{
	FILE *file = fopen(path_of(scene, name), mode);
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void damage(struct scene *scene)
{
	records_close(scene->records);
	write_text(scene, "decisions.db", "this is no database at all, however long it may be",
		   "w");
	assert_int_equal(records_open(scene->home, &scene->records, &scene->fault), STATUS_OK);
}

static enum status find_program(struct scene *scene, const char *name, int number)
{
	struct cid expected = program(number), found = {0};
	enum status status =
	    records_find_name(scene->records, RECORDS_PROGRAM, name, &found, &scene->fault);
	if (status == STATUS_OK)
		assert_true(cid_is_equal(&found, &expected));
	return status;
}

static void names_outlive_the_database(void **state)
{
	struct scene *scene = *state;
	char name[RECORDS_NAME_BYTES];
	struct cid one = program(1), kv = program(7), found;
	assert_int_equal(name_it(scene, "z-earlier", 1), STATUS_OK);
	assert_int_equal(name_it(scene, "sudoku", 2), STATUS_OK);
	assert_int_equal(name_it(scene, "a-later", 1), STATUS_OK);
	assert_int_equal(name_it(scene, "gone", 3), STATUS_OK);
	assert_int_equal(
	    records_set_name(scene->records, RECORDS_PROGRAM, "gone", NULL, &scene->fault),
	    STATUS_OK);
	assert_int_equal(
	    records_set_name(scene->records, RECORDS_INTERFACE, "kv", &kv, &scene->fault),
	    STATUS_OK);
	assert_int_equal(decide(scene->records, 1, 1, KERNEL_ALLOWED, NULL), STATUS_OK);
	damage(scene);
	assert_int_equal(find_program(scene, "sudoku", 2), STATUS_OK);
	assert_int_equal(find_program(scene, "gone", 3), STATUS_NOT_FOUND);
	assert_int_equal(
	    records_name_of(scene->records, RECORDS_PROGRAM, &one, name, &scene->fault), STATUS_OK);
	assert_string_equal(name, "a-later");
	assert_int_equal(
	    records_find_name(scene->records, RECORDS_INTERFACE, "kv", &found, &scene->fault),
	    STATUS_OK);
	assert_true(cid_is_equal(&found, &kv));
	assert_int_equal(find_program(scene, "kv", 7), STATUS_NOT_FOUND);
	assert_int_equal(decisions_of(scene, 1).count, 0);
	assert_false(records_names_are_lost(scene->records));
	/* Killed between the move and the new one: the database is not there at all. */
	records_close(scene->records);
	unlink(path_of(scene, "decisions.db"));
	assert_int_equal(records_open(scene->home, &scene->records, &scene->fault), STATUS_OK);
	assert_int_equal(find_program(scene, "sudoku", 2), STATUS_OK);
}

static void lines_of_the_copy_that_are_none_are_left_out(void **state)
{
	struct scene *scene = *state;
	static char long_line[100001];
	char line[256], cid[CID_TEXT_BYTES];
	struct cid target = program(1);
	cid_to_text(&target, cid);
	assert_int_equal(name_it(scene, "sudoku", 1), STATUS_OK);
	write_text(scene, "names", "sudoku\nbafk sudoku2\n\x01\n", "a");
	snprintf(line, sizeof line, "%s a/b\n%s x y\n%s \n %s z\n", cid, cid, cid, cid);
	write_text(scene, "names", line, "a");
	memset(long_line, 'a', sizeof long_line - 1);
	write_text(scene, "names", long_line, "a");
	snprintf(line, sizeof line, "\n%s chess", cid);
	write_text(scene, "names", line, "a");
	damage(scene);
	assert_int_equal(find_program(scene, "sudoku", 1), STATUS_OK);
	assert_int_equal(find_program(scene, "chess", 1), STATUS_OK);
	assert_int_equal(find_program(scene, "x", 1), STATUS_NOT_FOUND);
	assert_int_equal(find_program(scene, "z", 1), STATUS_NOT_FOUND);
	/* Who knows what stood there. */
	assert_true(records_names_are_lost(scene->records));
	records_names_are_found(scene->records);
	assert_false(records_names_are_lost(scene->records));
}

static void without_the_copy_it_is_noted_that_names_are_lost(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(name_it(scene, "sudoku", 1), STATUS_OK);
	assert_false(records_names_are_lost(scene->records));
	unlink(path_of(scene, "names"));
	damage(scene);
	assert_int_equal(find_program(scene, "sudoku", 1), STATUS_NOT_FOUND);
	assert_true(records_names_are_lost(scene->records));
	/* Another damage does not make them known again. */
	assert_int_equal(name_it(scene, "chess", 2), STATUS_OK);
	damage(scene);
	assert_int_equal(find_program(scene, "chess", 2), STATUS_OK);
	assert_true(records_names_are_lost(scene->records));
}

static void names_that_could_deceive_are_refused(void **state)
{
	static const char *const wrong[] = {
	    "",
	    "-rf",
	    ".hidden",
	    "two words",
	    "tab\there",
	    "line\nbreak",
	    "\x1b[31mred",
	    "sudoku\xe2\x80\xaegpj", /* right-to-left override */
	    "sudoku\xe2\x80\x8b",    /* zero-width space */
	    "\xe2\x81\xa7sudoku",    /* right-to-left isolate */
	    "sudoku\xcd\x8f",        /* combining grapheme joiner */
	    "sudo\xcc\x81ku",        /* a combining accent */
	    "sudoku\xc2\xa0",        /* no-break space */
	    "sudoku\xef\xbf",        /* cut UTF-8 */
	    "sudoku\xff",
	    "\xc0\xafsudoku",     /* overlong */
	    "\xed\xa0\x80sudoku", /* a surrogate */
	    "sudoku(bafk)",
	    "a/b",
	    "a=b",
	    "\"sudoku\"",
	    "12345",
	    "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	    "this-name-has-more-bytes-than-any-name-of-a-program-may-ever-have",
	};
	struct scene *scene = *state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		scene->fault.text[0] = '\0';
		if (name_it(scene, wrong[i], 1) != STATUS_INVALID)
			fail_msg("number %zu was taken for a name", i);
		assert_non_null(strstr(scene->fault.text, "name"));
		assert_null(strchr(scene->fault.text, '\x1b'));
		assert_null(strstr(scene->fault.text, "\xe2\x80\xae"));
	}
	static const char *const right[] = {"sudoku", "a", "Zürich", "数独", "c++", "v1.2_b-3"};
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		assert_int_equal(name_it(scene, right[i], 1), STATUS_OK);
}

/* ---- Many ---- */

static uint64_t time_of_lookups(struct scene *scene)
{
	uint64_t best = UINT64_MAX;
	for (int round = 0; round < 15; round++) {
		struct timespec begin, end;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
		for (int i = 0; i < 100; i++)
			assert_int_equal(decisions_of(scene, 5).count, 10);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
		uint64_t ns = (uint64_t)(end.tv_sec - begin.tv_sec) * 1000000000u +
			      (uint64_t)(end.tv_nsec - begin.tv_nsec);
		best = ns < best ? ns : best;
	}
	return best;
}

static void ten_thousand_grants_are_looked_through_as_fast_as_ten(void **state)
{
	struct scene *scene = *state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(decide(scene->records, 5, i, KERNEL_ALLOWED, "a"), STATUS_OK);
	uint64_t few = time_of_lookups(scene);
	for (int i = 0; i < 1000; i++)
		for (int j = 0; j < 10; j++)
			assert_int_equal(decide(scene->records, i, j, KERNEL_ALLOWED, "a"),
					 STATUS_OK);
	uint64_t many = time_of_lookups(scene);
	print_message("10 decisions of a program: %d ns among 10, %d ns among 10,000\n",
		      (int)few / 100, (int)many / 100);
	/* A search through all of them would be a hundred times slower. */
	assert_true(many < few * 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    records_test(what_only_reads_creates_nothing),
	    records_test(a_decision_is_found_again_with_all_that_belongs_to_it),
	    records_test(a_later_decision_takes_the_place_of_an_earlier_one),
	    records_test(scopes_that_cannot_be_are_refused_and_nothing_is_changed),
	    records_test(two_may_have_the_records_open_and_see_each_others_changes),
	    records_test(a_file_that_is_no_database_is_kept_aside_and_nothing_is_decided),
	    records_test(a_row_that_is_not_as_it_was_written_allows_nothing),
	    records_test(a_bit_that_turns_over_anywhere_makes_no_other_decision),
	    records_test(records_of_a_newer_cairn_are_left_alone),
	    records_test(a_kill_loses_nothing_that_was_acknowledged),
	    records_test(a_million_knocks_at_a_closed_door_are_few_lines),
	    records_test(more_different_events_than_are_kept_waiting_are_all_written),
	    records_test(the_audit_of_one_program_and_its_latest_lines),
	    records_test(the_audit_does_not_grow_for_ever),
	    records_test(a_name_leads_to_its_program_and_back),
	    records_test(a_name_goes_over_and_goes_away),
	    records_test(names_outlive_the_database),
	    records_test(lines_of_the_copy_that_are_none_are_left_out),
	    records_test(without_the_copy_it_is_noted_that_names_are_lost),
	    records_test(names_that_could_deceive_are_refused),
	    records_test(ten_thousand_grants_are_looked_through_as_fast_as_ten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
