/*
 * A kernel for tests, which does what the first word of its command line says:
 *
 *     spec               runs a sample of the suite, which came instead of the archive
 *     node ...           what the kernel does, with a host module that leaves regions
 *     spin CID CID       runs a program that never ends and one that does, side by side
 *     panic, wild, deep  makes a mistake: an assertion, a wild pointer, a recursion without end
 *     double, write      the same recursion where no page fault can be told of; writing code
 *     beyond             a write behind a large record of the kernel's own
 */
#include <stdio.h>
#include <string.h>

#include <cairn/terminal.h>

#include "blocks.h"
#include "call.h"
#include "core/port.h"
#include "core/wasi.h"
#include "cpu/interrupts.h"
#include "devices/end.h"
#include "devices/timer.h"
#include "machine.h"
#include "node.h"
#include "print.h"
#include "runtime.h"
#include "spec.h"
#include "terminal.h"

_Noreturn void standalone_main(uint32_t magic, uint64_t address);

/* ---- node: "selftest" "touch" ---- */

/* A byte at an offset from the end of the committed part of its caller's memory, or stack, as the
 * interpreter never does. */
static enum wasm_host_result touch(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	bool is_write = (uint32_t)slots[0] != 0;
	bool is_stack = (uint32_t)slots[1] != 0;
	struct call_memory memory = call_memory(call_thread(wasm));
	volatile uint8_t *byte =
	    is_stack ? wasm->stack.base + wasm->stack.committed : memory.base + memory.size;
	byte += (int64_t)slots[2];
	if (is_write)
		*byte = 1;
	else
		(void)*byte;
	return WASM_HOST_CONTINUE;
}

static _Noreturn void run_node(struct boot_info *boot)
{
	static const struct wasm_host_function functions[] = {{"touch", "iiI:", touch}};
	static const struct kernel_host_module modules[] = {{"selftest", functions, 1}};
	static const struct node_settings settings = {modules, 1};
	node_run(boot, &settings);
}

/* ---- spin ---- */

enum { SLICE_NS = 10000000 };
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
		timer_arm_slices(SLICE_NS);
		/* One expiry comes before the program runs, which must not be the last. */
		for (uint64_t start = port_monotonic_ns();
		     port_monotonic_ns() - start < 2 * SLICE_NS;)
			continue;
		(void)kernel_run(kernel, port_monotonic_ns() + SLICE_NS);
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
	machine_on_timer(NULL);
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

/* Cuts the table of interrupts off before page faults, so that one cannot be delivered. */
static void forget_page_faults(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} table;
	__asm__ volatile("sidt %0" : "=m"(table));
	table.limit = VECTOR_PAGE_FAULT * 16 - 1;
	__asm__ volatile("lidt %0" : : "m"(table));
}

enum { BEYOND_BYTES = 8192 };

static void run_mistake(const char *what)
{
	if (strcmp(what, "panic") == 0)
		make_mistake();
	if (strcmp(what, "beyond") == 0)
		((volatile uint8_t *)port_allocate(BEYOND_BYTES))[BEYOND_BYTES] = 1;
	if (strcmp(what, "write") == 0)
		*(volatile uint8_t *)(uintptr_t)run_mistake = 0;
	int depth = 0;
	if (strcmp(what, "double") == 0)
		forget_page_faults();
	if (strcmp(what, "deep") == 0 || strcmp(what, "double") == 0)
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
