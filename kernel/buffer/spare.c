// SPDX-License-Identifier: GPL-2.0-only
/* Spares: rings that another ring exchanges its records with, see swap.c. */
#include <linux/cpu.h>
#include <linux/kernel.h>

#include "buffer/ring.h"

/* The same CPUs have pages, whether they are here or away, and will have. */
static int spare_join(struct otr_ring *spare, struct otr_ring *ring)
{
	int cpu, err = 0;

	/* From here on destroying it takes back that it joined, if it did. */
	spare->spare_of = ring;
	cpus_read_lock();
	mutex_lock(&ring->lock);
	for_each_possible_cpu(cpu)
		if (!err && otr_ring_has_cpu(ring, cpu))
			err = otr_ring_add_cpu(spare, cpu);
	if (!err)
		ring->spare = spare;
	mutex_unlock(&ring->lock);
	cpus_read_unlock();
	return err;
}

/**
 * otr_ring_create_spare - make a ring to exchange records with
 * @ring: the ring that it is for, which has no other one
 *
 * It is as small as can be, see otr_ring_match(), and records nothing. The CPUs
 * that have pages are those of the ring, at any time.
 *
 * Context: may sleep.
 * Return: the ring; ERR_PTR(-ENOMEM), ERR_PTR(-EINTR) for a fatal signal.
 */
struct otr_ring *otr_ring_create_spare(struct otr_ring *ring)
{
	const struct otr_ring_cpu *rc = raw_cpu_ptr(READ_ONCE(ring->cpus));
	struct otr_ring_config config = {
		.clock		= READ_ONCE(rc->clock),
		.order		= READ_ONCE(ring->order),
		.data_max	= ring->data_max,
		.overwrite	= READ_ONCE(rc->overwrite),
	};
	struct otr_ring *spare = otr_ring_make(&config);
	int err;

	if (IS_ERR(spare))
		return spare;
	otr_ring_disable(spare);
	err = spare_join(spare, ring);
	if (err) {
		otr_ring_destroy(spare);
		return ERR_PTR(err);
	}
	return spare;
}

/* What a CPU gets that comes for the first time. */
static void spare_follow(struct otr_ring *spare, const struct otr_ring *ring)
{
	mutex_lock(&spare->lock);
	spare->bytes = ring->bytes;
	spare->size = ring->size;
	mutex_unlock(&spare->lock);
}

/**
 * otr_ring_match - make a spare like its ring: as large, with pages of the same size
 * @spare: from otr_ring_create_spare()
 * @ring: the ring
 * @cpu: the CPU, or OTR_CPU_ALL
 *
 * Context: may sleep; nobody resizes the ring.
 * Return: 0; -ENOMEM, -EINTR, -EBUSY.
 */
int otr_ring_match(struct otr_ring *spare, const struct otr_ring *ring, int cpu)
{
	int at, err = 0;

	if (otr_ring_order(spare) != otr_ring_order(ring))
		err = otr_ring_set_order(spare, NULL, otr_ring_order(ring));
	for_each_possible_cpu(at) {
		unsigned long has = otr_ring_bytes(spare, at), bytes;

		if (err)
			break;
		if (cpu != OTR_CPU_ALL && cpu != at)
			continue;
		/* A CPU that comes now gets pages in the ring first, see otr_ring_add_cpu(). */
		smp_rmb();
		bytes = otr_ring_bytes(ring, at);
		if (has != bytes)
			err = otr_ring_resize(spare, at, bytes);
		/* When they are exchanged, the ring's size is said to be what it was. */
		if (!err)
			WRITE_ONCE(otr_ring_at(spare, at)->size, otr_ring_at(ring, at)->size);
	}
	if (!err)
		spare_follow(spare, ring);
	return err;
}
