#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "records.h"
#include "report.h"

struct store *program_open_store(void)
{
	char home[STORE_HOME_BYTES];
	struct store *store = NULL;
	struct fault fault = {0};
	enum status status = store_find_home(home, &fault);
	if (status == STATUS_OK)
		status = store_open(home, &store, &fault);
	if (status != STATUS_OK)
		report_fault(status, &fault);
	return store;
}

int program_open_file(const char *name)
{
	int file = strcmp(name, "-") == 0 ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC);
	struct stat about;
	if (file >= 0 && fstat(file, &about) == 0 && S_ISDIR(about.st_mode)) {
		close(file);
		file = -1;
		errno = EISDIR;
	}
	if (file < 0)
		report_error("cannot open (%s): %s", strerror(errno), show(name).text);
	return file;
}

static bool add(struct store *store, const char *name, struct cid *out)
{
	int file = program_open_file(name);
	if (file < 0)
		return false;
	uint64_t size;
	struct fault fault = {0};
	enum status status = store_add_file(store, file, out, &size, &fault);
	close(file);
	if (status != STATUS_OK)
		report_error("%s: %s", fault.text[0] != '\0' ? fault.text : status_text(status),
			     show(name).text);
	return status == STATUS_OK;
}

/* The petname of a program: it goes before a file of that name, which anybody may have put there.
 */
static enum status find_name(const char *argument, struct cid *out, struct fault *fault)
{
	char home[STORE_HOME_BYTES];
	struct records *records = NULL;
	enum status status = store_find_home(home, fault);
	if (status == STATUS_OK)
		status = records_open(home, &records, fault);
	if (status == STATUS_OK)
		status = records_find_name(records, RECORDS_PROGRAM, argument, out, fault);
	records_close(records);
	return status;
}

bool program_resolve(struct store *store, const char *argument, struct cid *out)
{
	struct fault fault = {0};
	enum status status = cid_from_text(argument, strlen(argument), out, &fault);
	if (status == STATUS_OK)
		return true;
	struct fault name_fault = {0};
	enum status name_status = strchr(argument, '/') != NULL
				      ? STATUS_NOT_FOUND
				      : find_name(argument, out, &name_fault);
	if (name_status == STATUS_OK)
		return true;
	if (name_status != STATUS_NOT_FOUND) {
		report_fault(name_status, &name_fault);
		return false;
	}
	if (access(argument, F_OK) == 0 || strchr(argument, '/') != NULL)
		return add(store, argument, out);
	if (status == STATUS_UNSUPPORTED)
		report_fault(status, &fault);
	else
		report_error("neither a CID, nor a name, nor a file: %s", show(argument).text);
	return false;
}
