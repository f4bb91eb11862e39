/*
 * policy: what the kernel asks about people's decisions and words, answered from the records and
 * the node's table of words.
 *
 *     policy_create -> policy_of_kernel in kernel_settings -> ... -> policy_destroy, after the
 * kernel whenever somebody else has changed the records: policy_reload
 */
#ifndef HOSTED_POLICY_H
#define HOSTED_POLICY_H

#include "records.h"

struct policy;

/* The records outlive it. */
must_check enum status policy_create(struct records *records, struct policy **out);
void policy_destroy(struct policy *policy);

/* Lives as long as the policy. */
const struct kernel_policy *policy_of_kernel(struct policy *policy);

/*
 * Puts in force what the records say now about the programs that the kernel has asked about: new
 * decisions, other ones, and those that are gone. What is in force stays so where the records
 * cannot be read.
 */
must_check enum status policy_reload(struct policy *policy, struct kernel *kernel,
				     struct fault *fault);

#endif
