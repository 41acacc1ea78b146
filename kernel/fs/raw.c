// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_pipe_raw, snapshot_raw: pages as they are, taken out as they are read.
 *
 * read() copies; splice() moves the very page that was written out of the ring
 * and into the pipe. Every reader takes from the same stream.
 */
#include <linux/mm.h>
#include <linux/pipe_fs_i.h>
#include <linux/slab.h>
#include <linux/splice.h>
#include <linux/uaccess.h>

#include "fs/fs.h"

struct raw_reader {
	struct otr_ring	*ring;
	struct otr_raw	raw;	/* a page, or none yet */
	size_t		given;	/* of a page that was taken out, bytes handed over */
	size_t		size;	/* of that page, 0 for none */
	u64		pos;	/* bytes handed over since the open */
};

static int raw_open(struct otr_file *of)
{
	struct raw_reader *rd = kzalloc(sizeof(*rd), GFP_KERNEL);
	int err;

	if (!rd)
		return -ENOMEM;
	mutex_lock(&otr_inst_lock);
	rd->ring = otr_file_ring(of);
	err = PTR_ERR_OR_ZERO(rd->ring);
	if (of->where.arg == OTR_OF_SNAPSHOT && of->where.inst->tracer->keeps_longest)
		err = -EBUSY;
	if (!err)
		otr_inst_raw_open(of->where.inst);
	mutex_unlock(&otr_inst_lock);
	if (err)
		kfree(rd);
	else
		of->priv = rd;
	return err;
}

static void raw_release(struct otr_file *of)
{
	struct raw_reader *rd = of->priv;

	mutex_lock(&otr_inst_lock);
	otr_inst_raw_close(of->where.inst);
	mutex_unlock(&otr_inst_lock);
	otr_raw_free(&rd->raw);
	kfree(rd);
}

static struct otr_ring *raw_ring_of(struct otr_file *of)
{
	const struct raw_reader *rd = of->priv;

	return rd->ring;
}

/*
 * Take out a page, or as much of one as there is @room for. A whole one has to fit:
 * the size of pages may have changed since the caller looked.
 */
static int raw_take(struct otr_file *of, struct otr_raw *raw, size_t room, bool whole)
{
	struct otr_ring *ring = raw_ring_of(of);
	int err;

	for (;;) {
		err = raw->page ? 0 : otr_raw_alloc(ring, of->where.cpu, raw);
		if (!err && whole && room < PAGE_SIZE << raw->order)
			return -EINVAL;
		if (!err)
			err = otr_raw_read(ring, of->where.cpu, raw, room, whole);
		if (err != -ESTALE)
			return err;
		otr_raw_free(raw);
	}
}

static int raw_read_fill(struct otr_file *of, struct raw_reader *rd, size_t len)
{
	int err;

	while (rd->given >= rd->size) {
		err = raw_take(of, &rd->raw, len, false);
		if (!err) {
			rd->given = 0;
			rd->size = PAGE_SIZE << rd->raw.order;
			break;
		}
		/* Room for no record reads as the end of the file. */
		if (err == -EINVAL)
			return 0;
		if (err == -EAGAIN)
			err = otr_file_wait(of, raw_ring_of(of), 0);
		if (err)
			return err;
		cond_resched();
	}
	return rd->size - rd->given;
}

static ssize_t fs_raw_read(struct otr_file *of, char __user *to, size_t len)
{
	struct raw_reader *rd = of->priv;
	ssize_t have = raw_read_fill(of, rd, len);
	size_t left;

	if (have <= 0)
		return have;
	have = min_t(size_t, have, len);
	left = copy_to_user(to, (void *)rd->raw.page + rd->given, have);
	if (left == have)
		return -EFAULT;
	have -= left;
	rd->given += have;
	rd->pos += have;
	return have;
}

static void raw_spd_release(struct splice_pipe_desc *spd, unsigned int i)
{
	put_page(spd->pages[i]);
}

/* Move pages that the writer is done with. */
static int raw_collect(struct otr_file *of, struct splice_pipe_desc *spd, size_t len)
{
	int err = 0;

	while (spd->nr_pages < spd->nr_pages_max) {
		struct otr_raw raw = {};
		size_t size;

		err = raw_take(of, &raw, len, true);
		if (err) {
			otr_raw_free(&raw);
			break;
		}
		size = PAGE_SIZE << raw.order;
		spd->pages[spd->nr_pages] = otr_raw_give(&raw);
		spd->partial[spd->nr_pages] = (struct partial_page){ .len = size };
		spd->nr_pages++;
		len -= size;
		if (len < size)
			break;
	}
	/* A CPU that was never here has nothing, and waiting for it says so. */
	return spd->nr_pages || err == -EAGAIN || err == -ENODEV ? 0 : err;
}

static ssize_t raw_splice_pages(struct otr_file *of, struct pipe_inode_info *pipe,
				struct splice_pipe_desc *spd, size_t len)
{
	struct otr_inst *inst = of->where.inst;
	bool waited = false;
	int err;

	for (;;) {
		err = raw_collect(of, spd, len);
		if (err || waited || spd->nr_pages)
			break;
		err = otr_file_wait(of, raw_ring_of(of), READ_ONCE(inst->percent));
		/* The user that switched recording off wants us to look no more. */
		if (err || !otr_ring_is_on(raw_ring_of(of)))
			break;
		waited = true;
	}
	return spd->nr_pages ? splice_to_pipe(pipe, spd) : err;
}

static ssize_t raw_splice(struct otr_file *of, struct pipe_inode_info *pipe, size_t len,
			  unsigned int flags)
{
	struct raw_reader *rd = of->priv;
	struct page *pages[PIPE_DEF_BUFFERS];
	struct partial_page partial[PIPE_DEF_BUFFERS];
	struct splice_pipe_desc spd = {
		.pages		= pages,
		.partial	= partial,
		.ops		= &nosteal_pipe_buf_ops,
		.spd_release	= raw_spd_release,
	};
	size_t size = otr_raw_size(raw_ring_of(of), of->where.cpu);
	unsigned int used = pipe_occupancy(pipe->head, pipe->tail);
	ssize_t done;

	/* Whole pages from here on, or none; but first of all there is nothing. */
	if (rd->pos & (size - 1) || len < size)
		return of->nonblock && otr_ring_empty(rd->ring, of->where.cpu) ? -EAGAIN : -EINVAL;
	/* What does not fit into the pipe would be lost. Our caller locked it. */
	spd.nr_pages_max = min(PIPE_DEF_BUFFERS, pipe->max_usage - min(used, pipe->max_usage));
	done = raw_splice_pages(of, pipe, &spd, len & ~(size - 1));
	if (done > 0)
		rd->pos += done;
	return done;
}

static __poll_t raw_poll(struct otr_file *of, struct file *file, poll_table *wait)
{
	struct otr_inst *inst = of->where.inst;

	return otr_ring_poll(raw_ring_of(of), of->where.cpu, file, wait, READ_ONCE(inst->percent));
}

/* Command 0, which no header names: send every task home that waits here. */
static long raw_ioctl(struct otr_file *of, unsigned int cmd, unsigned long arg)
{
	if (cmd)
		return -ENOTTY;
	otr_ring_wake(raw_ring_of(of), of->where.cpu);
	return 0;
}

const struct otr_file_ops otr_raw_ops = {
	.places		= OTR_PLACES_NONE,
	.open		= raw_open,
	.release	= raw_release,
	.read		= fs_raw_read,
	.splice		= raw_splice,
	.poll		= raw_poll,
	.ioctl		= raw_ioctl,
};

/* What was put aside does not come bit by bit: nobody waits for more of it. */
const struct otr_file_ops otr_snapshot_raw_ops = {
	.places		= OTR_PLACES_NONE,
	.open		= raw_open,
	.release	= raw_release,
	.read		= fs_raw_read,
	.splice		= raw_splice,
};
