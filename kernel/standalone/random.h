/*
 * random: the port's unpredictable bytes, and its hashing. The cryptography is libsodium's; the
 * seed comes from the CPU.
 */
#ifndef STANDALONE_RANDOM_H
#define STANDALONE_RANDOM_H

#include "core/status.h"

/* STATUS_UNSUPPORTED where the CPU has neither RDSEED nor RDRAND. */
must_check enum status random_init(void);

#endif
