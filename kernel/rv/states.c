// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the automata of CPUs and of tasks are.
 *
 * Those of tasks are found by a task's id, in leaves that are there while a monitor of
 * tasks is enabled. A leaf comes before a task with such an id runs, so that probes only
 * look: at the start for all tasks there are, then wherever one is made, or takes over its
 * leader's id by exec(). When a task ends nothing is to be done: the next one of its id
 * takes its place.
 */
#define pr_fmt(fmt) "outrace: rv: " fmt

#include <linux/bitmap.h>
#include <linux/cpu.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include <trace/events/sched.h>
#include <trace/events/task.h>

#include "rv/internal.h"

/* Every change of this room. */
DEFINE_MUTEX(otr_rv_lock);

/* Automata may be woken. Those that are awake go on until they are put to sleep. */
bool otr_rv_on __read_mostly = true;

DEFINE_PER_CPU(struct otr_rv_states, otr_rv_cpus);
DEFINE_PER_CPU(struct otr_rv_states, otr_rv_idlers);

/* Leaves by the upper bits of ids; there while @states_users. */
struct otr_rv_task **otr_rv_tasks;

/* Monitors of tasks that are enabled; otr_rv_lock. */
static unsigned int states_users;

/* Tasks that are not watched. */
static atomic_t states_missed;

/* The first caller adds it. */
static bool states_leaf_add(unsigned int nr, gfp_t gfp)
{
	struct otr_rv_task *leaf;

	if (READ_ONCE(otr_rv_tasks[nr]))
		return true;
	leaf = kcalloc(OTR_RV_LEAF_SIZE, sizeof(*leaf), gfp | __GFP_NOWARN);
	if (!leaf)
		return false;
	/* Fully ordered. Pairs with the address dependency in otr_rv_task_state(). */
	if (cmpxchg(&otr_rv_tasks[nr], NULL, leaf))
		kfree(leaf);
	return true;
}

static struct otr_rv_task *states_of_pid(pid_t pid)
{
	return &otr_rv_tasks[pid >> OTR_RV_LEAF_BITS][pid & (OTR_RV_LEAF_SIZE - 1)];
}

/* A task has an id that no other running task has. It may be of one that has not quite gone. */
static void states_take(struct task_struct *task, gfp_t gfp)
{
	struct otr_rv_task *at;

	if (!states_leaf_add(task->pid >> OTR_RV_LEAF_BITS, gfp)) {
		atomic_inc(&states_missed);
		return;
	}
	at = states_of_pid(task->pid);
	WRITE_ONCE(at->task, NULL);
	memset(&at->states, OTR_AUTOMATON_ASLEEP, sizeof(at->states));
	/* Pairs with the acquire in otr_rv_task_state(): a probe that finds the task finds this. */
	smp_store_release(&at->task, task);
}

/* A task is made, and does not run yet. */
static void states_on_new_task(void *data, struct task_struct *task, unsigned long flags)
{
	if (task->pid)
		states_take(task, GFP_NOWAIT);
}

static inline void states_check_new_task(void)
{
	check_trace_callback_type_task_newtask(states_on_new_task);
}

/*
 * A thread that calls exec() has its leader's id afterwards. What it did since it has is
 * not known, so its automata begin anew.
 */
static void states_on_exec(void *data, struct task_struct *task, pid_t before,
			   struct linux_binprm *bprm)
{
	if (task->pid != before)
		states_take(task, GFP_NOWAIT);
}

static inline void states_check_exec(void)
{
	check_trace_callback_type_sched_process_exec(states_on_exec);
}

/* Note the tasks that have a leaf, and the leaves that are missing. */
static void states_look(unsigned long *missing)
{
	struct task_struct *group, *task;

	rcu_read_lock();
	for_each_process_thread(group, task) {
		unsigned int nr = task->pid >> OTR_RV_LEAF_BITS;

		if (READ_ONCE(otr_rv_tasks[nr]))
			/* A new task of that id knows better. */
			cmpxchg(&states_of_pid(task->pid)->task, NULL, task);
		else
			__set_bit(nr, missing);
	}
	rcu_read_unlock();
}

/* Once more for those whose leaf came after they were met. */
static int states_collect(void)
{
	unsigned long *missing = bitmap_zalloc(OTR_RV_LEAVES, GFP_KERNEL);
	unsigned int nr;
	int err = missing ? 0 : -ENOMEM;

	while (!err) {
		states_look(missing);
		if (bitmap_empty(missing, OTR_RV_LEAVES))
			break;
		for_each_set_bit(nr, missing, OTR_RV_LEAVES)
			if (!states_leaf_add(nr, GFP_KERNEL))
				err = -ENOMEM;
		bitmap_zero(missing, OTR_RV_LEAVES);
	}
	bitmap_free(missing);
	return err;
}

/* What keeps the tasks' ids up to date. */
static const struct otr_rv_source states_sources[] = {
	{ "task_newtask", states_on_new_task },
	{ "sched_process_exec", states_on_exec },
};

static void states_stop(void)
{
	unsigned int nr;

	otr_rv_detach(states_sources, ARRAY_SIZE(states_sources));
	for (nr = 0; nr < OTR_RV_LEAVES; nr++)
		kfree(otr_rv_tasks[nr]);
	kvfree(otr_rv_tasks);
	otr_rv_tasks = NULL;
	if (atomic_read(&states_missed))
		pr_warn("%d tasks were not watched for want of memory\n",
			atomic_xchg(&states_missed, 0));
}

static int states_start(void)
{
	int err;

	otr_rv_tasks = kvcalloc(OTR_RV_LEAVES, sizeof(*otr_rv_tasks), GFP_KERNEL);
	if (!otr_rv_tasks)
		return -ENOMEM;
	err = otr_rv_attach(states_sources, ARRAY_SIZE(states_sources));
	if (err) {
		kvfree(otr_rv_tasks);
		otr_rv_tasks = NULL;
		return err;
	}
	err = states_collect();
	if (err)
		states_stop();
	return err;
}

/**
 * otr_rv_tasks_get - have automata of tasks
 *
 * Context: otr_rv_lock held; sleeps.
 * Return: 0, -ENOMEM, -EOPNOTSUPP on a kernel without tracepoints.
 */
int otr_rv_tasks_get(void)
{
	int err = 0;

	lockdep_assert_held(&otr_rv_lock);
	if (!states_users)
		err = states_start();
	if (!err)
		states_users++;
	return err;
}

/**
 * otr_rv_tasks_put - the counterpart of otr_rv_tasks_get()
 *
 * Context: otr_rv_lock held, no probe of the monitor runs; sleeps.
 */
void otr_rv_tasks_put(void)
{
	lockdep_assert_held(&otr_rv_lock);
	if (!--states_users)
		states_stop();
}

static void states_clear_tasks(unsigned int nr)
{
	unsigned int i, j;
	int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu_ptr(&otr_rv_idlers, cpu)->state[nr], OTR_AUTOMATON_ASLEEP);
	for (i = 0; i < OTR_RV_LEAVES; i++) {
		struct otr_rv_task *leaf = READ_ONCE(otr_rv_tasks[i]);

		for (j = 0; leaf && j < OTR_RV_LEAF_SIZE; j++)
			WRITE_ONCE(leaf[j].states.state[nr], OTR_AUTOMATON_ASLEEP);
		cond_resched();
	}
}

static void states_clear_here(void *nr)
{
	WRITE_ONCE(this_cpu_ptr(&otr_rv_cpus)->state[(unsigned long)nr], OTR_AUTOMATON_ASLEEP);
}

/*
 * A CPU moves its automata without a lock prefix, so none but itself may store there while
 * it runs: a probe that is interrupted by this finds the byte changed.
 */
static void states_clear_cpus(unsigned long nr)
{
	int cpu;

	cpus_read_lock();
	for_each_possible_cpu(cpu)
		if (!cpu_online(cpu))
			WRITE_ONCE(per_cpu(otr_rv_cpus, cpu).state[nr], OTR_AUTOMATON_ASLEEP);
	on_each_cpu(states_clear_here, (void *)nr, true);
	cpus_read_unlock();
}

/**
 * otr_rv_states_clear - put all automata of a monitor to sleep
 * @mon: the monitor; its probes may be running, but wake none
 *
 * Context: otr_rv_lock held; sleeps.
 */
void otr_rv_states_clear(const struct otr_rv_monitor *mon)
{
	lockdep_assert_held(&otr_rv_lock);
	if (mon->of_tasks)
		states_clear_tasks(mon->nr);
	else
		states_clear_cpus(mon->nr);
}
