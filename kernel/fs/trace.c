// SPDX-License-Identifier: GPL-2.0-only
/* trace, snapshot: records as text, read without taking them out. */
#include <linux/slab.h>

#include "fs/fs.h"
#include "output/output.h"

/* What a reader of the file carries. */
struct reader {
	struct otr_view		view;
	struct otr_source	*src;	/* NULL until the first read */
	loff_t			pos;	/* of the record that is current in @src */
	bool			paused;
	bool			printed;	/* the current record is in @line */
	bool			ended;		/* what read() has not told yet */
	struct seq_buf		line;
	char			text[OTR_LINE_MAX];
};

static int trace_reader_rewind(struct reader *rd)
{
	struct otr_source *src = otr_source_open(rd->view.ring, rd->view.cpu, false);

	if (IS_ERR(src))
		return PTR_ERR(src);
	if (rd->src)
		otr_source_close(rd->src);
	rd->src = src;
	rd->view.src = src;
	rd->pos = 1;
	rd->printed = false;
	rd->ended = false;
	otr_view_remember(&rd->view);
	otr_view_rewind(&rd->view);
	otr_view_skip_older(&rd->view);
	return 0;
}

static void trace_reader_advance(struct reader *rd)
{
	otr_source_next(rd->src);
	rd->view.index++;
	rd->pos++;
	rd->printed = false;
}

/* Once: seq_file asks again when it had no room for the text. */
static void trace_reader_print(struct reader *rd)
{
	bool latency = rd->view.options & OTR_OPT(LATENCY_FORMAT);
	const struct otr_item *item;
	u64 next_ts = 0;

	if (rd->printed)
		return;
	seq_buf_init(&rd->line, rd->text, sizeof(rd->text));
	item = otr_source_peek(rd->src, latency ? &next_ts : NULL);
	otr_line_print(&rd->view, item, next_ts, &rd->line);
	rd->printed = true;
}

/* Position 0 is the header, record number n is at position n, from 1. */
static void *trace_start(struct seq_file *m, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct reader *rd = of->priv;
	int err;

	otr_event_lock();
	if (of->where.arg == OTR_OF_SNAPSHOT &&
	    READ_ONCE(of->where.inst->tracer)->keeps_longest)
		return ERR_PTR(-EBUSY);
	otr_line_begin(&rd->view);
	if (!rd->src || *pos < rd->pos - 1) {
		err = trace_reader_rewind(rd);
		if (err)
			return ERR_PTR(err);
	}
	if (!*pos)
		return SEQ_START_TOKEN;
	/* Records that came meanwhile are shown to readers that read on behind the end. */
	if (rd->ended) {
		rd->ended = false;
		return NULL;
	}
	otr_source_again(rd->src);
	while (rd->pos < *pos && otr_source_peek(rd->src, NULL)) {
		/* How a record looks may depend on those before it. */
		if (rd->view.look)
			trace_reader_print(rd);
		trace_reader_advance(rd);
		cond_resched();
	}
	return otr_source_peek(rd->src, NULL) ? rd : NULL;
}

static void *trace_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct otr_file *of = m->private;
	struct reader *rd = of->priv;

	++*pos;
	if (v != SEQ_START_TOKEN)
		trace_reader_advance(rd);
	rd->ended = !otr_source_peek(rd->src, NULL);
	return rd->ended ? NULL : rd;
}

static void trace_stop(struct seq_file *m, void *v)
{
	otr_event_unlock();
}

static void trace_print_header(struct otr_file *of, struct reader *rd, struct seq_file *m)
{
	bool empty = otr_source_empty(rd->src);

	if (!empty || of->where.arg != OTR_OF_SNAPSHOT) {
		otr_header_print(&rd->view, empty, m);
		return;
	}
	otr_header_title(&rd->view, m);
	otr_snapshot_help(&of->where, m);
}

static int trace_show(struct seq_file *m, void *v)
{
	struct otr_file *of = m->private;
	struct reader *rd = of->priv;

	if (v == SEQ_START_TOKEN) {
		trace_print_header(of, rd, m);
		return 0;
	}
	trace_reader_print(rd);
	if (seq_buf_has_overflowed(&rd->line))
		seq_puts(m, "[LINE TOO BIG]\n");
	else
		seq_write(m, rd->text, seq_buf_used(&rd->line));
	return 0;
}

/* What a tracer put aside is what its trace is. */
static struct otr_ring *trace_ring(struct otr_file *of)
{
	if (of->where.inst->tracer->keeps_longest)
		return otr_snapshot_ring(of->where.inst);
	return otr_file_ring(of);
}

/* Empty what is shown, for a file that is opened to be written. */
static int trace_truncate(struct otr_file *of)
{
	struct otr_inst *inst = of->where.inst;

	if (of->where.arg == OTR_OF_SNAPSHOT)
		return 0;
	if (inst->tracer->keeps_longest)
		return otr_ring_reset(inst->snapshot, of->where.cpu);
	return otr_inst_reset(inst, of->where.cpu);
}

static int trace_reader_open(struct otr_file *of, struct reader *rd)
{
	struct otr_inst *inst = of->where.inst;
	struct otr_ring *ring = trace_ring(of);
	int err;

	if (IS_ERR(ring))
		return PTR_ERR(ring);
	err = otr_view_open(&rd->view, inst, ring, of->where.cpu);
	/* What a user put aside does not change while it is read. */
	if (!err && of->where.arg != OTR_OF_SNAPSHOT &&
	    otr_inst_option(inst, OTR_OPT_PAUSE_ON_TRACE)) {
		otr_inst_pause(inst);
		rd->paused = true;
	}
	return err;
}

static int trace_open(struct otr_file *of)
{
	struct reader *rd = NULL;
	int err = 0;

	if (of->reading) {
		rd = kvzalloc(sizeof(*rd), GFP_KERNEL);
		if (!rd)
			return -ENOMEM;
	}
	if (of->truncate)
		mutex_lock(&otr_shape_lock);
	mutex_lock(&otr_inst_lock);
	if (of->truncate)
		err = trace_truncate(of);
	if (rd && !err)
		err = trace_reader_open(of, rd);
	mutex_unlock(&otr_inst_lock);
	if (of->truncate)
		mutex_unlock(&otr_shape_lock);
	if (err) {
		kvfree(rd);
		return err;
	}
	of->priv = rd;
	return 0;
}

static void trace_release(struct otr_file *of)
{
	struct reader *rd = of->priv;

	if (!rd)
		return;
	if (rd->paused) {
		mutex_lock(&otr_inst_lock);
		otr_inst_resume(of->where.inst);
		mutex_unlock(&otr_inst_lock);
	}
	if (rd->src)
		otr_source_close(rd->src);
	otr_view_close(&rd->view);
	kvfree(rd);
}

/* "echo > trace" empties the ring by opening; what it writes means nothing. */
static ssize_t trace_write(struct otr_file *of, char *text, size_t len)
{
	return len;
}

static const struct seq_operations trace_walk = {
	.start	= trace_start,
	.next	= trace_next,
	.stop	= trace_stop,
	.show	= trace_show,
};

const struct otr_file_ops otr_trace_ops = {
	.drops		= true,
	.open		= trace_open,
	.release	= trace_release,
	.walk		= &trace_walk,
	.write		= trace_write,
	.places		= OTR_PLACES_READ,
	.moves		= OTR_MOVES_NOT,
};

const struct otr_file_ops otr_snapshot_ops = {
	.open		= trace_open,
	.release	= trace_release,
	.walk		= &trace_walk,
	.write_number	= otr_snapshot_write,
	.places		= OTR_PLACES_READ,
};
