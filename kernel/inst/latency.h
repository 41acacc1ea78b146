/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Latency, a part of inst.h: the longest time that a tracer measured in an instance, as
 * tracing_max_latency has it, and what happened in it.
 *
 * A tracer that measures compares with otr_longest_ns(), and says what it found by
 * otr_longest_set() and otr_longest_tell(). One that wants the records of the longest
 * time to stay, see &struct otr_tracer.keeps_longest, says it by otr_longest_keep().
 */
#ifndef _OTR_INST_LATENCY_H
#define _OTR_INST_LATENCY_H

#include <linux/compiler.h>
#include <linux/irq_work.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct otr_inst;

/**
 * struct otr_latency - the longest time that a tracer measured
 * @us: how long it was
 * @cpu: where
 * @alone: only what that CPU recorded has to do with it
 * @pid: of the task that it is about
 * @comm: name of the task
 * @uid: its user, as the first user namespace has it
 * @nice: its nice value
 * @policy: SCHED_*
 * @rt_priority: as it is without others waiting for it
 * @begin: code in which the time began, 0 if the tracer does not know
 * @end: code in which it ended
 */
struct otr_latency {
	unsigned long		us;
	int			cpu;
	bool			alone;
	pid_t			pid;
	char			comm[TASK_COMM_LEN];
	uid_t			uid;
	long			nice;
	unsigned long		policy;
	unsigned long		rt_priority;
	unsigned long		begin;
	unsigned long		end;
};

/**
 * struct otr_longest - the longest time of an instance
 * @ns: how long; hot, no lock. Users write it, too
 * @lock: guards @latency and @since; taken with interrupts off, not in NMIs
 * @latency: the time whose records were put aside
 * @since: when that began, by the instance's clock
 * @soon: has @work done, from where nothing can be woken
 * @work: tells programs that watch the file
 */
struct otr_longest {
	unsigned long		ns;
	arch_spinlock_t		lock;
	struct otr_latency	latency;
	u64			since;
	struct irq_work		soon;
	struct work_struct	work;
};

/**
 * otr_longest_ns - the longest time so far
 * @longest: of the instance
 *
 * Context: any.
 * Return: ns, or what a user wrote.
 */
static __always_inline unsigned long otr_longest_ns(const struct otr_longest *longest)
{
	return READ_ONCE(longest->ns);
}

/**
 * otr_longest_set - there is a longer one, or all begins anew
 * @longest: of the instance
 * @ns: how long
 *
 * Context: any.
 */
static __always_inline void otr_longest_set(struct otr_longest *longest, unsigned long ns)
{
	WRITE_ONCE(longest->ns, ns);
}

/* latency.c */
void otr_longest_init(struct otr_longest *longest);
void otr_longest_end(struct otr_longest *longest);
void otr_longest_tell(struct otr_longest *longest);
void otr_longest_watch(void (*changed)(struct otr_inst *inst));
int otr_longest_keep(struct otr_inst *inst, const struct otr_latency *latency, unsigned long ns,
		     u64 since);
u64 otr_longest_kept(struct otr_inst *inst, struct otr_latency *latency);

#endif /* _OTR_INST_LATENCY_H */
