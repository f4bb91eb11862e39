/*
 * unserved: what no interface serves yet, and what a stream cannot do. The answer is honest about
 * the descriptor: EBADF where there is none, else what is wrong with asking that of a stream.
 */
#include "descriptor.h"
#include "functions.h"

/* `error`, if the descriptor slots[index] exists. */
static enum wasm_host_result refuse(struct wasm_thread *wasm, uint64_t *slots, uint32_t index,
				    enum wasi_error error)
{
	struct descriptor *descriptor;
	enum wasi_error found =
	    descriptor_find(call_thread(wasm), wasi_argument(slots, index), &descriptor);
	return wasi_result(slots, found != WASI_SUCCESS ? found : error);
}

/* ---- A stream has no position ---- */

enum wasm_host_result wasi_fd_advise(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ESPIPE);
}

enum wasm_host_result wasi_fd_allocate(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ESPIPE);
}

enum wasm_host_result wasi_fd_pread(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ESPIPE);
}

enum wasm_host_result wasi_fd_pwrite(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ESPIPE);
}

enum wasm_host_result wasi_fd_seek(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ESPIPE);
}

enum wasm_host_result wasi_fd_tell(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ESPIPE);
}

/* ---- Nor has it a size, or times; and rights are grants, which a program does not change ---- */

enum wasm_host_result wasi_fd_datasync(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_EINVAL);
}

enum wasm_host_result wasi_fd_sync(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_EINVAL);
}

enum wasm_host_result wasi_fd_filestat_set_size(void *context, struct wasm_thread *wasm,
						uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_EINVAL);
}

enum wasm_host_result wasi_fd_filestat_set_times(void *context, struct wasm_thread *wasm,
						 uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTSUP);
}

enum wasm_host_result wasi_fd_fdstat_set_rights(void *context, struct wasm_thread *wasm,
						uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTSUP);
}

/* ---- Nothing is opened in advance: EBADF ends a C library's search at the first number ---- */

enum wasm_host_result wasi_fd_prestat_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return wasi_result(slots, WASI_EBADF);
}

enum wasm_host_result wasi_fd_prestat_dir_name(void *context, struct wasm_thread *wasm,
					       uint64_t *slots)
{
	return wasi_result(slots, WASI_EBADF);
}

/* ---- A stream is no directory ---- */

enum wasm_host_result wasi_fd_readdir(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_create_directory(void *context, struct wasm_thread *wasm,
						 uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_filestat_get(void *context, struct wasm_thread *wasm,
					     uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_filestat_set_times(void *context, struct wasm_thread *wasm,
						   uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_link(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_open(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_readlink(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_remove_directory(void *context, struct wasm_thread *wasm,
						 uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_rename(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_symlink(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 2, WASI_ENOTDIR);
}

enum wasm_host_result wasi_path_unlink_file(void *context, struct wasm_thread *wasm,
					    uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTDIR);
}

/* ---- Nor a socket ---- */

enum wasm_host_result wasi_sock_accept(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTSOCK);
}

enum wasm_host_result wasi_sock_recv(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTSOCK);
}

enum wasm_host_result wasi_sock_send(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTSOCK);
}

enum wasm_host_result wasi_sock_shutdown(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return refuse(wasm, slots, 0, WASI_ENOTSOCK);
}
