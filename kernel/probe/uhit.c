// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens when a uprobe is hit.
 *
 * The kernel puts the breakpoints into programs and calls us, in the context of the task, which
 * may sleep there. So a page that is not in memory is waited for when an argument looks into
 * it: such a record is put together beside the rings, and goes to all instances that want it
 * when it is complete. A record whose values are at hand is written in the ring itself.
 *
 * What the kernel calls is made when a probe is armed, and goes with the kind of RCU that its
 * callers are under, which waits for those that sleep. So arming and disarming wait for
 * nobody, and a probe may be armed again at once.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/percpu.h>
#include <linux/ptrace.h>
#include <linux/rcupdate_trace.h>
#include <linux/slab.h>
#include <linux/uprobes.h>

#include "probe/uprobe.h"

/**
 * struct otr_uprobe_on - a uprobe that is armed
 * @consumer: as the kernel knows it
 * @up: the probe
 * @kernel: the kernel's
 * @rcu: it goes by this
 */
struct otr_uprobe_on {
	struct uprobe_consumer	consumer;
	struct otr_uprobe	*up;
	struct uprobe		*kernel;
	struct rcu_head		rcu;
};

/* A room for a record that nobody uses just now, or NULL. */
static DEFINE_PER_CPU(void *, uhit_room);

/* The task may go to another CPU at any time: then that gets the room. */
static void *uhit_take_room(void)
{
	return this_cpu_xchg(uhit_room, NULL) ?: kmalloc(OTR_PROBE_ROOM, GFP_KERNEL);
}

static void uhit_give_room(void *room)
{
	if (unlikely(this_cpu_cmpxchg(uhit_room, NULL, room)))
		kfree(room);
}

static noinline void uhit_record_looking(const struct otr_uprobe *up,
					 const struct otr_fetch_source *source,
					 unsigned long at, unsigned long to)
{
	struct otr_probe_rec *rec = uhit_take_room();
	u32 len;

	if (unlikely(!rec)) {
		preempt_disable_notrace();
		otr_probe_record_missed(&up->probe, NULL);
		preempt_enable_notrace();
		return;
	}
	rec->at = at;
	if (up->is_return)
		rec->to = to;
	len = otr_fetch_run_user(up->probe.fetch, source, rec, OTR_PROBE_ROOM);
	preempt_disable_notrace();
	otr_probe_record_put(&up->probe, NULL, rec, len, at);
	preempt_enable_notrace();
	uhit_give_room(rec);
}

static __always_inline void uhit_record(const struct otr_uprobe *up, struct pt_regs *regs,
					enum otr_probe_head head, unsigned long at,
					unsigned long to)
{
	const struct otr_fetch_source source = {
		.base	= regs,
		.stack	= user_stack_pointer(regs),
		.file	= at - up->offset,
	};

	if (unlikely(!up->at_hand)) {
		uhit_record_looking(up, &source, at, to);
		return;
	}
	preempt_disable_notrace();
	otr_probe_record(&up->probe, &source, head, at, to);
	preempt_enable_notrace();
}

static int uhit_at(struct uprobe_consumer *consumer, struct pt_regs *regs)
{
	const struct otr_uprobe *up = container_of(consumer, struct otr_uprobe_on, consumer)->up;

	this_cpu_inc(*up->hits);
	uhit_record(up, regs, OTR_PROBE_AT, instruction_pointer(regs), 0);
	return 0;
}

/* As in-tree, calls are what is counted, whether they return or not. */
static int uhit_called(struct uprobe_consumer *consumer, struct pt_regs *regs)
{
	const struct otr_uprobe *up = container_of(consumer, struct otr_uprobe_on, consumer)->up;

	this_cpu_inc(*up->hits);
	return 0;
}

static int uhit_returned(struct uprobe_consumer *consumer, unsigned long func,
			 struct pt_regs *regs)
{
	const struct otr_uprobe *up = container_of(consumer, struct otr_uprobe_on, consumer)->up;

	uhit_record(up, regs, OTR_PROBE_RETURN, func, instruction_pointer(regs));
	return 0;
}

static int uhit_arm(struct otr_probe *probe)
{
	struct otr_uprobe *up = otr_uprobe_of(probe);
	struct otr_uprobe_on *on;

	lockdep_assert_held(&otr_switch_lock);
	if (up->on)
		return 0;
	on = kzalloc(sizeof(*on), GFP_KERNEL);
	if (!on)
		return -ENOMEM;
	on->up = up;
	on->consumer.handler = up->is_return ? uhit_called : uhit_at;
	on->consumer.ret_handler = up->is_return ? uhit_returned : NULL;
	on->kernel = uprobe_register(d_real_inode(up->path.dentry), up->offset, up->counter,
				     &on->consumer);
	if (IS_ERR(on->kernel)) {
		/* A handler that was called already is gone. */
		int err = PTR_ERR(on->kernel);

		kfree(on);
		return err;
	}
	up->on = on;
	return 0;
}

static void uhit_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct otr_uprobe_on, rcu));
}

static void uhit_disarm(struct otr_probe *probe)
{
	struct otr_uprobe *up = otr_uprobe_of(probe);
	struct otr_uprobe_on *on = up->on;

	lockdep_assert_held(&otr_switch_lock);
	if (!on)
		return;
	up->on = NULL;
	uprobe_unregister_nosync(on->kernel, &on->consumer);
	call_rcu_tasks_trace(&on->rcu, uhit_free);
}

/* A probe that may still run does not look at the file. */
static void uhit_unplace(struct otr_probe *probe)
{
	path_put(&otr_uprobe_of(probe)->path);
}

/**
 * otr_uprobe_free - free a uprobe that nobody knows, but for its arguments and its file
 * @up: the probe
 *
 * Context: process or softirq.
 */
void otr_uprobe_free(struct otr_uprobe *up)
{
	free_percpu(up->hits);
	kfree(up->file);
	kfree(up);
}

static void uhit_release(struct otr_probe *probe)
{
	otr_uprobe_free(otr_uprobe_of(probe));
}

/* What a uprobe can do. */
const struct otr_probe_ops otr_uprobe_ops = {
	.in_programs	= true,
	.arm		= uhit_arm,
	.disarm		= uhit_disarm,
	.unplace	= uhit_unplace,
	.release	= uhit_release,
};

/**
 * otr_uprobes_exit - wait until nobody is in a uprobe, and all that went is freed
 *
 * Context: module unload, when there is no uprobe any more; sleeps.
 */
void otr_uprobes_exit(void)
{
	int cpu;

	/* Which there is where there are uprobes. */
#ifdef CONFIG_UPROBES
	rcu_barrier_tasks_trace();
#endif
	for_each_possible_cpu(cpu)
		kfree(per_cpu(uhit_room, cpu));
}
