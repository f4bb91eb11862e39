/*
 * The node: everything of a kernel on Linux put together, and its main loop. The loop runs the
 * kernel until no thread can run, then sleeps in libuv until I/O completes, a signal comes or the
 * kernel's next deadline; while threads can run, it looks at I/O between two slices.
 */
#include "hosted.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "blocks.h"
#include "boot_image.h"
#include "core/port.h"
#include "core/text.h"
#include "core/wasi.h"
#include "cpus.h"
#include "log.h"
#include "preempt.h"
#include "stream.h"
#include "terminal.h"

/* The signals by which a user ends a program. */
static const int end_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { END_SIGNAL_COUNT = sizeof end_signals / sizeof end_signals[0] };

/* What libuv opens for a loop with signals, a tty opened once more for each stream, a set for each
 * that is waited for, and a block. */
enum { FILES_NEEDED = 16 };

struct hosted {
	struct kernel *kernel;
	struct cpus *cpus;
	struct terminal *terminal;
	struct blocks *blocks;
	uv_loop_t loop;
	uv_timer_t deadline;
	uv_signal_t signals[END_SIGNAL_COUNT];

	/* The program that hosted_run waits for. */
	uint64_t process;
	bool has_ended;
	int signal;
	struct hosted_end end;
};

void hosted_guard_streams(void)
{
	stream_guard_standard();
}

/* ---- Signals ---- */

/* The handle was started for one delivery: the next signal has the effect that it has everywhere.
 */
static void on_end_signal(uv_signal_t *handle, int number)
{
	struct hosted *hosted = handle->data;
	if (hosted->has_ended)
		return;
	hosted->signal = number;
	/* One that is ending already is not found, and that is as good. */
	enum status status = kernel_kill(hosted->kernel, hosted->process);
	core_assert(status == STATUS_OK || status == STATUS_NOT_FOUND);
}

static bool is_ignored(int number)
{
	struct sigaction action;
	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void open_signals(struct hosted *hosted)
{
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < END_SIGNAL_COUNT; i++) {
		core_assert(uv_signal_init(&hosted->loop, &hosted->signals[i]) == 0);
		hosted->signals[i].data = hosted;
		if (is_ignored(end_signals[i])) /* A shell's background job, or nohup. */
			continue;
		core_assert(uv_signal_start_oneshot(&hosted->signals[i], on_end_signal,
						    end_signals[i]) == 0);
	}
}

/* ---- Creating and destroying ---- */

static void close_loop(struct hosted *hosted)
{
	uv_close((uv_handle_t *)&hosted->deadline, NULL);
	if (hosted->cpus != NULL)
		cpus_close(hosted->cpus);
	for (int i = 0; i < END_SIGNAL_COUNT; i++)
		uv_close((uv_handle_t *)&hosted->signals[i], NULL);
	uv_run(&hosted->loop, UV_RUN_DEFAULT);
	core_assert(uv_loop_close(&hosted->loop) == 0);
}

void hosted_destroy(struct hosted *hosted)
{
	if (hosted == NULL)
		return;
	if (hosted->cpus != NULL)
		cpus_stop(hosted->cpus);
	if (hosted->kernel != NULL)
		kernel_destroy(hosted->kernel);
	preempt_destroy();
	preempt_forget();
	if (hosted->terminal != NULL)
		terminal_close(hosted->terminal);
	close_loop(hosted);
	terminal_destroy(hosted->terminal);
	blocks_destroy(hosted->blocks);
	cpus_destroy(hosted->cpus);
	free(hosted);
}

static void set_fault(struct fault *fault, const char *what)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
}

static enum status add_handlers(struct kernel *kernel, const struct hosted_settings *settings,
				struct fault *fault)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < settings->handler_count && status == STATUS_OK; i++) {
		const struct kernel_handler *handler = &settings->handlers[i];
		uint32_t taken = 0;
		status = kernel_add_handler(kernel, handler, &taken);
		if (status != STATUS_INVALID)
			continue;
		char name[CID_TEXT_BYTES];
		struct cid cid = {.codec = CID_RAW};
		memcpy(cid.hash, handler->interfaces[taken].bytes, sizeof cid.hash);
		cid_to_text(&cid, name);
		snprintf(fault->text, sizeof fault->text, "%s has a handler already", name);
	}
	return status;
}

static enum status create_services(struct hosted *hosted, const struct hosted_settings *settings,
				   struct fault *fault)
{
	enum status status = terminal_create(hosted->kernel, &hosted->loop, &hosted->terminal);
	if (status == STATUS_OK)
		status = blocks_create(hosted->kernel, settings->store, &hosted->blocks);
	if (status == STATUS_OK)
		status = kernel_boot(hosted->kernel, boot_image, boot_image_size, fault);
	if (status == STATUS_OK)
		status = add_handlers(hosted->kernel, settings, fault);
	if (status != STATUS_OK)
		return status;
	status = preempt_create(hosted->kernel);
	if (status != STATUS_OK)
		set_fault(fault, "the host gives no timer (ulimit -i)");
	return status;
}

/* libuv ends the process where its own pipes and sets cannot be opened, so this is found out
 * before. */
static enum status check_files(struct fault *fault)
{
	int files[FILES_NEEDED];
	int count = 0;
	while (count < FILES_NEEDED &&
	       (files[count] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		count++;
	bool is_enough = count == FILES_NEEDED;
	while (count > 0)
		close(files[--count]);
	if (is_enough)
		return STATUS_OK;
	set_fault(fault, "too few files may be open (ulimit -n)");
	return STATUS_LIMIT;
}

enum status hosted_create(const struct hosted_settings *settings, struct hosted **out,
			  struct fault *fault)
{
	*fault = (struct fault){0};
	enum status status = check_files(fault);
	if (status != STATUS_OK)
		return status;
	if (settings->is_quiet)
		log_set_level(PORT_LOG_ERROR);
	struct hosted *hosted = calloc(1, sizeof *hosted);
	if (hosted == NULL)
		return STATUS_NO_MEMORY;
	if (uv_loop_init(&hosted->loop) != 0) {
		free(hosted);
		return STATUS_NO_MEMORY;
	}
	core_assert(uv_timer_init(&hosted->loop, &hosted->deadline) == 0);
	open_signals(hosted);

	struct kernel_settings kernel = {
	    .limits = kernel_limits_default(),
	    .host_modules = wasi_host_modules,
	    .host_module_count = WASI_HOST_MODULES,
	    .trace = settings->trace,
	};
	hosted->cpus = cpus_create(&hosted->loop, settings->cpu_count);
	if (hosted->cpus == NULL) {
		hosted_destroy(hosted);
		return STATUS_NO_MEMORY;
	}
	cpus_offer(hosted->cpus, &kernel);
	status = kernel_create(&kernel, &hosted->kernel);
	if (status == STATUS_OK) {
		cpus_use(hosted->cpus, hosted->kernel);
		status = create_services(hosted, settings, fault);
	}
	if (status != STATUS_OK) {
		hosted_destroy(hosted);
		return status;
	}
	*out = hosted;
	return STATUS_OK;
}

/* ---- Running ---- */

/* A timer that is due when the loop begins is called before the loop looks for how long to sleep,
 * and then there is none: without this it would sleep until something else happens. */
static void on_deadline(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

/* Sleeps until something happens or the kernel's deadline, rounded up to libuv's milliseconds. */
static void sleep_until_event(struct hosted *hosted)
{
	uint64_t deadline = kernel_next_deadline_ns(hosted->kernel);
	uint64_t now = port_monotonic_ns();
	uint64_t left = deadline > now ? deadline - now : 0;
	uint64_t left_ms = left / 1000000 + (left % 1000000 != 0);
	/* The timer runs even where there is no deadline: where all signals are ignored and no
	 * stream is waited for, libuv would not sleep for want of anything to wait for. */
	uv_update_time(&hosted->loop);
	uv_timer_start(&hosted->deadline, on_deadline, left_ms, 0);
	preempt_stop();
	uv_run(&hosted->loop, UV_RUN_ONCE);
}

static void on_program_ended(void *context, const struct kernel_end *end)
{
	struct hosted *hosted = context;
	hosted->has_ended = true;
	hosted->end = (struct hosted_end){
	    .cause = end->cause,
	    .status = end->status,
	    .code = end->code,
	    .signal = hosted->signal,
	    .fault = end->fault,
	    .backtrace = end->backtrace == NULL ? NULL : strdup(end->backtrace),
	};
}

enum status hosted_run(struct hosted *hosted, const struct kernel_start *start,
		       struct hosted_end *end)
{
	struct kernel_start watched = *start;
	watched.ended = on_program_ended;
	watched.context = hosted;
	hosted->has_ended = false;
	hosted->signal = 0;
	enum status status = kernel_start(hosted->kernel, &watched, &hosted->process);
	if (status != STATUS_OK)
		return status;
	while (!hosted->has_ended) {
		preempt_start();
		bool is_idle = kernel_run(hosted->kernel, port_monotonic_ns() + PREEMPT_SLICE_NS);
		if (hosted->has_ended)
			break;
		if (is_idle)
			sleep_until_event(hosted);
		else
			uv_run(&hosted->loop, UV_RUN_NOWAIT);
	}
	preempt_stop();
	*end = hosted->end;
	return STATUS_OK;
}

void hosted_end_release(struct hosted_end *end)
{
	free(end->backtrace);
	end->backtrace = NULL;
}
