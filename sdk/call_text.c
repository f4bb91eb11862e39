#include <cairn/call_text.h>

const char *call_text(enum call_status status)
{
	switch (status) {
	case CALL_OK:
		return "ok";
	case CALL_REFUSED:
		return "the handler refused the message";
	case CALL_LATER_DENIED:
	case CALL_DENIED:
		return "this program may not use the interface";
	case CALL_HANDLER_NOT_STARTED:
		return "the handler could not be started";
	case CALL_HANDLER_ENDED:
		return "the handler ended before it answered";
	case CALL_HANDLER_CHANGED:
		return "another handler has taken over";
	case CALL_ANSWER_TOO_LARGE:
		return "the answer is larger than this program may hold";
	case CALL_INVALID:
		return "the call makes no sense";
	case CALL_NO_HANDLER:
		return "nobody handles the interface";
	case CALL_BUSY:
		return "the handler has too much to do";
	case CALL_TOO_LARGE:
		return "the message is too large";
	case CALL_LIMIT:
		return "this program has reached a limit";
	case CALL_MALFORMED:
		return "the answer is not what the interface says";
	case CALL_NO_ROOM:
		return "there is no memory for the message or its answer";
	case CALL_CANCELLED:
		return "cancelled";
	case CALL_TIMED_OUT:
		return "out of time";
	}
	return "an unknown status";
}
