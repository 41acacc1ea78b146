// SPDX-License-Identifier: GPL-2.0-only
/*
 * From tables to inodes.
 *
 * A directory's inode knows its table and what it is about. Entries become
 * inodes when somebody looks them up, and vanish when nobody uses them, so an
 * engine with thousands of files costs memory only for those in use. A directory
 * or file that is in use keeps no instance in place, only an open file does; what
 * is in use when its instance goes leads nowhere any more.
 */
#include <linux/dcache.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/stringhash.h>

#include "fs/fs.h"
#include "host/host.h"

static const struct inode_operations tree_file_iops;
static const struct inode_operations tree_dir_iops;
static const struct inode_operations tree_made_iops;
static const struct file_operations tree_dir_fops;

/**
 * otr_inode_evict - free what an inode of ours carries
 * @inode: the inode
 *
 * Context: called by the VFS.
 */
void otr_inode_evict(struct inode *inode)
{
	struct otr_node *node = inode->i_private;

	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	if (node)
		otr_inst_drop(node->where.inst);
	kfree(node);
}

static int tree_node_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	int err = setattr_prepare(idmap, dentry, attr);

	if (err)
		return err;
	if (attr->ia_valid & (ATTR_MODE | ATTR_UID | ATTR_GID))
		err = otr_change_record(dentry, attr);
	if (!err) {
		/* A truncation is the handler's business, at open. */
		attr->ia_valid &= ~ATTR_SIZE;
		setattr_copy(idmap, inode, attr);
	}
	return err;
}

static int tree_node_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat,
			     u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);

	if (!IS_ROOT(path->dentry))
		otr_change_refresh(inode, path->dentry);
	generic_fillattr(idmap, mask, inode, stat);
	return 0;
}

static struct inode *tree_inode_make(struct super_block *sb, umode_t mode,
				     const struct otr_where *where,
				     const struct otr_file_ops *ops, const struct otr_dir *dir)
{
	struct inode *inode = new_inode(sb);
	struct otr_node *node = kmalloc(sizeof(*node), GFP_KERNEL);

	if (!inode || !node) {
		iput(inode);
		kfree(node);
		return NULL;
	}
	node->where = *where;
	otr_inst_keep(where->inst);
	node->ops = ops;
	node->dir = dir;
	inode->i_private = node;
	inode->i_ino = get_next_ino();
	inode->i_mode = mode;
	simple_inode_init_ts(inode);
	if (dir) {
		inode->i_op = dir->make ? &tree_made_iops : &tree_dir_iops;
		inode->i_fop = &tree_dir_fops;
		inc_nlink(inode);
	} else {
		inode->i_op = &tree_file_iops;
		inode->i_fop = ops->read ? &otr_stream_fops :
			       ops->write_iter ? &otr_piece_fops :
			       ops->poll ? &otr_polled_text_fops : &otr_text_fops;
	}
	return inode;
}

/**
 * otr_tree_root - make the top directory's inode
 * @sb: our super block, with its options set
 *
 * Context: may sleep.
 * Return: the inode, or NULL without memory.
 */
struct inode *otr_tree_root(struct super_block *sb)
{
	struct otr_where top = { .inst = otr_inst_top(), .cpu = OTR_CPU_ALL };
	const struct otr_mount_opts *opts = otr_super_opts(sb);

	return tree_inode_make(sb, S_IFDIR | opts->mode, &top, NULL, &otr_top_dir);
}

/**
 * otr_tree_find - find an entry of a directory
 * @where: what the directory is about
 * @dir: its table
 * @name: the entry's name
 * @entry: receives it
 *
 * Context: may sleep.
 * Return: whether there is such an entry now.
 */
bool otr_tree_find(const struct otr_where *where, const struct otr_dir *dir,
		   const struct qstr *name, struct otr_entry *entry)
{
	unsigned int i;

	for (i = 0; i < dir->nr; i++) {
		const struct otr_row *row = &dir->rows[i];

		if (strlen(row->name) == name->len && !memcmp(row->name, name->name, name->len) &&
		    otr_row_visible(row, where)) {
			otr_entry_from_row(entry, row, where);
			return true;
		}
	}
	/* A name that we are looked up by is followed by a zero byte. */
	if (dir->find)
		return dir->find(where, name->name, entry);
	for (i = 0; dir->nth && dir->nth(where, i, entry); i++)
		if (entry->row.name && strlen(entry->name) == name->len &&
		    !memcmp(entry->name, name->name, name->len))
			return true;
	return false;
}

/*
 * A file's number, the same each time it is looked up: inodes come and go, but
 * programs take another number for another file.
 */
static unsigned long tree_node_number(const struct inode *dir, const struct qstr *name)
{
	u32 hash = full_name_hash(NULL, name->name, name->len);

	return (dir->i_ino ^ hash) * GOLDEN_RATIO_64;
}

/* An entry's inode, with the attributes that it has in this place. */
static struct inode *tree_entry_inode(struct inode *dir, struct dentry *dentry,
				      const struct otr_entry *entry)
{
	umode_t type = entry->row.dir ? S_IFDIR : S_IFREG;
	umode_t mode = otr_backup_mode(&entry->where, entry->row.ops, entry->row.mode);
	struct inode *inode = tree_inode_make(dir->i_sb, type | mode, &entry->where,
					      entry->row.ops, entry->row.dir);

	if (inode) {
		inode->i_ino = tree_node_number(dir, &dentry->d_name);
		otr_change_refresh(inode, dentry);
	}
	return inode;
}

static struct dentry *tree_dir_lookup(struct inode *inode, struct dentry *dentry,
				      unsigned int flags)
{
	const struct otr_node *node = inode->i_private;
	struct otr_entry *entry;
	struct inode *child = NULL;

	if (dentry->d_name.len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	if (otr_inst_gone(node->where.inst))
		return ERR_PTR(-ENOENT);
	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return ERR_PTR(-ENOMEM);
	if (otr_tree_find(&node->where, node->dir, &dentry->d_name, entry)) {
		child = tree_entry_inode(inode, dentry, entry);
		if (!child) {
			kfree(entry);
			return ERR_PTR(-ENOMEM);
		}
	}
	kfree(entry);
	return d_splice_alias(child, dentry);
}

/* Does the name in @dir still mean what it meant when @inode was made? */
static bool tree_is_current(const struct inode *dir, const struct dentry *dentry,
			    const struct inode *inode)
{
	const struct otr_node *parent = dir->i_private, *node = inode->i_private;
	struct otr_entry *entry;
	bool same;

	/* What a table lists stays; what is looked for may have gone and come again. */
	if (!parent->dir->find)
		return true;
	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return false;
	same = otr_tree_find(&parent->where, parent->dir, &dentry->d_name, entry) &&
		      entry->where.inst == node->where.inst && entry->where.arg == node->where.arg;
	kfree(entry);
	return same;
}

/*
 * Somebody may have a file open of an event that went with its module; a user that comes by
 * that name later shall find the new one.
 */
static int tree_node_revalidate(struct dentry *dentry, unsigned int flags)
{
	struct dentry *parent;
	bool valid;

	if (flags & LOOKUP_RCU)
		return -ECHILD;
	if (!d_inode(dentry) || IS_ROOT(dentry))
		return 1;
	parent = dget_parent(dentry);
	valid = tree_is_current(d_inode(parent), dentry, d_inode(dentry));
	dput(parent);
	return valid;
}

/* Names of ours do not change. */
const struct dentry_operations otr_dentry_ops = {
	.d_revalidate	= tree_node_revalidate,
	.d_delete	= always_delete_dentry,
};

/*
 * The directory is locked for as long as what it is about comes or goes, so nobody
 * finds an instance half there.
 */
static int tree_dir_mkdir(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
			  umode_t mode)
{
	const struct otr_node *node = dir->i_private;
	struct otr_entry *entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	struct inode *inode;
	int err;

	if (!entry)
		return -ENOMEM;
	err = node->dir->make(dentry->d_name.name, entry);
	if (err)
		goto out;
	inode = tree_entry_inode(dir, dentry, entry);
	if (inode)
		d_instantiate(dentry, inode);
	else
		err = node->dir->remove(&entry->where) ?: -ENOMEM;
out:
	kfree(entry);
	return err;
}

static int tree_dir_rmdir(struct inode *dir, struct dentry *dentry)
{
	const struct otr_node *parent = dir->i_private;
	struct inode *inode = d_inode(dentry);
	const struct otr_node *node = inode->i_private;
	int err = parent->dir->remove(&node->where);

	if (err)
		return err;
	otr_change_forget_below(dentry);
	clear_nlink(inode);
	return 0;
}

static bool tree_emit(struct dir_context *ctx, const struct otr_row *row)
{
	unsigned int type = row->dir ? DT_DIR : DT_REG;

	/* Inodes are made on look-up; a number that is never 0 will do here. */
	return dir_emit(ctx, row->name, strlen(row->name), 1, type);
}

static int tree_dir_iterate(struct file *file, struct dir_context *ctx)
{
	const struct otr_node *node = file_inode(file)->i_private;
	const struct otr_dir *dir = node->dir;
	struct otr_entry *entry;

	if (!dir_emit_dots(file, ctx) || otr_inst_gone(node->where.inst))
		return 0;
	for (; ctx->pos - 2 < dir->nr; ctx->pos++) {
		const struct otr_row *row = &dir->rows[ctx->pos - 2];

		if (otr_row_visible(row, &node->where) && !tree_emit(ctx, row))
			return 0;
	}
	if (!dir->nth)
		return 0;
	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;
	for (; dir->nth(&node->where, ctx->pos - 2 - dir->nr, entry); ctx->pos++)
		if (entry->row.name && !tree_emit(ctx, &entry->row))
			break;
	kfree(entry);
	return 0;
}

static const struct inode_operations tree_file_iops = {
	.setattr	= tree_node_setattr,
	.getattr	= tree_node_getattr,
};

static const struct inode_operations tree_dir_iops = {
	.lookup		= tree_dir_lookup,
	.setattr	= tree_node_setattr,
	.getattr	= tree_node_getattr,
};

/* Where users make and remove what is in there. */
static const struct inode_operations tree_made_iops = {
	.lookup		= tree_dir_lookup,
	.mkdir		= tree_dir_mkdir,
	.rmdir		= tree_dir_rmdir,
	.setattr	= tree_node_setattr,
	.getattr	= tree_node_getattr,
};

static const struct file_operations tree_dir_fops = {
	.iterate_shared	= tree_dir_iterate,
	.llseek		= generic_file_llseek,
	.read		= generic_read_dir,
};
