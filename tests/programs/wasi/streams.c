/*
 * fd_read, fd_write, fd_seek, fd_tell, fd_fdstat_get, fd_filestat_get and fd_fdstat_set_flags on
 * the standard streams. Input and output are pipes, and the input has at least 100,000 bytes.
 */
#include <stdlib.h>

#include "raw.h"

static char first[10], second[50000], all[1 << 20];

static __wasi_size_t read_into(__wasi_iovec_t *buffers, size_t count, const char *what)
{
	__wasi_size_t size = 0;
	told(what, __wasi_fd_read(0, buffers, count, &size));
	return size;
}

static uint32_t sum_of(uint32_t sum, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sum = sum * 31 + (uint8_t)bytes[i];
	return sum;
}

/* Reads to the end, and prints how much that was with the `size` bytes before, and a checksum. */
static void read_all(size_t size)
{
	uint32_t sum = sum_of(0, second, size);
	for (;;) {
		__wasi_iovec_t buffer = {(uint8_t *)all, sizeof(all)};
		__wasi_size_t more = 0;
		if (__wasi_fd_read(0, &buffer, 1, &more) != 0 || more == 0)
			break;
		sum = sum_of(sum, all, more);
		size += more;
	}
	printf("%zu bytes, sum %08x\n", size, sum);
}

static void reading(void)
{
	__wasi_iovec_t none = {(uint8_t *)first, 0};
	check("into nothing", read_into(&none, 1, "nothing") == 0);
	__wasi_iovec_t scattered[3] = {
	    {(uint8_t *)first, 5}, {(uint8_t *)first, 0}, {(uint8_t *)first + 5, 5}};
	printf("%zu bytes", (size_t)read_into(scattered, 3, "scattered"));
	printf(" [%.10s]\n", first);
	__wasi_iovec_t large = {(uint8_t *)second, sizeof(second)};
	__wasi_size_t size = read_into(&large, 1, "large");
	check("something, and not too much", size > 0 && size <= sizeof(second));
	read_all(size);
	check("the end stays the end", read_into(&large, 1, "end") == 0);
}

static void writing(void)
{
	static const char *const parts[] = {"one ", "", "two ", "three\n"};
	__wasi_ciovec_t scattered[4];
	for (int i = 0; i < 4; i++)
		scattered[i] = (__wasi_ciovec_t){(const uint8_t *)parts[i], strlen(parts[i])};
	fflush(stdout);
	__wasi_size_t size = 0;
	__wasi_errno_t error = __wasi_fd_write(1, scattered, 4, &size);
	printf("written: %u, %zu\n", error, (size_t)size);

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)(i % 64 == 63 ? '\n' : 'a' + i % 23);
	fflush(stdout);
	__wasi_ciovec_t large = {(const uint8_t *)all, 300001};
	size_t done = 0;
	while (done < 300001) {
		large = (__wasi_ciovec_t){(const uint8_t *)all + done, 300001 - done};
		if (__wasi_fd_write(1, &large, 1, &size) != 0)
			break;
		done += size;
	}
	printf("\nwritten: %zu\n", done);
	told("nothing", __wasi_fd_write(1, scattered, 0, &size));
	printf("%zu\n", (size_t)size);
}

static void statuses(void)
{
	__wasi_fdstat_t fdstat;
	__wasi_filestat_t filestat;
	__wasi_filesize_t position;
	for (__wasi_fd_t stream = 0; stream < 3; stream++) {
		told("fdstat", __wasi_fd_fdstat_get(stream, &fdstat));
		check("no terminal", fdstat.fs_filetype != __WASI_FILETYPE_CHARACTER_DEVICE);
		told("filestat", __wasi_fd_filestat_get(stream, &filestat));
		if (stream == 2)
			continue; /* errors may go to a file */
		refused("seek", __wasi_fd_seek(stream, 0, __WASI_WHENCE_SET, &position));
		refused("tell", __wasi_fd_tell(stream, &position));
	}
	told("append", __wasi_fd_fdstat_set_flags(1, __WASI_FDFLAGS_APPEND));
	told("do not", __wasi_fd_fdstat_set_flags(1, 0));
	refused("fdstat outside", __wasi_fd_fdstat_get(1, RAW_OUTSIDE));
	refused("filestat outside", __wasi_fd_filestat_get(1, RAW_OUTSIDE));
}

/* Bad pointers, on some of which Node ends, and the numbers of errors. */
static int judged(void)
{
	__wasi_size_t size = 0;
	__wasi_filesize_t position;
	__wasi_fdstat_t fdstat;
	__wasi_ciovec_t outside = {RAW_OUTSIDE, 32};
	__wasi_ciovec_t huge = {(const uint8_t *)all, 0xffffffff};
	__wasi_ciovec_t fine = {(const uint8_t *)"wrong\n", 6};
	check("buffer outside", __wasi_fd_write(2, &outside, 1, &size) == RAW_EFAULT);
	check("huge buffer", __wasi_fd_write(2, &huge, 1, &size) == RAW_EFAULT);
	check("array outside", __wasi_fd_write(2, RAW_OUTSIDE, 4, &size) == RAW_EFAULT);
	check("huge array", __wasi_fd_write(2, &fine, 0x20000000, &size) == RAW_EFAULT);
	check("result outside", __wasi_fd_write(2, &fine, 1, RAW_OUTSIDE) == RAW_EFAULT);
	__wasi_iovec_t into_nowhere = {RAW_OUTSIDE, 32};
	__wasi_iovec_t too_large = {(uint8_t *)all, 0xffffffff};
	check("buffer outside", __wasi_fd_read(0, &into_nowhere, 1, &size) == RAW_EFAULT);
	check("huge buffer", __wasi_fd_read(0, &too_large, 1, &size) == RAW_EFAULT);
	check("fdstat outside", __wasi_fd_fdstat_get(1, RAW_OUTSIDE) == RAW_EFAULT);
	check("seek", __wasi_fd_seek(1, 0, __WASI_WHENCE_SET, &position) == RAW_ESPIPE);
	check("tell", __wasi_fd_tell(0, &position) == RAW_ESPIPE);
	check("append", __wasi_fd_fdstat_set_flags(1, __WASI_FDFLAGS_APPEND) == 0);
	check("appends",
	      __wasi_fd_fdstat_get(1, &fdstat) == 0 && fdstat.fs_flags == __WASI_FDFLAGS_APPEND);
	check("not to block",
	      __wasi_fd_fdstat_set_flags(0, __WASI_FDFLAGS_NONBLOCK) == RAW_ENOTSUP);
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return judged();
	statuses();
	reading();
	writing();
	return 0;
}
