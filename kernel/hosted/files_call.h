/*
 * files_call: what the functions of the interface begin with: which process asks, which of its
 * handles are meant, and whether its roots allow it. Each refuses by answering, and then says false
 * or NULL; `answer` writes an error of the function's own type.
 */
#ifndef HOSTED_FILES_CALL_H
#define HOSTED_FILES_CALL_H

#include "files_job.h"

typedef void (*files_refusal)(struct kernel_request *request, enum files_error error);

/* What kind of handle a function takes. */
enum files_need {
	FILES_NEED_ANY,
	FILES_NEED_READABLE,
	FILES_NEED_WRITABLE,      /* opened for writing */
	FILES_NEED_WRITABLE_ROOT, /* below a root that may be changed */
};

/* A handle of the sender's, or NULL. */
struct files_handle *files_call_handle(struct files *files, struct kernel_request *request,
				       uint64_t number, enum files_need need,
				       files_refusal refusal);

/* The sender's record, by its present scopes; NULL where there is no memory, and it is refused. */
struct files_process *files_call_process(struct files *files, struct kernel_request *request);

/* A job for that handle, which is NULL-checked here, so that calls can be nested. */
struct files_job *files_call_job(struct files *files, struct kernel_request *request,
				 const struct files_operation *operation,
				 struct files_handle *handle);

/* The same with one path or two below directories; the second handle is set by the caller. */
struct files_call_paths {
	struct wire_bytes first;
	struct wire_bytes second;
	bool is_pair;
	bool is_target; /* the first is what a symbolic link points to: it may be absolute */
};
struct files_job *files_call_path_job(struct files *files, struct kernel_request *request,
				      const struct files_operation *operation,
				      const struct files_call_paths *paths, files_refusal refusal);

/* The handler's functions: those that take what is open, in files_transfer.c. */
void files_advise(void *self, void *message, const struct files_advise_call *call);
void files_allocate(void *self, void *message, const struct files_allocate_call *call);
void files_describe(void *self, void *message, const struct files_describe_call *call);
void files_read(void *self, void *message, const struct files_read_call *call);
void files_set_size(void *self, void *message, const struct files_set_size_call *call);
void files_set_times(void *self, void *message, const struct files_set_times_call *call);
void files_sync(void *self, void *message, const struct files_sync_call *call);
void files_write(void *self, void *message, const struct files_write_call *call);

/* In files_directory.c. */
void files_read_directory(void *self, void *message, const struct files_read_directory_call *call);

/* Those that take a path, in files_open.c. */
void files_create_directory(void *self, void *message,
			    const struct files_create_directory_call *call);
void files_describe_path(void *self, void *message, const struct files_describe_path_call *call);
void files_link(void *self, void *message, const struct files_link_call *call);
void files_open(void *self, void *message, const struct files_open_call *call);
void files_read_link(void *self, void *message, const struct files_read_link_call *call);
void files_remove_directory(void *self, void *message,
			    const struct files_remove_directory_call *call);
void files_remove_file(void *self, void *message, const struct files_remove_file_call *call);
void files_rename(void *self, void *message, const struct files_rename_call *call);
void files_set_times_of_path(void *self, void *message,
			     const struct files_set_times_of_path_call *call);
void files_symbolic_link(void *self, void *message, const struct files_symbolic_link_call *call);

/* Of what statx told. */
struct files_info files_info_of(const struct statx *about);
enum files_kind files_kind_of(unsigned mode);

/* As the host takes them. */
void files_times_of(const struct files_new_time *accessed, const struct files_new_time *modified,
		    struct timespec out[2]);

/* Refusals of the types that several functions have. */
void files_refuse_nothing(struct kernel_request *request, enum files_error error);
void files_refuse_info(struct kernel_request *request, enum files_error error);
void files_answer_nothing(struct files_job *job);
void files_answer_info(struct files_job *job);

#endif
