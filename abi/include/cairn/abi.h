/*
 * The numbers of abi.def as constants of C, for the core, the ports and programs alike.
 */
#ifndef CAIRN_ABI_H
#define CAIRN_ABI_H

#include <stdint.h>

enum cairn_number {
#define CAIRN_NUMBER(name, value, meaning) name = (value),
#include <cairn/abi.def>
#undef CAIRN_NUMBER
};

/* The header of a notification as wait() writes it (little-endian, as all of a program's memory).
 */
struct cairn_notification {
	uint32_t kind;
	uint32_t index;
	uint64_t message;
	uint64_t process;
	uint32_t status;
	uint32_t length;
	uint8_t interface[CAIRN_DIGEST_SIZE];
};

_Static_assert(sizeof(struct cairn_notification) == CAIRN_NOTIFICATION_HEADER_SIZE,
	       "the header has no padding");

#endif
