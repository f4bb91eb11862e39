/*
 * node_home: which node owns a home folder, and where it is spoken to. A node holds node.lock as
 * long as it lives, which names it, and listens on node.socket: both are this user's alone. What a
 * node left that was killed is taken over.
 *
 * Descriptors, or a negative errno.
 */
#ifndef NODE_HOME_H
#define NODE_HOME_H

#include <stdbool.h>
#include <sys/types.h>

/* Speaks to the node: -ENOENT or -ECONNREFUSED where none listens. */
int node_home_connect(const char *home);

/* Becomes the owner, for as long as the descriptor or a copy of it is open, in this process or a
 * child: -EWOULDBLOCK where another node is it. Creates the home. */
int node_home_lock(const char *home);

/* Writes down who the owner is: this process, and what it was started as. */
void node_home_sign(int lock, const char *command);

/* The owner, as it has written it down; false where there is none, or nothing to read. */
struct node_owner {
	pid_t pid;
	char command[256]; /* escaped */
};
bool node_home_owner(const char *home, struct node_owner *out);

/* For the owner: listens, and stops being found. */
int node_home_listen(const char *home);
void node_home_unlisten(const char *home);

#endif
