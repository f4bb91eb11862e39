#include "files_path.h"

#include <errno.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Somebody renames what the path goes through, all the time: this often it is tried again. */
enum { RACES_MAX = 64 };

/* New files and directories are as open as the user's umask has them. */
enum { FILE_MODE = 0666, DIRECTORY_MODE = 0777 };

static int own_errno(int result)
{
	return result < 0 ? -errno : result;
}

/* ---- Resolving ---- */

int files_path_open(int directory, const char *path, int flags, bool is_cached)
{
	struct open_how how = {
	    .flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
	    .mode = flags & O_CREAT ? FILE_MODE : 0,
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | (is_cached ? RESOLVE_CACHED : 0),
	};
	int result = -EAGAIN;
	for (int i = 0; i < RACES_MAX && (result == -EAGAIN || result == -EINTR); i++) {
		result = own_errno((int)syscall(SYS_openat2, directory, path, &how, sizeof how));
		if (is_cached)
			break;
	}
	return result == -EXDEV ? -EPERM : result;
}

/* Where a name is made or removed: the directory that has it, and the name. */
struct place {
	int directory;
	char name[NAME_MAX + 3]; /* with a slash at the end if the path has one */
};

static bool is_dots(const char *name, size_t size)
{
	return (size == 1 && name[0] == '.') || (size == 2 && name[0] == '.' && name[1] == '.');
}

/*
 * A slash at the end stays: it says that a directory is meant. `.` and `..` are no names that could
 * be made, moved or removed.
 */
static int find_place(int directory, const char *path, struct place *out)
{
	size_t end = strlen(path);
	bool has_slash = end > 0 && path[end - 1] == '/';
	while (end > 0 && path[end - 1] == '/')
		end--;
	size_t start = end;
	while (start > 0 && path[start - 1] != '/')
		start--;
	if (end - start > NAME_MAX)
		return -ENAMETOOLONG;
	if (start == end || is_dots(path + start, end - start))
		return -EINVAL;
	char parent[PATH_MAX];
	memcpy(parent, path, start);
	parent[start] = '\0';
	memcpy(out->name, path + start, end - start);
	strcpy(out->name + (end - start), has_slash ? "/" : "");
	int found =
	    files_path_open(directory, start == 0 ? "." : parent, O_PATH | O_DIRECTORY, false);
	if (found < 0)
		return found;
	out->directory = found;
	return 0;
}

/* Finds what a path leads to, without opening it. */
static int find(int directory, const char *path, bool follow)
{
	return files_path_open(directory, path, O_PATH | (follow ? 0 : O_NOFOLLOW), false);
}

/* ---- Looking ---- */

int files_path_describe_open(int file, struct statx *out)
{
	return own_errno(statx(file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, out));
}

int files_path_describe(int directory, const char *path, bool follow, struct statx *out)
{
	int found = find(directory, path, follow);
	if (found < 0)
		return found;
	int result = files_path_describe_open(found, out);
	close(found);
	return result;
}

int files_path_read_link(int directory, const char *path, char *out, uint32_t size)
{
	int found = find(directory, path, false);
	if (found < 0)
		return found;
	int result = own_errno((int)readlinkat(found, "", out, size));
	close(found);
	/* What the host says of something that is no link. */
	return result == -ENOENT ? -EINVAL : result;
}

int files_path_set_times(int directory, const char *path, bool follow,
			 const struct timespec times[2])
{
	int found = find(directory, path, follow);
	if (found < 0)
		return found;
	int result = own_errno(utimensat(found, "", times, AT_EMPTY_PATH));
	close(found);
	return result;
}

/* ---- Making and removing names ---- */

int files_path_create_directory(int directory, const char *path)
{
	struct place place;
	int result = find_place(directory, path, &place);
	if (result < 0)
		return result == -EINVAL ? -EEXIST : result;
	result = own_errno(mkdirat(place.directory, place.name, DIRECTORY_MODE));
	close(place.directory);
	return result;
}

int files_path_remove(int directory, const char *path, bool is_directory)
{
	struct place place;
	int result = find_place(directory, path, &place);
	if (result < 0)
		return result;
	result = own_errno(unlinkat(place.directory, place.name, is_directory ? AT_REMOVEDIR : 0));
	close(place.directory);
	return result;
}

int files_path_symbolic_link(const char *target, int directory, const char *path)
{
	struct place place;
	int result = find_place(directory, path, &place);
	if (result < 0)
		return result == -EINVAL ? -EEXIST : result;
	result = own_errno(symlinkat(target, place.directory, place.name));
	close(place.directory);
	return result;
}

int files_path_rename(const struct files_path_pair *pair)
{
	struct place from;
	struct place to;
	int result = find_place(pair->old_directory, pair->old_path, &from);
	if (result < 0)
		return result;
	result = find_place(pair->new_directory, pair->new_path, &to);
	if (result == 0) {
		result = own_errno(renameat(from.directory, from.name, to.directory, to.name));
		close(to.directory);
	}
	close(from.directory);
	return result;
}

/*
 * What is to get a further name is found first, and named by its descriptor then: the host would
 * follow a link at the end of a path that has a slash behind it.
 */
int files_path_link(const struct files_path_pair *pair, bool follow)
{
	int found = find(pair->old_directory, pair->old_path, follow);
	if (found < 0)
		return found;
	struct place to;
	int result = find_place(pair->new_directory, pair->new_path, &to);
	if (result == 0) {
		char name[32];
		snprintf(name, sizeof name, "/proc/self/fd/%d", found);
		result =
		    own_errno(linkat(AT_FDCWD, name, to.directory, to.name, AT_SYMLINK_FOLLOW));
		close(to.directory);
	} else if (result == -EINVAL) {
		result = -EEXIST;
	}
	close(found);
	return result;
}
