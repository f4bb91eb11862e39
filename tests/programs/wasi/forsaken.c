/*
 * Uses a file or a folder of work/ whose handler ends meanwhile, tells what it sees of that, and
 * begins anew: `forsaken exit-read`, or whatever tests/programs/files_proxy.c understands.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int outcome(long long value)
{
	int error = value < 0 ? errno : 0;
	if (error == 0)
		printf("%lld\n", value);
	else
		printf("%s\n", strerror(error));
	fflush(stdout);
	return error;
}

static long long use(const char *what, int file)
{
	char text[4] = "new";
	if (strcmp(what, "read") == 0)
		return read(file, text, sizeof text);
	return write(file, text, sizeof text);
}

static void use_file(const char *path, const char *what)
{
	int file = open(path, strcmp(what, "read") == 0 ? O_RDONLY : O_WRONLY);
	printf("at first: ");
	outcome(use(what, file));
	printf("then: ");
	outcome(use(what, file));
	printf("with the old descriptor: ");
	outcome(use(what, file));
	int fresh = open(path, O_RDWR);
	printf("opened: ");
	outcome(fresh < 0 ? fresh : 0);
	printf("closed: ");
	outcome(close(file));
	printf("with the new descriptor: ");
	outcome(use(what, fresh));
	close(fresh);
}

static long long count(DIR *directory)
{
	long long entries = 0;
	errno = 0;
	while (readdir(directory) != NULL)
		entries++;
	return errno == 0 ? entries : -1;
}

static void use_directory(const char *path)
{
	DIR *directory = opendir(path);
	printf("at first: ");
	outcome(directory == NULL ? -1 : 0);
	printf("then: ");
	outcome(count(directory));
	printf("with the old descriptor: ");
	rewinddir(directory);
	outcome(count(directory));
	/* The name of the first would end the handler once more. */
	DIR *fresh = opendir("work/calm");
	printf("opened: ");
	outcome(fresh == NULL ? -1 : 0);
	printf("closed: ");
	outcome(closedir(directory));
	printf("with the new descriptor: ");
	outcome(fresh == NULL ? -1 : count(fresh));
	closedir(fresh);
}

int main(int count_of_arguments, char **arguments)
{
	char path[64];
	if (count_of_arguments != 2 || strlen(arguments[1]) < 6)
		return 2;
	const char *what = arguments[1] + 5;
	snprintf(path, sizeof path, "work/%s", arguments[1]);
	if (strcmp(what, "list") == 0)
		use_directory(path);
	else
		use_file(path, what);
	return 0;
}
