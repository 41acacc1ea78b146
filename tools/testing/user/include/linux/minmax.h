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
#define min(a, b)		min_t(__typeof__(a), a, b)
#define max(a, b)		max_t(__typeof__(a), a, b)

#endif
