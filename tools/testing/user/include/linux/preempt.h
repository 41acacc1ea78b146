/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_PREEMPT_H
#define _SHIM_LINUX_PREEMPT_H

#include <linux/types.h>

#define CONFIG_PREEMPT_COUNT	1

/* The preemption counter of this thread, which plays a CPU. */
extern __thread int shim_preempt_count;
/* The scheduler wants this CPU, as it is folded into the counter. */
extern __thread bool shim_need_resched;

#define PREEMPT_OFFSET		0x00000001UL
#define PREEMPT_MASK		0x000000ffUL
#define SOFTIRQ_OFFSET		0x00000100UL
#define SOFTIRQ_DISABLE_OFFSET	0x00000200UL
#define SOFTIRQ_MASK		0x0000ff00UL
#define HARDIRQ_OFFSET		0x00010000UL
#define HARDIRQ_MASK		0x000f0000UL
#define NMI_OFFSET		0x00100000UL
#define NMI_MASK		0x00f00000UL

#define preempt_count()		shim_preempt_count
#define softirq_count()		(preempt_count() & SOFTIRQ_MASK)
#define in_nmi()		(preempt_count() & NMI_MASK)
#define in_hardirq()		(preempt_count() & HARDIRQ_MASK)
#define in_task()		(!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define test_preempt_need_resched() shim_need_resched

#define preempt_disable()	((void)shim_preempt_count++)
#define preempt_enable()	((void)shim_preempt_count--)
#define preempt_disable_notrace() preempt_disable()
#define preempt_enable_notrace() preempt_enable()

static inline unsigned char interrupt_context_level(void)
{
	if (in_nmi())
		return 3;
	if (in_hardirq())
		return 2;
	return preempt_count() & SOFTIRQ_OFFSET ? 1 : 0;
}

#endif
