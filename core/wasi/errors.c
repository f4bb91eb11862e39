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

enum wasi_error errors_of_terminal(uint8_t error)
{
	enum { UNKNOWN_STREAM, CLOSED, FAILED };
	static const uint8_t errors[] = {
	    [UNKNOWN_STREAM] = WASI_EBADF,
	    [CLOSED] = WASI_EPIPE,
	    [FAILED] = WASI_EIO,
	};
	return error < sizeof(errors) ? (enum wasi_error)errors[error] : WASI_EPROTO;
}
