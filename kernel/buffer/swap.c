// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring and its spare: what was recorded is put aside in one step, wherever
 * that is wanted, and recording goes on in other pages.
 *
 * All that belongs to a CPU's records moves with them: pages, positions, the
 * consuming reader. A writer that found its CPU's records a moment earlier ends
 * there what it began; one that was about to begin is told that they are off.
 * Code that changes pages or sizes, and may sleep over it, pins the ring meanwhile.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/processor.h>

#include "buffer/ring.h"

/* Somebody exchanges: one at a time of all, it takes but a moment. */
static atomic_t swap_swapping = ATOMIC_INIT(0);

/**
 * otr_ring_pin - keep otr_ring_swap() from exchanging a ring's records
 * @ring: the ring
 *
 * For changes of it and of its spare alike. Pins nest.
 *
 * Context: a task; waits for another CPU that exchanges.
 */
void otr_ring_pin(struct otr_ring *ring)
{
	atomic_inc(&ring->pinned);
	/* Pairs with the exchange in otr_ring_swap(), see memory-order.rst (swap). */
	smp_mb__after_atomic();
	while (atomic_read(&swap_swapping))
		cpu_relax();
	/* What was exchanged is there: pairs with the release at its end. */
	smp_rmb();
}

/**
 * otr_ring_unpin - the counterpart of otr_ring_pin()
 * @ring: the ring
 *
 * Context: a task.
 */
void otr_ring_unpin(struct otr_ring *ring)
{
	/* What was changed comes first for the next exchange. */
	smp_mb__before_atomic();
	atomic_dec(&ring->pinned);
}

static void swap_belong(struct otr_ring_cpu __percpu *cpus, struct otr_ring *ring)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct otr_ring_cpu *rc = per_cpu_ptr(cpus, cpu);

		WRITE_ONCE(rc->ring, ring);
		otr_ring_limit(rc);
	}
}

/* Limits that somebody found out before the exchange, and waiters likewise. */
static void swap_revisit(struct otr_ring_cpu __percpu *cpus)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct otr_ring_cpu *rc = per_cpu_ptr(cpus, cpu);

		otr_ring_limit(rc);
		otr_ring_wait_swapped(rc);
	}
}

/**
 * otr_ring_swap - exchange the records of a ring and its spare
 * @ring: the ring, which may be in use
 * @spare: from otr_ring_create_spare()
 *
 * On or off, waiters and readers stay with the ring.
 *
 * Context: any, NMI included.
 * Return: 0; -EBUSY when one of them is being changed, or somebody else
 * exchanges.
 */
int otr_ring_swap(struct otr_ring *ring, struct otr_ring *spare)
{
	struct otr_ring_cpu __percpu *old, *fresh;
	unsigned long flags;
	int err = -EBUSY;

	local_irq_save(flags);
	/* A full barrier: pairs with otr_ring_pin(), see memory-order.rst (swap). */
	if (atomic_cmpxchg(&swap_swapping, 0, 1))
		goto out;
	if (atomic_read(&ring->pinned) || atomic_read(&spare->pinned))
		goto done;
	old = ring->cpus;
	fresh = spare->cpus;
	/* Nobody is told that recording is off while it is not. */
	swap_belong(fresh, ring);
	/* Pairs with the address dependency of the writers that load it. */
	smp_store_release(&ring->cpus, fresh);
	/* Likewise. */
	smp_store_release(&spare->cpus, old);
	swap_belong(old, spare);
	swap_revisit(fresh);
	swap_revisit(old);
	err = 0;
done:
	/* Pairs with otr_ring_pin(). */
	atomic_set_release(&swap_swapping, 0);
out:
	local_irq_restore(flags);
	return err;
}
