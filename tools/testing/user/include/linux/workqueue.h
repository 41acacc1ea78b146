/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_WORKQUEUE_H
#define _SHIM_LINUX_WORKQUEUE_H

#include <linux/kernel.h>

struct work_struct {
	void (*func)(struct work_struct *work);
};

/* Waits until the program calls shim_run_work() in its tick, or later. */
struct delayed_work {
	struct work_struct work;
	int pending;
	unsigned long due;
};

/* The tick that it is now. */
extern unsigned long shim_ticks;

#define system_wq		0
#define to_delayed_work(w)	container_of(w, struct delayed_work, work)
#define INIT_DELAYED_WORK(w, f)	(*(w) = (struct delayed_work) { .work.func = (f) })
#define queue_delayed_work(wq, w, ticks) ((void)(wq), shim_queue_work(w, ticks))
#define cancel_delayed_work_sync(w) WRITE_ONCE((w)->pending, 0)

static inline bool shim_queue_work(struct delayed_work *work, unsigned long ticks)
{
	if (__atomic_exchange_n(&work->pending, 1, __ATOMIC_SEQ_CST))
		return false;
	work->due = shim_ticks + ticks;
	return true;
}

static inline bool shim_run_work(struct delayed_work *work)
{
	bool pending = work->pending && work->due <= shim_ticks;

	if (pending)
		work->pending = 0;
	if (pending)
		work->work.func(&work->work);
	return pending;
}

#endif
