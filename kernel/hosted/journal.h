/*
 * journal: the log on disk, a file for each program and one for the node, in HOME/logs, so that it
 * outlives the node: NAME.log, where NAME is a CID or `node`, and NAME.log.1 for what came before.
 * A line is
 *
 *     2026-01-31T12:00:00.000Z warning text
 *
 * Each file is bounded, and how many there are; the oldest go first. What cannot be written is
 * lost.
 */
#ifndef HOSTED_JOURNAL_H
#define HOSTED_JOURNAL_H

#include "core/cid.h"
#include "core/port.h"

struct journal;

/* NULL where there is no memory. Touches no file. */
struct journal *journal_create(const char *home);
void journal_destroy(struct journal *journal);

/* `program` is NULL for the node. */
void journal_write(struct journal *journal, const struct cid *program, enum port_log_level level,
		   const char *text, size_t size);

#endif
