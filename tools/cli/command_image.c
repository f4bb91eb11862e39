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
#include "command.h"
#include "options.h"
#include "program.h"
#include "report.h"

struct request {
	const char *folder;
	bool has_iso;
	const struct cid *programs; /* the first is the one that the ISO runs */
	size_t count;
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

/* ---- The ISO ---- */

static bool make_folder(const char *path)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return true;
	report_error("cannot make a folder (%s): %s", strerror(errno), show(path).text);
	return false;
}

static bool write_menu(const char *folder, const struct cid *program)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(program, name);
	FILE *file = create_file(folder, "grub.cfg");
	if (file == NULL)
		return false;
	fprintf(file,
		"set timeout=0\n"
		"menuentry Cairn {\n"
		"\tmultiboot2 /boot/cairn.elf run=%s\n"
		"\tmodule2 /boot/cairn.car\n"
		"}\n",
		name);
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
	       write_archive(boot, store, request) && write_menu(grub, &request->programs[0]);
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
	    !write_archive(request->folder, store, request))
		return EXIT_FAILED;
	if (request->has_iso && !write_iso(store, request))
		return EXIT_FAILED;
	printf("%s/cairn.elf\n%s/cairn.car\n", request->folder, request->folder);
	if (request->has_iso)
		printf("%s/cairn.iso\n", request->folder);
	return EXIT_OK;
}

static int image_of(struct request *request, char **names)
{
	struct store *store = program_open_store();
	struct cid *programs = calloc(request->count, sizeof *programs);
	bool is_found = store != NULL && programs != NULL;
	for (size_t i = 0; i < request->count && is_found; i++)
		is_found = program_resolve(store, names[i], &programs[i]);
	request->programs = programs;
	int exit_code = is_found ? image(request, store) : EXIT_FAILED;
	free(programs);
	store_close(store);
	return exit_code;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{"output", 'o', true}, {"iso", 'i', false}, {0}};
	struct options options = options_over(self, rows, count, arguments);
	struct request request = {.folder = "."};
	/* The operands move to the front of the arguments. */
	for (;;) {
		switch (options_next(&options)) {
		case OPTIONS_STOP:
			return options.exit_code;
		case 'o':
			request.folder = options.value;
			break;
		case 'i':
			request.has_iso = true;
			break;
		case OPTIONS_OPERAND:
			arguments[request.count++] = options.value;
			break;
		case OPTIONS_END:
			if (request.count == 0)
				return options_misused(self, "no program is named");
			return image_of(&request, arguments);
		}
	}
}

const struct command command_image = {
    .name = "image",
    .synopsis = "[--output DIR] [--iso] CID|FILE...",
    .summary = "make what boots on a PC without an operating system",
    .help = "Writes the kernel for bare x86-64 (cairn.elf) and an archive with the boot programs\n"
	    "and the blocks of these programs (cairn.car). A boot loader of the kinds PVH and\n"
	    "multiboot2 starts the kernel with the archive as its RAM disk or first module, and\n"
	    "the command line `run=CID [ARGUMENT]...`. With --iso also cairn.iso, which boots by\n"
	    "BIOS and by UEFI and runs the first program. The program's input and output are the\n"
	    "first serial line; the log is the second.\n"
	    "\n"
	    "  -o, --output DIR  where to (made if it is missing); without it: here\n"
	    "  -i, --iso         make the ISO as well, with Debian's grub-mkrescue\n"
	    "  -h, --help        print this page\n"
	    "\n"
	    "Example:\n"
	    "  $ cairn image -o image hello.wasm\n"
	    "  $ qemu-system-x86_64 -M q35 -cpu max -kernel image/cairn.elf \\\n"
	    "      -initrd image/cairn.car -append run=bafkreid... -nographic\n",
    .run = run,
};
