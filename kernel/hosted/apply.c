#include "apply.h"

#include <stdio.h>

/* Nothing of the three is read by the node yet but at its start. */
enum status apply_changes(struct hosted *hosted, const char *what, struct fault *fault)
{
	snprintf(fault->text, sizeof fault->text, "the node has to be restarted for that");
	return STATUS_UNSUPPORTED;
}
