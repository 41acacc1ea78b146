/* SPDX-License-Identifier: GPL-2.0-only */
/* Which tasks are wanted: those of one set, or all, but none of another. */
#ifndef _OTR_BASE_TASKS_H
#define _OTR_BASE_TASKS_H

#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "base/idset.h"

/* Which of two sets a file is about. */
enum otr_side {
	OTR_WANT,	/* set_ftrace_filter, set_ftrace_pid */
	OTR_NOT,	/* set_ftrace_notrace, set_ftrace_notrace_pid */
};

/* No task has this id. */
#define OTR_NOBODY	(-1)

/**
 * struct otr_tasks - which tasks are wanted
 * @limited: one of @sets is there; otherwise all are wanted
 * @sets: by enum otr_side, NULL for none; published by otr_tasks_publish(),
 *	  read with preemption off or in what their owner waits for
 * @unwanted: the task that was last found unwanted on each CPU, or OTR_NOBODY;
 *	      a task that keeps coming is turned away by one comparison
 *
 * What @unwanted says is true of the task, whatever CPU reads it. The argument
 * that it is never out of date is in Documentation/locking.rst.
 */
struct otr_tasks {
	bool			limited;
	struct otr_idset	*sets[2];
	pid_t __percpu		*unwanted;
};

/**
 * otr_tasks_test - what the sets say of a task
 * @tasks: the sets
 * @pid: the task
 *
 * Context: any; the sets stay meanwhile, see struct otr_tasks.
 * Return: true if it is wanted.
 */
static __always_inline bool otr_tasks_test(const struct otr_tasks *tasks, pid_t pid)
{
	const struct otr_idset *want = READ_ONCE(tasks->sets[OTR_WANT]);
	const struct otr_idset *not = READ_ONCE(tasks->sets[OTR_NOT]);

	if (want && !otr_idset_test(want, pid))
		return false;
	return !not || !otr_idset_test(not, pid);
}

bool otr_tasks_remember(const struct otr_tasks *tasks, pid_t pid);

/**
 * otr_tasks_known - is it known that the running task is not wanted?
 * @tasks: the sets
 *
 * Context: any, NMI included.
 * Return: true if it is, false if otr_tasks_wanted() has to be asked.
 */
static __always_inline bool otr_tasks_known(const struct otr_tasks *tasks)
{
	return raw_cpu_read_4(*tasks->unwanted) == current->pid;
}

/**
 * otr_tasks_wanted - is the running task wanted?
 * @tasks: the sets
 *
 * Context: any, NMI included; the sets stay meanwhile, see struct otr_tasks.
 * Return: true if it is.
 */
static __always_inline bool otr_tasks_wanted(const struct otr_tasks *tasks)
{
	pid_t pid = current->pid;

	return !otr_tasks_known(tasks) &&
	       (otr_tasks_test(tasks, pid) || otr_tasks_remember(tasks, pid));
}

int otr_tasks_init(struct otr_tasks *tasks);
void otr_tasks_exit(struct otr_tasks *tasks);
struct otr_idset *otr_tasks_publish(struct otr_tasks *tasks, enum otr_side side,
				    struct otr_idset *set);
void otr_tasks_settle(struct otr_tasks *tasks);
void otr_tasks_fork(struct otr_tasks *tasks, pid_t parent, pid_t child);
void otr_tasks_gone(struct otr_tasks *tasks, pid_t pid);

#endif /* _OTR_BASE_TASKS_H */
