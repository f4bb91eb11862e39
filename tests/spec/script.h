/*
 * script: runs one JSON file of the suite, command by command, in a world of its own.
 */
#ifndef SPEC_SCRIPT_H
#define SPEC_SCRIPT_H

struct script_totals {
	unsigned passed;
	unsigned failed;
	unsigned skipped;
};

/* `path` is the file, `shown` how to call it in a line about a failure. Adds to `totals`. */
void script_run(const char *path, const char *shown, struct script_totals *totals);

#endif
