// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it costs to switch something off and on again, for guest scripts: reading
 *
 *	/sys/module/otr_pairs/parameters/irq
 *
 * gives the ticks of the time stamp counter that a pair of interrupts off and on takes, which
 * under -icount are instructions; "preempt" those of preemption, and "both" of one in the
 * other.
 */
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>

#include <asm/msr.h>

#define PAIRS	1000
#define SERIES	20	/* the least of so many is taken: some are interrupted */

static noinline void pairs_irq(void)
{
	unsigned long flags;

	local_irq_save(flags);
	local_irq_restore(flags);
}

static noinline void pairs_preempt(void)
{
	preempt_disable();
	preempt_enable();
}

static noinline void pairs_both(void)
{
	preempt_disable();
	pairs_irq();
	preempt_enable();
}

static int pairs_get(char *text, const struct kernel_param *param)
{
	void (*pair)(void) = param->arg;
	u64 start, took, least = U64_MAX;
	unsigned int i, n;

	for (n = 0; n < SERIES; n++) {
		start = rdtsc();
		for (i = 0; i < PAIRS; i++)
			pair();
		took = rdtsc() - start;
		least = min(least, took);
	}
	return sysfs_emit(text, "%llu\n", least / PAIRS);
}

static const struct kernel_param_ops pairs_ops = { .get = pairs_get };

module_param_cb(irq, &pairs_ops, pairs_irq, 0400);
module_param_cb(preempt, &pairs_ops, pairs_preempt, 0400);
module_param_cb(both, &pairs_ops, pairs_both, 0400);

MODULE_DESCRIPTION("What it costs to switch something off and on");
MODULE_LICENSE("GPL");
