// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of blktrace, which the block layer leaves to its chain of notifiers. */
#include <linux/blktrace_api.h>
#include <linux/compat.h>
#include <linux/notifier.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "blk/internal.h"
#include "host/host.h"

static int ioctl_create(struct block_device *bdev, struct blk_user_trace_setup *setup)
{
	int err;

	/* Its own requests do not have to wait for what is done here. */
	scoped_guard(mutex, &bdev_get_queue(bdev)->debugfs_mutex) {
		unsigned int flags = memalloc_noio_save();

		err = otr_blk_create(bdev, setup);
		memalloc_noio_restore(flags);
	}
	if (err == -EBUSY)
		pr_warn("%s is traced already\n", setup->name);
	else if (err == -ENOENT)
		pr_warn("%s has no directory in debugfs\n", setup->name);
	return err;
}

/*
 * The memory of a program may be a file of the disk, or of another program that answers when it
 * likes: it is read and written with no lock held. So the caller learns the name of the
 * directory first.
 */
static int ioctl_begin(struct block_device *bdev, struct blk_user_trace_setup *setup,
		       char __user *name)
{
	if (!setup->buf_size || !setup->buf_nr)
		return -EINVAL;
	memset(setup->name, 0, sizeof(setup->name));
	snprintf(setup->name, sizeof(setup->name), "%pg", bdev);
	strreplace(setup->name, '/', '_');
	if (copy_to_user(name, setup->name, sizeof(setup->name)))
		return -EFAULT;
	return ioctl_create(bdev, setup);
}

static int ioctl_setup(struct block_device *bdev, struct blk_user_trace_setup __user *arg)
{
	struct blk_user_trace_setup setup;

	if (copy_from_user(&setup, arg, sizeof(setup)))
		return -EFAULT;
	return ioctl_begin(bdev, &setup, arg->name);
}

#if defined(CONFIG_COMPAT) && defined(CONFIG_X86_64)
/* A program of 32 bits has other gaps in it. */
static int ioctl_setup_compat(struct block_device *bdev,
			      struct compat_blk_user_trace_setup __user *arg)
{
	struct compat_blk_user_trace_setup small;
	struct blk_user_trace_setup setup = {};

	if (copy_from_user(&small, arg, sizeof(small)))
		return -EFAULT;
	setup.act_mask = small.act_mask;
	setup.buf_size = small.buf_size;
	setup.buf_nr = small.buf_nr;
	setup.start_lba = small.start_lba;
	setup.end_lba = small.end_lba;
	setup.pid = small.pid;
	return ioctl_begin(bdev, &setup, arg->name);
}
#endif

static int ioctl_change(struct request_queue *queue, unsigned long cmd)
{
	guard(mutex)(&queue->debugfs_mutex);
	switch (cmd) {
	case BLKTRACESTART:
		return otr_blk_start(queue);
	case BLKTRACESTOP:
		return otr_blk_stop(queue);
	default:
		return otr_blk_end(queue);
	}
}

static int ioctl_do(struct block_device *bdev, unsigned long cmd, void __user *arg)
{
	switch (cmd) {
	case BLKTRACESETUP:
		return ioctl_setup(bdev, arg);
#if defined(CONFIG_COMPAT) && defined(CONFIG_X86_64)
	case BLKTRACESETUP32:
		return ioctl_setup_compat(bdev, arg);
#endif
	case BLKTRACESTART:
	case BLKTRACESTOP:
	case BLKTRACETEARDOWN:
		return ioctl_change(bdev_get_queue(bdev), cmd);
	default:
		return -ENOTTY;
	}
}

static int ioctl_notify(struct notifier_block *nb, unsigned long cmd, void *data)
{
	void **what = data;

	return notifier_from_errno(ioctl_do(what[0], cmd, (void __user *)what[1]));
}

static struct notifier_block ioctl_nb = {
	.notifier_call = ioctl_notify,
};

/**
 * otr_blk_ioctl_init - answer ioctls of blktrace
 *
 * Context: module load.
 * Return: 0, also on a kernel that does not ask us.
 */
int otr_blk_ioctl_init(void)
{
	struct blocking_notifier_head *chain = otr_host_blk_ioctls();

	return chain ? blocking_notifier_chain_register(chain, &ioctl_nb) : 0;
}

/**
 * otr_blk_ioctl_exit - the counterpart of otr_blk_ioctl_init()
 *
 * Context: module unload; none is being answered any more on return.
 */
void otr_blk_ioctl_exit(void)
{
	struct blocking_notifier_head *chain = otr_host_blk_ioctls();

	if (chain)
		blocking_notifier_chain_unregister(chain, &ioctl_nb);
}
