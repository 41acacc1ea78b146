/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_JIFFIES_H
#define _SHIM_LINUX_JIFFIES_H

#include <linux/sched/clock.h>

/* A jiffy is 4 ms, a tick for users 10 ms. */
#define INITIAL_JIFFIES		((u32)(-300 * 250))
#define get_jiffies_64()	(shim_clock() / 4000000 + INITIAL_JIFFIES)
#define jiffies_64_to_clock_t(j) ((u64)(j) * 4 / 10)

#endif
