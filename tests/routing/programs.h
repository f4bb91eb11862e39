/* What the programs of the swap and whoever runs them agree upon. */
#ifndef ROUTING_PROGRAMS_H
#define ROUTING_PROGRAMS_H

#define SWAP_INTERFACE "the interface of the swap tests."

enum {
	SWAP_ASKS = 100000,  /* of each client */
	SWAP_IN_FLIGHT = 16, /* at a time */

	/* What a client finds that is not as promised; its exit code. */
	SWAP_LOST = 3,
	SWAP_TWICE,
	SWAP_WRONG_BODY,
	SWAP_WRONG_STATUS,
	SWAP_NOT_SENT
};

#endif
