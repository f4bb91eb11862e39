#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/files.h>
#include <cairn/process.h>
#include <cairn/tcp.h>

#include "fake_call.h"
#include "preview1.h"
#include "fd_rights.h"

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

static void answer_error(enum files_error error)
{
	const struct files_nothing_or_error result = {.is_error = true, .error = error};
	files_sync_answer_encode(fake_body(), &result);
	fake_answer_body();
}

static void answer_done(void)
{
	const struct files_nothing_or_error result = {0};
	files_sync_answer_encode(fake_body(), &result);
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

/* ---- What is open in advance ---- */

static void roots_are_asked_for_once_and_begin_at_3(void **state)
{
	fake_has_files = true;
	answer_roots();
	answer_roots();
	answer_roots();
	assert_int_equal(fake_run("fd_prestat_get", 2, 3ull, (uint64_t)OUT), WASI_SUCCESS);
	assert_int_equal(fake_memory[OUT], 0);
	assert_int_equal(fake_load_u32(fake_memory + OUT + 4), 5);
	assert_int_equal(fake_run("fd_prestat_dir_name", 3, 4ull, (uint64_t)OUT, 10ull),
			 WASI_SUCCESS);
	assert_memory_equal(fake_memory + OUT, "two", 3);
	assert_int_equal(fake_run("fd_prestat_get", 2, 5ull, (uint64_t)OUT), WASI_EBADF);
	assert_int_equal(fake_message_count, 3);
	answer_roots();
	assert_int_equal(fake_run("fd_prestat_dir_name", 3, 3ull, (uint64_t)OUT, 4ull),
			 WASI_ENAMETOOLONG);
}

static void who_may_not_use_files_has_an_empty_world_and_nobody_is_asked(void **state)
{
	assert_int_equal(fake_run("fd_prestat_get", 2, 3ull, (uint64_t)OUT), WASI_EBADF);
	assert_int_equal(path_open(3, "x", 0, 0, 0, 0), WASI_EBADF);
	assert_int_equal(fake_message_count, 0);
}

static void a_handler_that_fails_leaves_an_empty_world(void **state)
{
	fake_has_files = true;
	fake_answer(CAIRN_STATUS_HANDLER_ENDED, NULL, 0);
	assert_int_equal(fake_run("fd_prestat_get", 2, 3ull, (uint64_t)OUT), WASI_EBADF);
	assert_int_equal(fake_run("fd_prestat_get", 2, 3ull, (uint64_t)OUT), WASI_EBADF);
	assert_int_equal(fake_message_count, 1);
}

static void streams_need_no_roots(void **state)
{
	fake_has_files = true;
	store_iovec(0, DATA, 3);
	fake_answer_written(3);
	assert_int_equal(transfer("fd_write", 1), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 1);
}

static void listeners_come_first_by_the_addresses_of_the_environment(void **state)
{
	static const struct wire_bytes variables[] = {
	    {(const uint8_t *)"A=b", 3},
	    {(const uint8_t *)"CAIRN_TCPLISTEN=127.0.0.1:80 [::1]:8080", 39}};
	const struct wire_bytes_list list = {.items = variables, .count = 2};
	fake_has_files = fake_has_tcp = true;
	for (uint64_t i = 0; i < 3; i++) {
		process_environment_answer_encode(fake_body(), list);
		fake_answer_body();
		if (i == 2)
			break;
		const struct tcp_listener_or_error listener = {.value = {.handle = 50 + i}};
		tcp_listen_answer_encode(fake_body(), &listener);
		fake_answer_body();
	}
	answer_roots();
	assert_int_equal(fake_run("fd_prestat_get", 2, 3ull, (uint64_t)OUT), WASI_SUCCESS);
	assert_int_equal(fake_memory[OUT], 1);
	struct tcp_listen_call call = {
	    .at = {.address = {.kind = TCP_IP_ADDRESS_IPV4, .as.ipv4 = 0x7f000001}, .port = 80}};
	tcp_listen_encode(fake_body(), &call);
	fake_assert_message(1, tcp_interface);
	call.at.address = (struct tcp_ip_address){.kind = TCP_IP_ADDRESS_IPV6, .as.ipv6 = {0, 1}};
	call.at.port = 8080;
	tcp_listen_encode(fake_body(), &call);
	fake_assert_message(3, tcp_interface);
	answer_roots();
	assert_int_equal(fake_run("fd_prestat_get", 2, 5ull, (uint64_t)OUT), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + OUT + 4), 5);
	assert_int_equal(fake_run("fd_fdstat_get", 2, 4ull, (uint64_t)OUT), WASI_SUCCESS);
	assert_int_equal(fake_memory[OUT], WASI_FILETYPE_SOCKET_STREAM);
}

/* ---- Opening ---- */

static void a_path_is_opened_and_then_described(void **state)
{
	load_roots();
	answer_handle(FILE_HANDLE);
	answer_info(FILES_KIND_REGULAR_FILE, 100);
	assert_int_equal(path_open(ROOT, "some/path",
				   WASI_OFLAGS_CREAT | WASI_OFLAGS_EXCL | WASI_OFLAGS_TRUNC,
				   WASI_RIGHTS_FD_READ | WASI_RIGHTS_FD_WRITE | WASI_RIGHTS_FD_SEEK,
				   0, WASI_FDFLAGS_DSYNC | WASI_FDFLAGS_APPEND),
			 WASI_SUCCESS);
	files_open_encode(
	    fake_body(),
	    &(struct files_open_call){ROOT_HANDLE,
				      {(const uint8_t *)"some/path", 9},
				      FILES_OPEN_OPTIONS_READ | FILES_OPEN_OPTIONS_WRITE |
					  FILES_OPEN_OPTIONS_CREATE | FILES_OPEN_OPTIONS_EXCLUSIVE |
					  FILES_OPEN_OPTIONS_TRUNCATE | FILES_OPEN_OPTIONS_FOLLOW |
					  FILES_OPEN_OPTIONS_SYNCHRONOUS});
	fake_assert_message(0, files_interface);
	files_describe_encode(fake_body(), &(struct files_describe_call){FILE_HANDLE});
	fake_assert_message(1, files_interface);
	assert_int_equal(fake_load_u32(fake_memory + OUT), 5);
	assert_int_equal(fake_run("fd_fdstat_get", 2, 5ull, (uint64_t)OUT), WASI_SUCCESS);
	assert_int_equal(fake_memory[OUT], WASI_FILETYPE_REGULAR_FILE);
	assert_int_equal(fake_memory[OUT + 2], WASI_FDFLAGS_DSYNC | WASI_FDFLAGS_APPEND);
	assert_int_equal(fake_load_u64(fake_memory + OUT + 8),
			 WASI_RIGHTS_FD_READ | WASI_RIGHTS_FD_WRITE | WASI_RIGHTS_FD_SEEK);
}

static void what_was_opened_is_closed_again_where_it_cannot_be_used(void **state)
{
	load_roots();
	answer_handle(FILE_HANDLE);
	answer_error(FILES_ERROR_INPUT_OUTPUT);
	assert_int_equal(path_open(ROOT, "x", 0, 0, 0, 0), WASI_EIO);
	files_close_encode(fake_body(), &(struct files_close_call){FILE_HANDLE});
	fake_assert_message(2, files_interface);
}

static void arguments_of_opening_are_checked_before_anything_is_sent(void **state)
{
	load_roots();
	assert_int_equal(path_open(ROOT, "/etc", 0, 0, 0, 0), WASI_EPERM);
	assert_int_equal(path_open(ROOT, "", 0, 0, 0, 0), WASI_ENOENT);
	assert_int_equal(path_open(ROOT, "x", 16, 0, 0, 0), WASI_EINVAL);
	assert_int_equal(path_open(ROOT, "x", 0, 0, 0, 32), WASI_EINVAL);
	assert_int_equal(path_open(1, "x", 0, 0, 0, 0), WASI_ENOTDIR);
	assert_int_equal(path_open(ROOT, "x", 0, WASI_RIGHTS_SOCK_ACCEPT, 0, 0), WASI_ENOTCAPABLE);
	assert_int_equal(path_open(ROOT, "x", 0, 0, 1ull << 40, 0), WASI_ENOTCAPABLE);
	static const uint64_t outside[] = {FAKE_MEMORY_BYTES, UINT32_MAX};
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fake_run("path_open", 9, 3ull, 0ull, outside[i], 5ull, 0ull, 0ull,
					  0ull, 0ull, (uint64_t)OUT),
				 WASI_EFAULT);
		assert_int_equal(fake_run("path_open", 9, 3ull, 0ull, (uint64_t)PATH, 5ull, 0ull,
					  0ull, 0ull, 0ull, outside[i]),
				 WASI_EFAULT);
	}
	assert_int_equal(fake_run("path_open", 9, 3ull, 0ull, (uint64_t)PATH, 100000ull, 0ull, 0ull,
				  0ull, 0ull, (uint64_t)OUT),
			 WASI_ENAMETOOLONG);
	assert_int_equal(fake_message_count, 0);
}

static void rights_are_given_up_and_never_come_back(void **state)
{
	load_roots();
	uint32_t file = open_file(RIGHTS_FILE, 0);
	assert_int_equal(fake_run("fd_fdstat_set_rights", 3, (uint64_t)file,
				  RIGHTS_FILE & ~(uint64_t)WASI_RIGHTS_FD_SYNC, 0ull),
			 WASI_SUCCESS);
	assert_int_equal(fake_run("fd_sync", 1, (uint64_t)file), WASI_ENOTCAPABLE);
	assert_int_equal(fake_run("fd_fdstat_set_rights", 3, (uint64_t)file, RIGHTS_FILE, 0ull),
			 WASI_ENOTCAPABLE);
	assert_int_equal(fake_run("fd_fdstat_set_rights", 3, 3ull, RIGHTS_DIRECTORY,
				  (uint64_t)WASI_RIGHTS_FD_READ),
			 WASI_SUCCESS);
	assert_int_equal(path_open(ROOT, "x", 0, WASI_RIGHTS_FD_WRITE, 0, 0), WASI_ENOTCAPABLE);
	assert_int_equal(fake_message_count, 0);
}

static void the_most_descriptors_are_open_and_no_more(void **state)
{
	load_roots();
	for (uint32_t i = 5; i < 8192; i++)
		assert_int_equal(open_file(WASI_RIGHTS_FD_READ, 0), i);
	assert_int_equal(path_open(ROOT, "x", 0, 0, 0, 0), WASI_EMFILE);
	assert_int_equal(fake_message_count, 0);
	assert_int_equal(fake_run("fd_close", 1, 77ull), WASI_SUCCESS);
	assert_int_equal(open_file(WASI_RIGHTS_FD_READ, 0), 77);
}

/* ---- Reading, writing, positions ---- */

static void reading_goes_on_where_it_stopped_until_the_end(void **state)
{
	load_roots();
	uint32_t file = open_file(RIGHTS_FILE, 0);
	store_iovec(0, DATA, 10);
	answer_data("hello");
	assert_int_equal(transfer("fd_read", file), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + RESULT), 5);
	answer_data("");
	assert_int_equal(transfer("fd_read", file), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + RESULT), 0);
	files_read_encode(fake_body(), &(struct files_read_call){FILE_HANDLE, 0, 10});
	fake_assert_message(0, files_interface);
	files_read_encode(fake_body(), &(struct files_read_call){FILE_HANDLE, 5, 10});
	fake_assert_message(1, files_interface);
	assert_int_equal(fake_run("fd_tell", 2, (uint64_t)file, (uint64_t)OUT), WASI_SUCCESS);
	assert_int_equal(fake_load_u64(fake_memory + OUT), 5);
}

static void appending_is_done_by_what_is_written(void **state)
{
	load_roots();
	uint32_t file = open_file(RIGHTS_FILE, WASI_FDFLAGS_APPEND);
	store_iovec(0, DATA, 3);
	answer_handle(103);
	assert_int_equal(transfer("fd_write", file), WASI_SUCCESS);
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, (uint64_t)file, 0ull), WASI_SUCCESS);
	answer_handle(106);
	assert_int_equal(transfer("fd_write", file), WASI_SUCCESS);
	answer_handle(104);
	assert_int_equal(transfer("fd_write", file), WASI_EPROTO);
	static const uint64_t offsets[] = {UINT64_MAX, 103};
	for (uint32_t i = 0; i < 2; i++) {
		files_write_encode(
		    fake_body(),
		    &(struct files_write_call){FILE_HANDLE, offsets[i], {fake_memory + DATA, 3}});
		fake_assert_message(i, files_interface);
	}
}

static void positions_are_moved_within_what_can_be(void **state)
{
	load_roots();
	uint32_t file = open_file(RIGHTS_FILE, 0);
	uint64_t number = file;
	assert_int_equal(fake_run("fd_seek", 4, number, 7ull, 0ull, (uint64_t)OUT), WASI_SUCCESS);
	assert_int_equal(fake_run("fd_seek", 4, number, (uint64_t)-3, 1ull, (uint64_t)OUT),
			 WASI_SUCCESS);
	assert_int_equal(fake_load_u64(fake_memory + OUT), 4);
	answer_info(FILES_KIND_REGULAR_FILE, 100);
	assert_int_equal(fake_run("fd_seek", 4, number, (uint64_t)-1, 2ull, (uint64_t)OUT),
			 WASI_SUCCESS);
	assert_int_equal(fake_load_u64(fake_memory + OUT), 99);
	assert_int_equal(fake_run("fd_seek", 4, number, (uint64_t)-100, 1ull, (uint64_t)OUT),
			 WASI_EINVAL);
	assert_int_equal(fake_run("fd_seek", 4, number, (uint64_t)INT64_MAX, 1ull, (uint64_t)OUT),
			 WASI_EINVAL);
	assert_int_equal(fake_run("fd_seek", 4, number, 0ull, 3ull, (uint64_t)OUT), WASI_EINVAL);
	assert_int_equal(fake_run("fd_seek", 4, number, 0ull, 0ull, (uint64_t)UINT32_MAX),
			 WASI_EFAULT);
	assert_int_equal(fake_run("fd_seek", 4, 3ull, 0ull, 0ull, (uint64_t)OUT), WASI_EISDIR);
}

static void each_error_of_files_has_its_number(void **state)
{
	static const uint32_t errors[] = {
	    WASI_EBADF,     WASI_ENOENT, WASI_EEXIST,       WASI_EPERM, WASI_ENOTDIR, WASI_EISDIR,
	    WASI_ENOTEMPTY, WASI_EINVAL, WASI_ENAMETOOLONG, WASI_ELOOP, WASI_EXDEV,   WASI_EROFS,
	    WASI_ENOSPC,    WASI_EDQUOT, WASI_EFBIG,        WASI_EBUSY, WASI_ESPIPE,  WASI_ENOTSUP,
	    WASI_EMFILE,    WASI_EIO,    WASI_EPROTO /* there is no such case */};
	load_roots();
	uint32_t file = open_file(RIGHTS_FILE, 0);
	for (uint32_t i = 0; i < 21; i++) {
		answer_error((enum files_error)i);
		assert_int_equal(fake_run("fd_sync", 1, (uint64_t)file), errors[i]);
	}
	answer_done();
	assert_int_equal(fake_run("fd_sync", 1, (uint64_t)file), WASI_SUCCESS);
}

/* ---- Directories ---- */

static void answer_entries(uint32_t count)
{
	static const struct files_entry entries[] = {
	    {10, 1, FILES_KIND_REGULAR_FILE, {(const uint8_t *)"first", 5}},
	    {20, 2, FILES_KIND_DIRECTORY, {(const uint8_t *)"second", 6}},
	};
	const struct files_entry_list_or_error result = {
	    .value = {.items = entries, .count = count}};
	files_read_directory_answer_encode(fake_body(), &result);
	fake_answer_body();
}

static uint32_t read_directory(uint32_t size, uint64_t cookie)
{
	return fake_run("fd_readdir", 5, 3ull, (uint64_t)DATA, (uint64_t)size, cookie,
			(uint64_t)OUT);
}

static void a_directory_begins_with_itself_and_the_one_above(void **state)
{
	load_roots();
	answer_info(FILES_KIND_DIRECTORY, 0);
	answer_entries(2);
	answer_entries(0);
	assert_int_equal(read_directory(1000, 0), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + OUT), 4 * 24 + 1 + 2 + 5 + 6);
	const uint8_t *at = fake_memory + DATA;
	assert_int_equal(fake_load_u64(at), 1);
	assert_int_equal(fake_load_u64(at + 8), 77);
	assert_memory_equal(at + 24, ".", 1);
	assert_memory_equal(at + 25 + 24, "..", 2);
	assert_int_equal(fake_load_u64(at + 51), 12);
	assert_memory_equal(at + 51 + 24, "first", 5);
	files_read_directory_encode(fake_body(),
				    &(struct files_read_directory_call){ROOT_HANDLE, 20, 1024});
	fake_assert_message(2, files_interface);
}

static void an_entry_without_room_is_cut_and_comes_again(void **state)
{
	load_roots();
	for (uint32_t size = 0; size < 29; size++) {
		fake_reset();
		if (size > 0)
			answer_entries(2);
		assert_int_equal(read_directory(size, 2), WASI_SUCCESS);
		assert_int_equal(fake_load_u32(fake_memory + OUT), size);
		assert_int_equal(fake_memory[DATA + size], FAKE_UNTOUCHED);
	}
	answer_entries(2);
	assert_int_equal(read_directory(30, 12), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + OUT), 30);
}

/* ---- Sockets ---- */

static uint32_t accept_one(void)
{
	const struct tcp_connection_or_error result = {.value = {.handle = 90}};
	tcp_accept_answer_encode(fake_body(), &result);
	fake_answer_body();
	return fake_run("sock_accept", 3, 3ull, 0ull, (uint64_t)OUT);
}

static void load_listener(void)
{
	static const struct wire_bytes variable = {(const uint8_t *)"CAIRN_TCPLISTEN=1.2.3.4:5",
						   25};
	const struct wire_bytes_list list = {.items = &variable, .count = 1};
	const struct tcp_listener_or_error listener = {.value = {.handle = 50}};
	fake_has_tcp = true;
	process_environment_answer_encode(fake_body(), list);
	fake_answer_body();
	tcp_listen_answer_encode(fake_body(), &listener);
	fake_answer_body();
	process_environment_answer_encode(fake_body(), list);
	fake_answer_body();
	assert_int_equal(accept_one(), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + OUT), 4);
	fake_reset();
}

static void connections_come_from_listeners_and_are_read_and_written(void **state)
{
	load_listener();
	store_iovec(0, DATA, 10);
	const struct tcp_bytes_or_error data = {.value = {(const uint8_t *)"hi", 2}};
	tcp_read_answer_encode(fake_body(), &data);
	fake_answer_body();
	assert_int_equal(fake_run("sock_recv", 6, 4ull, (uint64_t)IOVECS, 1ull, 3ull,
				  (uint64_t)RESULT, (uint64_t)OUT),
			 WASI_SUCCESS);
	tcp_read_encode(fake_body(), &(struct tcp_read_call){
					 90, 10, TCP_READ_OPTIONS_PEEK | TCP_READ_OPTIONS_ALL});
	fake_assert_message(0, tcp_interface);
	const struct tcp_nothing_or_error done = {0};
	tcp_write_answer_encode(fake_body(), &done);
	fake_answer_body();
	assert_int_equal(
	    fake_run("sock_send", 5, 4ull, (uint64_t)IOVECS, 1ull, 0ull, (uint64_t)RESULT),
	    WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + RESULT), 10);
	tcp_finish_answer_encode(fake_body(), &done);
	fake_answer_body();
	assert_int_equal(fake_run("sock_shutdown", 2, 4ull, 3ull), WASI_SUCCESS);
	assert_int_equal(fake_run("sock_shutdown", 2, 4ull, 0ull), WASI_EINVAL);
	assert_int_equal(transfer("fd_read", 4), WASI_EBADF);
	assert_int_equal(fake_run("fd_close", 1, 4ull), WASI_SUCCESS);
	tcp_close_encode(fake_body(), &(struct tcp_close_call){90});
	fake_assert_message(3, tcp_interface);
	assert_int_equal(fake_run("sock_recv", 6, 3ull, (uint64_t)IOVECS, 1ull, 0ull,
				  (uint64_t)RESULT, (uint64_t)OUT),
			 WASI_EINVAL);
}

static void what_must_not_wait_does_not(void **state)
{
	load_listener();
	store_iovec(0, DATA, 10);
	fake_answered_together = 0;
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, 3ull, (uint64_t)WASI_FDFLAGS_NONBLOCK),
			 WASI_SUCCESS);
	assert_int_equal(fake_run("sock_accept", 3, 3ull, 0ull, (uint64_t)OUT), WASI_EAGAIN);
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, 4ull, (uint64_t)WASI_FDFLAGS_NONBLOCK),
			 WASI_SUCCESS);
	assert_int_equal(transfer("fd_read", 4), WASI_EAGAIN);
	fake_answered_together = 1;
	assert_int_equal(accept_one(), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + OUT), 5);
	const struct tcp_u32_or_error readable = {.value = 2};
	tcp_wait_readable_answer_encode(fake_body(), &readable);
	fake_answer_body();
	const struct tcp_bytes_or_error data = {.value = {(const uint8_t *)"hi", 2}};
	tcp_read_answer_encode(fake_body(), &data);
	fake_answer_body();
	assert_int_equal(transfer("fd_read", 4), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + RESULT), 2);
}

int main(void)
{
	const struct CMUnitTest preopens[] = {
	    fake_test(roots_are_asked_for_once_and_begin_at_3),
	    fake_test(who_may_not_use_files_has_an_empty_world_and_nobody_is_asked),
	    fake_test(a_handler_that_fails_leaves_an_empty_world),
	    fake_test(streams_need_no_roots),
	    fake_test(listeners_come_first_by_the_addresses_of_the_environment),
	};
	const struct CMUnitTest files[] = {
	    fake_test(a_path_is_opened_and_then_described),
	    fake_test(what_was_opened_is_closed_again_where_it_cannot_be_used),
	    fake_test(arguments_of_opening_are_checked_before_anything_is_sent),
	    fake_test(rights_are_given_up_and_never_come_back),
	    fake_test(the_most_descriptors_are_open_and_no_more),
	    fake_test(reading_goes_on_where_it_stopped_until_the_end),
	    fake_test(appending_is_done_by_what_is_written),
	    fake_test(positions_are_moved_within_what_can_be),
	    fake_test(each_error_of_files_has_its_number),
	    fake_test(a_directory_begins_with_itself_and_the_one_above),
	    fake_test(an_entry_without_room_is_cut_and_comes_again),
	};
	const struct CMUnitTest sockets[] = {
	    fake_test(connections_come_from_listeners_and_are_read_and_written),
	    fake_test(what_must_not_wait_does_not),
	};
	int failures = fake_run_tests(preopens);
	failures += fake_run_tests(files);
	failures += fake_run_tests(sockets);
	return failures;
}
