/*
 * status: how every function of the core that can fail says so.
 *
 * A function returns one of these, writes its outputs last, and leaves them untouched on failure.
 * What was wrong with an input (a module, a message, a CID) travels beside it as `struct fault`.
 */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include <stddef.h>
#include <stdint.h>

#define must_check __attribute__((warn_unused_result))

enum status {
	STATUS_OK = 0,
	STATUS_NO_MEMORY,  /* the port refused an allocation */
	STATUS_LIMIT,      /* a maximum of limits.h or of the process is reached */
	STATUS_MALFORMED,  /* bytes that do not decode */
	STATUS_INVALID,    /* bytes that decode, and break a rule */
	STATUS_UNLINKABLE, /* an import that nobody supplies, or of another type */
	STATUS_TRAP,       /* WebAssembly code ended in a trap */
	STATUS_NOT_FOUND,  /* a name, an id or a CID that leads nowhere */
	STATUS_CORRUPT,    /* bytes that do not hash to the name they came under */
	STATUS_DENIED,     /* the user decided against it */
	STATUS_BUSY,       /* too much is under way */
	STATUS_IO,         /* the platform failed at reading or writing */
	STATUS_UNSUPPORTED /* valid, and not provided here */
};

/* The longest text that a fault carries, its terminating zero included. */
enum { FAULT_TEXT_BYTES = 160 };

/*
 * What was wrong with an input, and where. `text` is one line without a newline, for a person;
 * every string in it that came from the input is escaped. `offset` counts bytes from the input's
 * start.
 */
struct fault {
	uint64_t offset;
	char text[FAULT_TEXT_BYTES];
};

/* The name of a status in words, for a log or an error line; never NULL. */
const char *status_text(enum status status);

#endif
