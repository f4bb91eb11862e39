/*
 * Three processes: QEMU; one that passes the standard input on, with the two bytes that mean
 * something to the kernel's serial line escaped, and says where the input ends; and this one, which
 * passes the output on and looks for the kernel's last words. So QEMU never has the user's own
 * streams, whose mode it would change.
 */
#include "qemu.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

enum {
	PIECE_BYTES = 65536,
	BYTE_END = 0x04, /* kernel/standalone/devices/serial.c */
	BYTE_LITERAL = 0x16,
	BYTE_LAST_WORDS = 0x1e,
	EXIT_NO_QEMU = 127
};

static const char last_words[] = "\x1e"
				 "cairn: exit ";
enum { LAST_WORDS_BYTES = sizeof last_words - 1, CODE_DIGITS_MAX = 3 };

/* What may turn out to be the last words is held back until it is known. */
struct operator_line {
	char held[LAST_WORDS_BYTES + CODE_DIGITS_MAX + 1];
	size_t held_size;
	int code; /* of the last words; -1 until they came */
};

struct pipe {
	int read;
	int write;
};

static bool open_pipe(struct pipe *out)
{
	int ends[2];
	if (pipe(ends) != 0) {
		report_error("cannot make a pipe (%s)", strerror(errno));
		return false;
	}
	*out = (struct pipe){ends[0], ends[1]};
	return true;
}

static bool write_all(int file, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t written = write(file, data, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		data += written;
		size -= (size_t)written;
	}
	return true;
}

/* ---- Input ---- */

static size_t escape(const uint8_t *data, size_t size, uint8_t *out)
{
	size_t count = 0;
	for (size_t i = 0; i < size; i++) {
		if (data[i] == BYTE_END || data[i] == BYTE_LITERAL)
			out[count++] = BYTE_LITERAL;
		out[count++] = data[i];
	}
	return count;
}

static _Noreturn void pass_input(int to)
{
	static uint8_t piece[PIECE_BYTES], escaped[2 * PIECE_BYTES];
	static const uint8_t end = BYTE_END;
	for (;;) {
		ssize_t size = read(STDIN_FILENO, piece, sizeof piece);
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0 || !write_all(to, escaped, escape(piece, (size_t)size, escaped)))
			break;
	}
	write_all(to, &end, 1);
	/* QEMU must not see an end of its own: it would be one of the whole line. */
	for (;;)
		pause();
}

/* ---- Output ---- */

static void release_held(struct operator_line *line)
{
	write_all(STDERR_FILENO, (const uint8_t *)line->held, line->held_size);
	line->held_size = 0;
	line->code = -1;
}

/* Whether `byte` goes on with the last words. */
static bool continues(const struct operator_line *line, uint8_t byte)
{
	size_t at = line->held_size;
	if (line->code >= 0)
		return false;
	if (at < LAST_WORDS_BYTES)
		return byte == (uint8_t)last_words[at];
	if (byte == '\n')
		return at > LAST_WORDS_BYTES;
	return byte >= '0' && byte <= '9' && at < LAST_WORDS_BYTES + CODE_DIGITS_MAX;
}

static void take_byte(struct operator_line *line, uint8_t byte)
{
	if (!continues(line, byte)) {
		release_held(line);
		if (byte != BYTE_LAST_WORDS) {
			write_all(STDERR_FILENO, &byte, 1);
			return;
		}
	}
	line->held[line->held_size++] = (char)byte;
	if (byte == '\n')
		line->code = atoi(line->held + LAST_WORDS_BYTES);
}

/* What is no candidate for the last words is passed on at once and whole. */
static void pass_operator(struct operator_line *line, const uint8_t *data, size_t size)
{
	while (size > 0) {
		const uint8_t *mark = memchr(data, BYTE_LAST_WORDS, size);
		size_t plain = mark == NULL ? size : (size_t)(mark - data);
		if (line->held_size > 0 || plain == 0) {
			take_byte(line, *data);
			plain = 1;
		} else {
			write_all(STDERR_FILENO, data, plain);
		}
		data += plain;
		size -= plain;
	}
}

/* Reads once. False at the end. */
static bool pass_output(int file, struct operator_line *line)
{
	static uint8_t piece[PIECE_BYTES];
	ssize_t size = read(file, piece, sizeof piece);
	if (size < 0 && errno == EINTR)
		return true;
	if (size <= 0)
		return false;
	if (line != NULL)
		pass_operator(line, piece, (size_t)size);
	else
		return write_all(STDOUT_FILENO, piece, (size_t)size);
	return true;
}

static void pass_outputs(int program, int operator_file, struct operator_line *line)
{
	struct pollfd files[] = {{.fd = program, .events = POLLIN},
				 {.fd = operator_file, .events = POLLIN}};
	while (files[0].fd >= 0 || files[1].fd >= 0) {
		if (poll(files, 2, -1) < 0 && errno != EINTR)
			return;
		if (files[0].revents != 0 && !pass_output(files[0].fd, NULL))
			files[0].fd = -1;
		if (files[1].revents != 0 && !pass_output(files[1].fd, line))
			files[1].fd = -1;
		/* Who reads the output is gone: as for any command, that is the end. */
		if (files[0].fd < 0)
			close(program);
		files[0].revents = files[1].revents = 0;
	}
}

/* ---- The machine ---- */

static _Noreturn void become_qemu(const struct qemu_machine *machine, int input, int output,
				  int operator_file)
{
	char memory[16], kernel[40], archive[40], operator_path[80];
	snprintf(memory, sizeof memory, "%u", machine->memory_mib);
	snprintf(kernel, sizeof kernel, "/proc/self/fd/%d", machine->kernel);
	snprintf(archive, sizeof archive, "/proc/self/fd/%d", machine->archive);
	snprintf(operator_path, sizeof operator_path, "file,id=operator,path=/proc/self/fd/%d",
		 operator_file);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M", "q35", "-cpu", "max", "-m", memory,
	       "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-chardev",
	       "stdio,id=program,signal=off", "-serial", "chardev:program", "-chardev",
	       operator_path, "-serial", "chardev:operator", "-device",
	       "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel", kernel, "-initrd", archive,
	       "-append", machine->command_line, (char *)NULL);
	_exit(EXIT_NO_QEMU);
}

static pid_t start_input(int to)
{
	pid_t child = fork();
	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	pass_input(to);
}

static int report_failure(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_QEMU)
		report_error("qemu-system-x86_64 is not installed; on Debian: "
			     "apt-get install qemu-system-x86");
	else if (WIFEXITED(status))
		report_error("QEMU ended before the kernel did, with exit code %d",
			     WEXITSTATUS(status));
	else
		report_error("QEMU was ended by signal %d", WTERMSIG(status));
	return -1;
}

int qemu_run(const struct qemu_machine *machine)
{
	struct pipe input, output, operator_pipe;
	if (!open_pipe(&input) || !open_pipe(&output) || !open_pipe(&operator_pipe))
		return -1;
	signal(SIGPIPE, SIG_IGN);
	fflush(NULL);
	pid_t machine_process = fork();
	if (machine_process == 0)
		become_qemu(machine, input.read, output.write, operator_pipe.write);
	close(output.write);
	close(operator_pipe.write);
	close(input.read);
	pid_t input_process = machine_process < 0 ? -1 : start_input(input.write);
	close(input.write);
	if (machine_process < 0 || input_process < 0) {
		report_error("cannot start a process (%s)", strerror(errno));
		return -1;
	}
	struct operator_line line = {.code = -1};
	pass_outputs(output.read, operator_pipe.read, &line);
	int status = 0;
	waitpid(machine_process, &status, 0);
	kill(input_process, SIGTERM);
	waitpid(input_process, NULL, 0);
	if (line.code >= 0)
		return line.code;
	release_held(&line);
	return report_failure(status);
}
