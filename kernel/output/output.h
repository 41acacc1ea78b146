/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room output: from records to text.
 *
 * Purpose:  puts the records of several CPUs into the order of their time
 *           stamps, and prints them in the style that the options ask for.
 * Objects:  struct otr_look, how a tracer shows its records, brought by the tracer;
 *           struct otr_view, a copy of the options that matter, taken
 *           when a file is opened; struct otr_source, the merged stream. Both
 *           belong to one open file.
 * Locks:    none of its own. A consuming source holds the ring's reader locks
 *           between otr_source_begin() and otr_source_end(); printing is done
 *           under otr_event_lock(), which the caller holds.
 * Contexts: everything may sleep, but what dump.c does when something went wrong: it
 *           works anywhere, NMI included, with what was made ready before.
 */
#ifndef _OTR_OUTPUT_H
#define _OTR_OUTPUT_H

#include <linux/cpumask.h>
#include <linux/seq_buf.h>
#include <linux/seq_file.h>

#include "event/event.h"
#include "inst/inst.h"

/* Longest text of one record. */
#define OTR_LINE_MAX	8192

/* Tasks whose columns a view remembers, a power of two, and room for those of one. */
#define OTR_VIEW_TASKS		16
#define OTR_VIEW_TASK_TEXT	40

/**
 * struct otr_view_known - what records that follow one another have in common
 * @type: number of @ev
 * @ev: the event of the last record
 * @task: columns of tasks, by the low bits of their id; no length for none
 * @state: a context
 * @state_text: its characters
 * @second: where a second begins, in microseconds
 * @second_len: length of @second_text
 * @second_text: the columns of that second
 *
 * It holds for as long as otr_event_lock() is held, which is not for long.
 */
struct otr_view_known {
	u16			type;
	struct otr_event	*ev;
	struct {
		pid_t		pid;
		unsigned int	len;
		char		text[OTR_VIEW_TASK_TEXT];
	} task[OTR_VIEW_TASKS];
	u16			state;
	char			state_text[8];
	u64			second;
	unsigned int		second_len;
	char			second_text[24];
};

/**
 * struct otr_view - how one open file shows records
 * @inst: the instance
 * @ring: its records, or those of its snapshot
 * @tracer: name of the tracer that was current at open
 * @options: its options at open
 * @cpu: the one CPU shown, or OTR_CPU_ALL
 * @in_ns: time stamps are nanoseconds
 * @annotate: say where a CPU's records begin
 * @time_start: what the latency columns count from
 * @scratch: room for what print helpers put together, OTR_LINE_MAX bytes
 * @area: memory that had records of before at open; NULL for the usual ones
 * @names: symbols that were printed before; NULL before the first record, and
 *	   when there is no memory for them
 * @line_flags: OTR_LINE_* that @options ask for
 * @known: of the records before
 * @index: number of the next record, from 0
 * @started: CPUs of which a record was shown
 * @skipped: how many records were left out that are older than @time_start
 * @skipped_cpus: CPUs whose records they are
 * @src: where records come from, for a look that needs to know what follows;
 *	 NULL for one that shows a record by itself
 * @latency: what the tracer had measured at open
 * @tracer_bits: the tracer's own options at open
 * @header: the tracer's own comment lines, NULL for the usual ones
 * @look: the tracer's, NULL for lines alone
 * @state: what @look keeps
 */
struct otr_view {
	struct otr_inst	*inst;
	struct otr_ring	*ring;
	const char	*tracer;
	u64		options;
	int		cpu;
	bool		in_ns;
	bool		annotate;
	u64		time_start;
	char		*scratch;
	const struct otr_area *area;
	struct otr_names *names;
	unsigned int	line_flags;
	struct otr_view_known known;
	unsigned long	index;
	cpumask_var_t	started;
	unsigned long	skipped;
	cpumask_var_t	skipped_cpus;
	struct otr_source *src;
	struct otr_latency latency;
	u64		tracer_bits;
	void		(*header)(struct seq_file *m);
	const struct otr_look *look;
	void		*state;
};

/**
 * struct otr_look - how the records of a tracer are shown, where lines are not enough
 * @wanted: is it asked for, by a view's options? NULL for always
 * @size: bytes of &struct otr_view.state
 * @rewind: forgets what was shown, and sets up the state the first time
 * @header: prints the comment lines above the records; NULL for the usual ones
 * @ahead: prints what a consuming reader is to get before records, called each time that it
 *	   asks for some; false if there is nothing. NULL for nothing ever
 * @print: prints a record; false if it is to be printed as a line. The view's other
 *	   members say what was asked for
 *
 * A dump uses @rewind and @print in any context, NMI included, with OTR_LINE_ATOMIC.
 * Elsewhere all may sleep.
 */
struct otr_look {
	bool	(*wanted)(const struct otr_view *view);
	size_t	(*size)(void);
	void	(*rewind)(struct otr_view *view);
	void	(*header)(const struct otr_view *view, struct seq_file *m);
	bool	(*ahead)(struct otr_view *view, struct seq_buf *out);
	bool	(*print)(struct otr_view *view, const struct otr_item *item,
			 const struct otr_event *ev, struct otr_line *line);
};

struct otr_source;

/**
 * otr_view_shift - how addresses in records are to be taken
 * @view: the view
 *
 * Context: any.
 * Return: what moved since the records were written; NULL where all is where it was, also
 * once a user dropped those of before.
 */
static inline const struct otr_shift *otr_view_shift(const struct otr_view *view)
{
	return otr_area_is_old(view->area) ? &view->area->shift : NULL;
}

/* view.c */
int otr_view_open(struct otr_view *view, struct otr_inst *inst, struct otr_ring *ring, int cpu);
const struct otr_look *otr_view_look(const struct otr_view *view, const struct otr_tracer *tracer);
void otr_view_close(struct otr_view *view);
void otr_view_remember(struct otr_view *view);
void otr_view_rewind(struct otr_view *view);
void otr_view_skip_older(struct otr_view *view);

/* header.c */
void otr_header_title(const struct otr_view *view, struct seq_file *m);
void otr_header_print(const struct otr_view *view, bool empty, struct seq_file *m);

/* line.c */
void otr_line_begin(struct otr_view *view);
void otr_line_print(struct otr_view *view, const struct otr_item *item, u64 next_ts,
		    struct seq_buf *out);

/* columns.c */
void otr_columns_begin(struct otr_view *view);
void otr_columns_print(struct otr_view *view, const struct otr_item *item, struct seq_buf *out);
void otr_columns_flags(const struct otr_rec_head *head, struct seq_buf *out);
char otr_columns_mark(u64 ns);
void otr_columns_latency(const struct otr_view *view, const struct otr_item *item, u64 next_ts,
			 struct seq_buf *out);

/* Longest record that can be shown at a glance, in bytes. */
#define OTR_GLANCE_MAX	8192U

/* source.c */
struct otr_source *otr_source_prepare(void);
void otr_source_glance(struct otr_source *src, struct otr_ring *ring, int cpu);
struct otr_source *otr_source_open(struct otr_ring *ring, int cpu, bool consuming);
void otr_source_close(struct otr_source *src);
void otr_source_begin(struct otr_source *src);
void otr_source_end(struct otr_source *src);
const struct otr_item *otr_source_peek(struct otr_source *src, u64 *next_ts);
void otr_source_again(struct otr_source *src);
void otr_source_next(struct otr_source *src);
const struct otr_item *otr_source_follow(struct otr_source *src);
void otr_source_skip(struct otr_source *src);
bool otr_source_empty(struct otr_source *src);

/* What otr_dump_oops can be, with its end. */
#define OTR_DUMP_OOPS_MAX	100

/* dump.c: rings to the console */
extern char otr_dump_oops[OTR_DUMP_OOPS_MAX];

int otr_output_init(void);
void otr_output_exit(void);
void otr_dump(int cpu);
int otr_dump_prepare(const struct otr_look *look);

#endif /* _OTR_OUTPUT_H */
