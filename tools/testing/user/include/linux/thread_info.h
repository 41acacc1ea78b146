/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_THREAD_INFO_H
#define _SHIM_LINUX_THREAD_INFO_H

#include <linux/bits.h>

#define THREAD_SIZE		16384UL

#define TIF_NEED_RESCHED	3
#define _TIF_NEED_RESCHED	BIT(TIF_NEED_RESCHED)

struct thread_info {
	unsigned long flags;
};

/* That of the task which this thread plays. */
extern __thread struct thread_info shim_thread_info;

#define current_thread_info()	(&shim_thread_info)
#define tif_need_resched()	(!!(READ_ONCE(shim_thread_info.flags) & _TIF_NEED_RESCHED))

#endif
