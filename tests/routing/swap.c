/*
 * swap CLIENT.wasm HANDLER_A.wasm HANDLER_B.wasm: three clients ask all the time, while two
 * programs take turns at handling, a thousand times. The clients check what they get; here the
 * watcher checks that every message was answered once, and with what.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairn/abi.h>

#include "core/car.h"
#include "core/kernel.h"
#include "core/port.h"
#include "programs.h"

enum {
	SWAPS = 1000,
	CLIENTS = 3,
	ANSWERS_PER_SWAP = 60, /* at least: a batch of turns brings some hundred */
	PROGRAM_BYTES_MAX = 1 << 20
};

static _Noreturn void fail(const char *what)
{
	printf("not ok: %s\n0 passed, 1 failed, 0 skipped\n", what);
	exit(1);
}

/* ---- What the watcher sees ---- */

static const struct digest interface = {SWAP_INTERFACE};
static const void *under_way[CLIENTS * SWAP_IN_FLIGHT + 64];
static uint32_t sent_count, answered_count, changed_count;

static const void **row_of(const void *message)
{
	for (size_t i = 0; i < sizeof under_way / sizeof under_way[0]; i++)
		if (under_way[i] == message)
			return &under_way[i];
	return NULL;
}

static void on_sent(const struct kernel_trace_event *event)
{
	if (memcmp(event->interface, &interface, sizeof interface) != 0)
		return;
	const void **row = row_of(NULL);
	if (row == NULL)
		fail("more is under way than was sent");
	*row = event->message;
	sent_count++;
}

static void on_answered(const struct kernel_trace_event *event)
{
	const void **row = row_of(event->message);
	if (row == NULL)
		return;
	*row = NULL;
	if (event->status == CAIRN_STATUS_OK)
		answered_count++;
	else if (event->status == CAIRN_STATUS_HANDLER_CHANGED)
		changed_count++;
	else
		fail("a message was answered with another status than ok or handler changed");
}

static void tell(void *self, const struct kernel_trace_event *event)
{
	if (event->kind == KERNEL_TRACE_SENT)
		on_sent(event);
	else if (event->kind == KERNEL_TRACE_ANSWERED)
		on_answered(event);
}

/* ---- The programs ---- */

struct file {
	uint8_t *data;
	size_t size;
	struct cid cid;
};

static struct file read_file(const char *path)
{
	struct file file = {.data = malloc(PROGRAM_BYTES_MAX)};
	FILE *in = fopen(path, "rb");
	if (in == NULL || file.data == NULL)
		fail(path);
	file.size = fread(file.data, 1, PROGRAM_BYTES_MAX, in);
	fclose(in);
	file.cid = cid_of_block(CID_RAW, file.data, file.size);
	return file;
}

static void add_block(FILE *out, const struct cid *cid, const void *data, size_t size)
{
	uint8_t header[CAR_SECTION_HEADER_BYTES_MAX];
	fwrite(header, 1, car_write_section(cid, size, header), out);
	fwrite(data, 1, size, out);
}

/* Names them all, so that they come from the archive: there is no loader. */
static size_t write_manifest(const struct file *files, uint32_t count, char **manifest)
{
	size_t size;
	FILE *out = open_memstream(manifest, &size);
	for (uint32_t i = 0; i < count; i++) {
		char text[CID_TEXT_BYTES];
		cid_to_text(&files[i].cid, text);
		fprintf(out, "program p%u %s\n", i, text);
	}
	fclose(out);
	return size;
}

/* An archive with all of them. */
static size_t make_archive(const struct file *files, uint32_t count, char **archive)
{
	char *manifest;
	size_t manifest_size = write_manifest(files, count, &manifest);
	struct cid root = cid_of_block(CID_RAW, manifest, manifest_size);
	uint8_t header[CAR_HEADER_BYTES];
	size_t size;
	FILE *out = open_memstream(archive, &size);
	fwrite(header, 1, car_write_header(&root, header), out);
	add_block(out, &root, manifest, manifest_size);
	for (uint32_t i = 0; i < count; i++)
		add_block(out, &files[i].cid, files[i].data, files[i].size);
	fclose(out);
	free(manifest);
	return size;
}

/* ---- The swaps ---- */

static uint32_t ended_count;

static void on_ended(void *context, const struct kernel_end *end)
{
	if (end->cause != KERNEL_END_EXIT || end->code != 0) {
		printf("a client ended: cause %d, code %u, %s\n", (int)end->cause, end->code,
		       end->fault.text);
		fail("a client was not content");
	}
	ended_count++;
}

static void lead_to(struct kernel *kernel, const struct cid *program)
{
	const struct kernel_stop stop = {.program = *program, .next = KERNEL_STOP_NONE};
	const struct kernel_routing routing = {
	    .interface = interface, .stops = &stop, .stop_count = 1};
	struct fault fault;
	if (kernel_set_routing(kernel, &routing, &fault) != STATUS_OK)
		fail(fault.text);
}

static void start_clients(struct kernel *kernel, const struct cid *program)
{
	const struct kernel_start start = {
	    .program = *program, .grants = {.allow_all = true}, .ended = on_ended};
	uint64_t pid;
	for (int i = 0; i < CLIENTS; i++)
		if (kernel_start(kernel, &start, &pid) != STATUS_OK)
			fail("a client cannot be started");
}

static uint32_t swap_all(struct kernel *kernel, const struct file *handlers)
{
	uint32_t swaps = 0;
	uint32_t next = ANSWERS_PER_SWAP;
	lead_to(kernel, &handlers[0].cid);
	while (ended_count < CLIENTS) {
		if (kernel_run(kernel, 0) && ended_count < CLIENTS)
			fail("everybody waits");
		if (answered_count < next || swaps == SWAPS)
			continue;
		next = answered_count + ANSWERS_PER_SWAP;
		lead_to(kernel, &handlers[++swaps % 2].cid);
	}
	kernel_run(kernel, UINT64_MAX);
	return swaps;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		fail("usage: swap CLIENT.wasm HANDLER_A.wasm HANDLER_B.wasm");
	struct kernel_trace trace = {.tell = tell};
	struct kernel_settings settings = {.limits = kernel_limits_default(), .trace = &trace};
	struct file files[3];
	struct kernel *kernel;
	struct fault fault;
	char *archive;
	for (int i = 0; i < 3; i++)
		files[i] = read_file(argv[i + 1]);
	size_t size = make_archive(files, 3, &archive);
	if (kernel_create(&settings, &kernel) != STATUS_OK ||
	    kernel_boot(kernel, (const uint8_t *)archive, size, &fault) != STATUS_OK)
		fail("the kernel cannot boot");
	start_clients(kernel, &files[0].cid);
	uint32_t swaps = swap_all(kernel, files + 1);
	kernel_destroy(kernel);
	printf("%u swaps: %u asked, %u answered, %u failed once with handler changed\n", swaps,
	       sent_count, answered_count, changed_count);
	if (swaps != SWAPS)
		fail("the clients were done before all swaps");
	if (sent_count != CLIENTS * SWAP_ASKS || answered_count + changed_count != sent_count)
		fail("a message was lost, or answered twice");
	if (changed_count == 0 || changed_count > CLIENTS * SWAPS)
		fail("a client has failed more than once for a change, or never");
	printf("1 passed, 0 failed, 0 skipped\n");
	return 0;
}
