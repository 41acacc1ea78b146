// SPDX-License-Identifier: GPL-2.0-only
/*
 * What became of records. Nothing is counted per record but records on a page:
 * the rest follows from the numbers of the first record on pages.
 */
#include <linux/kernel.h>

#include "buffer/ring.h"

/* Records that are left on a page. */
static u64 stats_count_left(struct otr_cursor cur)
{
	struct otr_item item;
	u64 left = 0;
	u32 after;

	while (otr_cursor_look(&cur, &item, &after) > 0) {
		cur.off = after;
		left++;
	}
	return left;
}

/* Bytes in front of what the reader will take next out of the ring. */
static u64 stats_bytes_before(const struct otr_ring_cpu *rc, u64 oldest)
{
	const struct otr_reader *rd = &rc->reader;
	const struct otr_slot *slot = otr_slot_at(rc, rd->pos);

	if (otr_slot_holds(READ_ONCE(slot->word), rd->pos) &&
	    READ_ONCE(slot->bytes) == rd->before && !rd->adrift)
		return rd->before + otr_pos_off(rd->pos);
	return READ_ONCE(otr_slot_at(rc, oldest)->bytes);
}

static void stats_read_stats(const struct otr_ring_cpu *rc, struct otr_ring_stats *stats)
{
	const struct otr_reader *rd = &rc->reader;
	u64 commit = otr_ring_committed(rc), oldest = otr_reader_oldest(rc);
	const struct otr_slot *slot = otr_slot_at(rc, commit), *back = otr_slot_at(rc, oldest);
	u64 held = stats_count_left(rd->cur), base = READ_ONCE(back->base);
	u64 total = READ_ONCE(slot->base) + local_read(&slot->count);
	u64 bytes = READ_ONCE(slot->bytes) + otr_pos_off(commit);
	u64 first = max(rd->next + held, base);

	stats->read = rd->read;
	/* While a writer goes on, these are from slightly different moments. */
	stats->entries = held + (total > first ? total - first : 0);
	stats->overrun = rd->lost_all + (first - rd->next - held);
	stats->bytes = bytes - min(bytes, stats_bytes_before(rc, oldest));
	stats->bytes += rd->cur.end - rd->cur.off;
	if (held)
		stats->oldest_ts = rd->cur.ts;
	else if (stats->entries)
		stats->oldest_ts = READ_ONCE(otr_slot_page(READ_ONCE(back->word))->ts);
}

/**
 * otr_ring_stats - tell what became of a CPU's records
 * @ring: the ring
 * @cpu: the CPU
 * @stats: receives it
 *
 * Exact while nobody writes on that CPU.
 *
 * Context: may sleep; takes the reader lock.
 * Return: 0; -ENODEV for a CPU without pages, which has nothing: so says @stats.
 */
int otr_ring_stats(struct otr_ring *ring, int cpu, struct otr_ring_stats *stats)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);

	*stats = (struct otr_ring_stats) {
		.commit_overrun	= local_read(&rc->drops[OTR_DROP_COMMIT]),
		.dropped	= local_read(&rc->drops[OTR_DROP_FULL]),
		.too_large	= local_read(&rc->drops[OTR_DROP_LARGE]),
		.in_window	= local_read(&rc->drops[OTR_DROP_WINDOW]),
		.inside		= local_read(&rc->drops[OTR_DROP_INSIDE]),
		.at_swap	= local_read(&rc->drops[OTR_DROP_SWAP]),
		.now_ts		= otr_clock_read(READ_ONCE(rc->clock)),
	};
	if (!otr_ring_has_cpu(ring, cpu))
		return -ENODEV;
	otr_reader_lock(rc);
	stats_read_stats(rc, stats);
	otr_reader_unlock(rc);
	return 0;
}

/**
 * otr_ring_overrun - records pushed out by newer ones, on all CPUs
 * @ring: the ring
 *
 * Context: may sleep; takes the reader locks.
 * Return: how many.
 */
u64 otr_ring_overrun(struct otr_ring *ring)
{
	struct otr_ring_stats stats;
	u64 overrun = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		if (!otr_ring_stats(ring, cpu, &stats))
			overrun += stats.overrun;
	return overrun;
}
