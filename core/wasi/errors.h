/*
 * errors: what befell a message, in the numbers of preview 1. This is the whole map:
 *
 *     the user denies the interface     EACCES     no handler is configured        ENOSYS
 *     the handler refused the message   ENOTSUP    the handler ended               EIO
 *     another handler has taken over    EIO        a limit is reached              ENOMEM
 *     an answer that does not decode    EPROTO     a status that is not known      EIO
 *
 *     terminal: unknown-stream          EBADF      closed                          EPIPE
 *     terminal: failed                  EIO
 */
#ifndef WASI_ERRORS_H
#define WASI_ERRORS_H

#include <stdint.h>

#include "preview1.h"

/* For an answer's status; WASI_SUCCESS for CAIRN_STATUS_OK. */
enum wasi_error errors_of_status(uint32_t status);

/* For a case of terminal's `error`; EPROTO for one that does not exist. */
enum wasi_error errors_of_terminal(uint8_t error);

#endif
