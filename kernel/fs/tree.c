// SPDX-License-Identifier: GPL-2.0-only
/*
 * From tables to inodes.
 *
 * A directory's inode knows its table and what it is about. Entries become
 * inodes when somebody looks them up, and vanish when nobody uses them, so an
 * engine with thousands of files costs memory only for those in use. What a
 * user changed by chmod or chown must outlive that: such changes are kept by
 * path.
 */
#include <linux/dcache.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stringhash.h>

#include "fs/fs.h"
#include "host/host.h"

/* Attributes that a user set. */
struct change {
	struct list_head	link;
	unsigned int		set;	/* ATTR_MODE, ATTR_UID, ATTR_GID */
	umode_t			mode;
	kuid_t			uid;
	kgid_t			gid;
	char			path[];
};

static LIST_HEAD(changes);
static DEFINE_SPINLOCK(changes_lock);

static const struct inode_operations file_iops;
static const struct inode_operations dir_iops;
static const struct file_operations dir_fops;

/* The caller holds changes_lock. */
static struct change *change_find(const char *path)
{
	struct change *c;

	assert_spin_locked(&changes_lock);
	list_for_each_entry(c, &changes, link)
		if (!strcmp(c->path, path))
			return c;
	return NULL;
}

static void change_apply(struct inode *inode, const struct change *c)
{
	if (c->set & ATTR_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | c->mode;
	if (c->set & ATTR_UID)
		inode->i_uid = c->uid;
	if (c->set & ATTR_GID)
		inode->i_gid = c->gid;
}

/* Owner by the mount options, then what the user changed. */
static void attributes_refresh(struct inode *inode, struct dentry *dentry)
{
	const struct otr_mount_opts *opts = otr_super_opts(inode->i_sb);
	struct change *c;
	char *buf, *path;

	inode->i_uid = opts->uid;
	inode->i_gid = opts->gid;
	if (list_empty(&changes))
		return;
	buf = __getname();
	if (!buf)
		return;
	path = dentry_path_raw(dentry, buf, PATH_MAX);
	if (!IS_ERR(path)) {
		spin_lock(&changes_lock);
		c = change_find(path);
		if (c)
			change_apply(inode, c);
		spin_unlock(&changes_lock);
	}
	__putname(buf);
}

static int change_record(struct dentry *dentry, const struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	struct change *c, *fresh;
	char *buf = __getname();
	char *path;
	int err = 0;

	if (!buf)
		return -ENOMEM;
	path = dentry_path_raw(dentry, buf, PATH_MAX);
	if (IS_ERR(path)) {
		err = PTR_ERR(path);
		goto out;
	}
	fresh = kzalloc(struct_size(fresh, path, strlen(path) + 1), GFP_KERNEL);
	if (!fresh) {
		err = -ENOMEM;
		goto out;
	}
	strscpy(fresh->path, path, strlen(path) + 1);
	spin_lock(&changes_lock);
	c = change_find(path);
	if (c) {
		kfree(fresh);
	} else {
		c = fresh;
		list_add(&c->link, &changes);
	}
	c->set |= attr->ia_valid & (ATTR_MODE | ATTR_UID | ATTR_GID);
	if (attr->ia_valid & ATTR_MODE)
		c->mode = attr->ia_mode & S_IALLUGO;
	if (attr->ia_valid & ATTR_UID)
		c->uid = attr->ia_uid;
	if (attr->ia_valid & ATTR_GID)
		c->gid = attr->ia_gid;
	change_apply(inode, c);
	spin_unlock(&changes_lock);
out:
	__putname(buf);
	return err;
}

/**
 * otr_tree_forget - drop what users changed
 * @what: ATTR_MODE, ATTR_UID, ATTR_GID bits that go back to the default
 *
 * Context: may sleep.
 */
void otr_tree_forget(unsigned int what)
{
	struct change *c, *next;

	spin_lock(&changes_lock);
	list_for_each_entry_safe(c, next, &changes, link) {
		c->set &= ~what;
		if (c->set)
			continue;
		list_del(&c->link);
		kfree(c);
	}
	spin_unlock(&changes_lock);
}

/**
 * otr_inode_evict - free what an inode of ours carries
 * @inode: the inode
 *
 * Context: called by the VFS.
 */
void otr_inode_evict(struct inode *inode)
{
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	kfree(inode->i_private);
}

static int node_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	int err = setattr_prepare(idmap, dentry, attr);

	if (err)
		return err;
	if (attr->ia_valid & (ATTR_MODE | ATTR_UID | ATTR_GID))
		err = change_record(dentry, attr);
	if (!err) {
		/* A truncation is the handler's business, at open. */
		attr->ia_valid &= ~ATTR_SIZE;
		setattr_copy(idmap, inode, attr);
	}
	return err;
}

static int node_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat,
			u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);

	if (!IS_ROOT(path->dentry))
		attributes_refresh(inode, path->dentry);
	generic_fillattr(idmap, mask, inode, stat);
	return 0;
}

static struct inode *inode_make(struct super_block *sb, umode_t mode,
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
	node->ops = ops;
	node->dir = dir;
	inode->i_private = node;
	inode->i_ino = get_next_ino();
	inode->i_mode = mode;
	simple_inode_init_ts(inode);
	if (dir) {
		inode->i_op = &dir_iops;
		inode->i_fop = &dir_fops;
		inc_nlink(inode);
	} else {
		inode->i_op = &file_iops;
		inode->i_fop = ops->read ? &otr_stream_fops : &otr_text_fops;
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

	return inode_make(sb, S_IFDIR | opts->mode, &top, NULL, &otr_top_dir);
}

static bool row_visible(const struct otr_row *row, const struct otr_where *where)
{
	return !row->visible || row->visible(where);
}

static void entry_from_row(struct otr_entry *entry, const struct otr_row *row,
			   const struct otr_where *where)
{
	entry->row = *row;
	entry->where = *where;
	if (row->arg)
		entry->where.arg = row->arg;
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
		    row_visible(row, where)) {
			entry_from_row(entry, row, where);
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
static unsigned long node_number(const struct inode *dir, const struct qstr *name)
{
	u32 hash = full_name_hash(NULL, name->name, name->len);

	return (dir->i_ino ^ hash) * GOLDEN_RATIO_64;
}

static struct dentry *dir_lookup(struct inode *inode, struct dentry *dentry, unsigned int flags)
{
	const struct otr_node *node = inode->i_private;
	struct otr_entry *entry;
	struct inode *child = NULL;

	if (dentry->d_name.len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return ERR_PTR(-ENOMEM);
	if (otr_tree_find(&node->where, node->dir, &dentry->d_name, entry)) {
		umode_t type = entry->row.dir ? S_IFDIR : S_IFREG;

		child = inode_make(inode->i_sb, type | entry->row.mode, &entry->where,
				   entry->row.ops, entry->row.dir);
		if (!child) {
			kfree(entry);
			return ERR_PTR(-ENOMEM);
		}
		child->i_ino = node_number(inode, &dentry->d_name);
		attributes_refresh(child, dentry);
	}
	kfree(entry);
	return d_splice_alias(child, dentry);
}

static bool emit(struct dir_context *ctx, const struct otr_row *row)
{
	unsigned int type = row->dir ? DT_DIR : DT_REG;

	/* Inodes are made on look-up; a number that is never 0 will do here. */
	return dir_emit(ctx, row->name, strlen(row->name), 1, type);
}

static int dir_iterate(struct file *file, struct dir_context *ctx)
{
	const struct otr_node *node = file_inode(file)->i_private;
	const struct otr_dir *dir = node->dir;
	struct otr_entry *entry;

	if (!dir_emit_dots(file, ctx))
		return 0;
	for (; ctx->pos - 2 < dir->nr; ctx->pos++) {
		const struct otr_row *row = &dir->rows[ctx->pos - 2];

		if (row_visible(row, &node->where) && !emit(ctx, row))
			return 0;
	}
	if (!dir->nth)
		return 0;
	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;
	for (; dir->nth(&node->where, ctx->pos - 2 - dir->nr, entry); ctx->pos++)
		if (entry->row.name && !emit(ctx, &entry->row))
			break;
	kfree(entry);
	return 0;
}

static const struct inode_operations file_iops = {
	.setattr	= node_setattr,
	.getattr	= node_getattr,
};

static const struct inode_operations dir_iops = {
	.lookup		= dir_lookup,
	.setattr	= node_setattr,
	.getattr	= node_getattr,
};

static const struct file_operations dir_fops = {
	.iterate_shared	= dir_iterate,
	.llseek		= generic_file_llseek,
	.read		= generic_read_dir,
};
