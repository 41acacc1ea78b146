/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_ASM_LOCAL_H
#define _SHIM_ASM_LOCAL_H

#include <linux/compiler.h>

/* One instruction each, so that what nests on a thread cannot come in between. */
typedef struct {
	long counter;
} local_t;

#define local_read(l)		READ_ONCE((l)->counter)
#define local_set(l, v)		WRITE_ONCE((l)->counter, v)

#ifdef __SANITIZE_THREAD__
/* Something that the thread sanitizer sees. */
#define local_inc(l)		__atomic_fetch_add(&(l)->counter, 1, __ATOMIC_RELAXED)
#define local_dec(l)		__atomic_fetch_sub(&(l)->counter, 1, __ATOMIC_RELAXED)
#define local_add(v, l)		__atomic_fetch_add(&(l)->counter, v, __ATOMIC_RELAXED)
#define local_sub(v, l)		__atomic_fetch_sub(&(l)->counter, v, __ATOMIC_RELAXED)
#else
static inline void local_inc(local_t *l)
{
	__asm__ __volatile__("incq %0" : "+m" (l->counter));
}

static inline void local_dec(local_t *l)
{
	__asm__ __volatile__("decq %0" : "+m" (l->counter));
}

static inline void local_add(long v, local_t *l)
{
	__asm__ __volatile__("addq %1, %0" : "+m" (l->counter) : "er" (v));
}

static inline void local_sub(long v, local_t *l)
{
	__asm__ __volatile__("subq %1, %0" : "+m" (l->counter) : "er" (v));
}
#endif

#endif
