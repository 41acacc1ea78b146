// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be true of a ring while nobody writes. The first thing that is not
 * is told as a text.
 */
#include <linux/cpu.h>
#include <linux/kernel.h>

#include "buffer/ring.h"
#include "buffer_check.h"

/* Every page is compared with every other one in rings up to this size. */
#define COMPARE_MAX	512U

struct check {
	struct otr_window	window;
	const char		*wrong;
};

static const char *check_slots(const struct otr_ring_cpu *rc)
{
	u32 i, j;

	for (i = 0; i < rc->nr; i++) {
		const struct otr_page *page = otr_slot_page(rc->slots[i].word);

		if (!page)
			return "a slot has no page";
		if (page == rc->reader.cur.page)
			return "the reader's page is in the ring";
		for (j = 0; j < min(i, COMPARE_MAX); j++)
			if (page == otr_slot_page(rc->slots[j].word))
				return "a page is in two slots";
	}
	return NULL;
}

static const char *check_write(const struct otr_ring_cpu *rc, u64 write)
{
	if (otr_pos_slot(write) >= rc->nr)
		return "the writing position is behind the last slot";
	if (otr_pos_off(write) > rc->data || otr_pos_off(write) % 4)
		return "the writing position has no place on a page";
	if (!otr_slot_holds(otr_slot_at(rc, write)->word, write))
		return "the page that is written was not opened";
	if (!otr_pos_off(write) && rc->last_ts != OTR_TS_UNKNOWN)
		return "a page without a record has a last time";
	return NULL;
}

static const char *check_page(const struct otr_ring_cpu *rc, u64 pos, u64 write)
{
	const struct otr_slot *slot = otr_slot_at(rc, pos);
	struct otr_cursor cur = { .page = otr_slot_page(slot->word) };
	bool last = otr_pos_page(write) == pos;
	struct otr_item item;
	long count = 0;
	u32 after;
	int found;

	if (!last && cur.page->commit > rc->data)
		return "a page has more data than fits";
	cur.ts = cur.page->ts;
	cur.end = last ? otr_pos_off(write) : cur.page->commit;
	while ((found = otr_cursor_look(&cur, &item, &after)) > 0) {
		cur.off = after;
		cur.ts = item.ts;
		count++;
	}
	if (found < 0)
		return "a page has bytes that are no record";
	if (count != local_read(&slot->count))
		return "a page has another number of records than was counted";
	if (last && count && rc->last_ts != OTR_TS_UNKNOWN && rc->last_ts != cur.ts)
		return "the last time is not that of the last record";
	return NULL;
}

/* From the oldest page on there must be no gap. */
static const char *check_pages(const struct otr_ring_cpu *rc, u64 write)
{
	u64 pos = otr_pos_oldest(rc->nr, write);
	const struct otr_slot *before = NULL;
	const char *wrong;

	for (;; pos = otr_pos_next(rc->nr, pos)) {
		const struct otr_slot *slot = otr_slot_at(rc, pos);

		if (!otr_slot_holds(slot->word, pos)) {
			if (before)
				return "there is a gap between pages";
			continue;
		}
		wrong = check_page(rc, pos, write);
		if (wrong)
			return wrong;
		if (before && slot->base != before->base + local_read(&before->count))
			return "a page does not count on from the one in front";
		if (before && slot->bytes != before->bytes + otr_slot_page(before->word)->commit)
			return "a page does not add up bytes from the one in front";
		if (pos == otr_pos_page(write))
			return NULL;
		before = slot;
	}
}

static const char *check_reader(const struct otr_ring_cpu *rc, u64 write)
{
	const struct otr_reader *rd = &rc->reader;
	const struct otr_slot *slot = otr_slot_at(rc, write);

	if (rd->cur.off > rd->cur.end || rd->cur.end > rc->data)
		return "the reader is behind the end of its page";
	if (rd->next > slot->base + local_read(&slot->count) || rd->before > slot->bytes)
		return "the reader is in front of the writer";
	if (rd->read + rd->lost_all != rd->next)
		return "records were neither read nor lost";
	if (otr_pos_slot(rd->pos) >= rc->nr)
		return "the reader is behind the last slot";
	return NULL;
}

static void check_apply_check(struct otr_window *window)
{
	struct check *check = container_of(window, struct check, window);
	const struct otr_ring_cpu *rc = window->rc;
	u64 write = window->write;

	check->wrong = check_slots(rc) ?: check_write(rc, write) ?: check_pages(rc, write) ?:
		       check_reader(rc, write);
}

/**
 * ring_check - look for anything wrong with a CPU's records
 * @ring: the ring
 * @cpu: a CPU that has pages
 *
 * Reads everything, while nothing is recorded there: not for everyday.
 *
 * Context: may sleep; takes the reader lock.
 * Return: NULL when all is well, or what is not.
 */
const char *ring_check(struct otr_ring *ring, int cpu)
{
	struct check check = {
		.window.rc	= otr_ring_at(ring, cpu),
		.window.apply	= check_apply_check,
		.window.slots	= READ_ONCE(otr_ring_at(ring, cpu)->nr),
	};
	int err;

	cpus_read_lock();
	err = otr_window_run(&check.window);
	cpus_read_unlock();
	return err ? "a record stays open" : check.wrong;
}
