/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_BITOPS_H
#define _SHIM_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/compiler.h>

static inline void set_bit(long nr, volatile unsigned long *to)
{
	__atomic_fetch_or(to + nr / BITS_PER_LONG, BIT(nr % BITS_PER_LONG), __ATOMIC_RELAXED);
}

static inline void __set_bit(long nr, unsigned long *to)
{
	to[nr / BITS_PER_LONG] |= BIT(nr % BITS_PER_LONG);
}

static inline void clear_bit(long nr, volatile unsigned long *to)
{
	__atomic_fetch_and(to + nr / BITS_PER_LONG, ~BIT(nr % BITS_PER_LONG), __ATOMIC_RELAXED);
}

static inline bool test_bit(long nr, const volatile unsigned long *from)
{
	return READ_ONCE(from[nr / BITS_PER_LONG]) >> (nr % BITS_PER_LONG) & 1;
}

static inline bool test_and_set_bit_lock(long nr, volatile unsigned long *to)
{
	return __atomic_fetch_or(to + nr / BITS_PER_LONG, BIT(nr % BITS_PER_LONG),
				 __ATOMIC_ACQUIRE) >> (nr % BITS_PER_LONG) & 1;
}

static inline void clear_bit_unlock(long nr, volatile unsigned long *to)
{
	__atomic_fetch_and(to + nr / BITS_PER_LONG, ~BIT(nr % BITS_PER_LONG), __ATOMIC_RELEASE);
}

/* Number of the highest set bit, from 1; 0 without one. */
static inline int fls(unsigned int word)
{
	return word ? 32 - __builtin_clz(word) : 0;
}

static inline int fls64(unsigned long long word)
{
	return word ? 64 - __builtin_clzll(word) : 0;
}

/* Number of the lowest set bit; there is one. */
static inline unsigned long __ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}

#endif
