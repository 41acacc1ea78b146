/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_IRQ_WORK_H
#define _SHIM_LINUX_IRQ_WORK_H

/* Work is done at once. */
struct irq_work {
	void (*func)(struct irq_work *work);
};

#define DEFINE_IRQ_WORK(name, f) struct irq_work name = { f }
#define init_irq_work(work, f)	((work)->func = (f))
#define irq_work_queue(work)	((work)->func(work))
#define irq_work_sync(work)	((void)(work))

#endif
