/*
 * An HTTP/1.1 server with routes: keep-alive, pipelining, and limits for everything that a client
 * sends. One task accepts, and one for each connection reads, answers and writes.
 *
 *     http [PORT]
 *
 * It listens at 127.0.0.1; without a port the host chooses one. The first line of its output says
 * where. `routes` at the end of the file is what it serves.
 *
 * What a read brings is parsed where it lies, in the loop's buffer, and all requests in it are
 * answered by one write. Only a request that is not all there yet, or an answer for which there is
 * no room yet, needs memory of its own: a page out of a few. So ten thousand idle connections cost
 * a small record each, and who sends a byte a second has a page until his time is up.
 */
#include <cairn/loop.h>
#include <cairn/memory.h>
#include <cairn/process_calls.h>
#include <cairn/task.h>
#include <cairn/tcp_calls.h>
#include <cairn/terminal_calls.h>

enum {
	CONNECTIONS_MAX = 12000,
	READ_BYTES = 16 * 1024,
	HEAD_BYTES_MAX = 8 * 1024,  /* request line and fields: 431 */
	FIELDS_MAX = 64,            /* 431 */
	TARGET_BYTES_MAX = 4096,    /* 414 */
	BODY_BYTES_MAX = 64 * 1024, /* 413 */
	PAGES = 256,
	PAGE_BYTES = HEAD_BYTES_MAX + BODY_BYTES_MAX + READ_BYTES,
	ANSWER_BYTES_MAX = BODY_BYTES_MAX + 1024, /* of one request */
	OUT_BYTES = ANSWER_BYTES_MAX + READ_BYTES,
	/* For all of a request once it has begun, for a client to take an answer, and to go on
	 * after an error; what is idle between requests has so many of these. */
	PATIENCE_SECONDS = 10,
	IDLE_PATIENCES = 6
};

struct text {
	const char *start;
	uint32_t size;
};

struct field {
	struct text name;
	struct text value;
};

struct request {
	struct text method;
	struct text path; /* of the target, without what follows a `?` */
	struct text query;
	struct text body;
	struct field fields[FIELDS_MAX];
	uint32_t field_count;
	bool is_1_0;
	bool is_kept_alive;
	bool has_host;
	bool has_length;
	bool expects_continue;
	bool is_chunked;
	uint32_t length; /* of the body */
};

_Static_assert(OUT_BYTES <= PAGE_BYTES, "all that is to be written can be kept");

/* What keeps an unfinished request, or an answer that cannot be sent yet. */
struct page {
	struct page *next;
	uint8_t data[PAGE_BYTES];
};

enum state { IDLE, READING, WRITING, LINGERING };

struct connection {
	struct task task;
	struct future future;
	uint64_t handle;
	struct connection *next_free;
	struct page *input;
	uint32_t input_size;
	struct page *output;
	uint32_t output_size;
	bool is_open;
	bool is_last;      /* after this answer it is closed */
	bool has_refused;  /* what still comes is not looked at */
	bool is_continued; /* the client was told to go on with the body */
	enum state state;
	uint8_t patience; /* what is left of it when the sweeper comes by */
};

static struct future *slots[16384];
static struct loop loop;
static struct connection connections[CONNECTIONS_MAX];
static struct connection *first_free;
static struct page pages[PAGES];
static struct page *first_page;
static uint64_t served;

static struct acceptor {
	struct task task;
	struct future future;
	struct future place; /* done when there is a record again */
	uint64_t listener;
	struct connection *connection;
} acceptor;

static struct sweeper {
	struct task task;
	struct future future;
} sweeper;

/* ---- Texts ---- */

#define TEXT(literal) ((struct text){literal, sizeof(literal) - 1})

static bool is_same(struct text a, struct text b)
{
	if (a.size != b.size)
		return false;
	for (uint32_t i = 0; i < a.size; i++)
		if (a.start[i] != b.start[i])
			return false;
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* `b` is in small letters. */
static bool is_same_word(struct text a, struct text b)
{
	if (a.size != b.size)
		return false;
	for (uint32_t i = 0; i < a.size; i++)
		if (lower(a.start[i]) != b.start[i])
			return false;
	return true;
}

static struct text trim(struct text text)
{
	while (text.size > 0 && (text.start[0] == ' ' || text.start[0] == '\t'))
		text = (struct text){text.start + 1, text.size - 1};
	while (text.size > 0 &&
	       (text.start[text.size - 1] == ' ' || text.start[text.size - 1] == '\t'))
		text.size--;
	return text;
}

static uint32_t find(struct text text, char wanted)
{
	uint32_t at = 0;
	while (at < text.size && text.start[at] != wanted)
		at++;
	return at;
}

/* Whether a list of words, with commas between them, has that one. */
static bool has_word(struct text list, struct text word)
{
	while (list.size > 0) {
		uint32_t end = find(list, ',');
		if (is_same_word(trim((struct text){list.start, end}), word))
			return true;
		end = end < list.size ? end + 1 : end;
		list = (struct text){list.start + end, list.size - end};
	}
	return false;
}

static void print(uint32_t stream, struct text text)
{
	struct terminal_u32_or_error written;
	(void)terminal_write(stream, (struct wire_bytes){(const uint8_t *)text.start, text.size},
			     &written);
}

static struct text number_text(uint64_t number, char digits[20])
{
	uint32_t at = 20;
	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	return (struct text){digits + at, 20 - at};
}

static _Noreturn void give_up(struct text why)
{
	print(2, why);
	(void)process_exit(1);
	__builtin_unreachable();
}

/* ---- Answers ---- */

/* All that is to be written next; whoever fills it sends it before the loop goes on. */
static struct {
	uint8_t data[OUT_BYTES];
	uint32_t size;
} out;

static void put(struct text text)
{
	__builtin_memcpy(out.data + out.size, text.start, text.size);
	out.size += text.size;
}

static void put_number(uint64_t number)
{
	char digits[20];
	put(number_text(number, digits));
}

struct answer {
	struct text status; /* 200 OK */
	struct text type;   /* of the body */
	struct text body;
	struct text fields; /* more of them, each with its end of line */
};

static void put_answer(const struct request *request, const struct answer *answer, bool is_kept)
{
	put(TEXT("HTTP/1.1 "));
	put(answer->status);
	put(TEXT("\r\nContent-Type: "));
	put(answer->type);
	put(TEXT("\r\nContent-Length: "));
	put_number(answer->body.size);
	put(TEXT("\r\n"));
	put(answer->fields);
	if (!is_kept)
		put(TEXT("Connection: close\r\n"));
	else if (request->is_1_0)
		put(TEXT("Connection: keep-alive\r\n"));
	put(TEXT("\r\n"));
	if (request == NULL || !is_same(request->method, TEXT("HEAD")))
		put(answer->body);
}

/* What is wrong with a request ends its connection: where the next one begins is not known. */
static void put_error(struct text status)
{
	const struct answer answer = {.status = status, .type = TEXT("text/plain"), .body = status};
	put_answer(NULL, &answer, false);
}

/* ---- Reading a request ---- */

/* What a head is found to be; the others are the statuses that it is refused with. */
enum { WHOLE, UNFINISHED, REFUSED };

static struct text refusal; /* of the request that was refused last */

static int refuse(struct text status)
{
	refusal = status;
	return REFUSED;
}

static bool is_token(struct text text)
{
	/* A bit for each character of ASCII that may stand in a token. */
	static const uint32_t allowed[4] = {0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff};
	for (uint32_t i = 0; i < text.size; i++) {
		uint8_t c = (uint8_t)text.start[i];
		if (c >= 0x80 || (allowed[c / 32] >> c % 32 & 1) == 0)
			return false;
	}
	return text.size > 0;
}

/* `http://example.com/path`, as proxies send it, is `/path` here. */
static struct text without_host(struct text target)
{
	const struct text scheme = TEXT("http://");
	if (target.size <= scheme.size ||
	    !is_same_word((struct text){target.start, scheme.size}, scheme))
		return target;
	struct text rest = {target.start + scheme.size, target.size - scheme.size};
	uint32_t host = find(rest, '/');
	return host == rest.size ? TEXT("/") : (struct text){rest.start + host, rest.size - host};
}

static int read_target(struct request *request, struct text target)
{
	if (target.size > TARGET_BYTES_MAX)
		return refuse(TEXT("414 URI Too Long"));
	target = without_host(target);
	if (target.size == 0 || target.start[0] != '/')
		return refuse(TEXT("400 Bad Request"));
	for (uint32_t i = 0; i < target.size; i++)
		if (target.start[i] <= ' ' || target.start[i] >= 0x7f)
			return refuse(TEXT("400 Bad Request"));
	uint32_t end = find(target, '?');
	request->path = (struct text){target.start, end};
	if (end < target.size)
		request->query = (struct text){target.start + end + 1, target.size - end - 1};
	return WHOLE;
}

/* METHOD SP TARGET SP HTTP/1.x */
static int read_request_line(struct request *request, struct text line)
{
	uint32_t first = find(line, ' ');
	struct text rest = {line.start + first + 1, first < line.size ? line.size - first - 1 : 0};
	uint32_t second = find(rest, ' ');
	if (second == rest.size)
		return refuse(TEXT("400 Bad Request"));
	struct text version = {rest.start + second + 1, rest.size - second - 1};
	request->method = (struct text){line.start, first};
	if (!is_token(request->method))
		return refuse(TEXT("400 Bad Request"));
	if (version.size != 8 || !is_same((struct text){version.start, 5}, TEXT("HTTP/")))
		return refuse(TEXT("400 Bad Request"));
	request->is_1_0 = is_same(version, TEXT("HTTP/1.0"));
	if (!request->is_1_0 && !is_same(version, TEXT("HTTP/1.1")))
		return refuse(TEXT("505 HTTP Version Not Supported"));
	request->is_kept_alive = !request->is_1_0;
	return read_target(request, (struct text){rest.start, second});
}

static int read_length(struct request *request, struct text value)
{
	uint32_t length = 0;
	if (request->has_length || value.size == 0)
		return refuse(TEXT("400 Bad Request"));
	for (uint32_t i = 0; i < value.size; i++) {
		if (value.start[i] < '0' || value.start[i] > '9')
			return refuse(TEXT("400 Bad Request"));
		if (length <= BODY_BYTES_MAX)
			length = length * 10 + (uint32_t)(value.start[i] - '0');
	}
	request->has_length = true;
	request->length = length;
	return WHOLE;
}

/* Those that decide where a request ends, or what becomes of the connection. */
static int heed_field(struct request *request, const struct field *field)
{
	switch (field->name.size) {
	case 4:
		if (!is_same_word(field->name, TEXT("host")))
			break;
		if (request->has_host)
			return refuse(TEXT("400 Bad Request"));
		request->has_host = true;
		break;
	case 6:
		if (!is_same_word(field->name, TEXT("expect")))
			break;
		if (!is_same_word(field->value, TEXT("100-continue")))
			return refuse(TEXT("417 Expectation Failed"));
		request->expects_continue = true;
		break;
	case 10:
		if (!is_same_word(field->name, TEXT("connection")))
			break;
		if (has_word(field->value, TEXT("close")))
			request->is_kept_alive = false;
		else if (request->is_1_0 && has_word(field->value, TEXT("keep-alive")))
			request->is_kept_alive = true;
		break;
	case 14:
		if (is_same_word(field->name, TEXT("content-length")))
			return read_length(request, field->value);
		break;
	case 17:
		if (is_same_word(field->name, TEXT("transfer-encoding")))
			request->is_chunked = true;
		break;
	}
	return WHOLE;
}

static int read_field(struct request *request, struct text line)
{
	uint32_t colon = find(line, ':');
	if (request->field_count == FIELDS_MAX)
		return refuse(TEXT("431 Request Header Fields Too Large"));
	struct field *field = &request->fields[request->field_count++];
	field->name = (struct text){line.start, colon};
	if (colon == line.size || !is_token(field->name))
		return refuse(TEXT("400 Bad Request"));
	field->value = trim((struct text){line.start + colon + 1, line.size - colon - 1});
	for (uint32_t i = 0; i < field->value.size; i++) {
		uint8_t c = (uint8_t)field->value.start[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return refuse(TEXT("400 Bad Request"));
	}
	return heed_field(request, field);
}

/* Where a request with such a head ends must be beyond doubt, or another server in between could
 * see other requests than this one. */
static int check_head(const struct request *request)
{
	if (!request->has_host && !request->is_1_0)
		return refuse(TEXT("400 Bad Request"));
	if (request->is_chunked)
		return refuse(request->has_length ? TEXT("400 Bad Request")
						  : TEXT("411 Length Required"));
	if (request->length > BODY_BYTES_MAX)
		return refuse(TEXT("413 Content Too Large"));
	return WHOLE;
}

/* The line that begins at `*at`, which then is behind it; false where its end is not there. */
static bool next_line(struct text all, uint32_t *at, struct text *line)
{
	struct text rest = {all.start + *at, all.size - *at};
	uint32_t end = find(rest, '\n');
	if (end == rest.size)
		return false;
	*at += end + 1;
	*line = (struct text){rest.start, end};
	return true;
}

/* Lines end with CR and LF, nothing else. */
static bool cut_return(struct text *line)
{
	return line->size > 0 && line->start[--line->size] == '\r';
}

/* Reads one request from the beginning of `all`; what it takes up is in `*used` where it is whole.
 */
static int read_request(struct text all, struct request *request, uint32_t *used)
{
	struct text line;
	uint32_t at = 0;
	struct text head = {all.start, all.size < HEAD_BYTES_MAX ? all.size : HEAD_BYTES_MAX};
	request->field_count = 0;
	request->has_host = request->has_length = request->is_chunked = false;
	request->expects_continue = false;
	request->length = 0;
	request->query = request->body = (struct text){0};
	bool is_first = true;
	for (;;) {
		if (!next_line(head, &at, &line))
			return head.size == HEAD_BYTES_MAX
				   ? refuse(TEXT("431 Request Header Fields Too Large"))
				   : UNFINISHED;
		if (!cut_return(&line))
			return refuse(TEXT("400 Bad Request"));
		if (line.size == 0 && !is_first)
			break;
		if (line.size == 0 && at == 2) {
			/* Some clients end a body with a line too many. */
			continue;
		}
		int result =
		    is_first ? read_request_line(request, line) : read_field(request, line);
		if (result != WHOLE)
			return result;
		is_first = false;
	}
	int result = check_head(request);
	if (result != WHOLE)
		return result;
	request->body = (struct text){all.start + at, request->length};
	*used = at + request->length;
	return *used <= all.size ? WHOLE : UNFINISHED;
}

/* ---- Routes ---- */

static void get_hello(const struct request *request, struct answer *answer)
{
	answer->body = TEXT("Hello, world!\n");
}

static void get_count(const struct request *request, struct answer *answer)
{
	static char digits[20];
	answer->body = number_text(served, digits);
}

/* The query of the target, as it came. */
static void get_query(const struct request *request, struct answer *answer)
{
	answer->body = request->query;
}

static void post_echo(const struct request *request, struct answer *answer)
{
	answer->type = TEXT("application/octet-stream");
	answer->body = request->body;
}

static const struct route {
	struct text method;
	struct text path;
	void (*serve)(const struct request *request, struct answer *answer);
} routes[] = {
    {{"GET", 3}, {"/", 1}, get_hello},
    {{"GET", 3}, {"/count", 6}, get_count},
    {{"GET", 3}, {"/query", 6}, get_query},
    {{"POST", 4}, {"/echo", 5}, post_echo},
};
enum { ROUTE_COUNT = sizeof routes / sizeof routes[0] };

/* Whoever can GET can ask for the HEAD. */
static bool is_for(const struct route *route, struct text method)
{
	return is_same(route->method, method) ||
	       (is_same(method, TEXT("HEAD")) && is_same(route->method, TEXT("GET")));
}

static void serve_request(const struct request *request)
{
	struct answer answer = {.status = TEXT("404 Not Found"),
				.type = TEXT("text/plain"),
				.body = TEXT("404 Not Found")};
	served++;
	for (uint32_t i = 0; i < ROUTE_COUNT; i++) {
		const struct route *route = &routes[i];
		if (!is_same(route->path, request->path))
			continue;
		if (is_for(route, request->method)) {
			answer.status = TEXT("200 OK");
			answer.fields = TEXT("");
			route->serve(request, &answer);
			break;
		}
		answer.status = answer.body = TEXT("405 Method Not Allowed");
		answer.fields = is_same(route->method, TEXT("GET")) ? TEXT("Allow: GET, HEAD\r\n")
								    : TEXT("Allow: POST\r\n");
	}
	put_answer(request, &answer, request->is_kept_alive);
}

/* ---- Pages ---- */

static struct page *take_page(void)
{
	struct page *page = first_page;
	if (page != NULL)
		first_page = page->next;
	return page;
}

static void drop_page(struct page **page)
{
	if (*page == NULL)
		return;
	(*page)->next = first_page;
	first_page = *page;
	*page = NULL;
}

/* Keeps what is not served yet; it may lie in the connection's page. */
static bool keep_input(struct connection *self, struct text rest)
{
	if (rest.size == 0) {
		drop_page(&self->input);
		self->input_size = 0;
		return true;
	}
	if (self->input == NULL)
		self->input = take_page();
	if (self->input == NULL)
		return false;
	__builtin_memmove(self->input->data, rest.start, rest.size);
	self->input_size = rest.size;
	return true;
}

/* ---- Connections ---- */

static void set_state(struct connection *self, enum state state)
{
	self->state = state;
	self->patience = state == IDLE ? IDLE_PATIENCES : 2;
}

static void refuse_rest(struct connection *self, struct text status)
{
	put_error(status);
	self->is_last = true;
	self->has_refused = true;
}

/* Answers the requests that are there, as long as there is room for an answer. */
static void answer_all(struct connection *self, struct text all)
{
	static struct request request;
	while (all.size > 0 && !self->is_last && OUT_BYTES - out.size >= ANSWER_BYTES_MAX) {
		uint32_t used;
		int result = read_request(all, &request, &used);
		if (result == REFUSED) {
			refuse_rest(self, refusal);
			return;
		}
		if (result == UNFINISHED) {
			if (request.body.start != NULL && request.expects_continue &&
			    !self->is_continued) {
				put(TEXT("HTTP/1.1 100 Continue\r\n\r\n"));
				self->is_continued = true;
			}
			break;
		}
		serve_request(&request);
		self->is_continued = false;
		self->is_last = !request.is_kept_alive;
		all = (struct text){all.start + used, all.size - used};
	}
	if (self->is_last)
		all.size = 0;
	if (!keep_input(self, all))
		refuse_rest(self, TEXT("503 Service Unavailable"));
}

/* What has come goes behind what was kept, if anything was. */
static void take_input(struct connection *self, struct wire_bytes data)
{
	out.size = 0;
	if (self->input == NULL) {
		answer_all(self, (struct text){(const char *)data.data, data.size});
		return;
	}
	__builtin_memcpy(self->input->data + self->input_size, data.data, data.size);
	self->input_size += data.size;
	answer_all(self, (struct text){(const char *)self->input->data, self->input_size});
}

/* Goes on with what was kept for want of room for answers. */
static void go_on(struct connection *self)
{
	out.size = 0;
	if (self->input != NULL)
		answer_all(self, (struct text){(const char *)self->input->data, self->input_size});
}

/* The message takes a copy of the answers; where it cannot be sent yet, they are kept. */
static int64_t start_write(struct connection *self)
{
	const uint8_t *data = self->output != NULL ? self->output->data : out.data;
	uint32_t size = self->output != NULL ? self->output_size : out.size;
	int64_t message = tcp_write_start(self->handle, (struct wire_bytes){data, size});
	if (message == CALL_BUSY && self->output == NULL) {
		self->output = take_page();
		if (self->output == NULL)
			return CALL_LIMIT;
		__builtin_memcpy(self->output->data, data, size);
		self->output_size = size;
	}
	return message;
}

static bool is_done(const struct connection *self)
{
	struct tcp_nothing_or_error result;
	return tcp_write_finish(self->future.answer, &result) == CALL_OK && !result.is_error;
}

static void close_connection(struct connection *self)
{
	(void)tcp_close(self->handle);
	drop_page(&self->input);
	drop_page(&self->output);
	self->is_open = false;
	self->next_free = first_free;
	first_free = self;
	if (acceptor.place.state == FUTURE_OPEN)
		future_complete(&acceptor.place, CALL_OK);
}

/* False at the end. */
static bool was_read(const struct connection *self, struct wire_bytes *data)
{
	struct tcp_bytes_or_error result;
	if (tcp_read_finish(self->future.answer, &result) != CALL_OK || result.is_error)
		return false;
	*data = result.value;
	return data->size > 0;
}

static void serve(struct task *task)
{
	struct connection *self = future_record(task, struct connection, task);
	struct wire_bytes data;

	TASK_BEGIN(task);
	while (!self->is_last) {
		set_state(self, self->input == NULL ? IDLE : READING);
		/* A request has its time as a whole: bytes that trickle in do not renew it. */
		do {
			TASK_CALL(task, &self->future, tcp_read_start(self->handle, READ_BYTES, 0));
			if (!was_read(self, &data))
				goto end;
			take_input(self, data);
			if (self->state == IDLE)
				set_state(self, READING);
		} while (out.size == 0);
		do {
			set_state(self, WRITING);
			TASK_CALL(task, &self->future, start_write(self));
			drop_page(&self->output);
			if (!is_done(self))
				goto end;
			go_on(self);
		} while (out.size > 0);
	}
	if (self->has_refused) {
		/* Who still sends would take the close for an accident, and lose the answer. */
		set_state(self, LINGERING);
		TASK_CALL(task, &self->future, tcp_finish_start(self->handle));
		do
			TASK_CALL(task, &self->future, tcp_read_start(self->handle, READ_BYTES, 0));
		while (was_read(self, &data));
	}
end:
	close_connection(self);
	TASK_END(task);
}

/* One timer for all: whose patience is used up is disconnected. */
static void sweep(struct task *task)
{
	struct sweeper *self = future_record(task, struct sweeper, task);

	TASK_BEGIN(task);
	for (;;) {
		TASK_SLEEP(task, &self->future, loop_now(&loop) + PATIENCE_SECONDS * LOOP_SECOND);
		for (int i = 0; i < CONNECTIONS_MAX; i++)
			if (connections[i].is_open && --connections[i].patience == 0)
				task_cancel(&connections[i].task);
	}
	TASK_END(task);
}

/* ---- Accepting ---- */

static void start_connection(struct connection *connection, uint64_t handle)
{
	connection->handle = handle;
	connection->is_open = true;
	connection->is_last = connection->has_refused = connection->is_continued = false;
	connection->input_size = 0;
	/* Answers are small: each is to be sent at once. The answer to this is dropped. */
	(void)tcp_configure_start(handle, TCP_OPTIONS_NO_DELAY);
	task_start(&loop, &connection->task, serve);
}

static void accept(struct task *task)
{
	struct acceptor *self = future_record(task, struct acceptor, task);
	struct tcp_connection_or_error accepted;

	TASK_BEGIN(task);
	for (;;) {
		while (first_free == NULL) {
			future_open(&loop, &self->place);
			TASK_AWAIT(task, &self->place);
		}
		TASK_CALL(task, &self->future, tcp_accept_start(self->listener));
		if (tcp_accept_finish(self->future.answer, &accepted) != CALL_OK)
			give_up(TEXT("http: the network is gone\n"));
		if (!accepted.is_error) {
			self->connection = first_free;
			first_free = self->connection->next_free;
			start_connection(self->connection, accepted.value.handle);
			continue;
		}
		/* Too many are open, say: those who wait to be accepted have patience. */
		TASK_SLEEP(task, &self->future, loop_now(&loop) + 100 * LOOP_MILLISECOND);
	}
	TASK_END(task);
}

/* ---- Starting ---- */

/* The port that the first argument names; 0 without one. */
static uint16_t read_port(void)
{
	struct call_buffer buffer = memory_buffer();
	struct wire_bytes_list arguments;
	struct wire_bytes text;
	uint32_t port = 0;
	if (process_arguments(&buffer, &arguments) != CALL_OK ||
	    !wire_bytes_list_next(&arguments, &text) || !wire_bytes_list_next(&arguments, &text))
		return 0;
	for (uint32_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			give_up(TEXT("usage: http [PORT]\n"));
		port = port * 10 + (text.data[i] - '0');
		if (port > UINT16_MAX)
			give_up(TEXT("http: a port is at most 65535\n"));
	}
	return (uint16_t)port;
}

static void listen_at(uint16_t port)
{
	const struct tcp_endpoint at = {
	    .address = {.kind = TCP_IP_ADDRESS_IPV4, .as.ipv4 = 0x7f000001}, .port = port};
	struct tcp_listener_or_error result;
	char digits[20];
	enum call_status status = tcp_listen(&at, 0, 0, &result);
	if (status == CALL_DENIED ||
	    (status == CALL_OK && result.is_error && result.error == TCP_ERROR_DENIED))
		give_up(TEXT("http: it may not listen there; see README.md\n"));
	if (status != CALL_OK || result.is_error)
		give_up(TEXT("http: cannot listen there\n"));
	acceptor.listener = result.value.handle;
	print(1, TEXT("listening at 127.0.0.1:"));
	print(1, number_text(result.value.local.port, digits));
	print(1, TEXT("\n"));
}

void _start(void)
{
	for (int i = CONNECTIONS_MAX - 1; i >= 0; i--) {
		connections[i].next_free = first_free;
		first_free = &connections[i];
	}
	for (int i = 0; i < PAGES; i++) {
		pages[i].next = first_page;
		first_page = &pages[i];
	}
	listen_at(read_port());
	loop_init(&loop, slots, sizeof slots / sizeof slots[0], memory_buffer());
	task_start(&loop, &acceptor.task, accept);
	task_start(&loop, &sweeper.task, sweep);
	(void)loop_run(&loop);
	give_up(TEXT("http: out of memory\n"));
}
