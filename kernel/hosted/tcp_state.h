/*
 * tcp_state: what the files of `tcp` share.
 */
#ifndef HOSTED_TCP_STATE_H
#define HOSTED_TCP_STATE_H

#include <cairn/tcp_serve.h>

#include "handles.h"
#include "net_scopes.h"
#include "net_socket.h"
#include "tcp.h"

enum {
	/* Connections and listeners of one process. */
	TCP_HANDLES_MAX = 16384,
	/* What one read or write may carry: tcp.wit. */
	TCP_BYTES_MAX = 1 << 20,
	/* One that leaves its data for the next read has to fit the smallest buffers of sockets. */
	TCP_PEEK_BYTES_MAX = 64 * 1024,
	/* What the reads of one process that want all of their bytes may add up to. */
	TCP_COLLECTING_BYTES_MAX = 32 << 20,
	/* What is read without a copy, if that takes a moment's patience; less is copied. */
	TCP_LARGE_BYTES = 16 * 1024,
	/* Free records of waiting requests that are kept. */
	TCP_SPARE_WAITS_MAX = 1024
};

enum tcp_wait_kind {
	TCP_KIND_ACCEPT,
	TCP_KIND_CONNECT, /* inside a struct tcp_connecting */
	TCP_KIND_READ,
	TCP_KIND_READABLE,
	TCP_KIND_WRITE,
	TCP_KIND_WRITABLE,
	TCP_KIND_FINISH
};

struct tcp_socket;

/* A request that is not answered yet; the request's user pointer leads here. */
struct tcp_wait {
	struct kernel_request *request;
	struct tcp_wait *next; /* in a queue of the socket */
	struct tcp_wait *previous;
	struct tcp_socket *socket;
	enum tcp_wait_kind kind;
	uint8_t options;     /* of a read */
	bool is_patient;     /* a large read that was put off */
	uint32_t size;       /* of a read or write */
	uint32_t done;       /* bytes that are written, or collected */
	const uint8_t *data; /* of a write: in the request's body */
	uint8_t *collected;  /* of a read that wants all bytes and has had some */
};

struct tcp_queue {
	struct tcp_wait *first;
	struct tcp_wait *last;
};

/* A listener or a connection. What is ready, as far as is known: after the host has said that it
 * is not, only its news change that. */
struct tcp_socket {
	struct handle handle;
	struct watched watched;
	struct tcp *tcp;
	struct tcp_queue input;  /* accepts, or reads and waits for them */
	struct tcp_queue output; /* writes, waits for them, and the finish */
	bool is_listener;
	bool can_input;
	bool can_output;
	bool is_ending;   /* the other side has finished or broken off: reading tells, for ever */
	bool is_urgent;   /* a short read does not mean that nothing is left */
	bool is_finished; /* by the program */
};

struct tcp_connecting;

struct tcp {
	struct net_means means;
	struct handles handles;
	struct tcp_wait *spare_waits;
	uint32_t spare_wait_count;
	struct tcp_connecting *connecting;
	uint8_t *buffer; /* TCP_BYTES_MAX, for what is on its way from a socket into an answer */
};

static inline struct tcp_socket *tcp_socket_of(struct handle *handle)
{
	return (struct tcp_socket *)(void *)((char *)handle - offsetof(struct tcp_socket, handle));
}

/* ---- tcp.c ---- */

enum tcp_error tcp_error_of(int error);
struct tcp_endpoint tcp_endpoint_of(const struct net_endpoint *endpoint);
struct net_endpoint tcp_endpoint_read(const struct tcp_endpoint *endpoint);

/* Answers any request of this interface with an error. */
void tcp_refuse(struct kernel_request *request, enum tcp_error error);

/* NULL where there is no memory; the request is then answered. */
struct tcp_wait *tcp_wait_create(struct tcp *tcp, struct kernel_request *request,
				 enum tcp_wait_kind kind);
void tcp_wait_destroy(struct tcp *tcp, struct tcp_wait *wait);

/* ---- tcp_socket.c ---- */

/* A socket record for the descriptor, with a handle of the process's; both are taken over, and
 * closed where it fails. */
must_check enum status tcp_socket_create(struct tcp *tcp, uint64_t process, int fd,
					 struct tcp_socket **out);

/* Whether the process and the node may have one more. */
bool tcp_has_room(const struct tcp *tcp, uint64_t process);

/* Answers what waits with `error`, and closes it. */
void tcp_socket_close(struct tcp_socket *socket, enum tcp_error error, bool resets);

/* Closes it when the kernel is gone already. */
void tcp_socket_abandon(struct tcp_socket *socket);

/* Tries to write, from the parts that lie behind the first `skipped` bytes of a body, what nobody
 * waits to write before. Returns how many bytes were written. */
uint32_t tcp_socket_write_now(struct tcp_socket *socket, const struct wire_part *parts,
			      uint32_t part_count, size_t skipped);

/* Lets a request wait for its turn, and serves what can be served. */
void tcp_socket_enter(struct tcp_socket *socket, struct tcp_wait *wait);

/* Gives a waiting request up and answers it. What was written of it stays written, what was read
 * for it is lost. */
void tcp_socket_cancel(struct tcp_wait *wait);

/* Takes a waiting request out and gives its record back; the request is the caller's to answer. */
struct kernel_request *tcp_socket_leave(struct tcp_wait *wait);

/* Both ends, as the host knows them. */
struct tcp_connection tcp_socket_describe(const struct tcp_socket *socket);

/* ---- tcp_listen.c ---- */

void tcp_listen(struct tcp *tcp, struct kernel_request *request,
		const struct tcp_listen_call *call);

/* One step for a waiting accept. False where nobody has come. */
bool tcp_accept_step(struct tcp_wait *wait);

/* ---- tcp_connect.c ---- */

void tcp_connect(struct tcp *tcp, struct kernel_request *request,
		 const struct tcp_connect_call *call);

/* Gives up; the request is answered. */
void tcp_connect_cancel(struct tcp_wait *wait);

/* Gives up all, without answers. */
void tcp_connect_abandon(struct tcp *tcp);

#endif
