/*
 * interfaces: the names of the interfaces that this port handles.
 */
#ifndef STANDALONE_INTERFACES_H
#define STANDALONE_INTERFACES_H

#include "core/cid.h"

extern const struct digest interfaces_blocks;
extern const struct digest interfaces_terminal;

#endif
