// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances that are there for records of before alone: which files they have, that
 * nothing can be written there, and that they go when all of it was consumed.
 */
#include <linux/dcache.h>

#include "fs/fs.h"

/**
 * otr_backup_mode - the mode of a file or directory, where it is
 * @where: what it is about
 * @ops: its handler, NULL for a directory
 * @mode: what its row says
 *
 * Context: any.
 * Return: the mode.
 */
umode_t otr_backup_mode(const struct otr_where *where, const struct otr_file_ops *ops,
			umode_t mode)
{
	return ops && !otr_backup_takes(where, ops) ? mode & ~0222 : mode;
}

/**
 * otr_backup_takes - may a file be opened to be written?
 * @where: what it is about
 * @ops: its handler
 *
 * Of a backup, all records can be dropped at once, which ends it.
 *
 * Context: any.
 * Return: whether it may, as far as this is about backups.
 */
bool otr_backup_takes(const struct otr_where *where, const struct otr_file_ops *ops)
{
	return !where->inst->backup || (ops->drops && where->cpu == OTR_CPU_ALL);
}

static const struct otr_inst *backup_inst_of(const struct dentry *dentry)
{
	const struct otr_node *node = d_inode(dentry)->i_private;

	return node->where.inst;
}

/* Has a backup nothing left to read? What nobody consumes any more is empty for good. */
static bool backup_is_read(const struct otr_inst *inst)
{
	int cpu;

	lockdep_assert_held(&otr_inst_lock);
	if (otr_inst_gone(inst))
		return false;
	for_each_possible_cpu(cpu)
		if (!otr_ring_empty(inst->ring, cpu))
			return false;
	return true;
}

/* As rmdir(2) does, which may have come first. A directory is where it is for ever. */
static void backup_remove_dir(struct dentry *dir, struct otr_inst *inst)
{
	struct inode *parent = d_inode(dir->d_parent), *inode = d_inode(dir);

	inode_lock_nested(parent, I_MUTEX_PARENT);
	inode_lock(inode);
	if (!otr_inst_remove(inst)) {
		otr_change_forget_below(dir);
		clear_nlink(inode);
	}
	inode_unlock(inode);
	inode_unlock(parent);
}

/**
 * otr_backup_closed - remove a backup that was read, unless somebody has a file of it open
 * @dentry: a file of it or of another instance, which was just closed and pins it no more
 *
 * The close of the last one looks when all was consumed that ever will be, so of several
 * closes at once, one removes it.
 *
 * Context: may sleep; no locks held.
 */
void otr_backup_closed(struct dentry *dentry)
{
	const struct otr_node *node = d_inode(dentry)->i_private;
	/* Its memory stays with the node. */
	struct otr_inst *inst = node->where.inst;
	bool through;

	/* Set before there was a node, and never changed. */
	if (!inst->backup)
		return;
	mutex_lock(&otr_inst_lock);
	through = backup_is_read(inst);
	mutex_unlock(&otr_inst_lock);
	if (!through)
		return;
	/* The highest directory that is about the instance is its own. */
	while (!IS_ROOT(dentry) && backup_inst_of(dentry->d_parent) == inst)
		dentry = dentry->d_parent;
	backup_remove_dir(dentry, inst);
}
