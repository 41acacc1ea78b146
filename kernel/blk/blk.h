/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room blk: what disks are asked to do, and how long they take.
 *
 * Purpose:  follows requests through the block layer, for the tracer "blk" and for
 *           blktrace: what is to be traced of a disk is said by the files of its directory
 *           "trace" in sysfs, or by ioctls; the records go to the ring of the first
 *           instance while "blk" is its tracer, else to the files that blktrace reads.
 * Objects:  struct otr_blk, what is traced of a disk, found by the number of its queue;
 *           struct otr_blk_chan, the files of blktrace, a part of one that an ioctl made.
 * Locks:    the debugfs_mutex of the queue for all that is done to its struct otr_blk,
 *           trace_probes_lock of trace.c inside it. Probes take none: what they find is freed
 *           a grace period after nobody finds it any more.
 * Contexts: probes run in tasks and in interrupts, with preemption off; all else sleeps.
 *
 * The kernel's blktrace.h is not to be mixed up with it: that is configured away, and with
 * it the members that structures of the kernel have for it.
 */
#ifndef _OTR_BLK_H
#define _OTR_BLK_H

#include "inst/inst.h"

#if defined(CONFIG_BLOCK) && !defined(CONFIG_BLK_DEV_IO_TRACE)
int otr_blk_init(void);
void otr_blk_exit(void);
int otr_blk_disks_init(void);
void otr_blk_disks_exit(void);
#else
static inline int otr_blk_init(void) { return 0; }
static inline void otr_blk_exit(void) { }
static inline int otr_blk_disks_init(void) { return 0; }
static inline void otr_blk_disks_exit(void) { }
#endif

#endif /* _OTR_BLK_H */
