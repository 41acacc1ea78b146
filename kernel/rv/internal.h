/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room rv: what its files share. */
#ifndef _OTR_RV_INTERNAL_H
#define _OTR_RV_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/threads.h>

#include "rv/automaton.h"
#include "rv/rv.h"

/* Every monitor has a number. */
#define OTR_RV_CPU(name)	OTR_RV_NR_##name,
#define OTR_RV_TASK(name)	OTR_RV_NR_##name,
enum otr_rv_nr {
#include "rv/list.h"
	OTR_RV_NR,
};

#undef OTR_RV_CPU
#undef OTR_RV_TASK

/* Room for that many. */
#define OTR_RV_MAX	8

static_assert(OTR_RV_NR <= OTR_RV_MAX);

/**
 * struct otr_rv_states - the automata of one CPU, or one task
 * @state: one byte for each monitor, by its number, see automaton.h
 */
struct otr_rv_states {
	u8	state[OTR_RV_MAX];
};

/**
 * struct otr_rv_source - a tracepoint that a monitor hangs on
 * @tracepoint: its name
 * @probe: what is called
 */
struct otr_rv_source {
	const char	*tracepoint;
	void		*probe;
};

/**
 * struct otr_rv_reactor - what is done about an event that must not be
 * @name: its name
 * @react: does it, in the context of the event; NULL for nothing
 */
struct otr_rv_reactor {
	const char	*name;
	void		(*react)(const char *text);
};

/**
 * struct otr_rv_monitor - what watches
 * @name: its name
 * @description: in a few words
 * @model: what is allowed
 * @nr: its number
 * @of_tasks: there is an automaton for each task, not for each CPU
 * @sources: where its events come from
 * @nr_sources: how many
 * @offered: the kernel has all of those; never changes after the start
 * @enabled: it watches; otr_rv_lock
 * @reactor: written under otr_rv_lock, read by probes
 */
struct otr_rv_monitor {
	const char			*name;
	const char			*description;
	const struct otr_automaton	*model;
	unsigned int			nr;
	bool				of_tasks;
	const struct otr_rv_source	*sources;
	unsigned int			nr_sources;
	bool				offered;
	bool				enabled;
	const struct otr_rv_reactor	*reactor;
};

/* states.c */
extern struct mutex otr_rv_lock;
extern bool otr_rv_on;

/* monitors.c: in the order of the list */
extern struct otr_rv_monitor *const otr_rv_monitors[OTR_RV_NR];

/* attach.c */
int otr_rv_attach(const struct otr_rv_source *sources, unsigned int nr);
void otr_rv_detach(const struct otr_rv_source *sources, unsigned int nr);

/* switch.c */
int otr_rv_enable(struct otr_rv_monitor *mon);
void otr_rv_disable(struct otr_rv_monitor *mon);
void otr_rv_disable_all(void);
void otr_rv_switch(bool on);

/* react.c */
extern const struct otr_rv_reactor otr_rv_reactors[];
extern const unsigned int otr_rv_nr_reactors;
extern bool otr_rv_reacting;
void otr_rv_set_reactor(struct otr_rv_monitor *mon, const struct otr_rv_reactor *reactor);
void otr_rv_set_reacting(bool on);
void otr_rv_react(const struct otr_rv_monitor *mon, u8 state, unsigned int event);

/* events.c */
int otr_rv_events_init(void);
void otr_rv_events_exit(void);

/* states.c: the automata of CPUs and tasks */
DECLARE_PER_CPU(struct otr_rv_states, otr_rv_cpus);
DECLARE_PER_CPU(struct otr_rv_states, otr_rv_idlers);

/* Tasks by their ids: a leaf is a page. */
#define OTR_RV_LEAF_BITS	8
#define OTR_RV_LEAF_SIZE	BIT(OTR_RV_LEAF_BITS)
#define OTR_RV_LEAVES		(PID_MAX_LIMIT / OTR_RV_LEAF_SIZE)

/**
 * struct otr_rv_task - the automata of a task
 * @task: whose they are: a task that dies gives its id back before it leaves its CPU for
 *	  the last time
 * @states: they
 */
struct otr_rv_task {
	struct task_struct	*task;
	struct otr_rv_states	states;
};

extern struct otr_rv_task **otr_rv_tasks;

int otr_rv_tasks_get(void);
void otr_rv_tasks_put(void);
void otr_rv_states_clear(const struct otr_rv_monitor *mon);

/**
 * otr_rv_task_state - the automaton of a task
 * @task: the task
 * @nr: number of a monitor of tasks, which is enabled
 *
 * Context: a probe of that monitor.
 * Return: its byte; NULL when there was no memory for it.
 */
static __always_inline u8 *otr_rv_task_state(const struct task_struct *task, unsigned int nr)
{
	u32 pid = task->pid;
	struct otr_rv_task *leaf;

	/* Each CPU has an idle task, and all have one id. */
	if (!pid)
		return &per_cpu_ptr(&otr_rv_idlers, task_cpu(task))->state[nr];
	/* Pairs with cmpxchg() in states_leaf_add(): the leaf is seen cleared. */
	leaf = READ_ONCE(otr_rv_tasks[pid >> OTR_RV_LEAF_BITS]);
	if (unlikely(!leaf))
		return NULL;
	leaf += pid & (OTR_RV_LEAF_SIZE - 1);
	/* Pairs with the release in states_take(). */
	return likely(smp_load_acquire(&leaf->task) == task) ? &leaf->states.state[nr] : NULL;
}

#endif /* _OTR_RV_INTERNAL_H */
