// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files that blktrace reads, one for each CPU: channels of the kernel's relay.
 *
 * A record names its task by a number, so the first record of a task on a CPU has one in
 * front of it that says the task's name; so has the first one after the name changed.
 */
#include <linux/cpu.h>
#include <linux/debugfs.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/relay.h>
#include <linux/slab.h>

#include "blk/internal.h"

/* Tasks that a CPU remembers, as a power of two. One that is forgotten is named again. */
#define CHAN_TASK_BITS	6

/**
 * struct chan_cpu - what a CPU remembers, used on that CPU with interrupts off
 * @sequence: number of the last record
 * @tasks: those that were named already
 */
struct chan_cpu {
	u32		sequence;
	struct {
		pid_t	pid;
		char	comm[TASK_COMM_LEN];
	} tasks[1 << CHAN_TASK_BITS];
};

/**
 * struct otr_blk_chan - the files of a disk
 * @relay: their memory
 * @cpus: what CPUs remember
 * @dir: where the files are
 * @dropped: how often there was no room for a record
 */
struct otr_blk_chan {
	struct rchan			*relay;
	struct chan_cpu __percpu	*cpus;
	struct dentry			*dir;
	atomic_t			dropped;
};

static int chan_next_part(struct rchan_buf *buf, void *part, void *last, size_t unused)
{
	struct otr_blk_chan *chan = buf->chan->private_data;

	if (!relay_buf_full(buf))
		return 1;
	atomic_inc(&chan->dropped);
	return 0;
}

/*
 * When a disk goes, the block layer takes the directory away with all that is in it. Then
 * the file is not there any more, but its dentry is, as we have a reference. A CPU that comes
 * up behind that, while the last requests end, gets memory without a file: relay, told of an
 * error, takes the first CPU's memory for that of the one that came.
 */
static struct dentry *chan_create_file(const char *name, struct dentry *dir, umode_t mode,
				       struct rchan_buf *buf, int *is_global)
{
	struct dentry *file = debugfs_create_file(name, mode, dir, buf, &relay_file_operations);

	if (IS_ERR(file))
		return d_unhashed(dir) ? dget(dir) : file;
	return dget(file);
}

static int chan_remove_file(struct dentry *file)
{
	if (!d_unhashed(file))
		debugfs_remove(file);
	dput(file);
	return 0;
}

static const struct rchan_callbacks chan_callbacks = {
	.subbuf_start		= chan_next_part,
	.create_buf_file	= chan_create_file,
	.remove_buf_file	= chan_remove_file,
};

/**
 * otr_blk_chan_create - make the files of blktrace
 * @dir: where
 * @size: bytes of each part of a file's memory
 * @nr: how many parts
 *
 * Context: the queue's debugfs_mutex held, sleeps.
 * Return: the files; -EIO when relay has no room for them, or the names are taken; -ENOMEM.
 */
struct otr_blk_chan *otr_blk_chan_create(struct dentry *dir, size_t size, size_t nr)
{
	struct otr_blk_chan *chan = kzalloc(sizeof(*chan), GFP_KERNEL);
	int err = -ENOMEM;

	if (!chan)
		return ERR_PTR(-ENOMEM);
	chan->dir = dget(dir);
	chan->cpus = alloc_percpu(struct chan_cpu);
	if (chan->cpus) {
		/* A CPU that is about to come would be left out. */
		cpus_read_lock();
		chan->relay = relay_open("trace", dir, size, nr, &chan_callbacks, chan);
		cpus_read_unlock();
		err = -EIO;
	}
	if (chan->relay)
		return chan;
	otr_blk_chan_destroy(chan);
	return ERR_PTR(err);
}

/**
 * otr_blk_chan_destroy - the counterpart of otr_blk_chan_create()
 * @chan: files into which nobody writes any more; a program that has one open keeps what is in it
 *
 * Context: the queue's debugfs_mutex held, sleeps.
 */
void otr_blk_chan_destroy(struct otr_blk_chan *chan)
{
	relay_close(chan->relay);
	free_percpu(chan->cpus);
	dput(chan->dir);
	kfree(chan);
}

/**
 * otr_blk_chan_begin - forget which tasks were named
 * @chan: files into which nobody writes at the moment
 *
 * Context: the queue's debugfs_mutex held.
 */
void otr_blk_chan_begin(struct otr_blk_chan *chan)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct chan_cpu *here = per_cpu_ptr(chan->cpus, cpu);

		memset(here->tasks, 0, sizeof(here->tasks));
	}
}

/**
 * otr_blk_chan_flush - let readers have what there is
 * @chan: files into which nobody writes at the moment
 *
 * Context: the queue's debugfs_mutex held, sleeps.
 */
void otr_blk_chan_flush(struct otr_blk_chan *chan)
{
	relay_flush(chan->relay);
}

/**
 * otr_blk_chan_dropped - how often was there no room?
 * @chan: the files
 *
 * Context: any.
 * Return: how often.
 */
unsigned int otr_blk_chan_dropped(const struct otr_blk_chan *chan)
{
	return atomic_read(&chan->dropped);
}

/**
 * otr_blk_chan_reserve - find room for a record in this CPU's file
 * @chan: the files
 * @more: bytes behind the record
 *
 * Context: interrupts off until it is filled in.
 * Return: the room, NULL if there is none.
 */
struct blk_io_trace *otr_blk_chan_reserve(struct otr_blk_chan *chan, unsigned int more)
{
	return relay_reserve(chan->relay, sizeof(struct blk_io_trace) + more);
}

/**
 * otr_blk_chan_next - number a record
 * @chan: the files
 *
 * Context: interrupts off.
 * Return: the number of this CPU's next record.
 */
u32 otr_blk_chan_next(struct otr_blk_chan *chan)
{
	return ++this_cpu_ptr(chan->cpus)->sequence;
}

/**
 * otr_blk_chan_meet - is the name of the current task to be told?
 * @chan: the files
 *
 * Context: interrupts off.
 * Return: its name, TASK_COMM_LEN bytes; NULL if this CPU's file has it.
 */
const char *otr_blk_chan_meet(struct otr_blk_chan *chan)
{
	unsigned int at = hash_32(current->pid, CHAN_TASK_BITS);
	struct chan_cpu *here = this_cpu_ptr(chan->cpus);
	char comm[TASK_COMM_LEN];

	/* Another thread may be changing it: what is told is what is remembered. */
	memcpy(comm, current->comm, sizeof(comm));
	if (here->tasks[at].pid == current->pid &&
	    !memcmp(here->tasks[at].comm, comm, sizeof(comm)))
		return NULL;
	here->tasks[at].pid = current->pid;
	memcpy(here->tasks[at].comm, comm, sizeof(comm));
	return here->tasks[at].comm;
}

/**
 * otr_blk_chan_forget - there was no room for the current task's name
 * @chan: the files
 *
 * Context: interrupts off since otr_blk_chan_meet().
 */
void otr_blk_chan_forget(struct otr_blk_chan *chan)
{
	struct chan_cpu *here = this_cpu_ptr(chan->cpus);

	here->tasks[hash_32(current->pid, CHAN_TASK_BITS)].comm[0] = '\0';
}
