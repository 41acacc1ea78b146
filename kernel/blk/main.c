// SPDX-License-Identifier: GPL-2.0-only
/* The parts of the room, in the order in which they start. */
#include "blk/internal.h"
#include "host/host.h"

/* Without tracepoints, or where nobody says what a disk is, there is nothing to offer. */
static bool blk_possible(void)
{
	return otr_host_has(OTR_TRACEPOINTS) && otr_host_address("block_class");
}

/**
 * otr_blk_init - offer the tracer, on a kernel that has the tracepoints
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_blk_init(void)
{
	int err = otr_blk_text_init();

	if (err || !blk_possible())
		return err;
	err = otr_blk_tracer_init();
	if (err)
		otr_blk_text_exit();
	return err;
}

/**
 * otr_blk_exit - the counterpart of otr_blk_init()
 *
 * Every instance goes back to "nop" first.
 *
 * Context: module unload, after otr_blk_disks_exit(); sleeps.
 */
void otr_blk_exit(void)
{
	otr_inst_end();
	if (blk_possible())
		otr_blk_tracer_exit();
	otr_blk_text_exit();
}

/**
 * otr_blk_disks_init - let users say which disks are traced
 *
 * The kernel has to know what a disk is, which it does once sysfs is there.
 *
 * Context: module load, after otr_blk_init().
 * Return: 0, -ENOMEM, or what the kernel says.
 */
int otr_blk_disks_init(void)
{
	int err;

	if (!blk_possible())
		return 0;
	err = otr_blk_sysfs_init();
	if (err)
		return err;
	if (IS_ENABLED(CONFIG_RELAY))
		err = otr_blk_ioctl_init();
	if (err)
		otr_blk_sysfs_exit();
	return err;
}

/**
 * otr_blk_disks_exit - the counterpart of otr_blk_disks_init()
 *
 * Context: module unload; no disk is traced any more on return.
 */
void otr_blk_disks_exit(void)
{
	if (!blk_possible())
		return;
	if (IS_ENABLED(CONFIG_RELAY))
		otr_blk_ioctl_exit();
	otr_blk_sysfs_exit();
}
