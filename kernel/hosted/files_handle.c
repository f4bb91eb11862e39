#include "files_handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/port.h"
#include "core/text.h"
#include "files_scope.h"

enum {
	NO_SLOT = UINT32_MAX,
	SLOTS_FIRST = 16,
	/* What programs must leave to the rest of the node, of the files that it may have open. */
	FILES_LEFT = 256,
	LINE_BYTES = 512
};

static struct files_process **bucket_of(struct files_table *table, uint64_t pid)
{
	return &table->buckets[pid % FILES_PROCESS_BUCKETS];
}

void files_table_init(struct files_table *table)
{
	*table = (struct files_table){0};
	struct rlimit limit;
	rlim_t files = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
	if (files > UINT32_MAX)
		files = UINT32_MAX;
	table->open_max =
	    files > 2 * FILES_LEFT ? (uint32_t)files - FILES_LEFT : (uint32_t)files / 2;
}

void files_table_reset(struct files_table *table)
{
	for (uint32_t i = 0; i < FILES_PROCESS_BUCKETS; i++)
		while (table->buckets[i] != NULL)
			files_process_end(table, table->buckets[i]->pid);
}

/* ---- Roots ---- */

void files_root_hold(struct files_open_root *root)
{
	root->references++;
}

void files_root_drop(struct files_open_root *root)
{
	if (--root->references > 0)
		return;
	free(root->scope);
	free(root->name);
	free(root);
}

static void log_root(struct wasm_name scope, const char *why)
{
	char line[LINE_BYTES];
	struct text text = text_over(line, sizeof line);
	text_string(&text, "a scope of files gives nothing: ");
	text_escaped(&text, scope.data, scope.size);
	text_string(&text, ": ");
	text_string(&text, why);
	port_log(PORT_LOG_WARNING, line, text.used);
}

static struct files_open_root *create_root(struct wasm_name text, const struct files_scope *scope)
{
	struct files_open_root *root = calloc(1, sizeof *root);
	if (root == NULL)
		return NULL;
	root->references = 1;
	root->is_writable = scope->is_writable;
	root->name = strdup(scope->name);
	root->scope = malloc(text.size);
	if (root->name == NULL || root->scope == NULL) {
		files_root_drop(root);
		return NULL;
	}
	memcpy(root->scope, text.data, text.size);
	root->scope_size = text.size;
	return root;
}

static struct files_open_root *open_root(struct files_table *table, struct files_process *process,
					 struct wasm_name text)
{
	struct files_scope scope;
	if (files_scope_parse(text, &scope) != STATUS_OK) {
		log_root(text, "it is not ro:PATH[:NAME] or rw:PATH[:NAME]");
		return NULL;
	}
	if (!files_handle_reserve(table, process)) {
		log_root(text, "too many files are open");
		return NULL;
	}
	int fd = open(scope.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
	struct files_open_root *root = fd < 0 ? NULL : create_root(text, &scope);
	if (root == NULL) {
		log_root(text, strerror(errno));
		files_handle_unreserve(table, process);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct files_handle *handle;
	root->handle = files_handle_add(table, process, root, fd, &handle);
	if (root->handle == 0) {
		files_root_drop(root);
		return NULL;
	}
	handle->is_root = true;
	handle->can_read = true;
	return root;
}

static struct files_open_root *find_root(struct files_open_root *const *roots, uint32_t count,
					 struct wasm_name scope)
{
	for (uint32_t i = 0; i < count; i++)
		if (roots[i] != NULL && roots[i]->scope_size == scope.size &&
		    memcmp(roots[i]->scope, scope.data, scope.size) == 0)
			return roots[i];
	return NULL;
}

/* Handles below a root that was taken away are closed; what is at work on one may end its work. */
static void close_revoked(struct files_table *table, struct files_process *process)
{
	for (uint32_t i = 0; i < process->slot_count; i++) {
		const struct files_slot *slot = &process->slots[i];
		if (slot->handle != NULL && slot->handle->root->is_revoked)
			files_handle_close(table, process, ((uint64_t)slot->uses << 32) | (i + 1));
	}
}

void files_process_set_scopes(struct files_table *table, struct files_process *process,
			      const struct wasm_name *scopes, uint32_t count)
{
	struct files_open_root *roots[FILES_ROOTS_MAX];
	uint32_t root_count = 0;
	for (uint32_t i = 0; i < process->root_count; i++)
		process->roots[i]->is_revoked = true;
	for (uint32_t i = 0; i < count && root_count < FILES_ROOTS_MAX; i++) {
		struct files_open_root *root =
		    find_root(process->roots, process->root_count, scopes[i]);
		if (root != NULL && !root->is_revoked)
			continue; /* The same scope twice. */
		if (root != NULL)
			files_root_hold(root);
		else
			root = open_root(table, process, scopes[i]);
		if (root == NULL)
			continue;
		root->is_revoked = false;
		roots[root_count++] = root;
	}
	close_revoked(table, process);
	for (uint32_t i = 0; i < process->root_count; i++)
		files_root_drop(process->roots[i]);
	memcpy(process->roots, roots, root_count * sizeof *roots);
	process->root_count = root_count;
}

/* ---- Processes ---- */

struct files_process *files_process_open(struct files_table *table, uint64_t pid)
{
	struct files_process **bucket = bucket_of(table, pid);
	for (struct files_process *process = *bucket; process != NULL; process = process->next)
		if (process->pid == pid)
			return process;
	struct files_process *process = calloc(1, sizeof *process);
	if (process == NULL)
		return NULL;
	process->pid = pid;
	process->first_free = NO_SLOT;
	process->next = *bucket;
	*bucket = process;
	return process;
}

void files_process_end(struct files_table *table, uint64_t pid)
{
	struct files_process **at = bucket_of(table, pid);
	while (*at != NULL && (*at)->pid != pid)
		at = &(*at)->next;
	struct files_process *process = *at;
	if (process == NULL)
		return;
	*at = process->next;
	for (uint32_t i = 0; i < process->slot_count; i++)
		if (process->slots[i].handle != NULL)
			files_handle_drop(process->slots[i].handle);
	for (uint32_t i = 0; i < process->root_count; i++)
		files_root_drop(process->roots[i]);
	free(process->slots);
	free(process);
}

/* ---- Handles ---- */

static struct files_slot *find_slot(const struct files_process *process, uint64_t number)
{
	uint32_t index = (uint32_t)number - 1;
	if (index >= process->slot_count)
		return NULL;
	struct files_slot *slot = &process->slots[index];
	return slot->handle != NULL && slot->uses == number >> 32 ? slot : NULL;
}

struct files_handle *files_handle_find(const struct files_process *process, uint64_t number)
{
	const struct files_slot *slot = find_slot(process, number);
	return slot == NULL ? NULL : slot->handle;
}

bool files_handle_reserve(struct files_table *table, struct files_process *process)
{
	if (process->handle_count >= FILES_HANDLES_MAX || table->open_count >= table->open_max)
		return false;
	process->handle_count++;
	table->open_count++;
	return true;
}

void files_handle_unreserve(struct files_table *table, struct files_process *process)
{
	table->open_count--;
	if (process != NULL)
		process->handle_count--;
}

static bool grow(struct files_process *process)
{
	uint32_t count = process->slot_count == 0 ? SLOTS_FIRST : 2 * process->slot_count;
	struct files_slot *slots = realloc(process->slots, count * sizeof *slots);
	if (slots == NULL)
		return false;
	process->slots = slots;
	for (uint32_t i = count; i-- > process->slot_count;) {
		slots[i] = (struct files_slot){.uses = 1, .next_free = process->first_free};
		process->first_free = i;
	}
	process->slot_count = count;
	return true;
}

uint64_t files_handle_add(struct files_table *table, struct files_process *process,
			  struct files_open_root *root, int fd, struct files_handle **out)
{
	struct files_handle *handle = NULL;
	if (process != NULL && (process->first_free != NO_SLOT || grow(process)))
		handle = calloc(1, sizeof *handle);
	if (handle == NULL) {
		files_handle_unreserve(table, process);
		close(fd);
		return 0;
	}
	*handle = (struct files_handle){.references = 1,
					.root = root,
					.fd = fd,
					.open_count = &table->open_count,
					.cookie_count = &table->cookie_count};
	files_root_hold(root);
	uint32_t index = process->first_free;
	struct files_slot *slot = &process->slots[index];
	process->first_free = slot->next_free;
	slot->handle = handle;
	*out = handle;
	return ((uint64_t)slot->uses << 32) | (index + 1);
}

void files_handle_close(struct files_table *table, struct files_process *process, uint64_t number)
{
	struct files_slot *slot = find_slot(process, number);
	if (slot == NULL)
		return;
	struct files_handle *handle = slot->handle;
	slot->handle = NULL;
	slot->uses++;
	slot->next_free = process->first_free;
	process->first_free = (uint32_t)number - 1;
	process->handle_count--;
	files_handle_drop(handle);
}

void files_handle_hold(struct files_handle *handle)
{
	handle->references++;
}

static void free_handle(struct files_handle *handle)
{
	close(handle->fd);
	files_cookies_reset(&handle->cookies, handle->cookie_count);
	files_root_drop(handle->root);
	free(handle);
}

/* Only now does the loop no longer know the file. */
static void on_poll_closed(uv_handle_t *poll)
{
	free_handle(poll->data);
}

void files_handle_drop(struct files_handle *handle)
{
	if (--handle->references > 0)
		return;
	(*handle->open_count)--;
	if (handle->is_polling)
		uv_close((uv_handle_t *)&handle->poll, on_poll_closed);
	else
		free_handle(handle);
}
