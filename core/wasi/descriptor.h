/*
 * descriptor: what the numbers of a process stand for. 0, 1 and 2 are the standard streams of
 * `terminal`; behind them come what was opened in advance (preopen.h) and what the program opens.
 * The table is the process's record (call.h): made by the first function that needs it, made longer
 * when it is full, and shared by the process's threads.
 */
#ifndef WASI_DESCRIPTOR_H
#define WASI_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "preview1.h"
#include "fd_rights.h"

/* As many as a handler of files gives, and some for sockets and streams. */
enum { DESCRIPTORS_MAX = 8192, DESCRIPTORS_STANDARD = 3 };

enum descriptor_kind {
	DESCRIPTOR_CLOSED,
	DESCRIPTOR_STREAM, /* `handle` is terminal's number of it */
	DESCRIPTOR_FILE,   /* a handle of `files`, of anything but a directory */
	DESCRIPTOR_DIRECTORY,
	DESCRIPTOR_LISTENER, /* a handle of `tcp` */
	DESCRIPTOR_CONNECTION
};

struct descriptor {
	uint8_t kind;
	uint8_t filetype;    /* WASI_FILETYPE_*; not of a stream, which is asked about */
	uint16_t flags;      /* WASI_FDFLAGS_* */
	bool is_preopen;     /* it was there before the program began */
	bool has_told_flags; /* the program has asked for its flags, or set them */
	bool is_known_ready; /* a poll told so, and nothing was read since */
	bool is_lost;        /* a handle of `files` that its handler took with it */
	uint64_t handle;
	/* Of a file; a listener: the next connection, accepted already, or 0; a directory that was
	 * there before: which root it is. */
	uint64_t offset;
	uint64_t rights;
	uint64_t inheriting;
};

/* EBADF where there is none, ESTALE where it is lost, ENOMEM. Valid until a descriptor is added or
 * the host function returns. */
must_check enum wasi_error descriptor_find(struct thread *thread, uint32_t number,
					   struct descriptor **out);

/* The same, of something that functions of files can be used on with these rights, and if not, what
 * it is instead: ESPIPE or what `of_stream` says for a stream, ENOTSOCK... EISDIR for a directory;
 * ENOTCAPABLE, or EBADF where reading or writing is not among its rights. */
must_check enum wasi_error descriptor_find_file(struct thread *thread, uint32_t number,
						uint64_t rights, enum wasi_error of_stream,
						struct descriptor **out);
/* ENOTDIR, ENOTCAPABLE. */
must_check enum wasi_error descriptor_find_directory(struct thread *thread, uint32_t number,
						     uint64_t rights, struct descriptor **out);

/* Whether all of these are among its rights: WASI_SUCCESS, ENOTCAPABLE, EBADF. */
must_check enum wasi_error descriptor_check_rights(const struct descriptor *descriptor,
						   uint64_t rights);

/* Whether so many more can be added now without an error. EMFILE, ENOMEM. */
must_check enum wasi_error descriptor_reserve(struct thread *thread);

/* Gives it the lowest free number. EMFILE, ENOMEM. */
must_check enum wasi_error descriptor_add(struct thread *thread,
					  const struct descriptor *descriptor, uint32_t *number);

/* The same descriptor as when the call began: it is still open, and stands for the same. NULL where
 * another thread of the program closed it. */
struct descriptor *descriptor_again(struct thread *thread, uint32_t number, uint64_t handle);

/* Whether what was opened in advance is among the descriptors, and that it is from now on. */
must_check bool descriptor_has_preopens(struct thread *thread);
void descriptor_set_preopens(struct thread *thread);

/*
 * When another handler of `files` has taken over, all handles are lost: files and directories that
 * the program opened are stale from then on, and roots until they are asked for again. Where a
 * handler has ended, only the next message tells whether that is so: the roots are asked for before
 * a function that has to do with a file or directory goes on.
 */
void descriptor_lose_files(struct thread *thread);
void descriptor_doubt_roots(struct thread *thread);
must_check bool descriptor_is_in_doubt(struct thread *thread, uint32_t number);
void descriptor_set_roots(struct thread *thread);

/* A lost root, by what `offset` says, has a handle again. */
void descriptor_restore_root(struct thread *thread, uint64_t root, uint64_t handle);

/* How often handles were lost. */
uint32_t descriptor_files_generation(struct thread *thread);

/* Tells whoever handles what it stands for that it is closed. */
void descriptor_release(struct thread *thread, const struct descriptor *descriptor);

#endif
