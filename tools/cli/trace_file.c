#include "trace_file.h"

#include <errno.h>
#include <string.h>

#include "report.h"
#include "trace.h"
#include "trace_writer.h"

static bool report_file(const char *path)
{
	report_error("cannot write the trace (%s): %s", strerror(errno), show(path).text);
	return false;
}

bool trace_file_open(struct trace_file *out, const char *path, struct store *store)
{
	*out = (struct trace_file){.path = path, .file = path == NULL ? stderr : fopen(path, "we")};
	if (out->file == NULL)
		return report_file(path);
	out->trace = trace_create(out->file, path == NULL ? &trace_lines : &trace_chrome, store);
	if (out->trace != NULL)
		return true;
	report_error("%s", status_text(STATUS_NO_MEMORY));
	if (path != NULL)
		fclose(out->file);
	return false;
}

bool trace_file_close(struct trace_file *file)
{
	trace_destroy(file->trace);
	if (file->path == NULL)
		return true;
	bool is_written = !ferror(file->file);
	return (fclose(file->file) == 0 && is_written) || report_file(file->path);
}
