/* The interface `files`, asked message by message, over a folder of its own. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <cairn/files.h>

#include "files.h"
#include "files_scope.h"
#include "unit/hosted/fake_kernel.h"

enum { REQUEST_COUNT = 16, PROCESS = 7, OTHER_PROCESS = 8, HANDLES_MAX = 4096, ROOTS = 3 };

struct fixture {
	uv_loop_t loop;
	struct files *files;
	char folder[64];
	char scope_texts[ROOTS][128];
	struct wasm_name scopes[ROOTS];
	uint64_t
	    roots[ROOTS]; /* writable, read-only, writable too: inside, and beside one another */
	struct kernel_request requests[REQUEST_COUNT];
	int descriptors; /* before anything was asked */
};

static int count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static void run_shell(const char *format, const char *folder)
{
	char command[1024];
	snprintf(command, sizeof command, format, folder, folder, folder, folder);
	assert_int_equal(system(command), 0);
}

/* ---- Requests ---- */

static void wait_for(struct fixture *f, const struct kernel_request *request)
{
	while (!request->is_answered)
		uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(request->status, CAIRN_STATUS_OK);
}

#define begin(f, index, function, ...)                                                             \
	(files_##function##_encode(fake_kernel_body(&(f)->requests[index]),                        \
				   &(struct files_##function##_call){__VA_ARGS__}),                \
	 fake_kernel_send(&(f)->requests[index]), &(f)->requests[index])

#define decode(request, function, result)                                                          \
	assert_int_equal(                                                                          \
	    files_##function##_answer_decode((request)->answer, (request)->answer_size, result),   \
	    WIRE_OK)

static struct wire_bytes bytes(const char *text)
{
	return (struct wire_bytes){(const uint8_t *)text, (uint32_t)strlen(text)};
}

/* What a function without a result answers: -1 for success, or its error. */
static int outcome(struct fixture *f, struct kernel_request *request)
{
	struct files_nothing_or_error result;
	wait_for(f, request);
	decode(request, sync, &result);
	return result.is_error ? (int)result.error : -1;
}
enum { DONE = -1 };

static uint64_t opened(struct fixture *f, struct kernel_request *request)
{
	struct files_u64_or_error result;
	wait_for(f, request);
	decode(request, open, &result);
	return result.is_error ? 1000 + (uint64_t)result.error : result.value;
}

static uint64_t open_at(struct fixture *f, uint64_t directory, const char *path, uint16_t options)
{
	return opened(f, begin(f, 0, open, directory, bytes(path), options));
}

#define open_fails(error) (1000 + (uint64_t)FILES_ERROR_##error)
#define READ              FILES_OPEN_OPTIONS_READ
#define WRITE             FILES_OPEN_OPTIONS_WRITE
#define CREATE            (FILES_OPEN_OPTIONS_CREATE | WRITE)

/* The outcome of reading, as text; an error as "!" and its number. */
static const char *read_text(struct fixture *f, struct kernel_request *request)
{
	static char text[4096];
	struct files_bytes_or_error result;
	wait_for(f, request);
	decode(request, read, &result);
	if (result.is_error)
		snprintf(text, sizeof text, "!%d", result.error);
	else
		snprintf(text, sizeof text, "%.*s", (int)result.value.size, result.value.data);
	return text;
}

static const char *failed_read(enum files_error error)
{
	static char text[16];
	snprintf(text, sizeof text, "!%d", error);
	return text;
}

static const char *content_of(struct fixture *f, uint64_t directory, const char *path)
{
	uint64_t file = open_at(f, directory, path, READ);
	if (file >= 1000 && file < 1100)
		return failed_read((enum files_error)(file - 1000));
	return read_text(f, begin(f, 0, read, file, 0, 4000));
}

static struct files_info info_of(struct fixture *f, struct kernel_request *request)
{
	struct files_info_or_error result;
	wait_for(f, request);
	decode(request, describe, &result);
	assert_false(result.is_error);
	return result.value;
}

static uint64_t written(struct fixture *f, struct kernel_request *request)
{
	struct files_u64_or_error result;
	wait_for(f, request);
	decode(request, write, &result);
	return result.is_error ? 1000 + (uint64_t)result.error : result.value;
}

static uint32_t ask_roots(struct fixture *f)
{
	struct files_root_list roots;
	struct files_root root;
	files_roots_encode(fake_kernel_body(&f->requests[0]));
	fake_kernel_send(&f->requests[0]);
	wait_for(f, &f->requests[0]);
	decode(&f->requests[0], roots, &roots);
	uint32_t count = roots.count;
	for (uint32_t i = 0; files_root_list_next(&roots, &root) && i < ROOTS; i++)
		f->roots[i] = root.handle;
	return count;
}

/* ---- The fixture ---- */

/* Under which grant the process sends from now on. */
static void set_grant(struct fixture *f, uint32_t number, uint32_t scope_count)
{
	for (int i = 0; i < REQUEST_COUNT; i++) {
		f->requests[i].grant = number;
		f->requests[i].scopes =
		    (struct kernel_scopes){.items = f->scopes, .count = scope_count};
	}
}

static void add_scope(struct fixture *f, int index, const char *format)
{
	snprintf(f->scope_texts[index], sizeof f->scope_texts[index], format, f->folder);
	f->scopes[index] = (struct wasm_name){.data = (const uint8_t *)f->scope_texts[index],
					      .size = strlen(f->scope_texts[index])};
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	*state = f;
	signal(SIGPIPE, SIG_IGN);
	strcpy(f->folder, "/tmp/cairn-files-XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		return 1;
	run_shell(
	    "cd %s && mkdir -p in/deep other && printf secret > secret && printf text > in/file"
	    " && ln -s ../secret in/out && ln -s /etc/passwd in/absolute && ln -s loop in/loop"
	    " && ln -s file in/link && ln -s deep in/link-deep && ln -s ../.. in/deep/up",
	    f->folder);
	for (int i = 0; i < REQUEST_COUNT; i++)
		f->requests[i].process = PROCESS;
	if (uv_loop_init(&f->loop) != 0 || files_create(NULL, &f->loop, &f->files) != STATUS_OK)
		return 1;
	/* The pool's threads have descriptors of their own. */
	uv_fs_t warm;
	uv_fs_stat(&f->loop, &warm, "/", NULL);
	uv_fs_req_cleanup(&warm);
	f->descriptors = count_descriptors();
	add_scope(f, 0, "rw:%s/in:/");
	add_scope(f, 1, "ro:%s/in:/read-only");
	add_scope(f, 2, "rw:%s/other");
	set_grant(f, 3, ROOTS);
	return ask_roots(f) != ROOTS;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	fake_kernel.service.ended(fake_kernel.self, PROCESS);
	fake_kernel.service.ended(fake_kernel.self, OTHER_PROCESS);
	files_close(f->files);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	int left = count_descriptors() - f->descriptors;
	files_destroy(f->files);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	int status = uv_loop_close(&f->loop);
	run_shell("rm -rf %s", f->folder);
	for (int i = 0; i < REQUEST_COUNT; i++)
		free(f->requests[i].answer);
	free(f);
	if (left != 0)
		print_error("%d descriptors are left\n", left);
	return status != 0 || left != 0;
}

/* ---- Scopes ---- */

static void a_scope_is_a_right_a_path_and_a_name(void **state)
{
	static const struct {
		const char *text;
		bool is_valid;
		bool is_writable;
		const char *path;
		const char *name;
	} rows[] = {
	    {"ro:/srv/data", true, false, "/srv/data", "/srv/data"},
	    {"rw:/home/me/notes:/notes", true, true, "/home/me/notes", "/notes"},
	    {"rw:/a\\:b\\\\c:d", true, true, "/a:b\\c", "d"},
	    {"rw:/", true, true, "/", "/"},
	    {"rw:relative", false, false, NULL, NULL},
	    {"rw:", false, false, NULL, NULL},
	    {"rw", false, false, NULL, NULL},
	    {"", false, false, NULL, NULL},
	    {"wr:/a", false, false, NULL, NULL},
	    {"rw:/a:", true, true, "/a", "/a"},
	    {"rw:/a:b:c", false, false, NULL, NULL},
	    {"rw:/a\\", false, false, NULL, NULL},
	};
	static struct files_scope scope;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct wasm_name text = {.data = (const uint8_t *)rows[i].text,
					 .size = strlen(rows[i].text)};
		enum status status = files_scope_parse(text, &scope);
		assert_int_equal(status, rows[i].is_valid ? STATUS_OK : STATUS_INVALID);
		if (!rows[i].is_valid)
			continue;
		assert_int_equal(scope.is_writable, rows[i].is_writable);
		assert_string_equal(scope.path, rows[i].path);
		assert_string_equal(scope.name, rows[i].name);
	}
	const struct wasm_name zero = {.data = (const uint8_t *)"rw:/a\0b", .size = 7};
	assert_int_equal(files_scope_parse(zero, &scope), STATUS_INVALID);
}

static void without_scopes_there_is_an_empty_world(void **state)
{
	struct fixture *f = *state;
	set_grant(f, 4, 0);
	for (int i = 0; i < REQUEST_COUNT; i++)
		f->requests[i].process = OTHER_PROCESS;
	assert_int_equal(ask_roots(f), 0);
}

static void what_is_taken_back_holds_for_what_is_open(void **state)
{
	struct fixture *f = *state;
	uint64_t kept = open_at(f, f->roots[0], "file", READ);
	uint64_t lost = open_at(f, f->roots[2], "made", CREATE | READ);
	uint64_t old_root = f->roots[2];
	set_grant(f, 4, 2);
	assert_string_equal(read_text(f, begin(f, 0, read, kept, 0, 10)), "text");
	assert_string_equal(read_text(f, begin(f, 0, read, lost, 0, 10)),
			    failed_read(FILES_ERROR_NO_SUCH_HANDLE));
	assert_int_equal(open_at(f, old_root, "made", READ), open_fails(NO_SUCH_HANDLE));
	assert_int_equal(ask_roots(f), 2);
	assert_int_equal(count_descriptors(), f->descriptors + 3);
	set_grant(f, 5, ROOTS);
	assert_int_equal(ask_roots(f), ROOTS);
	assert_string_equal(read_text(f, begin(f, 0, read, lost, 0, 10)),
			    failed_read(FILES_ERROR_NO_SUCH_HANDLE));
	assert_string_equal(content_of(f, f->roots[2], "made"), "");
}

static void a_scope_that_names_nothing_gives_nothing(void **state)
{
	struct fixture *f = *state;
	add_scope(f, 0, "rw:%s/missing");
	add_scope(f, 1, "rw:%s/in/file");
	for (int i = 0; i < REQUEST_COUNT; i++)
		f->requests[i].process = OTHER_PROCESS;
	assert_int_equal(ask_roots(f), 1);
}

/* ---- Opening, reading, writing ---- */

static void what_was_written_is_read(void **state)
{
	struct fixture *f = *state;
	uint64_t file = open_at(f, f->roots[0], "new", CREATE | READ);
	assert_int_equal(written(f, begin(f, 0, write, file, 2, bytes("hello"))), 7);
	assert_int_equal(info_of(f, begin(f, 0, describe, file)).size, 7);
	assert_string_equal(read_text(f, begin(f, 0, read, file, 2, 100)), "hello");
	assert_string_equal(read_text(f, begin(f, 0, read, file, 4, 2)), "ll");
	assert_string_equal(read_text(f, begin(f, 0, read, file, 7, 100)), "");
	assert_string_equal(content_of(f, f->roots[1], "new") + 2, "");
}

static void options_of_opening_mean_what_they_say(void **state)
{
	struct fixture *f = *state;
	uint64_t root = f->roots[0];
	assert_int_equal(open_at(f, root, "missing", READ), open_fails(NOT_FOUND));
	assert_int_equal(open_at(f, root, "file", CREATE | FILES_OPEN_OPTIONS_EXCLUSIVE),
			 open_fails(EXISTS));
	assert_int_equal(open_at(f, root, "file", READ | FILES_OPEN_OPTIONS_DIRECTORY),
			 open_fails(NOT_A_DIRECTORY));
	assert_int_equal(open_at(f, root, "deep", READ | WRITE), open_fails(IS_A_DIRECTORY));
	assert_int_equal(open_at(f, root, "link", READ), open_fails(LOOP));
	assert_true(open_at(f, root, "link", READ | FILES_OPEN_OPTIONS_FOLLOW) > 1100);
	assert_int_equal(open_at(f, root, "file", 0), open_fails(INVALID));
	assert_int_equal(open_at(f, root, "file", READ | FILES_OPEN_OPTIONS_EXCLUSIVE),
			 open_fails(INVALID));
	assert_int_equal(open_at(f, root, "x", CREATE | FILES_OPEN_OPTIONS_DIRECTORY),
			 open_fails(INVALID));
	uint64_t file = open_at(f, root, "file", READ | FILES_OPEN_OPTIONS_TRUNCATE);
	assert_int_equal(info_of(f, begin(f, 0, describe, file)).size, 0);
}

static void appending_goes_to_the_end_whatever_the_offset(void **state)
{
	struct fixture *f = *state;
	uint64_t file = open_at(f, f->roots[0], "file", WRITE | FILES_OPEN_OPTIONS_APPEND);
	assert_int_equal(written(f, begin(f, 0, write, file, 0, bytes("+1"))), 6);
	uint64_t other = open_at(f, f->roots[0], "file", WRITE);
	assert_int_equal(written(f, begin(f, 0, write, other, UINT64_MAX, bytes("+2"))), 8);
	assert_int_equal(written(f, begin(f, 0, write, other, 0, bytes("T"))), 1);
	assert_string_equal(content_of(f, f->roots[0], "file"), "Text+1+2");
}

static void a_file_does_what_it_was_opened_for(void **state)
{
	struct fixture *f = *state;
	uint64_t reader = open_at(f, f->roots[0], "file", READ);
	uint64_t writer = open_at(f, f->roots[0], "file", WRITE);
	assert_int_equal(written(f, begin(f, 0, write, reader, 0, bytes("x"))),
			 open_fails(NOT_PERMITTED));
	assert_int_equal(outcome(f, begin(f, 0, set_size, reader, 1)), FILES_ERROR_NOT_PERMITTED);
	assert_string_equal(read_text(f, begin(f, 0, read, writer, 0, 1)),
			    failed_read(FILES_ERROR_NOT_PERMITTED));
	assert_string_equal(read_text(f, begin(f, 0, read, f->roots[0], 0, 1)),
			    failed_read(FILES_ERROR_IS_A_DIRECTORY));
}

static void too_much_at_once_and_too_far_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t file = open_at(f, f->roots[0], "file", READ | WRITE);
	assert_string_equal(read_text(f, begin(f, 0, read, file, 0, (1 << 20) + 1)),
			    failed_read(FILES_ERROR_LIMIT));
	assert_string_equal(read_text(f, begin(f, 0, read, file, UINT64_MAX, 1)),
			    failed_read(FILES_ERROR_TOO_LARGE));
	assert_string_equal(read_text(f, begin(f, 0, read, file, INT64_MAX, 1)),
			    failed_read(FILES_ERROR_TOO_LARGE));
	assert_int_equal(written(f, begin(f, 0, write, file, UINT64_MAX - 1, bytes("x"))),
			 open_fails(TOO_LARGE));
	assert_int_equal(outcome(f, begin(f, 0, set_size, file, UINT64_MAX)),
			 FILES_ERROR_TOO_LARGE);
	assert_int_equal(outcome(f, begin(f, 0, allocate, file, UINT64_MAX, UINT64_MAX)),
			 FILES_ERROR_TOO_LARGE);
	assert_int_equal(outcome(f, begin(f, 0, allocate, file, 0, 0)), FILES_ERROR_INVALID);
	assert_int_equal(outcome(f, begin(f, 0, advise, file, UINT64_MAX, 1, 0)),
			 FILES_ERROR_TOO_LARGE);
}

static void what_is_open_can_be_changed_and_synchronised(void **state)
{
	struct fixture *f = *state;
	uint64_t file = open_at(f, f->roots[0], "file", READ | WRITE);
	assert_int_equal(outcome(f, begin(f, 0, set_size, file, 2)), DONE);
	assert_int_equal(outcome(f, begin(f, 0, allocate, file, 0, 10)), DONE);
	assert_int_equal(outcome(f, begin(f, 0, advise, file, 0, 0, FILES_ADVICE_WILL_NEED)), DONE);
	assert_int_equal(outcome(f, begin(f, 0, sync, file, true)), DONE);
	assert_int_equal(outcome(f, begin(f, 0, sync, file, false)), DONE);
	assert_int_equal(outcome(f, begin(f, 0, set_times, file,
					  {.kind = FILES_NEW_TIME_AT, .as.at = 1500000000000000001},
					  {.kind = FILES_NEW_TIME_KEEP})),
			 DONE);
	struct files_info info = info_of(f, begin(f, 0, describe, file));
	assert_int_equal(info.size, 10);
	assert_int_equal(info.accessed, 1500000000000000001);
	assert_true(info.modified > 1600000000000000000);
	assert_int_equal(info.kind, FILES_KIND_REGULAR_FILE);
}

/* ---- Names ---- */

static void names_are_made_moved_and_removed(void **state)
{
	struct fixture *f = *state;
	uint64_t root = f->roots[0];
	uint64_t other = f->roots[2];
	assert_int_equal(outcome(f, begin(f, 0, create_directory, root, bytes("deep/new"))), DONE);
	assert_int_equal(outcome(f, begin(f, 0, create_directory, root, bytes("deep/new/"))),
			 FILES_ERROR_EXISTS);
	assert_int_equal(
	    outcome(f, begin(f, 0, rename, root, bytes("deep/new"), other, bytes("moved"))), DONE);
	assert_int_equal(
	    outcome(f, begin(f, 0, link, root, bytes("file"), other, bytes("moved/file"), false)),
	    DONE);
	assert_int_equal(outcome(f, begin(f, 0, remove_directory, other, bytes("moved"))),
			 FILES_ERROR_NOT_EMPTY);
	assert_int_equal(outcome(f, begin(f, 0, remove_file, other, bytes("moved"))),
			 FILES_ERROR_IS_A_DIRECTORY);
	assert_string_equal(content_of(f, other, "moved/file"), "text");
	assert_int_equal(info_of(f, begin(f, 0, describe_path, root, bytes("file"), false)).links,
			 2);
	assert_int_equal(outcome(f, begin(f, 0, remove_file, other, bytes("moved/file"))), DONE);
	assert_int_equal(outcome(f, begin(f, 0, remove_directory, other, bytes("moved/"))), DONE);
	assert_int_equal(outcome(f, begin(f, 0, remove_directory, root, bytes("file"))),
			 FILES_ERROR_NOT_A_DIRECTORY);
	assert_int_equal(outcome(f, begin(f, 0, remove_directory, root, bytes("."))),
			 FILES_ERROR_INVALID);
	assert_int_equal(outcome(f, begin(f, 0, remove_directory, root, bytes("deep/.."))),
			 FILES_ERROR_INVALID);
}

static void symbolic_links_are_made_read_and_described(void **state)
{
	struct fixture *f = *state;
	uint64_t root = f->roots[0];
	assert_int_equal(
	    outcome(f, begin(f, 0, symbolic_link, bytes("/any/where"), root, bytes("made"))), DONE);
	assert_string_equal(read_text(f, begin(f, 0, read_link, root, bytes("made"))),
			    "/any/where");
	assert_string_equal(read_text(f, begin(f, 0, read_link, root, bytes("file"))),
			    failed_read(FILES_ERROR_INVALID));
	assert_int_equal(info_of(f, begin(f, 0, describe_path, root, bytes("made"), false)).kind,
			 FILES_KIND_SYMBOLIC_LINK);
	assert_int_equal(info_of(f, begin(f, 0, describe_path, root, bytes("link"), true)).kind,
			 FILES_KIND_REGULAR_FILE);
	assert_int_equal(outcome(f, begin(f, 0, set_times_of_path, root, bytes("link"), false,
					  {.kind = FILES_NEW_TIME_KEEP},
					  {.kind = FILES_NEW_TIME_AT, .as.at = 5000000007})),
			 DONE);
	assert_int_equal(
	    info_of(f, begin(f, 0, describe_path, root, bytes("link"), false)).modified,
	    5000000007);
}

static void a_loop_of_links_is_an_error(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(open_at(f, f->roots[0], "loop", READ | FILES_OPEN_OPTIONS_FOLLOW),
			 open_fails(LOOP));
	assert_int_equal(outcome(f, begin(f, 0, create_directory, f->roots[0], bytes("loop/x"))),
			 FILES_ERROR_LOOP);
}

static void paths_that_are_none_are_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t root = f->roots[0];
	char *huge = malloc(100001);
	memset(huge, 'a', 100000);
	huge[100000] = '\0';
	const struct wire_bytes zero = {(const uint8_t *)"fi\0le", 5};
	const struct wire_bytes empty = {NULL, 0};
	assert_int_equal(opened(f, begin(f, 0, open, root, zero, READ)), open_fails(INVALID));
	assert_int_equal(opened(f, begin(f, 0, open, root, empty, READ)), open_fails(INVALID));
	assert_int_equal(open_at(f, root, "/file", READ), open_fails(INVALID));
	assert_int_equal(outcome(f, begin(f, 0, remove_file, root, zero)), FILES_ERROR_INVALID);
	assert_int_equal(outcome(f, begin(f, 0, rename, root, bytes("file"), root, zero)),
			 FILES_ERROR_INVALID);

	struct wire_out out = wire_out_over(malloc(110000), 110000);
	uint8_t *body = out.next;
	files_open_encode(&out, &(struct files_open_call){root, bytes(huge), READ});
	fake_kernel_reset(&f->requests[0]);
	f->requests[0].large_body = body;
	f->requests[0].size = (size_t)out.size;
	fake_kernel_receive(&f->requests[0]);
	assert_int_equal(opened(f, &f->requests[0]), open_fails(NAME_TOO_LONG));
	f->requests[0].large_body = NULL;
	free(body);

	huge[300] = '\0';
	assert_int_equal(open_at(f, root, huge, READ), open_fails(NAME_TOO_LONG));
	assert_int_equal(outcome(f, begin(f, 0, create_directory, root, bytes(huge))),
			 FILES_ERROR_NAME_TOO_LONG);
	free(huge);
}

/* ---- No way out ---- */

static const char *const ways_out[] = {
    "..",       "../secret",      "deep/../../secret",      "out",
    "absolute", "deep/up/secret", "link-deep/../../secret", "deep/up/in/file",
    "deep/up"};
enum { WAYS_OUT = sizeof ways_out / sizeof ways_out[0] };

static void no_path_leads_out(void **state)
{
	struct fixture *f = *state;
	uint64_t root = f->roots[0];
	for (int i = 0; i < WAYS_OUT; i++) {
		struct wire_bytes path = bytes(ways_out[i]);
		struct files_info_or_error info;
		assert_int_equal(open_at(f, root, ways_out[i], READ | FILES_OPEN_OPTIONS_FOLLOW),
				 open_fails(NOT_PERMITTED));
		wait_for(f, begin(f, 0, describe_path, root, path, true));
		decode(&f->requests[0], describe_path, &info);
		assert_true(info.is_error && info.error == FILES_ERROR_NOT_PERMITTED);
		assert_int_equal(
		    outcome(f, begin(f, 0, link, root, path, root, bytes("new"), true)),
		    FILES_ERROR_NOT_PERMITTED);
		assert_int_equal(
		    outcome(f, begin(f, 0, set_times_of_path, root, path, true,
				     {.kind = FILES_NEW_TIME_NOW}, {.kind = FILES_NEW_TIME_NOW})),
		    FILES_ERROR_NOT_PERMITTED);
	}
}

static void nothing_is_made_moved_or_removed_outside(void **state)
{
	struct fixture *f = *state;
	uint64_t root = f->roots[0];
	static const char *const paths[] = {"../made", "deep/up/made", "deep/../../made",
					    "absolute/made", "../secret"};
	for (int i = 0; i < 5; i++) {
		struct wire_bytes path = bytes(paths[i]);
		struct wire_bytes file = bytes("file");
		int expected = i == 3 ? FILES_ERROR_NOT_PERMITTED : FILES_ERROR_NOT_PERMITTED;
		assert_int_equal(outcome(f, begin(f, 0, create_directory, root, path)), expected);
		assert_int_equal(outcome(f, begin(f, 0, symbolic_link, bytes("x"), root, path)),
				 expected);
		assert_int_equal(outcome(f, begin(f, 0, link, root, file, root, path, false)),
				 expected);
		assert_int_equal(outcome(f, begin(f, 0, rename, root, file, root, path)), expected);
		assert_int_equal(outcome(f, begin(f, 0, rename, root, path, root, bytes("x"))),
				 expected);
		assert_int_equal(outcome(f, begin(f, 0, remove_file, root, path)), expected);
		assert_int_equal(outcome(f, begin(f, 0, remove_directory, root, path)), expected);
		assert_int_equal(open_at(f, root, paths[i], CREATE), open_fails(NOT_PERMITTED));
	}
	run_shell(
	    "cd %s && test \"$(ls)\" = \"in\nother\nsecret\" && test \"$(cat secret)\" = secret",
	    f->folder);
}

struct racer {
	const char *folder;
	volatile bool is_over;
};

/* A folder on the way becomes a link to outside and a folder again, all the time. */
static void *race(void *context)
{
	struct racer *racer = context;
	char names[3][128];
	snprintf(names[0], sizeof names[0], "%s/in/way", racer->folder);
	snprintf(names[1], sizeof names[1], "%s/in/folder", racer->folder);
	snprintf(names[2], sizeof names[2], "%s/in/leads-out", racer->folder);
	while (!racer->is_over) {
		renameat2(AT_FDCWD, names[0], AT_FDCWD, names[2], RENAME_EXCHANGE);
		usleep(10);
	}
	return NULL;
}

static void a_race_does_not_lead_out(void **state)
{
	struct fixture *f = *state;
	run_shell("cd %s && mkdir in/way && printf inside > in/way/secret && ln -s .. in/leads-out",
		  f->folder);
	struct racer racer = {.folder = f->folder};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, race, &racer), 0);
	int inside = 0;
	for (int i = 0; i < 2000; i++) {
		const char *content = content_of(f, f->roots[0], "way/secret");
		assert_string_not_equal(content, "secret");
		inside += strcmp(content, "inside") == 0;
		fake_kernel.service.ended(fake_kernel.self, PROCESS);
		assert_int_equal(ask_roots(f), ROOTS);
	}
	racer.is_over = true;
	pthread_join(thread, NULL);
	assert_true(inside > 0);
}

static void a_read_only_root_is_never_changed(void **state)
{
	struct fixture *f = *state;
	uint64_t root = f->roots[1];
	uint64_t other = f->roots[2];
	struct wire_bytes file = bytes("file");
	struct wire_bytes name = bytes("new");
	assert_string_equal(content_of(f, root, "file"), "text");
	uint64_t reader = open_at(f, root, "file", READ);
	static const uint16_t options[] = {WRITE, CREATE | READ, READ | FILES_OPEN_OPTIONS_TRUNCATE,
					   READ | FILES_OPEN_OPTIONS_CREATE};
	for (int i = 0; i < 4; i++)
		assert_int_equal(open_at(f, root, "file", options[i]), open_fails(NOT_PERMITTED));
	assert_int_equal(outcome(f, begin(f, 0, create_directory, root, name)),
			 FILES_ERROR_NOT_PERMITTED);
	assert_int_equal(outcome(f, begin(f, 0, symbolic_link, name, root, name)),
			 FILES_ERROR_NOT_PERMITTED);
	assert_int_equal(outcome(f, begin(f, 0, remove_file, root, file)),
			 FILES_ERROR_NOT_PERMITTED);
	assert_int_equal(outcome(f, begin(f, 0, remove_directory, root, bytes("deep"))),
			 FILES_ERROR_NOT_PERMITTED);
	assert_int_equal(outcome(f, begin(f, 0, rename, root, file, other, name)),
			 FILES_ERROR_NOT_PERMITTED);
	assert_int_equal(outcome(f, begin(f, 0, rename, other, name, root, name)),
			 FILES_ERROR_NOT_PERMITTED);
	/* By its other name it could be written. */
	assert_int_equal(outcome(f, begin(f, 0, link, root, file, other, name, false)),
			 FILES_ERROR_NOT_PERMITTED);
	assert_int_equal(outcome(f, begin(f, 0, set_times, reader, {.kind = FILES_NEW_TIME_NOW},
					  {.kind = FILES_NEW_TIME_NOW})),
			 FILES_ERROR_NOT_PERMITTED);
	assert_int_equal(
	    outcome(f, begin(f, 0, set_times_of_path, root, file, true,
			     {.kind = FILES_NEW_TIME_NOW}, {.kind = FILES_NEW_TIME_NOW})),
	    FILES_ERROR_NOT_PERMITTED);
}

/* ---- Handles ---- */

static void handles_are_known_to_their_process_alone_and_until_they_are_closed(void **state)
{
	struct fixture *f = *state;
	uint64_t file = open_at(f, f->roots[0], "file", READ);
	f->requests[1].process = OTHER_PROCESS;
	assert_string_equal(read_text(f, begin(f, 1, read, file, 0, 10)),
			    failed_read(FILES_ERROR_NO_SUCH_HANDLE));
	fake_kernel_body(&f->requests[2]);
	files_close_encode(&fake_kernel.out, &(struct files_close_call){file});
	fake_kernel_send(&f->requests[2]);
	assert_true(f->requests[2].is_answered);
	uint64_t next = open_at(f, f->roots[0], "file", READ);
	assert_int_not_equal(next, file);
	assert_string_equal(read_text(f, begin(f, 0, read, file, 0, 10)),
			    failed_read(FILES_ERROR_NO_SUCH_HANDLE));
	static const uint64_t none[] = {0, 1000, UINT32_MAX, UINT64_MAX, 1ull << 63};
	for (int i = 0; i < 5; i++) {
		assert_string_equal(read_text(f, begin(f, 0, read, none[i], 0, 10)),
				    failed_read(FILES_ERROR_NO_SUCH_HANDLE));
		assert_int_equal(outcome(f, begin(f, 0, sync, none[i], true)),
				 FILES_ERROR_NO_SUCH_HANDLE);
	}
}

static void roots_cannot_be_closed(void **state)
{
	struct fixture *f = *state;
	fake_kernel_body(&f->requests[1]);
	files_close_encode(&fake_kernel.out, &(struct files_close_call){f->roots[0]});
	fake_kernel_send(&f->requests[1]);
	assert_string_equal(content_of(f, f->roots[0], "file"), "text");
}

static void a_process_has_so_many_handles_and_no_more(void **state)
{
	struct fixture *f = *state;
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	uint64_t left = limit.rlim_cur > 512 ? limit.rlim_cur - 256 : limit.rlim_cur / 2;
	uint64_t most = left < HANDLES_MAX ? left : HANDLES_MAX;
	uint64_t count = 0;
	for (int i = 0; i < 100000; i++) {
		uint64_t file = open_at(f, f->roots[0], "file", READ);
		if (file == open_fails(LIMIT) && count > 0 && i > HANDLES_MAX + 10)
			continue;
		count += file != open_fails(LIMIT);
	}
	assert_int_equal(count, most - ROOTS);
	assert_true(count_descriptors() <= f->descriptors + (int)most);
	fake_kernel.service.ended(fake_kernel.self, PROCESS);
	assert_int_equal(count_descriptors(), f->descriptors);
}

static void many_files_can_be_opened_one_after_the_other(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 20000; i++) {
		uint64_t file = open_at(f, f->roots[0], "file", READ);
		assert_true(file > 1100);
		begin(f, 1, close, file);
	}
	assert_int_equal(count_descriptors(), f->descriptors + ROOTS);
}

static void what_is_under_way_when_a_process_ends_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < REQUEST_COUNT; i++)
		begin(f, i, open, f->roots[0], bytes("made"), CREATE);
	for (int i = 0; i < REQUEST_COUNT; i++)
		if (!f->requests[i].is_answered)
			fake_kernel.service.cancel(fake_kernel.self, &f->requests[i]);
	fake_kernel.service.ended(fake_kernel.self, PROCESS);
	for (int i = 0; i < REQUEST_COUNT; i++)
		while (!f->requests[i].is_answered)
			uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(count_descriptors(), f->descriptors);
}

/* ---- Order, and waiting ---- */

static void requests_for_one_handle_are_served_in_their_order(void **state)
{
	struct fixture *f = *state;
	uint64_t file = open_at(f, f->roots[0], "ordered", CREATE | READ);
	static const char *const texts[] = {"a", "bb", "ccc", "dddd"};
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 4; i++) {
			begin(f, 3 * i, write, file, 0, bytes(texts[i]));
			begin(f, 3 * i + 1, read, file, 0, 10);
			begin(f, 3 * i + 2, set_size, file, 0);
		}
		begin(f, 12, describe, file);
		for (int i = 0; i < 4; i++) {
			assert_int_equal(written(f, &f->requests[3 * i]), i + 1);
			assert_string_equal(read_text(f, &f->requests[3 * i + 1]), texts[i]);
			assert_int_equal(outcome(f, &f->requests[3 * i + 2]), DONE);
		}
		assert_int_equal(info_of(f, &f->requests[12]).size, 0);
	}
}

static void renames_between_two_directories_keep_the_order_of_both(void **state)
{
	struct fixture *f = *state;
	uint64_t root = f->roots[0];
	uint64_t other = f->roots[2];
	for (int round = 0; round < 50; round++) {
		begin(f, 0, rename, root, bytes("file"), other, bytes("there"));
		begin(f, 1, rename, other, bytes("there"), root, bytes("back"));
		begin(f, 2, describe_path, other, bytes("there"), false);
		begin(f, 3, rename, root, bytes("back"), root, bytes("file"));
		assert_int_equal(outcome(f, &f->requests[0]), DONE);
		assert_int_equal(outcome(f, &f->requests[1]), DONE);
		assert_int_equal(outcome(f, &f->requests[3]), DONE);
		struct files_info_or_error info;
		wait_for(f, &f->requests[2]);
		decode(&f->requests[2], describe_path, &info);
		assert_true(info.is_error && info.error == FILES_ERROR_NOT_FOUND);
	}
}

static void a_pipe_is_waited_for_and_nothing_else_waits_with_it(void **state)
{
	struct fixture *f = *state;
	run_shell("mkfifo %s/in/pipe", f->folder);
	uint64_t pipe = open_at(f, f->roots[0], "pipe", READ);
	begin(f, 1, read, pipe, 0, 100);
	assert_string_equal(content_of(f, f->roots[0], "file"), "text");
	assert_int_equal(info_of(f, begin(f, 0, describe, pipe)).kind, FILES_KIND_FIFO);
	assert_false(f->requests[1].is_answered);
	uint64_t writer = open_at(f, f->roots[0], "pipe", WRITE);
	assert_int_equal(written(f, begin(f, 0, write, writer, 0, bytes("through"))), 7);
	assert_string_equal(read_text(f, &f->requests[1]), "through");
	assert_string_equal(read_text(f, begin(f, 1, read, pipe, 5, 100)),
			    failed_read(FILES_ERROR_NO_OFFSETS));
	begin(f, 1, read, pipe, 0, 100);
	begin(f, 2, close, writer);
	assert_string_equal(read_text(f, &f->requests[1]), "");
}

static void waiting_for_a_pipe_ends_when_it_is_closed_or_given_up(void **state)
{
	struct fixture *f = *state;
	run_shell("mkfifo %s/in/pipe", f->folder);
	uint64_t pipe = open_at(f, f->roots[0], "pipe", READ);
	begin(f, 1, read, pipe, 0, 100);
	begin(f, 2, read, pipe, 0, 100);
	fake_kernel.service.cancel(fake_kernel.self, &f->requests[1]);
	assert_true(f->requests[1].is_answered);
	assert_int_equal(f->requests[1].status, CAIRN_STATUS_REFUSED);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_false(f->requests[2].is_answered);
	begin(f, 3, close, pipe);
	assert_string_equal(read_text(f, &f->requests[2]), failed_read(FILES_ERROR_NO_SUCH_HANDLE));
	pipe = open_at(f, f->roots[0], "pipe", READ);
	begin(f, 1, read, pipe, 0, 100);
	fake_kernel.service.cancel(fake_kernel.self, &f->requests[1]);
	assert_int_equal(open_at(f, f->roots[2], "pipe", WRITE), open_fails(NOT_FOUND));
}

/* ---- Directories ---- */

static struct files_entry_list entries(struct fixture *f, uint64_t directory, uint64_t cookie,
				       uint32_t size)
{
	struct files_entry_list_or_error result;
	wait_for(f, begin(f, 0, read_directory, directory, cookie, size));
	decode(&f->requests[0], read_directory, &result);
	assert_false(result.is_error);
	return result.value;
}

static void a_directory_is_read_to_its_end_in_pieces(void **state)
{
	struct fixture *f = *state;
	run_shell("cd %s/other && seq -f 'a-name-of-some-length-%%g' 3000 | xargs touch",
		  f->folder);
	static const uint32_t sizes[] = {30, 1000, 1 << 20};
	for (int i = 0; i < 3; i++) {
		uint32_t count = 0;
		uint64_t cookie = 0;
		for (;;) {
			struct files_entry_list list = entries(f, f->roots[2], cookie, sizes[i]);
			struct files_entry entry;
			if (list.count == 0)
				break;
			while (files_entry_list_next(&list, &entry)) {
				assert_int_equal(entry.kind, FILES_KIND_REGULAR_FILE);
				assert_memory_equal(entry.name.data, "a-name-of", 9);
				cookie = entry.cookie;
				count++;
			}
		}
		assert_int_equal(count, 3000);
	}
}

/* The entry behind that cookie; its own is the result. */
static uint64_t entry_behind(struct fixture *f, uint64_t cookie, char name[64])
{
	struct files_entry_list list = entries(f, f->roots[2], cookie, 64);
	struct files_entry entry;
	if (!files_entry_list_next(&list, &entry))
		return 0;
	snprintf(name, 64, "%.*s", (int)entry.name.size, (const char *)entry.name.data);
	return entry.cookie;
}

static void cookies_fit_in_31_bits_and_lead_back(void **state)
{
	enum { COUNT = 500 };
	static char names[COUNT][64];
	static uint64_t cookies[COUNT];
	struct fixture *f = *state;
	char name[64];
	run_shell("cd %s/other && seq -f 'entry-%%g' 500 | xargs touch", f->folder);
	uint64_t cookie = 0;
	for (int i = 0; i < COUNT; i++) {
		cookie = entry_behind(f, cookie, names[i]);
		assert_in_range(cookie, 1, INT32_MAX - 2);
		cookies[i] = cookie;
	}
	assert_int_equal(entry_behind(f, cookie, name), 0);
	for (int i = COUNT - 2; i >= 0; i -= 7) {
		assert_int_equal(entry_behind(f, cookies[i], name), cookies[i + 1]);
		assert_string_equal(name, names[i + 1]);
	}
	/* What is read again from the start has the same cookies. */
	assert_int_equal(entry_behind(f, 0, name), cookies[0]);
}

static const char *path_of(const struct fixture *f, const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/other/%s", f->folder, name);
	return path;
}

static void create_file(const struct fixture *f, int number)
{
	char name[32];
	snprintf(name, sizeof name, "comes-%d", number);
	FILE *file = fopen(path_of(f, name), "w");
	assert_non_null(file);
	fclose(file);
}

/* Entries that stay are told once, whatever becomes of the others, and of the one at the place. */
static void what_stays_is_told_once_while_others_come_and_go(void **state)
{
	struct fixture *f = *state;
	uint8_t seen[300] = {0};
	char name[64];
	run_shell("cd %s/other && seq -f 'stays-%%g' 0 299 | xargs touch", f->folder);
	run_shell("cd %s/other && seq -f 'goes-%%g' 0 299 | xargs touch", f->folder);
	int step = 0;
	for (uint64_t cookie = 0; (cookie = entry_behind(f, cookie, name)) != 0; step++) {
		unsigned number;
		if (sscanf(name, "stays-%u", &number) == 1)
			seen[number]++;
		else if (step % 5 == 0)
			remove(path_of(f, name));
		if (step % 20 == 0)
			create_file(f, step);
		assert_true(step < 2000);
	}
	for (int i = 0; i < 300; i++)
		assert_int_equal(seen[i], 1);
}

static void strange_cookies_and_sizes_do_no_harm(void **state)
{
	struct fixture *f = *state;
	static const uint64_t cookies[] = {1, 12345, INT64_MAX, (uint64_t)INT64_MAX + 1,
					   UINT64_MAX};
	for (int i = 0; i < 5; i++) {
		wait_for(f, begin(f, 0, read_directory, f->roots[0], cookies[i], 100));
		wait_for(f, begin(f, 0, read_directory, f->roots[0], 0, i));
	}
	uint64_t file = open_at(f, f->roots[0], "file", READ);
	struct files_entry_list_or_error result;
	wait_for(f, begin(f, 0, read_directory, file, 0, 100));
	decode(&f->requests[0], read_directory, &result);
	assert_true(result.is_error && result.error == FILES_ERROR_NOT_A_DIRECTORY);
}

static void messages_that_are_cut_are_refused(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *r = &f->requests[0];
	files_open_encode(fake_kernel_body(r),
			  &(struct files_open_call){f->roots[0], bytes("file"), READ});
	fake_kernel_refuses_all_but_whole(r);
	files_set_times_encode(fake_kernel_body(r),
			       &(struct files_set_times_call){f->roots[0],
							      {.kind = FILES_NEW_TIME_NOW},
							      {.kind = FILES_NEW_TIME_NOW}});
	fake_kernel_refuses_all_but_whole(r);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest files[] = {
	    test(a_scope_is_a_right_a_path_and_a_name),
	    test(without_scopes_there_is_an_empty_world),
	    test(what_is_taken_back_holds_for_what_is_open),
	    test(a_scope_that_names_nothing_gives_nothing),
	    test(what_was_written_is_read),
	    test(options_of_opening_mean_what_they_say),
	    test(appending_goes_to_the_end_whatever_the_offset),
	    test(a_file_does_what_it_was_opened_for),
	    test(too_much_at_once_and_too_far_is_refused),
	    test(what_is_open_can_be_changed_and_synchronised),
	    test(names_are_made_moved_and_removed),
	    test(symbolic_links_are_made_read_and_described),
	    test(a_loop_of_links_is_an_error),
	    test(paths_that_are_none_are_refused),
	    test(no_path_leads_out),
	    test(nothing_is_made_moved_or_removed_outside),
	    test(a_race_does_not_lead_out),
	    test(a_read_only_root_is_never_changed),
	    test(handles_are_known_to_their_process_alone_and_until_they_are_closed),
	    test(roots_cannot_be_closed),
	    test(a_process_has_so_many_handles_and_no_more),
	    test(many_files_can_be_opened_one_after_the_other),
	    test(what_is_under_way_when_a_process_ends_leaves_nothing),
	    test(requests_for_one_handle_are_served_in_their_order),
	    test(renames_between_two_directories_keep_the_order_of_both),
	    test(a_pipe_is_waited_for_and_nothing_else_waits_with_it),
	    test(waiting_for_a_pipe_ends_when_it_is_closed_or_given_up),
	    test(a_directory_is_read_to_its_end_in_pieces),
	    test(cookies_fit_in_31_bits_and_lead_back),
	    test(what_stays_is_told_once_while_others_come_and_go),
	    test(strange_cookies_and_sizes_do_no_harm),
	    test(messages_that_are_cut_are_refused),
	};
	return cmocka_run_group_tests(files, NULL, NULL);
}
