/*
 * What a C program does with files, told line by line; the same under Node's WASI. `files judged`
 * does what Node does not: it judges itself.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void told(const char *what, long long outcome)
{
	printf("%s: %lld%s%s\n", what, outcome, outcome < 0 ? ", " : "",
	       outcome < 0 ? strerror(errno) : "");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Node tells no `.` and `..`. */
static void list(const char *path, int with_dots)
{
	DIR *directory = opendir(path);
	char *names[64];
	int count = 0;
	if (directory == NULL) {
		told(path, -1);
		return;
	}
	for (struct dirent *entry; (entry = readdir(directory)) != NULL && count < 64;)
		if (with_dots || entry->d_name[0] != '.')
			names[count++] = strdup(entry->d_name);
	closedir(directory);
	qsort(names, (size_t)count, sizeof names[0], by_name);
	printf("%s:", path);
	for (int i = 0; i < count; i++)
		printf(" %s", names[i]);
	printf("\n");
}

static void streams(void)
{
	FILE *file = fopen("work/lines", "w+");
	for (int i = 0; i < 1000; i++)
		fprintf(file, "line %d\n", i);
	told("written", ftell(file));
	told("back", fseek(file, 7 * 10, SEEK_SET));
	char line[32];
	printf("read: %s", fgets(line, sizeof line, file));
	told("end", fseek(file, 0, SEEK_END));
	told("size", ftell(file));
	fclose(file);
	file = fopen("work/lines", "a");
	fprintf(file, "appended\n");
	fclose(file);
	struct stat about;
	told("stat", stat("work/lines", &about));
	told("size", about.st_size);
	told("regular", S_ISREG(about.st_mode));
	told("truncate", truncate("work/lines", 11));
	told("stat", stat("work/lines", &about));
	told("size", about.st_size);
}

static void positions(void)
{
	int file = open("work/positions", O_CREAT | O_RDWR | O_TRUNC, 0666);
	char text[16] = {0};
	told("pwrite", pwrite(file, "0123456789", 10, 5));
	told("pread", pread(file, text, 4, 7));
	printf("text: %s\n", text);
	told("offset", lseek(file, 0, SEEK_CUR));
	told("seek", lseek(file, -3, SEEK_END));
	told("read", read(file, text, 10));
	told("before the start", lseek(file, -1, SEEK_SET));
	told("sync", fsync(file));
	told("ftruncate", ftruncate(file, 3));
	told("read behind the end", read(file, text, 10));
	told("close", close(file));
	told("close again", close(file));
}

static void names(void)
{
	told("mkdir", mkdir("work/folder", 0777));
	told("mkdir again", mkdir("work/folder", 0777));
	told("rename", rename("work/positions", "work/folder/moved"));
	told("link", link("work/folder/moved", "work/folder/twice"));
	told("symlink", symlink("moved", "work/folder/link"));
	char target[32] = {0};
	told("readlink", readlink("work/folder/link", target, sizeof target));
	printf("target: %s\n", target);
	list("work/folder", 0);
	told("rmdir", rmdir("work/folder"));
	told("unlink", unlink("work/folder/moved"));
	told("unlink", unlink("work/folder/twice"));
	told("unlink", unlink("work/folder/link"));
	told("rmdir", rmdir("work/folder"));
	told("missing", open("work/missing", O_RDONLY));
	told("exclusive", open("work/lines", O_CREAT | O_EXCL | O_WRONLY, 0666));
	told("not a folder", open("work/lines/x", O_RDONLY));
	list("work", 0);
}

static int is_wrong;

static void judge(const char *sentence, int is_true)
{
	printf("%s: %s\n", sentence, is_true ? "yes" : "no");
	is_wrong |= !is_true;
}

static int fails(int outcome, int error)
{
	return outcome < 0 && errno == error;
}

static void judged(void)
{
	int reader = open("work/lines", O_RDONLY);
	int writer = open("work/lines", O_WRONLY | O_APPEND);
	char text[32];
	judge("a file for reading is not written", fails((int)write(reader, "x", 1), EBADF));
	judge("a file for writing is not read", fails((int)read(writer, text, 1), EBADF));
	judge("appending moves the offset",
	      write(writer, "xy", 2) == 2 && lseek(writer, 0, SEEK_CUR) == 13);
	judge("appending is turned off",
	      fcntl(writer, F_SETFL, 0) == 0 && pwrite(writer, "L", 1, 0) == 1 &&
		  pread(reader, text, 4, 0) == 4 && memcmp(text, "Line", 4) == 0);
	judge("a folder is not read", fails((int)read(open("work", O_RDONLY), text, 1), EISDIR));
	judge("a folder is not written", fails(open("work", O_RDWR), EISDIR));
	judge("no path leads out",
	      fails(open("work/../../outside", O_RDONLY), EPERM) || errno == ENOENT);
	judge("what is read only is not changed", fails(open("read-only/file", O_WRONLY), EPERM) &&
						      fails(mkdir("read-only/made", 0777), EPERM) &&
						      fails(unlink("read-only/file"), EPERM));
	judge("what is read only is read", open("read-only/file", O_RDONLY) >= 0);
	judge("two roots are not linked", fails(link("read-only/file", "work/linked"), EPERM));
	char *huge = malloc(100001);
	memset(huge, 'a', 100000);
	memcpy(huge, "work/", 5);
	huge[100000] = '\0';
	judge("a path of 100,000 bytes is too long", fails(open(huge, O_RDONLY), ENAMETOOLONG));
	judge("a loop of links is told", symlink("loop", "work/loop") == 0 &&
					     fails(open("work/loop", O_RDONLY), ELOOP) &&
					     unlink("work/loop") == 0);
	judge("no link to an absolute path is made", symlink("/etc", "work/absolute") < 0);
}

/* Opens what it can, and says how many that were. */
static void exhaust(void)
{
	int count = 0;
	int refused = 0;
	for (int i = 0; i < 100000; i++) {
		if (open("work/lines", O_RDONLY) >= 0)
			count++;
		else
			refused += errno == EMFILE;
	}
	judge("many files can be open", count >= 500);
	judge("and no more than that", count + refused == 100000 && refused > 0);
}

static void fill(void)
{
	FILE *file = fopen("small/filled", "w");
	static char block[65536];
	int error = 0;
	for (int i = 0; i < 1000 && error == 0; i++)
		if (fwrite(block, 1, sizeof block, file) != sizeof block || fflush(file) != 0)
			error = errno;
	judge("a full disk is told", error == ENOSPC);
}

int main(int count, char **arguments)
{
	const char *part = count > 1 ? arguments[1] : "";
	if (strcmp(part, "judged") == 0) {
		judged();
	} else if (strcmp(part, "exhaust") == 0) {
		exhaust();
	} else if (strcmp(part, "fill") == 0) {
		fill();
	} else if (strcmp(part, "list") == 0) {
		list(arguments[2], 1);
	} else {
		streams();
		positions();
		names();
	}
	return is_wrong;
}
