/*
 * frames: the pages of the machine's memory that nobody has. A frame is taken at once, or promised:
 * what a region commits is promised, and taken when it is touched, which then cannot fail.
 *
 *     frames_init -> frames_take, frames_promise -> frames_take_promised, ...
 *
 * All of memory is mapped at its own address (paging.h), so a frame is used by its number in bytes.
 * Nothing here can fault, so page faults may take frames.
 */
#ifndef MEMORY_FRAMES_H
#define MEMORY_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/boot_info.h"

enum { FRAME_BYTES = 4096 };

/* `info` must outlive it: the areas are read there. */
void frames_init(const struct boot_info *info);

/* A frame with any contents; 0 where all are taken or promised. */
uint64_t frames_take(void);
void frames_give(uint64_t frame);

/* Sets `count` frames aside; false where there are not so many. */
bool frames_promise(uint64_t count) __attribute__((warn_unused_result));
void frames_release_promise(uint64_t count);
uint64_t frames_take_promised(void);

/* Frames that are neither taken nor promised. */
uint64_t frames_available(void);

/* The address behind the last byte of memory. */
uint64_t frames_end(void);

#endif
