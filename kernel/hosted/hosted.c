/*
 * The node: everything of a kernel on Linux put together, and its main loop. The loop runs the
 * kernel until no thread can run, then sleeps in libuv until I/O completes, a signal comes or the
 * kernel's next deadline; while threads can run, it looks at I/O between two slices, and sooner
 * when there is some (glance.h).
 */
#include "hosted.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot_image.h"
#include "core/port.h"
#include "core/text.h"
#include "core/wasi.h"
#include "glance.h"
#include "hosted_state.h"
#include "preempt.h"

static const int end_signals[END_SIGNAL_COUNT] = {SIGINT, SIGTERM, SIGHUP};

/* What libuv opens for a loop with signals, what a command hands over, a tty opened once more for
 * each stream, a set for each that is waited for, the set of the network, and a block. */
enum { FILES_NEEDED = 21 };

void hosted_end(struct hosted *hosted)
{
	hosted->is_ending = true;
}

/* ---- Signals ---- */

/* A node that is a service has no terminal that could hang up: SIGHUP is how it is told to read its
 * configuration again. */
static bool is_reload(const struct hosted *hosted, int number)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal >= 0)
		close(terminal);
	return number == SIGHUP && hosted->settings.stays && terminal < 0;
}

static void reload(struct hosted *hosted)
{
	struct fault fault = {0};
	if (hosted->wishes == NULL)
		return;
	enum status status = wishes_apply(hosted->wishes, "configuration", &fault);
	const char *text = fault.text[0] != '\0' ? fault.text : status_text(status);
	if (status != STATUS_OK)
		port_log(PORT_LOG_ERROR, text, strlen(text));
}

/* The handle was started for one delivery: the next signal has the effect that it has everywhere.
 */
static void on_end_signal(uv_signal_t *handle, int number)
{
	struct hosted *hosted = handle->data;
	if (is_reload(hosted, number)) {
		reload(hosted);
		core_assert(uv_signal_start_oneshot(handle, on_end_signal, number) == 0);
		return;
	}
	hosted_end(hosted);
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

/* ---- The log ---- */

/* A node for a few commands has no stream of its own to log to: it uses theirs. */
static void show(struct hosted *hosted, struct launch *launch, enum port_log_level level,
		 const char *text, size_t size)
{
	bool is_for_it = level >= PORT_LOG_ERROR || !launch->is_quiet;
	if (level >= (enum port_log_level)LOG_LEVEL_SHOWN && is_for_it && launch->session != NULL)
		session_log(launch->session, text, size);
}

static void log_of_node(void *self, enum port_log_level level, const char *text, size_t size)
{
	struct hosted *hosted = self;
	if (hosted->journal != NULL)
		journal_write(hosted->journal, NULL, level, text, size);
	for (struct launch *launch = hosted->launches.first;
	     launch != NULL && !hosted->settings.stays; launch = launch->next)
		show(hosted, launch, level, text, size);
	bool is_shown = hosted->launches.first != NULL && !hosted->settings.stays;
	if (!is_shown && level >= (enum port_log_level)LOG_LEVEL_SHOWN)
		log_write(STDERR_FILENO, text, size);
}

static void log_of_process(void *self, uint64_t process, enum port_log_level level,
			   const char *text, size_t size)
{
	struct hosted *hosted = self;
	uint64_t terminal = kernel_terminal_of(hosted->kernel, process);
	struct launch *launch = launch_find(&hosted->launches, terminal);
	const struct cid *program = kernel_program_of(hosted->kernel, process);
	if (launch == NULL && program == NULL) {
		log_of_node(hosted, level, text, size);
		return;
	}
	if (hosted->journal != NULL)
		journal_write(hosted->journal, program, level, text, size);
	if (launch != NULL)
		show(hosted, launch, level, text, size);
	else if (hosted->settings.stays && level >= (enum port_log_level)LOG_LEVEL_SHOWN)
		log_write(STDERR_FILENO, text, size);
}

/* ---- Creating and destroying ---- */

static void set_fault(struct fault *fault, const char *what)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
}

/* The interfaces of the platform. Each service is created with the kernel and the loop, and goes
 * after the kernel (destroy_services) and the loop (free_services). */
static enum status create_services(struct hosted *hosted)
{
	enum status status = terminal_create(hosted->kernel, &hosted->loop, &hosted->terminal);
	if (status == STATUS_OK)
		status =
		    prompt_create(hosted->kernel, &hosted->loop, hosted->terminal, &hosted->prompt);
	if (status == STATUS_OK)
		status = blocks_create(hosted->kernel, hosted->settings.store, &hosted->blocks);
	if (status == STATUS_OK)
		status = net_create(hosted->kernel, &hosted->loop, &hosted->net);
	if (status == STATUS_OK)
		status = files_create(hosted->kernel, &hosted->loop, &hosted->files);
	return status;
}

/* No request is under way any more: handles of the loop are closed here. */
static void destroy_services(struct hosted *hosted)
{
	if (hosted->prompt != NULL)
		prompt_destroy(hosted->prompt);
	if (hosted->terminal != NULL)
		terminal_destroy(hosted->terminal);
	if (hosted->net != NULL)
		net_close(hosted->net);
	files_destroy(hosted->files);
}

static void free_services(struct hosted *hosted)
{
	prompt_free(hosted->prompt);
	terminal_free(hosted->terminal);
	blocks_destroy(hosted->blocks);
	net_destroy(hosted->net);
}

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

/* Programs that still run are told as killed. */
static void destroy_kernel(struct hosted *hosted)
{
	if (hosted->kernel == NULL)
		return;
	cpus_stop(hosted->cpus);
	files_close(hosted->files);
	glance_destroy();
	kernel_destroy(hosted->kernel);
	preempt_destroy();
	preempt_forget();
}

void hosted_destroy(struct hosted *hosted)
{
	if (hosted == NULL)
		return;
	control_close(&hosted->control);
	for (struct launch *launch = hosted->launches.first; launch != NULL; launch = launch->next)
		launch_close_streams(launch);
	destroy_kernel(hosted);
	wishes_end(hosted->wishes);
	destroy_services(hosted);
	log_set_sink(NULL);
	journal_destroy(hosted->journal);
	if (hosted->settings.let_go != NULL)
		hosted->settings.let_go(hosted->settings.context);
	control_farewell(&hosted->control);
	launches_reset(&hosted->launches);
	close_loop(hosted);
	wishes_destroy(hosted->wishes);
	free_services(hosted);
	cpus_destroy(hosted->cpus);
	free(hosted);
}

/* A small host, or one that lends a small part of itself, keeps less. */
static uint64_t kept_code_bytes(void)
{
	enum { PART_OF_MEMORY = 16 };
	uint64_t most = kernel_kept_code_default();
	uint64_t memory = uv_get_total_memory();
	uint64_t lent = uv_get_constrained_memory();
	if (lent > 0 && lent < memory)
		memory = lent;
	return memory / PART_OF_MEMORY < most ? memory / PART_OF_MEMORY : most;
}

static enum status create_kernel(struct hosted *hosted)
{
	hosted->log = (struct kernel_log){.write = log_of_process, .self = hosted};
	struct kernel_settings kernel = {
	    .limits = kernel_limits_default(),
	    .host_modules = wasi_host_modules,
	    .host_module_count = WASI_HOST_MODULES,
	    .log = &hosted->log,
	    .policy = hosted->wishes == NULL ? NULL : wishes_policy(hosted->wishes),
	    .kept_code_bytes = kept_code_bytes(),
	};
	hosted->cpus = cpus_create(&hosted->loop);
	if (hosted->cpus == NULL)
		return STATUS_NO_MEMORY;
	cpus_offer(hosted->cpus, &kernel);
	enum status status = kernel_create(&kernel, &hosted->kernel);
	if (status == STATUS_OK)
		cpus_use(hosted->cpus, hosted->kernel);
	return status;
}

/* What cannot be done must not stand in the way of a command that wants a configuration mended:
 * that one needs no node. */
static enum status begin_wishes(struct hosted *hosted, struct fault *fault)
{
	if (hosted->wishes == NULL)
		return STATUS_OK;
	return wishes_begin(hosted->wishes, hosted->kernel, &hosted->loop, hosted->settings.stays,
			    fault);
}

static enum status create_parts(struct hosted *hosted, struct fault *fault)
{
	const struct hosted_settings *settings = &hosted->settings;
	enum status status = STATUS_OK;
	if (settings->home != NULL)
		status = wishes_create(settings->home, settings->store, &hosted->wishes, fault);
	if (status == STATUS_OK)
		status = create_kernel(hosted);
	if (status != STATUS_OK)
		return status;
	tracing_init(&hosted->tracing, hosted->kernel, &hosted->launches.count);
	status = create_services(hosted);
	if (status == STATUS_OK)
		status = kernel_boot(hosted->kernel, boot_image, boot_image_size, fault);
	if (status == STATUS_OK)
		status = begin_wishes(hosted, fault);
	if (status != STATUS_OK)
		return status;
	status = preempt_create(hosted->kernel);
	if (status == STATUS_OK)
		status = glance_create(hosted->kernel, &hosted->loop);
	if (status != STATUS_OK) {
		set_fault(fault, "the host gives no timer (ulimit -i)");
		return status;
	}
	return control_open(&hosted->control, hosted, hosted->settings.listener,
			    hosted->settings.first_client);
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
	struct hosted *hosted = calloc(1, sizeof *hosted);
	if (hosted == NULL)
		return STATUS_NO_MEMORY;
	if (uv_loop_init(&hosted->loop) != 0) {
		free(hosted);
		return STATUS_NO_MEMORY;
	}
	hosted->settings = *settings;
	hosted->start_ns = port_monotonic_ns();
	hosted->control.listener = -1;
	core_assert(uv_timer_init(&hosted->loop, &hosted->deadline) == 0);
	open_signals(hosted);
	hosted->journal = settings->home == NULL ? NULL : journal_create(settings->home);
	hosted->sink = (struct log_sink){.write = log_of_node, .self = hosted};
	log_set_sink(&hosted->sink);
	status = create_parts(hosted, fault);
	if (status != STATUS_OK) {
		hosted_destroy(hosted);
		return status;
	}
	*out = hosted;
	return STATUS_OK;
}

/* ---- Running ---- */

static void on_deadline(uv_timer_t *timer)
{
}

/* When the kernel, or a wish that is to be settled, needs this CPU again. */
static uint64_t next_deadline_ns(struct hosted *hosted)
{
	uint64_t deadline = kernel_next_deadline_ns(hosted->kernel);
	uint64_t settling = wishes_settle(hosted->wishes);
	return settling < deadline ? settling : deadline;
}

/* How long to sleep for: libuv's own timers count milliseconds, a deadline nanoseconds. NULL: until
 * something happens. */
static const struct timespec *time_to_sleep(struct hosted *hosted, uint64_t left_ns,
					    struct timespec *out)
{
	int timeout_ms = uv_backend_timeout(&hosted->loop);
	uint64_t timeout_ns = timeout_ms < 0 ? UINT64_MAX : (uint64_t)timeout_ms * 1000000;
	uint64_t shorter = left_ns < timeout_ns ? left_ns : timeout_ns;
	*out = (struct timespec){.tv_sec = (time_t)(shorter / 1000000000),
				 .tv_nsec = (long)(shorter % 1000000000)};
	return shorter == UINT64_MAX ? NULL : out;
}

/*
 * The loop's work is done while this CPU holds the kernel; only sleeping is not. So libuv does not
 * sleep itself: its descriptor is asked, and it looks when there is something.
 */
static void sleep_in_host(struct hosted *hosted)
{
	struct pollfd backend = {.fd = uv_backend_fd(&hosted->loop), .events = POLLIN};
	do
		uv_run(&hosted->loop, UV_RUN_NOWAIT);
	while (glance_has_untold(&hosted->loop));
	launches_settle(hosted);
	uint64_t deadline = next_deadline_ns(hosted);
	uint64_t now = port_monotonic_ns();
	bool is_due = !uv_is_active((uv_handle_t *)&hosted->deadline) || deadline <= now;
	if (hosted->is_ending || is_due || glance_has_untold(&hosted->loop))
		return;
	uint64_t left = deadline == UINT64_MAX ? UINT64_MAX : deadline - now;
	struct timespec timeout;
	const struct timespec *until = time_to_sleep(hosted, left, &timeout);
	kernel_let_go(hosted->kernel);
	int count = ppoll(&backend, 1, until, glance_sleep_mask());
	kernel_hold(hosted->kernel);
	core_assert(count >= 0 || errno == EINTR);
	uv_run(&hosted->loop, UV_RUN_NOWAIT);
}

/* Sleeps until something happens or the kernel's deadline. A timer of libuv's for that, rounded up
 * to its milliseconds, keeps the loop alive. */
static void sleep_until_event(struct hosted *hosted)
{
	uint64_t deadline = next_deadline_ns(hosted);
	uint64_t now = port_monotonic_ns();
	uint64_t left = deadline > now ? deadline - now : 0;
	uint64_t left_ms = left / 1000000 + (left % 1000000 != 0);
	uv_update_time(&hosted->loop);
	uv_timer_start(&hosted->deadline, on_deadline, left_ms, 0);
	preempt_stop();
	tracing_flush(&hosted->tracing);
	sleep_in_host(hosted);
}

void hosted_run(struct hosted *hosted)
{
	kernel_hold(hosted->kernel);
	while (!hosted->is_ending) {
		preempt_start();
		bool is_idle = kernel_run(hosted->kernel, port_monotonic_ns() + PREEMPT_SLICE_NS);
		launches_settle(hosted);
		if (hosted->is_ending)
			break;
		if (is_idle)
			sleep_until_event(hosted);
		else
			uv_run(&hosted->loop, UV_RUN_NOWAIT);
	}
	kernel_let_go(hosted->kernel);
	glance_destroy();
	preempt_stop();
}
