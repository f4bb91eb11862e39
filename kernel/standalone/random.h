/*
 * random: the port's unpredictable bytes, and its hashing. The cryptography is libsodium's; the
 * seed comes from the CPU, or from virtio's entropy device where the CPU has none.
 */
#ifndef STANDALONE_RANDOM_H
#define STANDALONE_RANDOM_H

#include "core/status.h"

/* STATUS_UNSUPPORTED where there is neither RDSEED nor RDRAND nor such a device. */
must_check enum status random_init(void);

#endif
