/*
 * The peer of examples/echo: the same server in C on libuv. A connection has one buffer, and what a
 * read brought is written before the next.
 */
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

enum { READ_BYTES = 256 * 1024 };

struct connection {
	uv_tcp_t tcp;
	uv_write_t write;
	char buffer[READ_BYTES];
};

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void close_connection(uv_stream_t *stream)
{
	if (!uv_is_closing((uv_handle_t *)stream))
		uv_close((uv_handle_t *)stream, on_closed);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct connection *connection = handle->data;
	*out = uv_buf_init(connection->buffer, READ_BYTES);
}

static void on_written(uv_write_t *request, int status)
{
	if (status < 0)
		close_connection(request->handle);
	else
		uv_read_start(request->handle, on_allocate, on_read);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
	struct connection *connection = stream->data;
	if (count == 0)
		return;
	if (count < 0) {
		close_connection(stream);
		return;
	}
	uv_buf_t data = uv_buf_init(buffer->base, (unsigned)count);
	int written = uv_try_write(stream, &data, 1);
	if (written == count)
		return;
	if (written > 0)
		data = uv_buf_init(data.base + written, (unsigned)(count - written));
	uv_read_stop(stream);
	if (uv_write(&connection->write, stream, &data, 1, on_written) != 0)
		close_connection(stream);
}

static void on_connection(uv_stream_t *server, int status)
{
	struct connection *connection = malloc(sizeof *connection);
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
