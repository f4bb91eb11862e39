/*
 * virtio_rng: random bytes from the machine around a virtual one (virtio's entropy device on the
 * first PCI bus, by its legacy interface: Virtual I/O Device 1.2, sections 4.1.4.8, 2.7.2 and 5.4).
 * For seeding alone: the device is found, read once and left.
 */
#ifndef DEVICES_VIRTIO_RNG_H
#define DEVICES_VIRTIO_RNG_H

#include <stddef.h>

#include "core/status.h"

enum { VIRTIO_RNG_BYTES_MAX = 512 };

/* Fills all of `out`, at most VIRTIO_RNG_BYTES_MAX bytes. STATUS_NOT_FOUND where there is no such
 * device, STATUS_IO where it gives nothing for a second. The monotonic
 * clock must be running. */
must_check enum status virtio_rng_read(void *out, size_t size);

#endif
