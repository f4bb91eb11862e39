#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

struct shown show_bytes(const void *data, size_t size)
{
	struct shown shown;
	struct text text = text_over(shown.text, sizeof shown.text);
	text_escaped(&text, data, size);
	return shown;
}

struct shown show(const char *string)
{
	return show_bytes(string, strlen(string));
}

/* One write a line, so that lines of several processes do not mix. */
void report_error(const char *format, ...)
{
	char line[2048];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	fprintf(stderr, "cairn: %s\n", line);
}

void report_fault(enum status status, const struct fault *fault)
{
	report_error("%s", fault->text[0] != '\0' ? fault->text : status_text(status));
}

bool report_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	report_error("cannot write (%s): standard output", strerror(errno));
	return false;
}
