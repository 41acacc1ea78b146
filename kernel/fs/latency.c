// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracing_max_latency: the longest time that the tracer of an instance measured. Programs
 * that watch the file are told when there is a longer one.
 */
#include <linux/fsnotify.h>

#include "fs/fs.h"

#define NUMBER_MAX	32

static int latency_show(struct otr_file *of, struct seq_file *m)
{
	unsigned long ns = otr_longest_ns(&of->where.inst->longest);

	if (ns == ULONG_MAX)
		seq_puts(m, "-1\n");
	else
		seq_printf(m, "%llu\n", otr_clock_usecs(ns));
	return 0;
}

static ssize_t latency_write(struct otr_file *of, char *text, size_t len)
{
	unsigned long usecs;
	int err = kstrtoul(text, 10, &usecs);

	if (err)
		return err;
	otr_longest_set(&of->where.inst->longest, usecs * NSEC_PER_USEC);
	return len;
}

const struct otr_file_ops otr_max_latency_ops = {
	.show		= latency_show,
	.write		= latency_write,
	.write_max	= NUMBER_MAX,
	.places		= OTR_PLACES_ANY,
	.moves		= OTR_MOVES_NOT,
};

/* The inode of the file in an instance's directory, if somebody has it. */
static struct inode *latency_inode(struct super_block *sb, const struct otr_inst *inst)
{
	struct inode *inode, *found = NULL;

	spin_lock(&sb->s_inode_list_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		const struct otr_node *node = inode->i_private;

		/* It is set before anybody can watch it. */
		if (!node || node->ops != &otr_max_latency_ops || node->where.inst != inst)
			continue;
		found = igrab(inode);
		if (found)
			break;
	}
	spin_unlock(&sb->s_inode_list_lock);
	return found;
}

static void latency_tell(struct super_block *sb, void *inst)
{
	struct inode *inode = latency_inode(sb, inst);

	if (!inode)
		return;
	fsnotify_inode(inode, FS_MODIFY);
	iput(inode);
}

static struct file_system_type *latency_fs;

/* Without a mount there is nobody to be told. */
static void latency_changed(struct otr_inst *inst)
{
	iterate_supers_type(latency_fs, latency_tell, inst);
}

/**
 * otr_latency_files_init - tell programs of longer times from here on
 * @type: our file system
 *
 * Context: module load.
 */
void otr_latency_files_init(struct file_system_type *type)
{
	latency_fs = type;
	otr_longest_watch(latency_changed);
}

/**
 * otr_latency_files_exit - the counterpart of otr_latency_files_init()
 *
 * Context: module unload; sleeps.
 */
void otr_latency_files_exit(void)
{
	otr_longest_watch(NULL);
}
