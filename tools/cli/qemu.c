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
#include "transcript.h"

enum {
	PIECE_BYTES = 65536,
	BYTE_END = 0x04, /* kernel/standalone/devices/serial.c */
	BYTE_LITERAL = 0x16,
	BYTE_GO_ON = 0x11,
	BYTE_LAST_WORDS = 0x1e,
	EXIT_NO_QEMU = 127,
	CODE_NOBODY_READS = 128 + SIGPIPE
};

static const char last_words[] = "\x1e"
				 "cairn: exit ";
enum { LAST_WORDS_BYTES = sizeof last_words - 1, CODE_DIGITS_MAX = 3, LINE_BYTES_MAX = 4096 };

/* What may turn out to be the last words is held back until it is known. Beside a trace, which is
 * lines on the same stream, lines are passed on whole. */
struct operator_line {
	char held[LAST_WORDS_BYTES + CODE_DIGITS_MAX + 1];
	size_t held_size;
	int code; /* of the last words; -1 until they came */
	bool is_by_lines;
	uint8_t begun[LINE_BYTES_MAX];
	size_t begun_size;
};

/* A machine that runs: the other two processes, and what this one reads and writes. */
struct session {
	pid_t machine;
	pid_t input; /* 0 until the kernel is ready for input */
	int to_program;
	int from_program; /* -1 at the end, like the next two */
	int from_operator;
	int from_transcript;
	struct operator_line line;
	struct transcript *transcript;
	bool has_no_reader; /* of the program's output */
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

static void end_begun(struct operator_line *line)
{
	write_all(STDERR_FILENO, line->begun, line->begun_size);
	line->begun_size = 0;
}

static void print(struct operator_line *line, const uint8_t *data, size_t size)
{
	if (!line->is_by_lines) {
		write_all(STDERR_FILENO, data, size);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		line->begun[line->begun_size++] = data[i];
		if (data[i] == '\n' || line->begun_size == sizeof line->begun)
			end_begun(line);
	}
}

static void release_held(struct operator_line *line)
{
	print(line, (const uint8_t *)line->held, line->held_size);
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
			print(line, &byte, 1);
			return;
		}
	}
	line->held[line->held_size++] = (char)byte;
	if (byte == '\n')
		line->code = atoi(line->held + LAST_WORDS_BYTES);
}

/* What is no candidate for the last words is passed on at once and whole. */
static void pass_operator_bytes(struct operator_line *line, const uint8_t *data, size_t size)
{
	while (size > 0) {
		const uint8_t *mark = memchr(data, BYTE_LAST_WORDS, size);
		size_t plain = mark == NULL ? size : (size_t)(mark - data);
		if (line->held_size > 0 || plain == 0) {
			take_byte(line, *data);
			plain = 1;
		} else {
			print(line, data, plain);
		}
		data += plain;
		size -= plain;
	}
}

/* ---- The machine ---- */

/* What QEMU reads and writes: ends of pipes. */
struct lines {
	int input;
	int output;
	int operator_line;
	int transcript; /* -1: none */
};

static _Noreturn void become_qemu(const struct qemu_machine *machine, const struct lines *lines)
{
	char memory[16], kernel[40], archive[40], operator_path[80], transcript_path[80];
	snprintf(memory, sizeof memory, "%u", machine->memory_mib);
	snprintf(kernel, sizeof kernel, "/proc/self/fd/%d", machine->kernel);
	snprintf(archive, sizeof archive, "/proc/self/fd/%d", machine->archive);
	snprintf(operator_path, sizeof operator_path, "file,id=operator,path=/proc/self/fd/%d",
		 lines->operator_line);
	snprintf(transcript_path, sizeof transcript_path, "file:/proc/self/fd/%d",
		 lines->transcript);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(lines->input, STDIN_FILENO);
	dup2(lines->output, STDOUT_FILENO);
	execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M", "q35", "-cpu", "max", "-m", memory,
	       "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-chardev",
	       "stdio,id=program,signal=off", "-serial", "chardev:program", "-chardev",
	       operator_path, "-serial", "chardev:operator", "-serial",
	       lines->transcript < 0 ? "none" : transcript_path, "-device",
	       "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel", kernel, "-initrd", archive,
	       "-append", machine->command_line, (char *)NULL);
	_exit(EXIT_NO_QEMU);
}

static void start_input(struct session *session)
{
	session->input = fork();
	if (session->input == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		signal(SIGPIPE, SIG_DFL);
		pass_input(session->to_program);
	}
	if (session->input < 0)
		report_error("cannot start a process (%s)", strerror(errno));
}

/* Reads once; nothing at the end. */
static size_t read_piece(int *file, uint8_t *piece)
{
	ssize_t size;
	do
		size = read(*file, piece, PIECE_BYTES);
	while (size < 0 && errno == EINTR);
	if (size > 0)
		return (size_t)size;
	close(*file);
	*file = -1;
	return 0;
}

/* Where nobody reads the output any more, that is the end, as of any command. */
static void pass_program(struct session *session, uint8_t *piece)
{
	size_t size = read_piece(&session->from_program, piece);
	if (session->has_no_reader || write_all(STDOUT_FILENO, piece, size))
		return;
	session->has_no_reader = true;
	kill(session->machine, SIGKILL);
}

/* The first byte says that the kernel is ready for input. */
static void pass_operator(struct session *session, uint8_t *piece)
{
	size_t size = read_piece(&session->from_operator, piece);
	bool is_ready = session->input == 0 && size > 0 && piece[0] == BYTE_GO_ON;
	if (is_ready)
		start_input(session);
	pass_operator_bytes(&session->line, piece + is_ready, size - is_ready);
}

static void pass_transcript(struct session *session, uint8_t *piece)
{
	size_t size = read_piece(&session->from_transcript, piece);
	transcript_take(session->transcript, piece, size);
}

static void pass_outputs(struct session *session)
{
	static uint8_t piece[PIECE_BYTES];
	while (session->from_program >= 0 || session->from_operator >= 0 ||
	       session->from_transcript >= 0) {
		struct pollfd files[] = {{.fd = session->from_program, .events = POLLIN},
					 {.fd = session->from_operator, .events = POLLIN},
					 {.fd = session->from_transcript, .events = POLLIN}};
		if (poll(files, 3, -1) < 0)
			continue;
		if (files[2].revents != 0)
			pass_transcript(session, piece);
		if (files[0].revents != 0)
			pass_program(session, piece);
		if (files[1].revents != 0)
			pass_operator(session, piece);
	}
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

static bool start(const struct qemu_machine *machine, struct session *session)
{
	struct pipe input, output, operator_pipe, transcript = {-1, -1};
	if (!open_pipe(&input) || !open_pipe(&output) || !open_pipe(&operator_pipe) ||
	    (machine->transcript != NULL && !open_pipe(&transcript)))
		return false;
	const struct lines lines = {input.read, output.write, operator_pipe.write,
				    transcript.write};
	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		become_qemu(machine, &lines);
	close(input.read);
	close(output.write);
	close(operator_pipe.write);
	if (transcript.write >= 0)
		close(transcript.write);
	if (child < 0) {
		report_error("cannot start a process (%s)", strerror(errno));
		return false;
	}
	*session =
	    (struct session){.machine = child,
			     .to_program = input.write,
			     .from_program = output.read,
			     .from_operator = operator_pipe.read,
			     .from_transcript = transcript.read,
			     .transcript = machine->transcript,
			     .line = {.code = -1, .is_by_lines = machine->transcript != NULL}};
	return true;
}

int qemu_run(const struct qemu_machine *machine)
{
	signal(SIGPIPE, SIG_IGN);
	struct session session;
	if (!start(machine, &session))
		return -1;
	pass_outputs(&session);
	int status = 0;
	waitpid(session.machine, &status, 0);
	if (session.input > 0) {
		kill(session.input, SIGTERM);
		waitpid(session.input, NULL, 0);
	}
	close(session.to_program);
	int code = session.line.code;
	if (code < 0)
		release_held(&session.line);
	end_begun(&session.line);
	if (code >= 0)
		return code;
	return session.has_no_reader ? CODE_NOBODY_READS : report_failure(status);
}
