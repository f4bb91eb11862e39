/*
 * serial: the serial lines of a PC (16550). The first carries the program's input and output, the
 * second what is told to the operator: errors, the log; where there is no second, all goes to the
 * first. The third is for the transcript of messages. 115,200 baud, 8 bits, no parity.
 */
#ifndef DEVICES_SERIAL_H
#define DEVICES_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum serial_line { SERIAL_PROGRAM, SERIAL_OPERATOR, SERIAL_TRANSCRIPT };

void serial_init(void);
bool serial_has_line(enum serial_line line);

/* Lets the line interrupt when something comes in; from now on serial_read yields it. */
void serial_listen(void);

/* Takes what the line has room for at once; returns how much. */
size_t serial_write(enum serial_line line, const uint8_t *data, size_t size);

/* Waits for room. A line that takes nothing for long loses the rest. */
void serial_print(enum serial_line line, const void *data, size_t size);

/* What came in on the program's line: at most `size` bytes; 0 where there is nothing. */
size_t serial_read(uint8_t *data, size_t size);
bool serial_has_input(void);

/* Whether somebody has ended the input: see serial.c. */
bool serial_is_at_end(void);

#endif
