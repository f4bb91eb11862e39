/*
 * The peer of examples/http: an HTTP/1.1 server in C on libuv with a route, keep-alive and
 * pipelining. It checks less than the example does.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <uv.h>

enum { BUFFER_BYTES = 16384 };

static const char hello[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
			    "Content-Length: 14\r\n\r\nHello, world!\n";
static const char missing[] = "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n"
			      "Content-Length: 13\r\n\r\n404 Not Found";

struct connection {
	uv_tcp_t tcp;
	size_t used;
	char buffer[BUFFER_BYTES];
};

struct answer {
	uv_write_t request;
	size_t size;
	char data[];
};

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_written(uv_write_t *request, int status)
{
	free(request);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct connection *connection = handle->data;
	*out = uv_buf_init(connection->buffer + connection->used,
			   (unsigned)(BUFFER_BYTES - connection->used));
}

/* The fields are looked at as a server has to that heeds a length and a close. */
static bool read_fields(const char *at, const char *end, bool *is_last)
{
	while (at < end) {
		const char *line_end = memchr(at, '\r', (size_t)(end - at));
		const char *colon = memchr(at, ':', (size_t)(line_end - at));
		if (colon == NULL)
			return false;
		size_t name = (size_t)(colon - at);
		if (name == 10 && strncasecmp(at, "connection", name) == 0)
			*is_last = strncasecmp(colon + 2, "close", 5) == 0;
		if (name == 14 && strncasecmp(at, "content-length", name) == 0)
			return false;
		at = line_end + 2;
	}
	return true;
}

static void serve(struct connection *connection)
{
	bool is_last = false;
	char *at = connection->buffer;
	char *end = at + connection->used;
	struct answer *answer = malloc(sizeof *answer + BUFFER_BYTES * 4);
	answer->size = 0;
	while (at < end) {
		char *head_end = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
		if (head_end == NULL)
			break;
		char *line_end = memchr(at, '\r', (size_t)(end - at));
		bool is_hello = strncmp(at, "GET / HTTP/1.1", 14) == 0;
		if (!read_fields(line_end + 2, head_end + 2, &is_last))
			is_last = true;
		const char *text = is_hello ? hello : missing;
		size_t size = is_hello ? sizeof hello - 1 : sizeof missing - 1;
		memcpy(answer->data + answer->size, text, size);
		answer->size += size;
		at = head_end + 4;
	}
	connection->used = (size_t)(end - at);
	memmove(connection->buffer, at, connection->used);
	uv_buf_t data = uv_buf_init(answer->data, (unsigned)answer->size);
	if (answer->size == 0 ||
	    uv_write(&answer->request, (uv_stream_t *)&connection->tcp, &data, 1, on_written) != 0)
		free(answer);
	if (is_last)
		uv_close((uv_handle_t *)&connection->tcp, on_closed);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
	struct connection *connection = stream->data;
	if (count < 0) {
		uv_close((uv_handle_t *)stream, on_closed);
		return;
	}
	connection->used += (size_t)count;
	serve(connection);
}

static void on_connection(uv_stream_t *server, int status)
{
	struct connection *connection = calloc(1, sizeof *connection);
	if (status < 0 || connection == NULL)
		exit(1);
	uv_tcp_init(server->loop, &connection->tcp);
	connection->tcp.data = connection;
	if (uv_accept(server, (uv_stream_t *)&connection->tcp) != 0)
		exit(1);
	uv_tcp_nodelay(&connection->tcp, 1);
	uv_read_start((uv_stream_t *)&connection->tcp, on_allocate, on_read);
}

int main(int argc, char **argv)
{
	uv_tcp_t server;
	struct sockaddr_in at;
	uv_ip4_addr("127.0.0.1", argc > 1 ? atoi(argv[1]) : 0, &at);
	uv_tcp_init(uv_default_loop(), &server);
	if (uv_tcp_bind(&server, (const struct sockaddr *)&at, 0) != 0 ||
	    uv_listen((uv_stream_t *)&server, 1024, on_connection) != 0)
		return 1;
	int size = sizeof at;
	uv_tcp_getsockname(&server, (struct sockaddr *)&at, &size);
	printf("listening at 127.0.0.1:%d\n", ntohs(at.sin_port));
	fflush(stdout);
	return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
