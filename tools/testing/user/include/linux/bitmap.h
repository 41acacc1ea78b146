/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_BITMAP_H
#define _SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>

static inline unsigned long find_next_bit(const unsigned long *from, unsigned long size,
					  unsigned long nr)
{
	while (nr < size && !test_bit(nr, from))
		nr++;
	return nr;
}

#endif
