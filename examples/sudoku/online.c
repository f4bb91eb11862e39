#include "online.h"

#include <cairn/tcp_calls.h>

#include "kv_calls.h"

enum { BUFFER_BYTES = 4096, KEY_BYTES = 32 };

static _Alignas(8) uint8_t memory[BUFFER_BYTES];

static struct call_buffer room(void)
{
	return call_buffer_over(memory, sizeof memory);
}

/* Why a call did not go through at all. */
static const char *words_of(enum call_status status)
{
	switch (status) {
	case CALL_DENIED:
	case CALL_LATER_DENIED:
		return "you have not allowed it";
	case CALL_NO_HANDLER:
	case CALL_HANDLER_NOT_STARTED:
		return "nobody handles it";
	case CALL_HANDLER_ENDED:
	case CALL_HANDLER_CHANGED:
		return "whoever handles it has gone; try again";
	default:
		return "it did not work";
	}
}

bool online_read_server(struct wire_bytes word, struct server *out)
{
	uint32_t colon = word.size;
	while (colon > 0 && word.data[colon - 1] != ':')
		colon--;
	uint32_t port;
	if (colon < 2 ||
	    !text_read_number((struct wire_bytes){word.data + colon, word.size - colon}, &port) ||
	    port == 0 || port > 65535)
		return false;
	out->host = (struct wire_string){(const char *)word.data, colon - 1};
	out->port = (uint16_t)port;
	return true;
}

/* ---- The best time ---- */

static struct wire_string key_of(const char *level, char key[KEY_BYTES])
{
	struct text text = {.data = key, .size = KEY_BYTES};
	text_add(&text, "best ");
	text_add(&text, level);
	return (struct wire_string){key, text.used};
}

/* A handler that changed has to be asked once more. */
static enum call_status get(const char *level, struct kv_bytes_option *value)
{
	char key[KEY_BYTES];
	struct call_buffer buffer = room();
	enum call_status status = kv_get(&buffer, key_of(level, key), value);
	if (status == CALL_HANDLER_CHANGED)
		status = kv_get(&buffer, key_of(level, key), value);
	return status;
}

uint32_t online_best(const char *level, struct text *how)
{
	struct kv_bytes_option value;
	uint32_t best = 0;
	enum call_status status = get(level, &value);
	if (status != CALL_OK) {
		text_add(how, "No best time (kv): ");
		text_add(how, words_of(status));
		text_add(how, ".");
		return 0;
	}
	if (!value.has_value || !text_read_number(value.value, &best)) {
		text_add(how, "No best time yet.");
		return 0;
	}
	text_add(how, "The best time so far: ");
	text_add_number(how, best);
	text_add(how, " seconds.");
	return best;
}

void online_keep_best(const char *level, uint32_t seconds, struct text *how)
{
	char key[KEY_BYTES], digits[10];
	struct text value = {.data = digits, .size = sizeof digits};
	struct kv_nothing_or_put_error result;
	text_add_number(&value, seconds);
	enum call_status status = kv_put(
	    key_of(level, key), (struct wire_bytes){(const uint8_t *)digits, value.used}, &result);
	if (status != CALL_OK) {
		text_add(how, "The time was not kept (kv): ");
		text_add(how, words_of(status));
		text_add(how, ".");
	} else {
		text_add(how, result.is_error ? "The time was not kept: there is no room."
					      : "A new best time, and it was kept.");
	}
}

/* ---- The server ---- */

static const char *words_of_error(enum tcp_error error)
{
	switch (error) {
	case TCP_ERROR_DENIED:
		return "what you allowed does not go so far";
	case TCP_ERROR_REFUSED:
		return "nobody listens there";
	case TCP_ERROR_NAME_NOT_FOUND:
		return "the server has no such name";
	case TCP_ERROR_UNREACHABLE:
	case TCP_ERROR_TIMED_OUT:
		return "the server cannot be reached";
	default:
		return "the connection failed";
	}
}

static void tell(struct text *how, const char *what)
{
	text_add(how, "Not published (tcp): ");
	text_add(how, what);
	text_add(how, ".");
}

static void write_line(uint64_t connection, struct wire_bytes line, struct text *how)
{
	struct tcp_nothing_or_error result;
	enum call_status status = tcp_write(connection, line, &result);
	if (status == CALL_OK && !result.is_error)
		status = tcp_finish(connection, &result);
	(void)tcp_close(connection);
	if (status != CALL_OK)
		tell(how, words_of(status));
	else if (result.is_error)
		tell(how, words_of_error(result.error));
	else
		text_add(how, "The score was published.");
}

void online_publish(const struct server *server, const char *level, uint32_t seconds,
		    struct text *how)
{
	char bytes[64];
	struct text line = {.data = bytes, .size = sizeof bytes};
	struct tcp_destination to = {.kind = TCP_DESTINATION_HOST};
	struct tcp_connection_or_error result;
	to.as.host.host = server->host;
	to.as.host.port = server->port;
	text_add(&line, "sudoku ");
	text_add(&line, level);
	text_add(&line, " ");
	text_add_number(&line, seconds);
	text_add(&line, "\n");
	enum call_status status = tcp_connect(&to, 0, &result);
	if (status != CALL_OK)
		tell(how, words_of(status));
	else if (result.is_error)
		tell(how, words_of_error(result.error));
	else
		write_line(result.value.handle,
			   (struct wire_bytes){(const uint8_t *)bytes, line.used}, how);
}
