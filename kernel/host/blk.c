// SPDX-License-Identifier: GPL-2.0-only
/* What tracing of disks borrows. */
#include <linux/cgroup.h>
#include <linux/static_call.h>

#include "host/borrow.h"
#include "host/host.h"

/**
 * otr_host_blk_ioctls - say what answers the ioctls of blktrace
 *
 * What is called gets the ioctl, and an array of the device and the argument.
 *
 * Context: any.
 * Return: the chain to be on; NULL on a kernel without it.
 */
struct blocking_notifier_head *otr_host_blk_ioctls(void)
{
	return &blk_trace_ioctls;
}

#ifdef CONFIG_BLK_CGROUP
static void blk_no_path(u64 id, char *path, size_t size)
{
}

/* A direct call, see otr_host_address(). */
DEFINE_STATIC_CALL(otr_blk_cgroup_path, blk_no_path);

/**
 * otr_host_blk_init - find what names control groups
 *
 * Context: module load.
 */
void otr_host_blk_init(void)
{
	typeof(cgroup_path_from_kernfs_id) *found;

	found = (void *)otr_host_address("cgroup_path_from_kernfs_id");
	if (found)
		static_call_update(otr_blk_cgroup_path, found);
}

/**
 * otr_host_cgroup_path - where a control group is
 * @id: its number
 * @path: gets where it is in the hierarchy of all controllers; is left alone where nobody
 *	  knows
 * @size: room there
 *
 * Context: may sleep; after otr_host_blk_init().
 */
void otr_host_cgroup_path(u64 id, char *path, size_t size)
{
	static_call(otr_blk_cgroup_path)(id, path, size);
}
#endif
