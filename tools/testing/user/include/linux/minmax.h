/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_MINMAX_H
#define _SHIM_LINUX_MINMAX_H

#define min_t(type, a, b)						\
({									\
	type shim_a = (a), shim_b = (b);				\
									\
	shim_a < shim_b ? shim_a : shim_b;				\
})
#define max_t(type, a, b)						\
({									\
	type shim_a = (a), shim_b = (b);				\
									\
	shim_a > shim_b ? shim_a : shim_b;				\
})
#define swap(a, b)							\
do {									\
	__typeof__(a) shim_a = (a);					\
									\
	(a) = (b);							\
	(b) = shim_a;							\
} while (0)
#define min(a, b)		min_t(__typeof__(a), a, b)
#define min3(a, b, c)		min(min(a, b), c)
#define max(a, b)		max_t(__typeof__(a), a, b)

#endif
