#include "print.h"

#include <string.h>

#include "devices/serial.h"

void print_text(const char *text)
{
	serial_print(SERIAL_PROGRAM, text, strlen(text));
	serial_print(SERIAL_PROGRAM, "\n", 1);
}
