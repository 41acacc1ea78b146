/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a line that models.awk wrote becomes, for monitors.c alone: what runs at each event.
 */
#ifndef _OTR_RV_MONITOR_MACROS_H
#define _OTR_RV_MONITOR_MACROS_H

#define OTR_RV_CPU(name)	static struct otr_rv_monitor name##_monitor;
#define OTR_RV_TASK(name)	OTR_RV_CPU(name)
#include "rv/list.h"
#undef OTR_RV_CPU
#undef OTR_RV_TASK

#define STATE(name, nr)		name##_states[(nr) - OTR_AUTOMATON_FIRST]

/* NAME_step() and NAME_begin(), for the automaton of the running CPU, ... */
#define OTR_RV_STEPS_CPU(name)							\
static noinline void name##_tell(u8 from, unsigned int event, u8 to)		\
{										\
	trace_event_##name(STATE(name, from), name##_events[event], STATE(name, to), \
			   otr_automaton_is_final(&name##_automaton, to));	\
}										\
										\
static noinline void name##_refuse(u8 from, unsigned int event)			\
{										\
	trace_error_##name(STATE(name, from), name##_events[event]);		\
	otr_rv_react(&name##_monitor, from, event);				\
}										\
										\
static __always_inline void name##_step(unsigned int event)			\
{										\
	u8 *state = &this_cpu_ptr(&otr_rv_cpus)->state[OTR_RV_NR_##name];	\
	u8 to, from = otr_automaton_move(&name##_automaton, state, event,	\
					 OTR_AUTOMATON_OF_CPU, &to);		\
										\
	if (!from)								\
		return;								\
	if (unlikely(!to))							\
		name##_refuse(from, event);					\
	else if (trace_event_##name##_enabled())				\
		name##_tell(from, event, to);					\
}										\
										\
static __always_inline void name##_begin(unsigned int event)			\
{										\
	u8 *state = &this_cpu_ptr(&otr_rv_cpus)->state[OTR_RV_NR_##name];	\
										\
	if (likely(READ_ONCE(*state)))						\
		name##_step(event);						\
	else if (READ_ONCE(otr_rv_on) && READ_ONCE(name##_monitor.enabled))	\
		otr_automaton_wake(state);					\
}

/* ... and for that of a task. */
#define OTR_RV_STEPS_TASK(name)							\
static noinline void name##_tell(const struct task_struct *task, u8 from,	\
				 unsigned int event, u8 to)			\
{										\
	trace_event_##name(task->pid, STATE(name, from), name##_events[event],	\
			   STATE(name, to),					\
			   otr_automaton_is_final(&name##_automaton, to));	\
}										\
										\
static noinline void name##_refuse(const struct task_struct *task, u8 from,	\
				   unsigned int event)				\
{										\
	trace_error_##name(task->pid, STATE(name, from), name##_events[event]);	\
	otr_rv_react(&name##_monitor, from, event);				\
}										\
										\
static __always_inline void name##_move(const struct task_struct *task, u8 *state, \
					unsigned int event)			\
{										\
	u8 to, from = otr_automaton_move(&name##_automaton, state, event,	\
					 OTR_AUTOMATON_OF_ALL, &to);		\
										\
	if (!from)								\
		return;								\
	if (unlikely(!to))							\
		name##_refuse(task, from, event);				\
	else if (trace_event_##name##_enabled())				\
		name##_tell(task, from, event, to);				\
}										\
										\
static __always_inline void name##_step(const struct task_struct *task, unsigned int event) \
{										\
	u8 *state = otr_rv_task_state(task, OTR_RV_NR_##name);			\
										\
	if (likely(state))							\
		name##_move(task, state, event);				\
}										\
										\
static __always_inline void name##_begin(const struct task_struct *task, unsigned int event) \
{										\
	u8 *state = otr_rv_task_state(task, OTR_RV_NR_##name);			\
										\
	if (unlikely(!state))							\
		return;								\
	if (likely(READ_ONCE(*state)))						\
		name##_move(task, state, event);				\
	else if (READ_ONCE(otr_rv_on) && READ_ONCE(name##_monitor.enabled))	\
		otr_automaton_wake(state);					\
}

/* A probe takes what its tracepoint hands out. */
#define OTR_RV_CHECK(name, tracepoint)						\
static inline void name##_check_##tracepoint(void)				\
{										\
	check_trace_callback_type_##tracepoint(name##_on_##tracepoint);		\
}

#define OTR_RV_OF_CPU	false
#define OTR_RV_OF_TASK	true
#define OTR_RV_MONITOR(id, of, text)						\
static struct otr_rv_monitor id##_monitor = {					\
	.name		= #id,							\
	.description	= text,							\
	.model		= &id##_automaton,					\
	.nr		= OTR_RV_NR_##id,					\
	.of_tasks	= OTR_RV_OF_##of,					\
	.sources	= id##_sources,						\
	.nr_sources	= ARRAY_SIZE(id##_sources),				\
	.reactor	= &otr_rv_reactors[0],					\
};

/* A line of the table of all. */
#define OTR_RV_LISTED(name)	[OTR_RV_NR_##name] = &name##_monitor,

#endif /* _OTR_RV_MONITOR_MACROS_H */
