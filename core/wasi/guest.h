/*
 * guest: the calling program's memory. Every address and size that a program passes goes through
 * `guest_bytes`. Another thread of the program may change what is there at any time, so a value is
 * loaded once and judged afterwards; and it is asked anew after each call that waited.
 */
#ifndef WASI_GUEST_H
#define WASI_GUEST_H

#include <stddef.h>
#include <stdint.h>

#include "call.h"

/* `size` bytes at `address`, or NULL where they are not all inside the memory. */
static inline uint8_t *guest_inside(struct call_memory memory, uint32_t address, uint64_t size)
{
	if (size > memory.size || address > memory.size - size)
		return NULL;
	return memory.base + address;
}

/* The same of the memory of the thread's program. */
static inline uint8_t *guest_bytes(struct thread *thread, uint32_t address, uint64_t size)
{
	return guest_inside(call_memory(thread), address, size);
}

static inline uint16_t guest_load_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t guest_load_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static inline uint64_t guest_load_u64(const uint8_t *at)
{
	return guest_load_u32(at) | (uint64_t)guest_load_u32(at + 4) << 32;
}

static inline void guest_store_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static inline void guest_store_u32(uint8_t *at, uint32_t value)
{
	guest_store_u16(at, (uint16_t)value);
	guest_store_u16(at + 2, (uint16_t)(value >> 16));
}

static inline void guest_store_u64(uint8_t *at, uint64_t value)
{
	guest_store_u32(at, (uint32_t)value);
	guest_store_u32(at + 4, (uint32_t)(value >> 32));
}

#endif
