/*
 * Petnames. They are the user's own words for programs and interfaces, so they must not be able to
 * look like anything else: no character that moves, hides or reorders others, and no name that
 * reads as a hash.
 */
#include <string.h>

#include "core/port.h"
#include "core/text.h"
#include "records_state.h"

/* ---- What may be a name ---- */

size_t records_character(const uint8_t *data, size_t size, uint32_t *point)
{
	size_t length = data[0] < 0x80             ? 1
			: (data[0] & 0xe0) == 0xc0 ? 2
			: (data[0] & 0xf0) == 0xe0 ? 3
			: (data[0] & 0xf8) == 0xf0 ? 4
						   : 0;
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	if (length == 0 || length > size)
		return 0;
	uint32_t value = length == 1 ? data[0] : data[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (data[i] & 0x3f);
	}
	bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
	if (value < smallest[length] || value > 0x10ffff || is_surrogate)
		return 0;
	*point = value;
	return length;
}

bool records_is_text(const struct wasm_name *text)
{
	for (size_t at = 0; at < text->size;) {
		uint32_t point;
		size_t step = records_character(text->data + at, text->size - at, &point);
		if (step == 0 || point == 0)
			return false;
		at += step;
	}
	return true;
}

static bool is_allowed(uint32_t point)
{
	/* Spaces of other scripts, and what looks like the marks that stand around a name. */
	static const uint32_t ranges[][2] = {{0x80, 0xbf},     {0x2000, 0x206f}, {0x2190, 0x2bff},
					     {0x3000, 0x303f}, {0x1680, 0x1680}, {0x300, 0x36f},
					     {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff},
					     {0xfe20, 0xfe2f}, {0xff00, 0xff0f}};
	if (point < 0x80)
		return (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
		       (point >= 'A' && point <= 'Z') || strchr("._+-", (int)point) != NULL;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (point >= ranges[i][0] && point <= ranges[i][1])
			return false;
	return !text_is_deceptive(point);
}

static enum status refuse(const char *what, const char *name, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_string(&text, ": ");
	text_escaped(&text, (const uint8_t *)name, strnlen(name, FAULT_TEXT_BYTES));
	fault->offset = 0;
	return STATUS_INVALID;
}

static bool is_hash(const char *name, size_t size)
{
	struct cid cid;
	struct fault ignored;
	if (size >= RECORDS_NAME_BYTES - 1 && strspn(name, "0123456789abcdefABCDEF") == size)
		return true;
	return cid_from_text(name, size, &cid, &ignored) != STATUS_MALFORMED;
}

enum status records_check_name(const char *name, struct fault *fault)
{
	size_t size = strnlen(name, RECORDS_NAME_BYTES);
	if (size == 0)
		return refuse("a name needs a character at least", name, fault);
	if (is_hash(name, size))
		return refuse("a name that reads as a hash", name, fault);
	if (size >= RECORDS_NAME_BYTES)
		return refuse("a name of more than 64 bytes", name, fault);
	if (name[0] == '-' || name[0] == '.')
		return refuse("a name may not begin so", name, fault);
	if (strcmp(name, "kernel") == 0 || strcmp(name, "node") == 0)
		return refuse("a name that stands for something else", name, fault);
	if (strspn(name, "0123456789") == size)
		return refuse("a name of digits alone reads as a process", name, fault);
	for (size_t at = 0; at < size;) {
		uint32_t point;
		size_t step = records_character((const uint8_t *)name + at, size - at, &point);
		if (step == 0)
			return refuse("a name that is not UTF-8", name, fault);
		if (!is_allowed(point))
			return refuse("a name with a character that no name may have", name, fault);
		at += step;
	}
	return STATUS_OK;
}

/* ---- Setting ---- */

struct naming {
	enum records_kind kind;
	const char *name;
	const struct cid *target; /* or NULL, to forget it */
	bool is_missing;
};

void records_bind_name(struct records_call *call, enum records_kind kind, const char *name,
		       const struct cid *target, uint64_t time_ns)
{
	records_bind_number(call, kind);
	records_bind_text(call, name);
	records_bind_cid(call, target);
	records_bind_number(call, time_ns);
	records_bind_seal(call);
}

static int change(struct records *records, struct naming *naming)
{
	bool is_put = naming->target != NULL;
	struct records_call call =
	    records_prepare(records, is_put ? RECORDS_PUT_NAME : RECORDS_FORGET_NAME);
	if (is_put) {
		records_bind_name(&call, naming->kind, naming->name, naming->target,
				  port_wall_ns());
	} else {
		records_bind_number(&call, naming->kind);
		records_bind_text(&call, naming->name);
	}
	int result = records_step(&call);
	naming->is_missing = sqlite3_changes(records->database.sqlite) == 0;
	return result;
}

/* The copy is written within the transaction: its lock is the lock of the copy too. */
static int set(struct database *database, void *context)
{
	struct records *records = (struct records *)database;
	struct naming *naming = context;
	int result = records_run_command(records, RECORDS_BEGIN);
	if (result != SQLITE_DONE)
		return result;
	result = change(records, naming);
	if (result == SQLITE_DONE)
		result = naming->is_missing ? SQLITE_OK : records_write_copy(records);
	if (result == SQLITE_OK)
		result = records_run_command(records, RECORDS_COMMIT);
	if (result != SQLITE_DONE)
		(void)records_run_command(records, RECORDS_ROLLBACK);
	return result;
}

enum status records_set_name(struct records *records, enum records_kind kind, const char *name,
			     const struct cid *target, struct fault *fault)
{
	struct naming naming = {.kind = kind, .name = name, .target = target, .is_missing = true};
	enum status status = STATUS_OK;
	fault->text[0] = '\0';
	if (target != NULL)
		status = records_check_name(name, fault);
	if (status == STATUS_OK &&
	    (target != NULL || database_exists(&records->database) || records_has_copy(records)))
		status = database_run(&records->database, set, &naming, fault);
	if (status == STATUS_OK && naming.is_missing)
		status = STATUS_NOT_FOUND;
	return status;
}

/* ---- Finding ---- */

struct search {
	enum records_command command;
	enum records_kind kind;
	const char *name;
	const struct cid *target;
	void (*visit)(void *context, const struct records_name *name);
	void *context;
	bool is_found;
};

bool records_row_to_name(struct records_call *call, struct records_name *out)
{
	struct records_row row = records_row_of(call);
	uint64_t kind = records_row_number(&row);
	out->name = records_row_text(&row);
	out->target = records_row_cid(&row);
	out->time_ns = records_row_number(&row);
	out->kind = (enum records_kind)kind;
	struct fault ignored;
	return records_row_is_whole(&row) && kind <= RECORDS_INTERFACE &&
	       records_check_name(out->name, &ignored) == STATUS_OK;
}

static bool visit_row(struct records_call *call, struct search *search)
{
	struct records_name name;
	if (!records_row_to_name(call, &name))
		return false;
	search->is_found = true;
	search->visit(search->context, &name);
	return true;
}

static int run_search(struct database *database, void *context)
{
	struct records *records = (struct records *)database;
	struct search *search = context;
	struct records_call call = records_prepare(records, search->command);
	if (search->command != RECORDS_ALL_NAMES)
		records_bind_number(&call, search->kind);
	if (search->name != NULL)
		records_bind_text(&call, search->name);
	if (search->target != NULL)
		records_bind_cid(&call, search->target);
	int result;
	while ((result = records_step(&call)) == SQLITE_ROW) {
		if (!visit_row(&call, search)) {
			sqlite3_reset(call.statement);
			return SQLITE_CORRUPT;
		}
	}
	return result;
}

static enum status find(struct records *records, struct search *search, struct fault *fault)
{
	fault->text[0] = '\0';
	if (!database_exists(&records->database) && !records_has_copy(records))
		return STATUS_NOT_FOUND;
	enum status status = database_run(&records->database, run_search, search, fault);
	return status == STATUS_OK && !search->is_found ? STATUS_NOT_FOUND : status;
}

static void keep_target(void *context, const struct records_name *name)
{
	*(struct cid *)context = name->target;
}

enum status records_find_name(struct records *records, enum records_kind kind, const char *name,
			      struct cid *target, struct fault *fault)
{
	struct search search = {.command = RECORDS_TARGET_OF_NAME,
				.kind = kind,
				.name = name,
				.visit = keep_target,
				.context = target};
	return find(records, &search, fault);
}

static void keep_name(void *context, const struct records_name *name)
{
	strcpy(context, name->name); /* no longer than a name: it was checked */
}

enum status records_name_of(struct records *records, enum records_kind kind,
			    const struct cid *target, char out[RECORDS_NAME_BYTES],
			    struct fault *fault)
{
	struct search search = {.command = RECORDS_NAME_OF_TARGET,
				.kind = kind,
				.target = target,
				.visit = keep_name,
				.context = out};
	return find(records, &search, fault);
}

enum status records_names(struct records *records,
			  void (*visit)(void *context, const struct records_name *name),
			  void *context, struct fault *fault)
{
	struct search search = {.command = RECORDS_ALL_NAMES, .visit = visit, .context = context};
	enum status status = find(records, &search, fault);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
