/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slots of a CPU, one for each context that interrupts another: room for what is too
 * large for a stack, or a mark that something is being done.
 */
#ifndef _OTR_BASE_NEST_H
#define _OTR_BASE_NEST_H

#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/types.h>

/* Task, soft interrupt, hard interrupt, NMI. */
#define OTR_NEST_SLOTS	4

/**
 * otr_nest_enter - take the next slot of this CPU
 * @used: how many are taken; nobody else changes it
 * @slots: how many there are
 *
 * Interrupts take later ones than what they interrupt, and are done first, so plain
 * accesses are enough.
 *
 * Context: any, NMI included; preemption off until otr_nest_exit().
 * Return: the slot's number, -1 if they nest deeper than there are slots.
 */
static __always_inline int otr_nest_enter(u32 __percpu *used, u32 slots)
{
	u32 slot = raw_cpu_read(*used);

	if (unlikely(slot >= slots))
		return -1;
	raw_cpu_write(*used, slot + 1);
	/* An interrupt from here on takes the next one. */
	barrier();
	return slot;
}

/**
 * otr_nest_exit - give back the slot that was taken last
 * @used: as for otr_nest_enter()
 * @slot: its number
 *
 * Context: that of otr_nest_enter().
 */
static __always_inline void otr_nest_exit(u32 __percpu *used, u32 slot)
{
	/* It is free when we are done with it. */
	barrier();
	raw_cpu_write(*used, slot);
}

#endif /* _OTR_BASE_NEST_H */
