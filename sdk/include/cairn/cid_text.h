/*
 * cid_text: the CID of a program, as a person writes it (`bafkrei...`), in the binary form that
 * `process.start` and others take.
 */
#ifndef CAIRN_CID_TEXT_H
#define CAIRN_CID_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Version, codec, and a SHA-256 hash. */
enum { CID_TEXT_BINARY_BYTES = 36 };

/* A CIDv1 in base32, of a SHA-256 hash; false where the text is none, and then nothing is written.
 */
bool cid_text_read(const char *text, size_t size, uint8_t out[CID_TEXT_BINARY_BYTES]);

#endif
