/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_RANDOM_H
#define _SHIM_LINUX_RANDOM_H

#include <linux/types.h>

#include <stdlib.h>

static inline u64 get_random_u64(void)
{
	return (u64)random() << 42 ^ (u64)random() << 21 ^ random();
}

#endif
