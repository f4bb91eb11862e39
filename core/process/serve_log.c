#include <cairn/messages.h>

#include "kernel_limits.h"
#include "process.h"
#include "serve.h"
#include "text.h"

static const uint64_t ns_per_line = 1000000000 / LOG_LINES_PER_SECOND;

/* Whether the process may log another line now. */
static bool take_line(struct log_allowance *log)
{
	uint64_t now = port_monotonic_ns();
	if (log->filled_ns == 0) {
		log->filled_ns = now;
		log->lines = LOG_LINES_BURST;
	}
	uint64_t earned = (now - log->filled_ns) / ns_per_line;
	if (earned > 0) {
		log->filled_ns += earned * ns_per_line;
		log->lines = earned > LOG_LINES_BURST - log->lines ? LOG_LINES_BURST
								   : log->lines + (uint32_t)earned;
	}
	if (log->lines == 0)
		return false;
	log->lines--;
	return true;
}

static void write_line(struct process *process, enum port_log_level level, struct bytes *message)
{
	struct log_allowance *log = &process->log;
	if (!take_line(log)) {
		log->suppressed++;
		return;
	}
	char line[LOG_LINE_BYTES];
	struct text text = text_over(line, sizeof line);
	process_describe(process, &text);
	text_string(&text, ": ");
	if (log->suppressed > 0) {
		text_string(&text, "[");
		text_decimal(&text, log->suppressed);
		text_string(&text, " lines were suppressed] ");
		log->suppressed = 0;
	}
	size_t size = bytes_left(message);
	text_escaped(&text, message->next, size < LOG_TEXT_BYTES ? size : LOG_TEXT_BYTES);
	port_log(level, line, text.used);
}

/* write: func(level: level, text: string) */
static void receive(void *self, struct kernel_request *request)
{
	static const enum port_log_level levels[] = {PORT_LOG_DEBUG, PORT_LOG_INFO,
						     PORT_LOG_WARNING, PORT_LOG_ERROR};
	struct bytes in = serve_body(request);
	uint32_t function = bytes_u32(&in);
	uint8_t level = bytes_u8(&in);
	struct bytes text = bytes_slice(&in, bytes_u32(&in));
	struct process *process = serve_sender(request);
	if (!serve_is_whole(&in) || function != LOG_WRITE ||
	    level >= sizeof levels / sizeof levels[0] ||
	    !bytes_are_utf8(text.next, bytes_left(&text))) {
		serve_refuse(request);
		return;
	}
	if (process != NULL)
		write_line(process, levels[level], &text);
	serve_answer(request, NULL, 0);
}

const struct kernel_service serve_log = {.receive = receive};
