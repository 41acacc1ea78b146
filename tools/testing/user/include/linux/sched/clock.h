/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SCHED_CLOCK_H
#define _SHIM_LINUX_SCHED_CLOCK_H

#include <linux/types.h>

u64 shim_clock(void);

#define sched_clock()		shim_clock()
#define local_clock()		shim_clock()

#endif
