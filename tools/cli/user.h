/*
 * user: what the person at the terminal does to a command that waits for its program: signals, and
 * the terminal's state.
 */
#ifndef CLI_USER_H
#define CLI_USER_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

struct user {
	int signals;  /* readable when one has come; to be waited for with others */
	int terminal; /* of the standard streams, or -1 */
	struct termios mode;
	sigset_t caught;
	sigset_t before;
};

/* Catches the signals that are not ignored. False after an error that was reported. */
bool user_attend(struct user *user);
void user_leave(struct user *user);

/* The next signal that has come, or 0. */
int user_signal(struct user *user);

/* Whether others have the terminal now. */
bool user_is_in_background(const struct user *user);

/* The terminal's mode is as it was when the command was started. */
void user_restore_terminal(const struct user *user);

/* Stops this process by the signal, as if it were not caught. False where it was not stopped, as
 * nobody is there to continue it. */
bool user_stop(struct user *user, int signal);

#endif
