/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SORT_H
#define _SHIM_LINUX_SORT_H

#include <stdlib.h>

/* The last argument, how to swap, has no meaning here. */
#define sort(base, nr, size, compare, swap)	qsort(base, nr, size, compare)

#endif
