/*
 * Frames that were given back are a list through themselves; those never taken are found by walking
 * through the areas of the boot information, so that starting up costs nothing for each.
 */
#include "memory/frames.h"

#include "core/port.h"
#include "memory/image.h"

/* Firmware, boot loaders and the first CPU's real mode have things there. */
enum { LOW_MEMORY_BYTES = 1 << 20 };

static const struct boot_info *boot;
static struct boot_area taken[3]; /* what the areas contain and nobody may have */
static uint32_t area;             /* that the next frame comes from */
static uint64_t next;             /* that frame, or 0 before the first of an area */
static uint64_t free_list;
static uint64_t free_count;
static uint64_t promised_count;

static uint64_t round_up(uint64_t address)
{
	return (address + FRAME_BYTES - 1) & ~(uint64_t)(FRAME_BYTES - 1);
}

/* The end of what is taken around `frame`, or 0. */
static uint64_t end_of_taken(uint64_t frame)
{
	for (unsigned i = 0; i < sizeof taken / sizeof taken[0]; i++)
		if (frame + FRAME_BYTES > taken[i].base && frame < taken[i].base + taken[i].size)
			return round_up(taken[i].base + taken[i].size);
	return 0;
}

/* The next frame that was never taken; 0 when there is none. */
static uint64_t walk(void)
{
	while (area < boot->ram_count) {
		const struct boot_area *ram = &boot->ram[area];
		if (next == 0)
			next = round_up(ram->base);
		uint64_t skip;
		while (next + FRAME_BYTES <= ram->base + ram->size &&
		       (skip = end_of_taken(next)) != 0)
			next = skip;
		if (next + FRAME_BYTES <= ram->base + ram->size) {
			uint64_t frame = next;
			next += FRAME_BYTES;
			return frame;
		}
		area++;
		next = 0;
	}
	return 0;
}

/* How many frames of an area are free: all but those that what is taken touches. */
static uint64_t count_area(const struct boot_area *ram)
{
	uint64_t count = 0;
	uint64_t frame = round_up(ram->base);
	uint64_t end = ram->base + ram->size;
	while (frame + FRAME_BYTES <= end) {
		uint64_t skip = end_of_taken(frame);
		if (skip != 0) {
			frame = skip;
			continue;
		}
		uint64_t stop = end;
		for (unsigned i = 0; i < sizeof taken / sizeof taken[0]; i++)
			if (taken[i].size > 0 && taken[i].base > frame && taken[i].base < stop)
				stop = taken[i].base;
		uint64_t run = (stop - frame) / FRAME_BYTES;
		count += run;
		frame += run * FRAME_BYTES;
		if (stop == end)
			break;
		frame = round_up(stop);
	}
	return count;
}

void frames_init(const struct boot_info *info)
{
	boot = info;
	taken[0] = (struct boot_area){0, LOW_MEMORY_BYTES};
	taken[1] = (struct boot_area){image_start(), image_end() - image_start()};
	taken[2] = info->archive;
	for (uint32_t i = 0; i < info->ram_count; i++)
		free_count += count_area(&info->ram[i]);
}

static uint64_t take(void)
{
	uint64_t frame = free_list;
	if (frame != 0)
		free_list = *(uint64_t *)(uintptr_t)frame;
	else
		frame = walk();
	core_assert(frame != 0);
	free_count--;
	return frame;
}

uint64_t frames_take(void)
{
	return frames_available() == 0 ? 0 : take();
}

void frames_give(uint64_t frame)
{
	*(uint64_t *)(uintptr_t)frame = free_list;
	free_list = frame;
	free_count++;
}

bool frames_promise(uint64_t count)
{
	if (count > frames_available())
		return false;
	promised_count += count;
	return true;
}

void frames_release_promise(uint64_t count)
{
	core_assert(count <= promised_count);
	promised_count -= count;
}

uint64_t frames_take_promised(void)
{
	frames_release_promise(1);
	return take();
}

uint64_t frames_available(void)
{
	return free_count - promised_count;
}

uint64_t frames_end(void)
{
	uint64_t end = 0;
	for (uint32_t i = 0; i < boot->ram_count; i++)
		if (boot->ram[i].base + boot->ram[i].size > end)
			end = boot->ram[i].base + boot->ram[i].size;
	return end;
}
