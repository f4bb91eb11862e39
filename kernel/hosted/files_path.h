/*
 * files_path: system calls below an open directory. No path leads out of it, neither by `..` nor by
 * a link, nor while somebody renames what it goes through: openat2 with RESOLVE_BENEATH resolves
 * all but the last part of a path, and the last part is a plain name in the directory that was
 * found.
 *
 * Paths are relative and end with a zero. Every function blocks, and returns a number of its own
 * or a negative errno; -EPERM is also a path that would lead out. Called from any thread.
 */
#ifndef HOSTED_FILES_PATH_H
#define HOSTED_FILES_PATH_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* The descriptor. `flags` are those of open(2); `is_cached`: -EAGAIN where it would block. */
int files_path_open(int directory, const char *path, int flags, bool is_cached);

int files_path_describe(int directory, const char *path, bool follow, struct statx *out);
int files_path_create_directory(int directory, const char *path);
int files_path_remove(int directory, const char *path, bool is_directory);
int files_path_symbolic_link(const char *target, int directory, const char *path);
int files_path_set_times(int directory, const char *path, bool follow,
			 const struct timespec times[2]);

/* How many bytes the link has, of which `size` at most were written. */
int files_path_read_link(int directory, const char *path, char *out, uint32_t size);

/* A path of two: below different directories, perhaps. */
struct files_path_pair {
	int old_directory;
	const char *old_path;
	int new_directory;
	const char *new_path;
};
int files_path_rename(const struct files_path_pair *pair);
int files_path_link(const struct files_path_pair *pair, bool follow);

/* What statx tells of what is open, or what an O_PATH descriptor stands for. */
int files_path_describe_open(int file, struct statx *out);

#endif
