/*
 * text: faults, beside the lines of core/text.h.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "core/status.h"
#include "core/text.h"

/* Writes a fault: `what`, then `name` escaped in quotes where it is not NULL. */
void fault_set(struct fault *fault, uint64_t offset, const char *what);
void fault_set_name(struct fault *fault, uint64_t offset, const char *what, const uint8_t *name,
		    size_t name_size);

#endif
