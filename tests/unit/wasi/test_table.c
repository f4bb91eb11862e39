#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/wasi.h"
#include "fake_call.h"
#include "preview1.h"

static void the_module_has_the_46_functions_of_preview_1_once_each(void **state)
{
	assert_string_equal(wasi_host_module.name, "wasi_snapshot_preview1");
	assert_int_equal(wasi_host_module.function_count, 46);
	for (uint32_t i = 0; i < 46; i++) {
		const struct wasm_host_function *function = &wasi_host_module.functions[i];
		assert_non_null(function->call);
		for (uint32_t j = 0; j < i; j++)
			assert_string_not_equal(function->name, wasi_host_module.functions[j].name);
	}
}

static void signatures_use_integers_only_and_give_at_most_one(void **state)
{
	for (uint32_t i = 0; i < wasi_host_module.function_count; i++) {
		const char *signature = wasi_host_module.functions[i].signature;
		size_t parameters = strspn(signature, "iI");
		assert_int_equal(signature[parameters], ':');
		assert_string_equal(
		    signature + parameters + 1,
		    strcmp(wasi_host_module.functions[i].name, "proc_exit") == 0 ? "" : "i");
	}
}

/* What a stream answers, and a descriptor that does not exist (EBADF always). */
static const struct {
	const char *name;
	uint32_t parameters;
	uint32_t descriptor; /* which parameter it is */
	uint32_t error;
} refused[] = {
    {"fd_advise", 4, 0, WASI_ESPIPE},
    {"fd_allocate", 3, 0, WASI_ESPIPE},
    {"fd_pread", 5, 0, WASI_ESPIPE},
    {"fd_pwrite", 5, 0, WASI_ESPIPE},
    {"fd_seek", 4, 0, WASI_ESPIPE},
    {"fd_tell", 2, 0, WASI_ESPIPE},
    {"fd_datasync", 1, 0, WASI_EINVAL},
    {"fd_sync", 1, 0, WASI_EINVAL},
    {"fd_filestat_set_size", 2, 0, WASI_EINVAL},
    {"fd_filestat_set_times", 4, 0, WASI_ENOTSUP},
    {"fd_readdir", 5, 0, WASI_ENOTDIR},
    {"fd_prestat_get", 2, 0, WASI_EBADF},
    {"fd_prestat_dir_name", 3, 0, WASI_EBADF},
    {"path_create_directory", 3, 0, WASI_ENOTDIR},
    {"path_filestat_get", 5, 0, WASI_ENOTDIR},
    {"path_filestat_set_times", 7, 0, WASI_ENOTDIR},
    {"path_link", 7, 0, WASI_ENOTDIR},
    {"path_open", 9, 0, WASI_ENOTDIR},
    {"path_readlink", 6, 0, WASI_ENOTDIR},
    {"path_remove_directory", 3, 0, WASI_ENOTDIR},
    {"path_rename", 6, 0, WASI_ENOTDIR},
    {"path_symlink", 5, 2, WASI_ENOTDIR},
    {"path_unlink_file", 3, 0, WASI_ENOTDIR},
    {"sock_accept", 3, 0, WASI_ENOTSOCK},
    {"sock_recv", 6, 0, WASI_ENOTSOCK},
    {"sock_send", 5, 0, WASI_ENOTSOCK},
    {"sock_shutdown", 2, 0, WASI_ENOTSOCK},
};

/* All parameters are `value`, but the descriptor. */
static uint32_t run_with(size_t row, uint64_t descriptor, uint64_t value)
{
	uint64_t p[9];
	for (int i = 0; i < 9; i++)
		p[i] = value;
	p[refused[row].descriptor] = descriptor;
	return fake_run(refused[row].name, refused[row].parameters, p[0], p[1], p[2], p[3], p[4],
			p[5], p[6], p[7], p[8]);
}

static void what_a_stream_cannot_do_is_refused_by_what_it_is(void **state)
{
	for (size_t row = 0; row < sizeof(refused) / sizeof(refused[0]); row++) {
		for (uint64_t stream = 0; stream < 3; stream++) {
			assert_int_equal(run_with(row, stream, 0), refused[row].error);
			assert_int_equal(run_with(row, stream, UINT32_MAX), refused[row].error);
		}
	}
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
}

static void a_descriptor_that_does_not_exist_is_bad(void **state)
{
	for (size_t row = 0; row < sizeof(refused) / sizeof(refused[0]); row++) {
		assert_int_equal(run_with(row, 3, 0), WASI_EBADF);
		assert_int_equal(run_with(row, UINT32_MAX, UINT32_MAX), WASI_EBADF);
	}
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
}

static void exit_ends_the_process_with_its_code(void **state)
{
	assert_int_equal(fake_run("proc_exit", 1, 0xdeadbeefull), UINT32_MAX);
	assert_true(fake_has_exited);
	assert_int_equal(fake_exit_code, 0xdeadbeef);
	assert_int_equal(fake_message_count, 0);
}

static void there_are_no_signals_and_yielding_always_succeeds(void **state)
{
	assert_int_equal(fake_run("proc_raise", 1, 6ull), WASI_ENOSYS);
	assert_int_equal(fake_run("sched_yield", 0), WASI_SUCCESS);
	assert_false(fake_has_exited);
}

int main(void)
{
	const struct CMUnitTest table[] = {
	    fake_test(the_module_has_the_46_functions_of_preview_1_once_each),
	    fake_test(signatures_use_integers_only_and_give_at_most_one),
	    fake_test(what_a_stream_cannot_do_is_refused_by_what_it_is),
	    fake_test(a_descriptor_that_does_not_exist_is_bad),
	    fake_test(exit_ends_the_process_with_its_code),
	    fake_test(there_are_no_signals_and_yielding_always_succeeds),
	};
	return fake_run_tests(table);
}
