// SPDX-License-Identifier: GPL-2.0-only
/*
 * stack_trace and stack_max_size: what the stack tracer found. The functions
 * that it looks at are a set like those of function_graph, see graph.c.
 */
#include <linux/mm.h>

#include "fs/fs.h"
#include "tracer/tracer.h"

static const char deepest_disabled[] =
	"#\n"
	"#  Stack tracer disabled\n"
	"#\n"
	"# To enable the stack tracer, either add 'stacktrace' to the\n"
	"# kernel command line\n"
	"# or 'echo 1 > /proc/sys/kernel/stack_tracer_enabled'\n"
	"#\n";

static int deepest_trace_open(struct otr_file *of)
{
	struct otr_deepest *copy = kvzalloc(sizeof(*copy), GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	otr_deepest_get(copy);
	of->priv = copy;
	return 0;
}

static void deepest_trace_release(struct otr_file *of)
{
	kvfree(of->priv);
}

/* Position 0 is the header, caller number n is at position n + 1. */
static void *deepest_trace_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct otr_deepest *copy = of->priv;

	if (!*pos)
		return SEQ_START_TOKEN;
	return *pos <= copy->nr ? &copy->caller[*pos - 1] : NULL;
}

static void *deepest_trace_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return deepest_trace_start(m, pos);
}

static void deepest_trace_stop(struct seq_file *m, void *v)
{
}

static int deepest_show_header(struct seq_file *m, const struct otr_deepest *copy)
{
	seq_printf(m, "        Depth    Size   Location    (%u entries)\n", copy->nr);
	seq_puts(m, "        -----    ----   --------\n");
	if (!otr_deepest_on() && !copy->size)
		seq_puts(m, deepest_disabled);
	return 0;
}

static int deepest_trace_show(struct seq_file *m, void *v)
{
	struct otr_file *of = m->private;
	const struct otr_deepest *copy = of->priv;
	unsigned int i;

	if (v == SEQ_START_TOKEN)
		return deepest_show_header(m, copy);
	i = (unsigned long *)v - copy->caller;
	seq_printf(m, "%3u) %8u   %5u   %pS\n", i, copy->used[i],
		   copy->used[i] - (i + 1 < copy->nr ? copy->used[i + 1] : 0),
		   (void *)copy->caller[i]);
	return 0;
}

static const struct seq_operations deepest_trace_walk = {
	.start	= deepest_trace_start,
	.next	= deepest_trace_next,
	.stop	= deepest_trace_stop,
	.show	= deepest_trace_show,
};

const struct otr_file_ops otr_stack_trace_ops = {
	.open		= deepest_trace_open,
	.release	= deepest_trace_release,
	.walk		= &deepest_trace_walk,
};

static int deepest_size_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%lu\n", otr_deepest_size());
	return 0;
}

static int deepest_size_write(struct otr_file *of, unsigned long size)
{
	otr_deepest_set_size(size);
	return 0;
}

const struct otr_file_ops otr_stack_size_ops = {
	.show		= deepest_size_show,
	.write_number	= deepest_size_write,
	.places		= OTR_PLACES_ANY,
	.moves		= OTR_MOVES_NOT,
};
