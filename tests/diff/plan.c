#include "plan.h"

#include <string.h>

char plan_letter(const struct plan *plan)
{
	return plan->letters[random_below(plan->random, (uint32_t)strlen(plan->letters))];
}

uint8_t plan_type_byte(char letter)
{
	static const char letters[] = "iIfFcr";
	static const uint8_t bytes[] = {0x7f, 0x7e, 0x7d, 0x7c, 0x70, 0x6f};
	return bytes[strchr(letters, letter) - letters];
}

/* A module that knows few types has more to do with each of them. */
static void make_letters(struct plan *plan)
{
	static const char *const some[] = {"i",   "I",    "iiF",  "iiif",  "ifF",
					   "iiI", "iicr", "iIfF", "iiiFFf"};
	if (random_chance(plan->random, 50))
		plan->letters = "iiiiiiiIIIIfffFFFcr";
	else
		plan->letters = some[random_below(plan->random, sizeof some / sizeof some[0])];
	for (uint32_t i = 0; i < PLAN_FAVOURITES; i++)
		plan->favourites[i] = (uint8_t)random_u64(plan->random);
	plan->favourite_percent = random_chance(plan->random, 40) ? 0 : 60;
}

/* ---- Types ---- */

static uint32_t list_length(struct random *random)
{
	uint32_t kind = random_below(random, 1000);
	if (kind < 780)
		return random_below(random, 4);
	if (kind < 960)
		return random_below(random, 9);
	if (kind < 997)
		return random_below(random, 60);
	return random_below(random, PLAN_LIST_MAX + 1);
}

static void make_list(const struct plan *plan, char *list)
{
	uint32_t length = list_length(plan->random);
	for (uint32_t i = 0; i < length; i++)
		list[i] = plan_letter(plan);
	list[length] = '\0';
}

/* Equal types under several numbers are welcome: they must be the same type to a call. */
static uint32_t add_type(struct plan *plan, const char *parameters, const char *results)
{
	struct plan_type *type = &plan->types[plan->type_count];
	strcpy(type->parameters, parameters);
	strcpy(type->results, results);
	return plan->type_count++;
}

static void make_types(struct plan *plan)
{
	uint32_t count = 4 + random_below(plan->random, 12);
	add_type(plan, "", "");
	for (uint32_t i = 0; i < count; i++) {
		struct plan_type *type = &plan->types[plan->type_count];
		if (random_chance(plan->random, 15)) {
			*type = plan->types[random_below(plan->random, plan->type_count)];
		} else {
			make_list(plan, type->parameters);
			make_list(plan, type->results);
			if (random_chance(plan->random, 20))
				strcpy(type->results, type->parameters);
		}
		plan->type_count++;
	}
}

/* ---- What is imported ---- */

static uint32_t add_function(struct plan *plan, enum plan_source source, uint32_t type)
{
	plan->functions[plan->function_count] = (struct plan_function){source, 0, type};
	return plan->function_count++;
}

/* Memories for several threads. */
enum { SHARED_PERCENT = 40 };

/* The port's host functions take and give so many values together. */
enum { HOST_VALUES_MAX = 32 };

static void import_from_host(struct plan *plan)
{
	struct random *random = plan->random;
	for (uint32_t i = random_below(random, 4); i > 0; i--) {
		uint32_t type = random_below(random, plan->type_count);
		if (strlen(plan->types[type].parameters) + strlen(plan->types[type].results) <=
		    HOST_VALUES_MAX)
			add_function(plan, SOURCE_HOST, type);
	}
	for (uint32_t i = random_below(random, 4); i > 0; i--)
		plan->globals[plan->global_count++] = (struct plan_global){
		    SOURCE_HOST, 0, plan_letter(plan), random_chance(random, 50)};
	if (random_chance(random, 25)) {
		uint32_t min = random_below(random, 20);
		plan->tables[plan->table_count++] =
		    (struct plan_table){SOURCE_HOST, 0, random_chance(random, 70) ? 'c' : 'r', min,
					min + random_below(random, 20)};
	}
	if (random_chance(random, 20)) {
		uint32_t min = random_below(random, 3);
		plan->memory =
		    (struct plan_memory){true, random_chance(random, SHARED_PERCENT), SOURCE_HOST,
					 min, min + random_below(random, 3)};
	}
}

static void import_from_other(struct plan *plan, const struct plan *other)
{
	struct random *random = plan->random;
	for (uint32_t i = other->imported_function_count; i < other->refuel; i++) {
		const struct plan_type *type = &other->types[other->functions[i].type];
		if (plan->type_count >= PLAN_TYPES_MAX - 1 || random_chance(random, 60))
			continue;
		uint32_t copy = add_type(plan, type->parameters, type->results);
		plan->functions[add_function(plan, SOURCE_OTHER, copy)].other = i;
	}
	/* The fuel comes first. */
	plan->globals[plan->global_count++] =
	    (struct plan_global){SOURCE_OTHER, other->fuel, 'i', true};
	for (uint32_t i = 0; i < other->global_count && plan->global_count < 16; i++) {
		if (i == other->fuel || random_chance(random, 60))
			continue;
		plan->globals[plan->global_count] = other->globals[i];
		plan->globals[plan->global_count].source = SOURCE_OTHER;
		plan->globals[plan->global_count++].other = i;
	}
	for (uint32_t i = 0; i < other->table_count && plan->table_count < 3; i++) {
		if (random_chance(random, 40))
			continue;
		plan->tables[plan->table_count] = other->tables[i];
		plan->tables[plan->table_count].source = SOURCE_OTHER;
		plan->tables[plan->table_count++].other = i;
	}
	if (other->memory.is_there && random_chance(random, 50)) {
		plan->memory = other->memory;
		plan->memory.source = SOURCE_OTHER;
	}
}

/* ---- What the module defines ---- */

static void define_memory(struct plan *plan)
{
	struct random *random = plan->random;
	if (plan->memory.is_there || random_chance(random, 10))
		return;
	uint32_t min = random_chance(random, 5) ? 0 : 1 + random_below(random, 3);
	plan->memory = (struct plan_memory){true, random_chance(random, SHARED_PERCENT), SOURCE_OWN,
					    min, min + random_below(random, 3)};
}

static void define_tables(struct plan *plan)
{
	struct random *random = plan->random;
	for (uint32_t i = random_below(random, 4); i > 0; i--) {
		uint32_t min = random_below(random, 24);
		plan->tables[plan->table_count++] =
		    (struct plan_table){SOURCE_OWN, 0, random_chance(random, 70) ? 'c' : 'r', min,
					min + random_below(random, 24)};
	}
}

static void define_globals(struct plan *plan, bool has_fuel)
{
	struct random *random = plan->random;
	if (!has_fuel) {
		plan->fuel = plan->global_count;
		plan->globals[plan->global_count++] =
		    (struct plan_global){SOURCE_OWN, 0, 'i', true};
	}
	for (const char *letter = "iIfF"; *letter != '\0'; letter++)
		if (random_chance(random, 80))
			plan->globals[plan->global_count++] =
			    (struct plan_global){SOURCE_OWN, 0, *letter, true};
	for (uint32_t i = random_below(random, 8); i > 0; i--)
		plan->globals[plan->global_count++] = (struct plan_global){
		    SOURCE_OWN, 0, plan_letter(plan), random_chance(random, 75)};
}

static void define_functions(struct plan *plan, bool is_first)
{
	struct random *random = plan->random;
	for (uint32_t i = 3 + random_below(random, 8); i > 0; i--)
		add_function(plan, SOURCE_OWN, random_below(random, plan->type_count));
	plan->has_start = random_chance(random, 10);
	plan->start = plan->function_count;
	if (plan->has_start)
		add_function(plan, SOURCE_OWN, 0);
	plan->refuel = plan->function_count;
	if (is_first)
		add_function(plan, SOURCE_OWN, 0);
}

/* ---- Segments ---- */

static void add_data(struct plan *plan)
{
	struct random *random = plan->random;
	for (uint32_t i = random_below(random, 5); i > 0; i--) {
		struct plan_data *data = &plan->data[plan->data_count++];
		uint32_t bytes = plan->memory.is_there ? plan->memory.min * 65536 : 0;
		data->size = random_below(random, 100);
		data->is_active = plan->memory.is_there && random_chance(random, 50);
		if (bytes < 256)
			data->size = data->is_active ? 0 : data->size;
		else
			data->start = random_chance(random, 40) ? bytes - data->size
								: random_below(random, 150);
		if (data->is_active && random_chance(random, 1))
			data->start = bytes + 1 - data->size;
	}
}

static uint32_t pick_table(struct plan *plan, char letter)
{
	uint32_t first = random_below(plan->random, plan->table_count);
	for (uint32_t i = 0; i < plan->table_count; i++) {
		uint32_t table = (first + i) % plan->table_count;
		if (plan->tables[table].letter == letter)
			return table;
	}
	return UINT32_MAX;
}

static void add_segment(struct plan *plan)
{
	struct random *random = plan->random;
	struct plan_elements segment = {.flags = (uint8_t)random_below(random, 8), .letter = 'c'};
	if (segment.flags >= 5 && random_chance(random, 30))
		segment.letter = 'r';
	bool is_active = (segment.flags & 1) == 0;
	if (is_active && plan->table_count == 0)
		return;
	if (is_active) {
		bool has_number = (segment.flags & 2) != 0;
		segment.table = has_number ? pick_table(plan, segment.letter) : 0;
		if (segment.table == UINT32_MAX ||
		    plan->tables[segment.table].letter != segment.letter)
			return;
	}
	uint32_t room = is_active ? plan->tables[segment.table].min : PLAN_ITEMS_MAX;
	segment.count = random_below(random, (room < PLAN_ITEMS_MAX ? room : PLAN_ITEMS_MAX) + 1);
	if (is_active)
		segment.start = random_below(random, room - segment.count + 1);
	if (is_active && random_chance(random, 1))
		segment.start = room - segment.count + 1;
	bool can_be_null = segment.flags >= 4;
	for (uint32_t i = 0; i < segment.count; i++) {
		segment.items[i] = random_below(random, plan->refuel);
		if (segment.letter == 'r' || (can_be_null && random_chance(random, 20)))
			segment.items[i] = UINT32_MAX;
	}
	plan->elements[plan->element_count++] = segment;
}

/* ---- The whole ---- */

static const uint16_t usual_weights[ACTION_COUNT] = {
    [ACTION_VALUE] = 200,        [ACTION_OPERATOR] = 260,  [ACTION_SET] = 110,
    [ACTION_TEE] = 60,           [ACTION_DROP] = 20,       [ACTION_SELECT] = 25,
    [ACTION_GLOBAL_SET] = 25,    [ACTION_LOAD] = 30,       [ACTION_STORE] = 40,
    [ACTION_BLOCK] = 35,         [ACTION_LOOP] = 25,       [ACTION_IF] = 40,
    [ACTION_BRANCH] = 8,         [ACTION_BRANCH_IF] = 45,  [ACTION_BRANCH_TABLE] = 8,
    [ACTION_RETURN] = 5,         [ACTION_UNREACHABLE] = 1, [ACTION_CALL] = 30,
    [ACTION_CALL_INDIRECT] = 14, [ACTION_MEMORY] = 10,     [ACTION_TABLE] = 14,
    [ACTION_IS_NULL] = 5,        [ACTION_NOP] = 2,         [ACTION_DEEP] = 1,
    [ACTION_IDIOM] = 20,         [ACTION_ATOMIC] = 30};

/* Leaving things out lets the others meet more often. */
static void make_weights(struct plan *plan)
{
	static const uint8_t factors[] = {0, 1, 1, 1, 1, 4};
	for (uint32_t i = 0; i < ACTION_COUNT; i++) {
		uint32_t factor = factors[random_below(plan->random, sizeof factors)];
		if (i == ACTION_VALUE || i == ACTION_OPERATOR || i == ACTION_SET)
			factor = factor == 0 ? 1 : factor;
		if (i == ACTION_UNREACHABLE && factor > 1)
			factor = 1;
		plan->weights[i] = (uint16_t)(usual_weights[i] * factor);
	}
	if (!plan->memory.is_there)
		plan->weights[ACTION_LOAD] = plan->weights[ACTION_STORE] =
		    plan->weights[ACTION_ATOMIC] = 0;
	if (plan->memory.is_there && plan->memory.min == 0)
		plan->weights[ACTION_LOAD] = plan->weights[ACTION_STORE] =
		    plan->weights[ACTION_ATOMIC] = 1;
	plan->is_small = random_chance(plan->random, 50);
}

void plan_make(struct plan *plan, struct random *random, const struct plan *other)
{
	memset(plan, 0, sizeof *plan);
	plan->random = random;
	make_letters(plan);
	make_types(plan);
	if (other != NULL)
		import_from_other(plan, other);
	import_from_host(plan);
	plan->imported_function_count = plan->function_count;
	plan->imported_global_count = plan->global_count;
	plan->imported_table_count = plan->table_count;
	define_memory(plan);
	define_tables(plan);
	define_globals(plan, other != NULL);
	define_functions(plan, other == NULL);
	add_data(plan);
	for (uint32_t i = random_below(random, 6); i > 0; i--)
		add_segment(plan);
	make_weights(plan);
}
