// SPDX-License-Identifier: GPL-2.0-only
/* Switching recording on and off, and what a ring is like. */
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/printk.h>

#include "buffer/ring.h"

/* Would these records go on if they were those of @ring? */
static bool switch_allows(const struct otr_ring *ring, const struct otr_ring_cpu *rc)
{
	return READ_ONCE(ring->on) && !atomic_read(&ring->disabled) &&
	       !atomic_read(&rc->disabled) && !READ_ONCE(ring->broken) && READ_ONCE(rc->nr);
}

/* Bytes that fit on a page now: none when nothing is to be recorded. */
static u32 switch_limit_wanted(const struct otr_ring_cpu *rc)
{
	const struct otr_ring *ring = READ_ONCE(rc->ring);

	if (ring->spare_of)
		return OTR_LIMIT_ASIDE;
	if (!switch_allows(ring, rc))
		return 0;
	return rc->keep ? OTR_LIMIT_KEPT : READ_ONCE(rc->data);
}

/*
 * A writer had found these records before they were put aside, and is told by their
 * limit that it is too late: count what is lost, with the records that took their
 * place. Out of the common way, on the CPU of the records.
 */
void otr_ring_lost_aside(struct otr_ring_cpu *rc)
{
	/* They may be back by now. */
	struct otr_ring *ring = READ_ONCE(rc->ring);
	struct otr_ring_cpu *now;

	if (ring->spare_of)
		ring = ring->spare_of;
	if (!switch_allows(ring, rc))
		return;
	now = raw_cpu_ptr(READ_ONCE(ring->cpus));
	local_inc(&now->drops[OTR_DROP_SWAP]);
}

/*
 * Bring the limit up to date after what it is made of was changed. Anybody may
 * be here, on several CPUs, in an NMI in the middle of it: the one that stores last
 * looks last, so the last look decides.
 */
void otr_ring_limit(struct otr_ring_cpu *rc)
{
	u32 limit;

	/* otr_ring_set_order() waits for CPUs that may store an old one. */
	preempt_disable_notrace();
	do {
		limit = switch_limit_wanted(rc);
		WRITE_ONCE(rc->limit, limit);
		/* Pairs with itself, see memory-order.rst (limit). */
		smp_mb();
	} while (limit != switch_limit_wanted(rc));
	preempt_enable_notrace();
}

static void switch_limit_all(struct otr_ring *ring)
{
	int cpu;

	/* Pairs with the barrier in otr_ring_limit(), see memory-order.rst (limit). */
	smp_mb();
	for_each_possible_cpu(cpu)
		otr_ring_limit(otr_ring_at(ring, cpu));
}

/**
 * otr_ring_on - the user's switch: record
 * @ring: the ring
 *
 * Context: any, NMI included.
 * Return: whether that is a change; of several CPUs that do it at once, one made it.
 */
bool otr_ring_on(struct otr_ring *ring)
{
	bool was = xchg(&ring->on, true);

	switch_limit_all(ring);
	return !was;
}

/**
 * otr_ring_off - the user's switch: do not record
 * @ring: the ring
 *
 * Records that were begun before may still be ended.
 *
 * Context: any, NMI included.
 * Return: whether that is a change; of several CPUs that do it at once, one made it.
 */
bool otr_ring_off(struct otr_ring *ring)
{
	bool was = xchg(&ring->on, false);

	switch_limit_all(ring);
	return was;
}

/**
 * otr_ring_is_on - read the user's switch
 * @ring: the ring
 *
 * Context: any.
 * Return: whether it is on. Recording may be disabled all the same.
 */
bool otr_ring_is_on(const struct otr_ring *ring)
{
	return READ_ONCE(ring->on) && !READ_ONCE(ring->broken);
}

/**
 * otr_ring_disable - stop recording until otr_ring_enable()
 * @ring: the ring
 *
 * Counted, and independent of the user's switch.
 *
 * Context: any, NMI included.
 */
void otr_ring_disable(struct otr_ring *ring)
{
	atomic_inc(&ring->disabled);
	switch_limit_all(ring);
}

/**
 * otr_ring_enable - take back one otr_ring_disable()
 * @ring: the ring
 *
 * Context: any, NMI included.
 */
void otr_ring_enable(struct otr_ring *ring)
{
	atomic_dec(&ring->disabled);
	switch_limit_all(ring);
}

/**
 * otr_ring_disable_cpu - stop recording on one CPU until otr_ring_enable_cpu()
 * @ring: the ring
 * @cpu: a possible CPU
 *
 * Context: any, NMI included.
 */
void otr_ring_disable_cpu(struct otr_ring *ring, int cpu)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);

	atomic_inc(&rc->disabled);
	/* Pairs with the barrier in otr_ring_limit(), see memory-order.rst (limit). */
	smp_mb();
	otr_ring_limit(rc);
}

/**
 * otr_ring_enable_cpu - take back one otr_ring_disable_cpu()
 * @ring: the ring
 * @cpu: a possible CPU
 *
 * Context: any, NMI included.
 */
void otr_ring_enable_cpu(struct otr_ring *ring, int cpu)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);

	atomic_dec(&rc->disabled);
	/* Pairs with the barrier in otr_ring_limit(), see memory-order.rst (limit). */
	smp_mb();
	otr_ring_limit(rc);
}

/**
 * otr_ring_stop - stop recording for good
 * @ring: the ring
 * @why: a text that stays; the first one counts
 *
 * For when the ring is not what it should be. What is in it can be read.
 *
 * Context: any, NMI included.
 */
void otr_ring_stop(struct otr_ring *ring, const char *why)
{
	if (cmpxchg(&ring->broken, NULL, why))
		return;
	switch_limit_all(ring);
	pr_warn("outrace: a ring was stopped: %s\n", why);
}

/**
 * otr_ring_broken - why a ring was stopped for good
 * @ring: the ring
 *
 * Context: any.
 * Return: NULL, or a text.
 */
const char *otr_ring_broken(const struct otr_ring *ring)
{
	return READ_ONCE(ring->broken);
}

/**
 * otr_ring_set_overwrite - choose what happens when the ring is full
 * @ring: the ring
 * @overwrite: new records push out old ones; otherwise they are dropped
 *
 * Context: any.
 */
void otr_ring_set_overwrite(struct otr_ring *ring, bool overwrite)
{
	int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(otr_ring_at(ring, cpu)->overwrite, overwrite);
}

/**
 * otr_ring_has_cpu - tell whether a CPU has pages
 * @ring: the ring
 * @cpu: the CPU
 *
 * CPUs get them when they come online, and keep them.
 *
 * Context: any.
 * Return: whether it has.
 */
bool otr_ring_has_cpu(const struct otr_ring *ring, int cpu)
{
	if (cpu < 0 || cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return false;
	return READ_ONCE(otr_ring_at(ring, cpu)->nr);
}

/**
 * otr_ring_order - how large pages are
 * @ring: the ring
 *
 * Context: any.
 * Return: the size as a power of two of the machine's pages.
 */
unsigned int otr_ring_order(const struct otr_ring *ring)
{
	return READ_ONCE(ring->order);
}

/**
 * otr_ring_max_record - longest payload that a record can have
 * @ring: the ring
 *
 * Context: any.
 * Return: bytes; others in a moment, if somebody changes the size of the pages.
 */
unsigned int otr_ring_max_record(const struct otr_ring *ring)
{
	unsigned int room = otr_ring_data(ring, READ_ONCE(ring->order)) - OTR_REC_HEAD;

	return room > OTR_REC_SHORT_MAX ? max(room - 4, OTR_REC_SHORT_MAX) : room;
}
