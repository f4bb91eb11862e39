/*
 * address: an address of TCP as text: 127.0.0.1:8080, [::1]:8080.
 */
#ifndef WASI_ADDRESS_H
#define WASI_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <cairn/tcp.h>

/* False where it is none. */
bool address_parse(const uint8_t *text, uint32_t size, struct tcp_endpoint *out);

#endif
