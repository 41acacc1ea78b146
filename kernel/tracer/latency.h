/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the room tracer: what the tracers of the longest time have in common. See
 * inst/latency.h for the time itself.
 */
#ifndef _OTR_TRACER_LATENCY_H
#define _OTR_TRACER_LATENCY_H

#include "tracer/graph.h"

/* How calls are recorded in a time that is measured. */
enum otr_measure_calls {
	OTR_CALLS_NONE,
	OTR_CALLS_LIST,
	OTR_CALLS_GRAPH,
};

/**
 * struct otr_measure - a tracer of the longest time in one instance
 * @ring: the instance's ring
 * @inst: the instance
 * @fn: which tasks and functions the instance wants
 * @nested: what begins and ends a time is shown as calls of a graph are; hot
 * @hook: for a list of calls; its function is the tracer's
 * @inside: is this in a time that is measured? For a graph of calls
 * @data: for @inside
 * @needs: OTR_OPT() of what the tracer has switched on
 * @calls: what is registered; otr_tracer_lock
 * @started: it measures; otr_tracer_lock
 * @options: the instance's before the tracer began; otr_tracer_lock
 */
struct otr_measure {
	struct otr_ring		*ring;
	struct otr_inst		*inst;
	struct otr_function	*fn;
	bool			nested;
	struct otr_hook		hook;
	bool			(*inside)(void *data);
	void			*data;
	u64			needs;
	enum otr_measure_calls	calls;
	bool			started;
	u64			options;
};

/* Without them, traces would end where it gets interesting, and say too little. */
#define OTR_MEASURE_NEEDS	(OTR_OPT(OVERWRITE) | OTR_OPT(LATENCY_FORMAT))

/**
 * struct otr_measure_probe - what a tracer hangs on a tracepoint of the kernel's
 * @name: the tracepoint
 * @probe: the function, the tracer's data its first argument
 */
struct otr_measure_probe {
	const char	*name;
	void		*probe;
};

/* The caller of the code that calls a probe is known where frames are linked. */
#ifdef CONFIG_FRAME_POINTER
#define OTR_MEASURE_CALLER	((unsigned long)__builtin_return_address(1))
#else
#define OTR_MEASURE_CALLER	0UL
#endif

/*
 * A head for records of a probe on a tracepoint, without its type. The preemption that
 * the tracepoint itself switched off is in it, as programs know it.
 */
static __always_inline u64 otr_measure_head(void)
{
	return otr_ctx_word() | (u64)current->pid << 32;
}

/* Is a time to be kept? */
static __always_inline bool otr_measure_worth(const struct otr_measure *measure, u64 ns)
{
	u64 thresh = READ_ONCE(otr_limits.thresh);

	return thresh ? ns >= thresh : ns > otr_longest_ns(&measure->inst->longest);
}

void otr_measure_init(struct otr_measure *measure, struct otr_inst *inst);
int otr_measure_start(struct otr_measure *measure);
void otr_measure_stop(struct otr_measure *measure);
int otr_measure_set_option(struct otr_measure *measure, enum otr_option opt, bool on);
u64 otr_measure_call_odd(struct otr_measure *measure, unsigned long ip, unsigned long parent_ip,
			 u64 head);
bool otr_measure_possible(const struct otr_measure_probe *probes, unsigned int nr);
int otr_measure_attach(const struct otr_measure_probe *probes, unsigned int nr, void *data);
void otr_measure_detach(const struct otr_measure_probe *probes, unsigned int nr, void *data);
int otr_measure_keep(struct otr_measure *measure, const struct task_struct *task, int cpu,
		     struct otr_latency *latency, u64 ns, u64 since);

static __always_inline void otr_measure_fill_call(struct otr_rec_function *out, unsigned long ip,
						  unsigned long parent_ip, u64 head)
{
	*(u64 *)&out->head = head | OTR_TYPE_FUNCTION;
	out->ip = ip;
	out->parent_ip = parent_ip;
}

/*
 * Record where a time begins or ends, as if @ip were a function that @parent_ip called. For
 * a probe on a tracepoint; interrupts off, or nothing that interrupts it does the same. When
 * that was by the instance's clock; 0 when nothing is recorded here.
 */
static __always_inline u64 otr_measure_call(struct otr_measure *measure, unsigned long ip,
					    unsigned long parent_ip, u64 head)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_function *out = NULL;

	if (likely(!READ_ONCE(measure->nested)))
		out = otr_ring_try(measure->ring, &rec, sizeof(*out));
	if (unlikely(!out))
		return otr_measure_call_odd(measure, ip, parent_ip, head);
	otr_measure_fill_call(out, ip, parent_ip, head);
	otr_ring_keep(&rec);
	return rec.ts;
}

/*
 * Record a call in a time that is measured, for a hook that found that it is in one. @inside
 * is that of @measure, where the compiler sees it.
 */
static __always_inline void otr_measure_called(struct otr_measure *measure,
					       bool (*inside)(void *data), unsigned long ip,
					       unsigned long parent_ip, struct otr_frame *frame)
{
	struct otr_function *fn = measure->fn;

	if (READ_ONCE(fn->tasks.limited) && !otr_tasks_wanted(&fn->tasks))
		return;
	if (unlikely(parent_ip == (unsigned long)otr_return_tramp))
		parent_ip = otr_ret_caller(&frame->parent);
	/* A task that came to another CPU since it looked is in no time there. */
	otr_guarded()
		if (inside(measure->data))
			otr_function_record(fn, ip, parent_ip);
}

/* switch.c */
int otr_switch_events_init(void);
void otr_switch_events_exit(void);

/* irqsoff.c */
int otr_irqsoff_init(void);
void otr_irqsoff_exit(void);

/* wakeup.c */
int otr_wakeup_init(void);
void otr_wakeup_exit(void);

#endif /* _OTR_TRACER_LATENCY_H */
