/*
 * The backtrace is found without frame pointers, which the core is compiled without: every word of
 * the stack that points behind a call instruction is taken for a return address. A direct call must
 * lead to the start of a function. So a caller is never missed, and what an earlier call left on
 * the stack may stand between.
 */
#include "panic.h"

#include "core/port.h"
#include "core/text.h"
#include "cpu/cpu.h"
#include "devices/end.h"
#include "devices/serial.h"
#include "memory/image.h"
#include "symbols.h"

enum { LINE_BYTES = 200, FRAMES_MAX = 24 };

static bool is_panicking;

static void print(const struct text *line)
{
	serial_print(SERIAL_OPERATOR, line->data, line->used);
}

static void print_frame(uint64_t address)
{
	char buffer[LINE_BYTES];
	struct text line = text_over(buffer, sizeof buffer);
	uint64_t start;
	const char *name = symbols_find(address, &start);
	text_string(&line, "    at ");
	if (name != NULL) {
		text_string(&line, name);
		text_string(&line, " + ");
		text_decimal(&line, address - start);
	} else {
		text_string(&line, "somewhere");
	}
	text_string(&line, "\n");
	print(&line);
}

static bool is_behind_call(uint64_t address)
{
	uint64_t start;
	if (!image_is_code(address - 8) || !image_is_code(address))
		return false;
	const uint8_t *code = (const uint8_t *)(uintptr_t)address;
	if (code[-5] == 0xe8) {
		int32_t offset;
		__builtin_memcpy(&offset, code - 4, sizeof offset);
		uint64_t target = address + (uint64_t)(int64_t)offset;
		if (symbols_find(target, &start) != NULL && start == target)
			return true;
	}
	/* call *register, *(register + 8 bits), *(register + 32 bits): ff /2. */
	return (code[-2] == 0xff && (code[-1] & 0xf8) == 0xd0) ||
	       (code[-3] == 0xff && (code[-2] & 0xf8) == 0x50) ||
	       (code[-6] == 0xff && (code[-5] & 0xf8) == 0x90) ||
	       (code[-2] == 0xff && (code[-1] & 0xf8) == 0x10);
}

/* From a stack pointer to the top of the kernel's stack; another stack tells nothing. Where it is
 * exhausted, the pointer may be below its end. */
static void print_backtrace(uint64_t stack)
{
	uint64_t top = (uintptr_t)kernel_stack_top;
	if (stack >= (uintptr_t)kernel_stack_guard && stack < (uintptr_t)kernel_stack)
		stack = (uintptr_t)kernel_stack;
	if (stack < (uintptr_t)kernel_stack || stack >= top)
		stack = top;
	int count = 0;
	for (uint64_t at = (stack + 7) & ~(uint64_t)7; at < top && count < FRAMES_MAX; at += 8) {
		uint64_t word = *(const uint64_t *)(uintptr_t)at;
		if (is_behind_call(word)) {
			print_frame(word - 1);
			count++;
		}
	}
}

/* A mistake inside a panic ends it. */
static void begin(void)
{
	cpu_interrupts_off();
	if (is_panicking)
		end_machine(END_PANIC);
	is_panicking = true;
}

_Noreturn void port_panic(const char *what, const char *file, int line)
{
	begin();
	char buffer[LINE_BYTES];
	struct text text = text_over(buffer, sizeof buffer - 1);
	text_string(&text, "cairn: a mistake of Cairn's own: ");
	text_string(&text, what);
	text_string(&text, " (");
	text_string(&text, file);
	text_string(&text, ":");
	text_decimal(&text, (uint64_t)line);
	text_string(&text, ")\n");
	print(&text);
	print_backtrace((uintptr_t)__builtin_frame_address(0));
	end_machine(END_PANIC);
}

static const char *exception_name(uint64_t vector)
{
	static const char *const names[] = {[0] = "division error",
					    [1] = "debug exception",
					    [2] = "non-maskable interrupt",
					    [3] = "breakpoint",
					    [6] = "invalid opcode",
					    [7] = "no floating point",
					    [8] = "double fault",
					    [13] = "general protection fault",
					    [14] = "page fault",
					    [16] = "floating-point error",
					    [17] = "alignment check",
					    [18] = "machine check",
					    [19] = "SIMD floating-point error"};
	const char *name = vector < sizeof names / sizeof names[0] ? names[vector] : NULL;
	return name == NULL ? "exception" : name;
}

static void text_address(struct text *text, uint64_t address)
{
	uint8_t bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(address >> (56 - 8 * i));
	text_string(text, "0x");
	text_hex(text, bytes, sizeof bytes);
}

_Noreturn void panic_exception(const struct interrupt_frame *frame, uint64_t address)
{
	begin();
	char buffer[LINE_BYTES];
	struct text text = text_over(buffer, sizeof buffer);
	text_string(&text, "cairn: a mistake of Cairn's own: ");
	text_string(&text, exception_name(frame->vector));
	if (frame->vector == VECTOR_PAGE_FAULT) {
		bool is_overflow = address - (uintptr_t)kernel_stack_guard <
				   (uintptr_t)kernel_stack - (uintptr_t)kernel_stack_guard;
		text_string(&text, is_overflow ? ": the kernel's stack is exhausted, at "
					       : ": no access to ");
		text_address(&text, address);
	}
	text_string(&text, ", instruction ");
	text_address(&text, frame->rip);
	text_string(&text, "\n");
	print(&text);
	print_frame(frame->rip);
	print_backtrace(frame->rsp);
	end_machine(END_PANIC);
}
