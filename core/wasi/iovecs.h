/*
 * iovecs: the scattered buffers of fd_read and fd_write. They are read anew for each piece of a
 * transfer, because the program's other threads may have changed them meanwhile: to their own harm
 * only, for each buffer is checked each time.
 */
#ifndef WASI_IOVECS_H
#define WASI_IOVECS_H

#include <stdint.h>

#include "call.h"
#include "preview1.h"

/* So many buffers of one call are looked at, as on POSIX systems (IOV_MAX); a transfer that ends
 * behind them is a partial one, as it may be for other reasons. */
enum { IOVECS_MAX = 1024 };

/* One transfer carries so much, as on Linux (MAX_RW_COUNT); more is a partial one. */
enum { IOVECS_BYTES_MAX = 0x7ffff000 };

struct iovecs {
	struct call_memory memory;
	uint32_t address; /* of the array in the program's memory */
	uint32_t count;   /* at most IOVECS_MAX */
	uint32_t index;   /* where the transfer stands: in this buffer, so many bytes in */
	uint32_t offset;
};

/* At the start of the array, which lies inside the memory. EFAULT. */
must_check enum wasi_error iovecs_open(struct thread *thread, uint32_t address, uint32_t count,
				       struct iovecs *out);

/* Checks every buffer; `size` is how much they hold together, at most IOVECS_BYTES_MAX. EFAULT. */
must_check enum wasi_error iovecs_check(const struct iovecs *iovecs, uint32_t *size);

/*
 * The next bytes, at most `size_max`, as parts of a message: at most `parts_max`, so it may be less
 * than there is. The transfer then stands behind them. EFAULT.
 */
must_check enum wasi_error iovecs_gather(struct iovecs *iovecs, uint32_t size_max,
					 struct wire_part *parts, uint32_t parts_max,
					 uint32_t *part_count, uint32_t *size);

/* Copies `data` into the next buffers; what does not fit is dropped. `written` says how much was.
 * EFAULT. */
must_check enum wasi_error iovecs_scatter(struct iovecs *iovecs, const uint8_t *data, uint32_t size,
					  uint32_t *written);

#endif
