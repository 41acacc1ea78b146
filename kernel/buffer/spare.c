// SPDX-License-Identifier: GPL-2.0-only
/* Spares: rings that another ring exchanges its records with, see swap.c. */
#include <linux/kernel.h>

#include "buffer/ring.h"

/**
 * otr_ring_create_spare - make a ring to exchange records with
 * @ring: the ring that it is for
 *
 * It is as small as can be, see otr_ring_match(), and records nothing.
 *
 * Context: may sleep.
 * Return: the ring; ERR_PTR(-ENOMEM).
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
	struct otr_ring *spare = otr_ring_create(&config);

	if (!IS_ERR(spare))
		otr_ring_disable(spare);
	return spare;
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
		unsigned long bytes = otr_ring_bytes(ring, at);

		if (err)
			break;
		if ((cpu != OTR_CPU_ALL && cpu != at) || !bytes || !otr_ring_has_cpu(spare, at))
			continue;
		if (otr_ring_bytes(spare, at) != bytes)
			err = otr_ring_resize(spare, at, bytes);
		/* When they are exchanged, the ring's size is said to be what it was. */
		if (!err)
			WRITE_ONCE(otr_ring_at(spare, at)->size, otr_ring_size(ring, at));
	}
	return err;
}
