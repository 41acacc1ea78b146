// SPDX-License-Identifier: GPL-2.0-only
/*
 * What users changed of files' attributes.
 *
 * Inodes vanish when nobody uses them, and chmod and chown must outlive that, so
 * such changes are kept by path.
 */
#include <linux/dcache.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fs/fs.h"

/* What is in there belongs to the user that this directory was given to. */
#define INSTANCES	"/instances"

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
static DEFINE_SPINLOCK(change_changes_lock);

/* The caller holds changes_lock. */
static struct change *change_find(const char *path)
{
	struct change *c;

	assert_spin_locked(&change_changes_lock);
	list_for_each_entry(c, &changes, link)
		if (!strcmp(c->path, path))
			return c;
	return NULL;
}

static void change_apply(struct inode *inode, const struct change *c, unsigned int what)
{
	what &= c->set;
	if (what & ATTR_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | c->mode;
	if (what & ATTR_UID)
		inode->i_uid = c->uid;
	if (what & ATTR_GID)
		inode->i_gid = c->gid;
}

/* The caller holds changes_lock. */
static void change_apply_all(struct inode *inode, const char *path)
{
	const struct change *c;

	/* A user that may make instances has what is in them. */
	if (!strncmp(path, INSTANCES "/", strlen(INSTANCES "/"))) {
		c = change_find(INSTANCES);
		if (c)
			change_apply(inode, c, ATTR_UID | ATTR_GID);
	}
	c = change_find(path);
	if (c)
		change_apply(inode, c, c->set);
}

/**
 * otr_change_refresh - give an inode the attributes that its file has now
 * @inode: the inode
 * @dentry: the file; the top directory only before anybody can see it
 *
 * Its owner is that of the mount options, or what users said.
 *
 * Context: may sleep.
 */
void otr_change_refresh(struct inode *inode, struct dentry *dentry)
{
	const struct otr_mount_opts *opts = otr_super_opts(inode->i_sb);
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
		spin_lock(&change_changes_lock);
		change_apply_all(inode, path);
		spin_unlock(&change_changes_lock);
	}
	__putname(buf);
}

/**
 * otr_change_record - remember what a user changed
 * @dentry: the file
 * @attr: the change
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, -ENAMETOOLONG.
 */
int otr_change_record(struct dentry *dentry, const struct iattr *attr)
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
	spin_lock(&change_changes_lock);
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
	change_apply(inode, c, c->set);
	spin_unlock(&change_changes_lock);
out:
	__putname(buf);
	return err;
}

/**
 * otr_change_forget - drop what users changed
 * @what: ATTR_MODE, ATTR_UID, ATTR_GID bits that go back to the default
 *
 * Context: may sleep.
 */
void otr_change_forget(unsigned int what)
{
	struct change *c, *next;

	spin_lock(&change_changes_lock);
	list_for_each_entry_safe(c, next, &changes, link) {
		c->set &= ~what;
		if (c->set)
			continue;
		list_del(&c->link);
		kfree(c);
	}
	spin_unlock(&change_changes_lock);
}

/**
 * otr_change_forget_below - drop what users changed of a directory that goes
 * @dentry: the directory
 *
 * Another one of its name will have nothing of it.
 *
 * Context: may sleep.
 */
void otr_change_forget_below(struct dentry *dentry)
{
	struct change *c, *next;
	char *buf, *path;
	size_t len;

	if (list_empty(&changes))
		return;
	/* It cannot fail: without memory, what is kept would be another's. */
	buf = kmalloc(PATH_MAX, GFP_KERNEL | __GFP_NOFAIL);
	path = dentry_path_raw(dentry, buf, PATH_MAX);
	if (IS_ERR(path))
		goto out;
	len = strlen(path);
	spin_lock(&change_changes_lock);
	list_for_each_entry_safe(c, next, &changes, link) {
		if (strncmp(c->path, path, len) || (c->path[len] && c->path[len] != '/'))
			continue;
		list_del(&c->link);
		kfree(c);
	}
	spin_unlock(&change_changes_lock);
out:
	kfree(buf);
}
