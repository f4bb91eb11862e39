#include "log.h"

#include "devices/serial.h"

static enum port_log_level lowest_level = PORT_LOG_WARNING;

void log_set_level(enum port_log_level level)
{
	lowest_level = level;
}

void port_log(enum port_log_level level, const char *text, size_t size)
{
	if (level < lowest_level)
		return;
	serial_print(SERIAL_OPERATOR, "cairn: ", 7);
	serial_print(SERIAL_OPERATOR, text, size);
	serial_print(SERIAL_OPERATOR, "\n", 1);
}
