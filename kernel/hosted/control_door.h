/*
 * control_door: which commands a node lets in at its socket. Who is another user's, or comes when
 * there is no room, is told why in place of a greeting (control_frame.h).
 */
#ifndef HOSTED_CONTROL_DOOR_H
#define HOSTED_CONTROL_DOOR_H

#include "control.h"

/* Opens it for one who waits: false where nobody does. `out` is the descriptor, or -1 where he was
 * refused. */
bool control_door_open(struct control *control, int *out);

void control_door_close(struct control *control);

#endif
