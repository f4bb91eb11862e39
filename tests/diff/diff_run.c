/*
 * diff-run: generates modules, runs them, and judges mutants of them; what it prints is compared
 * with what other engines print (tests/diff/run.sh).
 *
 *     diff-run generate FIRST LAST      writes a pack of the modules of these seeds
 *     diff-run run PACK                 runs each
 *     diff-run disturb PACK             the same, interrupted wherever that is possible
 *     diff-run refuse PACK              the same, refused one allocation after the other, and with
 *                                       stacks and stores that are too small
 *     diff-run mutate FIRST LAST COUNT  writes a pack of so many mutants of each seed's modules
 *     diff-run endure FIRST LAST COUNT  runs so many mutants of each seed's code, which do no harm
 *     diff-run validate PACK            prints which are accepted
 *     diff-run explain PACK SEED        prints why one is not
 *     diff-run unpack PACK SEED PREFIX  writes PREFIX.a.wasm, and PREFIX.b.wasm of a pair
 *
 * A pack is a sequence of entries: u32 seed, u32 how many modules, and for each u32 size and its
 * bytes; little-endian.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/port.h"
#include "generate.h"
#include "mutate.h"
#include "random.h"
#include "run.h"
#include "support/port.h"

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "diff-run: %s\n", what);
	exit(2);
}

static _Noreturn void usage(void)
{
	fail("generate FIRST LAST | run PACK | disturb PACK | refuse PACK | "
	     "mutate FIRST LAST COUNT | endure FIRST LAST COUNT | validate PACK | explain PACK "
	     "SEED | "
	     "unpack PACK SEED PREFIX");
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 10);
}

/* ---- Packs ---- */

struct pack {
	uint8_t *data;
	size_t size, at;
};

struct entry {
	uint32_t seed;
	uint32_t count;
	struct world_module modules[WORLD_MODULES_MAX];
};

static struct pack pack_read(const char *path)
{
	struct pack pack = {0};
	FILE *file = fopen(path, "rb");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		fail("cannot read the pack");
	pack.size = (size_t)ftell(file);
	pack.data = malloc(pack.size + 1);
	rewind(file);
	if (pack.data == NULL || fread(pack.data, 1, pack.size, file) != pack.size)
		fail("cannot read the pack");
	fclose(file);
	return pack;
}

static uint32_t pack_u32(struct pack *pack)
{
	uint32_t value;
	if (pack->size - pack->at < sizeof value)
		fail("the pack is cut short");
	memcpy(&value, pack->data + pack->at, sizeof value);
	pack->at += sizeof value;
	return value;
}

static bool pack_next(struct pack *pack, struct entry *entry)
{
	if (pack->at == pack->size)
		return false;
	entry->seed = pack_u32(pack);
	entry->count = pack_u32(pack);
	if (entry->count > WORLD_MODULES_MAX)
		fail("the pack is damaged");
	for (uint32_t i = 0; i < entry->count; i++) {
		entry->modules[i].size = pack_u32(pack);
		entry->modules[i].data = pack->data + pack->at;
		if (entry->modules[i].size > pack->size - pack->at)
			fail("the pack is cut short");
		pack->at += entry->modules[i].size;
	}
	return true;
}

static void write_u32(uint32_t value)
{
	fwrite(&value, sizeof value, 1, stdout);
}

static void write_entry(uint32_t seed, const struct generated *generated)
{
	write_u32(seed);
	write_u32(generated->count);
	for (uint32_t i = 0; i < generated->count; i++) {
		write_u32((uint32_t)generated->modules[i].size);
		fwrite(generated->modules[i].data, 1, generated->modules[i].size, stdout);
	}
}

/* ---- Commands ---- */

static void command_generate(uint32_t first, uint32_t last)
{
	struct generated generated = {0};
	for (uint32_t seed = first; seed <= last; seed++) {
		generate(seed, &generated);
		write_entry(seed, &generated);
	}
	generate_reset(&generated);
}

static void command_run(struct pack *pack, struct world_options options)
{
	struct entry entry;
	uint64_t interrupts = 0;
	while (pack_next(pack, &entry)) {
		printf("seed %" PRIu32 " ", entry.seed);
		interrupts += run_world(entry.modules, entry.count, options, stdout);
	}
	if (options.is_disturbed)
		fprintf(stderr, "%" PRIu64 " interrupts\n", interrupts);
}

/* Entries are named by the seed and how often it was mutated before. */
static void command_mutate(uint32_t first, uint32_t last, uint32_t count)
{
	struct generated generated = {0}, mutant = {.count = 1};
	for (uint32_t seed = first; seed <= last; seed++) {
		struct random random = {seed};
		generate(seed, &generated);
		for (uint32_t i = 0; i < count; i++) {
			const struct output *module = &generated.modules[i % generated.count];
			mutate(&random, module->data, module->size, &mutant.modules[0]);
			write_entry(seed * count + i, &mutant);
		}
	}
	generate_reset(&generated);
	generate_reset(&mutant);
}

/* Nobody knows what mutants compute, or whether they end: they are only to do no harm. */
enum { MUTANT_INTERRUPTS_MAX = 2000 };

static void endure(struct random *random, const struct generated *generated)
{
	struct world_options options = world_roomy();
	struct world_module modules[WORLD_MODULES_MAX];
	struct output mutant = {0};
	options.is_disturbed = true;
	options.interrupts_max = MUTANT_INTERRUPTS_MAX;
	uint32_t chosen = random_below(random, generated->count);
	for (uint32_t i = 0; i < generated->count; i++) {
		const struct output *module = &generated->modules[i];
		modules[i] = (struct world_module){module->data, (uint32_t)module->size};
	}
	mutate_code(random, modules[chosen].data, modules[chosen].size, &mutant);
	modules[chosen] = (struct world_module){mutant.data, (uint32_t)mutant.size};
	run_world(modules, generated->count, options, NULL);
	output_reset(&mutant);
}

static void command_endure(uint32_t first, uint32_t last, uint32_t count)
{
	struct generated generated = {0};
	for (uint32_t seed = first; seed <= last; seed++) {
		struct random random = {seed};
		generate(seed, &generated);
		for (uint32_t i = 0; i < count; i++)
			endure(&random, &generated);
		printf("seed %" PRIu32 " survives\n", seed);
		fflush(stdout);
	}
	generate_reset(&generated);
}

static enum status judge(const struct entry *entry, struct fault *fault)
{
	struct wasm_module *module;
	enum status status =
	    wasm_module_create(entry->modules[0].data, entry->modules[0].size, &module, fault);
	if (status == STATUS_OK)
		wasm_module_destroy(module);
	core_assert(test_port_live_bytes == 0);
	return status;
}

static void command_validate(struct pack *pack)
{
	struct entry entry;
	struct fault fault;
	while (pack_next(pack, &entry))
		printf("seed %" PRIu32 " %s\n", entry.seed,
		       judge(&entry, &fault) == STATUS_OK ? "true" : "false");
}

static void command_explain(struct pack *pack, uint32_t seed)
{
	struct entry entry;
	struct fault fault = {.text = "accepted"};
	while (pack_next(pack, &entry))
		if (entry.seed == seed)
			printf("%s: %s at %" PRIu64 "\n", status_text(judge(&entry, &fault)),
			       fault.text, fault.offset);
}

/* Allocations are many: of each module about so many are refused. */
enum { REFUSALS_MAX = 40, TIGHT_ROOMS = 10 };

static void refuse_allocations(const struct entry *entry)
{
	uint64_t before = test_port_allocations;
	run_world(entry->modules, entry->count, world_roomy(), NULL);
	uint64_t count = test_port_allocations - before;
	uint64_t step = count / REFUSALS_MAX + 1;
	for (uint64_t i = entry->seed % step; i < count; i += step) {
		test_port_refuse_after = test_port_allocations + i;
		run_world(entry->modules, entry->count, world_roomy(), NULL);
	}
	test_port_refuse_after = UINT64_MAX;
}

/* Stacks and stores that are now enough and now not. */
static void refuse_room(const struct entry *entry)
{
	struct random random = {entry->seed};
	for (uint32_t i = 0; i < TIGHT_ROOMS; i++) {
		struct world_options options = world_roomy();
		options.is_disturbed = i % 2 == 1;
		options.stack_bytes = (uint64_t)8 << random_below(&random, 14);
		options.stack_bytes += random_below(&random, 1000);
		options.limits.memory_bytes = (uint64_t)random_below(&random, 8) << 16;
		options.limits.table_elements = random_below(&random, 100);
		if (i % 4 == 3)
			options.limits.record_bytes = random_below(&random, 100000);
		run_world(entry->modules, entry->count, options, NULL);
	}
}

static void command_refuse(struct pack *pack)
{
	struct entry entry;
	while (pack_next(pack, &entry)) {
		refuse_allocations(&entry);
		refuse_room(&entry);
		printf("seed %" PRIu32 " survives\n", entry.seed);
		fflush(stdout);
	}
}

static void command_unpack(struct pack *pack, uint32_t seed, const char *prefix)
{
	struct entry entry;
	char path[4096];
	while (pack_next(pack, &entry)) {
		for (uint32_t i = 0; i < entry.count && entry.seed == seed; i++) {
			snprintf(path, sizeof path, "%s.%c.wasm", prefix, (char)('a' + i));
			FILE *file = fopen(path, "wb");
			if (file == NULL ||
			    fwrite(entry.modules[i].data, 1, entry.modules[i].size, file) !=
				entry.modules[i].size ||
			    fclose(file) != 0)
				fail("cannot write a module");
		}
	}
}

static int with_pack(int argc, char **argv)
{
	const char *command = argv[1];
	struct pack pack = pack_read(argv[2]);
	struct world_options disturbed = world_roomy();
	disturbed.is_disturbed = true;
	if (strcmp(command, "run") == 0)
		command_run(&pack, world_roomy());
	else if (strcmp(command, "disturb") == 0)
		command_run(&pack, disturbed);
	else if (strcmp(command, "refuse") == 0)
		command_refuse(&pack);
	else if (strcmp(command, "validate") == 0)
		command_validate(&pack);
	else if (strcmp(command, "explain") == 0 && argc == 4)
		command_explain(&pack, number(argv[3]));
	else if (strcmp(command, "unpack") == 0 && argc == 5)
		command_unpack(&pack, number(argv[3]), argv[4]);
	else
		usage();
	free(pack.data);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		usage();
	if (strcmp(argv[1], "generate") == 0 && argc == 4)
		command_generate(number(argv[2]), number(argv[3]));
	else if (strcmp(argv[1], "mutate") == 0 && argc == 5)
		command_mutate(number(argv[2]), number(argv[3]), number(argv[4]));
	else if (strcmp(argv[1], "endure") == 0 && argc == 5)
		command_endure(number(argv[2]), number(argv[3]), number(argv[4]));
	else
		return with_pack(argc, argv);
	return 0;
}
