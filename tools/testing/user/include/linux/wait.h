/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_WAIT_H
#define _SHIM_LINUX_WAIT_H

#include <linux/err.h>
#include <linux/types.h>

/*
 * Who would sleep calls shim_sleep() instead, which a program supplies: it does
 * what others do meanwhile. A signal ends the wait when it returns false.
 */
typedef struct wait_queue_head {
	unsigned long woken;
} wait_queue_head_t;

bool shim_sleep(wait_queue_head_t *queue);

#define init_waitqueue_head(wq)	((wq)->woken = 0)
#define wake_up_all(wq)		((void)__atomic_add_fetch(&(wq)->woken, 1, __ATOMIC_SEQ_CST))

#define wait_event_interruptible(wq, condition)				\
({									\
	int shim_err = 0;						\
									\
	while (!(condition)) {						\
		if (!shim_sleep(&(wq))) {				\
			shim_err = -ERESTARTSYS;			\
			break;						\
		}							\
	}								\
	shim_err;							\
})

#endif
