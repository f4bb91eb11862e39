/*
 * fd_rights: what may be done by way of a descriptor, as preview 1 has it: a set that a program can
 * only make smaller, and one that limits what is opened below a directory. The user's decisions are
 * another matter: whoever handles `files` asks for those.
 */
#ifndef WASI_FD_RIGHTS_H
#define WASI_FD_RIGHTS_H

#include <stdint.h>

#include "preview1.h"

#define RIGHTS_FILE                                                                                \
	((uint64_t)WASI_RIGHTS_FD_DATASYNC | WASI_RIGHTS_FD_READ | WASI_RIGHTS_FD_SEEK |           \
	 WASI_RIGHTS_FD_FDSTAT_SET_FLAGS | WASI_RIGHTS_FD_SYNC | WASI_RIGHTS_FD_TELL |             \
	 WASI_RIGHTS_FD_WRITE | WASI_RIGHTS_FD_ADVISE | WASI_RIGHTS_FD_ALLOCATE |                  \
	 WASI_RIGHTS_FD_FILESTAT_GET | WASI_RIGHTS_FD_FILESTAT_SET_SIZE |                          \
	 WASI_RIGHTS_FD_FILESTAT_SET_TIMES | WASI_RIGHTS_POLL_FD_READWRITE)

#define RIGHTS_DIRECTORY                                                                           \
	((uint64_t)WASI_RIGHTS_FD_DATASYNC | WASI_RIGHTS_FD_FDSTAT_SET_FLAGS |                     \
	 WASI_RIGHTS_FD_SYNC | WASI_RIGHTS_PATH_CREATE_DIRECTORY | WASI_RIGHTS_PATH_CREATE_FILE |  \
	 WASI_RIGHTS_PATH_LINK_SOURCE | WASI_RIGHTS_PATH_LINK_TARGET | WASI_RIGHTS_PATH_OPEN |     \
	 WASI_RIGHTS_FD_READDIR | WASI_RIGHTS_PATH_READLINK | WASI_RIGHTS_PATH_RENAME_SOURCE |     \
	 WASI_RIGHTS_PATH_RENAME_TARGET | WASI_RIGHTS_PATH_FILESTAT_GET |                          \
	 WASI_RIGHTS_PATH_FILESTAT_SET_SIZE | WASI_RIGHTS_PATH_FILESTAT_SET_TIMES |                \
	 WASI_RIGHTS_FD_FILESTAT_GET | WASI_RIGHTS_FD_FILESTAT_SET_TIMES |                         \
	 WASI_RIGHTS_PATH_SYMLINK | WASI_RIGHTS_PATH_REMOVE_DIRECTORY |                            \
	 WASI_RIGHTS_PATH_UNLINK_FILE)

#define RIGHTS_BELOW_DIRECTORY (RIGHTS_FILE | RIGHTS_DIRECTORY)

/* A character device that can neither seek nor tell is taken for a terminal. */
#define RIGHTS_STREAM                                                                              \
	((uint64_t)WASI_RIGHTS_FD_FDSTAT_SET_FLAGS | WASI_RIGHTS_FD_FILESTAT_GET |                 \
	 WASI_RIGHTS_POLL_FD_READWRITE)
#define RIGHTS_STREAM_IN  (RIGHTS_STREAM | WASI_RIGHTS_FD_READ)
#define RIGHTS_STREAM_OUT (RIGHTS_STREAM | WASI_RIGHTS_FD_WRITE)

#define RIGHTS_CONNECTION                                                                          \
	(RIGHTS_STREAM | WASI_RIGHTS_FD_READ | WASI_RIGHTS_FD_WRITE | WASI_RIGHTS_SOCK_SHUTDOWN)
#define RIGHTS_LISTENER                                                                            \
	((uint64_t)WASI_RIGHTS_FD_FDSTAT_SET_FLAGS | WASI_RIGHTS_FD_FILESTAT_GET |                 \
	 WASI_RIGHTS_POLL_FD_READWRITE | WASI_RIGHTS_SOCK_ACCEPT)

#endif
