#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

enum {
	FILE_BYTES_MAX = 1024 * 1024, /* then it becomes NAME.log.1 */
	FILES_MAX = 512,
	NAME_BYTES = CID_TEXT_BYTES + 8
};

struct journal {
	int file; /* of the last program that logged, or -1 */
	char name[NAME_BYTES];
	char folder[STORE_HOME_BYTES + 8];
};

struct journal *journal_create(const char *home)
{
	struct journal *journal = calloc(1, sizeof *journal);
	if (journal == NULL)
		return NULL;
	journal->file = -1;
	snprintf(journal->folder, sizeof journal->folder, "%s/logs", home);
	return journal;
}

static void close_file(struct journal *journal)
{
	if (journal->file >= 0)
		close(journal->file);
	journal->file = -1;
}

void journal_destroy(struct journal *journal)
{
	if (journal == NULL)
		return;
	close_file(journal);
	free(journal);
}

/* Removes the file that was written to longest ago, if there are too many. */
static void bound_files(int folder)
{
	DIR *entries = fdopendir(dup(folder));
	struct timespec oldest = {0};
	char name[NAME_MAX + 1] = "";
	int count = 0;
	if (entries == NULL)
		return;
	rewinddir(entries);
	for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
		struct stat about;
		if (entry->d_name[0] == '.' ||
		    fstatat(folder, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		count++;
		if (name[0] == '\0' || about.st_mtim.tv_sec < oldest.tv_sec) {
			oldest = about.st_mtim;
			strcpy(name, entry->d_name);
		}
	}
	closedir(entries);
	if (count > FILES_MAX)
		unlinkat(folder, name, 0);
}

static int open_folder(const struct journal *journal)
{
	int folder = open(journal->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 && errno == ENOENT && mkdir(journal->folder, 0700) == 0)
		folder = open(journal->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder;
}

static void open_file(struct journal *journal, const char *name)
{
	char file[NAME_BYTES + 8];
	struct stat about;
	close_file(journal);
	int folder = open_folder(journal);
	if (folder < 0)
		return;
	snprintf(file, sizeof file, "%s.log", name);
	bool is_new = fstatat(folder, file, &about, 0) != 0;
	journal->file =
	    openat(folder, file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (is_new)
		bound_files(folder);
	close(folder);
	snprintf(journal->name, sizeof journal->name, "%s", name);
}

static void rotate(struct journal *journal)
{
	char from[sizeof journal->folder + sizeof journal->name + 8];
	char to[sizeof from + 2];
	snprintf(from, sizeof from, "%s/%s.log", journal->folder, journal->name);
	snprintf(to, sizeof to, "%s.1", from);
	rename(from, to);
	open_file(journal, journal->name);
}

static int write_head(char *out, size_t size, enum port_log_level level)
{
	static const char *const levels[] = {[PORT_LOG_DEBUG] = "debug",
					     [PORT_LOG_INFO] = "info",
					     [PORT_LOG_WARNING] = "warning",
					     [PORT_LOG_ERROR] = "error"};
	uint64_t now_ns = port_wall_ns();
	time_t seconds = (time_t)(now_ns / 1000000000u);
	struct tm when;
	char date[32];
	gmtime_r(&seconds, &when);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &when);
	return snprintf(out, size, "%s.%03uZ %s ", date, (unsigned)(now_ns / 1000000u % 1000u),
			levels[level]);
}

void journal_write(struct journal *journal, const struct cid *program, enum port_log_level level,
		   const char *text, size_t size)
{
	char name[CID_TEXT_BYTES] = "node";
	char head[64];
	struct stat about;
	if (program != NULL)
		cid_to_text(program, name);
	if (journal->file < 0 || strcmp(name, journal->name) != 0)
		open_file(journal, name);
	if (journal->file < 0)
		return;
	if (fstat(journal->file, &about) == 0 && about.st_size > FILE_BYTES_MAX)
		rotate(journal);
	struct iovec parts[] = {
	    {.iov_base = head, .iov_len = (size_t)write_head(head, sizeof head, level)},
	    {.iov_base = (void *)text, .iov_len = size},
	    {.iov_base = (void *)"\n", .iov_len = 1},
	};
	if (journal->file >= 0 && writev(journal->file, parts, 3) < 0)
		close_file(journal);
}
