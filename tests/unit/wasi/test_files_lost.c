/*
 * What becomes of a program's files when their handler ends, or another one takes over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/files.h>

#include "fake_call.h"
#include "preview1.h"

enum { PATH = 64, OUT = 1024, IOVECS = 512, RESULT = 600, DATA = 8192, ROOT = 3 };
enum { ROOT_HANDLE = 0x100000001, FILE_HANDLE = 0x100000007 };

/* ---- What `files` answers ---- */

static void answer_roots(void)
{
	static const struct files_root roots[] = {
	    {ROOT_HANDLE, {(const uint8_t *)"/data", 5}, true},
	    {ROOT_HANDLE + 1, {(const uint8_t *)"two", 3}, false},
	};
	files_roots_answer_encode(fake_body(),
				  &(struct files_root_list){.items = roots, .count = 2});
	fake_answer_body();
}

static void answer_handle(uint64_t handle)
{
	const struct files_u64_or_error result = {.value = handle};
	files_open_answer_encode(fake_body(), &result);
	fake_answer_body();
}

static void answer_info(enum files_kind kind, uint64_t size)
{
	const struct files_info_or_error result = {
	    .value = {.inode = 77, .device = 5, .kind = kind, .links = 1, .size = size}};
	files_describe_answer_encode(fake_body(), &result);
	fake_answer_body();
}

static void answer_data(const char *text)
{
	const struct files_bytes_or_error result = {
	    .value = {(const uint8_t *)text, (uint32_t)strlen(text)}};
	files_read_answer_encode(fake_body(), &result);
	fake_answer_body();
}

/* ---- A program with two roots, and a file that it opened ---- */

static uint32_t place(const char *path)
{
	memcpy(fake_memory + PATH, path, strlen(path));
	return (uint32_t)strlen(path);
}

static uint32_t path_open(uint32_t directory, const char *path, uint32_t open_flags,
			  uint64_t rights, uint64_t inheriting, uint32_t flags)
{
	return fake_run("path_open", 9, (uint64_t)directory, 1ull, (uint64_t)PATH,
			(uint64_t)place(path), (uint64_t)open_flags, rights, inheriting,
			(uint64_t)flags, (uint64_t)OUT);
}

static void load_roots(void)
{
	fake_has_files = true;
	answer_roots();
	answer_roots();
	assert_int_equal(fake_run("fd_prestat_get", 2, 3ull, (uint64_t)OUT), WASI_SUCCESS);
	fake_reset();
}

static uint32_t open_file(uint64_t rights, uint32_t flags)
{
	answer_handle(FILE_HANDLE);
	answer_info(FILES_KIND_REGULAR_FILE, 100);
	assert_int_equal(path_open(ROOT, "name", 0, rights, 0, flags), WASI_SUCCESS);
	uint32_t number = fake_load_u32(fake_memory + OUT);
	fake_reset();
	return number;
}

static void store_iovec(uint32_t index, uint32_t address, uint32_t size)
{
	fake_store_u32(fake_memory + IOVECS + 8 * index, address);
	fake_store_u32(fake_memory + IOVECS + 8 * index + 4, size);
}

static uint32_t transfer(const char *function, uint32_t number)
{
	return fake_run(function, 4, (uint64_t)number, (uint64_t)IOVECS, 1ull, (uint64_t)RESULT);
}

/* ---- A handler that ends ---- */

static void handler_ends(void)
{
	fake_answer(CAIRN_STATUS_HANDLER_ENDED, NULL, 0);
}

/* What the successor says to the first message that it gets. */
static void handler_is_another(void)
{
	fake_answer(CAIRN_STATUS_HANDLER_CHANGED, NULL, 0);
}

static uint32_t read_file(uint32_t number)
{
	store_iovec(0, DATA, 10);
	return transfer("fd_read", number);
}

static uint32_t close_file(uint32_t number)
{
	return fake_run("fd_close", 1, (uint64_t)number);
}

static void what_a_handler_took_with_it_is_stale(void **state)
{
	load_roots();
	uint32_t number = open_file(WASI_RIGHTS_FD_READ, 0);
	handler_ends();
	assert_int_equal(read_file(number), WASI_EIO);
	handler_is_another();
	answer_roots();
	assert_int_equal(read_file(number), WASI_ESTALE);
	assert_int_equal(read_file(number), WASI_ESTALE);
	assert_int_equal(fake_run("fd_tell", 2, (uint64_t)number, (uint64_t)OUT), WASI_ESTALE);
	/* The same number may be another file's by now. */
	uint32_t sent = fake_message_count;
	assert_int_equal(close_file(number), WASI_SUCCESS);
	assert_int_equal(fake_message_count, sent);
	assert_int_equal(read_file(number), WASI_EBADF);
}

static void the_roots_are_there_again(void **state)
{
	static const struct files_root roots[] = {
	    {77, {(const uint8_t *)"/data", 5}, true},
	    {78, {(const uint8_t *)"another", 7}, false},
	};
	load_roots();
	handler_is_another();
	assert_int_equal(fake_run("fd_filestat_get", 2, (uint64_t)ROOT, (uint64_t)OUT), WASI_EIO);
	fake_reset();
	files_roots_answer_encode(fake_body(),
				  &(struct files_root_list){.items = roots, .count = 2});
	fake_answer_body();
	answer_info(FILES_KIND_DIRECTORY, 0);
	assert_int_equal(fake_run("fd_filestat_get", 2, (uint64_t)ROOT, (uint64_t)OUT),
			 WASI_SUCCESS);
	files_describe_encode(fake_body(), &(struct files_describe_call){77});
	fake_assert_message(1, files_interface);
	/* Where another name stands now, the old one is gone. */
	assert_int_equal(fake_run("fd_filestat_get", 2, (uint64_t)ROOT + 1, (uint64_t)OUT),
			 WASI_ESTALE);
	assert_int_equal(fake_message_count, 2);
}

static void a_rename_has_its_roots_again_too(void **state)
{
	load_roots();
	handler_is_another();
	uint64_t size = place("name");
	assert_int_equal(fake_run("path_rename", 6, (uint64_t)ROOT, (uint64_t)PATH, size,
				  (uint64_t)ROOT + 1, (uint64_t)PATH, size),
			 WASI_EIO);
	answer_roots();
	files_sync_answer_encode(fake_body(), &(struct files_nothing_or_error){0});
	fake_answer_body();
	assert_int_equal(fake_run("path_rename", 6, (uint64_t)ROOT, (uint64_t)PATH, size,
				  (uint64_t)ROOT + 1, (uint64_t)PATH, size),
			 WASI_SUCCESS);
}

static void a_handler_that_keeps_the_state_loses_nothing(void **state)
{
	load_roots();
	uint32_t number = open_file(WASI_RIGHTS_FD_READ, 0);
	handler_ends();
	assert_int_equal(read_file(number), WASI_EIO);
	answer_roots();
	answer_data("text");
	assert_int_equal(read_file(number), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + RESULT), 4);
}

static void a_file_that_is_lost_while_it_is_opened_is_not_closed(void **state)
{
	load_roots();
	answer_handle(FILE_HANDLE);
	handler_is_another();
	assert_int_equal(path_open(ROOT, "name", 0, WASI_RIGHTS_FD_READ, 0, 0), WASI_EIO);
	assert_int_equal(fake_message_count, 2);
}

static void a_handler_that_changes_again_and_again_is_given_up(void **state)
{
	load_roots();
	uint32_t number = open_file(WASI_RIGHTS_FD_READ, 0);
	handler_is_another();
	assert_int_equal(read_file(number), WASI_EIO);
	for (int i = 0; i < 3; i++)
		handler_is_another();
	assert_int_equal(read_file(number), WASI_ESTALE);
	answer_roots();
	answer_handle(FILE_HANDLE);
	answer_info(FILES_KIND_REGULAR_FILE, 100);
	assert_int_equal(path_open(ROOT, "name", 0, WASI_RIGHTS_FD_READ, 0, 0), WASI_SUCCESS);
}

static void what_has_no_file_asks_for_no_roots(void **state)
{
	load_roots();
	uint32_t number = open_file(WASI_RIGHTS_FD_READ, 0);
	handler_ends();
	assert_int_equal(read_file(number), WASI_EIO);
	uint32_t sent = fake_message_count;
	assert_int_equal(read_file(77), WASI_EBADF);
	assert_int_equal(fake_run("fd_renumber", 2, 77ull, (uint64_t)number), WASI_EBADF);
	assert_int_equal(fake_message_count, sent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    fake_test(what_has_no_file_asks_for_no_roots),
	    fake_test(what_a_handler_took_with_it_is_stale),
	    fake_test(the_roots_are_there_again),
	    fake_test(a_rename_has_its_roots_again_too),
	    fake_test(a_handler_that_keeps_the_state_loses_nothing),
	    fake_test(a_file_that_is_lost_while_it_is_opened_is_not_closed),
	    fake_test(a_handler_that_changes_again_and_again_is_given_up),
	};
	return fake_run_tests(tests);
}
