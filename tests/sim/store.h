/*
 * store: the programs of the simulator. Their bytes say which state machine they are. Some come
 * from an archive of boot programs, the others from the loader, which is a state machine too and
 * may lie.
 */
#ifndef SIM_STORE_H
#define SIM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cid.h"

/* The interfaces that the machines talk over. */
enum interface {
	INTERFACE_SERVED,    /* by SERVER */
	INTERFACE_WATCHED,   /* by SERVER, which watches its senders */
	INTERFACE_FORWARDED, /* by FORWARDER, which asks SERVER */
	INTERFACE_HOGGED,    /* by HOG, which never takes anything */
	INTERFACE_OWN,       /* by SELF, which talks to itself */
	INTERFACE_CRASHED,   /* by CRASHER, which never registers */
	INTERFACE_LATE,      /* by LATE, which the loader has to fetch */
	INTERFACE_CORRUPT,   /* by a program whose bytes are none */
	INTERFACE_DEVICE,    /* by the port */
	INTERFACE_NOBODYS,   /* configured for nobody */
	INTERFACE_COUNT
};

enum machine_kind {
	KIND_CLIENT,
	KIND_SERVER,
	KIND_FORWARDER,
	KIND_HOG,
	KIND_SELF,
	KIND_CRASHER,
	KIND_LATE,
	KIND_LOADER,
	KIND_STARTER,
	KIND_FILTER, /* stands before others, and sends on what it gets */
	KIND_AUTHORIZER,
	KIND_COUNT
};

/* What a program's file begins with. */
struct machine_program {
	char magic[4]; /* "SIM1" */
	uint32_t kind;
	uint32_t threads;
	uint32_t salt;
};

extern const char *const store_kind_names[KIND_COUNT];

/* Makes the programs and the archive; once, before all runs. */
void store_create(void);

struct digest store_interface(uint32_t interface);

/* INTERFACE_COUNT where it is none of them. */
uint32_t store_interface_index(const uint8_t digest[32]);

/* Programs that may be started; the last ones cannot be loaded. */
enum { STORE_PROGRAMS = 20 };
const struct cid *store_program(uint32_t index);

/* Programs that may be made handlers of anything: servers, filters, and some that are no good. */
enum { STORE_HANDLERS = 7 };
const struct cid *store_handler(uint32_t index);

/* The block of that name, or false. */
bool store_block(const struct cid *cid, const uint8_t **data, size_t *size);

/* The archive of boot programs. */
const uint8_t *store_boot(size_t *size);

#endif
