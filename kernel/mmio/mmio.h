/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room mmio: what drivers read from and write to the memory of devices.
 *
 * Purpose:  the tracer "mmiotrace". The kernel catches the accesses: while it is told to,
 *           memory of devices that is mapped is not present, each access faults, and the
 *           kernel does it in a single step. It then calls a function that does nothing,
 *           and that a watch of ours is on. The other functions like that are called when
 *           memory is mapped and unmapped, and when a driver says something.
 * Objects:  the watches on these functions.
 * Locks:    otr_tracer_lock for which instance it is. Watches take none.
 * Contexts: watches run where drivers reach for their devices, the most of them as an NMI:
 *           the end of a single step is one; all else sleeps.
 *
 * The kernel takes all CPUs but one away while it catches accesses, as another one could
 * use a page in the moment in which it is present.
 */
#ifndef _OTR_MMIO_H
#define _OTR_MMIO_H

int otr_mmio_init(void);
void otr_mmio_exit(void);

#endif /* _OTR_MMIO_H */
