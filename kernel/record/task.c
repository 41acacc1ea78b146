// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tracers need to know about tasks.
 *
 * Names: a record holds a thread id; the name behind it is remembered when the
 * task leaves the CPU, if something was recorded there since the last switch.
 * Forks: with function-fork and event-fork, a child is recorded where its
 * parent is.
 *
 * Both hang on tracepoints of the scheduler, found by name. On a kernel
 * without tracepoints, names are unknown and function-fork is refused.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>

#include "host/host.h"
#include "record/internal.h"
#include "site/site.h"

/* Guards the count of users, while probes are attached, which waits for all CPUs. */
static DEFINE_MUTEX(task_users_lock);
static unsigned int task_name_users;
static unsigned int task_sleep_users;

/* Since when time off the CPU is counted; earlier times are not to be trusted. */
static u64 task_sleep_since;

static void task_on_switch(void *data, bool preempt, struct task_struct *prev,
			   struct task_struct *next, unsigned int prev_state)
{
	otr_comm_switch(prev, next);
}

/* Count the time that a task was off its CPU, in its stack of calls. */
static void task_on_sleep(void *data, bool preempt, struct task_struct *prev,
			  struct task_struct *next, unsigned int prev_state)
{
	struct otr_rets *rets = READ_ONCE(*otr_host_task_slot(prev));
	u64 now = otr_clock_local();

	if (rets)
		rets->left_at = now;
	rets = READ_ONCE(*otr_host_task_slot(next));
	if (rets && rets->left_at >= READ_ONCE(task_sleep_since))
		rets->slept += now - rets->left_at;
	if (rets)
		rets->left_at = 0;
}

static void task_on_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	struct otr_inst *inst = data;

	if (otr_inst_option(inst, OTR_OPT_FUNCTION_FORK) && inst->function_tasks)
		otr_tasks_fork(inst->function_tasks, parent->pid, child->pid);
	if (otr_inst_option(inst, OTR_OPT_EVENT_FORK))
		otr_tasks_fork(&inst->event_tasks, parent->pid, child->pid);
}

static void task_on_exit(void *data, struct task_struct *task)
{
	struct otr_inst *inst = data;

	if (otr_inst_option(inst, OTR_OPT_FUNCTION_FORK) && inst->function_tasks)
		otr_tasks_gone(inst->function_tasks, task->pid);
	if (otr_inst_option(inst, OTR_OPT_EVENT_FORK))
		otr_tasks_gone(&inst->event_tasks, task->pid);
}

static int task_attach(const char *name, void *probe, void *data)
{
	struct tracepoint *tp = otr_host_tracepoint(name);

	return tp ? otr_host_probe_register(tp, probe, data) : -EOPNOTSUPP;
}

static void task_detach(const char *name, void *probe, void *data)
{
	struct tracepoint *tp = otr_host_tracepoint(name);

	if (tp)
		otr_host_probe_unregister(tp, probe, data);
}

/**
 * otr_task_names_get - begin to remember the names of recorded tasks
 *
 * Without tracepoints it does nothing: traces then show "<...>".
 *
 * Context: otr_inst_lock free; sleeps. Nests.
 * Return: 0, -ENOMEM.
 */
int otr_task_names_get(void)
{
	int err = 0;

	mutex_lock(&task_users_lock);
	if (!task_name_users)
		err = task_attach("sched_switch", task_on_switch, NULL);
	if (err == -EOPNOTSUPP)
		err = 0;
	task_name_users += !err;
	mutex_unlock(&task_users_lock);
	return err;
}

/**
 * otr_task_names_put - the counterpart of otr_task_names_get()
 *
 * Context: otr_inst_lock free; sleeps.
 */
void otr_task_names_put(void)
{
	mutex_lock(&task_users_lock);
	if (!--task_name_users)
		task_detach("sched_switch", task_on_switch, NULL);
	mutex_unlock(&task_users_lock);
}

/**
 * otr_task_sleep_get - begin to count the time that tasks are off their CPU
 *
 * Context: otr_inst_lock free; sleeps. Nests.
 * Return: 0, -EOPNOTSUPP without tracepoints, -ENOMEM.
 */
int otr_task_sleep_get(void)
{
	int err = 0;

	if (!otr_ret_ready())
		return 0;
	mutex_lock(&task_users_lock);
	if (!task_sleep_users) {
		WRITE_ONCE(task_sleep_since, otr_clock_local());
		err = task_attach("sched_switch", task_on_sleep, NULL);
	}
	task_sleep_users += !err;
	mutex_unlock(&task_users_lock);
	return err;
}

/**
 * otr_task_sleep_put - the counterpart of otr_task_sleep_get()
 *
 * Context: otr_inst_lock free; sleeps.
 */
void otr_task_sleep_put(void)
{
	mutex_lock(&task_users_lock);
	if (task_sleep_users && !--task_sleep_users)
		task_detach("sched_switch", task_on_sleep, NULL);
	mutex_unlock(&task_users_lock);
}

static int task_follow(struct otr_inst *inst)
{
	int err = task_attach("sched_process_fork", task_on_fork, inst);

	if (err)
		return err;
	err = task_attach("sched_process_free", task_on_exit, inst);
	if (err)
		task_detach("sched_process_fork", task_on_fork, inst);
	return err;
}

/**
 * otr_task_follow_forks - let children follow their parents, or not
 * @inst: the instance in which they are recorded
 * @on: whether either of its options asks for it
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps. What looks at the instance
 * may do so until tracepoint_synchronize_unregister().
 * Return: 0, -EOPNOTSUPP without tracepoints, -ENOMEM; 0 for not.
 */
int otr_task_follow_forks(struct otr_inst *inst, bool on)
{
	int err = 0;

	lockdep_assert_held(&otr_tracer_lock);
	if (on == inst->forks)
		return 0;
	if (on) {
		err = task_follow(inst);
	} else {
		task_detach("sched_process_free", task_on_exit, inst);
		task_detach("sched_process_fork", task_on_fork, inst);
	}
	if (!err)
		inst->forks = on;
	return err;
}
