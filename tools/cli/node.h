/*
 * node: the node of this user's home, as commands speak to it: one that runs already (`cairn up`,
 * or the node of another `cairn run`), or one of their own, a child that ends with its last
 * command.
 *
 *     struct node *node = node_connect_or_start();
 *     struct wire_out out = wire_out_over(room, sizeof room);
 *     control_kill_encode(&out, &call);
 *     struct wire_bytes answer;
 *     if (node_request(node, room, &out, &answer) &&
 *         control_kill_answer_decode(answer.data, answer.size, &result) == WIRE_OK)
 *             ...
 *     node_close(node);
 *
 * docs/NODE.md has the socket, interfaces/control.wit what can be asked.
 */
#ifndef CLI_NODE_H
#define CLI_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cairn/wire.h>

#include "control_frame.h"

struct node;

/* NULL after an error that was reported. */
struct node *node_connect_or_start(void);

/* Only a node that runs already. NULL where none does, and `*failed` tells whether there was an
 * error, which was reported. */
struct node *node_connect(bool *failed);

/* Ends what it runs for this command. NULL is ignored. */
void node_close(struct node *node);

/* The descriptor, to be waited for with others. */
int node_socket(const struct node *node);

/* Sends the call that `out` has encoded at `body`, and descriptors that stay the caller's. False
 * after an error that was reported; here and below. */
bool node_send(struct node *node, const void *body, const struct wire_out *out,
	       const int *descriptors, uint32_t descriptor_count);

/* Waits for the next answer, which is valid until the next call. */
bool node_receive(struct node *node, struct wire_bytes *answer);

/* Both. */
bool node_request(struct node *node, const void *body, const struct wire_out *out,
		  struct wire_bytes *answer);

/* For an answer that the bindings do not take. */
void node_report_malformed(void);

/* Runs the node of this home in this process, in the foreground, until it is told to end. Returns
 * the exit code. */
int node_serve(void);

#endif
