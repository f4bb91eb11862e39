/*
 * The kernel on a bare PC. What it runs, and the programs' bytes, come from the boot loader.
 */
#include "core/wasi.h"
#include "machine.h"
#include "node.h"

_Noreturn void standalone_main(uint32_t magic, uint64_t address);

_Noreturn void standalone_main(uint32_t magic, uint64_t address)
{
	static const struct node_settings settings = {.host_modules = wasi_host_modules,
						      .host_module_count = WASI_HOST_MODULES};
	node_run(machine_init(magic, address), &settings);
}
