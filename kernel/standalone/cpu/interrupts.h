/*
 * interrupts: the tables by which the CPU finds its handlers, and who handles what.
 *
 *     interrupts_init -> interrupts_on_fault, interrupts_on_device (any time)
 *
 * Handlers run with interrupts off, on a stack of 16 KiB, and may use SSE.
 */
#ifndef CPU_INTERRUPTS_H
#define CPU_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	VECTOR_DOUBLE_FAULT = 8,
	VECTOR_PAGE_FAULT = 14,
	VECTOR_DEVICES = 32, /* 16 lines of the interrupt controllers */
	VECTOR_TIMER = 48,
	VECTOR_SPURIOUS = 49, /* an interrupt that went away; nobody is told */
	VECTOR_COUNT = 50
};

/* What interrupt_stubs.S leaves on the stack; changes take effect on the return. */
struct interrupt_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector;
	uint64_t error;
	uint64_t rip, cs, rflags, rsp, ss;
};

void interrupts_init(void);

/* Called with each page fault; true where it was dealt with. All other exceptions are panics. */
typedef bool interrupts_page_fault(struct interrupt_frame *frame, uint64_t address);
void interrupts_on_page_fault(interrupts_page_fault *handler);

/* Called with each interrupt of that vector. */
void interrupts_on_device(unsigned vector, void (*handler)(void));

#endif
