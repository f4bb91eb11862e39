/*
 * Blocks in files. A block is written to temporary/ and renamed to its place, so a reader sees all
 * of it or nothing, and two writers of one block put the same bytes there. Power that fails may
 * leave a block with wrong bytes; reading finds that out, and moves it out of the way.
 */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/port.h"
#include "core/text.h"
#include "store_home.h"

enum { FOLDER_BYTES = sizeof "blocks/XY", STALE_SECONDS = 3600 };

enum status store_open(const char *home, struct store **out, struct fault *fault)
{
	size_t size = strlen(home);
	struct store *store = calloc(1, sizeof *store);
	if (store != NULL && size > 0 && size < sizeof store->home) {
		memcpy(store->home, home, size + 1);
		*out = store;
		return STATUS_OK;
	}
	bool is_refused = store == NULL;
	free(store);
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, is_refused ? "out of memory" : "not the path of a home folder: ");
	text_escaped(&text, (const uint8_t *)home, is_refused ? 0 : size);
	fault->offset = 0;
	return is_refused ? STATUS_NO_MEMORY : STATUS_INVALID;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_record_close(store);
	free(store);
}

/* ---- Where a block is, and faults that name it ---- */

struct place {
	char name[CID_TEXT_BYTES];
	char folder[FOLDER_BYTES];
	struct store_path path;
};

/* Almost all CIDs start alike, and their last character has few values: the two before it are
 * what spreads blocks over 1,024 folders. */
static struct place place_of(const struct store *store, const struct cid *cid)
{
	struct place place;
	cid_to_text(cid, place.name);
	snprintf(place.folder, sizeof place.folder, "blocks/%.2s",
		 place.name + strlen(place.name) - 3);
	place.path = store_home_path(store, place.folder, place.name);
	return place;
}

bool store_has(const struct store *store, const struct cid *cid)
{
	struct place place = place_of(store, cid);
	return access(place.path.text, F_OK) == 0;
}

static enum status fault_of(const struct store *store, const struct place *place,
			    enum status status, const char *what, int error, struct fault *fault)
{
	char line[FAULT_TEXT_BYTES];
	struct text text = text_over(line, sizeof line);
	text_string(&text, what);
	text_string(&text, " ");
	text_string(&text, place->name);
	return store_home_fault(store, status, line, error, fault);
}

/* ---- Reading ---- */

/* Reads up to `size` bytes; fewer at the end of the file, -1 and errno after an error. */
static ssize_t read_fully(int file, uint8_t *to, size_t size)
{
	size_t done = 0;
	while (done < size) {
		ssize_t got = read(file, to + done, size - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static bool make_room(struct store_block *block, size_t size)
{
	if (size <= block->capacity)
		return true;
	uint8_t *data = realloc(block->data, size);
	if (data == NULL)
		return false;
	block->data = data;
	block->capacity = size;
	return true;
}

void store_block_release(struct store_block *block)
{
	free(block->data);
	*block = (struct store_block){0};
}

/* What stands there may be no file at all: a pipe must not make us wait for its other end. */
static int open_block(const struct place *place)
{
	return open(place->path.text, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* The bytes of an open file, with one more byte of room, so that a file that grew shows. */
static enum status read_block(int file, struct store_block *block)
{
	struct stat about;
	if (fstat(file, &about) != 0)
		return STATUS_IO;
	if (!S_ISREG(about.st_mode) || about.st_size > DAG_BLOCK_BYTES_MAX)
		return STATUS_CORRUPT;
	if (!make_room(block, (size_t)about.st_size + 1))
		return STATUS_NO_MEMORY;
	ssize_t got = read_fully(file, block->data, (size_t)about.st_size + 1);
	if (got < 0)
		return STATUS_IO;
	block->size = (size_t)got;
	return STATUS_OK;
}

static enum status set_aside(const struct store *store, const struct place *place,
			     struct fault *fault)
{
	bool is_aside = store_home_set_aside(store, &place->path, place->name);
	return fault_of(store, place, STATUS_CORRUPT,
			is_aside ? "changed on disk, moved to damaged/: block"
				 : "changed on disk: block",
			0, fault);
}

enum status store_block_set_aside(struct store *store, const struct cid *cid, struct fault *fault)
{
	struct place place = place_of(store, cid);
	return set_aside(store, &place, fault);
}

enum status store_block_read(struct store *store, const struct cid *cid, struct store_block *block,
			     struct fault *fault)
{
	struct place place = place_of(store, cid);
	int file = open_block(&place);
	if (file < 0 && errno == ENOENT)
		return fault_of(store, &place, STATUS_NOT_FOUND, "not in the store: block", 0,
				fault);
	if (file < 0)
		return fault_of(store, &place, STATUS_IO, "cannot open block", errno, fault);
	enum status status = read_block(file, block);
	int error = errno;
	close(file);
	if (status == STATUS_IO)
		return fault_of(store, &place, status, "cannot read block", error, fault);
	if (status == STATUS_NO_MEMORY)
		return fault_of(store, &place, status, "no memory for block", 0, fault);
	return status == STATUS_CORRUPT ? set_aside(store, &place, fault) : status;
}

enum status store_get(struct store *store, const struct cid *cid, struct store_block *block,
		      struct fault *fault)
{
	enum status status = store_block_read(store, cid, block, fault);
	if (status == STATUS_OK && !cid_matches_block(cid, block->data, block->size))
		status = store_block_set_aside(store, cid, fault);
	return status;
}

/* ---- Writing ---- */

static bool write_fully(int file, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t put = write(file, data, size);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		data += put;
		size -= (size_t)put;
	}
	return true;
}

/* Removes what writers that were killed an hour ago or earlier left behind. */
static void sweep(struct store *store)
{
	if (atomic_exchange(&store->is_swept, true))
		return;
	DIR *folder = opendir(store_home_path(store, "temporary", "").text);
	if (folder == NULL)
		return;
	time_t now = time(NULL);
	struct dirent *entry;
	while ((entry = readdir(folder)) != NULL) {
		struct stat about;
		if (fstatat(dirfd(folder), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(about.st_mode) && now - about.st_mtime > STALE_SECONDS)
			unlinkat(dirfd(folder), entry->d_name, 0);
	}
	closedir(folder);
}

/* A new file in temporary/, whose name no other process or thread has; -1 and errno. */
static int create_temporary(struct store *store, struct store_path *path)
{
	static atomic_ulong count;
	char name[64];
	snprintf(name, sizeof name, "%ld-%lu-%llx", (long)getpid(), atomic_fetch_add(&count, 1),
		 (unsigned long long)port_wall_ns());
	*path = store_home_path(store, "temporary", name);
	return open(path->text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* Whether the block is in its place with the right bytes. One with other bytes is moved aside. */
static bool is_stored(struct store *store, const struct place *place, const void *data, size_t size)
{
	int file = open_block(place);
	if (file < 0)
		return false;
	struct store_block block = {0};
	enum status status = read_block(file, &block);
	close(file);
	bool is_same = status == STATUS_OK && block.size == size &&
		       (size == 0 || memcmp(block.data, data, size) == 0);
	store_block_release(&block);
	if (!is_same && (status == STATUS_OK || status == STATUS_CORRUPT))
		store_home_set_aside(store, &place->path, place->name);
	return is_same;
}

static bool move_to_place(struct store *store, const struct store_path *temporary,
			  const struct place *place)
{
	if (rename(temporary->text, place->path.text) == 0)
		return true;
	if (errno != ENOENT)
		return false;
	struct store_path folder = store_home_path(store, place->folder, "");
	if (mkdir(folder.text, 0700) != 0 && errno != EEXIST)
		return false;
	return rename(temporary->text, place->path.text) == 0;
}

enum status store_put(struct store *store, const struct cid *cid, const void *data, size_t size,
		      struct fault *fault)
{
	struct place place = place_of(store, cid);
	if (size > DAG_BLOCK_BYTES_MAX)
		return fault_of(store, &place, STATUS_LIMIT, "larger than 2 MiB: block", 0, fault);
	if (is_stored(store, &place, data, size))
		return STATUS_OK;
	sweep(store);
	struct store_path temporary;
	int file = create_temporary(store, &temporary);
	if (file < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		enum status status = store_home_create(store, fault);
		if (status != STATUS_OK)
			return status;
		file = create_temporary(store, &temporary);
	}
	if (file < 0)
		return store_home_fault(store, STATUS_IO, "cannot write to the store", errno,
					fault);
	bool is_written = write_fully(file, data, size);
	int error = errno;
	if (close(file) != 0 && is_written) {
		is_written = false;
		error = errno;
	}
	if (is_written && move_to_place(store, &temporary, &place))
		return STATUS_OK;
	error = is_written ? errno : error;
	unlink(temporary.text);
	return store_home_fault(store, STATUS_IO, "cannot write to the store", error, fault);
}
