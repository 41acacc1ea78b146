// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/tracing, where programs look that are older than tracefs: the
 * file system is mounted there when somebody steps on it.
 *
 * A mount keeps the module, and nobody unmounts one that nobody mounted. So it goes
 * by itself soon after its last user, and comes back with the next one.
 */
#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/workqueue.h>

#include "fs/fs.h"
#include "host/host.h"

#define AUTOMOUNT_NAME		"tracing"

/* A mount goes when it was not used between two looks. */
#define AUTOMOUNT_LOOK		(HZ / 2)

static struct dentry *automount_point;
static struct file_system_type *automount_type;

/*
 * Mounts that go by themselves. The kernel takes those away that somebody unmounts;
 * the others keep the module.
 */
static LIST_HEAD(automount_mounts);

static void automount_look(struct work_struct *work);
static DECLARE_DELAYED_WORK(automount_work, automount_look);

static void automount_look(struct work_struct *work)
{
	mark_mounts_for_expiry(&automount_mounts);
	if (!list_empty(&automount_mounts))
		schedule_delayed_work(&automount_work, AUTOMOUNT_LOOK);
}

/*
 * Somebody steps on the directory. The caller holds nothing that keeps the module:
 * without a reference, nothing may sleep in here, see otr_automount_exit().
 */
static struct vfsmount *automount_mount(struct dentry *point, void *unused)
{
	struct vfsmount *mnt;

	if (!try_module_get(THIS_MODULE))
		return ERR_PTR(-ENOENT);
	mnt = vfs_submount(point, automount_type, "tracefs", NULL);
	if (!IS_ERR(mnt)) {
		/* The caller's, so that nobody takes it away before it is in place. */
		mntget(mnt);
		mnt_set_expiry(mnt, &automount_mounts);
		schedule_delayed_work(&automount_work, AUTOMOUNT_LOOK);
	}
	module_put(THIS_MODULE);
	return mnt;
}

/**
 * otr_automount_init - be in debugfs, too
 * @type: the file system
 *
 * Not where nobody can say that the last one has left automount_mount(), and not
 * where there is no debugfs.
 *
 * Context: module load, after the file system type was registered.
 */
void otr_automount_init(struct file_system_type *type)
{
	struct dentry *point;

	if (!otr_host_has(OTR_QUIESCE))
		return;
	automount_type = type;
	point = debugfs_create_automount(AUTOMOUNT_NAME, NULL, automount_mount, NULL);
	automount_point = IS_ERR(point) ? NULL : point;
}

/**
 * otr_automount_exit - the counterpart of otr_automount_init()
 *
 * A task may have found the directory and be about to call automount_mount(), or on
 * its way out of it. On neither of these ways it sleeps, so that a wait for tasks
 * waits for it, too.
 *
 * Context: module unload, when nothing is mounted.
 */
void otr_automount_exit(void)
{
	if (!automount_point)
		return;
	debugfs_remove(automount_point);
	automount_point = NULL;
	otr_host_quiesce();
	cancel_delayed_work_sync(&automount_work);
}
