/*
 * identity: the name of an interface, computed from its canonical text: the SHA-256, and the CID
 * under which the text can be fetched like any content (version 1, raw codec 0x55, sha2-256,
 * base32).
 */
#ifndef IDLC_IDENTITY_H
#define IDLC_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

void identity_of_text(const char *text, size_t size, uint8_t digest[32], char cid[64]);

#endif
