/*
 * The first instructions. Two kinds of loaders end here, both in 32-bit protected mode without paging:
 * those of PVH (QEMU's -kernel), which find their entry in a note, and those of multiboot2 (GRUB),
 * which use the ELF's. `ebx` has the address of what they tell; `eax` is multiboot2's magic number,
 * and the entry for PVH sets it to 0. From here on: a stack, page tables that map the first 4 GiB to
 * themselves, SSE, long mode, standalone_main(magic, address).
 */
	.set PAGE, 4096
	.set MULTIBOOT2_MAGIC, 0xe85250d6
	.set CR0_PG_WP_MP_PE, 0x80010003
	.set CR0_EM, 4
	.set CR4_PAE_OSFXSR_OSXMMEXCPT, 0x620
	.set MSR_EFER, 0xc0000080
	.set EFER_LME_NXE, 0x900
	.set PRESENT_WRITABLE, 3
	.set PRESENT_WRITABLE_LARGE, 0x83

	.section .multiboot2, "a"
	.balign 8
multiboot2_header:
	.long MULTIBOOT2_MAGIC, 0, multiboot2_end - multiboot2_header
	.long -(MULTIBOOT2_MAGIC + multiboot2_end - multiboot2_header)
	/* Information request, required: command line (1), modules (3), memory map (6). */
	.short 1, 0
	.long 20, 1, 3, 6
	.balign 8
	/* Modules start at pages. */
	.short 6, 0
	.long 8
	.short 0, 0
	.long 8
multiboot2_end:

	/* XEN_ELFNOTE_PHYS32_ENTRY */
	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 4, 18
	.asciz "Xen"
	.long entry_pvh

	.section .text.boot, "ax"
	.code32
	.globl entry_multiboot2
	.type entry_multiboot2, @function
entry_pvh:
	xorl %eax, %eax
entry_multiboot2:
	cld
	movl %eax, %ebp
	movl $kernel_stack_top, %esp

	/* 2,048 pages of 2 MiB; the tables lie one after the other in .bss, which the loader cleared. */
	movl $boot_directories, %edi
	movl $PRESENT_WRITABLE_LARGE, %eax
1:	movl %eax, (%edi)
	addl $8, %edi
	addl $0x200000, %eax
	jnc 1b
	movl $boot_directories + PRESENT_WRITABLE, %eax
	movl $boot_pointers, %edi
	movl $4, %ecx
2:	movl %eax, (%edi)
	addl $8, %edi
	addl $PAGE, %eax
	loop 2b
	movl $boot_pointers + PRESENT_WRITABLE, %eax
	movl %eax, boot_root
	movl $boot_root, %eax
	movl %eax, %cr3

	movl %cr4, %eax
	orl $CR4_PAE_OSFXSR_OSXMMEXCPT, %eax
	movl %eax, %cr4
	movl $MSR_EFER, %ecx
	rdmsr
	orl $EFER_LME_NXE, %eax
	wrmsr
	movl %cr0, %eax
	andl $~CR0_EM, %eax
	orl $CR0_PG_WP_MP_PE, %eax
	movl %eax, %cr0
	lgdt boot_gdt_pointer
	ljmp $8, $entry_long

	.code64
entry_long:
	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	fninit
	movl %ebp, %edi
	movl %ebx, %esi
	xorl %ebp, %ebp
	call standalone_main
	ud2

	.section .rodata
	.balign 8
boot_gdt:
	.quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
boot_gdt_pointer:
	.short . - boot_gdt - 1
	.long boot_gdt

	.bss
	.balign PAGE
boot_root:
	.skip PAGE
boot_pointers:
	.skip PAGE
boot_directories:
	.skip 4 * PAGE
	/* The page below the stack is taken out of the map: running over the stack's end faults there. */
	.globl kernel_stack_guard, kernel_stack, kernel_stack_top
kernel_stack_guard:
	.skip PAGE
kernel_stack:
	.skip 64 * PAGE
kernel_stack_top:
	.section .note.GNU-stack, "", @progbits
