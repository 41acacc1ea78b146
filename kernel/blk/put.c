// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which records are wanted, and where they go.
 *
 * One place at a time: while the tracer is current and records, its ring; else the files
 * of blktrace, if it runs on the disk.
 */
#include <linux/ktime.h>
#include <linux/xarray.h>

#include "blk/internal.h"

static_assert(sizeof(struct otr_rec_blk) == sizeof(struct blk_io_trace));
static_assert(offsetof(struct otr_rec_blk, sector) == offsetof(struct blk_io_trace, sector));
static_assert(offsetof(struct otr_rec_blk, more_len) == offsetof(struct blk_io_trace, pdu_len));

/* What is traced, by the number of the queue. */
static DEFINE_XARRAY(put_all);

/* Whose ring gets the records, NULL for nobody's. The instance stays as long as we do. */
static struct otr_inst *put_inst;

u64 otr_blk_style;

/**
 * otr_blk_show_up - let probes find what is traced of a disk
 * @blk: it
 *
 * Context: the queue's debugfs_mutex held.
 * Return: 0; -EBUSY when there is one already; -ENOMEM.
 */
int otr_blk_show_up(struct otr_blk *blk)
{
	return xa_insert(&put_all, blk->queue->id, blk, GFP_KERNEL);
}

/**
 * otr_blk_vanish - the counterpart of otr_blk_show_up()
 * @blk: what no probe uses any more on return
 *
 * Context: the queue's debugfs_mutex held; waits for RCU.
 */
void otr_blk_vanish(struct otr_blk *blk)
{
	xa_erase(&put_all, blk->queue->id);
	synchronize_rcu();
}

/**
 * otr_blk_find - what is traced of a disk
 * @queue: its queue
 *
 * Context: any, with preemption off, or the queue's debugfs_mutex held.
 * Return: it, NULL for nothing.
 */
struct otr_blk *otr_blk_find(const struct request_queue *queue)
{
	return xa_load(&put_all, queue->id);
}

/**
 * otr_blk_aim - say whose ring gets the records
 * @inst: the instance; NULL for nobody's, and none is written into a ring on return
 *
 * Context: otr_tracer_lock held; waits for RCU.
 */
void otr_blk_aim(struct otr_inst *inst)
{
	WRITE_ONCE(put_inst, inst);
	if (!inst)
		synchronize_rcu();
}

/* Of what kind a request is. */
static u32 put_kind(blk_opf_t opf)
{
	enum req_op op = opf & REQ_OP_MASK;
	u32 kind = op_is_write(op) ? BLK_TC_WRITE : BLK_TC_READ;

	if (op == REQ_OP_DISCARD || op == REQ_OP_SECURE_ERASE)
		kind |= BLK_TC_DISCARD;
	if (op == REQ_OP_FLUSH || opf & REQ_PREFLUSH)
		kind |= BLK_TC_FLUSH;
	if (opf & REQ_FUA)
		kind |= BLK_TC_FUA;
	if (opf & REQ_RAHEAD)
		kind |= BLK_TC_AHEAD;
	if (opf & REQ_SYNC)
		kind |= BLK_TC_SYNC;
	if (opf & REQ_META)
		kind |= BLK_TC_META;
	return BLK_TC_ACT(kind);
}

static bool put_wanted(const struct otr_blk *blk, const struct otr_blk_io *io)
{
	u32 pid = READ_ONCE(blk->pid);

	if (!(io->what & BLK_TC_ACT((u32)READ_ONCE(blk->act_mask))))
		return false;
	if (io->sector && (io->sector < READ_ONCE(blk->start_lba) ||
			   io->sector > READ_ONCE(blk->end_lba)))
		return false;
	return !pid || pid == current->pid;
}

/* What stands behind the record itself. */
static unsigned int put_more(const struct otr_blk_io *io)
{
	return io->more_len + (io->cgroup ? sizeof(io->cgroup) : 0);
}

/* All but what stands in front, which is another thing in either place. */
static void put_fill(struct blk_io_trace *rec, const struct otr_blk *blk,
		     const struct otr_blk_io *io)
{
	void *more = rec + 1;

	rec->sector = io->sector;
	rec->bytes = io->bytes;
	rec->action = io->what;
	rec->pid = current->pid;
	rec->device = blk->dev;
	rec->cpu = raw_smp_processor_id();
	rec->error = io->error;
	rec->pdu_len = put_more(io);
	if (io->cgroup) {
		memcpy(more, &io->cgroup, sizeof(io->cgroup));
		more += sizeof(io->cgroup);
	}
	memcpy(more, io->more, io->more_len);
}

/* Preemption is off. */
static void put_in_ring(struct otr_inst *inst, const struct otr_blk *blk,
			const struct otr_blk_io *io)
{
	struct otr_rec rec __uninitialized;
	struct blk_io_trace *out;

	out = otr_ring_begin(inst->ring, &rec, sizeof(*out) + put_more(io));
	if (!out)
		return;
	/* As users know these records: our level of preemption counts, and interrupts are off. */
	*(u64 *)out = otr_ctx_word_less(0) | OTR_CTX_IRQS_OFF << OTR_CTX_FLAGS_SHIFT |
		      OTR_TYPE_BLK | (u64)current->pid << 32;
	out->time = 0;
	put_fill(out, blk, io);
	otr_ring_end(&rec);
	otr_comm_want(READ_ONCE(inst->remember));
	if (unlikely(otr_inst_option(inst, OTR_OPT_STACKTRACE)))
		otr_stack_record(inst->ring, io->from);
}

/* Interrupts are off. */
static bool put_note(const struct otr_blk *blk, const struct otr_blk_io *io, u32 pid)
{
	struct blk_io_trace *out = otr_blk_chan_reserve(blk->chan, put_more(io));

	if (!out)
		return false;
	out->magic = BLK_IO_TRACE_MAGIC | BLK_IO_TRACE_VERSION;
	out->sequence = 0;
	out->time = ktime_get_ns();
	put_fill(out, blk, io);
	out->pid = pid;
	return true;
}

static void put_in_chan(const struct otr_blk *blk, const struct otr_blk_io *io)
{
	struct otr_blk_io task = { .what = BLK_TN_PROCESS, .more_len = TASK_COMM_LEN };
	struct blk_io_trace *out;
	unsigned long flags;

	/* The place in the CPU's file is for one at a time. */
	local_irq_save(flags);
	task.more = otr_blk_chan_meet(blk->chan);
	if (task.more && !put_note(blk, &task, current->pid))
		otr_blk_chan_forget(blk->chan);
	out = otr_blk_chan_reserve(blk->chan, put_more(io));
	if (out) {
		out->magic = BLK_IO_TRACE_MAGIC | BLK_IO_TRACE_VERSION;
		out->sequence = otr_blk_chan_next(blk->chan);
		out->time = ktime_get_ns();
		put_fill(out, blk, io);
	}
	local_irq_restore(flags);
}

static bool put_runs(const struct otr_blk *blk)
{
	/* Pairs with otr_blk_start(). */
	return IS_ENABLED(CONFIG_RELAY) && smp_load_acquire(&blk->state) == OTR_BLK_RUNNING;
}

/**
 * otr_blk_put - record what happened to a request
 * @blk: of which disk
 * @io: what happened; what it is to do is added to its &struct otr_blk_io.what
 *
 * Context: any but NMI, preemption off.
 */
void otr_blk_put(const struct otr_blk *blk, struct otr_blk_io *io)
{
	struct otr_inst *inst = READ_ONCE(put_inst);

	if (!inst && !put_runs(blk))
		return;
	io->what |= put_kind(io->opf);
	if (io->cgroup)
		io->what |= __BLK_TA_CGROUP;
	if (!put_wanted(blk, io))
		return;
	if (inst)
		put_in_ring(inst, blk, io);
	else
		put_in_chan(blk, io);
}

/**
 * otr_blk_say - record a message
 * @blk: about which disk
 * @text: the message
 * @len: its length
 *
 * Context: sleeps not, but runs in a task.
 */
void otr_blk_say(const struct otr_blk *blk, const char *text, unsigned int len)
{
	struct otr_blk_io io = {
		.what		= BLK_TN_MESSAGE,
		/* It is from nobody's group: from that of all. */
		.cgroup		= IS_ENABLED(CONFIG_BLK_CGROUP),
		.more		= text,
		.more_len	= len,
		.from		= _RET_IP_,
	};
	struct otr_inst *inst;
	unsigned long flags;

	if (!(READ_ONCE(blk->act_mask) & BLK_TC_NOTIFY))
		return;
	if (io.cgroup)
		io.what |= __BLK_TN_CGROUP;
	local_irq_save(flags);
	inst = READ_ONCE(put_inst);
	if (inst)
		put_in_ring(inst, blk, &io);
	else if (put_runs(blk))
		put_note(blk, &io, current->pid);
	local_irq_restore(flags);
}

/**
 * otr_blk_say_time - say in the files of blktrace how late it is
 * @blk: of which disk
 *
 * Context: the queue's debugfs_mutex held, @blk has files.
 */
void otr_blk_say_time(const struct otr_blk *blk)
{
	struct timespec64 now;
	struct otr_blk_io io = { .what = BLK_TN_TIMESTAMP };
	unsigned long flags;
	u32 words[2];

	ktime_get_real_ts64(&now);
	words[0] = now.tv_sec;
	words[1] = now.tv_nsec;
	io.more = words;
	io.more_len = sizeof(words);
	local_irq_save(flags);
	put_note(blk, &io, 0);
	local_irq_restore(flags);
}
