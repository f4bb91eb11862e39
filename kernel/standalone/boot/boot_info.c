#include "boot/boot_info.h"

#include "mem.h"

/* The types of memory that both protocols know; all others are left alone. */
enum { MEMORY_RAM = 1 };

static void add_ram(struct boot_info *info, uint64_t base, uint64_t size, uint32_t type)
{
	if (type == MEMORY_RAM && size > 0 && info->ram_count < BOOT_AREAS_MAX)
		info->ram[info->ram_count++] = (struct boot_area){base, size};
}

static enum status copy_command_line(struct boot_info *info, const char *line)
{
	for (uint32_t i = 0; i < BOOT_COMMAND_LINE_BYTES; i++) {
		info->command_line[i] = line[i];
		if (line[i] == '\0')
			return STATUS_OK;
	}
	return STATUS_LIMIT;
}

static const void *at(uint64_t address)
{
	return (const void *)(uintptr_t)address;
}

/* ---- PVH (Xen's public/arch-x86/hvm/start_info.h) ---- */

enum { PVH_MAGIC = 0x336ec578 };

struct pvh_start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t module_count;
	uint64_t modules;
	uint64_t command_line;
	uint64_t rsdp;
	uint64_t memory_map; /* from version 1 on */
	uint32_t memory_map_count;
	uint32_t reserved;
};

struct pvh_module {
	uint64_t base;
	uint64_t size;
	uint64_t command_line;
	uint64_t reserved;
};

struct pvh_memory {
	uint64_t base;
	uint64_t size;
	uint32_t type;
	uint32_t reserved;
};

static enum status read_pvh(const struct pvh_start_info *start, struct boot_info *info)
{
	if (start->magic != PVH_MAGIC || start->version < 1)
		return STATUS_MALFORMED;
	const struct pvh_memory *memory = at(start->memory_map);
	for (uint32_t i = 0; i < start->memory_map_count; i++)
		add_ram(info, memory[i].base, memory[i].size, memory[i].type);
	if (start->module_count > 0) {
		const struct pvh_module *module = at(start->modules);
		info->archive = (struct boot_area){module->base, module->size};
	}
	return start->command_line == 0 ? STATUS_OK
					: copy_command_line(info, at(start->command_line));
}

/* ---- Multiboot2 (its specification, section 3.6) ---- */

enum {
	MULTIBOOT2_LOADED = 0x36d76289, /* what a loader leaves in eax */
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6
};

struct tag {
	uint32_t type;
	uint32_t size; /* without the padding to 8 */
};

struct tag_module {
	struct tag tag;
	uint32_t start;
	uint32_t end;
};

struct tag_memory_map {
	struct tag tag;
	uint32_t entry_size;
	uint32_t entry_version;
};

struct memory_map_entry {
	uint64_t base;
	uint64_t size;
	uint32_t type;
	uint32_t reserved;
};

static void read_memory_map(const struct tag_memory_map *map, struct boot_info *info)
{
	const uint8_t *next = (const uint8_t *)(map + 1);
	const uint8_t *end = (const uint8_t *)map + map->tag.size;
	while (map->entry_size > 0 && next + sizeof(struct memory_map_entry) <= end) {
		struct memory_map_entry entry;
		memcpy(&entry, next, sizeof entry);
		add_ram(info, entry.base, entry.size, entry.type);
		next += map->entry_size;
	}
}

static enum status read_tag(const struct tag *tag, struct boot_info *info)
{
	if (tag->type == TAG_COMMAND_LINE)
		return copy_command_line(info, (const char *)(tag + 1));
	if (tag->type == TAG_MEMORY_MAP)
		read_memory_map((const struct tag_memory_map *)tag, info);
	if (tag->type == TAG_MODULE && info->archive.size == 0) {
		const struct tag_module *module = (const struct tag_module *)tag;
		info->archive =
		    (struct boot_area){module->start, (uint64_t)module->end - module->start};
	}
	return STATUS_OK;
}

/* The structure starts with its size and a reserved word; tags follow, each at a multiple of 8. */
static enum status read_multiboot2(const uint32_t *header, struct boot_info *info)
{
	uint32_t size = header[0];
	enum status status = STATUS_OK;
	uint32_t offset = 8;
	while (status == STATUS_OK && offset + sizeof(struct tag) <= size) {
		const struct tag *tag = (const void *)((const uint8_t *)header + offset);
		if (tag->type == TAG_END || tag->size < sizeof *tag)
			break;
		status = read_tag(tag, info);
		offset += (tag->size + 7) & ~7u;
	}
	return status;
}

enum status boot_info_read(uint32_t magic, uint64_t address, struct boot_info *out)
{
	out->ram_count = 0;
	out->archive = (struct boot_area){0, 0};
	out->command_line[0] = '\0';
	if (magic == MULTIBOOT2_LOADED)
		return read_multiboot2(at(address), out);
	return magic == 0 ? read_pvh(at(address), out) : STATUS_MALFORMED;
}
