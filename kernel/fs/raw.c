// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_pipe_raw, snapshot_raw: pages as they are, taken out as they are read.
 *
 * read() copies; splice() moves the very page that was written out of the ring
 * and into the pipe; mmap() has all pages stay, and an ioctl tells which one to read.
 * Every reader takes from the same stream.
 */
#include <linux/mm.h>
#include <linux/pipe_fs_i.h>
#include <linux/slab.h>
#include <linux/splice.h>
#include <linux/uaccess.h>

#include <uapi/linux/trace_mmap.h>

#include "fs/fs.h"

/* What programs are told is what that header says. */
static_assert(sizeof(struct otr_map_head) == sizeof(struct trace_buffer_meta));
static_assert(offsetof(struct otr_map_head, nr) == offsetof(struct trace_buffer_meta, nr_subbufs));
static_assert(offsetof(struct otr_map_head, reader.id) ==
	      offsetof(struct trace_buffer_meta, reader.id));
static_assert(offsetof(struct otr_map_head, read) == offsetof(struct trace_buffer_meta, read));

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

/* On to the next page that was mapped; it is waited for as a reader waits. */
static long raw_ioctl_take(struct otr_file *of, const struct file *file)
{
	struct otr_ring *ring = raw_ring_of(of);
	int err = 0;

	if (!(file->f_flags & O_NONBLOCK))
		err = otr_ring_wait(ring, of->where.cpu, READ_ONCE(of->where.inst->percent));
	return err ?: otr_map_take(ring, of->where.cpu);
}

/* Command 0, which no header names: send every task home that waits here. */
static long raw_ioctl(struct otr_file *of, struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd == TRACE_MMAP_IOCTL_GET_READER)
		return raw_ioctl_take(of, file);
	if (cmd)
		return -ENOTTY;
	otr_ring_wake(raw_ring_of(of), of->where.cpu);
	return 0;
}

/*
 * What a mapping was copied to, as when it is moved: both end on their own. That it is there
 * says that there was one to begin with, so nobody can be in the way.
 */
static void raw_map_open(struct vm_area_struct *vma)
{
	struct otr_file *of = vma->vm_private_data;

	WARN_ON_ONCE(otr_inst_map(of->where.inst));
	WARN_ON_ONCE(IS_ERR(otr_map_get(raw_ring_of(of), of->where.cpu)));
}

static void raw_map_close(struct vm_area_struct *vma)
{
	struct otr_file *of = vma->vm_private_data;

	otr_map_put(raw_ring_of(of), of->where.cpu);
	otr_inst_unmap(of->where.inst);
}

/* All of it or nothing. */
static int raw_map_may_split(struct vm_area_struct *vma, unsigned long address)
{
	return -EINVAL;
}

static const struct vm_operations_struct raw_map_ops = {
	.open		= raw_map_open,
	.close		= raw_map_close,
	.may_split	= raw_map_may_split,
};

/* Is that how pages can be mapped: read only, from where one begins, and no more than there are? */
static int raw_map_check(struct vm_area_struct *vma, const struct otr_map *map)
{
	unsigned long all = (map->nr + 1UL) << map->order;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC) || !(vma->vm_flags & VM_MAYSHARE))
		return -EPERM;
	if (vma->vm_pgoff & ((1UL << map->order) - 1) || vma->vm_pgoff >= all ||
	    vma_pages(vma) > all - vma->vm_pgoff)
		return -EINVAL;
	return 0;
}

static int raw_map_insert(struct vm_area_struct *vma, const struct otr_map *map)
{
	unsigned long nr = vma_pages(vma), left = nr, i;
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int err;

	if (!pages)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		pages[i] = otr_map_page(map, vma->vm_pgoff + i) ?: ZERO_PAGE(0);
	err = vm_insert_pages(vma, vma->vm_start, pages, &left);
	kvfree(pages);
	return err;
}

static int raw_map(struct otr_file *of, struct vm_area_struct *vma)
{
	const struct otr_map *map = otr_map_get(raw_ring_of(of), of->where.cpu);
	int err = PTR_ERR_OR_ZERO(map);

	if (err)
		return err;
	err = raw_map_check(vma, map);
	if (!err) {
		/* A child does not have it, and nobody writes there, whatever it asks for later. */
		vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE);
		err = raw_map_insert(vma, map);
	}
	if (err)
		otr_map_put(raw_ring_of(of), of->where.cpu);
	return err;
}

/* Where somebody may take a snapshot no program has pages, and the other way round. */
static int raw_mmap(struct otr_file *of, struct vm_area_struct *vma)
{
	int err = otr_inst_map(of->where.inst);

	if (err)
		return err;
	err = raw_map(of, vma);
	if (err) {
		otr_inst_unmap(of->where.inst);
		return err;
	}
	vma->vm_private_data = of;
	vma->vm_ops = &raw_map_ops;
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
	.mmap		= raw_mmap,
};

/* What was put aside does not come bit by bit: nobody waits for more of it. */
const struct otr_file_ops otr_snapshot_raw_ops = {
	.places		= OTR_PLACES_NONE,
	.open		= raw_open,
	.release	= raw_release,
	.read		= fs_raw_read,
	.splice		= raw_splice,
};
