/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_IRQ_WORK_H
#define _SHIM_LINUX_IRQ_WORK_H

#include <linux/types.h>

/* Work is done at once, but on a CPU that is not online: there it is stranded. */
struct irq_work {
	void (*func)(struct irq_work *work);
	bool stranded;
};

/* How often somebody would have waited for ever for work that was stranded. */
extern int shim_hangs;

#define DEFINE_IRQ_WORK(name, f) struct irq_work name = { f, false }
#define init_irq_work(work, f)	(*(work) = (struct irq_work) { f, false })
void irq_work_queue(struct irq_work *work);
#define irq_work_sync(work)	((void)(shim_hangs += (work)->stranded))

#endif
