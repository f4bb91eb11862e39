/*
 * The ways of bench-messages to send a message and get its answer; each returns nanoseconds.
 */
#ifndef BENCH_MESSAGES_H
#define BENCH_MESSAGES_H

#include "core/port.h"
#include "core/wasm.h"

_Noreturn void bench_fail(const char *what);

double native_ns(void);
double wasm_ns(const struct wasm_name *client, const struct wasm_name *server);

#endif
