#include "devices/wall_clock.h"

#include <stdbool.h>

#include "core/port.h"
#include "cpu/cpu.h"

enum {
	INDEX = 0x70,
	VALUE = 0x71,
	SECONDS = 0,
	MINUTES = 2,
	HOURS = 4,
	DAY = 7,
	MONTH = 8,
	YEAR = 9,
	STATUS_A = 10,
	STATUS_B = 11,
	UPDATING = 0x80,
	BINARY = 0x04,
	FULL_DAY = 0x02,
	AFTERNOON = 0x80,
	UPDATE_ATTEMPTS = 100000
};

static uint64_t wall_at_zero_ns; /* of the monotonic clock */

static uint8_t read(uint8_t index)
{
	cpu_out8(INDEX, index);
	return cpu_in8(VALUE);
}

static unsigned number(uint8_t value, bool is_binary)
{
	return is_binary ? value : (value >> 4) * 10u + (value & 15u);
}

/* Days from 1970-01-01; years end in February, so that leap days come last. */
static uint64_t days_of(unsigned year, unsigned month, unsigned day)
{
	unsigned shifted = month < 3 ? year - 1 : year;
	unsigned month_from_march = (month + 9) % 12;
	uint64_t days = 365u * (uint64_t)shifted + shifted / 4 - shifted / 100 + shifted / 400;
	return days + (month_from_march * 306 + 5) / 10 + day - 1 - 719468;
}

void wall_clock_init(void)
{
	for (int i = 0; i < UPDATE_ATTEMPTS && (read(STATUS_A) & UPDATING) != 0; i++)
		cpu_pause();
	uint8_t format = read(STATUS_B);
	bool is_binary = (format & BINARY) != 0;
	uint8_t raw_hours = read(HOURS);
	unsigned hours = number(raw_hours & 0x7f, is_binary);
	if ((format & FULL_DAY) == 0)
		hours = hours % 12 + ((raw_hours & AFTERNOON) != 0 ? 12 : 0);
	uint64_t days = days_of(2000 + number(read(YEAR), is_binary),
				number(read(MONTH), is_binary), number(read(DAY), is_binary));
	uint64_t minutes = days * 1440 + hours * 60 + number(read(MINUTES), is_binary);
	uint64_t seconds = minutes * 60 + number(read(SECONDS), is_binary);
	wall_at_zero_ns = seconds * 1000000000 - port_monotonic_ns();
}

uint64_t port_wall_ns(void)
{
	return wall_at_zero_ns + port_monotonic_ns();
}
