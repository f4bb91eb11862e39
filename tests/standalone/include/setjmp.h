/* For unit tests inside the kernel: what cmocka.h wants is the compiler's own. */
#ifndef SHIM_SETJMP_H
#define SHIM_SETJMP_H

typedef void *jmp_buf[5];

#endif
