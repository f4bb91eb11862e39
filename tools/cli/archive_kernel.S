/* The kernel for bare x86-64; STANDALONE_ELF is the file's name, given by the Makefile. */
	.section .rodata
	.globl archive_kernel
	.balign 64
archive_kernel:
	.incbin STANDALONE_ELF
archive_kernel_end:
	.globl archive_kernel_size
	.balign 8
archive_kernel_size:
	.quad archive_kernel_end - archive_kernel
	.section .note.GNU-stack, "", @progbits
