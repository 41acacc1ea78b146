/* SPDX-License-Identifier: GPL-2.0-only */
/* Asking for an interrupt from wherever something is recorded. */
#ifndef _OTR_BASE_RAISE_H
#define _OTR_BASE_RAISE_H

#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/smp.h>
#include <linux/types.h>

/**
 * otr_raise - have something done as soon as this CPU takes interrupts
 * @work: what to do
 *
 * A CPU cannot interrupt itself before it is online, nor after it went. What it
 * queues then stays queued: nobody else can queue it any more, and waiting for its
 * end lasts until the CPU comes back, if it does.
 *
 * Context: any, NMI included; preemption off.
 * Return: true when it will be done; false when the caller, or somebody else, has to
 * come back to it.
 */
static inline bool otr_raise(struct irq_work *work)
{
	if (unlikely(!cpu_online(raw_smp_processor_id())))
		return false;
	irq_work_queue(work);
	return true;
}

#endif /* _OTR_BASE_RAISE_H */
