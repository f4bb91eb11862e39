#include "mutate.h"

#include <stdbool.h>
#include <string.h>

#include "bytes.h"
#include "core/port.h"

enum { HEADER_BYTES = 8, SECTION_CODE = 10, EDITS_MAX = 3 };

/* Bytes that mean something in many places: numbers at their ends, types, common opcodes. */
static const uint8_t known[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
				0x10, 0x11, 0x1a, 0x1b, 0x1c, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25,
				0x26, 0x28, 0x36, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x60,
				0x6a, 0x6f, 0x70, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0xa7,
				0xd0, 0xd1, 0xd2, 0xfc, 0xfd, 0xfe, 0xff};

static uint8_t pick_byte(struct random *random)
{
	return random_chance(random, 60) ? known[random_below(random, sizeof known)]
					 : (uint8_t)random_u64(random);
}

/* Whole instructions, so that what follows still means what it meant. */
static void insert_instruction(struct random *random, struct output *out)
{
	static const struct {
		uint8_t size;
		uint8_t bytes[4];
	} some[] = {{1, {0x00}},           {1, {0x01}},           {1, {0x05}},
		    {1, {0x0b}},           {1, {0x0f}},           {1, {0x1a}},
		    {1, {0x1b}},           {1, {0x45}},           {1, {0x6a}},
		    {1, {0xd1}},           {2, {0x0c, 0}},        {2, {0x0c, 1}},
		    {2, {0x0d, 0}},        {2, {0x10, 0}},        {2, {0x20, 0}},
		    {2, {0x21, 0}},        {2, {0x22, 1}},        {2, {0x41, 0}},
		    {2, {0x42, 0}},        {2, {0xd0, 0x70}},     {2, {0xd0, 0x6f}},
		    {2, {0xd2, 0}},        {2, {0x02, 0x40}},     {2, {0x03, 0x7f}},
		    {2, {0x04, 0x40}},     {3, {0x1c, 1, 0x70}},  {3, {0x28, 2, 0}},
		    {3, {0x0e, 0, 0}},     {4, {0xfc, 10, 0, 0}}, {3, {0xfc, 9, 0}},
		    {3, {0xfc, 17, 0}},    {3, {0xfe, 3, 0}},     {4, {0xfe, 0, 2, 0}},
		    {4, {0xfe, 1, 2, 0}},  {4, {0xfe, 2, 3, 0}},  {4, {0xfe, 16, 2, 0}},
		    {4, {0xfe, 25, 0, 0}}, {4, {0xfe, 30, 2, 0}}, {4, {0xfe, 75, 1, 0}}};
	uint32_t which = random_below(random, sizeof some / sizeof some[0]);
	output_bytes(out, some[which].bytes, some[which].size);
}

/* Copies `data` and makes one change on the way. */
static void edit(struct random *random, const uint8_t *data, size_t size, struct output *out)
{
	uint32_t at = random_below(random, (uint32_t)size + 1);
	uint32_t left = (uint32_t)size - at;
	uint32_t kind = random_below(random, 100);
	uint32_t few = left < 4 ? left : 1 + random_below(random, 4);
	output_bytes(out, data, at);
	if (kind < 45 && left > 0) {
		output_byte(out, pick_byte(random));
		output_bytes(out, data + at + 1, left - 1);
	} else if (kind < 55 && left > 0) {
		output_byte(out, data[at] ^ (uint8_t)(1u << random_below(random, 8)));
		output_bytes(out, data + at + 1, left - 1);
	} else if (kind < 70) {
		output_bytes(out, data + at + few, left - few);
	} else if (kind < 75) {
		output_byte(out, pick_byte(random));
		output_bytes(out, data + at, left);
	} else if (kind < 90) {
		insert_instruction(random, out);
		output_bytes(out, data + at, left);
	} else {
		/* Something from elsewhere. */
		uint32_t from = random_below(random, (uint32_t)size + 1);
		uint32_t count = random_below(random, 12);
		if (count > size - from)
			count = (uint32_t)size - from;
		output_bytes(out, data + from, count);
		output_bytes(out, data + at, left);
	}
}

static void edit_often(struct random *random, const uint8_t *data, size_t size, struct output *out)
{
	struct output before = {0};
	output_bytes(&before, data, size);
	for (uint32_t i = 1 + random_below(random, EDITS_MAX); i > 0; i--) {
		out->size = 0;
		edit(random, before.data, before.size, out);
		before.size = 0;
		output_bytes(&before, out->data, out->size);
	}
	output_reset(&before);
}

/* A code section in which one body is changed. */
static void edit_code(struct random *random, struct bytes in, struct output *out)
{
	struct output body = {0};
	uint32_t count = bytes_leb_u32(&in);
	uint32_t chosen = random_below(random, count + 1);
	output_u32(out, count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size = bytes_leb_u32(&in);
		const uint8_t *data = bytes_take(&in, size);
		core_assert(data != NULL);
		if (i == chosen)
			edit_often(random, data, size, &body);
		else
			output_bytes(&body, data, size);
		output_sized(out, &body);
	}
	output_reset(&body);
}

static void mutate_section(struct random *random, bool is_code, struct bytes in, struct output *out)
{
	struct output payload = {0};
	bool is_done = false;
	out->size = 0;
	output_bytes(out, bytes_take(&in, HEADER_BYTES), HEADER_BYTES);
	while (bytes_left(&in) > 0) {
		uint8_t id = bytes_u8(&in);
		uint32_t section_size = bytes_leb_u32(&in);
		struct bytes section = bytes_slice(&in, section_size);
		core_assert(bytes_ok(&in));
		bool is_chosen =
		    is_code ? id == SECTION_CODE : !is_done && random_chance(random, 15);
		is_done |= is_chosen;
		if (!is_chosen)
			output_bytes(&payload, section.next, section_size);
		else if (id == SECTION_CODE)
			edit_code(random, section, &payload);
		else
			edit_often(random, section.next, section_size, &payload);
		output_byte(out, id);
		output_sized(out, &payload);
	}
	/* Seldom the frame itself. */
	if (!is_done)
		edit_often(random, in.start, (size_t)(in.end - in.start), out);
	output_reset(&payload);
}

void mutate(struct random *random, const uint8_t *data, size_t size, struct output *out)
{
	mutate_section(random, random_chance(random, 65), bytes_over(data, size), out);
}

void mutate_code(struct random *random, const uint8_t *data, size_t size, struct output *out)
{
	mutate_section(random, true, bytes_over(data, size), out);
}
