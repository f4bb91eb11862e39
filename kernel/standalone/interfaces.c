#include "interfaces.h"

#include <cairn/messages.h>

const struct digest interfaces_blocks = {BLOCKS_DIGEST};
const struct digest interfaces_terminal = {TERMINAL_DIGEST};
