/* The canonical texts of the system's interfaces; DEFINITIONS is the file's name, given by the
 * Makefile. */
	.section .rodata
	.globl system_definitions
system_definitions:
	.incbin DEFINITIONS
system_definitions_end:
	.globl system_definitions_size
	.balign 8
system_definitions_size:
	.quad system_definitions_end - system_definitions
	.section .note.GNU-stack, "", @progbits
