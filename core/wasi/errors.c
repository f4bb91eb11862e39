#include "errors.h"

#include <cairn/abi.h>

enum wasi_error errors_of_status(uint32_t status)
{
	static const uint8_t errors[] = {
	    [CAIRN_STATUS_OK] = WASI_SUCCESS,        [CAIRN_STATUS_REFUSED] = WASI_ENOTSUP,
	    [CAIRN_STATUS_DENIED] = WASI_EACCES,     [CAIRN_STATUS_NO_HANDLER] = WASI_ENOSYS,
	    [CAIRN_STATUS_HANDLER_ENDED] = WASI_EIO, [CAIRN_STATUS_HANDLER_CHANGED] = WASI_EIO,
	    [CAIRN_STATUS_LIMIT] = WASI_ENOMEM,
	};
	return status < sizeof(errors) ? (enum wasi_error)errors[status] : WASI_EIO;
}

enum wasi_error errors_of_terminal(enum terminal_error error)
{
	static const uint8_t errors[] = {
	    [TERMINAL_ERROR_UNKNOWN_STREAM] = WASI_EBADF,
	    [TERMINAL_ERROR_CLOSED] = WASI_EPIPE,
	    [TERMINAL_ERROR_FAILED] = WASI_EIO,
	    [TERMINAL_ERROR_NOT_POSSIBLE] = WASI_EBADF,
	};
	return (enum wasi_error)errors[error];
}
