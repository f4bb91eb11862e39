/*
 * image: what boots on a PC: the kernel, the archive with the programs, and an ISO of both.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive.h"
#include "boot_line.h"
#include "command.h"
#include "handlers.h"
#include "options.h"
#include "program.h"
#include "report.h"

struct request {
	const char *folder;
	bool has_iso;
	struct cid *programs; /* the first is the one that is run; then others, then handlers */
	size_t count;
	struct handlers_words words;
	struct boot_line line; /* of the kernel's */
};

static FILE *create_file(const char *folder, const char *name)
{
	char path[PATH_MAX];
	FILE *file = NULL;
	errno = ENAMETOOLONG;
	if (snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_MAX)
		file = fopen(path, "wbe");
	if (file == NULL)
		report_error("cannot write (%s): %s", strerror(errno), show(path).text);
	return file;
}

static bool close_file(FILE *file, const char *name)
{
	if (fclose(file) == 0)
		return true;
	report_error("cannot write (%s): %s", strerror(errno), name);
	return false;
}

static bool write_kernel(const char *folder)
{
	FILE *file = create_file(folder, "cairn.elf");
	if (file == NULL)
		return false;
	(void)fwrite(archive_kernel, 1, archive_kernel_size, file);
	return close_file(file, "cairn.elf");
}

static bool write_archive(const char *folder, struct store *store, const struct request *request)
{
	FILE *file = create_file(folder, "cairn.car");
	if (file == NULL)
		return false;
	bool is_written = archive_write(file, store, request->programs, request->count);
	return close_file(file, "cairn.car") && is_written;
}

static bool write_line(const char *folder, const struct request *request)
{
	FILE *file = create_file(folder, "cairn.line");
	if (file == NULL)
		return false;
	fprintf(file, "%s\n", request->line.text);
	return close_file(file, "cairn.line");
}

/* ---- The ISO ---- */

static bool make_folder(const char *path)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return true;
	report_error("cannot make a folder (%s): %s", strerror(errno), show(path).text);
	return false;
}

/* What the line may hold has no meaning to GRUB (boot_line.c). */
static bool write_menu(const char *folder, const struct request *request)
{
	FILE *file = create_file(folder, "grub.cfg");
	if (file == NULL)
		return false;
	fprintf(file,
		"set timeout=0\n"
		"menuentry Cairn {\n"
		"\tmultiboot2 /boot/cairn.elf %s\n"
		"\tmodule2 /boot/cairn.car\n"
		"}\n",
		request->line.text);
	return close_file(file, "grub.cfg");
}

/* Runs grub-mkrescue, whose chatter is shown when it fails. */
static bool make_iso(const char *tree, const char *iso)
{
	fflush(NULL);
	FILE *chatter = tmpfile();
	pid_t child = chatter == NULL ? -1 : fork();
	if (child == 0) {
		dup2(fileno(chatter), STDOUT_FILENO);
		dup2(fileno(chatter), STDERR_FILENO);
		execlp("grub-mkrescue", "grub-mkrescue", "-o", iso, tree, (char *)NULL);
		_exit(127);
	}
	int status = -1;
	if (child > 0)
		waitpid(child, &status, 0);
	bool is_made = status == 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		report_error("grub-mkrescue is not installed; on Debian: apt-get install "
			     "grub-common grub-pc-bin grub-efi-amd64-bin xorriso mtools");
	else if (!is_made)
		report_error("grub-mkrescue failed: %s", show(iso).text);
	char line[256];
	if (!is_made && chatter != NULL)
		for (rewind(chatter); fgets(line, sizeof line, chatter) != NULL;)
			fprintf(stderr, "    %s", line);
	if (chatter != NULL)
		fclose(chatter);
	return is_made;
}

/* What grub-mkrescue wants is a folder that looks as the ISO will. */
static bool write_tree(const char *tree, struct store *store, const struct request *request)
{
	char boot[PATH_MAX], grub[PATH_MAX];
	snprintf(boot, sizeof boot, "%s/boot", tree);
	snprintf(grub, sizeof grub, "%s/boot/grub", tree);
	return make_folder(boot) && make_folder(grub) && write_kernel(boot) &&
	       write_archive(boot, store, request) && write_menu(grub, request);
}

static void remove_tree(const char *tree)
{
	static const char *const names[] = {
	    "boot/grub/grub.cfg", "boot/cairn.elf", "boot/cairn.car", "boot/grub", "boot", "."};
	char path[PATH_MAX];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", tree, names[i]);
		remove(path);
	}
	rmdir(tree);
}

static bool write_iso(struct store *store, const struct request *request)
{
	char tree[PATH_MAX], iso[PATH_MAX];
	if (snprintf(tree, sizeof tree, "%s/iso.XXXXXX", request->folder) >= PATH_MAX - 32 ||
	    snprintf(iso, sizeof iso, "%s/cairn.iso", request->folder) >= PATH_MAX) {
		report_error("the folder's name is too long");
		return false;
	}
	if (mkdtemp(tree) == NULL) {
		report_error("cannot make a folder (%s): %s", strerror(errno), show(tree).text);
		return false;
	}
	bool is_made = write_tree(tree, store, request) && make_iso(tree, iso);
	remove_tree(tree);
	return is_made;
}

/* ---- The command ---- */

static int image(const struct request *request, struct store *store)
{
	if (!make_folder(request->folder) || !write_kernel(request->folder) ||
	    !write_archive(request->folder, store, request) ||
	    !write_line(request->folder, request))
		return EXIT_FAILED;
	if (request->has_iso && !write_iso(store, request))
		return EXIT_FAILED;
	printf("%s/cairn.elf\n%s/cairn.car\n%s/cairn.line\n", request->folder, request->folder,
	       request->folder);
	if (request->has_iso)
		printf("%s/cairn.iso\n", request->folder);
	return EXIT_OK;
}

static int image_with_handlers(struct request *request, struct store *store,
			       struct handlers *handlers)
{
	if (!handlers_take(handlers, store, &request->words))
		return EXIT_USAGE;
	handlers_finish(handlers);
	for (uint32_t i = 0; i < handlers->count; i++)
		request->programs[request->count++] = handlers->kernel[i].program;
	boot_line_run(&request->line, handlers);
	return boot_line_end(&request->line) ? image(request, store) : EXIT_FAILED;
}

static int image_of(struct request *request, char **names)
{
	struct store *store = program_open_store();
	request->programs = calloc(request->count + HANDLERS_WORDS_MAX, sizeof *request->programs);
	bool is_found = store != NULL && request->programs != NULL;
	for (size_t i = 0; i < request->count && is_found; i++)
		is_found = program_resolve(store, names[i], &request->programs[i]);
	struct handlers *handlers = is_found ? handlers_create(&request->programs[0]) : NULL;
	int exit_code =
	    handlers == NULL ? EXIT_FAILED : image_with_handlers(request, store, handlers);
	handlers_destroy(handlers);
	free(request->programs);
	store_close(store);
	return exit_code;
}

static int parse_and_make(const struct command *self, int count, char **arguments,
			  struct request *request)
{
	static const struct option_row rows[] = {
	    {"allow", OPTION_ALLOW, true},   {"allow-for", OPTION_ALLOW_FOR, true},
	    {"handle", OPTION_HANDLE, true}, {"iso", 'i', false},
	    {"output", 'o', true},           {0}};
	struct options options = options_over(self, rows, count, arguments);
	/* The operands move to the front of the arguments. */
	for (;;) {
		int option = options_next(&options);
		switch (option) {
		case OPTIONS_STOP:
			return options.exit_code;
		case OPTION_ALLOW:
		case OPTION_ALLOW_FOR:
		case OPTION_HANDLE:
			if (!handlers_add_option(&request->words, option, &options))
				return EXIT_USAGE;
			break;
		case 'o':
			request->folder = options.value;
			break;
		case 'i':
			request->has_iso = true;
			break;
		case OPTIONS_OPERAND:
			arguments[request->count++] = options.value;
			break;
		case OPTIONS_END:
			if (request->count == 0)
				return options_misused(self, "no program is named");
			return image_of(request, arguments);
		}
	}
}

static int run(const struct command *self, int count, char **arguments)
{
	struct request request = {.folder = "."};
	if (!boot_line_begin(&request.line))
		return EXIT_FAILED;
	int exit_code = parse_and_make(self, count, arguments, &request);
	boot_line_release(&request.line);
	return exit_code;
}

const struct command command_image = {
    .name = "image",
    .synopsis = "[OPTION...] CID|FILE...",
    .summary = "make what boots on a PC without an operating system",
    .help =
	"Writes the kernel for bare x86-64 (cairn.elf), an archive with the boot programs and\n"
	"the blocks of these programs (cairn.car), and the kernel's command line that runs the\n"
	"first of them (cairn.line). A boot loader of the kinds PVH and multiboot2 starts the\n"
	"kernel with the archive as its RAM disk or first module, and that line; the program's\n"
	"arguments may follow behind it. With --iso also cairn.iso, which boots by BIOS and by\n"
	"UEFI. The program's input and output are the first serial line; the log is the second.\n"
	"\n"
	"      --allow INTERFACE[=SCOPE], --allow-for PROGRAM INTERFACE[=SCOPE]\n"
	"                        let the program, or one of the handlers, use the interface\n"
	"      --handle INTERFACE=PROGRAM\n"
	"                        PROGRAM handles the interface (`cairn help run` says more)\n"
	"  -i, --iso             make the ISO as well, with Debian's grub-mkrescue\n"
	"  -o, --output DIR      where to (made if it is missing); without it: here\n"
	"\n"
	"Example:\n"
	"  $ cairn image -o image hello.wasm\n"
	"  $ qemu-system-x86_64 -M q35 -cpu max -kernel image/cairn.elf \\\n"
	"      -initrd image/cairn.car -append \"$(cat image/cairn.line)\" -nographic\n",
    .run = run,
};
