// SPDX-License-Identifier: GPL-2.0-only
/*
 * function_profile_enabled, and trace_stat with a file per CPU: what the profiler
 * counted there, as it was when the file was opened.
 */
#include <linux/kallsyms.h>
#include <linux/slab.h>

#include "fs/fs.h"
#include "host/host.h"
#include "tracer/tracer.h"

#define NUMBER_MAX	32
#define LINE_MAX	160

struct list {
	long			nr;
	struct otr_profiled	*functions;
};

static int profile_enabled_show(struct otr_file *of, struct seq_file *m)
{
	seq_printf(m, "%d\n", otr_profile_on());
	return 0;
}

static ssize_t profile_enabled_write(struct otr_file *of, char *text, size_t len)
{
	unsigned long on;
	int err = kstrtoul(text, 10, &on);

	if (err)
		return err;
	mutex_lock(&otr_tracer_lock);
	err = otr_profile_set(on);
	mutex_unlock(&otr_tracer_lock);
	return err ?: len;
}

const struct otr_file_ops otr_profile_ops = {
	.show		= profile_enabled_show,
	.write		= profile_enabled_write,
	.write_max	= NUMBER_MAX,
	.places		= OTR_PLACES_ANY,
};

static int profile_stat_open(struct otr_file *of)
{
	struct list *list = kzalloc(sizeof(*list), GFP_KERNEL);

	if (!list)
		return -ENOMEM;
	mutex_lock(&otr_inst_lock);
	list->nr = otr_profile_list(of->where.cpu, &list->functions);
	mutex_unlock(&otr_inst_lock);
	if (list->nr < 0) {
		kfree(list);
		return -ENOMEM;
	}
	of->priv = list;
	return 0;
}

static void profile_stat_release(struct otr_file *of)
{
	struct list *list = of->priv;

	kvfree(list->functions);
	kfree(list);
}

/* Position 0 is the header, function number n is at position n, from 1. */
static void *profile_stat_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct list *list = of->priv;

	if (!*pos)
		return SEQ_START_TOKEN;
	return *pos <= list->nr ? &list->functions[*pos - 1] : NULL;
}

static void *profile_stat_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return profile_stat_start(m, pos);
}

static void profile_stat_stop(struct seq_file *m, void *v)
{
}

/*
 * The variance of a sample, in ns * us so that it prints as us squared; 0 for a
 * single call. It may wrap around.
 */
static u64 profile_variance(const struct otr_profiled *fn)
{
	u64 n = fn->calls, by = n * (n - 1) * NSEC_PER_USEC;

	return by ? div64_u64(n * fn->squares - fn->time * fn->time, by) : 0;
}

static void profile_show_function(struct seq_file *m, const struct otr_profiled *fn)
{
	u64 average = div64_u64(fn->time, fn->calls);
	char name[KSYM_NAME_LEN], text[LINE_MAX];
	unsigned long offset;
	struct seq_buf out;
	const char *known;
	char *mod;

	if (otr_graph_thresh() && average < otr_graph_thresh())
		return;
	known = otr_host_lookup(fn->ip, &offset, &mod, name);
	seq_buf_init(&out, text, sizeof(text));
	seq_buf_printf(&out, "  %-30.30s  %10lu    ", known ?: "", fn->calls);
	otr_text_duration(&out, fn->time);
	seq_buf_puts(&out, "    ");
	otr_text_duration(&out, average);
	seq_buf_puts(&out, "    ");
	otr_text_duration(&out, profile_variance(fn));
	seq_write(m, text, seq_buf_used(&out));
	seq_putc(m, '\n');
}

static int profile_stat_show(struct seq_file *m, void *v)
{
	if (v == SEQ_START_TOKEN)
		seq_printf(m, "  %-39s%-7s%-16s%-16s%s\n  %-39s%-7s%-16s%-16s%s\n",
			   "Function", "Hit", "Time", "Avg", "s^2",
			   "--------", "---", "----", "---", "---");
	else
		profile_show_function(m, v);
	return 0;
}

static const struct seq_operations profile_stat_walk = {
	.start	= profile_stat_start,
	.next	= profile_stat_next,
	.stop	= profile_stat_stop,
	.show	= profile_stat_show,
};

static const struct otr_file_ops profile_stat_ops = {
	.open		= profile_stat_open,
	.release	= profile_stat_release,
	.walk		= &profile_stat_walk,
};

static bool profile_stat_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	static const struct otr_row row = { .mode = OTR_MODE_WRITE, .ops = &profile_stat_ops };

	return otr_entry_of_cpu(entry, dir, pos, &row, "function");
}

const struct otr_dir otr_stat_dir = {
	.nth	= profile_stat_nth,
};
