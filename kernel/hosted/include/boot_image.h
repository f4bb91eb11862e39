/*
 * boot_image: the CAR of boot programs that the build puts into the binary (boot_image.S).
 */
#ifndef HOSTED_BOOT_IMAGE_H
#define HOSTED_BOOT_IMAGE_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t boot_image[];
extern const uint64_t boot_image_size;

#endif
