/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_COMPILER_H
#define _SHIM_LINUX_COMPILER_H

/*
 * READ_ONCE() and WRITE_ONCE() are relaxed atomics here, so that the sanitizers
 * know them from plain accesses.
 */
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ __volatile__("" : : : "memory")
#define OPTIMIZER_HIDE_VAR(var)	__asm__("" : "=r" (var) : "0" (var))
/* What the kernel's sanitizer is told to overlook, this one overlooks as well. */
#ifdef __SANITIZE_THREAD__
#include "tsan.h"
#define data_race(x)							\
({									\
	tsan_ignore_reads_begin(__FILE__, __LINE__);			\
	__auto_type __value = (x);					\
	tsan_ignore_reads_end(__FILE__, __LINE__);			\
	__value;							\
})
#else
#define data_race(x)		(x)
#endif
/* What is read through a pointer is ordered by its address; the sanitizer has to be told. */
#ifdef __SANITIZE_THREAD__
#define SHIM_POINTER		5
#define READ_ONCE(x)							\
	__atomic_load_n(&(x), __builtin_classify_type(x) == SHIM_POINTER ? \
			__ATOMIC_ACQUIRE : __ATOMIC_RELAXED)
#else
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#endif
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)

#undef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#define noinline		__attribute__((__noinline__))
#define __cold			__attribute__((__cold__))
#define __weak			__attribute__((__weak__))
#define __pure			__attribute__((__pure__))
#define __aligned(x)		__attribute__((__aligned__(x)))
#define __packed		__attribute__((__packed__))
#define __malloc		__attribute__((__malloc__))
#define __printf(a, b)		__attribute__((__format__(printf, a, b)))
#define __uninitialized
#define __no_stack_protector
#define __user
#define __rcu
#define __percpu

#define IS_ENABLED(option)	(SHIM_ENABLED_(option))
#define SHIM_ENABLED_(value)	SHIM_PAIR_(SHIM_IS_##value)
#define SHIM_PAIR_(comma)	SHIM_SECOND_(comma 1, 0, 0)
#define SHIM_SECOND_(first, second, ...) second
#define SHIM_IS_1		0,

#define fallthrough		__attribute__((__fallthrough__))

#define __acquire(x)	((void)0)
#define __release(x)	((void)0)

#endif
