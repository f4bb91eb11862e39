/*
 * mutate: modules that are almost valid. Bytes of one section, or of one function's body, are
 * changed, inserted or left out, and the sizes in front of them are made right again: otherwise
 * hardly any mutant would come further than to its first length.
 */
#ifndef DIFF_MUTATE_H
#define DIFF_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#include "output.h"
#include "random.h"

/* `data` is a well-formed module. `out` is emptied first. */
void mutate(struct random *random, const uint8_t *data, size_t size, struct output *out);

/* Only in one function's body. */
void mutate_code(struct random *random, const uint8_t *data, size_t size, struct output *out);

#endif
