/*
 * dns: the interface `dns`: names as this host resolves them (resolver.h).
 *
 *     dns_create -> (the loop and the kernel run) -> dns_close -> the loop runs -> dns_destroy
 */
#ifndef HOSTED_DNS_H
#define HOSTED_DNS_H

#include "net_means.h"

struct dns;

must_check enum status dns_create(const struct net_means *means, struct dns **out);

/* The kernel is gone already: nothing is answered. */
void dns_close(struct dns *dns);
void dns_destroy(struct dns *dns);

#endif
