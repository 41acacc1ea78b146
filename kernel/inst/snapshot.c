// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snapshots: what was recorded is put aside while recording goes on. An instance
 * that was asked for one has a second ring, a few pages for as long as none is
 * wanted and as large as the first one otherwise.
 */
#include <linux/rcupdate.h>

#include "inst/inst.h"

/* The size of a ring that is not used: the smallest that there is. */
#define UNUSED_BYTES	1

/**
 * otr_snapshot_ring - where snapshots are
 * @inst: the instance
 *
 * Context: otr_inst_lock held; may sleep.
 * Return: the ring, until the instance goes; ERR_PTR(-ENOMEM), ERR_PTR(-EINVAL) for one
 * whose ring is in memory that outlives a boot.
 */
struct otr_ring *otr_snapshot_ring(struct otr_inst *inst)
{
	struct otr_ring *ring = inst->snapshot;
	int cpu;

	lockdep_assert_held(&otr_inst_lock);
	if (ring)
		return ring;
	if (inst->area)
		return ERR_PTR(-EINVAL);
	ring = otr_ring_create_spare(inst->ring);
	if (IS_ERR(ring))
		return ring;
	/* Nobody exchanges it before it is ready. */
	for_each_possible_cpu(cpu)
		if (!cpumask_test_cpu(cpu, inst->cpus))
			otr_ring_disable_cpu(ring, cpu);
	inst->snapshot = ring;
	return ring;
}

/* Give the memory back; a snapshot that is being taken is waited for. */
static void snapshot_shrink(struct otr_inst *inst)
{
	WRITE_ONCE(inst->snapshot_ready, false);
	/* See otr_snapshot_swap(). */
	synchronize_rcu();
	otr_ring_reset(inst->snapshot, OTR_CPU_ALL);
	otr_ring_resize(inst->snapshot, OTR_CPU_ALL, UNUSED_BYTES);
	/* Two pages may be a megabyte. */
	if (otr_ring_order(inst->snapshot))
		otr_ring_set_order(inst->snapshot, NULL, 0);
}

/**
 * otr_snapshot_match - make room for a snapshot of all that the ring holds
 * @inst: an instance that has room for one of another size
 * @cpu: the CPU that was resized, or OTR_CPU_ALL
 *
 * Context: otr_shape_lock held, otr_inst_lock free; sleeps.
 * Return: 0; an errno, then there is no room for one any more.
 */
int otr_snapshot_match(struct otr_inst *inst, int cpu)
{
	int err;

	lockdep_assert_held(&otr_shape_lock);
	err = otr_ring_match(inst->snapshot, inst->ring, cpu);
	if (err)
		snapshot_shrink(inst);
	return err;
}

/**
 * otr_snapshot_free - drop the snapshot, and give its memory back
 * @inst: the instance; nothing happens while its snapshot is held
 *
 * Context: otr_shape_lock held, otr_inst_lock free; sleeps.
 */
void otr_snapshot_free(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_shape_lock);
	if (inst->snapshot_ready && !inst->snapshot_held)
		snapshot_shrink(inst);
}

/**
 * otr_snapshot_swap - put aside what was recorded, for tracers and users alike
 * @inst: the instance
 *
 * What was put aside before takes its place, and is recorded behind. The task that
 * takes it is remembered by its name.
 *
 * Context: any, NMI included.
 * Return: 0; -ENOENT without room for it; -EBUSY while the ring is changed.
 */
int otr_snapshot_swap(struct otr_inst *inst)
{
	int err = -ENOENT;

	preempt_disable_notrace();
	/* Pairs with the release in otr_inst_make_room(). */
	if (smp_load_acquire(&inst->snapshot_ready))
		err = otr_ring_swap(inst->ring, inst->snapshot);
	if (!err)
		otr_comm_now();
	preempt_enable_notrace();
	return err;
}

/**
 * otr_snapshot_take - put aside what was recorded, as somebody asks who is no tracer
 * @inst: the instance
 *
 * Context: any, NMI included.
 * Return: as otr_snapshot_swap(); -EPERM while the tracer keeps something there.
 */
int otr_snapshot_take(struct otr_inst *inst)
{
	if (READ_ONCE(inst->snapshot_ready) && READ_ONCE(inst->tracer)->keeps_longest)
		return -EPERM;
	return otr_snapshot_swap(inst);
}

/**
 * otr_inst_map - be a program that has pages of the ring in its memory
 * @inst: the instance, of which it has a file open that keeps tracers from changing
 *
 * Until otr_inst_unmap() nobody takes snapshots.
 *
 * Context: any.
 * Return: 0; -EBUSY while somebody may take one.
 */
int otr_inst_map(struct otr_inst *inst)
{
	if (READ_ONCE(inst->tracer)->keeps_longest)
		return -EBUSY;
	return atomic_inc_unless_negative(&inst->maps) ? 0 : -EBUSY;
}

/**
 * otr_inst_unmap - the counterpart of otr_inst_map()
 * @inst: the instance
 *
 * Context: any.
 */
void otr_inst_unmap(struct otr_inst *inst)
{
	atomic_dec(&inst->maps);
}
