/*
 * call_text: how a call went, in words for a person.
 */
#ifndef CAIRN_CALL_TEXT_H
#define CAIRN_CALL_TEXT_H

#include <cairn/call.h>

const char *call_text(enum call_status status);

#endif
