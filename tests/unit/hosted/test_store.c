#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store.h"
#include "support/sample.h"

/* Each test has a folder of its own, in which its home does not exist yet. */
struct scene {
	char folder[64];
	char home[96];
	struct store *store;
	struct store_block block;
	struct fault fault;
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	strcpy(scene->folder, "/tmp/cairn-store-XXXXXX");
	if (mkdtemp(scene->folder) == NULL)
		return -1;
	snprintf(scene->home, sizeof scene->home, "%s/deep/home", scene->folder);
	*state = scene;
	return store_open(scene->home, &scene->store, &scene->fault) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	store_close(scene->store);
	store_block_release(&scene->block);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", scene->folder);
	int code = system(command);
	free(scene);
	return code;
}

#define store_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static struct cid put(struct scene *scene, const char *text)
{
	struct cid cid = cid_of_block(CID_RAW, text, strlen(text));
	assert_int_equal(store_put(scene->store, &cid, text, strlen(text), &scene->fault),
			 STATUS_OK);
	return cid;
}

static void assert_holds(struct scene *scene, const struct cid *cid, const char *text)
{
	assert_int_equal(store_get(scene->store, cid, &scene->block, &scene->fault), STATUS_OK);
	assert_int_equal(scene->block.size, strlen(text));
	assert_memory_equal(scene->block.data, text, strlen(text));
}

/* HOME/folder/name, or HOME/blocks/XY/CID. */
static const char *path_of(const struct scene *scene, const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", scene->home, name);
	return path;
}

static const char *block_path(const struct scene *scene, const struct cid *cid)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(cid, name);
	char below[96];
	snprintf(below, sizeof below, "blocks/%.2s/%s", name + strlen(name) - 3, name);
	return path_of(scene, below);
}

static const char *damaged_path(const struct scene *scene, const struct cid *cid)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(cid, name);
	char below[96];
	snprintf(below, sizeof below, "damaged/%s", name);
	return path_of(scene, below);
}

static void overwrite(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void assert_fault_says(const struct scene *scene, const char *what)
{
	if (strstr(scene->fault.text, what) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", scene->fault.text, what);
}

/* ---- Where the home is ---- */

static void the_home_is_the_one_that_the_user_names_else_the_xdg_folder(void **state)
{
	char home[STORE_HOME_BYTES];
	struct fault fault = {0};
	setenv("CAIRN_HOME", "/a", 1);
	setenv("XDG_DATA_HOME", "/b", 1);
	setenv("HOME", "/c", 1);
	assert_int_equal(store_find_home(home, &fault), STATUS_OK);
	assert_string_equal(home, "/a");
	setenv("CAIRN_HOME", "", 1);
	assert_int_equal(store_find_home(home, &fault), STATUS_OK);
	assert_string_equal(home, "/b/cairn");
	setenv("XDG_DATA_HOME", "relative", 1);
	assert_int_equal(store_find_home(home, &fault), STATUS_OK);
	assert_string_equal(home, "/c/.local/share/cairn");
	unsetenv("HOME");
	assert_int_equal(store_find_home(home, &fault), STATUS_NOT_FOUND);
	assert_non_null(strstr(fault.text, "CAIRN_HOME"));
}

static void a_home_whose_path_is_too_long_is_refused(void **state)
{
	static char path[2 * STORE_HOME_BYTES];
	memset(path, 'x', sizeof path - 1);
	setenv("CAIRN_HOME", path, 1);
	char home[STORE_HOME_BYTES];
	struct fault fault = {0};
	assert_int_equal(store_find_home(home, &fault), STATUS_LIMIT);
	struct store *store;
	assert_int_equal(store_open(path, &store, &fault), STATUS_INVALID);
	assert_int_equal(store_open("", &store, &fault), STATUS_INVALID);
}

/* ---- Blocks ---- */

static void a_block_is_there_after_it_was_put(void **state)
{
	struct scene *scene = *state;
	struct cid hello = put(scene, "hello");
	struct cid empty = put(scene, "");
	assert_holds(scene, &hello, "hello");
	assert_holds(scene, &empty, "");
	assert_true(is_there(block_path(scene, &hello)));
	/* Putting it again changes nothing. */
	struct stat before, after;
	assert_int_equal(stat(block_path(scene, &hello), &before), 0);
	put(scene, "hello");
	assert_int_equal(stat(block_path(scene, &hello), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void a_block_that_is_not_there_is_not_found_and_nothing_is_created(void **state)
{
	struct scene *scene = *state;
	struct cid cid = cid_of_block(CID_RAW, "hello", 5);
	assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault),
			 STATUS_NOT_FOUND);
	assert_fault_says(scene, "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
	assert_false(is_there(scene->home));
}

static void a_block_of_the_largest_size_is_kept_and_a_larger_one_refused(void **state)
{
	struct scene *scene = *state;
	size_t size = DAG_BLOCK_BYTES_MAX;
	uint8_t *data = malloc(size + 1);
	sample_fill(data, size + 1);
	struct cid cid = cid_of_block(CID_DAG_PB, data, size);
	assert_int_equal(store_put(scene->store, &cid, data, size, &scene->fault), STATUS_OK);
	assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault), STATUS_OK);
	assert_int_equal(scene->block.size, size);
	cid = cid_of_block(CID_DAG_PB, data, size + 1);
	assert_int_equal(store_put(scene->store, &cid, data, size + 1, &scene->fault),
			 STATUS_LIMIT);
	free(data);
}

static void a_block_that_changed_is_corrupt_and_moved_aside(void **state)
{
	static const char *const changes[] = {"hellO", "hell", "hello!", ""};
	struct scene *scene = *state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct cid cid = put(scene, "hello");
		overwrite(block_path(scene, &cid), changes[i]);
		assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault),
				 STATUS_CORRUPT);
		assert_fault_says(scene, "changed on disk");
		assert_fault_says(scene,
				  "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
		assert_false(is_there(block_path(scene, &cid)));
		assert_true(is_there(damaged_path(scene, &cid)));
		assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault),
				 STATUS_NOT_FOUND);
	}
}

static void a_block_that_changed_is_mended_by_putting_it_again(void **state)
{
	struct scene *scene = *state;
	struct cid cid = put(scene, "hello");
	overwrite(block_path(scene, &cid), "hellO");
	put(scene, "hello");
	assert_holds(scene, &cid, "hello");
	assert_true(is_there(damaged_path(scene, &cid)));
}

static void a_folder_a_pipe_or_a_huge_file_in_a_blocks_place_is_corrupt(void **state)
{
	struct scene *scene = *state;
	struct cid cid = put(scene, "hello");
	unlink(block_path(scene, &cid));
	assert_int_equal(mkdir(block_path(scene, &cid), 0700), 0);
	assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault),
			 STATUS_CORRUPT);
	cid = put(scene, "wide");
	unlink(block_path(scene, &cid));
	assert_int_equal(mkfifo(block_path(scene, &cid), 0600), 0);
	assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault),
			 STATUS_CORRUPT);
	cid = put(scene, "world");
	assert_int_equal(truncate(block_path(scene, &cid), (off_t)1 << 40), 0);
	assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault),
			 STATUS_CORRUPT);
	assert_true(scene->block.capacity < 1 << 20);
}

/* ---- Homes that do not serve ---- */

static void a_home_that_is_a_file_is_an_error_that_names_it(void **state)
{
	struct scene *scene = *state;
	char path[96];
	snprintf(path, sizeof path, "%s/deep", scene->folder);
	overwrite(path, "");
	struct cid cid = cid_of_block(CID_RAW, "hello", 5);
	assert_int_equal(store_put(scene->store, &cid, "hello", 5, &scene->fault), STATUS_IO);
	assert_fault_says(scene, "Not a directory");
	assert_fault_says(scene, scene->home);
	assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault), STATUS_IO);
	assert_fault_says(scene, "Not a directory");
	struct store_record record = {.cid = cid, .name = (const uint8_t *)"x", .name_size = 1};
	assert_int_equal(store_record_add(scene->store, &record, &scene->fault), STATUS_IO);
}

static void a_home_in_which_nothing_can_be_made_is_an_error_that_names_it(void **state)
{
	struct scene *scene = *state;
	struct store *store;
	assert_int_equal(store_open("/proc/self/cairn", &store, &scene->fault), STATUS_OK);
	struct cid cid = cid_of_block(CID_RAW, "hello", 5);
	assert_int_equal(store_put(store, &cid, "hello", 5, &scene->fault), STATUS_IO);
	assert_fault_says(scene, "/proc/self/cairn");
	store_close(store);
}

static void a_name_of_the_home_with_odd_bytes_is_escaped(void **state)
{
	struct scene *scene = *state;
	struct store *store;
	assert_int_equal(store_open("/proc/self/\x1b[31m\n", &store, &scene->fault), STATUS_OK);
	struct cid cid = cid_of_block(CID_RAW, "hello", 5);
	assert_int_equal(store_put(store, &cid, "hello", 5, &scene->fault), STATUS_IO);
	assert_fault_says(scene, "/proc/self/\\u{001b}[31m\\u{000a}");
	store_close(store);
}

static void a_write_that_fails_leaves_nothing_behind(void **state)
{
	struct scene *scene = *state;
	put(scene, "hello");
	static uint8_t data[100000];
	struct cid cid = cid_of_block(CID_RAW, data, sizeof data);
	struct rlimit before;
	getrlimit(RLIMIT_FSIZE, &before);
	struct rlimit small = {.rlim_cur = 50000, .rlim_max = before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	enum status status = store_put(scene->store, &cid, data, sizeof data, &scene->fault);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(status, STATUS_IO);
	assert_fault_says(scene, "File too large");
	assert_int_equal(rmdir(path_of(scene, "temporary")), 0); /* it is empty */
	assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault),
			 STATUS_NOT_FOUND);
	assert_int_equal(store_put(scene->store, &cid, data, sizeof data, &scene->fault),
			 STATUS_OK);
}

static void what_killed_writers_left_is_removed_once_it_is_old(void **state)
{
	struct scene *scene = *state;
	put(scene, "hello");
	char old[256];
	char young[256];
	strcpy(old, path_of(scene, "temporary/old"));
	strcpy(young, path_of(scene, "temporary/young"));
	overwrite(old, "half a bl");
	overwrite(young, "half a bl");
	struct timespec two_hours_ago[2] = {{.tv_sec = time(NULL) - 7200},
					    {.tv_sec = time(NULL) - 7200}};
	assert_int_equal(utimensat(AT_FDCWD, old, two_hours_ago, 0), 0);
	struct store *store;
	assert_int_equal(store_open(scene->home, &store, &scene->fault), STATUS_OK);
	struct cid cid = cid_of_block(CID_RAW, "x", 1);
	assert_int_equal(store_put(store, &cid, "x", 1, &scene->fault), STATUS_OK);
	store_close(store);
	assert_false(is_there(old));
	assert_true(is_there(young));
}

/* ---- Files ---- */

struct gathered {
	uint8_t *data;
	size_t size;
	size_t refuse_from;
};

static bool gather(void *context, const uint8_t *data, size_t size)
{
	struct gathered *gathered = context;
	if (gathered->size + size > gathered->refuse_from)
		return false;
	memcpy(gathered->data + gathered->size, data, size);
	gathered->size += size;
	return true;
}

static int open_with(struct scene *scene, const uint8_t *data, size_t size)
{
	char path[96];
	snprintf(path, sizeof path, "%s/file", scene->folder);
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(file, data, size), (ssize_t)size);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	return file;
}

static void a_file_is_read_back_as_it_was_added(void **state)
{
	struct scene *scene = *state;
	static const size_t sizes[] = {0, 1, 262144, 262145, 3000000};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint8_t *data = malloc(sizes[i] + 1);
		sample_fill(data, sizes[i]);
		int file = open_with(scene, data, sizes[i]);
		struct cid root;
		uint64_t size;
		assert_int_equal(store_add_file(scene->store, file, &root, &size, &scene->fault),
				 STATUS_OK);
		assert_int_equal(size, sizes[i]);
		close(file);
		struct gathered gathered = {.data = malloc(sizes[i] + 1), .refuse_from = SIZE_MAX};
		assert_int_equal(
		    store_read_file(scene->store, &root, gather, &gathered, &scene->fault),
		    STATUS_OK);
		assert_int_equal(gathered.size, sizes[i]);
		assert_memory_equal(gathered.data, data, sizes[i]);
		free(gathered.data);
		free(data);
	}
}

static void a_file_whose_reader_stops_is_an_error_without_a_text(void **state)
{
	struct scene *scene = *state;
	uint8_t *data = calloc(1, 1000000);
	int file = open_with(scene, data, 1000000);
	struct cid root;
	uint64_t size;
	assert_int_equal(store_add_file(scene->store, file, &root, &size, &scene->fault),
			 STATUS_OK);
	close(file);
	struct gathered gathered = {.data = data, .refuse_from = 500000};
	strcpy(scene->fault.text, "old");
	assert_int_equal(store_read_file(scene->store, &root, gather, &gathered, &scene->fault),
			 STATUS_IO);
	assert_string_equal(scene->fault.text, "");
	free(data);
}

static void a_file_with_a_changed_block_ends_in_an_error_and_the_block_is_moved(void **state)
{
	struct scene *scene = *state;
	uint8_t *data = malloc(600000);
	sample_fill(data, 600000);
	int file = open_with(scene, data, 600000);
	struct cid root;
	uint64_t size;
	assert_int_equal(store_add_file(scene->store, file, &root, &size, &scene->fault),
			 STATUS_OK);
	close(file);
	struct cid second = cid_of_block(CID_RAW, data + DAG_CHUNK_BYTES, DAG_CHUNK_BYTES);
	overwrite(block_path(scene, &second), "changed");
	struct gathered gathered = {.data = data, .refuse_from = SIZE_MAX};
	assert_int_equal(store_read_file(scene->store, &root, gather, &gathered, &scene->fault),
			 STATUS_CORRUPT);
	assert_true(is_there(damaged_path(scene, &second)));
	assert_int_equal(store_read_file(scene->store, &root, gather, &gathered, &scene->fault),
			 STATUS_NOT_FOUND);
	free(data);
}

static void what_cannot_be_read_is_not_added(void **state)
{
	struct scene *scene = *state;
	int folder = open(scene->folder, O_RDONLY);
	struct cid root;
	uint64_t size;
	assert_int_equal(store_add_file(scene->store, folder, &root, &size, &scene->fault),
			 STATUS_IO);
	assert_fault_says(scene, "Is a directory");
	close(folder);
}

/* ---- Records ---- */

struct seen {
	int count;
	struct cid cid;
	char name[64];
	size_t name_size;
	uint64_t size;
};

static void see(void *context, const struct store_record *record)
{
	struct seen *seen = context;
	seen->count++;
	seen->cid = record->cid;
	seen->name_size = record->name_size;
	memcpy(seen->name, record->name, record->name_size);
	seen->size = record->size;
}

static enum status record_in(struct store *store, const char *name, uint64_t added_ns,
			     struct fault *fault)
{
	struct store_record record = {.cid = cid_of_block(CID_RAW, name, strlen(name)),
				      .name = (const uint8_t *)name,
				      .name_size = strlen(name),
				      .size = 7,
				      .added_ns = added_ns};
	return store_record_add(store, &record, fault);
}

static struct seen list(struct scene *scene)
{
	struct seen seen = {.count = 0};
	struct store *store;
	assert_int_equal(store_open(scene->home, &store, &scene->fault), STATUS_OK);
	assert_int_equal(store_record_list(store, see, &seen, &scene->fault), STATUS_OK);
	store_close(store);
	return seen;
}

static void a_record_is_there_for_the_next_process(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(list(scene).count, 0);
	assert_false(is_there(scene->home));
	assert_int_equal(record_in(scene->store, "b\xff\n", 2, &scene->fault), STATUS_OK);
	assert_int_equal(record_in(scene->store, "a", 1, &scene->fault), STATUS_OK);
	assert_int_equal(record_in(scene->store, "a", 1, &scene->fault), STATUS_OK);
	struct seen seen = list(scene);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.name_size, 3);
	assert_memory_equal(seen.name, "b\xff\n", 3);
	assert_int_equal(seen.size, 7);
	struct cid cid = cid_of_block(CID_RAW, "b\xff\n", 3);
	assert_true(cid_is_equal(&seen.cid, &cid));
}

static void run_sql(struct scene *scene, const char *command)
{
	sqlite3 *database;
	assert_int_equal(sqlite3_open(path_of(scene, "node.db"), &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, command, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

static int count_in_damaged(struct scene *scene)
{
	char command[160];
	snprintf(command, sizeof command, "exit $(ls %s/damaged | grep -c 'node.db$')",
		 scene->home);
	return WEXITSTATUS(system(command));
}

static void a_damaged_database_is_kept_aside_and_begun_anew(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(record_in(scene->store, "before", 1, &scene->fault), STATUS_OK);
	store_close(scene->store);
	unlink(path_of(scene, "node.db-wal"));
	unlink(path_of(scene, "node.db-shm"));
	overwrite(path_of(scene, "node.db"), "this is no database at all, however long it may be");
	assert_int_equal(store_open(scene->home, &scene->store, &scene->fault), STATUS_OK);
	assert_int_equal(record_in(scene->store, "after", 2, &scene->fault), STATUS_OK);
	assert_int_equal(list(scene).count, 1);
	assert_int_equal(count_in_damaged(scene), 1);
}

static void damage_that_shows_only_in_use_is_survived_too(void **state)
{
	struct scene *scene = *state;
	char name[32];
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "a file with a longish name %d", i);
		assert_int_equal(record_in(scene->store, name, 1, &scene->fault), STATUS_OK);
	}
	store_close(scene->store);
	run_sql(scene, "PRAGMA wal_checkpoint(TRUNCATE)");
	int file = open(path_of(scene, "node.db"), O_RDWR);
	struct stat about;
	assert_int_equal(fstat(file, &about), 0);
	char noise[4096];
	memset(noise, 0x5a, sizeof noise);
	for (off_t at = 4096; at < about.st_size; at += 4096)
		assert_int_equal(pwrite(file, noise, sizeof noise, at), 4096);
	close(file);
	assert_int_equal(store_open(scene->home, &scene->store, &scene->fault), STATUS_OK);
	assert_int_equal(record_in(scene->store, "after", 2, &scene->fault), STATUS_OK);
	assert_int_equal(list(scene).count, 1);
	assert_int_equal(count_in_damaged(scene), 1);
}

static void a_database_of_a_newer_cairn_is_left_alone(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(record_in(scene->store, "before", 1, &scene->fault), STATUS_OK);
	store_close(scene->store);
	run_sql(scene, "PRAGMA user_version = 2");
	assert_int_equal(store_open(scene->home, &scene->store, &scene->fault), STATUS_OK);
	assert_int_equal(record_in(scene->store, "after", 2, &scene->fault), STATUS_UNSUPPORTED);
	assert_fault_says(scene, "newer Cairn");
}

/* ---- Many at once, and kills ---- */

/* Runs `work` in `count` processes, all at once; true when all exit with 0. */
static bool run_at_once(int count, int (*work)(struct scene *scene, int number),
			struct scene *scene)
{
	pid_t children[16];
	for (int i = 0; i < count; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(work(scene, i));
	}
	bool is_good = true;
	for (int i = 0; i < count; i++) {
		int status = 0;
		waitpid(children[i], &status, 0);
		is_good = is_good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	return is_good;
}

static struct cid numbered_block(int number, uint8_t data[5000])
{
	memset(data, number, 5000);
	memcpy(data, &number, sizeof number);
	return cid_of_block(CID_RAW, data, 5000);
}

static int put_and_record(struct scene *scene, int process)
{
	struct store *store;
	struct fault fault;
	if (store_open(scene->home, &store, &fault) != STATUS_OK)
		return 1;
	for (int i = 0; i < 40; i++) {
		uint8_t data[5000];
		struct cid cid = numbered_block(i, data);
		char name[32];
		snprintf(name, sizeof name, "%d-%d", process, i);
		if (store_put(store, &cid, data, sizeof data, &fault) != STATUS_OK ||
		    record_in(store, name, 1, &fault) != STATUS_OK) {
			fprintf(stderr, "%s\n", fault.text);
			return 1;
		}
	}
	store_close(store);
	return 0;
}

static void writers_at_once_do_not_harm_each_other(void **state)
{
	struct scene *scene = *state;
	assert_true(run_at_once(6, put_and_record, scene));
	for (int i = 0; i < 40; i++) {
		uint8_t data[5000];
		struct cid cid = numbered_block(i, data);
		assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault),
				 STATUS_OK);
	}
	assert_int_equal(list(scene).count, 240);
}

static int record_one(struct scene *scene, int process)
{
	char name[16];
	snprintf(name, sizeof name, "%d", process);
	struct store *store;
	struct fault fault;
	if (store_open(scene->home, &store, &fault) != STATUS_OK)
		return 1;
	enum status status = record_in(store, name, 1, &fault);
	store_close(store);
	if (status != STATUS_OK)
		fprintf(stderr, "%s\n", fault.text);
	return status != STATUS_OK;
}

static void processes_that_find_damage_at_once_move_the_database_once(void **state)
{
	struct scene *scene = *state;
	put(scene, "hello");
	for (int round = 0; round < 10; round++) {
		unlink(path_of(scene, "node.db-wal"));
		unlink(path_of(scene, "node.db-shm"));
		overwrite(path_of(scene, "node.db"), "this is no database at all, as anybody sees");
		assert_true(run_at_once(4, record_one, scene));
		assert_int_equal(list(scene).count, 4);
		assert_int_equal(count_in_damaged(scene), round + 1);
	}
}

/* Puts blocks and records, and acknowledges each by its number through the pipe, until killed. */
static void put_until_killed(struct scene *scene, int first, int pipe_end)
{
	struct store *store;
	struct fault fault;
	if (store_open(scene->home, &store, &fault) != STATUS_OK)
		_exit(1);
	for (int i = first;; i++) {
		uint8_t data[5000];
		struct cid cid = numbered_block(i, data);
		char name[16];
		snprintf(name, sizeof name, "%d", i);
		if (store_put(store, &cid, data, sizeof data, &fault) != STATUS_OK ||
		    record_in(store, name, 1, &fault) != STATUS_OK ||
		    write(pipe_end, &i, sizeof i) != sizeof i)
			_exit(1);
	}
}

static void a_kill_loses_nothing_that_was_acknowledged(void **state)
{
	struct scene *scene = *state;
	int acknowledged = 0;
	srand((unsigned)time(NULL));
	/* Every other one is killed at any moment, also before it has begun, and the rest once it
	 * is at work, however busy the host. */
	for (int round = 0; round < 40; round++) {
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		if (child == 0)
			put_until_killed(scene, acknowledged, ends[1]);
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
	for (int i = 0; i < acknowledged; i++) {
		uint8_t data[5000];
		struct cid cid = numbered_block(i, data);
		assert_int_equal(store_get(scene->store, &cid, &scene->block, &scene->fault),
				 STATUS_OK);
		assert_memory_equal(scene->block.data, data, sizeof data);
	}
	/* The one that was under way when the kill came may be there too, whole. */
	assert_in_range(list(scene).count, acknowledged, acknowledged + 1);
	assert_int_equal(count_in_damaged(scene), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_home_is_the_one_that_the_user_names_else_the_xdg_folder),
	    cmocka_unit_test(a_home_whose_path_is_too_long_is_refused),
	    store_test(a_block_is_there_after_it_was_put),
	    store_test(a_block_that_is_not_there_is_not_found_and_nothing_is_created),
	    store_test(a_block_of_the_largest_size_is_kept_and_a_larger_one_refused),
	    store_test(a_block_that_changed_is_corrupt_and_moved_aside),
	    store_test(a_block_that_changed_is_mended_by_putting_it_again),
	    store_test(a_folder_a_pipe_or_a_huge_file_in_a_blocks_place_is_corrupt),
	    store_test(a_home_that_is_a_file_is_an_error_that_names_it),
	    store_test(a_home_in_which_nothing_can_be_made_is_an_error_that_names_it),
	    store_test(a_name_of_the_home_with_odd_bytes_is_escaped),
	    store_test(a_write_that_fails_leaves_nothing_behind),
	    store_test(what_killed_writers_left_is_removed_once_it_is_old),
	    store_test(a_file_is_read_back_as_it_was_added),
	    store_test(a_file_whose_reader_stops_is_an_error_without_a_text),
	    store_test(a_file_with_a_changed_block_ends_in_an_error_and_the_block_is_moved),
	    store_test(what_cannot_be_read_is_not_added),
	    store_test(a_record_is_there_for_the_next_process),
	    store_test(a_damaged_database_is_kept_aside_and_begun_anew),
	    store_test(damage_that_shows_only_in_use_is_survived_too),
	    store_test(a_database_of_a_newer_cairn_is_left_alone),
	    store_test(writers_at_once_do_not_harm_each_other),
	    store_test(processes_that_find_damage_at_once_move_the_database_once),
	    store_test(a_kill_loses_nothing_that_was_acknowledged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
