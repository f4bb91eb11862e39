/*
 * spectest: the host module that every script of the suite may import from. One for each store.
 */
#ifndef SPEC_SPECTEST_H
#define SPEC_SPECTEST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/wasm.h"

enum { SPECTEST_EXPORTS = 14 };

struct spectest {
	struct {
		const char *name;
		struct wasm_extern value;
	} exports[SPECTEST_EXPORTS];
	size_t count;
};

must_check enum status spectest_create(struct wasm_store *store, struct spectest *out);

bool spectest_find(const struct spectest *spectest, const struct wasm_name *name,
		   struct wasm_extern *out);

#endif
