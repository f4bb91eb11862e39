/*
 * pthread.h, which Debian's wasi-libc lacks: what a program of one thread uses of it, to keep
 * values that belong to a thread.
 */
#ifndef REAL_PTHREAD_H
#define REAL_PTHREAD_H

typedef unsigned pthread_key_t;
typedef int pthread_once_t;
#define PTHREAD_ONCE_INIT 0

enum { SHIM_KEYS = 16 };
static void *shim_values[SHIM_KEYS];
static unsigned shim_keys;

static inline int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	(void)destructor;
	*key = shim_keys++;
	return *key < SHIM_KEYS ? 0 : -1;
}

static inline void *pthread_getspecific(pthread_key_t key)
{
	return shim_values[key];
}

static inline int pthread_setspecific(pthread_key_t key, const void *value)
{
	shim_values[key] = (void *)value;
	return 0;
}

static inline int pthread_once(pthread_once_t *once, void (*function)(void))
{
	if (*once == 0)
		function();
	*once = 1;
	return 0;
}

#endif
