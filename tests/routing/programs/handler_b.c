#define SALT 2
#include "handler.h"
