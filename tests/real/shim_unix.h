/*
 * shim_unix: the same for programs that know users, processes and locks. There is one user, who is
 * nobody in particular; a process has no children; and a lock is had at once, since nobody else
 * opens the file.
 */
#ifndef REAL_SHIM_UNIX_H
#define REAL_SHIM_UNIX_H

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim.h"

#include <signal.h>

#ifndef SIG_BLOCK
#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2
#define SA_RESTART  0

struct sigaction {
	void (*sa_handler)(int number);
	sigset_t sa_mask;
	int sa_flags;
};

/* No signal comes by itself. */
static inline int sigaction(int number, const struct sigaction *new, struct sigaction *old)
{
	if (old != NULL)
		*old = (struct sigaction){.sa_handler = SIG_DFL};
	if (new != NULL)
		signal(number, new->sa_handler);
	return 0;
}

static inline int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	(void)how;
	(void)set;
	(void)old;
	return 0;
}

static inline int sigemptyset(sigset_t *set)
{
	(void)set;
	return 0;
}

static inline int sigfillset(sigset_t *set)
{
	(void)set;
	return 0;
}

static inline unsigned alarm(unsigned seconds)
{
	(void)seconds;
	return 0;
}

static inline int sigaddset(sigset_t *set, int number)
{
	(void)set;
	(void)number;
	return 0;
}
#endif

#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define F_GETLK 5
#define F_SETLK 6

static inline uid_t geteuid(void)
{
	return 1000;
}

static inline int chmod(const char *path, mode_t mode)
{
	(void)path;
	(void)mode;
	errno = ENOSYS;
	return -1;
}

/* The mode of a file is what it is: a program that goes on with a warning would end with its code.
 */
static inline int shim_fchmod(int descriptor, mode_t mode)
{
	(void)descriptor;
	(void)mode;
	return 0;
}
#define fchmod shim_fchmod

static inline int chown(const char *path, uid_t owner, gid_t group)
{
	(void)path;
	(void)owner;
	(void)group;
	errno = ENOSYS;
	return -1;
}

static inline mode_t umask(mode_t mask)
{
	(void)mask;
	return 022;
}

/* Good enough for paths that nobody compares. */
static inline char *realpath(const char *path, char *resolved)
{
	return resolved != NULL ? strcpy(resolved, path) : strdup(path);
}

static inline char *mktemp(char *pattern)
{
	return pattern;
}

/* A pipe of a process to itself, which says that a signal came: none does. */
enum { SHIM_PIPE = 100000 };

static inline int pipe(int ends[2])
{
	ends[0] = SHIM_PIPE;
	ends[1] = SHIM_PIPE + 1;
	return 0;
}

static inline int shim_fcntl(int descriptor, int command, ...)
{
	if (descriptor >= SHIM_PIPE)
		return 0;
	va_list arguments;
	va_start(arguments, command);
	struct flock *lock = va_arg(arguments, struct flock *);
	va_end(arguments);
	if (command == F_SETLK)
		return 0;
	if (command != F_GETLK)
		return fcntl(descriptor, command, (int)(size_t)lock);
	lock->l_type = F_UNLCK;
	return 0;
}
#define fcntl shim_fcntl

#endif
