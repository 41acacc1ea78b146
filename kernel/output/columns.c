// SPDX-License-Identifier: GPL-2.0-only
/* The context columns in front of every record: task, CPU, state, time. */
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "output/output.h"

/* More than all columns of the default style take, with what is copied too much. */
#define COLUMNS_MAX	128

/* The columns of columns_put_flags(). */
#define STATE_CHARS	5

static char columns_irqs_char(u8 flags)
{
	bool irqs_off = flags & OTR_CTX_IRQS_OFF;
	bool bh_off = flags & OTR_CTX_BH_OFF;

	if (irqs_off)
		return bh_off ? 'D' : 'd';
	if (bh_off)
		return 'b';
	return flags & OTR_CTX_IRQS_UNKNOWN ? 'X' : '.';
}

static char columns_resched_char(u8 flags)
{
	bool task = flags & OTR_CTX_RESCHED;
	bool preempt = flags & OTR_CTX_PREEMPT_RESCHED;

	if (task)
		return preempt ? 'N' : 'n';
	return preempt ? 'p' : '.';
}

static char columns_context_char(u8 flags)
{
	bool hard = flags & OTR_CTX_HARDIRQ;

	if (flags & OTR_CTX_NMI)
		return hard ? 'Z' : 'z';
	if (flags & OTR_CTX_SOFTIRQ)
		return hard ? 'H' : 's';
	return hard ? 'h' : '.';
}

static char columns_depth_char(unsigned int depth)
{
	return depth ? "0123456789abcdef"[depth & 15] : '.';
}

static char *columns_put_flags(char *at, const struct otr_rec_head *head)
{
	*at++ = columns_irqs_char(head->flags);
	*at++ = columns_resched_char(head->flags);
	*at++ = columns_context_char(head->flags);
	*at++ = columns_depth_char(OTR_CTX_PREEMPT(head->preempt_count));
	*at++ = columns_depth_char(OTR_CTX_MIGRATE(head->preempt_count));
	return at;
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
	char text[STATE_CHARS];

	otr_text_mem(out, text, columns_put_flags(text, head) - text);
}

/* "%16s-%-7d " */
static char *columns_put_task(char *at, const char *comm, int pid)
{
	unsigned int len = strlen(comm);
	char *end;

	memset(at, ' ', 16);
	memcpy(at + 16 - len, comm, len);
	at += 16;
	*at++ = '-';
	end = at + 7;
	if (unlikely(pid < 0))
		*at++ = '-';
	at = otr_text_put(at, pid < 0 ? -(u32)pid : pid, 1, ' ');
	while (at < end)
		*at++ = ' ';
	*at++ = ' ';
	return at;
}

/* "(%7d) " */
static char *columns_put_group(char *at, int tgid)
{
	*at++ = '(';
	if (tgid)
		at = otr_text_put(at, tgid, 7, ' ');
	else
		at = memset(at, '-', 7) + 7;
	*at++ = ')';
	*at++ = ' ';
	return at;
}

/* "[%03d] " */
static char *columns_put_number(char *at, unsigned int cpu)
{
	*at++ = '[';
	if (likely(cpu < 100)) {
		*at++ = '0';
		at = otr_text_pair(at, cpu);
	} else {
		at = otr_text_put(at, cpu, 3, '0');
	}
	*at++ = ']';
	*at++ = ' ';
	return at;
}

/* Remember " %5lu." of a second. */
static void columns_know_second(struct otr_view_known *known, u64 usecs)
{
	u64 second = div_u64(usecs, USEC_PER_SEC);
	char *at = known->second_text;

	*at++ = ' ';
	at = otr_text_put(at, second, 5, ' ');
	*at++ = '.';
	known->second_len = at - known->second_text;
	known->second = second * USEC_PER_SEC;
}

/* " %5lu.%06lu: " */
static char *columns_put_time(struct otr_view_known *known, char *at, u64 ns)
{
	u64 now = otr_clock_usecs(ns);
	u32 usecs;

	/* Of an earlier one, too. */
	if (unlikely(now - known->second >= USEC_PER_SEC))
		columns_know_second(known, now);
	usecs = now - known->second;
	memcpy(at, known->second_text, sizeof(known->second_text));
	at += known->second_len;
	at = otr_text_pair(at, usecs / 10000);
	at = otr_text_pair(at, usecs / 100 % 100);
	at = otr_text_pair(at, usecs % 100);
	*at++ = ':';
	*at++ = ' ';
	return at;
}

/* Remember the columns of a task. */
static noinline void columns_know_task(struct otr_view *view, unsigned int nr, pid_t pid)
{
	typeof(view->known.task[0]) *task = &view->known.task[nr];
	char comm[TASK_COMM_LEN], *at;

	otr_comm_find(pid, comm);
	at = columns_put_task(task->text, comm, pid);
	if (view->options & OTR_OPT(RECORD_TGID))
		at = columns_put_group(at, otr_tgid_find(pid));
	task->pid = pid;
	task->len = at - task->text;
}

static char *columns_put_known_task(struct otr_view *view, char *at, pid_t pid)
{
	unsigned int nr = (u32)pid % OTR_VIEW_TASKS;
	const typeof(view->known.task[0]) *task = &view->known.task[nr];

	if (unlikely(task->pid != pid || !task->len))
		columns_know_task(view, nr, pid);
	memcpy(at, task->text, sizeof(task->text));
	return at + task->len;
}

static void columns_know_state(struct otr_view_known *known, const struct otr_rec_head *head)
{
	columns_put_flags(known->state_text, head);
	known->state = head->flags | head->preempt_count << BITS_PER_BYTE;
}

static char *columns_put_known_state(struct otr_view_known *known, char *at,
				     const struct otr_rec_head *head)
{
	if (unlikely(known->state != (head->flags | head->preempt_count << BITS_PER_BYTE)))
		columns_know_state(known, head);
	memcpy(at, known->state_text, sizeof(known->state_text));
	return at + STATE_CHARS;
}

/**
 * otr_columns_begin - begin a batch of records
 * @view: the view, which knows nothing of earlier records on return
 *
 * Context: any.
 */
void otr_columns_begin(struct otr_view *view)
{
	static const struct otr_rec_head none;
	unsigned int i;

	for (i = 0; i < OTR_VIEW_TASKS; i++)
		view->known.task[i].len = 0;
	columns_know_state(&view->known, &none);
	columns_know_second(&view->known, 0);
}

/**
 * otr_columns_print - print the columns of the default style
 * @view: how the file shows records
 * @item: the record
 * @out: where to
 *
 * A format string costs as much as all the rest of a line, so the columns are
 * put together by hand, and in their place; what is as it was in the record
 * before, most of the time, is copied.
 *
 * Context: any that may look up a comm.
 */
void otr_columns_print(struct otr_view *view, const struct otr_item *item, struct seq_buf *out)
{
	const struct otr_rec_head *head = item->data;
	char *start, *at;

	if (seq_buf_get_buf(out, &start) < COLUMNS_MAX) {
		seq_buf_set_overflow(out);
		return;
	}
	at = columns_put_known_task(view, start, head->pid);
	at = columns_put_number(at, item->cpu);
	if (view->options & OTR_OPT(IRQ_INFO))
		at = columns_put_known_state(&view->known, at, head);
	if (view->in_ns) {
		at = columns_put_time(&view->known, at, item->ts);
	} else {
		*at++ = ' ';
		at = otr_text_put(at, item->ts, 12, ' ');
		*at++ = ':';
		*at++ = ' ';
	}
	out->len += at - start;
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

static void columns_print_msec(struct seq_buf *out, u64 usec)
{
	u32 rest;
	u64 msec = div_u64_rem(usec, USEC_PER_MSEC, &rest);

	seq_buf_printf(out, "%llu.%03ums", msec, rest);
}

static void columns_latency_time(const struct otr_view *view, u64 ts, u64 next_ts,
				 struct seq_buf *out)
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
	columns_print_msec(out, since);
	seq_buf_puts(out, " (+");
	columns_print_msec(out, until);
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
	columns_latency_time(view, item->ts, next_ts, out);
}
