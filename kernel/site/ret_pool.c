// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where tasks get their stacks of replaced return addresses from.
 *
 * A task takes one when it first enters a function whose return somebody wants
 * to see, wherever that is: in an NMI, or while it holds any lock. So every CPU
 * has a few in reserve, taken by an exchange of a pointer; a worker fills up. A
 * task that finds none goes on without and tries again at the next function.
 * When a task is freed its stack is used again.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/cpuhotplug.h>
#include <linux/export.h>
#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>
#include <linux/workqueue.h>

#include "base/base.h"
#include "site/ret_internal.h"

/* Stacks that a CPU has in reserve, and nobody's stacks that are kept. */
#define RESERVE		24
#define SPARE_MAX	64

struct reserve {
	struct otr_rets	*rets[RESERVE];
};

static DEFINE_PER_CPU(struct reserve, ret_pool_reserves);

/* Guards @otr_rets_all, and whose a stack is while tasks come and go. */
static DEFINE_RAW_SPINLOCK(ret_pool_rets_lock);
LIST_HEAD(otr_rets_all);

/* Nobody's. Many add, the worker alone removes. */
static LLIST_HEAD(ret_pool_spare);
static atomic_t ret_pool_nr_spare;

static atomic_long_t ret_pool_missed;
static enum cpuhp_state ret_pool_hotplug;

static void ret_pool_give_back(struct otr_rets *rets)
{
	llist_add(&rets->free, &ret_pool_spare);
	atomic_inc(&ret_pool_nr_spare);
}

static struct otr_rets *ret_pool_get_spare(void)
{
	struct llist_node *node = llist_del_first(&ret_pool_spare);

	if (!node)
		return NULL;
	atomic_dec(&ret_pool_nr_spare);
	return llist_entry(node, struct otr_rets, free);
}

static struct otr_rets *ret_pool_make(void)
{
	struct otr_rets *rets = kzalloc(sizeof(*rets), GFP_KERNEL | __GFP_NOWARN);
	unsigned long flags;

	if (!rets)
		return NULL;
	raw_spin_lock_irqsave(&ret_pool_rets_lock, flags);
	list_add(&rets->all, &otr_rets_all);
	raw_spin_unlock_irqrestore(&ret_pool_rets_lock, flags);
	return rets;
}

static void ret_pool_destroy(struct otr_rets *rets)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ret_pool_rets_lock, flags);
	list_del(&rets->all);
	raw_spin_unlock_irqrestore(&ret_pool_rets_lock, flags);
	kfree(rets);
}

static void ret_pool_fill_cpu(int cpu)
{
	struct reserve *reserve = per_cpu_ptr(&ret_pool_reserves, cpu);
	unsigned int i;

	for (i = 0; i < RESERVE; i++) {
		struct otr_rets *rets;

		if (READ_ONCE(reserve->rets[i]))
			continue;
		rets = ret_pool_get_spare() ?: ret_pool_make();
		if (!rets)
			return;
		/* Pairs with the xchg() in ret_pool_take_reserve(): it is seen cleared. */
		smp_store_release(&reserve->rets[i], rets);
	}
}

/* One at a time: it runs on the worker only, but for the first time. */
static void ret_pool_fill(struct work_struct *work)
{
	struct otr_rets *rets;
	int cpu;

	/* A CPU that comes takes its first stack before it is online. */
	for_each_present_cpu(cpu)
		ret_pool_fill_cpu(cpu);
	while (atomic_read(&ret_pool_nr_spare) > SPARE_MAX) {
		rets = ret_pool_get_spare();
		if (rets)
			ret_pool_destroy(rets);
	}
}

static DECLARE_WORK(ret_pool_fill_work, ret_pool_fill);

static void ret_pool_ask_worker(struct irq_work *work)
{
	schedule_work(&ret_pool_fill_work);
}

static DEFINE_IRQ_WORK(ret_pool_fill_request, ret_pool_ask_worker);

/* Preemption is off. */
static struct otr_rets *ret_pool_take_reserve(void)
{
	struct reserve *reserve = raw_cpu_ptr(&ret_pool_reserves);
	struct otr_rets *rets = NULL;
	unsigned int i;

	for (i = 0; i < RESERVE && !rets; i++)
		if (READ_ONCE(reserve->rets[i]))
			rets = xchg(&reserve->rets[i], NULL);
	/* Not possible on a CPU that comes or goes: the next one that takes asks again. */
	if (i > RESERVE / 4)
		otr_raise(&ret_pool_fill_request);
	return rets;
}

/**
 * otr_rets_take - give the running task a stack
 *
 * Context: any, NMI included.
 * Return: its stack; NULL when none is in reserve.
 */
struct otr_rets *otr_rets_take(void)
{
	void **slot = otr_host_task_slot(current);
	struct otr_rets *rets, *other;

	preempt_disable_notrace();
	rets = ret_pool_take_reserve();
	preempt_enable_notrace();
	if (!rets) {
		atomic_long_inc(&ret_pool_missed);
		return NULL;
	}
	/* Pairs with the address dependency in ret_pool_cpu_prepare(): the task is seen whole. */
	smp_store_release(&rets->task, current);
	other = cmpxchg(slot, NULL, rets);
	if (!other)
		return rets;
	/* An interrupt was quicker. */
	WRITE_ONCE(rets->task, NULL);
	ret_pool_give_back(rets);
	return other;
}
EXPORT_SYMBOL_GPL(otr_rets_take);

/**
 * otr_ret_missed - calls whose return was not seen for want of memory
 *
 * Context: any.
 * Return: their number, since the engine was loaded.
 */
unsigned long otr_ret_missed(void)
{
	return atomic_long_read(&ret_pool_missed);
}
EXPORT_SYMBOL_GPL(otr_ret_missed);

static void ret_pool_task_exit(struct task_struct *task)
{
	void **slot = otr_host_task_slot(task);
	struct otr_rets *rets;
	unsigned long flags;

	/* Against ret_pool_detach(): one of us sees the other's stack gone. */
	raw_spin_lock_irqsave(&ret_pool_rets_lock, flags);
	rets = *slot;
	if (rets) {
		*slot = NULL;
		rets->task = NULL;
	}
	raw_spin_unlock_irqrestore(&ret_pool_rets_lock, flags);
	if (!rets)
		return;
	otr_rets_reset(rets);
	ret_pool_give_back(rets);
}

static void ret_pool_task_idle(struct task_struct *task)
{
	struct otr_rets *rets = *otr_host_task_slot(task);

	if (rets)
		otr_rets_reset(rets);
}

/* A CPU that died never returned from where it did; it begins anew. */
static int ret_pool_cpu_prepare(unsigned int cpu)
{
	struct otr_rets *rets;
	unsigned long flags;

	raw_spin_lock_irqsave(&ret_pool_rets_lock, flags);
	list_for_each_entry(rets, &otr_rets_all, all) {
		/* otr_rets_take() may be about to find that it is one too many. */
		struct task_struct *task = READ_ONCE(rets->task);

		if (task && !task->pid && task_cpu(task) == cpu)
			otr_rets_reset(rets);
	}
	raw_spin_unlock_irqrestore(&ret_pool_rets_lock, flags);
	/* It may not have been present. */
	schedule_work(&ret_pool_fill_work);
	return 0;
}

static const struct otr_host_returns ret_pool_host_returns = {
	.exit	= ret_pool_task_exit,
	.idle	= ret_pool_task_idle,
	.real	= otr_rets_real,
};

static int ret_pool_restore_all(void *restored)
{
	struct otr_rets *rets;

	list_for_each_entry(rets, &otr_rets_all, all)
		if (rets->task)
			*(unsigned int *)restored += otr_rets_restore(rets);
	return 0;
}

/* Take the stacks away from their tasks, which are not in any call any more. */
static void ret_pool_detach(void)
{
	struct otr_rets *rets;
	unsigned long flags;

	raw_spin_lock_irqsave(&ret_pool_rets_lock, flags);
	list_for_each_entry(rets, &otr_rets_all, all) {
		if (!rets->task)
			continue;
		*otr_host_task_slot(rets->task) = NULL;
		rets->task = NULL;
	}
	raw_spin_unlock_irqrestore(&ret_pool_rets_lock, flags);
}

static void ret_pool_free_all(void)
{
	struct otr_rets *rets, *next;
	int cpu;

	init_llist_head(&ret_pool_spare);
	atomic_set(&ret_pool_nr_spare, 0);
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&ret_pool_reserves, cpu), 0, sizeof(struct reserve));
	list_for_each_entry_safe(rets, next, &otr_rets_all, all)
		ret_pool_destroy(rets);
}

/**
 * otr_rets_start - get ready for replaced return addresses
 *
 * Context: process context, sleeps.
 * Return: 0, -EBUSY if somebody else replaces them, -ENOMEM.
 */
int otr_rets_start(void)
{
	int err = otr_host_returns_register(&ret_pool_host_returns);

	if (err)
		return err;
	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "outrace/returns:prepare",
					ret_pool_cpu_prepare, NULL);
	if (err < 0) {
		otr_host_returns_unregister();
		return err;
	}
	ret_pool_hotplug = err;
	schedule_work(&ret_pool_fill_work);
	flush_work(&ret_pool_fill_work);
	return 0;
}

/**
 * otr_rets_stop - put everything back that was replaced
 *
 * Tasks may have been in a function for hours, and may be for hours to come.
 * While all CPUs wait, their return addresses are put back. A task that was
 * stopped in the return trampoline, or in what it calls, leaves it soon: neither
 * sleeps. otr_host_quiesce() waits for that; then nobody comes back to us.
 *
 * Context: process context, sleeps; no return hook is registered, and no hook's
 * function is running.
 */
void otr_rets_stop(void)
{
	unsigned int restored = 0;

	cpuhp_remove_state_nocalls(ret_pool_hotplug);
	irq_work_sync(&ret_pool_fill_request);
	cancel_work_sync(&ret_pool_fill_work);
	stop_machine(ret_pool_restore_all, &restored, NULL);
	otr_host_quiesce();
	ret_pool_detach();
	otr_host_returns_unregister();
	ret_pool_free_all();
	if (restored)
		pr_info("%u pending returns were given back to their callers\n", restored);
}
