// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function_graph tracer: a record when a function is entered and one when
 * it returns.
 *
 * What of the calls is recorded follows from what is around them, so each
 * call's entry in the task's stack says it for those inside: see flags below.
 */
#include <linux/preempt.h>
#include <linux/slab.h>

#include "event/event.h"
#include "host/host.h"
#include "tracer/graph.h"

static struct otr_tracer graph_tracer;

static struct otr_graph *graph_of(const struct otr_inst *inst)
{
	return otr_part_data(inst, &graph_tracer.part);
}

/* Of a call, and of all calls inside it. */
#define INSIDE	BIT(0)	/* it is inside a function of set_graph_function */
#define IN_IRQ	BIT(1)	/* which was in an interrupt */
#define SILENT	BIT(2)	/* it is a function of set_graph_notrace */
/* Of a call. */
#define TIMED	BIT(3)	/* only its return is recorded, if it took long */
#define SLEPT_TOO BIT(4)	/* time asleep counts, though it is known */
#define TIMES	BIT(5)	/* its return is recorded if that is in a time that is measured */
#define INHERITED	(INSIDE | IN_IRQ | SILENT)

/* What graph_judge() says, together with flags. */
#define RECORD	BIT(8)	/* the entry */
#define PUSH	BIT(9)	/* see the return */

/*
 * What to do with a call, and the flags that it has for those inside; 0 for
 * nothing. Asked only where something is limited, or inside of what is.
 */
static noinline unsigned int graph_judge(const struct otr_graph *graph, unsigned long ip,
					 unsigned int depth, unsigned int flags)
{
	const struct otr_addrs *want = READ_ONCE(otr_limits.sites[OTR_WANT]);
	const struct otr_addrs *not = READ_ONCE(otr_limits.sites[OTR_NOT]);
	unsigned int max_depth = READ_ONCE(otr_limits.depth);

	if ((flags & SILENT) || READ_ONCE(graph->stopped))
		return 0;
	if (graph->inside && !graph->inside(graph->data))
		return 0;
	if (not && otr_addrs_test(not, ip))
		return flags | SILENT | PUSH;
	if (READ_ONCE(graph->fn->tasks.limited) && !otr_tasks_wanted(&graph->fn->tasks))
		return 0;
	if (want && !(flags & INSIDE)) {
		if (!otr_addrs_test(want, ip))
			return 0;
		flags |= INSIDE | (in_hardirq() ? IN_IRQ : 0);
	}
	if (max_depth && depth >= max_depth)
		return 0;
	if (READ_ONCE(graph->skip_irqs) && !(flags & IN_IRQ) && in_hardirq())
		return 0;
	if (READ_ONCE(graph->slept_too))
		flags |= SLEPT_TOO;
	if (graph->inside)
		return flags | PUSH | RECORD | TIMES;
	return flags | PUSH | (READ_ONCE(otr_limits.thresh) ? TIMED : RECORD);
}

/* A record's time in ns, without looking at the clock again where that is known. */
static __always_inline u64 graph_time_of(const struct otr_rec *rec)
{
	if (likely(READ_ONCE(rec->cpu->clock) == OTR_CLOCK_LOCAL))
		return rec->ts;
	/* The same time, the longer way, for which no register is kept free here. */
	return otr_aside_0(otr_clock_kernel);
}

static __always_inline void graph_fill_entry(struct otr_rec_graph_entry *out, unsigned long ip,
					     unsigned int depth)
{
	otr_record_head(&out->head, OTR_TYPE_GRAPH_ENTRY);
	out->func = ip;
	out->depth = depth;
}

static __always_inline void graph_push(struct otr_graph *graph, struct otr_rets *rets,
				       struct otr_frame *frame, unsigned long ip,
				       const struct otr_ret *like)
{
	struct otr_ret *ret = otr_ret_push(rets, graph->ret.key, frame, ip);

	ret->depth = like->depth;
	ret->flags = like->flags;
	ret->data[0] = like->data[0];
	ret->data[1] = rets->slept;
}

/* The caller, also if another of us put its trampoline there. */
static unsigned long graph_caller_of(const struct otr_frame *frame)
{
	if (likely(frame->parent != (unsigned long)otr_return_tramp))
		return frame->parent;
	return otr_ret_caller(&frame->parent);
}

static void graph_fill_more(struct otr_rec_graph_more *out, struct otr_frame *frame, bool args)
{
	unsigned int i;

	out->entry.head.type = OTR_TYPE_GRAPH_MORE;
	out->retaddr = graph_caller_of(frame);
	for (i = 0; args && i < OTR_REC_ARGS; i++)
		out->args[i] = *otr_frame_arg(frame, i);
}

/* The ways to an entry's record that are not the common one: when it was, 0 for not at all. */
static u64 graph_record_entry(struct otr_graph *graph, unsigned long ip, unsigned int depth,
			      struct otr_frame *frame)
{
	unsigned int more = READ_ONCE(graph->more), len = sizeof(struct otr_rec_graph_entry);
	struct otr_rec rec __uninitialized;
	void *out;
	u64 time;

	if (more)
		len = sizeof(struct otr_rec_graph_more);
	if (more & OTR_GRAPH_WITH_ARGS)
		len += OTR_REC_ARGS * sizeof(long);
	out = otr_ring_begin(graph->ring, &rec, len);
	if (!out)
		return 0;
	graph_fill_entry(out, ip, depth);
	if (more)
		graph_fill_more(out, frame, more & OTR_GRAPH_WITH_ARGS);
	time = rec.ts ? graph_time_of(&rec) : otr_clock_local();
	otr_ring_end(&rec);
	otr_comm_want(graph->fn->remember);
	return time;
}

/* A call in any case but that of graph_enter(). */
static noinline void graph_enter_odd(struct otr_graph *graph, unsigned long ip,
				     struct otr_frame *frame)
{
	struct otr_rets *rets = otr_rets_get();
	struct otr_ret like = {};
	struct otr_ret *around;

	if (!rets)
		return;
	around = otr_rets_top(rets, graph->ret.key);
	if (around) {
		like.depth = around->depth + 1;
		like.flags = around->flags & INHERITED;
	}
	if (READ_ONCE(graph->limited) || like.flags) {
		like.flags = graph_judge(graph, ip, like.depth, like.flags);
		if (!like.flags)
			return;
	}
	if (otr_rets_full(rets)) {
		rets->overrun++;
		return;
	}
	/* Nothing but RECORD is the common way, with no flags at all. */
	if ((like.flags & (PUSH | RECORD)) == PUSH)
		like.data[0] = otr_clock_local();
	else
		like.data[0] = graph_record_entry(graph, ip, like.depth, frame);
	if (like.data[0])
		graph_push(graph, rets, frame, ip, &like);
}

/*
 * Preemption is off, and this context is in here once. The common way: nothing
 * is limited, and there is room for an entry and a record.
 */
static __always_inline void graph_enter(struct otr_graph *graph, unsigned long ip,
					struct otr_frame *frame)
{
	struct otr_rets *rets = READ_ONCE(*otr_host_task_slot(current));
	struct otr_ret like = {};
	struct otr_rec_graph_entry *out;
	struct otr_rec rec __uninitialized;
	unsigned int calls;

	if (unlikely(!rets || READ_ONCE(graph->limited)))
		goto odd;
	calls = READ_ONCE(rets->depth);
	if (unlikely(calls >= OTR_RET_DEPTH))
		goto odd;
	if (calls) {
		const struct otr_ret *top = &rets->ret[calls - 1];

		/* See otr_rets_top(). */
		if (unlikely(top->key != graph->ret.key || !READ_ONCE(top->place) ||
			     top->flags & INHERITED))
			goto odd;
		like.depth = top->depth + 1;
	}
	out = otr_ring_try(graph->ring, &rec, sizeof(*out));
	if (unlikely(!out))
		goto odd;
	graph_fill_entry(out, ip, like.depth);
	like.data[0] = graph_time_of(&rec);
	otr_ring_keep(&rec);
	otr_comm_want(graph->fn->remember);
	graph_push(graph, rets, frame, ip, &like);
	return;
odd:
	graph_enter_odd(graph, ip, frame);
}

static void graph_entered(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			  struct otr_frame *frame)
{
	struct otr_graph *graph = container_of(hook, struct otr_graph, ret.hook);

	otr_guarded()
		graph_enter(graph, ip, frame);
}

/* Time asleep that is not to be counted lets the call begin later. */
static __always_inline u64 graph_calltime(const struct otr_rets *rets, const struct otr_ret *ret)
{
	return ret->data[0] + (rets->slept - ret->data[1]);
}

static __always_inline void graph_fill_exit(struct otr_rec_graph_exit *out,
					    const struct otr_rets *rets, const struct otr_ret *ret,
					    unsigned long value, u64 now)
{
	otr_record_head(&out->head, OTR_TYPE_GRAPH_EXIT);
	out->func = ret->ip;
	out->retval = value;
	out->depth = ret->depth;
	out->overrun = rets->overrun;
	out->calltime = graph_calltime(rets, ret);
	out->rettime = now;
}

/* When a call began, whatever counts. */
static u64 graph_began(const struct otr_rets *rets, const struct otr_ret *ret)
{
	return ret->flags & SLEPT_TOO ? ret->data[0] : graph_calltime(rets, ret);
}

/* The ways to an exit's record that are not the common one. */
static noinline void graph_leave_odd(struct otr_graph *graph, const struct otr_rets *rets,
				     const struct otr_ret *ret, unsigned long value)
{
	struct otr_rec_graph_exit *out;
	struct otr_rec rec __uninitialized;

	if (ret->flags & TIMED &&
	    otr_clock_local() - graph_began(rets, ret) < READ_ONCE(otr_limits.thresh))
		return;
	if (ret->flags & TIMES && !graph->inside(graph->data))
		return;
	out = otr_ring_begin(graph->ring, &rec, sizeof(*out));
	if (!out)
		return;
	graph_fill_exit(out, rets, ret, value, rec.ts ? graph_time_of(&rec) : otr_clock_local());
	out->calltime = graph_began(rets, ret);
	otr_ring_end(&rec);
	otr_comm_want(graph->fn->remember);
}

static __always_inline void graph_leave(struct otr_graph *graph, const struct otr_rets *rets,
					const struct otr_ret *ret, unsigned long value)
{
	struct otr_rec_graph_exit *out = NULL;
	struct otr_rec rec __uninitialized;

	if (likely(!(ret->flags & (TIMED | SLEPT_TOO | TIMES))))
		out = otr_ring_try(graph->ring, &rec, sizeof(*out));
	if (unlikely(!out)) {
		graph_leave_odd(graph, rets, ret, value);
		return;
	}
	graph_fill_exit(out, rets, ret, value, graph_time_of(&rec));
	otr_ring_keep(&rec);
	otr_comm_want(graph->fn->remember);
}

static void graph_left(struct otr_ret_hook *hook, struct otr_rets *rets, struct otr_ret *ret,
		       unsigned long value)
{
	struct otr_graph *graph = container_of(hook, struct otr_graph, ret);

	if (unlikely(ret->flags & SILENT))
		return;
	otr_guarded()
		graph_leave(graph, rets, ret, value);
}

/**
 * otr_graph_start - record calls and returns into an instance
 * @inst: the instance
 * @inside: asks whether a call is to be recorded, in any context; NULL for all
 * @data: for @inside
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 * Return: 0, -EOPNOTSUPP where returns cannot be seen, an errno of otr_ret_register().
 */
int otr_graph_start(struct otr_inst *inst, bool (*inside)(void *data), void *data)
{
	struct otr_graph *graph;
	int err;

	if (!otr_ret_ready())
		return -EOPNOTSUPP;
	err = otr_task_names_get();
	if (err)
		return err;
	graph = graph_of(inst);
	graph->stopped = false;
	graph->data = data;
	graph->inside = inside;
	otr_graph_note(graph);
	otr_function_follow(graph->fn, OTR_FOLLOW_TRACER, &graph->ret.hook);
	err = otr_ret_register(&graph->ret);
	if (!err)
		return 0;
	otr_function_follow(graph->fn, OTR_FOLLOW_TRACER, NULL);
	otr_task_names_put();
	return err;
}

/**
 * otr_graph_stop - end what otr_graph_start() began
 * @inst: the instance
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 */
void otr_graph_stop(struct otr_inst *inst)
{
	struct otr_graph *graph = graph_of(inst);

	/* Until all sites are written back, the kernel need not pay for records. */
	WRITE_ONCE(graph->stopped, true);
	otr_graph_note(graph);
	otr_function_follow(graph->fn, OTR_FOLLOW_TRACER, NULL);
	otr_ret_unregister(&graph->ret);
	otr_task_names_put();
}

static int graph_start(struct otr_inst *inst)
{
	return otr_graph_start(inst, NULL, NULL);
}

static const struct otr_tracer_option graph_options[OTR_GRAPH_OPTIONS] = {
	[OTR_GRAPH_OVERRUN]	= { "funcgraph-overrun" },
	[OTR_GRAPH_CPU]		= { "funcgraph-cpu", true },
	[OTR_GRAPH_OVERHEAD]	= { "funcgraph-overhead", true },
	[OTR_GRAPH_PROC]	= { "funcgraph-proc" },
	[OTR_GRAPH_DURATION]	= { "funcgraph-duration", true },
	[OTR_GRAPH_ABSTIME]	= { "funcgraph-abstime" },
	[OTR_GRAPH_IRQS]	= { "funcgraph-irqs", true },
	[OTR_GRAPH_TAIL]	= { "funcgraph-tail" },
	[OTR_GRAPH_RETVAL]	= { "funcgraph-retval" },
	[OTR_GRAPH_RETVAL_HEX]	= { "funcgraph-retval-hex" },
	[OTR_GRAPH_RETADDR]	= { "funcgraph-retaddr" },
	[OTR_GRAPH_ARGS]	= { "funcgraph-args" },
	[OTR_GRAPH_SLEEP_TIME]	= { "sleep-time", true },
	[OTR_GRAPH_GRAPH_TIME]	= { "graph-time", true },
};

/* Time asleep is known once an instance wants it taken off, which the others do not. */
static void graph_note_sleep(const struct otr_inst *changed, bool sleep_time)
{
	struct otr_graph *graph;
	bool known = false;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		list_for_each_entry(graph, &otr_graphs, node) {
			bool counts = otr_tracer_bits(graph->inst, &graph_tracer) &
				      BIT_ULL(OTR_GRAPH_SLEEP_TIME);

			if (graph->inst == changed)
				counts = sleep_time;
			if (!pass) {
				known |= !counts;
				continue;
			}
			graph->slept_too = known && counts;
			otr_graph_note(graph);
			if (graph->inst == otr_inst_top())
				otr_profile_slept_too(graph->slept_too);
		}
	}
}

static int graph_set_sleep_time(struct otr_inst *inst, bool on)
{
	int err = on ? 0 : otr_task_sleep_get();

	if (err)
		return err;
	if (on)
		otr_task_sleep_put();
	graph_note_sleep(inst, on);
	return 0;
}

static void graph_set_more(struct otr_graph *graph, u8 what, bool on)
{
	WRITE_ONCE(graph->more, on ? graph->more | what : graph->more & ~what);
	otr_graph_note(graph);
}

static int graph_set_option(struct otr_inst *inst, unsigned int opt, bool on)
{
	struct otr_graph *graph = graph_of(inst);

	switch (opt) {
	case OTR_GRAPH_IRQS:
		WRITE_ONCE(graph->skip_irqs, !on);
		otr_graph_note(graph);
		return 0;
	case OTR_GRAPH_RETADDR:
		graph_set_more(graph, OTR_GRAPH_WITH_RETADDR, on);
		return 0;
	case OTR_GRAPH_ARGS:
		graph_set_more(graph, OTR_GRAPH_WITH_ARGS, on);
		return 0;
	case OTR_GRAPH_SLEEP_TIME:
		return graph_set_sleep_time(inst, on);
	case OTR_GRAPH_GRAPH_TIME:
		/* It is about the profiler, of which there is one. */
		if (inst != otr_inst_top())
			return -EINVAL;
		otr_profile_graph_time(on);
		return 0;
	default:
		return 0;
	}
}

static void graph_tasks_changed(struct otr_function *fn)
{
	otr_graph_note(graph_of(fn->inst));
}

static int graph_create(struct otr_inst *inst)
{
	struct otr_graph *graph = kzalloc(sizeof(*graph), GFP_KERNEL);

	if (!graph)
		return -ENOMEM;
	graph->inst = inst;
	graph->ring = inst->ring;
	graph->fn = otr_function_of(inst);
	graph->fn->tasks_changed = graph_tasks_changed;
	graph->ret.hook.name = "function_graph";
	graph->ret.hook.func = graph_entered;
	graph->ret.hook.flags = OTR_HOOK_SELF;
	graph->ret.leave = graph_left;
	list_add(&graph->node, &otr_graphs);
	otr_part_set_data(inst, &graph_tracer.part, graph);
	graph_note_sleep(inst, true);
	return 0;
}

static void graph_destroy(struct otr_inst *inst)
{
	struct otr_graph *graph = graph_of(inst);

	if (!(otr_tracer_bits(inst, &graph_tracer) & BIT_ULL(OTR_GRAPH_SLEEP_TIME)))
		graph_set_sleep_time(inst, true);
	list_del(&graph->node);
	kfree(graph);
}

static struct otr_tracer graph_tracer = {
	.name		= "function_graph",
	.start		= graph_start,
	.stop		= otr_graph_stop,
	.options	= graph_options,
	.nr_options	= ARRAY_SIZE(graph_options),
	.set_option	= graph_set_option,
	.files		= otr_limits_files,
	.nr_files	= OTR_LIMITS_FILES,
	.look		= &otr_graph_look,
	.part		= {
		.create		= graph_create,
		.destroy	= graph_destroy,
	},
};

static void graph_print_entry(struct otr_line *line)
{
	const struct otr_rec_graph_entry *rec = line->rec;

	seq_buf_puts(line->out, "--> ");
	otr_print_ip(line, rec->func);
	seq_buf_printf(line->out, " (%d)\n", rec->depth);
}

static void graph_print_more(struct otr_line *line)
{
	const struct otr_rec_graph_more *rec = line->rec;

	seq_buf_puts(line->out, "--> ");
	otr_print_ip(line, rec->entry.func);
	seq_buf_printf(line->out, " (%d) <- ", rec->entry.depth);
	otr_print_ip(line, rec->retaddr);
	seq_buf_putc(line->out, '\n');
}

static void graph_print_exit(struct otr_line *line)
{
	const struct otr_rec_graph_exit *rec = line->rec;

	seq_buf_puts(line->out, "<-- ");
	otr_print_ip(line, rec->func);
	seq_buf_printf(line->out, " (%d) (start: %llx  end: %llx) over: %d retval: %lx\n",
		       rec->depth, rec->calltime, rec->rettime, rec->overrun, rec->retval);
}

static const struct otr_field graph_entry_fields[] = {
	OTR_FIELD(struct otr_rec_graph_entry, unsigned long, func),
	OTR_FIELD(struct otr_rec_graph_entry, int, depth),
	{}
};

/* As the kernels that have it describe it, which is how programs know it. */
static const struct otr_field graph_more_fields[] = {
	OTR_FIELD(struct otr_rec_graph_entry, unsigned long, func),
	OTR_FIELD(struct otr_rec_graph_entry, unsigned int, depth),
	OTR_FIELD(struct otr_rec_graph_more, unsigned long, retaddr),
	{
		.type	= "unsigned long",
		.name	= "args[]",
		.offset	= sizeof(struct otr_rec_graph_more),
	},
	{}
};

static const struct otr_field graph_exit_fields[] = {
	OTR_FIELD(struct otr_rec_graph_exit, unsigned long, func),
	OTR_FIELD(struct otr_rec_graph_exit, unsigned long, retval),
	OTR_FIELD(struct otr_rec_graph_exit, int, depth),
	OTR_FIELD(struct otr_rec_graph_exit, unsigned int, overrun),
	OTR_FIELD(struct otr_rec_graph_exit, unsigned long long, calltime),
	OTR_FIELD(struct otr_rec_graph_exit, unsigned long long, rettime),
	{}
};

static struct otr_event graph_entry_event = {
	.id		= OTR_TYPE_GRAPH_ENTRY,
	.system		= "ftrace",
	.name		= "funcgraph_entry",
	.fields		= graph_entry_fields,
	.print_fmt	= "\"--> %ps (%d)\", (void *)REC->func, REC->depth",
	.text		= graph_print_entry,
};

#define MORE_FMT	"\"--> %ps (%u) <- %ps\", "
#define MORE_ARGS	"(void *)REC->func, REC->depth, (void *)REC->retaddr"

static struct otr_event graph_more_event = {
	.id		= OTR_TYPE_GRAPH_MORE,
	.system		= "ftrace",
	.name		= "fgraph_retaddr_entry",
	.fields		= graph_more_fields,
	.print_fmt	= MORE_FMT MORE_ARGS,
	.text		= graph_print_more,
};

/* That depth is printed for the overruns is how programs know it. */
#define EXIT_FMT	"\"<-- %ps (%d) (start: %llx  end: %llx) over: %d retval: %lx\", "
#define EXIT_ARGS	"(void *)REC->func, REC->depth, " \
			"REC->calltime, REC->rettime, REC->depth, REC->retval"

static struct otr_event graph_exit_event = {
	.id		= OTR_TYPE_GRAPH_EXIT,
	.system		= "ftrace",
	.name		= "funcgraph_exit",
	.fields		= graph_exit_fields,
	.print_fmt	= EXIT_FMT EXIT_ARGS,
	.text		= graph_print_exit,
};

static struct otr_event *const graph_events[] = { &graph_entry_event, &graph_more_event,
						  &graph_exit_event };

/**
 * otr_graph_init - offer the function_graph tracer
 *
 * Where returns cannot be seen there is none to offer.
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_graph_init(void)
{
	int err = otr_event_register_all(graph_events, ARRAY_SIZE(graph_events));

	if (err || !otr_ret_ready())
		return err;
	err = otr_limits_init();
	if (err)
		goto events;
	err = otr_graph_text_init();
	if (!err)
		err = otr_tracer_register(&graph_tracer);
	if (!err)
		return 0;
	otr_limits_exit();
events:
	otr_event_unregister_all(graph_events, ARRAY_SIZE(graph_events));
	return err;
}

/**
 * otr_graph_exit - the counterpart of otr_graph_init()
 *
 * Context: module unload.
 */
void otr_graph_exit(void)
{
	if (otr_ret_ready())
		otr_tracer_unregister(&graph_tracer);
	otr_limits_exit();
	otr_event_unregister_all(graph_events, ARRAY_SIZE(graph_events));
}
