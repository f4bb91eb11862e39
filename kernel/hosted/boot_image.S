/* The boot programs as they came from mkboot; BOOT_CAR is the file's name, given by the Makefile. */
	.section .rodata
	.globl boot_image
	.balign 64
boot_image:
	.incbin BOOT_CAR
boot_image_end:
	.globl boot_image_size
	.balign 8
boot_image_size:
	.quad boot_image_end - boot_image
	.section .note.GNU-stack, "", @progbits
