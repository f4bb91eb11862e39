/*
 * What the programs of the benchmark agree on.
 */
#ifndef MESSAGES_PROGRAMS_H
#define MESSAGES_PROGRAMS_H

#include <stdint.h>

enum { MESSAGES_BODY_BYTES = 64, MESSAGES_ROUNDS = 200000 };

#define MESSAGES_DIGEST                                                                            \
	{                                                                                          \
	    'a', ' ', 'p', 'i', 'n', 'g', ' ', 'a', 'n', 'd', ' ', 'a', ' ', 'p', 'o', 'n',        \
	    'g', ' ', 'o', 'f', ' ', '6', '4', ' ', 'b', 'y', 't', 'e', 's', '.', ' ', ' ',        \
	}

#endif
