#include <cairn/log_serve.h>

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

static void write_line(struct process *process, enum port_log_level level,
		       struct wire_string message)
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
	size_t size = message.size < LOG_TEXT_BYTES ? message.size : LOG_TEXT_BYTES;
	text_escaped(&text, (const uint8_t *)message.data, size);
	process_log(process, level, line, text.used);
}

static void write(void *self, void *message, const struct log_write_call *call)
{
	static const enum port_log_level levels[] = {[LOG_LEVEL_DEBUG] = PORT_LOG_DEBUG,
						     [LOG_LEVEL_INFO] = PORT_LOG_INFO,
						     [LOG_LEVEL_WARNING] = PORT_LOG_WARNING,
						     [LOG_LEVEL_ERROR] = PORT_LOG_ERROR};
	struct process *process = serve_sender(message);
	if (process != NULL)
		write_line(process, levels[call->level], call->text);
	request_done(message);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct log_handler handler = {.write = write};
	log_serve(&handler, self, request);
}

const struct kernel_service serve_log = {.receive = receive};
