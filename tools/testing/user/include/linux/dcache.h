/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_DCACHE_H
#define _SHIM_LINUX_DCACHE_H

/* What has the name of a file, at a place of its own. */
struct dentry {
	char	before[32];
	struct {
		unsigned long		hash_len;
		const unsigned char	*name;
	} d_name;
};

#endif
