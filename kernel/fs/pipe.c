// SPDX-License-Identifier: GPL-2.0-only
/* trace_pipe: the records as text, taken out as they are read. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "fs/fs.h"
#include "output/output.h"

/* Text that is collected before it is handed over, and room for another line. */
#define BATCH		(PAGE_SIZE + OTR_LINE_MAX)

struct pipe_reader {
	struct otr_view		view;
	struct otr_source	*src;
	bool			read_some;	/* records were read since the open */
	size_t			given;		/* of @text, bytes already handed over */
	struct seq_buf		out;
	char			text[BATCH];
};

static int pipe_open(struct otr_file *of)
{
	struct otr_inst *inst = of->where.inst;
	struct pipe_reader *rd = kvzalloc(sizeof(*rd), GFP_KERNEL);
	int err;

	if (!rd)
		return -ENOMEM;
	seq_buf_init(&rd->out, rd->text, sizeof(rd->text));
	mutex_lock(&otr_inst_lock);
	err = otr_inst_pipe_open(inst, of->where.cpu);
	if (err)
		goto fail;
	err = otr_view_open(&rd->view, inst, inst->ring, of->where.cpu);
	if (err)
		goto close;
	/* A stream has no start to point out. */
	rd->view.annotate = false;
	rd->src = otr_source_open(inst->ring, of->where.cpu, true);
	if (IS_ERR(rd->src)) {
		err = PTR_ERR(rd->src);
		otr_view_close(&rd->view);
		goto close;
	}
	rd->view.src = rd->src;
	mutex_unlock(&otr_inst_lock);
	of->priv = rd;
	return 0;
close:
	otr_inst_pipe_close(inst, of->where.cpu);
fail:
	mutex_unlock(&otr_inst_lock);
	kvfree(rd);
	return err;
}

static void pipe_release(struct otr_file *of)
{
	struct pipe_reader *rd = of->priv;

	mutex_lock(&otr_inst_lock);
	otr_inst_pipe_close(of->where.inst, of->where.cpu);
	mutex_unlock(&otr_inst_lock);
	otr_source_close(rd->src);
	otr_view_close(&rd->view);
	kvfree(rd);
}

/*
 * Nothing was there: wait. 1: look again. 0: there will be nothing, recording was
 * off already and this reader has got something. A reader that came before
 * recording was switched on goes on waiting.
 */
static int pipe_wait_for_record(struct otr_file *of, const struct pipe_reader *rd, bool on)
{
	if (!of->nonblock && !on && rd->read_some)
		return 0;
	return otr_file_wait(of, of->where.inst->ring, 0) ?: 1;
}

/* Print one record, for which there is room; false without one. */
static bool pipe_collect_one(struct pipe_reader *rd)
{
	bool latency = rd->view.options & OTR_OPT(LATENCY_FORMAT);
	size_t before = rd->out.len;
	const struct otr_item *item;
	u64 next_ts = 0;

	item = otr_source_peek(rd->src, latency ? &next_ts : NULL);
	if (!item)
		return false;
	otr_line_print(&rd->view, item, next_ts, &rd->out);
	if (seq_buf_has_overflowed(&rd->out)) {
		rd->out.len = before;
		seq_buf_puts(&rd->out, "[LINE TOO BIG]\n");
	}
	otr_source_next(rd->src);
	rd->view.index++;
	return true;
}

/* Records of a round: a tracer's look may have no text for any of them. */
#define ROUND		1024

/* True if there may be more, though what is wanted is not there. */
static bool pipe_collect(struct pipe_reader *rd, size_t wanted)
{
	unsigned int left = ROUND;

	otr_view_remember(&rd->view);
	otr_event_lock();
	otr_line_begin(&rd->view);
	otr_source_begin(rd->src);
	while (left && seq_buf_used(&rd->out) < wanted && pipe_collect_one(rd)) {
		rd->read_some = true;
		left--;
	}
	otr_source_end(rd->src);
	otr_event_unlock();
	return !left;
}

/* What the tracer has to say before its records. */
static bool pipe_is_ahead(struct pipe_reader *rd)
{
	const struct otr_look *look = rd->view.look;

	return look && look->ahead && look->ahead(&rd->view, &rd->out);
}

/* Make sure that there is text to hand over: its length, 0, or an errno. */
static ssize_t pipe_fill(struct otr_file *of, struct pipe_reader *rd, size_t wanted)
{
	bool on, again;
	int more;

	while (rd->given >= seq_buf_used(&rd->out)) {
		seq_buf_clear(&rd->out);
		rd->given = 0;
		/* Before what it recorded is looked for. */
		on = otr_ring_is_on(of->where.inst->ring);
		if (pipe_is_ahead(rd))
			break;
		/* Whole lines, where they fit into what was asked for. */
		again = pipe_collect(rd, min_t(size_t, wanted, PAGE_SIZE));
		if (seq_buf_used(&rd->out))
			break;
		if (again && signal_pending(current))
			return -ERESTARTSYS;
		more = again ? 1 : pipe_wait_for_record(of, rd, on);
		if (more <= 0)
			return more;
		cond_resched();
	}
	return seq_buf_used(&rd->out) - rd->given;
}

static ssize_t pipe_read(struct otr_file *of, char __user *to, size_t len)
{
	struct pipe_reader *rd = of->priv;
	ssize_t have = pipe_fill(of, rd, len);
	size_t left;

	if (have <= 0)
		return have;
	have = min_t(size_t, have, len);
	left = copy_to_user(to, rd->text + rd->given, have);
	if (left == have)
		return -EFAULT;
	have -= left;
	rd->given += have;
	return have;
}

static void pipe_spd_release(struct splice_pipe_desc *spd, unsigned int i)
{
	__free_page(spd->pages[i]);
}

static ssize_t pipe_splice(struct otr_file *of, struct pipe_inode_info *pipe, size_t len,
			   unsigned int flags)
{
	struct pipe_reader *rd = of->priv;
	struct page *page;
	struct partial_page partial = {};
	struct splice_pipe_desc spd = {
		.pages		= &page,
		.partial	= &partial,
		.nr_pages	= 1,
		.nr_pages_max	= 1,
		.ops		= &nosteal_pipe_buf_ops,
		.spd_release	= pipe_spd_release,
	};
	ssize_t have = pipe_fill(of, rd, len);

	if (have <= 0)
		return have;
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	partial.len = min3((size_t)have, len, (size_t)PAGE_SIZE);
	memcpy(page_address(page), rd->text + rd->given, partial.len);
	rd->given += partial.len;
	return splice_to_pipe(pipe, &spd);
}

static __poll_t pipe_poll(struct otr_file *of, struct file *file, poll_table *wait)
{
	struct otr_inst *inst = of->where.inst;

	if (otr_inst_option(inst, OTR_OPT_BLOCK))
		return EPOLLIN | EPOLLRDNORM;
	return otr_ring_poll(inst->ring, of->where.cpu, file, wait, READ_ONCE(inst->percent));
}

const struct otr_file_ops otr_pipe_ops = {
	.places		= OTR_PLACES_NONE,
	.open		= pipe_open,
	.release	= pipe_release,
	.read		= pipe_read,
	.splice		= pipe_splice,
	.poll		= pipe_poll,
};
