// SPDX-License-Identifier: GPL-2.0-only
/* Which tasks are wanted, and what is remembered of those that are not. */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "base/base.h"

/**
 * otr_tasks_init - all tasks are wanted
 * @tasks: to be set up
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_tasks_init(struct otr_tasks *tasks)
{
	*tasks = (struct otr_tasks) {};
	tasks->unwanted = alloc_percpu(pid_t);
	if (!tasks->unwanted)
		return -ENOMEM;
	otr_tasks_settle(tasks);
	return 0;
}

/**
 * otr_tasks_exit - the counterpart of otr_tasks_init()
 * @tasks: what nobody asks any more; may be all zero
 *
 * Context: may sleep.
 */
void otr_tasks_exit(struct otr_tasks *tasks)
{
	otr_idset_free(tasks->sets[OTR_WANT]);
	otr_idset_free(tasks->sets[OTR_NOT]);
	free_percpu(tasks->unwanted);
}

/**
 * otr_tasks_publish - exchange a set
 * @tasks: the sets
 * @side: which of them
 * @set: the new one, NULL for none
 *
 * The caller waits until nobody looks at the old one any more, then calls
 * otr_tasks_settle(). Before that a task that is wanted now may be turned away.
 *
 * Context: the caller keeps others from doing the same.
 * Return: the old set, to be freed after that.
 */
struct otr_idset *otr_tasks_publish(struct otr_tasks *tasks, enum otr_side side,
				    struct otr_idset *set)
{
	struct otr_idset *old = tasks->sets[side];

	/* Pairs with the address dependency in otr_tasks_test(): the set is complete. */
	smp_store_release(&tasks->sets[side], set);
	WRITE_ONCE(tasks->limited, tasks->sets[OTR_WANT] || tasks->sets[OTR_NOT]);
	return old;
}

/* Let it be asked again about a task, or about all. */
static void tasks_forget(struct otr_tasks *tasks, pid_t pid)
{
	int cpu;

	/*
	 * Full barrier between the set and what is remembered. Pairs with the one
	 * in otr_tasks_remember(): either it finds the task in the set as it is
	 * now, or what it wrote is found here.
	 */
	smp_mb();
	for_each_possible_cpu(cpu) {
		pid_t *unwanted = per_cpu_ptr(tasks->unwanted, cpu);

		/* Another task that comes here meanwhile is asked about once more. */
		if (pid == OTR_NOBODY || READ_ONCE(*unwanted) == pid)
			WRITE_ONCE(*unwanted, OTR_NOBODY);
	}
}

/**
 * otr_tasks_settle - forget what an old set said
 * @tasks: the sets; nobody looks at an old one any more
 *
 * Context: any.
 */
void otr_tasks_settle(struct otr_tasks *tasks)
{
	tasks_forget(tasks, OTR_NOBODY);
}

/**
 * otr_tasks_remember - turn a task away from now on without asking
 * @tasks: the sets
 * @pid: the running task, which they do not want
 *
 * Context: as otr_tasks_wanted().
 * Return: false; true if the task came to be wanted meanwhile.
 */
bool otr_tasks_remember(const struct otr_tasks *tasks, pid_t pid)
{
	bool wanted;

	/* What is written here has to be taken back here. */
	preempt_disable_notrace();
	raw_cpu_write_4(*tasks->unwanted, pid);
	/* Pairs with the one in tasks_forget(). */
	smp_mb();
	wanted = otr_tasks_test(tasks, pid);
	if (wanted)
		raw_cpu_write_4(*tasks->unwanted, OTR_NOBODY);
	preempt_enable_notrace();
	return wanted;
}

/**
 * otr_tasks_fork - a child is as wanted as its parent
 * @tasks: the sets
 * @parent: a task
 * @child: a new one, which did not run yet
 *
 * Context: any; the sets stay meanwhile, see struct otr_tasks.
 */
void otr_tasks_fork(struct otr_tasks *tasks, pid_t parent, pid_t child)
{
	struct otr_idset *want = READ_ONCE(tasks->sets[OTR_WANT]);
	struct otr_idset *not = READ_ONCE(tasks->sets[OTR_NOT]);

	if (not && otr_idset_test(not, parent))
		otr_idset_add(not, child, GFP_ATOMIC);
	if (want && otr_idset_test(want, parent)) {
		otr_idset_add(want, child, GFP_ATOMIC);
		/* The task that had the number before may have been turned away. */
		tasks_forget(tasks, child);
	}
}

/**
 * otr_tasks_gone - take a task out of the sets
 * @tasks: the sets
 * @pid: a task that does not run any more; another may get its number
 *
 * Context: any; the sets stay meanwhile, see struct otr_tasks.
 */
void otr_tasks_gone(struct otr_tasks *tasks, pid_t pid)
{
	struct otr_idset *want = READ_ONCE(tasks->sets[OTR_WANT]);
	struct otr_idset *not = READ_ONCE(tasks->sets[OTR_NOT]);

	if (want)
		otr_idset_del(want, pid);
	if (not && otr_idset_test(not, pid)) {
		otr_idset_del(not, pid);
		tasks_forget(tasks, pid);
	}
}
