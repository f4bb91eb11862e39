/*
 * A kernel for tests, which does what the first word of its command line says:
 *
 *     spec               runs a sample of the suite, which came instead of the archive
 *     node ...           what the kernel does, with a host module that leaves a region
 *     spin CID CID       runs a program that never ends and one that does, side by side
 *     panic, wild, deep  makes a mistake: an assertion, a wild pointer, a recursion without end
 */
#include <stdio.h>
#include <string.h>

#include <cairn/terminal.h>

#include "blocks.h"
#include "call.h"
#include "core/port.h"
#include "core/wasi.h"
#include "devices/end.h"
#include "devices/timer.h"
#include "machine.h"
#include "node.h"
#include "print.h"
#include "spec.h"
#include "terminal.h"

_Noreturn void standalone_main(uint32_t magic, uint64_t address);

/* ---- node: "selftest" "leave_region" ---- */

/* Behind the committed part of its caller's memory, as the interpreter never does. */
static enum wasm_host_result leave_region(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	struct call_memory memory = call_memory(call_thread(wasm));
	*(volatile uint8_t *)(memory.base + memory.size) = 1;
	return WASM_HOST_CONTINUE;
}

static _Noreturn void run_node(struct boot_info *boot)
{
	static const struct wasm_host_function functions[] = {{"leave_region", ":", leave_region}};
	static const struct kernel_host_module modules[] = {{"selftest", functions, 1}};
	static const struct node_settings settings = {modules, 1};
	node_run(boot, &settings);
}

/* ---- spin ---- */

static struct kernel *kernel;
static unsigned ended;

static void interrupt(void)
{
	kernel_interrupt(kernel);
}

static void on_ended(void *context, const struct kernel_end *end)
{
	static const char *const causes[] = {
	    [KERNEL_END_EXIT] = "exit",
	    [KERNEL_END_TRAP] = "trap",
	    [KERNEL_END_KILLED] = "killed",
	    [KERNEL_END_NOT_STARTED] = "not started",
	};
	ended++;
	print_line("%s: %s", (const char *)context, causes[end->cause]);
}

static uint64_t start(const char *text, const char *role)
{
	static const struct kernel_grant terminal = {.interface = {TERMINAL_DIGEST},
						     .verdict = KERNEL_ALLOWED};
	struct fault fault;
	struct kernel_start start = {.grants = {.items = &terminal, .count = 1},
				     .ended = on_ended,
				     .context = (void *)(uintptr_t)role};
	uint64_t process = 0;
	if (cid_from_text(text, strcspn(text, " "), &start.program, &fault) != STATUS_OK ||
	    kernel_start(kernel, &start, &process) != STATUS_OK)
		machine_fail(END_PANIC, "not started", text);
	return process;
}

static void run_until(unsigned count)
{
	while (ended < count) {
		timer_arm(10000000);
		(void)kernel_run(kernel, port_monotonic_ns() + 10000000);
		(void)terminal_step();
	}
}

static _Noreturn void run_spin(const struct boot_info *boot, const char *names)
{
	struct kernel_settings settings = {.limits = kernel_limits_default()};
	struct fault fault = {0};
	struct car archive;
	const uint8_t *data = (const uint8_t *)(uintptr_t)boot->archive.base;
	if (car_open(data, boot->archive.size, &archive, &fault) != STATUS_OK ||
	    kernel_create(&settings, &kernel) != STATUS_OK ||
	    blocks_create(kernel, &archive) != STATUS_OK ||
	    terminal_create(kernel, false) != STATUS_OK ||
	    kernel_boot(kernel, data, boot->archive.size, &fault) != STATUS_OK)
		machine_fail(END_PANIC, "spin", fault.text);
	machine_on_timer(interrupt);
	uint64_t spinning = start(names, "the one that spins");
	start(strstr(names, " ") + 1, "the other");
	run_until(1);
	if (kernel_kill(kernel, spinning) != STATUS_OK)
		end_machine(1);
	run_until(2);
	kernel_destroy(kernel);
	end_machine(0);
}

/* ---- Mistakes ---- */

static void make_mistake(void)
{
	core_assert(ended == 1000);
}

static int recurse(volatile int *depth)
{
	volatile int here = *depth + 1;
	return here < 0 ? here : recurse(&here) + here;
}

static void run_mistake(const char *what)
{
	if (strcmp(what, "panic") == 0)
		make_mistake();
	int depth = 0;
	if (strcmp(what, "deep") == 0)
		print_line("%d", recurse(&depth));
	if (strcmp(what, "wild") == 0)
		*(volatile int *)(uintptr_t)ended = 1;
}

static bool starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

_Noreturn void standalone_main(uint32_t magic, uint64_t address)
{
	struct boot_info *boot = machine_init(magic, address);
	char *line = boot->command_line;
	if (starts(line, "node ")) {
		memmove(line, line + 5, strlen(line + 5) + 1);
		run_node(boot);
	}
	if (starts(line, "spin "))
		run_spin(boot, line + 5);
	if (starts(line, "spec"))
		end_machine(spec_run((const uint8_t *)(uintptr_t)boot->archive.base,
				     boot->archive.size) == 0
				? 0
				: 1);
	run_mistake(line);
	machine_fail(2, "not known", line);
}
