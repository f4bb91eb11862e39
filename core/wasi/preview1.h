/*
 * preview1: the numbers and layouts of wasi_snapshot_preview1 (its witx definition) that the
 * translation uses. All integers in a program's memory are little-endian; pointers are 32 bits.
 */
#ifndef WASI_PREVIEW1_H
#define WASI_PREVIEW1_H

enum wasi_error {
	WASI_SUCCESS = 0,
	WASI_EACCES = 2,
	WASI_EAGAIN = 6,
	WASI_EBADF = 8,
	WASI_EFAULT = 21,
	WASI_EINVAL = 28,
	WASI_EIO = 29,
	WASI_ENOMEM = 48,
	WASI_ENOSYS = 52,
	WASI_ENOTDIR = 54,
	WASI_ENOTSOCK = 57,
	WASI_ENOTSUP = 58,
	WASI_EOVERFLOW = 61,
	WASI_EPIPE = 64,
	WASI_EPROTO = 65,
	WASI_ESPIPE = 70
};

enum wasi_clock {
	WASI_CLOCK_REALTIME = 0,
	WASI_CLOCK_MONOTONIC = 1,
	WASI_CLOCK_PROCESS_CPU = 2,
	WASI_CLOCK_THREAD_CPU = 3
};

enum wasi_filetype { WASI_FILETYPE_UNKNOWN = 0, WASI_FILETYPE_CHARACTER_DEVICE = 2 };

enum wasi_descriptor_flags {
	WASI_FDFLAGS_APPEND = 1 << 0,
	WASI_FDFLAGS_DSYNC = 1 << 1,
	WASI_FDFLAGS_NONBLOCK = 1 << 2,
	WASI_FDFLAGS_RSYNC = 1 << 3,
	WASI_FDFLAGS_SYNC = 1 << 4,
	WASI_FDFLAGS_ALL = (1 << 5) - 1
};

enum wasi_rights {
	WASI_RIGHTS_FD_READ = 1 << 1,
	WASI_RIGHTS_FD_FDSTAT_SET_FLAGS = 1 << 3,
	WASI_RIGHTS_FD_WRITE = 1 << 6,
	WASI_RIGHTS_FD_FILESTAT_GET = 1 << 21,
	WASI_RIGHTS_POLL_FD_READWRITE = 1 << 27
};

/* iovec and ciovec: the address and the size of a buffer */
enum { WASI_IOVEC_BYTES = 8, WASI_IOVEC_ADDRESS = 0, WASI_IOVEC_SIZE = 4 };

/* fdstat */
enum {
	WASI_FDSTAT_BYTES = 24,
	WASI_FDSTAT_FILETYPE = 0,
	WASI_FDSTAT_FLAGS = 2,
	WASI_FDSTAT_RIGHTS = 8
};

/* filestat */
enum { WASI_FILESTAT_BYTES = 64, WASI_FILESTAT_FILETYPE = 16, WASI_FILESTAT_LINKS = 24 };

/* subscription */
enum {
	WASI_SUBSCRIPTION_BYTES = 48,
	WASI_SUBSCRIPTION_USERDATA = 0,
	WASI_SUBSCRIPTION_TYPE = 8,
	WASI_SUBSCRIPTION_DESCRIPTOR = 16,
	WASI_SUBSCRIPTION_CLOCK = 16,
	WASI_SUBSCRIPTION_TIMEOUT = 24,
	WASI_SUBSCRIPTION_CLOCK_FLAGS = 40
};

enum wasi_event_type { WASI_EVENT_CLOCK = 0, WASI_EVENT_FD_READ = 1, WASI_EVENT_FD_WRITE = 2 };

/* A clock subscription's timeout is a time of that clock, not a span from now. */
enum { WASI_CLOCK_ABSOLUTE = 1 << 0 };

/* event */
enum { WASI_EVENT_BYTES = 32, WASI_EVENT_USERDATA = 0, WASI_EVENT_ERROR = 8, WASI_EVENT_TYPE = 10 };

#endif
