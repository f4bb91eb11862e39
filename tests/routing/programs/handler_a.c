#define SALT 1
#include "handler.h"
