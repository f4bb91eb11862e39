/*
 * transcript: reads what a kernel in another machine tells of its messages (the interface
 * `transcript`, each call behind its size), piece by piece, for a trace.
 *
 *     transcript_create -> transcript_take, with each piece -> transcript_destroy
 */
#ifndef CLI_TRANSCRIPT_H
#define CLI_TRANSCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "trace.h"

struct transcript;

/* NULL, and an error was reported, where there is no memory. The trace outlives it. */
struct transcript *transcript_create(struct trace *trace);

/* What is malformed is reported once, and the rest is ignored. */
void transcript_take(struct transcript *transcript, const uint8_t *data, size_t size);

/* Reports a call that was not whole. */
void transcript_destroy(struct transcript *transcript);

#endif
