// SPDX-License-Identifier: GPL-2.0-only
/* What is traced of a disk: its beginning, its end, and the files that tell of it. */
#include <linux/debugfs.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "blk/internal.h"

/* A user that is let into the directory may write there, as in-tree. */
#define MSG_MODE	0222

/* How many disks are traced. Probes are there while there is one. */
static DEFINE_MUTEX(trace_probes_lock);
static unsigned int trace_probes_users;

static int trace_probes_get(void)
{
	int err = 0;

	guard(mutex)(&trace_probes_lock);
	if (!trace_probes_users)
		err = otr_blk_probes_add();
	if (!err)
		trace_probes_users++;
	return err;
}

static void trace_probes_put(void)
{
	guard(mutex)(&trace_probes_lock);
	if (!--trace_probes_users)
		otr_blk_probes_remove();
}

static ssize_t trace_dropped_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	const struct otr_blk *blk = file->private_data;
	char text[16];
	int nr = scnprintf(text, sizeof(text), "%u\n", otr_blk_chan_dropped(blk->chan));

	return simple_read_from_buffer(to, len, pos, text, nr);
}

static const struct file_operations trace_dropped_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= trace_dropped_read,
	.llseek	= default_llseek,
};

static ssize_t trace_msg_write(struct file *file, const char __user *from, size_t len,
			       loff_t *pos)
{
	char text[OTR_BLK_MESSAGE_MAX];

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	/* It is a text, which ends with a zero. */
	otr_blk_say(file->private_data, text, strnlen(text, len));
	return len;
}

static const struct file_operations trace_msg_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= trace_msg_write,
	.llseek	= noop_llseek,
};

/*
 * The directory of blktrace's files: a disk's own, which the block layer made and takes
 * away, or one for as long as a partition is traced.
 */
static struct dentry *trace_dir_get(struct block_device *bdev, const char *name)
{
	struct request_queue *queue = bdev_get_queue(bdev);
	struct dentry *root, *dir;

	if (!bdev_is_partition(bdev))
		return IS_ERR_OR_NULL(queue->debugfs_dir) ? NULL : dget(queue->debugfs_dir);
	root = debugfs_lookup("block", NULL);
	if (!root)
		return NULL;
	dir = debugfs_create_dir(name, root);
	dput(root);
	return IS_ERR(dir) ? NULL : dget(dir);
}

/* With all that is in it, or without what is not ours. */
static void trace_dir_put(struct request_queue *queue, struct dentry *dir)
{
	if (dir != queue->debugfs_dir) {
		if (!d_unhashed(dir))
			debugfs_remove(dir);
	} else {
		debugfs_lookup_and_remove("dropped", dir);
		debugfs_lookup_and_remove("msg", dir);
	}
	dput(dir);
}

static void trace_set_bounds(struct otr_blk *blk, struct block_device *bdev,
			     const struct blk_user_trace_setup *setup)
{
	blk->act_mask = U16_MAX;
	blk->start_lba = bdev->bd_start_sect;
	blk->end_lba = bdev->bd_start_sect + bdev_nr_sectors(bdev);
	if (!setup)
		return;
	if (setup->act_mask)
		blk->act_mask = setup->act_mask;
	if (setup->start_lba)
		blk->start_lba = setup->start_lba;
	if (setup->end_lba)
		blk->end_lba = setup->end_lba;
	blk->pid = setup->pid;
}

/* Files first: nothing but those that write messages uses @blk any more. */
static void trace_free(struct otr_blk *blk)
{
	if (blk->dir)
		trace_dir_put(blk->queue, blk->dir);
	if (IS_ENABLED(CONFIG_RELAY) && blk->chan)
		otr_blk_chan_destroy(blk->chan);
	kfree(blk);
}

static int trace_make_files(struct otr_blk *blk, struct block_device *bdev,
			    const struct blk_user_trace_setup *setup)
{
	struct otr_blk_chan *chan;

	blk->dir = trace_dir_get(bdev, setup->name);
	if (!blk->dir)
		return -ENOENT;
	chan = otr_blk_chan_create(blk->dir, setup->buf_size, setup->buf_nr);
	if (IS_ERR(chan))
		return PTR_ERR(chan);
	blk->chan = chan;
	blk->state = OTR_BLK_READY;
	debugfs_create_file("dropped", 0444, blk->dir, blk, &trace_dropped_fops);
	debugfs_create_file("msg", MSG_MODE, blk->dir, blk, &trace_msg_fops);
	return 0;
}

static int trace_make(struct otr_blk *blk, struct block_device *bdev,
		      const struct blk_user_trace_setup *setup)
{
	int err = 0;

	blk->queue = bdev_get_queue(bdev);
	blk->dev = bdev->bd_dev;
	trace_set_bounds(blk, bdev, setup);
	if (IS_ENABLED(CONFIG_RELAY) && setup)
		err = trace_make_files(blk, bdev, setup);
	if (!err)
		err = trace_probes_get();
	if (err)
		return err;
	err = otr_blk_show_up(blk);
	if (err)
		trace_probes_put();
	return err;
}

/**
 * otr_blk_create - begin to trace a disk or a partition
 * @bdev: which
 * @setup: what of it, for blktrace's files, its name set; NULL for all, without files
 *
 * Context: the queue's debugfs_mutex held, sleeps.
 * Return: 0; -EBUSY when the disk is traced already; -ENOENT for a disk that goes, or without
 * a directory for files; -EIO for files that relay cannot make; -ENXIO on a kernel without
 * the tracepoints; -ENOMEM.
 */
int otr_blk_create(struct block_device *bdev, const struct blk_user_trace_setup *setup)
{
	struct otr_blk *blk;
	int err;

	lockdep_assert_held(&bdev_get_queue(bdev)->debugfs_mutex);
	if (otr_blk_find(bdev_get_queue(bdev)))
		return -EBUSY;
	/* The end of a disk ends what is traced of it, under the mutex, after this bit. */
	if (test_bit(GD_DEAD, &bdev->bd_disk->state))
		return -ENOENT;
	blk = kzalloc(sizeof(*blk), GFP_KERNEL);
	if (!blk)
		return -ENOMEM;
	err = trace_make(blk, bdev, setup);
	if (err)
		trace_free(blk);
	return err;
}

/**
 * otr_blk_start - let records come
 * @queue: of a disk that is traced with files
 *
 * Context: the queue's debugfs_mutex held, sleeps.
 * Return: 0; -EINVAL if it is not, or they come already.
 */
int otr_blk_start(struct request_queue *queue)
{
	struct otr_blk *blk = otr_blk_find(queue);

	lockdep_assert_held(&queue->debugfs_mutex);
	if (!blk || !blk->chan || blk->state == OTR_BLK_RUNNING)
		return -EINVAL;
	otr_blk_chan_begin(blk->chan);
	/* Pairs with otr_blk_put(): a CPU that sees it sees what is forgotten. */
	smp_store_release(&blk->state, OTR_BLK_RUNNING);
	otr_blk_say_time(blk);
	return 0;
}

/**
 * otr_blk_stop - let no more records come
 * @queue: of the disk
 *
 * Context: the queue's debugfs_mutex held; waits for RCU.
 * Return: 0; -EINVAL if none come.
 */
int otr_blk_stop(struct request_queue *queue)
{
	struct otr_blk *blk = otr_blk_find(queue);

	lockdep_assert_held(&queue->debugfs_mutex);
	if (!blk || blk->state != OTR_BLK_RUNNING)
		return -EINVAL;
	WRITE_ONCE(blk->state, OTR_BLK_STOPPED);
	/* Only the CPU itself may go on to another part while it writes. */
	synchronize_rcu();
	otr_blk_chan_flush(blk->chan);
	return 0;
}

/**
 * otr_blk_end - trace a disk no more
 * @queue: its queue
 *
 * Context: the queue's debugfs_mutex held; waits for RCU.
 * Return: 0; -EINVAL if it is not traced.
 */
int otr_blk_end(struct request_queue *queue)
{
	struct otr_blk *blk = otr_blk_find(queue);

	lockdep_assert_held(&queue->debugfs_mutex);
	if (!blk)
		return -EINVAL;
	if (IS_ENABLED(CONFIG_RELAY))
		otr_blk_stop(queue);
	otr_blk_vanish(blk);
	trace_probes_put();
	trace_free(blk);
	return 0;
}
