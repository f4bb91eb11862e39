/*
 * Opens the input as an archive, and looks for its root and for blocks that are not there.
 */
#include <stdint.h>

#include "core/car.h"
#include "core/port.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_for(const struct car *car, const struct cid *cid)
{
	const uint8_t *block = NULL;
	size_t size = 0;
	if (car_block(car, cid, &block, &size) != STATUS_OK) {
		core_assert(block == NULL);
		return;
	}
	core_assert(block >= car->data + car->first_block);
	core_assert(size <= car->size && block + size <= car->data + car->size);
	core_assert(cid_matches_block(cid, block, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct car car;
	struct fault fault = {.text = ""};
	enum status status = car_open(data, size, &car, &fault);
	if (status != STATUS_OK) {
		core_assert(status == STATUS_MALFORMED || status == STATUS_UNSUPPORTED);
		core_assert(fault.text[0] != '\0');
		return 0;
	}
	look_for(&car, &car.root);
	struct cid absent = cid_of_block(CID_RAW, data, size);
	look_for(&car, &absent);
	return 0;
}
