/*
 * A line has no end, but input may have one: the byte EOT (0x04, what Ctrl-D sends) ends it, and
 * SYN (0x16, Ctrl-V) takes the next byte as it is, as both do on any terminal. Nothing else is
 * special.
 */
#include "devices/serial.h"

#include "cpu/cpu.h"
#include "cpu/interrupts.h"
#include "devices/pic.h"

enum {
	DATA = 0,
	INTERRUPT_ENABLE = 1,
	FIFO_CONTROL = 2,
	LINE_CONTROL = 3,
	MODEM_CONTROL = 4,
	LINE_STATUS = 5,
	SCRATCH = 7,
	FIFO_ENABLE_AND_CLEAR = 0xc7, /* interrupts at 14 bytes, or after a pause */
	FIFO_BYTES = 16,
	DIVISOR_ACCESS = 0x80,
	EIGHT_BITS = 0x03,
	READY_AND_INTERRUPT = 0x0b, /* DTR, RTS, OUT2 */
	STATUS_INPUT = 0x01,
	STATUS_ROOM = 0x20,
	LINE_OF_PROGRAM = 4, /* of the interrupt controller */
	BYTE_END = 0x04,
	BYTE_LITERAL = 0x16,
	BYTE_GO_ON = 0x11,
	RING_BYTES = 4096,
	PRINT_ATTEMPTS = 10000000
};

static const uint16_t ports[] = {0x3f8, 0x2f8, 0x3e8};
enum { LINE_COUNT = sizeof ports / sizeof ports[0] };
static bool has_line[LINE_COUNT];

/* What came in and was not read; the interrupt's handler writes, serial_read reads. */
static uint8_t ring[RING_BYTES];
static volatile uint32_t ring_in, ring_out;
static volatile bool is_at_end;
static bool is_literal;

static uint16_t port_of(enum serial_line line)
{
	return ports[has_line[line] ? line : SERIAL_PROGRAM];
}

/* A port where nothing is does not keep what is written. */
static bool open_line(uint16_t port)
{
	cpu_out8(port + SCRATCH, 0x5a);
	if (cpu_in8(port + SCRATCH) != 0x5a)
		return false;
	cpu_out8(port + INTERRUPT_ENABLE, 0);
	cpu_out8(port + LINE_CONTROL, DIVISOR_ACCESS);
	cpu_out8(port + DATA, 1);
	cpu_out8(port + INTERRUPT_ENABLE, 0);
	cpu_out8(port + LINE_CONTROL, EIGHT_BITS);
	cpu_out8(port + FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
	cpu_out8(port + MODEM_CONTROL, READY_AND_INTERRUPT);
	return true;
}

void serial_init(void)
{
	for (int i = 0; i < LINE_COUNT; i++)
		has_line[i] = open_line(ports[i]);
}

bool serial_has_line(enum serial_line line)
{
	return has_line[line];
}

/* ---- Output ---- */

size_t serial_write(enum serial_line line, const uint8_t *data, size_t size)
{
	uint16_t port = port_of(line);
	size_t written = 0;
	while (written < size && (cpu_in8(port + LINE_STATUS) & STATUS_ROOM) != 0)
		for (int i = 0; i < FIFO_BYTES && written < size; i++)
			cpu_out8(port + DATA, data[written++]);
	return written;
}

void serial_print(enum serial_line line, const void *data, size_t size)
{
	const uint8_t *next = data;
	for (int attempts = 0; size > 0 && attempts < PRINT_ATTEMPTS; attempts++) {
		size_t written = serial_write(line, next, size);
		next += written;
		size -= written;
		if (written > 0)
			attempts = 0;
		else
			cpu_pause();
	}
}

/* ---- Input ---- */

static void take_byte(uint8_t byte)
{
	if (!is_literal && byte == BYTE_LITERAL) {
		is_literal = true;
		return;
	}
	if (!is_literal && byte == BYTE_END) {
		is_at_end = true;
		return;
	}
	is_literal = false;
	ring[ring_in % RING_BYTES] = byte;
	ring_in++;
}

/* While the ring is full the bytes stay in the line, whose other end waits. */
static void take_input(void)
{
	uint16_t port = ports[SERIAL_PROGRAM];
	while (ring_in - ring_out < RING_BYTES && (cpu_in8(port + LINE_STATUS) & STATUS_INPUT) != 0)
		take_byte(cpu_in8(port + DATA));
	if (ring_in - ring_out == RING_BYTES)
		cpu_out8(port + INTERRUPT_ENABLE, 0);
}

void serial_listen(void)
{
	interrupts_on_device(VECTOR_DEVICES + LINE_OF_PROGRAM, take_input);
	pic_enable(LINE_OF_PROGRAM);
	cpu_out8(ports[SERIAL_PROGRAM] + INTERRUPT_ENABLE, 1);
	if (has_line[SERIAL_OPERATOR])
		cpu_out8(ports[SERIAL_OPERATOR] + DATA, BYTE_GO_ON);
}

size_t serial_read(uint8_t *data, size_t size)
{
	size_t count = 0;
	while (count < size && ring_out != ring_in) {
		data[count++] = ring[ring_out % RING_BYTES];
		ring_out++;
	}
	if (count > 0)
		cpu_out8(ports[SERIAL_PROGRAM] + INTERRUPT_ENABLE, 1);
	return count;
}

bool serial_has_input(void)
{
	return ring_in != ring_out || is_at_end;
}

bool serial_is_at_end(void)
{
	return ring_in == ring_out && is_at_end;
}
