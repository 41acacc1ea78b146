// SPDX-License-Identifier: GPL-2.0-only
/*
 * The longest time that was measured in an instance: who is told of it, and the records
 * of what happened in it, which are put aside as a snapshot is.
 */
#include <linux/irqflags.h>

#include "inst/inst.h"

/* Tells programs that watch tracing_max_latency; set once, and cleared. */
static void (*latency_changed)(struct otr_inst *inst);

static void latency_work(struct work_struct *work)
{
	void (*changed)(struct otr_inst *inst) = READ_ONCE(latency_changed);

	if (changed)
		changed(container_of(work, struct otr_inst, longest.work));
}

static void latency_soon(struct irq_work *soon)
{
	queue_work(system_highpri_wq, &container_of(soon, struct otr_longest, soon)->work);
}

/**
 * otr_longest_init - a new instance measured nothing
 * @longest: of the instance
 *
 * Context: any.
 */
void otr_longest_init(struct otr_longest *longest)
{
	longest->lock = (arch_spinlock_t)__ARCH_SPIN_LOCK_UNLOCKED;
	INIT_WORK(&longest->work, latency_work);
	init_irq_work(&longest->soon, latency_soon);
}

/**
 * otr_longest_end - nobody is told any more
 * @longest: of an instance in which nothing measures
 *
 * Context: sleeps until those who are being told were.
 */
void otr_longest_end(struct otr_longest *longest)
{
	irq_work_sync(&longest->soon);
	cancel_work_sync(&longest->work);
}

/**
 * otr_longest_tell - tell programs that watch the file that there is a longer one
 * @longest: of the instance
 *
 * Context: any, NMI included, also where the scheduler is at work.
 */
void otr_longest_tell(struct otr_longest *longest)
{
	/* Of a time on a CPU that goes, programs hear with the next longer one. */
	otr_raise(&longest->soon);
}

/**
 * otr_longest_watch - say what tells programs
 * @changed: tells them of an instance, may sleep; NULL before it goes
 *
 * Context: load and unload of the room fs; sleeps.
 */
void otr_longest_watch(void (*changed)(struct otr_inst *inst))
{
	struct otr_inst *inst = NULL;

	WRITE_ONCE(latency_changed, changed);
	mutex_lock(&otr_inst_lock);
	while (!changed && (inst = otr_inst_next(inst)))
		flush_work(&inst->longest.work);
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_longest_keep - put aside what was recorded: it shows the longest time
 * @inst: the instance, whose tracer says that it keeps it
 * @latency: the time, without &struct otr_latency.us
 * @ns: how long it was
 * @since: when it began, by the instance's clock
 *
 * Context: interrupts off; not in NMIs.
 * Return: 0; the errno of otr_snapshot_swap(), then nothing was changed.
 */
int otr_longest_keep(struct otr_inst *inst, const struct otr_latency *latency, unsigned long ns,
		     u64 since)
{
	struct otr_longest *longest = &inst->longest;
	int err;

	arch_spin_lock(&longest->lock);
	err = otr_snapshot_swap(inst);
	if (!err) {
		longest->latency = *latency;
		longest->latency.us = otr_clock_usecs(ns);
		longest->since = since;
		otr_longest_set(longest, ns);
	}
	arch_spin_unlock(&longest->lock);
	if (!err)
		otr_longest_tell(longest);
	return err;
}

/**
 * otr_longest_kept - what the records that were put aside are about
 * @inst: the instance
 * @latency: receives it
 *
 * Context: interrupts on.
 * Return: when it began, by the instance's clock; 0 if there is none.
 */
u64 otr_longest_kept(struct otr_inst *inst, struct otr_latency *latency)
{
	struct otr_longest *longest = &inst->longest;
	u64 since;

	local_irq_disable();
	arch_spin_lock(&longest->lock);
	*latency = longest->latency;
	since = longest->since;
	arch_spin_unlock(&longest->lock);
	local_irq_enable();
	return since;
}
