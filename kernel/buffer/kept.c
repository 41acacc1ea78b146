// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring whose pages are in an area: how what is complete gets its marks, and how a new
 * ring takes over the records that were found there.
 *
 * The pages stay where they are. A reader copies them, so what it has on its own page
 * may leave the ring like any other. Writers go out of line, by their limit, where the
 * outermost one marks what it has committed; a ring without an area has no instruction
 * of that.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "buffer/ring.h"

/* So often an interrupt may come in between and leave it to us to mark more. */
#define KEPT_TRIES	4

static u32 kept_number(const struct otr_keep_cpu *kc, const struct otr_page *page)
{
	return ((const void *)page - kc->pages) / PAGE_SIZE;
}

/* Is the page of @pos there, whether somebody has read it or not? */
static bool kept_is_there(const struct otr_slot *slot, u64 pos)
{
	return otr_slot_holds(READ_ONCE(slot->word) & ~OTR_SLOT_EMPTY, pos);
}

/*
 * Mark from @pos to @end of its page. Stopped at any instruction, the mark is about what it
 * says, or about nothing.
 */
static void kept_mark_page(struct otr_ring_cpu *rc, u64 pos, u32 end)
{
	const struct otr_slot *slot = otr_slot_at(rc, pos);
	struct otr_page *page = otr_slot_page(READ_ONCE(slot->word));
	struct otr_keep_cpu *kc = rc->keep;
	u32 nr = kept_number(kc, page), off = otr_pos_off(pos), sum;
	struct otr_keep_mark *mark = &kc->marks->page[nr];

	if (off >= end || !kept_is_there(slot, pos))
		return;
	if (off) {
		sum = mark->state >> 32;
	} else {
		WRITE_ONCE(mark->state, 0);
		/* As in otr_kept_reserve(). */
		smp_wmb();
		WRITE_ONCE(mark->base, slot->base);
		sum = otr_keep_page_seed(kc, nr, slot->base, page->ts);
	}
	sum = otr_keep_sum(sum, page->data + off, end - off);
	/* Likewise. */
	smp_wmb();
	OTR_STEP(43);
	WRITE_ONCE(mark->state, (u64)sum << 32 | end);
}

/*
 * Somebody is about to reserve @size bytes at @from. If they may begin the next page, that
 * holds nothing any more, before a byte of it changes. Any context, on the CPU: who comes in
 * between and begins that page has changed its mark, and moved the position.
 */
void otr_kept_reserve(struct otr_ring_cpu *rc, u64 from, unsigned int size)
{
	u64 next = otr_pos_next(rc->nr, from), word, state;
	const struct otr_slot *slot = otr_slot_at(rc, next);
	struct otr_keep_mark *mark;

	if (otr_pos_off(from) + size + OTR_REC_TIME <= rc->data)
		return;
	word = READ_ONCE(slot->word);
	mark = &rc->keep->marks->page[kept_number(rc->keep, otr_slot_page(word))];
	state = READ_ONCE(mark->state);
	barrier();
	OTR_STEP(47);
	if ((READ_ONCE(rc->write) & ~OTR_POS_SHUT) != from || otr_slot_holds(word, next))
		return;
	/* It will be refused. */
	if (otr_pos_slot(READ_ONCE(rc->commit)) == otr_pos_slot(next) ||
	    (!(word & OTR_SLOT_EMPTY) && !READ_ONCE(rc->overwrite)))
		return;
	OTR_STEP(48);
	if (state)
		cmpxchg_local(&mark->state, state, 0ULL);
	/* For a reader of the memory after a stop. */
	smp_wmb();
}

static void kept_mark(struct otr_ring_cpu *rc, u64 commit)
{
	struct otr_keep_cpu *kc = rc->keep;
	u64 pos = kc->pos;

	/* Interrupts wrote all pages anew. */
	if (otr_pos_pages(rc->nr, pos, commit) >= rc->nr)
		pos = otr_pos_oldest(rc->nr, commit);
	while (otr_pos_page(pos) != otr_pos_page(commit)) {
		const struct otr_slot *slot = otr_slot_at(rc, pos);
		const struct otr_page *page = otr_slot_page(READ_ONCE(slot->word));

		kept_mark_page(rc, pos, min_t(u64, READ_ONCE(page->commit), rc->data));
		pos = otr_pos_next(rc->nr, pos);
		OTR_STEP(44);
	}
	kept_mark_page(rc, pos, otr_pos_off(commit));
	kc->pos = commit;
}

/*
 * Mark what is committed. Any context, on the CPU. Who comes in between leaves it to the one
 * that is at it. While busy is not zero, no window opens that would take pages away. What
 * nests where a record is taken back is marked with the next one.
 */
void otr_kept_commit(struct otr_ring_cpu *rc)
{
	struct otr_keep_cpu *kc = rc->keep;
	unsigned int tries;

	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) + 1);
	for (tries = 0; tries < KEPT_TRIES && !READ_ONCE(kc->busy); tries++) {
		u64 commit = READ_ONCE(rc->commit);

		/* One was open since the commit. */
		if (commit == OTR_POS_CLOSED || commit == kc->pos)
			break;
		WRITE_ONCE(kc->busy, true);
		barrier();
		OTR_STEP(45);
		kept_mark(rc, commit);
		barrier();
		WRITE_ONCE(kc->busy, false);
		barrier();
		OTR_STEP(46);
	}
	barrier();
	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) - 1);
}

/* The CPU's records are dropped. In a window. */
void otr_kept_clear(struct otr_ring_cpu *rc)
{
	struct otr_keep_marks *marks = rc->keep->marks;

	memset(marks, 0, struct_size(marks, page, rc->nr));
}

/**
 * otr_ring_layout - tell where the pages of a CPU are
 * @ring: a ring in an area
 * @cpu: the CPU
 *
 * Context: may sleep; takes the reader lock.
 * Return: it, to be freed with kvfree(); ERR_PTR() of -ENOMEM, -ENODEV for a CPU without pages.
 */
struct otr_keep_layout *otr_ring_layout(struct otr_ring *ring, int cpu)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);
	struct otr_keep_layout *layout;
	u32 i;

	if (!otr_ring_has_cpu(ring, cpu))
		return ERR_PTR(-ENODEV);
	/* The pages of an area are always as many. */
	layout = kvzalloc(struct_size(layout, page, rc->nr), GFP_KERNEL);
	if (!layout)
		return ERR_PTR(-ENOMEM);
	layout->nr = rc->nr;
	otr_reader_lock(rc);
	for (i = 0; i < layout->nr; i++)
		layout->page[i] = kept_number(rc->keep,
					      otr_slot_page(READ_ONCE(rc->slots[i].word)));
	layout->head = layout->page[otr_pos_slot(otr_reader_oldest(rc))];
	layout->commit = layout->page[otr_pos_slot(otr_ring_committed(rc))];
	otr_reader_unlock(rc);
	return layout;
}

/*
 * Slots for the pages of a CPU: those that were found in front, in their order. They hang
 * there as empty ones until otr_kept_adopt(). NULL without memory.
 */
struct otr_slot *otr_kept_slots(const struct otr_keep_cpu *kc, u32 nr)
{
	struct otr_slot *slots = kvcalloc(nr, sizeof(*slots), GFP_KERNEL);
	unsigned long *found = bitmap_zalloc(nr, GFP_KERNEL);
	u32 i, at = kc->nr_found;

	if (!slots || !found) {
		kvfree(slots);
		bitmap_free(found);
		return NULL;
	}
	for (i = 0; i < kc->nr_found; i++) {
		__set_bit(kc->found[i].page, found);
		slots[i].word = otr_slot_word(otr_keep_page(kc, kc->found[i].page), 0,
					      OTR_SLOT_EMPTY);
	}
	for (i = 0; i < nr; i++)
		if (!test_bit(i, found))
			slots[at++].word = otr_slot_word(otr_keep_page(kc, i), 0, OTR_SLOT_EMPTY);
	bitmap_free(found);
	return slots;
}

/*
 * Behind otr_ring_start(), which began at @start: take over what was found. Nobody
 * records yet; returns where writing is.
 */
u64 otr_kept_adopt(struct otr_ring_cpu *rc, u64 start)
{
	struct otr_keep_cpu *kc = rc->keep;
	const struct otr_keep_found *found = kc->found;
	u64 pos = start, bytes = 0;
	u32 i;

	kc->pos = start;
	if (!kc->nr_found)
		return start;
	for (i = 0; i < kc->nr_found; i++) {
		struct otr_slot *slot = &rc->slots[i];
		struct otr_page *page = otr_slot_page(slot->word);

		pos = otr_pos(otr_pos_lap(start), i, 0);
		page->commit = found[i].bytes;
		WRITE_ONCE(slot->word, otr_slot_word(page, pos, 0));
		WRITE_ONCE(slot->base, found[i].base);
		WRITE_ONCE(slot->bytes, bytes);
		local_set(&slot->count, found[i].count);
		bytes += found[i].bytes;
	}
	rc->reader.next = max(found->base, kc->read);
	kc->pos = pos | found[i - 1].bytes;
	return kc->pos;
}
