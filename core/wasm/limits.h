/*
 * limits: every maximum of the engine, with its reason. A module beyond one of them is refused with
 * STATUS_LIMIT before anything is allocated for it. Where no other reason is given, the value is
 * the one that browsers agreed on (WebAssembly JavaScript interface, "Implementation-defined
 * limits"), so that a module that runs there runs here.
 */
#ifndef WASM_LIMITS_H
#define WASM_LIMITS_H

/* A program is a file of at most so many bytes (DAG_FILE_BYTES_MAX). */
#define WASM_MODULE_BYTES_MAX ((uint64_t)256 << 20)

enum {
	WASM_TYPES_MAX = 1000000,
	WASM_FUNCTIONS_MAX = 1000000,
	WASM_IMPORTS_MAX = 1000000,
	WASM_EXPORTS_MAX = 1000000,
	WASM_GLOBALS_MAX = 1000000,
	WASM_DATA_SEGMENTS_MAX = 100000,
	WASM_ELEMENT_SEGMENTS_MAX = 100000,
	WASM_PARAMETERS_MAX = 1000,
	WASM_RESULTS_MAX = 1000,
	WASM_LOCALS_MAX = 50000, /* of a function, without its parameters */
	WASM_BODY_BYTES_MAX = 7654321,
	WASM_NAME_BYTES_MAX = 100000,

	/* Imported ones included. Browsers take 100,000; here an instruction has 16 bits for the
	 * number of its table. */
	WASM_TABLES_MAX = 65536,

	/* Items of all element segments together: each takes one byte in a module and some thirty
	 * in memory, so the module's size alone would not bound them well. */
	WASM_ELEMENTS_MAX = 10000000,

	/* Blocks inside each other. A `br_table` of the largest size that browsers take (65,520
	 * labels) needs as many to lead to different places; a check of the encoding holds a bit
	 * for each on the stack. */
	WASM_NESTING_MAX = 65536,

	/* Operands on the stack of one function at once. Without it a body of `call`s with 1,000
	 * results each would want a thousand times its size. Together with all the parameters and
	 * locals that there may be, they fit the interpreter's slot numbers of 16 bits. */
	WASM_OPERANDS_MAX = 14000,

	/* Parameters and results in lists longer than a few that validation looks at, all uses
	 * together: as many as a module can have bytes, for code that makes use of a value takes
	 * more than one. Without it a branch of two bytes could cost WASM_RESULTS_MAX steps. */
	WASM_LIST_SHORT = 16,
	WASM_LIST_STEPS_MAX = 256 << 20,

	/* Pages of a 32-bit memory: all of its address space. A rule of the specification (2.0:
	 * 3.2.3), not a choice. */
	WASM_MEMORY_PAGES_MAX = 65536
};

#endif
