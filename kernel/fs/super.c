// SPDX-License-Identifier: GPL-2.0-only
/* The file system type, its one super block, its mount options. */
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <linux/sysfs.h>

#include "dyn/dyn.h"
#include "fs/fs.h"

#define MOUNT_DIR	"tracing"
#define DEFAULT_MODE	0700

enum { OPT_UID, OPT_GID, OPT_MODE };

static const struct fs_parameter_spec super_mount_params[] = {
	fsparam_u32("uid", OPT_UID),
	fsparam_u32("gid", OPT_GID),
	fsparam_u32oct("mode", OPT_MODE),
	{}
};

/*
 * The options in force. They and what users changed of files outlive a mount: the
 * one in debugfs comes and goes by itself.
 */
static struct otr_mount_opts super_opts = { .mode = DEFAULT_MODE };

/* What one mount or remount asks for, until it is applied. */
struct request {
	struct otr_mount_opts	opts;
	unsigned int		given;	/* bit per OPT_* */
};

static int super_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct request *req = fc->fs_private;
	struct fs_parse_result result;
	int opt = fs_parse(fc, super_mount_params, param, &result);

	if (opt < 0)
		return opt;
	switch (opt) {
	case OPT_UID:
		req->opts.uid = make_kuid(fc->user_ns, result.uint_32);
		if (!uid_valid(req->opts.uid))
			return invalf(fc, "Unknown uid");
		break;
	case OPT_GID:
		req->opts.gid = make_kgid(fc->user_ns, result.uint_32);
		if (!gid_valid(req->opts.gid))
			return invalf(fc, "Unknown gid");
		break;
	case OPT_MODE:
		req->opts.mode = result.uint_32 & S_IALLUGO;
		break;
	}
	req->given |= BIT(opt);
	return 0;
}

/* What is not given stays as it is, whether options or users made it so. */
static int super_apply(struct super_block *sb, const struct request *req)
{
	struct iattr mode = { .ia_valid = ATTR_MODE, .ia_mode = req->opts.mode };
	struct inode *root = d_inode(sb->s_root);

	/* An owner given for the whole tree overrules what chown did to files. */
	if (req->given & BIT(OPT_UID)) {
		otr_change_forget(ATTR_UID);
		super_opts.uid = req->opts.uid;
		root->i_uid = req->opts.uid;
	}
	if (req->given & BIT(OPT_GID)) {
		otr_change_forget(ATTR_GID);
		super_opts.gid = req->opts.gid;
		root->i_gid = req->opts.gid;
	}
	if (!(req->given & BIT(OPT_MODE)))
		return 0;
	/* It is about the top directory alone, as what chmod does to it. */
	super_opts.mode = req->opts.mode;
	return otr_change_record(sb->s_root, &mode);
}

static int super_reconfigure(struct fs_context *fc)
{
	sync_filesystem(fc->root->d_sb);
	return super_apply(fc->root->d_sb, fc->fs_private);
}

static int super_show_options(struct seq_file *m, struct dentry *root)
{
	const struct otr_mount_opts *opts = otr_super_opts(root->d_sb);

	if (!uid_eq(opts->uid, GLOBAL_ROOT_UID))
		seq_printf(m, ",uid=%u", from_kuid_munged(&init_user_ns, opts->uid));
	if (!gid_eq(opts->gid, GLOBAL_ROOT_GID))
		seq_printf(m, ",gid=%u", from_kgid_munged(&init_user_ns, opts->gid));
	if (opts->mode != DEFAULT_MODE)
		seq_printf(m, ",mode=%o", opts->mode);
	return 0;
}

static const struct super_operations super_ops = {
	.statfs		= simple_statfs,
	.drop_inode	= generic_delete_inode,
	.evict_inode	= otr_inode_evict,
	.show_options	= super_show_options,
};

static int super_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct inode *root;

	sb->s_fs_info = &super_opts;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_magic = TRACEFS_MAGIC;
	sb->s_time_gran = 1;
	sb->s_op = &super_ops;
	sb->s_d_op = &otr_dentry_ops;
	root = otr_tree_root(sb);
	if (!root)
		return -ENOMEM;
	sb->s_root = d_make_root(root);
	if (!sb->s_root)
		return -ENOMEM;
	otr_change_refresh(root, sb->s_root);
	return 0;
}

static int super_get_tree(struct fs_context *fc)
{
	int err = get_tree_single(fc, super_fill_super);

	if (err)
		return err;
	/* A second mount shares the super block; its options win. */
	return super_reconfigure(fc);
}

static void super_free_context(struct fs_context *fc)
{
	kfree(fc->fs_private);
}

static const struct fs_context_operations super_context_ops = {
	.parse_param	= super_parse_param,
	.get_tree	= super_get_tree,
	.reconfigure	= super_reconfigure,
	.free		= super_free_context,
};

static int super_init_context(struct fs_context *fc)
{
	struct request *req = kzalloc(sizeof(*req), GFP_KERNEL);

	if (!req)
		return -ENOMEM;
	fc->fs_private = req;
	fc->ops = &super_context_ops;
	return 0;
}

static struct file_system_type super_type = {
	.owner			= THIS_MODULE,
	.name			= "tracefs",
	.init_fs_context	= super_init_context,
	.parameters		= super_mount_params,
	.kill_sb		= kill_anon_super,
};
MODULE_ALIAS_FS("tracefs");

/**
 * otr_fs_init - offer the file system
 *
 * Context: module load, when everything that a file can reach is ready.
 * Return: 0; -EBUSY when the kernel has a tracefs of its own; other errnos
 * from creating the mount point.
 */
int otr_fs_init(void)
{
	int err = sysfs_create_mount_point(kernel_kobj, MOUNT_DIR);

	if (err)
		return err;
	err = otr_sysctl_init();
	if (err)
		goto mount_point;
	/* Users are in from here on, so nothing that can fail comes behind it. */
	err = register_filesystem(&super_type);
	if (!err) {
		otr_automount_init(&super_type);
		otr_latency_files_init(&super_type);
		return 0;
	}
	otr_sysctl_exit();
mount_point:
	sysfs_remove_mount_point(kernel_kobj, MOUNT_DIR);
	return err;
}

/**
 * otr_fs_exit - take the file system away
 *
 * Context: module unload; a mount or an open file would have kept it loaded.
 */
void otr_fs_exit(void)
{
	otr_latency_files_exit();
	otr_automount_exit();
	unregister_filesystem(&super_type);
	otr_sysctl_exit();
	sysfs_remove_mount_point(kernel_kobj, MOUNT_DIR);
	/* The one thing that goes on without a file. */
	otr_user_stop_reaping();
	otr_change_forget(ATTR_MODE | ATTR_UID | ATTR_GID);
}
