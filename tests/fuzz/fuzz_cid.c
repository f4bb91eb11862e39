/*
 * Reads the input as a CID, printed and binary. What is accepted must survive being written and
 * read again.
 */
#include <stdint.h>
#include <string.h>

#include "core/cid.h"
#include "core/port.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(enum status status, const struct fault *fault)
{
	core_assert(status == STATUS_MALFORMED || status == STATUS_UNSUPPORTED);
	core_assert(memchr(fault->text, '\0', sizeof fault->text) != NULL);
	core_assert(fault->text[0] != '\0');
	for (const char *byte = fault->text; *byte != '\0'; byte++)
		core_assert((uint8_t)*byte >= ' ' && *byte != 0x7f);
}

static void check_text(const struct cid *cid)
{
	char text[CID_TEXT_BYTES];
	struct cid again;
	struct fault fault;
	cid_to_text(cid, text);
	core_assert(strlen(text) == CID_TEXT_BYTES - 1);
	core_assert(cid_from_text(text, strlen(text), &again, &fault) == STATUS_OK);
	core_assert(cid_is_equal(cid, &again));
}

static void check_binary(const struct cid *cid)
{
	uint8_t binary[CID_BINARY_BYTES];
	struct cid again;
	struct fault fault;
	cid_to_binary(cid, binary);
	core_assert(cid_from_binary(binary, sizeof binary, &again, &fault) == STATUS_OK);
	core_assert(cid_is_equal(cid, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cid cid;
	struct fault fault;
	enum status status = cid_from_text((const char *)data, size, &cid, &fault);
	if (status == STATUS_OK)
		check_binary(&cid);
	else
		check_refusal(status, &fault);
	status = cid_from_binary(data, size, &cid, &fault);
	if (status == STATUS_OK)
		check_text(&cid);
	else
		check_refusal(status, &fault);
	return 0;
}
