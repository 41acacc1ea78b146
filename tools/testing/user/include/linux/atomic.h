/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_ATOMIC_H
#define _SHIM_LINUX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

#define cmpxchg(p, old, new)						\
({									\
	__typeof__(*(p)) shim_old = (old);				\
									\
	__atomic_compare_exchange_n(p, &shim_old, new, false,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED); \
	shim_old;							\
})

#define try_cmpxchg(p, old, new)						\
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)
/* A thread's own: what interrupts it sees it whole. */
#define try_cmpxchg_local(p, old, new)						\
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)

#define xchg(p, new)		__atomic_exchange_n(p, new, __ATOMIC_SEQ_CST)
#define try_cmpxchg64(p, old, new) \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)

/*
 * One instruction without a lock prefix, for what a thread does to itself. The
 * thread sanitizer has to see what it does, and that it orders nothing.
 */
#ifdef __SANITIZE_THREAD__
#define cmpxchg_local(p, old, new)					\
({									\
	__typeof__(*(p)) shim_old = (old);				\
									\
	__atomic_compare_exchange_n(p, &shim_old, new, false,		\
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED); \
	shim_old;							\
})
#else
#define cmpxchg_local(p, old, new)					\
({									\
	__typeof__(*(p)) shim_old = (old);				\
									\
	_Static_assert(sizeof(*(p)) == 8, "only this size is here");	\
	__asm__ __volatile__("cmpxchgq %2, %1"				\
			     : "+a" (shim_old), "+m" (*(p))		\
			     : "r" (new) : "memory", "cc");		\
	shim_old;							\
})
#endif

static inline int atomic_read(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic_inc(atomic_t *v)
{
	__atomic_add_fetch(&v->counter, 1, __ATOMIC_RELAXED);
}

static inline void atomic_dec(atomic_t *v)
{
	__atomic_sub_fetch(&v->counter, 1, __ATOMIC_RELAXED);
}

static inline int atomic_cmpxchg(atomic_t *v, int old, int new)
{
	return cmpxchg(&v->counter, old, new);
}

static inline void atomic_set(atomic_t *v, int i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline int atomic_xchg(atomic_t *v, int i)
{
	return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic_set_release(atomic_t *v, int i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);
}

#define ATOMIC_INIT(i)			{ (i) }
#define smp_mb__before_atomic()		smp_mb()
#define smp_mb__after_atomic()		smp_mb()

static inline s64 atomic64_read(const atomic64_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic64_add(s64 i, atomic64_t *v)
{
	__atomic_add_fetch(&v->counter, i, __ATOMIC_RELAXED);
}

static inline s64 atomic64_inc_return(atomic64_t *v)
{
	return __atomic_add_fetch(&v->counter, 1, __ATOMIC_SEQ_CST);
}

static inline bool atomic64_try_cmpxchg_relaxed(atomic64_t *v, s64 *old, s64 new)
{
	return __atomic_compare_exchange_n(&v->counter, old, new, false,
					   __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

#endif
