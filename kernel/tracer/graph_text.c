// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls and returns as nested blocks, as in C.
 *
 * An entry whose return is the next record of its CPU is a leaf and takes one
 * line for both. Every other record in between is a comment.
 */
#include <linux/slab.h>
#include <linux/time64.h>

#include "host/host.h"
#include "output/output.h"
#include "tracer/graph.h"

/* Deeper calls are not remembered by their function. */
#define DEPTH_MAX	50

/* Blanks that a level of nesting takes. */
#define INDENT		2

#define TASK_WIDTH	14
#define TASK_NAME	7

/**
 * struct otr_graph_cpu - where in the nest of calls a CPU is
 * @pid: task of the last record that was shown, -1 before the first
 * @depth: where a comment goes
 * @irq_depth: depth of the interrupt that is not shown, -1 for none
 * @open: functions whose block is open, by depth
 */
struct otr_graph_cpu {
	pid_t		pid;
	int		depth;
	int		irq_depth;
	unsigned long	open[DEPTH_MAX];
};

/* Where the functions are that interrupts begin with; set once. */
static unsigned long graph_text_irq_text[2];

/* A record on its way to text. */
struct graph {
	struct otr_view		*view;
	struct otr_source	*src;
	const struct otr_item	*item;
	struct otr_graph_cpu	*cpu;
	struct seq_buf		*out;
	pid_t			pid;
};

/**
 * struct call - an entry, kept while it is looked ahead
 * @rec: what every entry has
 * @retaddr: the caller, 0 if that was not recorded
 * @nr_args: how many of @args were recorded
 * @args: registers that arguments come in
 */
struct call {
	struct otr_rec_graph_entry	rec;
	unsigned long			retaddr;
	unsigned int			nr_args;
	unsigned long			args[OTR_REC_ARGS];
};

static bool graph_text_wants(const struct otr_view *view, enum otr_option opt)
{
	return view->options & BIT_ULL(opt);
}

static bool graph_text_shows(const struct otr_view *view, enum otr_graph_option opt)
{
	return view->tracer_bits & BIT_ULL(opt);
}

static void graph_text_print_cpu(struct graph *g)
{
	unsigned int width = 1, last = nr_cpu_ids - 1;

	while (last /= 10)
		width++;
	otr_text_fill(g->out, ' ', 1);
	otr_text_s64(g->out, g->item->cpu, width);
	otr_text_mem(g->out, ") ", 2);
}

/* In the middle of its column. */
static void graph_text_print_task(struct graph *g, pid_t pid)
{
	char text[TASK_COMM_LEN + 16], comm[TASK_COMM_LEN];
	int len, rest;

	otr_comm_find(pid, comm);
	len = snprintf(text, sizeof(text), "%.*s-%d", TASK_NAME, comm, pid);
	rest = max(TASK_WIDTH - len, 0);
	otr_text_fill(g->out, ' ', rest / 2);
	otr_text_mem(g->out, text, len);
	otr_text_fill(g->out, ' ', rest - rest / 2);
}

static void graph_text_print_switch(struct graph *g)
{
	static const char rule[] = " ------------------------------------------\n";
	pid_t last = g->cpu->pid;

	g->cpu->pid = g->pid;
	if (last == -1 || last == g->pid)
		return;
	seq_buf_puts(g->out, rule);
	graph_text_print_cpu(g);
	graph_text_print_task(g, last);
	seq_buf_puts(g->out, " => ");
	graph_text_print_task(g, g->pid);
	seq_buf_printf(g->out, "\n%s\n", rule);
}

/* The columns in front of the duration. */
static void graph_text_print_columns(struct graph *g)
{
	const struct otr_view *view = g->view;

	if (!graph_text_wants(view, OTR_OPT_CONTEXT_INFO))
		return;
	if (graph_text_shows(view, OTR_GRAPH_ABSTIME)) {
		u32 ns;
		u64 secs = div_u64_rem(g->item->ts, NSEC_PER_SEC, &ns);

		seq_buf_printf(g->out, "%5llu.%06lu |  ", secs, ns / NSEC_PER_USEC);
	}
	if (graph_text_shows(view, OTR_GRAPH_RELTIME))
		seq_buf_printf(g->out, "%9llu us |  ",
			       div_u64(g->item->ts - view->time_start, NSEC_PER_USEC));
	if (graph_text_shows(view, OTR_GRAPH_CPU))
		graph_text_print_cpu(g);
	if (graph_text_shows(view, OTR_GRAPH_PROC)) {
		graph_text_print_task(g, g->pid);
		seq_buf_puts(g->out, " | ");
	}
	if (graph_text_wants(view, OTR_OPT_LATENCY_FORMAT)) {
		seq_buf_putc(g->out, ' ');
		otr_columns_flags(g->item->data, g->out);
		seq_buf_puts(g->out, " | ");
	}
}

/* Is there a duration column at all? */
static bool graph_text_has_duration(const struct graph *g)
{
	return graph_text_shows(g->view, OTR_GRAPH_DURATION) &&
	       graph_text_wants(g->view, OTR_OPT_CONTEXT_INFO);
}

static void graph_text_print_no_duration(struct graph *g)
{
	if (graph_text_has_duration(g))
		seq_buf_puts(g->out, "              |  ");
}

static void graph_text_print_duration(struct graph *g, u64 ns)
{
	if (!graph_text_has_duration(g))
		return;
	seq_buf_putc(g->out,
		     graph_text_shows(g->view, OTR_GRAPH_OVERHEAD) ? otr_columns_mark(ns) : ' ');
	seq_buf_putc(g->out, ' ');
	otr_text_duration(g->out, ns);
	seq_buf_puts(g->out, "|  ");
}

static bool graph_text_is_irq(unsigned long func)
{
	return func >= READ_ONCE(graph_text_irq_text[0]) &&
	       func < READ_ONCE(graph_text_irq_text[1]);
}

/* An interrupt begins or ends here. */
static void graph_text_print_arrow(struct graph *g, unsigned long func, const char *arrow)
{
	if (!graph_text_is_irq(func))
		return;
	graph_text_print_columns(g);
	if (graph_text_has_duration(g))
		seq_buf_puts(g->out, "  ");
	seq_buf_puts(g->out, arrow);
	if (graph_text_has_duration(g))
		seq_buf_puts(g->out, " |");
	seq_buf_putc(g->out, '\n');
}

static void graph_text_print_name(struct graph *g, unsigned long func)
{
	struct otr_line line = {
		.out	= g->out,
		.names	= g->view->names,
		.shift	= otr_view_shift(g->view),
	};

	otr_print_ip(&line, func);
}

/* With what stands behind it, which begins with "()". */
static void graph_text_print_function(struct graph *g, const struct call *call, const char *behind)
{
	graph_text_print_name(g, call->rec.func);
	if (call->nr_args) {
		otr_types_print_args(g->view->line_flags, call->rec.func, call->args,
				     call->nr_args, g->out);
		behind += strlen("()");
	}
	seq_buf_puts(g->out, behind);
}

static bool graph_text_has_caller(const struct graph *g, const struct call *call)
{
	return call->retaddr && graph_text_shows(g->view, OTR_GRAPH_RETADDR);
}

static void graph_text_print_caller(struct graph *g, const struct call *call)
{
	struct otr_line line = {
		.out	= g->out,
		.names	= g->view->names,
		.shift	= otr_view_shift(g->view),
	};

	if (!graph_text_has_caller(g, call))
		return;
	/* The place of the call is what one looks for. */
	line.flags = OTR_LINE_SYM_OFFSET;
	if (graph_text_wants(g->view, OTR_OPT_SYM_ADDR))
		line.flags |= OTR_LINE_SYM_ADDR;
	seq_buf_puts(g->out, " <-");
	otr_print_ip(&line, call->retaddr);
}

/*
 * An error number, if it is one: a negative number of 64 bits, or of the 32
 * that a function fills which returns an int.
 */
static long graph_text_error_of(unsigned long value)
{
	unsigned long wide = value;

	if (!(value >> 32))
		wide = (unsigned long)(s32)value;
	return IS_ERR_VALUE(wide) ? (long)wide : 0;
}

/* What to print of a returned value; nothing, as of void, if nobody asks for it. */
static void graph_text_judge_value(struct graph *g, const struct otr_rec_graph_exit *ret,
				   struct otr_value *value)
{
	value->form = OTR_VALUE_VOID;
	if (!graph_text_shows(g->view, OTR_GRAPH_RETVAL))
		return;
	otr_types_value(g->view->line_flags, ret->func, ret->retval, value);
	if (value->form == OTR_VALUE_UNTYPED) {
		value->number = graph_text_error_of(value->bits);
		value->form = value->number ? OTR_VALUE_DECIMAL : OTR_VALUE_HEX;
	}
	if (value->form != OTR_VALUE_VOID && graph_text_shows(g->view, OTR_GRAPH_RETVAL_HEX))
		value->form = OTR_VALUE_HEX;
}

/* The number first, which is all there is where types are not known. */
static void graph_text_print_error(struct graph *g, long error)
{
	char name[16];

	seq_buf_printf(g->out, "%ld", error);
	snprintf(name, sizeof(name), "%pe", ERR_PTR(error));
	/* A kernel without the names has the number once more. */
	if (name[1] == 'E')
		seq_buf_printf(g->out, " (%s)", name);
}

static void graph_text_print_value(struct graph *g, const struct otr_value *value)
{
	if (value->form == OTR_VALUE_VOID)
		return;
	/* The kernels that know return addresses call it by another name. */
	seq_buf_puts(g->out, graph_text_shows(g->view, OTR_GRAPH_RETADDR) ? " ret=" : " = ");
	switch (value->form) {
	case OTR_VALUE_DECIMAL:
		seq_buf_printf(g->out, "%ld", value->number);
		break;
	case OTR_VALUE_BOOL:
		seq_buf_puts(g->out, value->bits ? "true" : "false");
		break;
	case OTR_VALUE_ERROR:
		graph_text_print_error(g, value->number);
		break;
	default:
		seq_buf_printf(g->out, "0x%lx", value->bits);
		break;
	}
	if (value->is_part)
		seq_buf_puts(g->out, "(trunc)");
}

/* Is this inside an interrupt that is not shown? */
static bool graph_text_hide_entry(struct graph *g, const struct otr_rec_graph_entry *rec)
{
	if (graph_text_shows(g->view, OTR_GRAPH_IRQS))
		return false;
	if (g->cpu->irq_depth >= 0)
		return true;
	if (!graph_text_is_irq(rec->func))
		return false;
	g->cpu->irq_depth = rec->depth;
	return true;
}

static bool graph_text_hide_exit(struct graph *g, const struct otr_rec_graph_exit *rec)
{
	if (graph_text_shows(g->view, OTR_GRAPH_IRQS) || g->cpu->irq_depth < 0)
		return false;
	if (g->cpu->irq_depth >= rec->depth)
		g->cpu->irq_depth = -1;
	return true;
}

/* The function whose block is open at a depth. */
static unsigned long *graph_text_block(struct graph *g, int depth)
{
	return depth >= 0 && depth < DEPTH_MAX ? &g->cpu->open[depth] : NULL;
}

static void graph_text_print_leaf(struct graph *g, const struct call *call,
				  const struct otr_rec_graph_exit *ret)
{
	const struct otr_rec_graph_entry *rec = &call->rec;
	unsigned long *open = graph_text_block(g, rec->depth);
	struct otr_value value;

	graph_text_judge_value(g, ret, &value);
	g->cpu->depth = rec->depth - 1;
	if (open)
		*open = 0;
	graph_text_print_duration(g, ret->rettime - ret->calltime);
	otr_text_fill(g->out, ' ', rec->depth * INDENT);
	graph_text_print_function(g, call, "();");
	if (value.form != OTR_VALUE_VOID || graph_text_has_caller(g, call)) {
		seq_buf_puts(g->out, " /*");
		graph_text_print_caller(g, call);
		graph_text_print_value(g, &value);
		seq_buf_puts(g->out, " */");
	}
	seq_buf_putc(g->out, '\n');
	graph_text_print_arrow(g, rec->func, "<==========");
}

static void graph_text_print_open(struct graph *g, const struct call *call)
{
	const struct otr_rec_graph_entry *rec = &call->rec;
	unsigned long *open = graph_text_block(g, rec->depth);

	g->cpu->depth = rec->depth;
	if (open)
		*open = rec->func;
	graph_text_print_no_duration(g);
	otr_text_fill(g->out, ' ', rec->depth * INDENT);
	graph_text_print_function(g, call, "() {");
	if (graph_text_has_caller(g, call)) {
		seq_buf_puts(g->out, " /*");
		graph_text_print_caller(g, call);
		seq_buf_puts(g->out, " */");
	}
	seq_buf_putc(g->out, '\n');
}

/* The return of a function that called none that was recorded, or NULL. */
static const struct otr_rec_graph_exit *graph_text_find_leaf(struct graph *g,
							     const struct otr_rec_graph_entry *rec)
{
	const struct otr_item *next = g->src ? otr_source_follow(g->src) : NULL;
	const struct otr_rec_graph_exit *ret;

	if (!next || next->lost)
		return NULL;
	ret = next->data;
	if (ret->head.type != OTR_TYPE_GRAPH_EXIT || ret->head.pid != rec->head.pid ||
	    ret->func != rec->func)
		return NULL;
	return ret;
}

/* To look ahead moves the record. */
static void graph_text_keep_call(const struct otr_item *item, struct call *call)
{
	const struct otr_rec_graph_more *more = item->data;

	memcpy(&call->rec, item->data, sizeof(call->rec));
	call->retaddr = 0;
	call->nr_args = 0;
	if (call->rec.head.type != OTR_TYPE_GRAPH_MORE)
		return;
	call->retaddr = more->retaddr;
	if (item->len < sizeof(*more) + sizeof(call->args))
		return;
	call->nr_args = OTR_REC_ARGS;
	memcpy(call->args, more->args, sizeof(call->args));
}

static void graph_text_print_entry(struct graph *g)
{
	const struct otr_rec_graph_exit *ret;
	struct call call;

	graph_text_keep_call(g->item, &call);
	if (graph_text_hide_entry(g, &call.rec))
		return;
	ret = graph_text_find_leaf(g, &call.rec);
	graph_text_print_switch(g);
	graph_text_print_arrow(g, call.rec.func, "==========>");
	graph_text_print_columns(g);
	if (!ret) {
		graph_text_print_open(g, &call);
		return;
	}
	graph_text_print_leaf(g, &call, ret);
	otr_source_skip(g->src);
}

static void graph_text_print_exit(struct graph *g)
{
	const struct otr_rec_graph_exit *rec = g->item->data;
	unsigned long *open = graph_text_block(g, rec->depth);
	struct otr_value value;
	bool known = true;

	if (graph_text_hide_exit(g, rec))
		return;
	g->cpu->depth = rec->depth - 1;
	if (open) {
		known = *open == rec->func;
		*open = 0;
	}
	graph_text_print_switch(g);
	graph_text_print_columns(g);
	graph_text_print_duration(g, rec->rettime - rec->calltime);
	otr_text_fill(g->out, ' ', rec->depth * INDENT);
	seq_buf_putc(g->out, '}');
	if (!known || graph_text_shows(g->view, OTR_GRAPH_TAIL) ||
	    graph_text_shows(g->view, OTR_GRAPH_RETVAL)) {
		graph_text_judge_value(g, rec, &value);
		seq_buf_puts(g->out, " /* ");
		graph_text_print_name(g, rec->func);
		graph_text_print_value(g, &value);
		seq_buf_puts(g->out, " */");
	}
	seq_buf_putc(g->out, '\n');
	if (graph_text_shows(g->view, OTR_GRAPH_OVERRUN))
		seq_buf_printf(g->out, " (Overruns: %u)\n", rec->overrun);
	graph_text_print_arrow(g, rec->func, "<==========");
}

/* Anything else that was recorded; false for what has no text. */
static bool graph_text_print_comment(struct graph *g, const struct otr_event *ev,
				     struct otr_line *line)
{
	char *last;

	graph_text_print_switch(g);
	graph_text_print_columns(g);
	graph_text_print_no_duration(g);
	if (g->cpu->depth > 0)
		otr_text_fill(g->out, ' ', (g->cpu->depth + 1) * INDENT);
	seq_buf_puts(g->out, "/* ");
	if (ev && ev->alone)
		ev->alone(line);
	else if (ev)
		ev->text(line);
	else
		return false;
	last = g->out->buffer + seq_buf_used(g->out) - 1;
	if (!seq_buf_has_overflowed(g->out) && *last == '\n')
		g->out->len--;
	seq_buf_puts(g->out, " */\n");
	return true;
}

/* The entry of a function that calls no other takes its return with it. */
static bool graph_text_graph_print(struct otr_view *view, const struct otr_item *item,
				   const struct otr_event *ev, struct otr_line *line)
{
	const struct otr_rec_head *head = item->data;
	struct graph g = {
		.view	= view,
		.src	= view->src,
		.item	= item,
		.cpu	= &((struct otr_graph_cpu *)view->state)[item->cpu],
		.out	= line->out,
		.pid	= head->pid,
	};

	switch (head->type) {
	case OTR_TYPE_GRAPH_ENTRY:
	case OTR_TYPE_GRAPH_MORE:
		graph_text_print_entry(&g);
		return true;
	case OTR_TYPE_GRAPH_EXIT:
		graph_text_print_exit(&g);
		return true;
	case OTR_TYPE_FUNCTION:
	case OTR_TYPE_FUNCTION_ARGS:
	case OTR_TYPE_STACK:
		return false;
	default:
		return graph_text_print_comment(&g, ev, line);
	}
}

static void graph_text_graph_rewind(struct otr_view *view)
{
	struct otr_graph_cpu *cpus = view->state;
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		cpus[cpu] = (struct otr_graph_cpu) { .pid = -1, .irq_depth = -1 };
}

static size_t graph_text_graph_size(void)
{
	return array_size(nr_cpu_ids, sizeof(struct otr_graph_cpu));
}

/* What stands in a line of the header above each column. */
static void graph_text_print_heads(const struct otr_view *view, struct seq_file *m,
				   const char *const *heads)
{
	seq_putc(m, '#');
	if (graph_text_shows(view, OTR_GRAPH_ABSTIME))
		seq_puts(m, heads[0]);
	if (graph_text_shows(view, OTR_GRAPH_RELTIME))
		seq_puts(m, heads[5]);
	if (graph_text_shows(view, OTR_GRAPH_CPU))
		seq_puts(m, heads[1]);
	if (graph_text_shows(view, OTR_GRAPH_PROC))
		seq_puts(m, heads[2]);
	if (graph_text_wants(view, OTR_OPT_LATENCY_FORMAT))
		seq_puts(m, "||||   ");
	if (graph_text_shows(view, OTR_GRAPH_DURATION))
		seq_puts(m, heads[3]);
	seq_printf(m, "               %s\n", heads[4]);
}

static void graph_text_print_legend(const struct otr_view *view, struct seq_file *m)
{
	/* Blanks at the end of a line are part of it. */
	static const char * const legend[] = {
		"  _-----=> irqs-off        ",
		" / _----=> need-resched    ",
		"| / _---=> hardirq/softirq ",
		"|| / _--=> preempt-depth   ",
		"||| /                      ",
	};
	unsigned int i, width = 0;

	if (graph_text_shows(view, OTR_GRAPH_ABSTIME))
		width += 16;
	if (graph_text_shows(view, OTR_GRAPH_RELTIME))
		width += 16;
	if (graph_text_shows(view, OTR_GRAPH_CPU))
		width += 4;
	if (graph_text_shows(view, OTR_GRAPH_PROC))
		width += 17;
	for (i = 0; i < ARRAY_SIZE(legend); i++)
		seq_printf(m, "#%*s%s\n", width, "", legend[i]);
}

static void graph_text_graph_header(const struct otr_view *view, struct seq_file *m)
{
	static const char * const names[] = {
		"     TIME       ", " CPU", "  TASK/PID       ", "  DURATION   ",
		"FUNCTION CALLS", "   REL TIME     ",
	};
	static const char * const marks[] = {
		"      |         ", " |  ", "   |    |        ", "   |   |      ",
		"|   |   |   |", "      |         ",
	};

	if (graph_text_wants(view, OTR_OPT_LATENCY_FORMAT))
		graph_text_print_legend(view, m);
	graph_text_print_heads(view, m, names);
	graph_text_print_heads(view, m, marks);
}

const struct otr_look otr_graph_look = {
	.size	= graph_text_graph_size,
	.rewind	= graph_text_graph_rewind,
	.header	= graph_text_graph_header,
	.print	= graph_text_graph_print,
};

/* What tracers of the longest time show of a graph. */
#define MEASURE_SHOWS	(BIT_ULL(OTR_GRAPH_PROC) | BIT_ULL(OTR_GRAPH_CPU) | \
			 BIT_ULL(OTR_GRAPH_RELTIME) | BIT_ULL(OTR_GRAPH_DURATION) | \
			 BIT_ULL(OTR_GRAPH_OVERHEAD) | BIT_ULL(OTR_GRAPH_IRQS))

static bool graph_text_measure_wanted(const struct otr_view *view)
{
	return graph_text_wants(view, OTR_OPT_DISPLAY_GRAPH);
}

static void graph_text_measure_rewind(struct otr_view *view)
{
	view->tracer_bits = MEASURE_SHOWS;
	graph_text_graph_rewind(view);
}

const struct otr_look otr_measure_look = {
	.wanted	= graph_text_measure_wanted,
	.size	= graph_text_graph_size,
	.rewind	= graph_text_measure_rewind,
	.header	= graph_text_graph_header,
	.print	= graph_text_graph_print,
};

/**
 * otr_graph_text_init - be ready to show calls
 *
 * Context: module load; sleeps.
 * Return: 0, -ENOMEM.
 */
int otr_graph_text_init(void)
{
	graph_text_irq_text[0] = otr_host_address("__irqentry_text_start");
	graph_text_irq_text[1] = otr_host_address("__irqentry_text_end");
	return otr_dump_prepare(&otr_graph_look);
}
