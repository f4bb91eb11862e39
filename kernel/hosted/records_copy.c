/*
 * The names once more, as plain text beside the database: HOME/names, for the day on which the
 * database is damaged. What was decided is then forgotten, which denies it; what the user calls his
 * programs is his own work, and his configuration speaks of it.
 *
 *     CID NAME              a program
 *     CID NAME interface    an interface
 *
 * The oldest comes first, so that the latest name of a program stays the latest. Where the copy is
 * gone or damaged as well, the file HOME/names.lost says so until a configuration knows all its
 * names again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/port.h"
#include "core/text.h"
#include "records_state.h"

static const char copy_name[] = "names";
static const char partial_name[] = "names.partial";
static const char lost_name[] = "names.lost";
static const char interface_word[] = "interface";

/* A line is a CID, a name and a word; a file has as many as anybody ever gave. */
enum { LINE_BYTES = 256, LINES_MAX = 1000000, LOGGED_MAX = 16 };

static struct store_path path_of(const struct records *records, const char *name)
{
	return store_home_path(records->home, name, "");
}

bool records_has_copy(const struct records *records)
{
	return access(path_of(records, copy_name).text, F_OK) == 0;
}

/* ---- Writing ---- */

static void write_name(FILE *out, const struct records_name *name)
{
	char cid[CID_TEXT_BYTES];
	cid_to_text(&name->target, cid);
	fprintf(out, "%s %s%s%s\n", cid, name->name, name->kind == RECORDS_INTERFACE ? " " : "",
		name->kind == RECORDS_INTERFACE ? interface_word : "");
}

static int write_names(struct records *records, FILE *out)
{
	struct records_call call = records_prepare(records, RECORDS_NAMES_BY_TIME);
	int result;
	fputs("# Written by `cairn name`, and written anew by each. Read when decisions.db is\n"
	      "# begun anew because it was damaged.\n",
	      out);
	while ((result = records_step(&call)) == SQLITE_ROW) {
		struct records_name name;
		if (!records_row_to_name(&call, &name)) {
			sqlite3_reset(call.statement);
			return SQLITE_CORRUPT;
		}
		write_name(out, &name);
	}
	return result;
}

/* The name of a file is on the disk when its folder is. */
static bool sync_home(const struct records *records)
{
	int folder = open(path_of(records, ".").text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_synced = folder >= 0 && fsync(folder) == 0;
	if (folder >= 0)
		close(folder);
	return is_synced;
}

int records_write_copy(struct records *records)
{
	struct store_path partial = path_of(records, partial_name);
	int file = open(partial.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *out = file < 0 ? NULL : fdopen(file, "w");
	if (out == NULL) {
		if (file >= 0)
			close(file);
		return SQLITE_CANTOPEN;
	}
	int result = write_names(records, out);
	bool is_written = fflush(out) == 0 && !ferror(out) && fsync(file) == 0;
	if (fclose(out) != 0 || !is_written)
		result = SQLITE_IOERR_WRITE;
	if (result == SQLITE_DONE && rename(partial.text, path_of(records, copy_name).text) == 0 &&
	    sync_home(records))
		return SQLITE_OK;
	unlink(partial.text);
	return result == SQLITE_DONE ? SQLITE_IOERR_WRITE : result;
}

/* ---- Reading ---- */

struct copy_reading {
	struct records *records;
	const char *path;
	uint32_t line;
	uint32_t bad_count;
	bool is_logged;
	/* A name of the copy; what SQLite says. NULL where only the lines are checked. */
	int (*take)(struct records *records, const struct records_name *name, uint64_t time_ns);
};

static void log_line(const struct copy_reading *reading, const char *what)
{
	char line[4 * STORE_HOME_BYTES];
	struct text text = text_over(line, sizeof line);
	text_escaped(&text, (const uint8_t *)reading->path, strlen(reading->path));
	text_string(&text, ":");
	text_decimal(&text, reading->line);
	text_string(&text, ": ");
	text_string(&text, what);
	port_log(PORT_LOG_WARNING, line, text.used);
}

static void skip(struct copy_reading *reading, const char *why)
{
	reading->bad_count++;
	if (reading->is_logged && reading->bad_count <= LOGGED_MAX)
		log_line(reading, why);
	if (reading->is_logged && reading->bad_count == LOGGED_MAX + 1)
		log_line(reading, "more lines that are left out are not named");
}

/* Cuts the line into words; the CID and the name of it, or why there are none. */
static const char *parse(char *line, struct records_name *out)
{
	struct fault ignored;
	char *name = strchr(line, ' ');
	if (name == NULL)
		return "left out: not a CID and a name";
	*name++ = '\0';
	char *kind = strchr(name, ' ');
	if (kind != NULL)
		*kind++ = '\0';
	if (kind != NULL && strcmp(kind, interface_word) != 0)
		return "left out: more than a CID and a name";
	if (cid_from_text(line, strlen(line), &out->target, &ignored) != STATUS_OK)
		return "left out: no CID";
	if (records_check_name(name, &ignored) != STATUS_OK)
		return "left out: no name";
	out->kind = kind != NULL ? RECORDS_INTERFACE : RECORDS_PROGRAM;
	out->name = name;
	return NULL;
}

static int take_line(struct copy_reading *reading, char *line, uint64_t time_ns)
{
	struct records_name name = {.time_ns = time_ns};
	if (line[0] == '#' || line[0] == '\0')
		return SQLITE_OK;
	const char *why = parse(line, &name);
	if (why != NULL) {
		skip(reading, why);
		return SQLITE_OK;
	}
	return reading->take == NULL ? SQLITE_OK : reading->take(reading->records, &name, time_ns);
}

/* The next line without its end, in `line`; its size, SIZE_MAX for one that is too long or holds a
 * zero, or -1 at the end. */
static bool next_line(FILE *file, char line[LINE_BYTES], bool *is_whole)
{
	size_t size = 0;
	int byte;
	*is_whole = true;
	while ((byte = getc(file)) != EOF && byte != '\n') {
		if (size == LINE_BYTES - 1 || byte == '\0')
			*is_whole = false;
		else
			line[size++] = (char)byte;
	}
	line[size] = '\0';
	return byte != EOF || size > 0 || !*is_whole;
}

static int read_lines(struct copy_reading *reading, FILE *file)
{
	char line[LINE_BYTES];
	bool is_whole;
	int result = SQLITE_OK;
	uint64_t now = port_wall_ns();
	while (result == SQLITE_OK && next_line(file, line, &is_whole)) {
		if (++reading->line > LINES_MAX) {
			skip(reading, "left out, and all that follows: too many lines");
			break;
		}
		if (!is_whole)
			skip(reading, "left out: no line that was written here");
		else
			result = take_line(reading, line, now + reading->line);
	}
	if (ferror(file))
		skip(reading, "the rest cannot be read");
	return result;
}

/* NULL where there is none; what is no file is none. */
static FILE *open_copy(const char *path)
{
	struct stat about;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	FILE *file = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? fdopen(fd, "r") : NULL;
	if (file == NULL)
		close(fd);
	return file;
}

/* False where there is no copy. */
static bool read_copy(struct copy_reading *reading, int *result)
{
	struct store_path path = path_of(reading->records, copy_name);
	reading->path = path.text;
	FILE *file = open_copy(path.text);
	if (file == NULL)
		return false;
	*result = read_lines(reading, file);
	fclose(file);
	return true;
}

/* ---- Beginning anew ---- */

/* (Noted before the database is moved: a kill in between leaves a note too many, which the next
 * configuration that knows all its names takes away.) */
void records_copy_losing(struct database *database)
{
	struct records *records = (struct records *)database;
	struct copy_reading reading = {.records = records};
	int result = SQLITE_OK;
	if (read_copy(&reading, &result) && reading.bad_count == 0)
		return;
	int file = open(path_of(records, lost_name).text,
			O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file >= 0)
		close(file);
	(void)sync_home(records);
}

static int put_name(struct records *records, const struct records_name *name, uint64_t time_ns)
{
	struct records_call call = records_prepare(records, RECORDS_PUT_NAME);
	records_bind_name(&call, name->kind, name->name, &name->target, time_ns);
	int result = records_step(&call);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

int records_copy_restore(struct database *database)
{
	struct copy_reading reading = {
	    .records = (struct records *)database, .is_logged = true, .take = put_name};
	int result = SQLITE_OK;
	return read_copy(&reading, &result) ? result : SQLITE_OK;
}

bool records_names_are_lost(const struct records *records)
{
	return access(path_of(records, lost_name).text, F_OK) == 0;
}

void records_names_are_found(const struct records *records)
{
	unlink(path_of(records, lost_name).text);
}
