/*
 * One stub of 16 bytes for each vector: it pushes an error code where the CPU pushes none, then the
 * vector. All of them run on stacks of their own (the IST of the TSS), so that a red zone below the
 * interrupted stack pointer survives: libraries were compiled with one.
 */
	.set VECTORS, 50
	.text
	.balign 16
	.globl interrupt_stubs
interrupt_stubs:
	.set vector, 0
	.rept VECTORS
	.balign 16
	/* 8, 10-14, 17, 21, 29, 30: those with an error code. */
	.if (0x60227d00 >> vector) & 1 && vector < 32
	.else
	pushq $0
	.endif
	pushq $vector
	jmp interrupt_common
	.set vector, vector + 1
	.endr

	/* struct interrupt_frame lies on the stack when interrupt_handle is called. The CPU aligned the
	 * stack to 16 before it pushed; 22 words and the 512 bytes of fxsave keep that. */
	.type interrupt_common, @function
interrupt_common:
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rbx
	pushq %rbp
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, %rdi
	subq $512, %rsp
	fxsave64 (%rsp)
	cld
	call interrupt_handle
	fxrstor64 (%rsp)
	addq $512, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rbp
	popq %rbx
	popq %rdx
	popq %rcx
	popq %rax
	addq $16, %rsp
	iretq
	.section .note.GNU-stack, "", @progbits
