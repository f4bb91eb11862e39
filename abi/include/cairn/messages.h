/*
 * messages: the digests of the interfaces that the core and the ports serve, and the numbers of
 * their functions, as idlc writes them from interfaces/ (the .wit files).
 */
#ifndef CAIRN_MESSAGES_H
#define CAIRN_MESSAGES_H

#include <cairn/blocks.h>
#include <cairn/interface.h>
#include <cairn/loader.h>
#include <cairn/log.h>
#include <cairn/process.h>
#include <cairn/random.h>
#include <cairn/terminal.h>
#include <cairn/time.h>

#endif
