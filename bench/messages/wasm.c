/* The round trip between two programs that the interpreter runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_messages.h"
#include "core/car.h"
#include "core/kernel.h"
#include "programs.h"

static void add_block(FILE *out, const struct cid *cid, const void *data, size_t size)
{
	uint8_t header[CAR_SECTION_HEADER_BYTES_MAX];
	fwrite(header, 1, car_write_section(cid, size, header), out);
	fwrite(data, 1, size, out);
}

static size_t write_manifest(char *out, size_t size, const struct cid *client,
			     const struct cid *server)
{
	static const uint8_t interface[] = MESSAGES_DIGEST;
	char client_name[CID_TEXT_BYTES];
	char server_name[CID_TEXT_BYTES];
	cid_to_text(client, client_name);
	cid_to_text(server, server_name);
	size_t used =
	    (size_t)snprintf(out, size, "program client %s\nprogram server %s\nhandles server ",
			     client_name, server_name);
	for (size_t i = 0; i < sizeof interface; i++)
		used += (size_t)snprintf(out + used, size - used, "%02x", interface[i]);
	return used;
}

/* An archive with both programs, of which the server handles the interface. */
static size_t make_archive(const struct wasm_name *client, const struct wasm_name *server,
			   char **archive)
{
	struct cid client_cid = cid_of_block(CID_RAW, client->data, client->size);
	struct cid server_cid = cid_of_block(CID_RAW, server->data, server->size);
	char manifest[512];
	size_t manifest_size = write_manifest(manifest, sizeof manifest, &client_cid, &server_cid);
	struct cid root = cid_of_block(CID_RAW, manifest, manifest_size);
	uint8_t header[CAR_HEADER_BYTES];
	size_t size;
	FILE *out = open_memstream(archive, &size);
	fwrite(header, 1, car_write_header(&root, header), out);
	add_block(out, &root, manifest, manifest_size);
	add_block(out, &client_cid, client->data, client->size);
	add_block(out, &server_cid, server->data, server->size);
	fclose(out);
	return size;
}

static void on_ended(void *context, const struct kernel_end *end)
{
	if (end->cause != KERNEL_END_EXIT)
		bench_fail(end->fault.text);
	*(bool *)context = true;
}

double wasm_ns(const struct wasm_name *client, const struct wasm_name *server)
{
	struct kernel_settings settings = {.limits = kernel_limits_default()};
	struct kernel *kernel;
	struct fault fault;
	char *archive;
	size_t size = make_archive(client, server, &archive);
	if (kernel_create(&settings, &kernel) != STATUS_OK ||
	    kernel_boot(kernel, (const uint8_t *)archive, size, &fault) != STATUS_OK)
		bench_fail("the kernel cannot boot");
	bool has_ended = false;
	struct kernel_start start = {.program = cid_of_block(CID_RAW, client->data, client->size),
				     .grants = {.allow_all = true},
				     .ended = on_ended,
				     .context = &has_ended};
	uint64_t pid;
	if (kernel_start(kernel, &start, &pid) != STATUS_OK)
		bench_fail("the client cannot be started");
	uint64_t begin = port_monotonic_ns();
	kernel_run(kernel, UINT64_MAX);
	uint64_t taken = port_monotonic_ns() - begin;
	if (!has_ended)
		bench_fail("the client has not come to its end");
	kernel_destroy(kernel);
	free(archive);
	return (double)taken / MESSAGES_ROUNDS;
}
