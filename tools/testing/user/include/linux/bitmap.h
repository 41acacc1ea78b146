/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_BITMAP_H
#define _SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/slab.h>

#define bitmap_zalloc(nr, gfp)	((unsigned long *)kcalloc(((nr) + 63) / 64, sizeof(long), gfp))
#define bitmap_free(map)	kfree(map)

static inline unsigned long find_next_bit(const unsigned long *from, unsigned long size,
					  unsigned long nr)
{
	while (nr < size && !test_bit(nr, from))
		nr++;
	return nr;
}

#endif
