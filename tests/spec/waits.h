/*
 * waits: memory.atomic.wait and notify for threads of the host's: who waits blocks its thread.
 */
#ifndef SPEC_WAITS_H
#define SPEC_WAITS_H

#include "core/wasm.h"

must_check enum status waits_offer(struct wasm_store *store);

#endif
