#include "user.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "report.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH};

static bool is_ignored(int number)
{
	struct sigaction action;
	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

bool user_attend(struct user *user)
{
	sigemptyset(&user->caught);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (!is_ignored(signals[i])) /* A shell's background job, or nohup. */
			sigaddset(&user->caught, signals[i]);
	user->terminal = -1;
	for (int fd = 2; fd >= 0; fd--)
		if (tcgetattr(fd, &user->mode) == 0)
			user->terminal = fd;
	if (user->terminal >= 0)
		tcgetattr(user->terminal, &user->mode);
	sigprocmask(SIG_BLOCK, &user->caught, &user->before);
	user->signals = signalfd(-1, &user->caught, SFD_CLOEXEC | SFD_NONBLOCK);
	if (user->signals >= 0)
		return true;
	if (errno == EMFILE || errno == ENFILE)
		report_error("too few files may be open (ulimit -n)");
	else
		report_error("signals cannot be caught (%s)", strerror(errno));
	sigprocmask(SIG_SETMASK, &user->before, NULL);
	return false;
}

void user_leave(struct user *user)
{
	close(user->signals);
	sigprocmask(SIG_SETMASK, &user->before, NULL);
}

int user_signal(struct user *user)
{
	struct signalfd_siginfo info;
	ssize_t size = read(user->signals, &info, sizeof info);
	return size == sizeof info ? (int)info.ssi_signo : 0;
}

bool user_is_in_background(const struct user *user)
{
	pid_t front = user->terminal < 0 ? -1 : tcgetpgrp(user->terminal);
	return front > 0 && front != getpgrp();
}

/* (In the background it is not ours, and trying would stop this process.) */
void user_restore_terminal(const struct user *user)
{
	if (user->terminal >= 0 && !user_is_in_background(user))
		tcsetattr(user->terminal, TCSANOW, &user->mode);
}

bool user_stop(struct user *user, int signal)
{
	sigset_t only;
	sigset_t pending;
	sigemptyset(&only);
	sigaddset(&only, signal);
	kill(getpid(), signal);
	sigprocmask(SIG_UNBLOCK, &only, NULL); /* It stops here. */
	sigprocmask(SIG_BLOCK, &user->caught, NULL);
	return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}
