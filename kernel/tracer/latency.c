// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tracers of the longest time have in common: options that they switch on for as
 * long as they are there, calls in the time that they measure, what the header says of it.
 */
#include <linux/cred.h>
#include <linux/sched/prio.h>
#include <linux/tracepoint.h>
#include <linux/user_namespace.h>

#include "event/event.h"
#include "host/host.h"
#include "output/output.h"
#include "tracer/latency.h"

/**
 * otr_measure_init - set up what they have of an instance
 * @measure: of the instance; its hook and @inside are the tracer's business
 * @inst: the instance
 *
 * Context: of &struct otr_part.create.
 */
void otr_measure_init(struct otr_measure *measure, struct otr_inst *inst)
{
	measure->inst = inst;
	measure->needs = OTR_MEASURE_NEEDS;
	measure->ring = inst->ring;
	measure->fn = otr_function_of(inst);
}

static int measure_list_start(struct otr_measure *measure)
{
	int err;

	if (!otr_site_ready())
		return 0;
	otr_function_follow(measure->fn, OTR_FOLLOW_TRACER, &measure->hook);
	err = otr_hook_register(&measure->hook);
	if (err)
		otr_function_follow(measure->fn, OTR_FOLLOW_TRACER, NULL);
	return err;
}

static void measure_list_stop(struct otr_measure *measure)
{
	if (!otr_site_ready())
		return;
	otr_function_follow(measure->fn, OTR_FOLLOW_TRACER, NULL);
	otr_hook_unregister(&measure->hook);
}

/* Record calls in another way from here on; none if that fails. */
static int measure_set_calls(struct otr_measure *measure, enum otr_measure_calls calls)
{
	int err = 0;

	if (calls == measure->calls)
		return 0;
	if (measure->calls == OTR_CALLS_LIST)
		measure_list_stop(measure);
	else if (measure->calls == OTR_CALLS_GRAPH)
		otr_graph_stop(measure->inst);
	measure->calls = OTR_CALLS_NONE;
	if (calls == OTR_CALLS_LIST)
		err = measure_list_start(measure);
	else if (calls == OTR_CALLS_GRAPH)
		err = otr_graph_start(measure->inst, measure->inside, measure->data);
	if (!err)
		measure->calls = calls;
	return err;
}

/* Follow the two options that say how calls are recorded. */
static int measure_follow(struct otr_measure *measure, bool wanted, bool nested)
{
	enum otr_measure_calls calls = !wanted ? OTR_CALLS_NONE :
				       nested ? OTR_CALLS_GRAPH : OTR_CALLS_LIST;
	int err = measure_set_calls(measure, calls);

	if (!err)
		WRITE_ONCE(measure->nested, nested);
	return err;
}

static void measure_set_options(struct otr_measure *measure, u64 options)
{
	unsigned long needs = measure->needs;
	unsigned int opt;

	for_each_set_bit(opt, &needs, BITS_PER_LONG)
		otr_option_set(measure->inst, opt, options & BIT_ULL(opt));
}

/**
 * otr_measure_start - begin to record calls, with the options that are needed
 * @measure: of the instance; times are measured already, or are not yet
 *
 * Context: of &struct otr_tracer.start.
 * Return: 0, or why calls cannot be recorded.
 */
int otr_measure_start(struct otr_measure *measure)
{
	struct otr_inst *inst = measure->inst;
	int err;

	measure->options = inst->options;
	otr_longest_set(&inst->longest, 0);
	measure_set_options(measure, measure->needs);
	err = measure_follow(measure, otr_inst_option(inst, OTR_OPT_FUNCTION_TRACE),
			     otr_inst_option(inst, OTR_OPT_DISPLAY_GRAPH));
	if (err)
		measure_set_options(measure, measure->options);
	else
		measure->started = true;
	return err;
}

/**
 * otr_measure_stop - the counterpart of otr_measure_start()
 * @measure: of the instance
 *
 * Context: of &struct otr_tracer.stop.
 */
void otr_measure_stop(struct otr_measure *measure)
{
	measure->started = false;
	measure_set_calls(measure, OTR_CALLS_NONE);
	measure_set_options(measure, measure->options);
}

/**
 * otr_measure_set_option - follow a change of an option of the instance
 * @measure: of the instance
 * @opt: the option
 * @on: what it is to be
 *
 * Context: of &struct otr_tracer.set_inst_option.
 * Return: 0; -EINVAL for what a tracer of the longest time cannot do without; why calls
 * cannot be recorded.
 */
int otr_measure_set_option(struct otr_measure *measure, enum otr_option opt, bool on)
{
	const struct otr_inst *inst = measure->inst;

	switch (opt) {
	case OTR_OPT_OVERWRITE:
		return on || !measure->started ? 0 : -EINVAL;
	case OTR_OPT_FUNCTION_TRACE:
		return measure_follow(measure, on, otr_inst_option(inst, OTR_OPT_DISPLAY_GRAPH));
	case OTR_OPT_DISPLAY_GRAPH:
		/* What was measured is not shown any more. */
		otr_longest_set(&measure->inst->longest, 0);
		return measure_follow(measure, otr_inst_option(inst, OTR_OPT_FUNCTION_TRACE), on);
	default:
		return 0;
	}
}

/* The time of a record that is about to end; 0 if nobody knows. */
static u64 measure_time(const struct otr_rec *rec)
{
	u64 time = otr_ring_rec_time(rec);

	return time == OTR_TS_UNKNOWN ? 0 : time;
}

static noinline u64 measure_list_call(struct otr_ring *ring, unsigned long ip,
				      unsigned long parent_ip, u64 head)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_function *out = otr_ring_begin(ring, &rec, sizeof(*out));
	u64 time;

	if (!out)
		return 0;
	time = measure_time(&rec);
	otr_measure_fill_call(out, ip, parent_ip, head);
	otr_ring_end(&rec);
	return time;
}

/* A call that returned at once. */
static noinline u64 measure_nested_call(struct otr_ring *ring, unsigned long ip, u64 head)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_graph_entry *in = otr_ring_begin(ring, &rec, sizeof(*in));
	struct otr_rec_graph_exit *out;
	u64 now = otr_clock_local(), time;

	if (!in)
		return 0;
	time = measure_time(&rec);
	*(u64 *)&in->head = head | OTR_TYPE_GRAPH_ENTRY;
	in->func = ip;
	in->depth = 0;
	otr_ring_end(&rec);
	out = otr_ring_begin(ring, &rec, sizeof(*out));
	if (!out)
		return time;
	*(u64 *)&out->head = head | OTR_TYPE_GRAPH_EXIT;
	out->func = ip;
	out->retval = 0;
	out->depth = 0;
	out->overrun = 0;
	out->calltime = now;
	out->rettime = now;
	otr_ring_end(&rec);
	return time;
}

/**
 * otr_measure_call_odd - the ways of otr_measure_call() that are not the common one
 * @measure: of the instance
 * @ip: the place
 * @parent_ip: where that was called from
 * @head: from otr_measure_head()
 *
 * Context: that of otr_measure_call().
 * Return: as otr_measure_call().
 */
u64 otr_measure_call_odd(struct otr_measure *measure, unsigned long ip, unsigned long parent_ip,
			 u64 head)
{
	if (READ_ONCE(measure->nested))
		return measure_nested_call(measure->ring, ip, head);
	return measure_list_call(measure->ring, ip, parent_ip, head);
}

/**
 * otr_measure_possible - does the kernel have all the tracepoints?
 * @probes: what a tracer wants to hang on them
 * @nr: how many
 *
 * Context: module load.
 * Return: true if so.
 */
bool otr_measure_possible(const struct otr_measure_probe *probes, unsigned int nr)
{
	while (nr-- > 0)
		if (!otr_host_tracepoint(probes[nr].name))
			return false;
	return true;
}

/**
 * otr_measure_detach - the counterpart of otr_measure_attach()
 * @probes: what it was given
 * @nr: how many
 * @data: likewise
 *
 * Context: of &struct otr_tracer.stop; no probe runs any more on return.
 */
void otr_measure_detach(const struct otr_measure_probe *probes, unsigned int nr, void *data)
{
	while (nr-- > 0)
		otr_host_probe_unregister(otr_host_tracepoint(probes[nr].name), probes[nr].probe,
					  data);
	tracepoint_synchronize_unregister();
}

/**
 * otr_measure_attach - hang a tracer's probes on tracepoints, in their order
 * @probes: the probes
 * @nr: how many
 * @data: first argument of all
 *
 * Context: of &struct otr_tracer.start.
 * Return: 0; the errno of otr_host_probe_register(), then there are none.
 */
int otr_measure_attach(const struct otr_measure_probe *probes, unsigned int nr, void *data)
{
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++) {
		err = otr_host_probe_register(otr_host_tracepoint(probes[i].name),
					      probes[i].probe, data);
		if (err) {
			otr_measure_detach(probes, i, data);
			return err;
		}
	}
	return 0;
}

/**
 * otr_measure_keep - keep what was recorded: it shows the longest time
 * @measure: of the instance
 * @task: the one that it is about
 * @cpu: where it began
 * @latency: what is known of it; all that @task and @cpu tell is filled in
 * @ns: how long it was
 * @since: when it began
 *
 * Context: as for otr_longest_keep().
 * Return: as otr_longest_keep().
 */
int otr_measure_keep(struct otr_measure *measure, const struct task_struct *task, int cpu,
		     struct otr_latency *latency, u64 ns, u64 since)
{
	latency->cpu = cpu;
	latency->pid = task->pid;
	memcpy(latency->comm, task->comm, TASK_COMM_LEN);
	latency->uid = from_kuid_munged(&init_user_ns, task_uid(task));
	latency->nice = PRIO_TO_NICE(task->static_prio);
	latency->policy = task->policy;
	latency->rt_priority = task->rt_priority;
	otr_comm_record(task);
	return otr_longest_keep(measure->inst, latency, ns, since);
}
