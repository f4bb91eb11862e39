#include "node.h"

#include "blocks.h"
#include "command_line.h"
#include "core/text.h"
#include "cpu/cpu.h"
#include "devices/end.h"
#include "devices/serial.h"
#include "devices/timer.h"
#include "guard.h"
#include "log.h"
#include "machine.h"
#include "mem.h"
#include "terminal.h"
#include "transcript.h"

enum {
	SLICE_NS = 10000000,      /* of a thread, before others have their turn */
	GLANCE_NS = 2000000,      /* between two looks at what is due, while it runs */
	WRITE_RETRY_NS = 1000000, /* how long a line that is full is left alone */
	LINE_BYTES = FAULT_TEXT_BYTES + CID_TEXT_BYTES + 40
};

static struct command_line command_line;
static struct kernel *kernel;
static struct car archive;
static uint32_t glances;
static bool has_ended;
static uint32_t exit_code;

/* The slice is not cut short for nothing. */
static void on_timer(void)
{
	bool has_input = serial_has_input() && !serial_is_at_end();
	if (has_input)
		kernel_recall(kernel);
	else if (++glances % (SLICE_NS / GLANCE_NS) == 0 || kernel_is_due(kernel))
		kernel_interrupt(kernel);
}

/* ---- The end of the program, told as `cairn run` tells it ---- */

static void report_end(const char *how, const struct kernel_end *end)
{
	char buffer[LINE_BYTES];
	char name[CID_TEXT_BYTES];
	cid_to_text(&command_line.program, name);
	struct text line = text_over(buffer, sizeof buffer);
	text_string(&line, name);
	text_string(&line, how);
	text_string(&line, end->fault.text[0] != '\0'        ? end->fault.text
			   : end->cause == KERNEL_END_KILLED ? "killed"
							     : status_text(end->status));
	port_log(PORT_LOG_ERROR, line.data, line.used);
	size_t size = 0;
	while (end->backtrace != NULL && end->backtrace[size] != '\0')
		size++;
	serial_print(SERIAL_OPERATOR, end->backtrace, size);
}

static uint32_t code_of(const struct kernel_end *end)
{
	switch (end->cause) {
	case KERNEL_END_EXIT:
		return end->code < END_CODE_MAX ? end->code : END_CODE_MAX;
	case KERNEL_END_TRAP:
		report_end(" trapped: ", end);
		return END_TRAPPED;
	case KERNEL_END_KILLED:
		report_end(" ended: ", end);
		return END_KILLED;
	case KERNEL_END_NOT_STARTED:
		report_end(" cannot be started: ", end);
		return end->status == STATUS_NOT_FOUND ? END_NOT_FOUND : END_NOT_STARTED;
	}
	return END_PANIC;
}

static void on_ended(void *context, const struct kernel_end *end)
{
	has_ended = true;
	exit_code = code_of(end);
}

/* ---- Starting ---- */

static void require(enum status status, const char *what, const struct fault *fault)
{
	if (status != STATUS_OK)
		machine_fail(END_PANIC, what,
			     fault != NULL && fault->text[0] != '\0' ? fault->text
								     : status_text(status));
}

static void create(const struct boot_info *boot, const struct node_settings *settings)
{
	const struct kernel_settings kernel_settings = {
	    .limits = kernel_limits_default(),
	    .host_modules = settings->host_modules,
	    .host_module_count = settings->host_module_count,
	    .trace = command_line.is_traced ? transcript_open() : NULL,
	};
	if (command_line.is_traced && kernel_settings.trace == NULL)
		machine_fail(END_NOT_STARTED, "trace", "there is no third serial line");
	struct fault fault = {0};
	const uint8_t *data = (const uint8_t *)(uintptr_t)boot->archive.base;
	size_t size = boot->archive.size;
	require(car_open(data, size, &archive, &fault), "the archive", &fault);
	require(kernel_create(&kernel_settings, &kernel), "the kernel", NULL);
	require(blocks_create(kernel, &archive), "blocks", NULL);
	require(terminal_create(kernel, command_line.is_terminal), "terminal", NULL);
	require(kernel_boot(kernel, data, size, &fault), "the archive", &fault);
}

static void add_handlers(void)
{
	struct fault fault = {0};
	for (uint32_t i = 0; i < command_line.handler_count; i++) {
		const struct kernel_handler *handler = &command_line.handlers[i];
		uint32_t taken = UINT32_MAX;
		enum status status = kernel_add_handler(kernel, handler, &taken);
		if (taken < handler->interface_count) {
			struct text text = text_over(fault.text, sizeof fault.text);
			char name[CID_TEXT_BYTES];
			struct cid cid = {.codec = CID_RAW};
			memcpy(cid.hash, handler->interfaces[taken].bytes, sizeof cid.hash);
			cid_to_text(&cid, name);
			text_string(&text, name);
			text_string(&text, " has a handler already");
		}
		require(status, "the command line", &fault);
	}
}

static void start(void)
{
	const struct kernel_start start = {
	    .program = command_line.program,
	    .arguments = command_line.arguments,
	    .argument_count = command_line.argument_count,
	    .environment = command_line.environment,
	    .environment_count = command_line.environment_count,
	    .grants = command_line.grants,
	    .ended = on_ended,
	};
	uint64_t process;
	require(kernel_start(kernel, &start, &process), "the program", NULL);
}

/* ---- Running ---- */

/* Until an interrupt; the input is looked at with interrupts off, so that none of it is missed. */
static void sleep(bool is_writing)
{
	uint64_t deadline = kernel_next_deadline_ns(kernel);
	uint64_t now = port_monotonic_ns();
	uint64_t delay = deadline > now ? deadline - now : 0;
	cpu_interrupts_off();
	timer_arm(is_writing && delay > WRITE_RETRY_NS ? WRITE_RETRY_NS : delay);
	if (!serial_has_input() || serial_is_at_end())
		cpu_wait_for_interrupt();
	cpu_interrupts_on();
}

static void run(void *context)
{
	while (!has_ended) {
		timer_arm_slices(GLANCE_NS);
		bool is_idle = kernel_run(kernel, port_monotonic_ns() + SLICE_NS);
		bool is_writing = terminal_step();
		if (is_idle && !has_ended && kernel_next_deadline_ns(kernel) > 0)
			sleep(is_writing);
	}
}

_Noreturn void node_run(struct boot_info *boot, const struct node_settings *settings)
{
	struct fault fault = {0};
	if (command_line_parse(boot->command_line, &command_line, &fault) != STATUS_OK)
		machine_fail(END_NOT_STARTED, "not started", fault.text);
	if (command_line.is_quiet)
		log_set_level(PORT_LOG_ERROR);
	create(boot, settings);
	add_handlers();
	start();
	machine_on_timer(on_timer);
	while (!guard_run(run, NULL))
		if (!kernel_trap(kernel, "out of bounds memory access (guard page)"))
			port_panic("a region was left while no program ran", __FILE__, __LINE__);
	machine_on_timer(NULL);
	kernel_destroy(kernel);
	end_machine(exit_code);
}
