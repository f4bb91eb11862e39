#include "apply.h"

#include "hosted_state.h"

enum status apply_changes(struct hosted *hosted, const char *what, struct fault *fault)
{
	return hosted->wishes == NULL ? STATUS_UNSUPPORTED
				      : wishes_apply(hosted->wishes, what, fault);
}
