#include "wishes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration.h"
#include "core/port.h"
#include "policy.h"
#include "records.h"
#include "supervisor.h"

struct wishes {
	char home[STORE_HOME_BYTES];
	struct configuration_names_of_node of;
	struct policy *policy;
	struct configuration *configuration; /* in force, or NULL */
	struct kernel *kernel;
	struct supervisor *supervisor; /* NULL where no programs start with the node */
};

enum status wishes_create(const char *home, struct store *store, struct wishes **out,
			  struct fault *fault)
{
	struct wishes *wishes = calloc(1, sizeof *wishes);
	if (wishes == NULL)
		return STATUS_NO_MEMORY;
	snprintf(wishes->home, sizeof wishes->home, "%s", home);
	wishes->of.store = store;
	enum status status = records_open(home, &wishes->of.records, fault);
	if (status == STATUS_OK)
		status = policy_create(wishes->of.records, &wishes->policy);
	if (status != STATUS_OK) {
		wishes_destroy(wishes);
		return status;
	}
	*out = wishes;
	return STATUS_OK;
}

const struct kernel_policy *wishes_policy(struct wishes *wishes)
{
	return policy_of_kernel(wishes->policy);
}

/* ---- The configuration ---- */

static enum status load(struct wishes *wishes, struct fault *fault)
{
	struct configuration_names names = configuration_names(&wishes->of);
	struct configuration *configuration = NULL;
	enum status status = configuration_load(wishes->home, &names, &configuration, fault);
	if (status != STATUS_OK)
		return status;
	status = configuration_apply(wishes->kernel, configuration, wishes->configuration, fault);
	if (status == STATUS_OK && wishes->supervisor != NULL)
		status = supervisor_set(wishes->supervisor, configuration);
	if (status != STATUS_OK) {
		configuration_destroy(configuration);
		return status;
	}
	if (configuration->left_out == 0)
		records_names_are_found(wishes->of.records);
	configuration_destroy(wishes->configuration);
	wishes->configuration = configuration;
	return STATUS_OK;
}

enum status wishes_begin(struct wishes *wishes, struct kernel *kernel, uv_loop_t *loop,
			 bool starts_programs, struct fault *fault)
{
	wishes->kernel = kernel;
	if (starts_programs) {
		wishes->supervisor = supervisor_create(kernel, loop);
		if (wishes->supervisor == NULL)
			return STATUS_NO_MEMORY;
	}
	return load(wishes, fault);
}

enum status wishes_apply(struct wishes *wishes, const char *what, struct fault *fault)
{
	*fault = (struct fault){0};
	if (strcmp(what, "configuration") == 0)
		return load(wishes, fault);
	if (strcmp(what, "decisions") == 0)
		return policy_reload(wishes->policy, wishes->kernel, fault);
	if (strcmp(what, "names") == 0)
		return STATUS_OK; /* They are looked up when they are shown. */
	if (strcmp(what, "audit") == 0) {
		records_flush(wishes->of.records);
		return STATUS_OK;
	}
	snprintf(fault->text, sizeof fault->text, "nothing of that name can be applied");
	return STATUS_INVALID;
}

uint64_t wishes_settle(struct wishes *wishes)
{
	if (wishes == NULL)
		return UINT64_MAX;
	if (records_flush_due_ns(wishes->of.records) <= port_monotonic_ns())
		records_flush(wishes->of.records);
	return records_flush_due_ns(wishes->of.records);
}

void wishes_end(struct wishes *wishes)
{
	if (wishes == NULL)
		return;
	supervisor_end(wishes->supervisor);
	records_close(wishes->of.records);
	wishes->of.records = NULL;
}

void wishes_destroy(struct wishes *wishes)
{
	if (wishes == NULL)
		return;
	supervisor_destroy(wishes->supervisor);
	configuration_destroy(wishes->configuration);
	policy_destroy(wishes->policy);
	records_close(wishes->of.records);
	free(wishes);
}
