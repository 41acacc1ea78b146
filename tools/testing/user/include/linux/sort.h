/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SORT_H
#define _SHIM_LINUX_SORT_H

#include <stdlib.h>

static inline void sort(void *base, size_t nr, size_t size,
			int (*compare)(const void *a, const void *b), const void *swap)
{
	qsort(base, nr, size, compare);
}

/* The C library's wants the last argument of the comparison to be changeable. */
typedef int (*shim_compare_t)(const void *a, const void *b, const void *priv);

void shim_sort_r(void *base, size_t nr, size_t size, shim_compare_t compare, const void *priv);

#define sort_r(base, nr, size, compare, swap, priv) \
	shim_sort_r(base, nr, size, compare, priv)

#endif
