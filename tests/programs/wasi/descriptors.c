/* fd_close, fd_renumber, fd_prestat_get, and what every function says to a closed descriptor. */
#include "raw.h"

static uint8_t buffer[64];
static __wasi_size_t size;

/* Every function that takes a descriptor, on one that does not exist. */
static void all_on(__wasi_fd_t fd)
{
	__wasi_iovec_t iovec = {buffer, 1};
	__wasi_ciovec_t ciovec = {buffer, 1};
	__wasi_fdstat_t fdstat;
	__wasi_filestat_t filestat;
	__wasi_filesize_t position;
	__wasi_prestat_t prestat;
	__wasi_fd_t opened;
	told("advise", __wasi_fd_advise(fd, 0, 0, 0));
	told("allocate", __wasi_fd_allocate(fd, 0, 1));
	told("close", __wasi_fd_close(fd));
	told("datasync", __wasi_fd_datasync(fd));
	told("fdstat_get", __wasi_fd_fdstat_get(fd, &fdstat));
	told("fdstat_set_flags", __wasi_fd_fdstat_set_flags(fd, 0));
	told("fdstat_set_rights", __wasi_fd_fdstat_set_rights(fd, 0, 0));
	told("filestat_get", __wasi_fd_filestat_get(fd, &filestat));
	told("filestat_set_size", __wasi_fd_filestat_set_size(fd, 0));
	told("filestat_set_times", __wasi_fd_filestat_set_times(fd, 0, 0, 0));
	told("pread", __wasi_fd_pread(fd, &iovec, 1, 0, &size));
	told("prestat_get", __wasi_fd_prestat_get(fd, &prestat));
	told("prestat_dir_name", __wasi_fd_prestat_dir_name(fd, buffer, 8));
	told("pwrite", __wasi_fd_pwrite(fd, &ciovec, 1, 0, &size));
	told("read", __wasi_fd_read(fd, &iovec, 1, &size));
	told("readdir", __wasi_fd_readdir(fd, buffer, sizeof(buffer), 0, &size));
	told("renumber", __wasi_fd_renumber(fd, 1));
	told("seek", __wasi_fd_seek(fd, 0, 0, &position));
	told("sync", __wasi_fd_sync(fd));
	told("tell", __wasi_fd_tell(fd, &position));
	told("write", __wasi_fd_write(fd, &ciovec, 1, &size));
	told("create_directory", __wasi_path_create_directory(fd, "x"));
	told("path_filestat_get", __wasi_path_filestat_get(fd, 0, "x", &filestat));
	told("path_filestat_set_times", __wasi_path_filestat_set_times(fd, 0, "x", 0, 0, 0));
	told("link", __wasi_path_link(fd, 0, "x", fd, "y"));
	told("open", __wasi_path_open(fd, 0, "x", 0, 0, 0, 0, &opened));
	told("readlink", __wasi_path_readlink(fd, "x", buffer, sizeof(buffer), &size));
	told("remove_directory", __wasi_path_remove_directory(fd, "x"));
	told("rename", __wasi_path_rename(fd, "x", fd, "y"));
	told("symlink", __wasi_path_symlink("x", fd, "y"));
	told("unlink_file", __wasi_path_unlink_file(fd, "x"));
	refused("shutdown", __wasi_sock_shutdown(fd, 1));
}

/* What nobody can do to a stream that is a pipe. */
static void on_a_stream(__wasi_fd_t fd)
{
	__wasi_filestat_t filestat;
	__wasi_fd_t opened;
	refused("allocate", __wasi_fd_allocate(fd, 0, 1));
	refused("filestat_set_size", __wasi_fd_filestat_set_size(fd, 0));
	refused("readdir", __wasi_fd_readdir(fd, buffer, sizeof(buffer), 0, &size));
	refused("create_directory", __wasi_path_create_directory(fd, "x"));
	refused("path_filestat_get", __wasi_path_filestat_get(fd, 0, "x", &filestat));
	refused("open", __wasi_path_open(fd, 0, "x", 0, 0, 0, 0, &opened));
	refused("unlink_file", __wasi_path_unlink_file(fd, "x"));
	refused("rename", __wasi_path_rename(fd, "x", fd, "y"));
}

int main(void)
{
	on_a_stream(1);
	all_on(99);
	told("close the input", __wasi_fd_close(0));
	all_on(0);
	told("close the errors", __wasi_fd_close(2));
	told("close them again", __wasi_fd_close(2));
	return 0;
}
