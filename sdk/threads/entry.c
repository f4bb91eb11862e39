/*
 * Where a thread begins. The kernel calls wasi_thread_start in an instance of the thread's own,
 * whose stack pointer is still that of the first thread: before any C runs it gets the thread's own
 * stack and thread-local variables, from the first two words of its struct thread.
 */
__asm__("	.text\n"
	"	.globaltype	__stack_pointer, i32\n"
	"	.functype	__wasm_init_tls (i32) -> ()\n"
	"	.functype	thread_begin (i32, i32) -> ()\n"
	"	.globl	wasi_thread_start\n"
	"	.export_name	wasi_thread_start, wasi_thread_start\n"
	"	.type	wasi_thread_start,@function\n"
	"wasi_thread_start:\n"
	"	.functype	wasi_thread_start (i32, i32) -> ()\n"
	"	local.get	1\n"
	"	i32.load	0\n"
	"	global.set	__stack_pointer\n"
	"	local.get	1\n"
	"	i32.load	4\n"
	"	call	__wasm_init_tls\n"
	"	local.get	0\n"
	"	local.get	1\n"
	"	call	thread_begin\n"
	"	end_function\n");
