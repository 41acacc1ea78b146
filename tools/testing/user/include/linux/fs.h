/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_FS_H
#define _SHIM_LINUX_FS_H

/* What leads to that. */
struct file {
	char	before[64];
	struct {
		void		*mnt;
		struct dentry	*dentry;
	} f_path;
};

#endif
