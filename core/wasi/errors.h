/*
 * errors: what befell a message, in the numbers of preview 1. What every interface has in common:
 *
 *     the user denies the interface     EACCES     no handler is configured        ENOSYS
 *     the handler refused the message   ENOTSUP    the handler ended               EIO
 *     another handler has taken over    EIO        a limit is reached              ENOMEM
 *     an answer that does not decode    EPROTO     a status that is not known      EIO
 *
 * What `files` had opened before another handler took over is stale: ESTALE (descriptor.h).
 *
 *     terminal: unknown-stream          EBADF      closed                          EPIPE
 *     terminal: failed                  EIO        not-possible                    EBADF
 *
 * The errors of `files` and `tcp` have the numbers that errors.c gives them, mostly by their names.
 */
#ifndef WASI_ERRORS_H
#define WASI_ERRORS_H

#include <stdint.h>

#include <cairn/files.h>
#include <cairn/tcp.h>
#include <cairn/terminal.h>

#include "call.h"
#include "preview1.h"

/* For an answer's status; WASI_SUCCESS for CAIRN_STATUS_OK. */
enum wasi_error errors_of_status(uint32_t status);

/* For an answer, and how decoding it went: the result can be used where it is WASI_SUCCESS. */
static inline enum wasi_error errors_of_answer(const struct call_answer *answer,
					       enum wire_status decoded)
{
	if (answer->status != 0)
		return errors_of_status(answer->status);
	return decoded == WIRE_OK ? WASI_SUCCESS : WASI_EPROTO;
}

enum wasi_error errors_of_terminal(enum terminal_error error);
enum wasi_error errors_of_files(enum files_error error);
enum wasi_error errors_of_tcp(enum tcp_error error);

/* For results of type result<_, error>. */
static inline enum wasi_error errors_of_nothing(const struct call_answer *answer)
{
	struct files_nothing_or_error result;
	enum wasi_error error =
	    errors_of_answer(answer, files_sync_answer_decode(answer->body, answer->size, &result));
	return error == WASI_SUCCESS && result.is_error ? errors_of_files(result.error) : error;
}

#endif
