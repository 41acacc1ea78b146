// SPDX-License-Identifier: GPL-2.0-only
/* The context columns in front of every record: who, where, when. */
#include <linux/math64.h>
#include <linux/time64.h>

#include "output/output.h"

static char irqs_char(u8 flags)
{
	bool irqs_off = flags & OTR_CTX_IRQS_OFF;
	bool bh_off = flags & OTR_CTX_BH_OFF;

	if (irqs_off)
		return bh_off ? 'D' : 'd';
	if (bh_off)
		return 'b';
	return flags & OTR_CTX_IRQS_UNKNOWN ? 'X' : '.';
}

static char resched_char(u8 flags)
{
	bool task = flags & OTR_CTX_RESCHED;
	bool preempt = flags & OTR_CTX_PREEMPT_RESCHED;

	if (task)
		return preempt ? 'N' : 'n';
	return preempt ? 'p' : '.';
}

static char context_char(u8 flags)
{
	bool hard = flags & OTR_CTX_HARDIRQ;

	if (flags & OTR_CTX_NMI)
		return hard ? 'Z' : 'z';
	if (flags & OTR_CTX_SOFTIRQ)
		return hard ? 'H' : 's';
	return hard ? 'h' : '.';
}

static char depth_char(unsigned int depth)
{
	return depth ? "0123456789abcdef"[depth & 15] : '.';
}

/**
 * otr_columns_flags - print the five characters of the context
 * @head: of the record
 * @out: where to
 *
 * Context: any.
 */
void otr_columns_flags(const struct otr_rec_head *head, struct seq_buf *out)
{
	seq_buf_putc(out, irqs_char(head->flags));
	seq_buf_putc(out, resched_char(head->flags));
	seq_buf_putc(out, context_char(head->flags));
	seq_buf_putc(out, depth_char(OTR_CTX_PREEMPT(head->preempt_count)));
	seq_buf_putc(out, depth_char(OTR_CTX_MIGRATE(head->preempt_count)));
}

/**
 * otr_columns_print - print the columns of the default style
 * @view: how the file shows records
 * @item: the record
 * @out: where to
 *
 * Context: any that may look up a comm.
 */
void otr_columns_print(const struct otr_view *view, const struct otr_item *item,
		       struct seq_buf *out)
{
	const struct otr_rec_head *head = item->data;
	char comm[TASK_COMM_LEN];

	otr_comm_find(head->pid, comm);
	seq_buf_printf(out, "%16s-%-7d ", comm, head->pid);
	if (view->options & OTR_OPT(RECORD_TGID)) {
		int tgid = otr_tgid_find(head->pid);

		if (tgid)
			seq_buf_printf(out, "(%7d) ", tgid);
		else
			seq_buf_puts(out, "(-------) ");
	}
	seq_buf_printf(out, "[%03d] ", item->cpu);
	if (view->options & OTR_OPT(IRQ_INFO))
		otr_columns_flags(head, out);
	if (view->in_ns) {
		seq_buf_putc(out, ' ');
		otr_text_usecs(out, item->ts, 5);
		seq_buf_puts(out, ": ");
	} else {
		seq_buf_printf(out, " %12llu: ", item->ts);
	}
}

/**
 * otr_columns_mark - the mark of a time that is long
 * @ns: the time
 *
 * Context: any.
 * Return: a character, blank for a short time.
 */
char otr_columns_mark(u64 ns)
{
	static const struct {
		u32	above;
		char	mark;
	} marks[] = {
		{ NSEC_PER_SEC, '$' }, { 100 * NSEC_PER_MSEC, '@' },
		{ 10 * NSEC_PER_MSEC, '*' }, { NSEC_PER_MSEC, '#' },
		{ 100 * NSEC_PER_USEC, '!' }, { 10 * NSEC_PER_USEC, '+' },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(marks); i++)
		if (ns > marks[i].above)
			return marks[i].mark;
	return ' ';
}

static void print_msec(struct seq_buf *out, u64 usec)
{
	u32 rest;
	u64 msec = div_u64_rem(usec, USEC_PER_MSEC, &rest);

	seq_buf_printf(out, "%llu.%03ums", msec, rest);
}

static void latency_time(const struct otr_view *view, u64 ts, u64 next_ts, struct seq_buf *out)
{
	u64 since = ts - view->time_start;
	u64 until = next_ts - ts;
	bool verbose = view->options & OTR_OPT(VERBOSE);

	if (!view->in_ns) {
		if (verbose)
			seq_buf_printf(out, "[%016llx] %lld (+%lld): ", ts, since, until);
		else
			seq_buf_printf(out, " %4lld: ", since);
		return;
	}
	since = otr_clock_usecs(since);
	until = otr_clock_usecs(until);
	if (!verbose) {
		seq_buf_printf(out, " %4lldus%c: ", since,
			       otr_columns_mark(until * NSEC_PER_USEC));
		return;
	}
	seq_buf_printf(out, "[%08llx] ", otr_clock_usecs(ts));
	print_msec(out, since);
	seq_buf_puts(out, " (+");
	print_msec(out, until);
	seq_buf_puts(out, "): ");
}

/**
 * otr_columns_latency - print the columns of the latency format
 * @view: how the file shows records
 * @item: the record
 * @next_ts: time stamp of the record that follows, or this one's
 * @out: where to
 *
 * Context: any that may look up a comm.
 */
void otr_columns_latency(const struct otr_view *view, const struct otr_item *item, u64 next_ts,
			 struct seq_buf *out)
{
	const struct otr_rec_head *head = item->data;
	char comm[TASK_COMM_LEN];

	otr_comm_find(head->pid, comm);
	if (view->options & OTR_OPT(VERBOSE)) {
		seq_buf_printf(out, "%16s %7d %3d %d %08x %08lx ", comm, head->pid, item->cpu,
			       head->flags, OTR_CTX_PREEMPT(head->preempt_count), view->index);
	} else {
		seq_buf_printf(out, "%8.8s-%-7d %3d", comm, head->pid, item->cpu);
		otr_columns_flags(head, out);
	}
	latency_time(view, item->ts, next_ts, out);
}
