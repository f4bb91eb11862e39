#include "machine.h"

#include "core/port.h"
#include "core/text.h"
#include "cpu/cpu.h"
#include "cpu/interrupts.h"
#include "devices/end.h"
#include "devices/pic.h"
#include "devices/serial.h"
#include "devices/timer.h"
#include "devices/wall_clock.h"
#include "guard.h"
#include "memory/frames.h"
#include "memory/paging.h"
#include "random.h"

static struct boot_info boot_info;
static void (*volatile on_timer)(void);

static void expired(void)
{
	if (on_timer != NULL)
		on_timer();
}

void machine_on_timer(void (*handler)(void))
{
	on_timer = handler;
}

_Noreturn void machine_fail(uint32_t code, const char *what, const char *why)
{
	char buffer[FAULT_TEXT_BYTES + 80];
	struct text line = text_over(buffer, sizeof buffer);
	text_string(&line, what);
	text_string(&line, ": ");
	text_string(&line, why);
	port_log(PORT_LOG_ERROR, line.data, line.used);
	end_machine(code);
}

static void require(enum status status, const char *what)
{
	if (status != STATUS_OK)
		machine_fail(END_PANIC, what, status_text(status));
}

struct boot_info *machine_init(uint32_t magic, uint64_t address)
{
	serial_init();
	interrupts_init();
	require(boot_info_read(magic, address, &boot_info), "what the boot loader tells");
	frames_init(&boot_info);
	require(paging_init(), "page tables");
	guard_init();
	pic_init();
	require(timer_init(expired), "timer and clock");
	wall_clock_init();
	if (random_init() != STATUS_OK)
		machine_fail(END_PANIC, "no random bytes",
			     "the CPU has neither RDSEED nor RDRAND, and no virtio-rng gives any");
	serial_listen();
	cpu_interrupts_on();
	return &boot_info;
}
