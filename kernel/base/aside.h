/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls aside: from a hot path to what is rare.
 *
 * A compiler that sees a call keeps what it still needs in registers that a
 * callee saves, so it saves those itself, on the common way that never calls.
 * A function that is marked __otr_aside saves every register that it uses, and
 * is called by these macros, which tell the compiler so, and that the stack pointer
 * has to be where a call may find it. What one returns is hidden behind the call, so
 * that it is moved to where the common way has its own value, and not the other way
 * round: two instructions of each record.
 *
 * In user space they are ordinary calls.
 */
#ifndef _OTR_BASE_ASIDE_H
#define _OTR_BASE_ASIDE_H

#include <linux/compiler.h>

#if defined(CONFIG_X86_64) && defined(__KERNEL__)

#include <asm/asm.h>

#define OTR_ASIDE_ASM
#define __otr_aside	__no_caller_saved_registers

/* Call a function of no arguments that returns a number. */
#define otr_aside_0(func)						\
({									\
	unsigned long __ret;						\
									\
	asm volatile("call " #func : "=a" (__ret), ASM_CALL_CONSTRAINT	\
		     : : "cc", "memory");				\
	OPTIMIZER_HIDE_VAR(__ret);					\
	__ret;								\
})

/* Of one argument. */
#define otr_aside_1(func, a)						\
({									\
	unsigned long __ret;						\
									\
	asm volatile("call " #func : "=a" (__ret), ASM_CALL_CONSTRAINT	\
		     : "D" ((unsigned long)(a)) : "cc", "memory");	\
	OPTIMIZER_HIDE_VAR(__ret);					\
	__ret;								\
})

/* Of one argument, that returns nothing. */
#define otr_aside_void(func, a)						\
({									\
	asm volatile("call " #func : ASM_CALL_CONSTRAINT		\
		     : "D" (a) : "cc", "memory");			\
})

/* Of two. */
#define otr_aside_void_2(func, a, b)					\
({									\
	asm volatile("call " #func : ASM_CALL_CONSTRAINT		\
		     : "D" (a), "S" (b) : "cc", "memory");		\
})

#else

#define __otr_aside
#define otr_aside_0(func)		func()
#define otr_aside_1(func, a)		func(a)
#define otr_aside_void(func, a)		func(a)
#define otr_aside_void_2(func, a, b)	func(a, b)

#endif

#endif /* _OTR_BASE_ASIDE_H */
