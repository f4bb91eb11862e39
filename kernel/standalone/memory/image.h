/*
 * image: where the linker put the kernel (kernel.lds): code, then what is only read, then the rest.
 */
#ifndef MEMORY_IMAGE_H
#define MEMORY_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

extern const uint8_t link_start[], link_text_end[], link_rodata_end[], link_end[];
extern const uint8_t kernel_stack_guard[], kernel_stack[], kernel_stack_top[];

static inline uint64_t image_start(void)
{
	return (uintptr_t)link_start;
}

static inline uint64_t image_end(void)
{
	return (uintptr_t)link_end;
}

static inline bool image_is_code(uint64_t address)
{
	return address >= image_start() && address < (uintptr_t)link_text_end;
}

#endif
