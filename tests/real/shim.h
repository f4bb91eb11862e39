/*
 * shim: what wasi-libc lacks of POSIX, for programs that were written for Unix (-include
 * tests/real/ shim.h). Signals are its own emulation: handlers are kept, and only raise() calls
 * one. Owners and modes of files do not exist, so to change them fails.
 */
#ifndef REAL_SHIM_H
#define REAL_SHIM_H

#define _WASI_EMULATED_SIGNAL
#define _WASI_EMULATED_PROCESS_CLOCKS
#define _WASI_EMULATED_GETPID

#include <errno.h>
#include <sys/types.h>

static inline int fchmod(int descriptor, mode_t mode)
{
	(void)descriptor;
	(void)mode;
	errno = ENOSYS;
	return -1;
}

static inline int fchown(int descriptor, uid_t owner, gid_t group)
{
	(void)descriptor;
	(void)owner;
	(void)group;
	errno = ENOSYS;
	return -1;
}

#endif
