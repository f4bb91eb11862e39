/*
 * The peer of the kernel for bare metal: a kernel that prints a line and ends. What it takes is
 * QEMU's own.
 */
	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 4, 18
	.asciz "Xen"
	.long entry

	.text
	.code32
	.globl entry
entry:
	movw $0x3f8, %dx
	movb $'x', %al
	outb %al, %dx
	movb $'\n', %al
	outb %al, %dx
	movw $0xf4, %dx
	xorl %eax, %eax
	outl %eax, %dx
1:	hlt
	jmp 1b
	.section .note.GNU-stack, "", @progbits
