/*
 * boot_names: the programs that come inside the kernel's image (boot_image.h), by the names that
 * its manifest gives them. They are the kernel's names and no petnames: where they are shown, it is
 * as `boot:NAME`, which no petname can be.
 */
#ifndef BOOT_NAMES_H
#define BOOT_NAMES_H

#include <stdbool.h>

#include "core/cid.h"

enum { BOOT_NAMES_BYTES = 40 };

/* "boot:loader". False for any other program. */
bool boot_name_of(const struct cid *program, char out[BOOT_NAMES_BYTES]);

/* The boot program that handles an interface, unless somebody is configured to. */
bool boot_handler_of(const struct digest *interface, struct cid *out);

#endif
