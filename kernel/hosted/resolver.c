/*
 * The loop's side and the threads share one record under one lock, which is freed by whoever leaves
 * it last: a thread that is inside the host's resolver cannot be called off.
 */
#include "resolver.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "core/port.h"

enum {
	THREADS_MAX = 8,
	THREADS_OF_PROCESS_MAX = 4, /* one process does not keep the others waiting */
	QUESTIONS_OF_PROCESS_MAX = 64,
	QUESTIONS_MAX = 4096,
	STACK_BYTES = 512 * 1024, /* the host's resolver keeps its packets there */
	REPLY_BYTES = 65536
};

struct resolve {
	struct resolve *next; /* in `waiting` or `done`, or with a thread */
	struct resolve_question question;
	char name[NET_NAME_BYTES_MAX + 2];
	bool is_forgotten;
	void (*done)(void *context, const struct resolve_answer *answer);
	void *context;
	struct resolve_answer answer;
};

struct shared {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint32_t holders; /* the threads, and the resolver */
	bool is_closed;
	uint32_t thread_count;
	uint32_t idle_count;
	struct resolve *running[THREADS_MAX];
	struct resolve *waiting;
	struct resolve *done;
	uint32_t live_count; /* all that are anywhere */
	uv_async_t *news;
};

struct resolver {
	struct shared *shared;
	uv_async_t news;
};

/* ---- Asking the host ---- */

static enum resolve_error error_of_host(int error)
{
	switch (error) {
	case 0:
		return RESOLVE_OK;
	case EAI_NONAME:
		return RESOLVE_NOT_FOUND;
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
		return RESOLVE_NO_DATA;
	case EAI_AGAIN:
		return RESOLVE_UNAVAILABLE;
	default:
		return RESOLVE_FAILED;
	}
}

static void ask_addresses(struct resolve *resolve)
{
	static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6};
	const struct addrinfo hints = {.ai_family = families[resolve->question.family],
				       .ai_socktype = SOCK_STREAM};
	struct resolve_answer *answer = &resolve->answer;
	struct addrinfo *list = NULL;
	answer->error = error_of_host(getaddrinfo(resolve->name, NULL, &hints, &list));
	if (answer->error != RESOLVE_OK)
		return;
	for (const struct addrinfo *at = list; at != NULL; at = at->ai_next) {
		struct sockaddr_storage address = {0};
		if (answer->count == RESOLVE_ADDRESSES_MAX || at->ai_addrlen > sizeof address)
			continue;
		memcpy(&address, at->ai_addr, at->ai_addrlen);
		answer->addresses[answer->count++] = net_endpoint_from_host(&address).address;
	}
	freeaddrinfo(list);
	if (answer->count == 0)
		answer->error = RESOLVE_NO_DATA;
}

/* What comes from a server is not believed to be a name. */
static void ask_name(struct resolve *resolve)
{
	struct resolve_answer *answer = &resolve->answer;
	const struct net_endpoint endpoint = {.address = resolve->question.address};
	struct sockaddr_storage address;
	char name[NI_MAXHOST];
	socklen_t size = net_endpoint_to_host(&endpoint, &address);
	int error = getnameinfo((const struct sockaddr *)&address, size, name, sizeof name, NULL, 0,
				NI_NAMEREQD);
	answer->error = error_of_host(error);
	if (answer->error != RESOLVE_OK)
		return;
	size_t length = strlen(name);
	if (!net_scope_is_name(name, length) || length > NET_NAME_BYTES_MAX) {
		answer->error = RESOLVE_NO_DATA;
		return;
	}
	memcpy(answer->name, name, length + 1);
	answer->count = 1;
}

/* A record is strings of a length and so many bytes each, which are joined. False where it is
 * malformed, or there is no room. */
static bool add_text(struct resolve_answer *answer, const uint8_t *data, size_t size, size_t *used)
{
	size_t start = *used;
	size_t at = 0;
	while (at < size) {
		size_t length = data[at++];
		if (length > size - at || length > sizeof answer->texts - *used)
			return false;
		memcpy(answer->texts + *used, data + at, length);
		*used += length;
		at += length;
	}
	answer->text_sizes[answer->count++] = (uint16_t)(*used - start);
	return true;
}

static void read_texts(struct resolve_answer *answer, const uint8_t *reply, int size)
{
	ns_msg message;
	ns_rr record;
	size_t used = 0;
	if (ns_initparse(reply, size, &message) != 0) {
		answer->error = RESOLVE_FAILED;
		return;
	}
	for (int i = 0; i < ns_msg_count(message, ns_s_an) && answer->count < RESOLVE_TEXTS_MAX;
	     i++) {
		if (ns_parserr(&message, ns_s_an, i, &record) != 0)
			break;
		if (ns_rr_type(record) == ns_t_txt &&
		    !add_text(answer, ns_rr_rdata(record), ns_rr_rdlen(record), &used))
			break;
	}
	answer->error = answer->count == 0 ? RESOLVE_NO_DATA : RESOLVE_OK;
}

static enum resolve_error error_of_query(int error)
{
	switch (error) {
	case HOST_NOT_FOUND:
		return RESOLVE_NOT_FOUND;
	case NO_DATA:
		return RESOLVE_NO_DATA;
	case TRY_AGAIN:
		return RESOLVE_UNAVAILABLE;
	default:
		return RESOLVE_FAILED;
	}
}

static void ask_texts(struct resolve *resolve)
{
	struct __res_state state = {0};
	uint8_t *reply = malloc(REPLY_BYTES);
	resolve->answer.error = RESOLVE_FAILED;
	if (reply != NULL && res_ninit(&state) == 0) {
		int size = res_nquery(&state, resolve->name, ns_c_in, ns_t_txt, reply, REPLY_BYTES);
		if (size < 0)
			resolve->answer.error = error_of_query(state.res_h_errno);
		else
			read_texts(&resolve->answer, reply,
				   size < REPLY_BYTES ? size : REPLY_BYTES);
		res_nclose(&state);
	}
	free(reply);
}

static void ask_host(struct resolve *resolve)
{
	switch (resolve->question.kind) {
	case RESOLVE_ADDRESSES:
		ask_addresses(resolve);
		break;
	case RESOLVE_NAME:
		ask_name(resolve);
		break;
	case RESOLVE_TEXTS:
		ask_texts(resolve);
		break;
	}
}

/* ---- Threads; all of this under the lock ---- */

static uint32_t running_of(const struct shared *shared, uint64_t process)
{
	uint32_t count = 0;
	for (int i = 0; i < THREADS_MAX; i++)
		count +=
		    shared->running[i] != NULL && shared->running[i]->question.process == process;
	return count;
}

/* Takes the oldest question whose process has its share of threads not yet. */
static struct resolve *take_waiting(struct shared *shared)
{
	for (struct resolve **link = &shared->waiting; *link != NULL; link = &(*link)->next) {
		struct resolve *resolve = *link;
		if (running_of(shared, resolve->question.process) >= THREADS_OF_PROCESS_MAX)
			continue;
		*link = resolve->next;
		return resolve;
	}
	return NULL;
}

static void run(struct shared *shared, struct resolve *resolve)
{
	int slot = 0;
	while (shared->running[slot] != NULL)
		slot++;
	shared->running[slot] = resolve;
	pthread_mutex_unlock(&shared->lock);
	ask_host(resolve);
	pthread_mutex_lock(&shared->lock);
	shared->running[slot] = NULL;
	resolve->next = shared->done;
	shared->done = resolve;
	if (!shared->is_closed)
		uv_async_send(shared->news);
	pthread_cond_signal(&shared->changed);
}

static void free_list(struct resolve *list)
{
	while (list != NULL) {
		struct resolve *next = list->next;
		free(list);
		list = next;
	}
}

/* Gives the lock back as well. */
static void leave(struct shared *shared)
{
	bool is_last = --shared->holders == 0;
	pthread_mutex_unlock(&shared->lock);
	if (!is_last)
		return;
	free_list(shared->waiting);
	free_list(shared->done);
	pthread_cond_destroy(&shared->changed);
	pthread_mutex_destroy(&shared->lock);
	free(shared);
}

static void *work(void *argument)
{
	struct shared *shared = argument;
	pthread_mutex_lock(&shared->lock);
	while (!shared->is_closed) {
		struct resolve *resolve = take_waiting(shared);
		if (resolve != NULL) {
			run(shared, resolve);
			continue;
		}
		shared->idle_count++;
		pthread_cond_wait(&shared->changed, &shared->lock);
		shared->idle_count--;
	}
	leave(shared);
	return NULL;
}

/* One more thread; signals are for the others. */
static bool start_thread(struct shared *shared)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t before;
	if (pthread_attr_init(&attributes) != 0)
		return false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool is_started = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
			  pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 &&
			  pthread_create(&thread, &attributes, work, shared) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	shared->holders += is_started;
	shared->thread_count += is_started;
	return is_started;
}

static bool has_thread(struct shared *shared)
{
	if (shared->idle_count > 0 || shared->thread_count == THREADS_MAX)
		return true;
	return start_thread(shared) || shared->thread_count > 0;
}

/* ---- The loop's side ---- */

static void on_news(uv_async_t *news)
{
	struct resolver *resolver = news->data;
	struct shared *shared = resolver->shared;
	pthread_mutex_lock(&shared->lock);
	struct resolve *list = shared->done;
	shared->done = NULL;
	pthread_mutex_unlock(&shared->lock);
	/* One that is called may forget others of the list: each is looked at when it is its turn.
	 */
	while (list != NULL) {
		struct resolve *resolve = list;
		list = resolve->next;
		if (!resolve->is_forgotten)
			resolve->done(resolve->context, &resolve->answer);
		pthread_mutex_lock(&shared->lock);
		shared->live_count--;
		pthread_mutex_unlock(&shared->lock);
		free(resolve);
	}
}

enum status resolver_create(struct uv_loop_s *loop, struct resolver **out)
{
	struct resolver *resolver = calloc(1, sizeof *resolver);
	struct shared *shared = calloc(1, sizeof *shared);
	if (resolver == NULL || shared == NULL || uv_async_init(loop, &resolver->news, on_news)) {
		free(resolver);
		free(shared);
		return STATUS_NO_MEMORY;
	}
	resolver->news.data = resolver;
	resolver->shared = shared;
	pthread_mutex_init(&shared->lock, NULL);
	pthread_cond_init(&shared->changed, NULL);
	shared->holders = 1;
	shared->news = &resolver->news;
	*out = resolver;
	return STATUS_OK;
}

static uint32_t count_of(const struct resolve *list, uint64_t process)
{
	uint32_t count = 0;
	for (; list != NULL; list = list->next)
		count += list->question.process == process;
	return count;
}

static uint32_t asked_by(const struct shared *shared, uint64_t process)
{
	return running_of(shared, process) + count_of(shared->waiting, process) +
	       count_of(shared->done, process);
}

static void append_waiting(struct shared *shared, struct resolve *resolve)
{
	struct resolve **link = &shared->waiting;
	while (*link != NULL)
		link = &(*link)->next;
	*link = resolve;
	resolve->next = NULL;
}

/* The addresses of `localhost` are known, and nobody is asked for them. */
static void answer_localhost(struct shared *shared, struct resolve *resolve)
{
	struct resolve_answer *answer = &resolve->answer;
	if (resolve->question.family != RESOLVE_IPV6)
		answer->addresses[answer->count++] = net_address_ipv4(0x7f000001);
	if (resolve->question.family != RESOLVE_IPV4)
		answer->addresses[answer->count++] = net_address_ipv6(0, 1);
	resolve->next = shared->done;
	shared->done = resolve;
	uv_async_send(shared->news);
}

static enum status enter(struct shared *shared, struct resolve *resolve)
{
	const struct resolve_question *question = &resolve->question;
	if (question->kind == RESOLVE_ADDRESSES &&
	    net_scope_is_localhost(question->name.text, question->name.size)) {
		answer_localhost(shared, resolve);
	} else {
		if (shared->live_count >= QUESTIONS_MAX ||
		    asked_by(shared, question->process) >= QUESTIONS_OF_PROCESS_MAX ||
		    !has_thread(shared))
			return STATUS_LIMIT;
		append_waiting(shared, resolve);
		pthread_cond_signal(&shared->changed);
	}
	shared->live_count++;
	return STATUS_OK;
}

enum status resolver_ask(struct resolver *resolver, const struct resolve_question *question,
			 void (*done)(void *context, const struct resolve_answer *answer),
			 void *context, struct resolve **out)
{
	struct resolve *resolve = calloc(1, sizeof *resolve);
	if (resolve == NULL)
		return STATUS_NO_MEMORY;
	resolve->question = *question;
	resolve->done = done;
	resolve->context = context;
	core_assert(question->name.size < sizeof resolve->name);
	if (question->name.size > 0)
		memcpy(resolve->name, question->name.text, question->name.size);
	resolve->question.name.text = resolve->name;
	pthread_mutex_lock(&resolver->shared->lock);
	enum status status = enter(resolver->shared, resolve);
	pthread_mutex_unlock(&resolver->shared->lock);
	if (status != STATUS_OK) {
		free(resolve);
		return status;
	}
	*out = resolve;
	return STATUS_OK;
}

/* One that no thread has taken yet need not be asked at all. */
static bool withdraw(struct shared *shared, struct resolve *resolve)
{
	for (struct resolve **link = &shared->waiting; *link != NULL; link = &(*link)->next) {
		if (*link != resolve)
			continue;
		*link = resolve->next;
		shared->live_count--;
		return true;
	}
	return false;
}

void resolver_forget(struct resolver *resolver, struct resolve *resolve)
{
	pthread_mutex_lock(&resolver->shared->lock);
	resolve->is_forgotten = true;
	bool is_withdrawn = withdraw(resolver->shared, resolve);
	pthread_mutex_unlock(&resolver->shared->lock);
	if (is_withdrawn)
		free(resolve);
}

void resolver_close(struct resolver *resolver)
{
	uv_close((uv_handle_t *)&resolver->news, NULL);
	pthread_mutex_lock(&resolver->shared->lock);
	resolver->shared->is_closed = true;
	pthread_cond_broadcast(&resolver->shared->changed);
	leave(resolver->shared);
	resolver->shared = NULL;
}

void resolver_destroy(struct resolver *resolver)
{
	free(resolver);
}
