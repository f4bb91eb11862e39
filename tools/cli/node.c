#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cairn/control.h>

#include "core/text.h"
#include "hosted.h"
#include "node_home.h"
#include "report.h"
#include "store.h"

enum {
	EXIT_NODE_FAILED = 125,
	PATIENCE_MS = 10000, /* for a node that is just beginning, or ending */
	GREETING_MS = 10000,
	NAP_NS = 500 * 1000,
	FULL_NAP_NS = 100 * 1000 * 1000,
	LAST_WORDS_NS = 1000 * 1000 * 1000
};

struct node {
	int socket;
	pid_t child; /* of ours, or 0 */
	bool has_greeted;
	enum control_refusal refusal; /* or 0 */
	uint8_t *body;
	size_t capacity;
};

static void report_errno(const char *what, int error)
{
	if (error == EMFILE || error == ENFILE)
		report_error("too few files may be open (ulimit -n)");
	else
		report_error("%s (%s)", what, strerror(error));
}

static bool find_home(char home[STORE_HOME_BYTES])
{
	struct fault fault = {0};
	enum status status = store_find_home(home, &fault);
	if (status != STATUS_OK)
		report_fault(status, &fault);
	return status == STATUS_OK;
}

/* ---- Being a node ---- */

/* What a node holds of its home. */
struct tenancy {
	char home[STORE_HOME_BYTES];
	struct store *store;
	int lock; /* -1 in a home that cannot be written */
	bool is_listening;
};

static void let_go(void *context)
{
	struct tenancy *tenancy = context;
	store_close(tenancy->store);
	if (tenancy->is_listening)
		node_home_unlisten(tenancy->home);
	if (tenancy->lock >= 0)
		close(tenancy->lock);
}

/* What this process was started as, a word after the other. */
static void sign(int lock)
{
	char command[256] = "";
	int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t size = file < 0 ? 0 : read(file, command, sizeof command - 1);
	if (file >= 0)
		close(file);
	for (ssize_t i = 0; i + 1 < size; i++)
		if (command[i] == '\0' || command[i] == '\n')
			command[i] = ' ';
	node_home_sign(lock, command);
}

static int run_node(struct tenancy *tenancy, int first_client)
{
	struct fault fault = {0};
	struct hosted *hosted = NULL;
	struct hosted_settings settings = {
	    .home = tenancy->home,
	    .listener = -1,
	    .first_client = first_client,
	    .stays = first_client < 0,
	    .let_go = let_go,
	    .context = tenancy,
	};
	enum status status = store_open(tenancy->home, &tenancy->store, &fault);
	if (status == STATUS_OK && tenancy->lock >= 0) {
		sign(tenancy->lock);
		settings.listener = node_home_listen(tenancy->home);
		tenancy->is_listening = settings.listener >= 0;
	}
	settings.store = tenancy->store;
	if (status == STATUS_OK && settings.stays && !tenancy->is_listening) {
		report_errno("the node cannot listen", -settings.listener);
		return EXIT_NODE_FAILED;
	}
	if (status == STATUS_OK)
		status = hosted_create(&settings, &hosted, &fault);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return EXIT_NODE_FAILED;
	}
	if (settings.stays && isatty(STDERR_FILENO) == 1)
		fprintf(stderr, "cairn: the node of %s is up; Ctrl-C ends it\n",
			show(tenancy->home).text);
	hosted_run(hosted);
	hosted_destroy(hosted);
	return 0;
}

/* Names who is in the way. */
static void report_owner(const char *home)
{
	struct node_owner owner;
	if (node_home_owner(home, &owner))
		report_error("another node has this store: process %ld, `%s`", (long)owner.pid,
			     owner.command);
	else
		report_error("another node has this store");
}

static bool nap_for(uint64_t pause_ns, uint64_t *waited_ns)
{
	const struct timespec time = {.tv_nsec = (long)pause_ns};
	nanosleep(&time, NULL);
	*waited_ns += pause_ns;
	return *waited_ns < (uint64_t)PATIENCE_MS * 1000000;
}

static bool nap(uint64_t *waited_ns)
{
	return nap_for(NAP_NS, waited_ns);
}

/* One that ends with its last command may be about to. */
static int lock_patiently(const char *home)
{
	uint64_t waited_ns = 0;
	for (;;) {
		int lock = node_home_lock(home);
		if (lock != -EWOULDBLOCK)
			return lock;
		int other = node_home_connect(home);
		if (other >= 0)
			close(other);
		if (other >= 0 || !nap(&waited_ns))
			return lock;
	}
}

int node_serve(void)
{
	static struct tenancy tenancy;
	if (!find_home(tenancy.home))
		return EXIT_NODE_FAILED;
	tenancy.lock = lock_patiently(tenancy.home);
	if (tenancy.lock == -EWOULDBLOCK) {
		report_owner(tenancy.home);
		return EXIT_NODE_FAILED;
	}
	if (tenancy.lock < 0) {
		report_errno("the node cannot have its home", -tenancy.lock);
		return EXIT_NODE_FAILED;
	}
	return run_node(&tenancy, -1);
}

/* ---- A node of this command's own ---- */

/* Closes what the command has open, or was started with, but for the two. */
static void close_others(int lock, int socket)
{
	unsigned first = (unsigned)(lock < socket ? lock : socket);
	unsigned second = (unsigned)(lock < socket ? socket : lock);
	if (lock < 0)
		first = second;
	if (first > 3)
		close_range(3, first - 1, 0);
	if (second > first + 1)
		close_range(first + 1, second - 1, 0);
	close_range(second + 1, ~0u, 0);
}

/* It must not keep the command's streams open. Its error stream stays as long as that command does:
 * hosted lets go of it then. */
static void leave_terminal(void)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing >= 0) {
		dup2(nothing, STDIN_FILENO);
		dup2(nothing, STDOUT_FILENO);
		close(nothing);
	}
	setsid();
}

static _Noreturn void be_node(struct tenancy *tenancy, int socket)
{
	close_others(tenancy->lock, socket);
	leave_terminal();
	exit(run_node(tenancy, socket));
}

static bool start(struct node *node, struct tenancy *tenancy)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		report_errno("no node can be started", errno);
		return false;
	}
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		be_node(tenancy, ends[1]);
	}
	close(ends[1]);
	if (child < 0) {
		report_errno("no node can be started", errno);
		close(ends[0]);
		return false;
	}
	node->socket = ends[0];
	node->child = child;
	return true;
}

/* ---- Finding one ---- */

static bool greet(struct node *node)
{
	ssize_t size = send(node->socket, control_interface, CONTROL_GREETING_BYTES, MSG_NOSIGNAL);
	return size == CONTROL_GREETING_BYTES;
}

enum greeting { GREETING_FINE, GREETING_ENDED, GREETING_OTHER, GREETING_SILENT, GREETING_REFUSED };

/* Of a node that does not let this command in. */
static enum control_refusal refusal_of(const uint8_t greeting[CONTROL_GREETING_BYTES])
{
	for (int i = 1; i < CONTROL_GREETING_BYTES; i++)
		if (greeting[i] != greeting[0])
			return 0;
	return (enum control_refusal)greeting[0];
}

static enum greeting await_greeting(struct node *node)
{
	uint8_t greeting[CONTROL_GREETING_BYTES];
	size_t used = 0;
	while (used < sizeof greeting) {
		struct pollfd ready = {.fd = node->socket, .events = POLLIN};
		int count = poll(&ready, 1, GREETING_MS);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return GREETING_SILENT;
		ssize_t size =
		    recv(node->socket, greeting + used, sizeof greeting - used, MSG_DONTWAIT);
		if (size < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (size <= 0)
			return GREETING_ENDED;
		used += (size_t)size;
	}
	node->has_greeted = true;
	node->refusal = refusal_of(greeting);
	if (node->refusal != 0)
		return GREETING_REFUSED;
	return memcmp(greeting, control_interface, sizeof greeting) == 0 ? GREETING_FINE
									 : GREETING_OTHER;
}

/* What came of one attempt. */
enum attempt { ATTEMPT_DONE, ATTEMPT_NONE, ATTEMPT_AGAIN, ATTEMPT_FULL, ATTEMPT_FAILED };

static enum attempt try_to_connect(struct node *node, const char *home)
{
	node->socket = node_home_connect(home);
	if (node->socket == -EMFILE || node->socket == -ENFILE || node->socket == -EACCES) {
		report_errno("the node cannot be spoken to", -node->socket);
		return ATTEMPT_FAILED;
	}
	if (node->socket < 0)
		return ATTEMPT_NONE;
	enum greeting greeting = greet(node) ? await_greeting(node) : GREETING_ENDED;
	if (greeting == GREETING_FINE)
		return ATTEMPT_DONE;
	close(node->socket);
	node->socket = -1;
	if (greeting == GREETING_ENDED)
		return ATTEMPT_AGAIN;
	if (greeting == GREETING_REFUSED && node->refusal != CONTROL_REFUSAL_USER)
		return ATTEMPT_FULL;
	report_error(greeting == GREETING_REFUSED ? "the node that runs is another user's"
		     : greeting == GREETING_OTHER
			 ? "the node that runs is of another version of Cairn: restart it"
			 : "the node that runs does not answer");
	return ATTEMPT_FAILED;
}

static bool cannot_be_written(int error)
{
	return error == EROFS || error == EACCES || error == EPERM || error == ENOENT ||
	       error == ENOTDIR || error == ENOSPC || error == EDQUOT;
}

/* A home that cannot be written has nobody to be shared with: its node is this command's alone. */
static enum attempt try_to_start(struct node *node, struct tenancy *tenancy)
{
	tenancy->lock = node_home_lock(tenancy->home);
	if (tenancy->lock == -EWOULDBLOCK)
		return ATTEMPT_AGAIN;
	if (tenancy->lock < 0 && !cannot_be_written(-tenancy->lock)) {
		report_errno("the node cannot have its home", -tenancy->lock);
		return ATTEMPT_FAILED;
	}
	bool is_started = start(node, tenancy);
	if (tenancy->lock >= 0)
		close(tenancy->lock);
	return is_started && greet(node) ? ATTEMPT_DONE : ATTEMPT_FAILED;
}

static void report_full(const struct node *node)
{
	report_error(node->refusal == CONTROL_REFUSAL_FILES
			 ? "the node that runs can open no more files (ulimit -n)"
			 : "the node that runs has as many commands as it can have");
}

/* Until it is clear how it goes, or patience has ended. A node that is full may have room soon, one
 * that ends has the home no longer then. `starts` is NULL where none is to be started. */
static enum attempt connect_patiently(struct node *node, const char *home, struct tenancy *starts)
{
	uint64_t waited_ns = 0;
	uint64_t pause_ns = NAP_NS;
	for (;;) {
		enum attempt attempt = try_to_connect(node, home);
		if (attempt == ATTEMPT_NONE && starts != NULL)
			attempt = try_to_start(node, starts);
		if (attempt != ATTEMPT_AGAIN && attempt != ATTEMPT_FULL)
			return attempt;
		if (attempt == ATTEMPT_FULL && pause_ns < FULL_NAP_NS)
			pause_ns *= 2;
		if (nap_for(pause_ns, &waited_ns))
			continue;
		if (attempt == ATTEMPT_FULL)
			report_full(node);
		else
			report_owner(home);
		return ATTEMPT_FAILED;
	}
}

static struct node *create(void)
{
	struct node *node = calloc(1, sizeof *node);
	if (node == NULL)
		report_error("%s", status_text(STATUS_NO_MEMORY));
	else
		node->socket = -1;
	return node;
}

struct node *node_connect_or_start(void)
{
	static struct tenancy tenancy;
	struct node *node = find_home(tenancy.home) ? create() : NULL;
	if (node == NULL || connect_patiently(node, tenancy.home, &tenancy) == ATTEMPT_DONE)
		return node;
	node_close(node);
	return NULL;
}

struct node *node_connect(bool *failed)
{
	char home[STORE_HOME_BYTES];
	struct node *node = find_home(home) ? create() : NULL;
	*failed = node == NULL;
	if (node == NULL)
		return NULL;
	enum attempt attempt = connect_patiently(node, home, NULL);
	if (attempt == ATTEMPT_DONE)
		return node;
	*failed = attempt == ATTEMPT_FAILED;
	node_close(node);
	return NULL;
}

void node_close(struct node *node)
{
	if (node == NULL)
		return;
	if (node->socket >= 0)
		close(node->socket);
	free(node->body);
	free(node);
}

int node_socket(const struct node *node)
{
	return node->socket;
}

/* ---- Speaking to it ---- */

/* A child that could not begin has said why. */
static bool has_failed(const struct node *node)
{
	uint64_t waited_ns = 0;
	int how = 0;
	pid_t ended = 0;
	if (node->child == 0)
		return false;
	while (ended == 0 && waited_ns < LAST_WORDS_NS) {
		ended = waitpid(node->child, &how, WNOHANG);
		if (ended == 0)
			nap(&waited_ns);
	}
	return ended == node->child && WIFEXITED(how) && WEXITSTATUS(how) == EXIT_NODE_FAILED;
}

static bool report_lost(const struct node *node)
{
	if (!has_failed(node))
		report_error("the node has ended");
	return false;
}

static bool send_all(struct node *node, struct msghdr *message)
{
	while (message->msg_iovlen > 0) {
		ssize_t size = sendmsg(node->socket, message, MSG_NOSIGNAL);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0) /* What it said last is still to be received, or its end. */
			return errno == EPIPE || errno == ECONNRESET || report_lost(node);
		message->msg_control = NULL; /* Descriptors go with the first byte. */
		message->msg_controllen = 0;
		while (message->msg_iovlen > 0 && (size_t)size >= message->msg_iov->iov_len) {
			size -= (ssize_t)message->msg_iov->iov_len;
			message->msg_iov++;
			message->msg_iovlen--;
		}
		if (message->msg_iovlen > 0) {
			message->msg_iov->iov_base = (char *)message->msg_iov->iov_base + size;
			message->msg_iov->iov_len -= (size_t)size;
		}
	}
	return true;
}

bool node_send(struct node *node, const void *body, const struct wire_out *out,
	       const int *descriptors, uint32_t descriptor_count)
{
	union {
		struct cmsghdr header; /* for its alignment */
		char bytes[CMSG_SPACE(CONTROL_DESCRIPTORS_MAX * sizeof(int))];
	} control = {0};
	struct control_frame frame = {.size = (uint32_t)out->size};
	struct iovec parts[] = {{.iov_base = &frame, .iov_len = sizeof frame},
				{.iov_base = (void *)body, .iov_len = (size_t)out->size}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = out->size > 0 ? 2 : 1};
	if (!wire_is_whole(out) || out->size > CONTROL_BODY_BYTES_MAX) {
		report_error("the request is too large: its arguments or variables are too many "
			     "or too long");
		return false;
	}
	if (descriptor_count > 0) {
		size_t size = descriptor_count * sizeof(int);
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(size);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&control.header), descriptors, size);
	}
	return send_all(node, &message);
}

static bool receive(struct node *node, void *out, size_t size)
{
	size_t used = 0;
	while (used < size) {
		ssize_t piece = recv(node->socket, (char *)out + used, size - used, 0);
		if (piece < 0 && errno == EINTR)
			continue;
		if (piece <= 0)
			return report_lost(node);
		used += (size_t)piece;
	}
	return true;
}

static bool is_greeted(struct node *node)
{
	if (node->has_greeted)
		return true;
	enum greeting greeting = await_greeting(node);
	return greeting == GREETING_FINE || report_lost(node);
}

bool node_receive(struct node *node, struct wire_bytes *answer)
{
	struct control_frame frame;
	if (!is_greeted(node) || !receive(node, &frame, sizeof frame))
		return false;
	if (frame.size > node->capacity) {
		uint8_t *larger = realloc(node->body, frame.size);
		if (larger == NULL) {
			report_error("%s", status_text(STATUS_NO_MEMORY));
			return false;
		}
		node->body = larger;
		node->capacity = frame.size;
	}
	if (!receive(node, node->body, frame.size))
		return false;
	if (frame.status != STATUS_OK) {
		report_error("the node failed: %s (`cairn logs node` may tell more)",
			     status_text((enum status)frame.status));
		return false;
	}
	*answer = (struct wire_bytes){.data = node->body, .size = frame.size};
	return true;
}

bool node_request(struct node *node, const void *body, const struct wire_out *out,
		  struct wire_bytes *answer)
{
	return node_send(node, body, out, NULL, 0) && node_receive(node, answer);
}

void node_report_malformed(void)
{
	report_error("what the node answered is malformed");
}
