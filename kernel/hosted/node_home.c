#include "node_home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/text.h"
#include "store_home.h"

enum { LOCK_BYTES = 512, WAITING_CLIENTS = 128 };

static const char socket_name[] = "node.socket";
static const char lock_name[] = "node.lock";

/* The address of a socket is shorter than many a home is: it goes by way of a descriptor. */
static struct sockaddr_un address_in(int folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder,
		 socket_name);
	return address;
}

static int open_folder(const char *home)
{
	int folder = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return folder < 0 ? -errno : folder;
}

static int connect_in(int folder)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	struct sockaddr_un address = address_in(folder);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	int error = errno;
	close(fd);
	return -error;
}

int node_home_connect(const char *home)
{
	int folder = open_folder(home);
	if (folder < 0)
		return folder;
	int fd = connect_in(folder);
	close(folder);
	return fd;
}

static int open_lock(const char *home)
{
	char path[STORE_HOME_BYTES + sizeof lock_name + 1];
	snprintf(path, sizeof path, "%s/%s", home, lock_name);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int node_home_lock(const char *home)
{
	int lock = open_lock(home);
	if (lock < 0 && errno == ENOENT && store_home_make(home))
		lock = open_lock(home);
	if (lock < 0)
		return -errno;
	if (flock(lock, LOCK_EX | LOCK_NB) == 0)
		return lock;
	int error = errno;
	close(lock);
	return -error;
}

/* One that cannot be written still locks. */
void node_home_sign(int lock, const char *command)
{
	char line[LOCK_BYTES];
	int size = snprintf(line, sizeof line, "%ld %s\n", (long)getpid(), command);
	size = size < LOCK_BYTES ? size : LOCK_BYTES - 1;
	if (pwrite(lock, line, (size_t)size, 0) == size && ftruncate(lock, size) != 0)
		return;
}

bool node_home_owner(const char *home, struct node_owner *out)
{
	char path[STORE_HOME_BYTES + sizeof lock_name + 1];
	char line[LOCK_BYTES] = "";
	snprintf(path, sizeof path, "%s/%s", home, lock_name);
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (file < 0)
		return false;
	ssize_t size = pread(file, line, sizeof line - 1, 0);
	close(file);
	char *end = line;
	long pid = size > 0 ? strtol(line, &end, 10) : 0;
	if (pid <= 0 || *end != ' ')
		return false;
	out->pid = (pid_t)pid;
	struct text text = text_over(out->command, sizeof out->command);
	text_escaped(&text, (const uint8_t *)end + 1, strcspn(end + 1, "\n"));
	return true;
}

/* The owner of the lock may: whoever listened before is dead. */
static int bind_in(int folder)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	struct sockaddr_un address = address_in(folder);
	unlinkat(folder, socket_name, 0);
	mode_t mask = umask(0177);
	bool is_bound = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
	int error = errno;
	umask(mask);
	if (is_bound && listen(fd, WAITING_CLIENTS) == 0)
		return fd;
	error = is_bound ? errno : error;
	close(fd);
	return -error;
}

int node_home_listen(const char *home)
{
	int folder = open_folder(home);
	if (folder < 0)
		return folder;
	int fd = bind_in(folder);
	close(folder);
	return fd;
}

void node_home_unlisten(const char *home)
{
	int folder = open_folder(home);
	if (folder < 0)
		return;
	unlinkat(folder, socket_name, 0);
	close(folder);
}
