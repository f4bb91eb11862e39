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

enum wasi_error errors_of_files(enum files_error error)
{
	static const uint8_t errors[] = {
	    [FILES_ERROR_NO_SUCH_HANDLE] = WASI_EBADF,
	    [FILES_ERROR_NOT_FOUND] = WASI_ENOENT,
	    [FILES_ERROR_EXISTS] = WASI_EEXIST,
	    [FILES_ERROR_NOT_PERMITTED] = WASI_EPERM,
	    [FILES_ERROR_NOT_A_DIRECTORY] = WASI_ENOTDIR,
	    [FILES_ERROR_IS_A_DIRECTORY] = WASI_EISDIR,
	    [FILES_ERROR_NOT_EMPTY] = WASI_ENOTEMPTY,
	    [FILES_ERROR_INVALID] = WASI_EINVAL,
	    [FILES_ERROR_NAME_TOO_LONG] = WASI_ENAMETOOLONG,
	    [FILES_ERROR_LOOP] = WASI_ELOOP,
	    [FILES_ERROR_CROSS_DEVICE] = WASI_EXDEV,
	    [FILES_ERROR_READ_ONLY] = WASI_EROFS,
	    [FILES_ERROR_NO_SPACE] = WASI_ENOSPC,
	    [FILES_ERROR_QUOTA] = WASI_EDQUOT,
	    [FILES_ERROR_TOO_LARGE] = WASI_EFBIG,
	    [FILES_ERROR_BUSY] = WASI_EBUSY,
	    [FILES_ERROR_NO_OFFSETS] = WASI_ESPIPE,
	    [FILES_ERROR_NOT_SUPPORTED] = WASI_ENOTSUP,
	    [FILES_ERROR_LIMIT] = WASI_EMFILE,
	    [FILES_ERROR_INPUT_OUTPUT] = WASI_EIO,
	};
	return (enum wasi_error)errors[error];
}

enum wasi_error errors_of_tcp(enum tcp_error error)
{
	static const uint8_t errors[] = {
	    [TCP_ERROR_DENIED] = WASI_EACCES,
	    [TCP_ERROR_NO_SUCH_HANDLE] = WASI_EBADF,
	    [TCP_ERROR_REFUSED] = WASI_ECONNREFUSED,
	    [TCP_ERROR_UNREACHABLE] = WASI_EHOSTUNREACH,
	    [TCP_ERROR_TIMED_OUT] = WASI_ETIMEDOUT,
	    [TCP_ERROR_RESET] = WASI_ECONNRESET,
	    [TCP_ERROR_CLOSED] = WASI_EPIPE,
	    [TCP_ERROR_ADDRESS_IN_USE] = WASI_EADDRINUSE,
	    [TCP_ERROR_ADDRESS_NOT_AVAILABLE] = WASI_EADDRNOTAVAIL,
	    [TCP_ERROR_NAME_NOT_FOUND] = WASI_ENOENT,
	    [TCP_ERROR_LIMIT] = WASI_EMFILE,
	    [TCP_ERROR_FAILED] = WASI_EIO,
	};
	return (enum wasi_error)errors[error];
}
