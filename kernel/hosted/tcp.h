/*
 * tcp: the interface `tcp`, over sockets of the host. Nothing is read before a program asks for it
 * and nothing is kept that a program has written: what a socket has no room for waits in the
 * message that it came in. So what is under way is bounded by what the host gives a socket, and by
 * what the kernel lets a sender have under way.
 *
 *     tcp_create -> (the loop and the kernel run) -> tcp_close -> the loop runs -> tcp_destroy
 *
 * tcp.c has the table of functions, tcp_socket.c reading and writing, tcp_listen.c and
 * tcp_connect.c how connections come about.
 */
#ifndef HOSTED_TCP_H
#define HOSTED_TCP_H

#include "net_means.h"

struct tcp;

must_check enum status tcp_create(const struct net_means *means, struct tcp **out);

/* The kernel is gone already: nothing is answered. */
void tcp_close(struct tcp *tcp);
void tcp_destroy(struct tcp *tcp);

#endif
