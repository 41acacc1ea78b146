// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the automata of CPUs and of tasks are.
 *
 * Those of tasks are found by a task's id, in leaves that are there while a monitor of
 * tasks is enabled. A leaf comes before a task with such an id runs, so that probes only
 * look: at the start for all tasks there are, then wherever one is made. When a task ends
 * nothing is to be done: the next one of its id takes its place.
 */
#define pr_fmt(fmt) "outrace: rv: " fmt

#include <linux/cpu.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include <trace/events/task.h>

#include "host/host.h"
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

/* Whoever comes first adds it. */
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

/* A task is made, and does not run yet. It may have the id of one that has not quite gone. */
static void states_on_new_task(void *data, struct task_struct *task, unsigned long flags)
{
	struct otr_rv_task *at;

	if (!task->pid)
		return;
	if (!states_leaf_add(task->pid >> OTR_RV_LEAF_BITS, GFP_NOWAIT)) {
		atomic_inc(&states_missed);
		return;
	}
	at = states_of_pid(task->pid);
	WRITE_ONCE(at->task, NULL);
	memset(&at->states, OTR_AUTOMATON_ASLEEP, sizeof(at->states));
	/* Who finds the task finds its automata asleep: it runs after this, by locks. */
	WRITE_ONCE(at->task, task);
}

static inline void states_check_new_task(void)
{
	check_trace_callback_type_task_newtask(states_on_new_task);
}

/* The first leaf that a task has and that is not there; -1 when all are. */
static int states_leaf_missing(void)
{
	struct task_struct *group, *task;
	int missing = -1;

	rcu_read_lock();
	for_each_process_thread(group, task) {
		unsigned int nr = task->pid >> OTR_RV_LEAF_BITS;

		if (READ_ONCE(otr_rv_tasks[nr])) {
			/* A new task of that id knows better. */
			cmpxchg(&states_of_pid(task->pid)->task, NULL, task);
		} else if (missing < 0) {
			missing = nr;
		}
	}
	rcu_read_unlock();
	return missing;
}

static int states_collect(void)
{
	int missing;

	while ((missing = states_leaf_missing()) >= 0)
		if (!states_leaf_add(missing, GFP_KERNEL))
			return -ENOMEM;
	return 0;
}

static void states_stop(void)
{
	struct tracepoint *tp = otr_host_tracepoint("task_newtask");
	unsigned int nr;

	otr_host_probe_unregister(tp, states_on_new_task, NULL);
	tracepoint_synchronize_unregister();
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
	struct tracepoint *tp = otr_host_tracepoint("task_newtask");
	int err;

	if (!tp)
		return -EOPNOTSUPP;
	otr_rv_tasks = kvcalloc(OTR_RV_LEAVES, sizeof(*otr_rv_tasks), GFP_KERNEL);
	if (!otr_rv_tasks)
		return -ENOMEM;
	err = otr_host_probe_register(tp, states_on_new_task, NULL);
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
