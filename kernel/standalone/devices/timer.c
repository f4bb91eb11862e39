#include "devices/timer.h"

#include "core/port.h"
#include "cpu/cpu.h"
#include "cpu/interrupts.h"
#include "memory/paging.h"

/* Registers of the local APIC, in 32-bit words, and their values (Intel's manual, volume 3). */
enum {
	APIC_END = 0xb0 / 4,
	APIC_SPURIOUS = 0xf0 / 4,
	APIC_TIMER = 0x320 / 4,
	APIC_LINE0 = 0x350 / 4,
	APIC_INITIAL = 0x380 / 4,
	APIC_CURRENT = 0x390 / 4,
	APIC_DIVIDE = 0x3e0 / 4,
	APIC_ENABLE = 0x100,
	APIC_EXTERNAL = 0x700, /* what the 8259 raises */
	APIC_MASKED = 0x10000,
	APIC_PERIODIC = 0x20000,
	APIC_DIVIDE_BY_16 = 3
};
static const uint64_t APIC_BASE = 0xfee00000;

/* The programmable interval timer: channel 2 counts down once, and port 0x61 shows its end. */
enum {
	PIT_HERTZ = 1193182,
	PIT_DIVISOR = PIT_HERTZ / 100, /* 10 ms */
	PIT_CHANNEL2 = 0x42,
	PIT_COMMAND = 0x43,
	PIT_COUNT_DOWN = 0xb0, /* channel 2, both bytes, mode 0 */
	PIT_GATE = 0x61,
	PIT_GATE_ON = 0x01,
	PIT_SPEAKER = 0x02,
	PIT_OUTPUT = 0x20
};

/* Time stamps become nanoseconds by a multiplication: the factor has 32 bits behind the point. */
enum { FACTOR_BITS = 32, DELAY_NS_MAX = 1000000000 };
static const uint64_t MEASURED_NS = (uint64_t)PIT_DIVISOR * 1000000000 / PIT_HERTZ;

static uint64_t ns_per_stamp;
static uint64_t first_stamp;
static uint64_t ns_per_tick; /* of the APIC's timer, the same way */
static void (*on_expired)(void);

static volatile uint32_t *apic(void)
{
	return (volatile uint32_t *)(uintptr_t)APIC_BASE;
}

static void start_pit(void)
{
	uint8_t gate = cpu_in8(PIT_GATE) & (uint8_t)~(PIT_SPEAKER | PIT_GATE_ON);
	cpu_out8(PIT_GATE, gate | PIT_GATE_ON);
	cpu_out8(PIT_COMMAND, PIT_COUNT_DOWN);
	cpu_out8(PIT_CHANNEL2, PIT_DIVISOR & 0xff);
	cpu_out8(PIT_CHANNEL2, PIT_DIVISOR >> 8);
}

/* True when the count came to its end; a machine without a PIT does not hold the kernel for ever.
 */
static bool await_pit(void)
{
	for (int i = 0; i < 10000000; i++)
		if ((cpu_in8(PIT_GATE) & PIT_OUTPUT) != 0)
			return true;
	return false;
}

static enum status measure(void)
{
	apic()[APIC_DIVIDE] = APIC_DIVIDE_BY_16;
	apic()[APIC_TIMER] = APIC_MASKED;
	start_pit();
	uint64_t stamp = cpu_timestamp();
	apic()[APIC_INITIAL] = UINT32_MAX;
	if (!await_pit())
		return STATUS_UNSUPPORTED;
	uint64_t ticks = UINT32_MAX - apic()[APIC_CURRENT];
	uint64_t stamps = cpu_timestamp() - stamp;
	apic()[APIC_INITIAL] = 0;
	if (ticks == 0 || stamps == 0)
		return STATUS_UNSUPPORTED;
	ns_per_tick = (MEASURED_NS << FACTOR_BITS) / ticks;
	ns_per_stamp = (MEASURED_NS << FACTOR_BITS) / stamps;
	first_stamp = stamp;
	return STATUS_OK;
}

static void expire(void)
{
	apic()[APIC_END] = 0;
	on_expired();
}

enum status timer_init(void (*expired)(void))
{
	enum status status = paging_map_device(APIC_BASE);
	if (status != STATUS_OK)
		return status;
	on_expired = expired;
	interrupts_on_device(VECTOR_TIMER, expire);
	apic()[APIC_SPURIOUS] = APIC_ENABLE | VECTOR_SPURIOUS;
	apic()[APIC_LINE0] = APIC_EXTERNAL;
	status = measure();
	apic()[APIC_TIMER] = VECTOR_TIMER;
	return status;
}

static void arm(uint32_t mode, uint64_t delay_ns)
{
	if (delay_ns > DELAY_NS_MAX)
		delay_ns = DELAY_NS_MAX;
	uint64_t ticks = (delay_ns << FACTOR_BITS) / ns_per_tick;
	if (ticks > UINT32_MAX)
		ticks = UINT32_MAX;
	apic()[APIC_TIMER] = VECTOR_TIMER | mode;
	apic()[APIC_INITIAL] = ticks == 0 ? 1 : (uint32_t)ticks;
}

void timer_arm(uint64_t delay_ns)
{
	arm(0, delay_ns);
}

void timer_arm_slices(uint64_t period_ns)
{
	arm(APIC_PERIODIC, period_ns);
}

uint64_t port_monotonic_ns(void)
{
	return (unsigned __int128)(cpu_timestamp() - first_stamp) * ns_per_stamp >> FACTOR_BITS;
}

uint64_t port_cpu_ns(void)
{
	return port_monotonic_ns();
}
