/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_DELAY_H
#define _SHIM_LINUX_DELAY_H

#include <sched.h>

#define usleep_range(least, most) ((void)sched_yield())

#endif
