// SPDX-License-Identifier: GPL-2.0-only
/* What an instance does with its ring: size, clock, content, readers. */
#include "inst/inst.h"

static int state_resize(struct otr_inst *inst, unsigned long bytes, int cpu)
{
	int err;

	WRITE_ONCE(inst->expanded, true);
	otr_ring_pin(inst->ring);
	err = otr_ring_resize(inst->ring, cpu, bytes);
	if (!err && inst->snapshot_ready)
		err = otr_snapshot_match(inst, cpu);
	otr_ring_unpin(inst->ring);
	return err;
}

static int state_expand(struct otr_inst *inst)
{
	return inst->expanded ? 0 : state_resize(inst, inst->size, OTR_CPU_ALL);
}

/**
 * otr_inst_resize - change the size of the ring
 * @inst: the instance
 * @bytes: payload bytes per CPU, rounded up to whole pages
 * @cpu: the CPU, or OTR_CPU_ALL
 *
 * Context: otr_shape_lock and otr_inst_lock free; sleeps.
 * Return: 0, -EINVAL for a CPU without a ring, -ENOMEM, -EBUSY while a program has
 * pages of it in its memory. Where there is no memory for a snapshot of the new size, the
 * ring has that size all the same.
 */
int otr_inst_resize(struct otr_inst *inst, unsigned long bytes, int cpu)
{
	int err;

	mutex_lock(&otr_shape_lock);
	err = state_resize(inst, bytes, cpu);
	mutex_unlock(&otr_shape_lock);
	return err;
}

/**
 * otr_inst_set_order - change the size of the ring's pages
 * @inst: the instance
 * @order: 0..OTR_RING_ORDER_MAX: the machine's pages times two to this
 *
 * Records are dropped, those of a snapshot as well, unless that is the size already.
 *
 * Context: otr_shape_lock and otr_inst_lock free; sleeps.
 * Return: 0, -ENOMEM, what else otr_ring_set_order() returned; then nothing was changed.
 */
int otr_inst_set_order(struct otr_inst *inst, unsigned int order)
{
	struct otr_ring *spare;
	int err = 0;

	mutex_lock(&otr_shape_lock);
	spare = inst->snapshot_ready ? inst->snapshot : NULL;
	if (order != otr_ring_order(inst->ring))
		err = otr_ring_set_order(inst->ring, spare, order);
	mutex_unlock(&otr_shape_lock);
	return err;
}

/**
 * otr_inst_expand - give the ring its real size, now that it is used
 * @inst: the instance
 *
 * Context: otr_shape_lock and otr_inst_lock free; sleeps.
 * Return: 0, -ENOMEM, -EBUSY while a program has pages of it in its memory.
 */
int otr_inst_expand(struct otr_inst *inst)
{
	int err;

	mutex_lock(&otr_shape_lock);
	err = state_expand(inst);
	mutex_unlock(&otr_shape_lock);
	return err;
}

/**
 * otr_inst_make_room - make room for a snapshot
 * @inst: the instance
 *
 * Context: otr_shape_lock held, otr_inst_lock free; sleeps.
 * Return: 0, -ENOMEM.
 */
int otr_inst_make_room(struct otr_inst *inst)
{
	struct otr_ring *ring;
	int err;

	lockdep_assert_held(&otr_shape_lock);
	mutex_lock(&otr_inst_lock);
	ring = otr_snapshot_ring(inst);
	mutex_unlock(&otr_inst_lock);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	err = state_expand(inst);
	if (!err)
		err = otr_snapshot_match(inst, OTR_CPU_ALL);
	if (err)
		return err;
	/* The ring is there, and large, for a reader that finds this. */
	smp_store_release(&inst->snapshot_ready, true);
	return 0;
}

/**
 * otr_snapshot_want - be one of those that may take snapshots
 * @inst: the instance, which gets room for one
 *
 * Until otr_snapshot_unwant() no program has pages of the ring in its memory.
 *
 * Context: otr_shape_lock held, otr_inst_lock free; sleeps.
 * Return: 0; -EBUSY while a program has; -ENOMEM.
 */
int otr_snapshot_want(struct otr_inst *inst)
{
	int err;

	if (!atomic_dec_unless_positive(&inst->maps))
		return -EBUSY;
	err = otr_inst_make_room(inst);
	if (err)
		otr_snapshot_unwant(inst);
	return err;
}

/**
 * otr_snapshot_unwant - the counterpart of otr_snapshot_want()
 * @inst: the instance
 *
 * Context: any.
 */
void otr_snapshot_unwant(struct otr_inst *inst)
{
	atomic_inc(&inst->maps);
}

/**
 * otr_inst_hold_snapshot - have snapshots taken when the caller says so
 * @inst: the instance
 *
 * Until otr_inst_release_snapshot() users do not change what was put aside, and no tracer that
 * keeps something there becomes the current one.
 *
 * Context: otr_shape_lock and otr_inst_lock free; may sleep.
 * Return: 0; -EBUSY while somebody else does, the tracer keeps something there, or a program
 * has pages of the ring in its memory; -ENOMEM.
 */
int otr_inst_hold_snapshot(struct otr_inst *inst)
{
	int err = -EBUSY;

	mutex_lock(&otr_shape_lock);
	if (!inst->snapshot_held && !READ_ONCE(inst->tracer)->keeps_longest) {
		err = otr_snapshot_want(inst);
		WRITE_ONCE(inst->snapshot_held, !err);
	}
	mutex_unlock(&otr_shape_lock);
	return err;
}

/**
 * otr_inst_release_snapshot - the counterpart of otr_inst_hold_snapshot()
 * @inst: the instance; its snapshot stays
 *
 * Context: otr_shape_lock free; may sleep.
 */
void otr_inst_release_snapshot(struct otr_inst *inst)
{
	mutex_lock(&otr_shape_lock);
	WRITE_ONCE(inst->snapshot_held, false);
	otr_snapshot_unwant(inst);
	mutex_unlock(&otr_shape_lock);
}

/**
 * otr_inst_reset - drop what was recorded
 * @inst: the instance
 * @cpu: the CPU, or OTR_CPU_ALL
 *
 * Context: otr_shape_lock and otr_inst_lock held: the ring is locked while its size changes,
 * for as long as that takes, and readers of files are not to wait for that. May sleep.
 * Return: 0, what otr_ring_reset() returned.
 */
int otr_inst_reset(struct otr_inst *inst, int cpu)
{
	int err;

	lockdep_assert_held(&otr_shape_lock);
	/* What other CPUs recorded is not older than that of one. */
	if (cpu == OTR_CPU_ALL)
		inst->time_start = otr_clock_read(inst->clock);
	err = otr_ring_reset(inst->ring, cpu);
	if (!err && cpu == OTR_CPU_ALL)
		otr_area_anew(inst);
	return err;
}

static int state_set_clock(struct otr_inst *inst, enum otr_clock_id id)
{
	int err;

	otr_ring_pin(inst->ring);
	err = otr_ring_set_clock(inst->ring, id);
	if (!err && inst->snapshot)
		err = otr_ring_set_clock(inst->snapshot, id);
	otr_ring_unpin(inst->ring);
	if (err)
		return err;
	inst->clock = id;
	return otr_inst_reset(inst, OTR_CPU_ALL);
}

/**
 * otr_inst_set_clock - choose the clock of the time stamps
 * @inst: the instance
 * @name: the clock's name in trace_clock
 *
 * Time stamps of two clocks cannot be compared, so the ring is emptied.
 *
 * Context: otr_shape_lock and otr_inst_lock free; sleeps.
 * Return: 0, -EINVAL for an unknown name, what otr_ring_set_clock() returned.
 */
int otr_inst_set_clock(struct otr_inst *inst, const char *name)
{
	int id = otr_clock_find(name);
	int err;

	if (id < 0)
		return -EINVAL;
	mutex_lock(&otr_shape_lock);
	mutex_lock(&otr_inst_lock);
	err = state_set_clock(inst, id);
	mutex_unlock(&otr_inst_lock);
	mutex_unlock(&otr_shape_lock);
	return err;
}

/* Both rings, which are pinned. */
static void state_set_cpu(struct otr_inst *inst, int cpu, bool on)
{
	struct otr_ring *rings[] = { inst->ring, inst->snapshot };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rings) && rings[i]; i++) {
		if (on)
			otr_ring_enable_cpu(rings[i], cpu);
		else
			otr_ring_disable_cpu(rings[i], cpu);
	}
}

/**
 * otr_inst_set_cpus - choose the CPUs that record
 * @inst: the instance
 * @cpus: those CPUs, or none; the others go on, but write nothing
 *
 * Context: otr_inst_lock held.
 */
void otr_inst_set_cpus(struct otr_inst *inst, const struct cpumask *cpus)
{
	int cpu;

	lockdep_assert_held(&otr_inst_lock);
	otr_ring_pin(inst->ring);
	for_each_possible_cpu(cpu) {
		bool was = cpumask_test_cpu(cpu, inst->cpus);

		if (was != cpumask_test_cpu(cpu, cpus))
			state_set_cpu(inst, cpu, !was);
	}
	otr_ring_unpin(inst->ring);
	cpumask_copy(inst->cpus, cpus);
}

/**
 * otr_inst_pause - stop recording for as long as somebody reads
 * @inst: the instance
 *
 * Context: otr_inst_lock held. Pauses nest.
 */
void otr_inst_pause(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_inst_lock);
	inst->pauses++;
	otr_ring_disable(inst->ring);
}

/**
 * otr_inst_resume - the counterpart of otr_inst_pause()
 * @inst: the instance
 *
 * Context: otr_inst_lock held.
 */
void otr_inst_resume(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_inst_lock);
	inst->pauses--;
	otr_ring_enable(inst->ring);
}

/**
 * otr_inst_pipe_open - become the consuming reader of a CPU, or of all
 * @inst: the instance
 * @cpu: the CPU, or OTR_CPU_ALL
 *
 * Two consumers of the same records would each see a part of them.
 *
 * Context: otr_inst_lock held.
 * Return: 0, -EBUSY when there is one.
 */
int otr_inst_pipe_open(struct otr_inst *inst, int cpu)
{
	lockdep_assert_held(&otr_inst_lock);
	if (cpu == OTR_CPU_ALL) {
		if (!cpumask_empty(inst->pipe_cpus))
			return -EBUSY;
		cpumask_setall(inst->pipe_cpus);
	} else if (cpumask_test_and_set_cpu(cpu, inst->pipe_cpus)) {
		return -EBUSY;
	}
	inst->pipes++;
	return 0;
}

/**
 * otr_inst_pipe_close - the counterpart of otr_inst_pipe_open()
 * @inst: the instance
 * @cpu: as given there
 *
 * Context: otr_inst_lock held.
 */
void otr_inst_pipe_close(struct otr_inst *inst, int cpu)
{
	lockdep_assert_held(&otr_inst_lock);
	if (cpu == OTR_CPU_ALL)
		cpumask_clear(inst->pipe_cpus);
	else
		cpumask_clear_cpu(cpu, inst->pipe_cpus);
	inst->pipes--;
}

/**
 * otr_inst_raw_open - take out pages, beside other readers
 * @inst: the instance
 *
 * Context: otr_inst_lock held.
 */
void otr_inst_raw_open(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_inst_lock);
	inst->pipes++;
}

/**
 * otr_inst_raw_close - the counterpart of otr_inst_raw_open()
 * @inst: the instance
 *
 * Context: otr_inst_lock held.
 */
void otr_inst_raw_close(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_inst_lock);
	inst->pipes--;
}
