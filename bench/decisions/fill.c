/*
 * fill: puts decisions and names into a home, for run: fill HOME PROGRAMS DECISIONS-EACH CID. The
 * program of that CID is the first of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

static void fail(const struct fault *fault)
{
	fprintf(stderr, "fill: %s\n", fault->text);
	exit(1);
}

int main(int count, char **arguments)
{
	struct records *records;
	struct fault fault = {0};
	struct cid first;
	if (count != 5 ||
	    cid_from_text(arguments[4], strlen(arguments[4]), &first, &fault) != STATUS_OK ||
	    records_open(arguments[1], &records, &fault) != STATUS_OK)
		fail(&fault);
	int programs = atoi(arguments[2]), each = atoi(arguments[3]);
	struct wasm_name scope = {(const uint8_t *)"example.com:443", 15};
	for (int i = 0; i < programs; i++) {
		char name[16];
		struct records_decision decision = {
		    .program = i == 0 ? first : cid_of_block(CID_RAW, &i, sizeof i),
		    .grant = {.verdict = KERNEL_ALLOWED, .scopes = &scope, .scope_count = 1},
		    .person = "fill",
		    .reason = "",
		};
		snprintf(name, sizeof name, "program%d", i);
		if (records_set_name(records, RECORDS_PROGRAM, name, &decision.program, &fault) !=
		    STATUS_OK)
			fail(&fault);
		for (int j = 0; j < each; j++) {
			memcpy(decision.grant.interface.bytes, &j, sizeof j);
			if (records_decide(records, &decision, &fault) != STATUS_OK)
				fail(&fault);
		}
	}
	records_close(records);
	return 0;
}
