#include "cpu/interrupts.h"

#include <stdalign.h>

#include "core/port.h"
#include "cpu/cpu.h"
#include "panic.h"

enum {
	SELECTOR_CODE = 8,
	SELECTOR_DATA = 16,
	SELECTOR_TSS = 24,
	GATE_INTERRUPT = 0x8e, /* present, interrupts off */
	STUB_BYTES = 16,
	STACK_BYTES = 16384
};

/* Which stack a vector's handler runs on. A page fault may happen inside any other handler. */
enum { STACK_DEVICE = 1, STACK_PAGE_FAULT, STACK_DOUBLE_FAULT, STACK_EXCEPTION, STACK_COUNT };

struct __attribute__((packed)) tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7]; /* numbered from 1 */
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map;
};

struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	const void *base;
};

extern const uint8_t interrupt_stubs[];
void interrupt_handle(struct interrupt_frame *frame);

static struct tss tss;
static uint64_t gdt[5] = {0, 0x00af9b000000ffff, 0x00cf93000000ffff};
static struct gate idt[VECTOR_COUNT];
static alignas(16) uint8_t stacks[STACK_COUNT][STACK_BYTES];

static interrupts_page_fault *page_fault_handler;
static void (*device_handlers[VECTOR_COUNT])(void);

static uint8_t stack_of(unsigned vector)
{
	if (vector >= VECTOR_DEVICES)
		return STACK_DEVICE;
	if (vector == VECTOR_PAGE_FAULT)
		return STACK_PAGE_FAULT;
	return vector == VECTOR_DOUBLE_FAULT ? STACK_DOUBLE_FAULT : STACK_EXCEPTION;
}

static void load_tables(void)
{
	struct table_pointer gdt_pointer = {sizeof gdt - 1, gdt};
	struct table_pointer idt_pointer = {sizeof idt - 1, idt};
	/* The selectors are those of the first table, so that none must be loaded anew. */
	__asm__ volatile("lgdt %0; lidt %1; ltr %w2"
			 :
			 : "m"(gdt_pointer), "m"(idt_pointer), "r"(SELECTOR_TSS));
}

void interrupts_init(void)
{
	for (unsigned i = 1; i < STACK_COUNT; i++)
		tss.ist[i - 1] = (uintptr_t)stacks[i] + STACK_BYTES;
	tss.io_map = sizeof tss;
	uint64_t base = (uintptr_t)&tss;
	gdt[3] = (sizeof tss - 1) | (base & 0xffffff) << 16 | (uint64_t)0x89 << 40 |
		 (base >> 24 & 0xff) << 56;
	gdt[4] = base >> 32;
	for (unsigned i = 0; i < VECTOR_COUNT; i++) {
		uint64_t stub = (uintptr_t)interrupt_stubs + (uint64_t)i * STUB_BYTES;
		idt[i] = (struct gate){.offset_low = (uint16_t)stub,
				       .selector = SELECTOR_CODE,
				       .ist = stack_of(i),
				       .type = GATE_INTERRUPT,
				       .offset_middle = (uint16_t)(stub >> 16),
				       .offset_high = (uint32_t)(stub >> 32)};
	}
	load_tables();
}

void interrupts_on_page_fault(interrupts_page_fault *handler)
{
	page_fault_handler = handler;
}

void interrupts_on_device(unsigned vector, void (*handler)(void))
{
	core_assert(vector >= VECTOR_DEVICES && vector < VECTOR_COUNT);
	device_handlers[vector] = handler;
}

void interrupt_handle(struct interrupt_frame *frame)
{
	if (frame->vector >= VECTOR_DEVICES) {
		if (device_handlers[frame->vector] != NULL)
			device_handlers[frame->vector]();
		return;
	}
	uint64_t address = frame->vector == VECTOR_PAGE_FAULT ? cpu_fault_address() : 0;
	if (frame->vector == VECTOR_PAGE_FAULT && page_fault_handler != NULL &&
	    page_fault_handler(frame, address))
		return;
	panic_exception(frame, address);
}
