/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of monitors. What they are called and how they print is what programs know
 * of the in-tree ones: a step of an automaton, and an event that its model does not allow,
 * with the id of the task where there is one.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM rv

#if !defined(_OTR_RV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _OTR_RV_TRACE_H

#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(otr_rv_step,
	TP_PROTO(const char *from, const char *what, const char *to, bool final),
	TP_ARGS(from, what, to, final),
	TP_STRUCT__entry(
		__string(state, from)
		__string(event, what)
		__string(next_state, to)
		__field(bool, final_state)
	),
	TP_fast_assign(
		__entry->final_state = final;
		__assign_str(next_state);
		__assign_str(event);
		__assign_str(state);
	),
	TP_printk("%s x %s -> %s%s", __get_str(state), __get_str(event), __get_str(next_state),
		  __entry->final_state ? " (final)" : "")
);

DECLARE_EVENT_CLASS(otr_rv_refusal,
	TP_PROTO(const char *from, const char *what),
	TP_ARGS(from, what),
	TP_STRUCT__entry(
		__string(state, from)
		__string(event, what)
	),
	TP_fast_assign(
		__assign_str(event);
		__assign_str(state);
	),
	TP_printk("event %s not expected in the state %s", __get_str(event), __get_str(state))
);

DECLARE_EVENT_CLASS(otr_rv_task_step,
	TP_PROTO(int id, const char *from, const char *what, const char *to, bool final),
	TP_ARGS(id, from, what, to, final),
	TP_STRUCT__entry(
		__field(int, id)
		__string(state, from)
		__string(event, what)
		__string(next_state, to)
		__field(bool, final_state)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->final_state = final;
		__assign_str(next_state);
		__assign_str(event);
		__assign_str(state);
	),
	TP_printk("%d: %s x %s -> %s%s", __entry->id, __get_str(state), __get_str(event),
		  __get_str(next_state), __entry->final_state ? " (final)" : "")
);

DECLARE_EVENT_CLASS(otr_rv_task_refusal,
	TP_PROTO(int id, const char *from, const char *what),
	TP_ARGS(id, from, what),
	TP_STRUCT__entry(
		__field(int, id)
		__string(state, from)
		__string(event, what)
	),
	TP_fast_assign(
		__entry->id = id;
		__assign_str(event);
		__assign_str(state);
	),
	TP_printk("%d: event %s not expected in the state %s", __entry->id, __get_str(event),
		  __get_str(state))
);

#define OTR_RV_CPU(name)							\
	DEFINE_EVENT(otr_rv_step, event_##name,					\
		TP_PROTO(const char *from, const char *what, const char *to,	\
			 bool final),						\
		TP_ARGS(from, what, to, final));				\
	DEFINE_EVENT(otr_rv_refusal, error_##name,				\
		TP_PROTO(const char *from, const char *what),			\
		TP_ARGS(from, what));
#define OTR_RV_TASK(name)							\
	DEFINE_EVENT(otr_rv_task_step, event_##name,				\
		TP_PROTO(int id, const char *from, const char *what,		\
			 const char *to, bool final),				\
		TP_ARGS(id, from, what, to, final));				\
	DEFINE_EVENT(otr_rv_task_refusal, error_##name,				\
		TP_PROTO(int id, const char *from, const char *what),		\
		TP_ARGS(id, from, what));
#include "rv/list.h"
#undef OTR_RV_CPU
#undef OTR_RV_TASK

#endif /* _OTR_RV_TRACE_H */

/* What reads this again finds it in the room. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH rv
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
