#include "core/status.h"

const char *status_text(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return "ok";
	case STATUS_NO_MEMORY:
		return "out of memory";
	case STATUS_LIMIT:
		return "a limit is reached";
	case STATUS_MALFORMED:
		return "malformed";
	case STATUS_INVALID:
		return "invalid";
	case STATUS_UNLINKABLE:
		return "cannot be linked";
	case STATUS_TRAP:
		return "trapped";
	case STATUS_NOT_FOUND:
		return "not found";
	case STATUS_CORRUPT:
		return "corrupt";
	case STATUS_DENIED:
		return "denied";
	case STATUS_BUSY:
		return "busy";
	case STATUS_IO:
		return "input or output failed";
	case STATUS_UNSUPPORTED:
		return "not supported";
	}
	return "unknown status";
}
