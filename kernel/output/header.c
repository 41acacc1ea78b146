// SPDX-License-Identifier: GPL-2.0-only
/* The comment lines above the records. */
#include <linux/kallsyms.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/utsname.h>

#include "output/output.h"
#include "site/site.h"

/*
 * The legend of the flags columns, one line per column. Every line begins
 * with as many blanks as the columns in front of the flags take.
 */
static const char * const header_irq_legend[] = {
	"  _-----=> irqs-off/BH-disabled",
	" / _----=> need-resched",
	"| / _---=> hardirq/softirq",
	"|| / _--=> preempt-depth",
	"||| / _-=> migrate-disable",
	"|||| /     delay",
};

/* Blanks at the end of a line are part of it. */
static const char * const header_latency_legend[] = {
	"#                    _------=> CPU#            ",
	"#                   / _-----=> irqs-off/BH-disabled",
	"#                  | / _----=> need-resched    ",
	"#                  || / _---=> hardirq/softirq ",
	"#                  ||| / _--=> preempt-depth   ",
	"#                  |||| / _-=> migrate-disable ",
	"#                  ||||| /     delay           ",
	"#  cmd     pid     |||||| time  |   caller     ",
	"#     \\   /        ||||||  \\    |    /       ",
};

static void header_totals(const struct otr_view *view, u64 *kept, u64 *written)
{
	struct otr_ring_stats stats;
	int cpu;

	*kept = 0;
	*written = 0;
	for_each_possible_cpu(cpu) {
		if (view->latency.alone && cpu != view->latency.cpu)
			continue;
		if (otr_ring_stats(view->ring, cpu, &stats))
			continue;
		*kept += stats.entries;
		*written += stats.entries;
		if (!cpumask_test_cpu(cpu, view->skipped_cpus))
			*written += stats.overrun;
	}
	*kept -= min_t(u64, *kept, view->skipped);
	*written -= min_t(u64, *written, view->skipped);
}

static void header_print_totals(const struct otr_view *view, struct seq_file *m)
{
	u64 kept, written;

	header_totals(view, &kept, &written);
	seq_printf(m, "# entries-in-buffer/entries-written: %llu/%llu   #P:%d\n#\n",
		   kept, written, num_online_cpus());
}

static void header_print_default(const struct otr_view *view, struct seq_file *m)
{
	bool tgid = view->options & OTR_OPT(RECORD_TGID);
	unsigned int i;

	header_print_totals(view, m);
	if (!(view->options & OTR_OPT(IRQ_INFO))) {
		seq_printf(m, "#           TASK-PID    %s CPU#     TIMESTAMP  FUNCTION\n",
			   tgid ? "   TGID   " : "");
		seq_printf(m, "#              | |      %s   |         |         |\n",
			   tgid ? "     |    " : "");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(header_irq_legend); i++)
		seq_printf(m, "#%*s%s\n", tgid ? 40 : 30, "", header_irq_legend[i]);
	seq_printf(m, "#           TASK-PID  %s CPU#  |||||  TIMESTAMP  FUNCTION\n",
		   tgid ? "     TGID   " : "  ");
	seq_printf(m, "#              | |    %s   |   |||||     |         |\n",
		   tgid ? "       |    " : "  ");
}

static const char *header_preemption_name(void)
{
	if (preempt_model_none())
		return "server";
	if (preempt_model_voluntary())
		return "desktop";
	if (preempt_model_full())
		return "preempt";
	return preempt_model_rt() ? "preempt_rt" : "unknown";
}

/* Between which places in the code the time passed. */
static void header_print_where(const struct otr_view *view, struct seq_file *m)
{
	char text[2 * KSYM_SYMBOL_LEN];
	struct seq_buf out;
	struct otr_line line = { .out = &out, .flags = view->line_flags };

	seq_buf_init(&out, text, sizeof(text));
	otr_print_ip(&line, view->latency.begin);
	seq_printf(m, "#  => started at: %s\n", seq_buf_str(&out));
	seq_buf_clear(&out);
	otr_print_ip(&line, view->latency.end);
	seq_printf(m, "#  => ended at:   %s\n#\n", seq_buf_str(&out));
}

static void header_print_latency(const struct otr_view *view, struct seq_file *m)
{
	static const char rule[] = "#    -----------------\n";
	const struct otr_latency *latency = &view->latency;
	u64 kept, written;

	header_totals(view, &kept, &written);
	seq_printf(m, "# %s latency trace v1.1.5 on %s\n", view->tracer, init_utsname()->release);
	seq_puts(m, "# --------------------------------------------------------------------\n");
	seq_printf(m, "# latency: %lu us, #%llu/%llu, CPU#%d | (M:%s VP:0, KP:0, SP:0 HP:0",
		   latency->us, kept, written, latency->cpu, header_preemption_name());
	if (IS_ENABLED(CONFIG_SMP))
		seq_printf(m, " #P:%d", num_online_cpus());
	seq_puts(m, ")\n");
	seq_puts(m, rule);
	seq_printf(m, "#    | task: %.16s-%d (uid:%u nice:%ld policy:%lu rt_prio:%lu)\n",
		   latency->comm, latency->pid, latency->uid, latency->nice, latency->policy,
		   latency->rt_priority);
	seq_puts(m, rule);
	if (latency->begin)
		header_print_where(view, m);
	seq_puts(m, "#\n");
}

/**
 * otr_header_title - print the first of them: what is being traced
 * @view: how the file shows records
 * @m: where to
 *
 * Context: may sleep.
 */
void otr_header_title(const struct otr_view *view, struct seq_file *m)
{
	seq_printf(m, "# tracer: %s\n#\n", view->tracer);
	if (otr_site_failure())
		seq_puts(m, "# WARNING: FUNCTION TRACING IS CORRUPTED\n"
			    "#          MAY BE MISSING FUNCTION EVENTS\n");
}

/**
 * otr_header_print - print the comment lines above the records
 * @view: how the file shows them
 * @empty: there is no record to show
 * @m: where to
 *
 * Context: may sleep.
 */
void otr_header_print(const struct otr_view *view, bool empty, struct seq_file *m)
{
	bool verbose = view->options & OTR_OPT(VERBOSE);
	unsigned int i;

	otr_header_title(view, m);
	if (view->header) {
		view->header(m);
		return;
	}
	if (!(view->options & OTR_OPT(CONTEXT_INFO)))
		return;
	if (view->options & OTR_OPT(LATENCY_FORMAT)) {
		if (empty)
			return;
		header_print_latency(view, m);
	}
	if (view->look && view->look->header) {
		view->look->header(view, m);
	} else if (view->options & OTR_OPT(LATENCY_FORMAT)) {
		for (i = 0; i < ARRAY_SIZE(header_latency_legend) && !verbose; i++)
			seq_printf(m, "%s\n", header_latency_legend[i]);
	} else if (!verbose) {
		header_print_default(view, m);
	}
}
