#include "filestat.h"

#include "errors.h"
#include "guest.h"
#include "mem.h"

uint8_t filestat_type(enum files_kind kind)
{
	static const uint8_t types[] = {
	    [FILES_KIND_OTHER] = WASI_FILETYPE_UNKNOWN,
	    [FILES_KIND_REGULAR_FILE] = WASI_FILETYPE_REGULAR_FILE,
	    [FILES_KIND_DIRECTORY] = WASI_FILETYPE_DIRECTORY,
	    [FILES_KIND_SYMBOLIC_LINK] = WASI_FILETYPE_SYMBOLIC_LINK,
	    [FILES_KIND_CHARACTER_DEVICE] = WASI_FILETYPE_CHARACTER_DEVICE,
	    [FILES_KIND_BLOCK_DEVICE] = WASI_FILETYPE_BLOCK_DEVICE,
	    [FILES_KIND_FIFO] = WASI_FILETYPE_UNKNOWN,
	    [FILES_KIND_SOCKET] = WASI_FILETYPE_SOCKET_STREAM,
	};
	return types[kind];
}

enum wasi_error filestat_decode(const struct call_answer *answer, struct files_info *out)
{
	struct files_info_or_error result;
	enum wasi_error error = errors_of_answer(
	    answer, files_describe_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_files(result.error);
	if (error == WASI_SUCCESS)
		*out = result.value;
	return error;
}

enum wasi_error filestat_store(struct thread *thread, uint32_t address,
			       const struct call_answer *answer)
{
	struct files_info info;
	enum wasi_error error = filestat_decode(answer, &info);
	if (error != WASI_SUCCESS)
		return error;
	uint8_t *out = guest_bytes(thread, address, WASI_FILESTAT_BYTES);
	if (out == NULL)
		return WASI_EFAULT;
	memset(out, 0, WASI_FILESTAT_BYTES);
	guest_store_u64(out + WASI_FILESTAT_DEVICE, info.device);
	guest_store_u64(out + WASI_FILESTAT_INODE, info.inode);
	out[WASI_FILESTAT_FILETYPE] = filestat_type(info.kind);
	guest_store_u64(out + WASI_FILESTAT_LINKS, info.links);
	guest_store_u64(out + WASI_FILESTAT_SIZE, info.size);
	guest_store_u64(out + WASI_FILESTAT_ACCESSED, info.accessed);
	guest_store_u64(out + WASI_FILESTAT_MODIFIED, info.modified);
	guest_store_u64(out + WASI_FILESTAT_CHANGED, info.changed);
	return WASI_SUCCESS;
}

static enum wasi_error new_time(uint64_t time, bool is_set, bool is_now, struct files_new_time *out)
{
	if (is_set && is_now)
		return WASI_EINVAL;
	*out = (struct files_new_time){.kind = is_now   ? FILES_NEW_TIME_NOW
					       : is_set ? FILES_NEW_TIME_AT
							: FILES_NEW_TIME_KEEP};
	if (is_set)
		out->as.at = time;
	return WASI_SUCCESS;
}

enum wasi_error filestat_times(uint64_t accessed, uint64_t modified, uint32_t flags,
			       struct filestat_times *out)
{
	if (flags & ~(uint32_t)WASI_FSTFLAGS_ALL)
		return WASI_EINVAL;
	enum wasi_error error = new_time(accessed, (flags & WASI_FSTFLAGS_ATIM) != 0,
					 (flags & WASI_FSTFLAGS_ATIM_NOW) != 0, &out->accessed);
	if (error == WASI_SUCCESS)
		error = new_time(modified, (flags & WASI_FSTFLAGS_MTIM) != 0,
				 (flags & WASI_FSTFLAGS_MTIM_NOW) != 0, &out->modified);
	return error;
}
