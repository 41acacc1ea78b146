// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading: what is on a page, and going from page to page.
 *
 * A reader has a page of its own. A consuming one exchanges it for a page of
 * the ring that is complete; one that looks only copies into it. Of the page
 * that is being written either copies the part in front of the commit position.
 * A copy is good if the slot still says the same afterwards.
 */
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/string.h>

#include "buffer/ring.h"

/* So often in a row a writer may be faster than a reader. */
#define TRIES	64

/*
 * Look at the record at the cursor, past what is none: 1. 0 at the end of the
 * page, a negative number for bytes that make no sense.
 */
int otr_cursor_look(struct otr_cursor *cur, struct otr_item *item, u32 *after)
{
	while (cur->off < cur->end) {
		const u32 *word = (const u32 *)(cur->page->data + cur->off);
		u32 room = cur->end - cur->off, type = otr_rec_type(word[0]);
		u64 delta = otr_rec_delta(word[0]);
		u32 head = OTR_REC_HEAD, len = 4 * type;

		if (room < 8)
			return -1;
		switch (type) {
		case OTR_REC_STAMP:
			delta |= (u64)word[1] << OTR_REC_DELTA_BITS;
			cur->ts = otr_rec_stamp_time(delta, cur->ts);
			cur->off += OTR_REC_TIME;
			continue;
		case OTR_REC_EXTEND:
			cur->ts += delta | (u64)word[1] << OTR_REC_DELTA_BITS;
			cur->off += OTR_REC_TIME;
			continue;
		case OTR_REC_PAD:
			if (!delta || word[1] > room - OTR_REC_HEAD || word[1] % 4 || !word[1])
				return -1;
			cur->ts += delta;
			cur->off += OTR_REC_HEAD + word[1];
			continue;
		case OTR_REC_LONG:
			if (word[1] < 4 || word[1] % 4)
				return -1;
			head += 4;
			len = word[1] - 4;
			break;
		}
		if (len > room - head)
			return -1;
		item->data = cur->page->data + cur->off + head;
		item->len = len;
		item->ts = cur->ts + delta;
		*after = cur->off + head + len;
		return 1;
	}
	return 0;
}

/* Beginning of the oldest page that can be read. The reader lock is held. */
u64 otr_reader_oldest(const struct otr_ring_cpu *rc)
{
	return otr_slots_oldest(rc->slots, rc->nr, otr_ring_committed(rc));
}

/* Let others know where the consuming reader is. */
void otr_reader_publish(struct otr_ring_cpu *rc)
{
	const struct otr_reader *rd = &rc->reader;

	WRITE_ONCE(rc->held, rd->cur.off < rd->cur.end);
	WRITE_ONCE(rc->seen_before, rd->before);
	/* Pairs with the barrier in otr_glance_begin(): of two, the place is the older one. */
	smp_wmb();
	WRITE_ONCE(rc->seen, rd->pos);
	if (rc->keep)
		WRITE_ONCE(rc->keep->marks->read, rd->next);
}

/*
 * Has the commit position not been on @slot again since the reader came to @before?
 * Then all else there is of this lap, or at most of the next one, and tags will do.
 */
static bool read_in_place(const struct otr_slot *slot, const struct otr_reader *rd)
{
	return !rd->adrift && READ_ONCE(slot->bytes) == rd->before;
}

/* Go to the oldest page that is left. Preemption is off. */
static void read_catch_up(const struct otr_ring_cpu *rc, struct otr_reader *rd, u64 commit)
{
	rd->pos = otr_slots_oldest(rc->slots, rc->nr, commit);
	rd->before = READ_ONCE(otr_slot_at(rc, rd->pos)->bytes);
	rd->adrift = false;
}

/* Look at a slot: does it have the page that the reader wants? */
static bool read_look(const struct otr_slot *slot, const struct otr_reader *rd, u64 *word)
{
	*word = READ_ONCE(slot->word);
	/* Pairs with the cmpxchg in write_open_page(), see memory-order.rst (laps). */
	smp_rmb();
	return read_in_place(slot, rd) && otr_slot_holds(*word, rd->pos);
}

/* Does it still have it after @word was read and used? */
static bool read_holds(const struct otr_slot *slot, const struct otr_reader *rd, u64 word)
{
	/* Pairs with the cmpxchg in write_open_page(), see memory-order.rst (page). */
	smp_rmb();
	return READ_ONCE(slot->word) == word && read_in_place(slot, rd);
}

/* Go on at @off of a page that begins with record @base and ends at @end. */
static void read_arrive(struct otr_ring_cpu *rc, struct otr_reader *rd, u64 base, u32 off, u32 end)
{
	struct otr_item item;
	u64 skip;

	if (!off)
		rd->cur.ts = rd->cur.page->ts;
	rd->cur.off = off;
	rd->cur.end = end;
	rd->base = base;
	rd->after = 0;
	rd->count = 0;
	rd->fresh = !off;
	if (!rd->started) {
		if (!off)
			rd->next = base;
		rd->started = true;
	}
	if (off)
		return;
	if (base > rd->next) {
		rd->lost += base - rd->next;
		rd->lost_all += base - rd->next;
		rd->next = base;
	}
	/* Of a page that was copied before it was moved, go behind what is known. */
	for (skip = rd->next - base; skip; skip--) {
		if (otr_cursor_look(&rd->cur, &item, &rd->after) <= 0)
			break;
		rd->cur.off = rd->after;
		rd->cur.ts = item.ts;
	}
	rd->after = 0;
}

/* Copy what is committed of the page that is being written. */
static bool read_copy_part(struct otr_ring_cpu *rc, struct otr_reader *rd, u64 commit)
{
	struct otr_slot *slot = otr_slot_at(rc, rd->pos);
	u32 off = otr_pos_off(rd->pos), end = otr_pos_off(commit);
	const struct otr_page *page;
	u64 word, base;

	if (!read_look(slot, rd, &word) || off > end)
		return false;
	base = READ_ONCE(slot->base);
	page = otr_slot_page(word);
	OTR_STEP(30);
	/* What is behind the beginning has its time from what was read in front of it. */
	if (!off)
		rd->cur.page->ts = page->ts;
	memcpy(rd->cur.page->data + off, page->data + off, end - off);
	OTR_STEP(31);
	if (!read_holds(slot, rd, word))
		return false;
	rd->pos = otr_pos_page(rd->pos) | end;
	read_arrive(rc, rd, base, off, end);
	return true;
}

/*
 * Behind a copy of all that was left of a complete page: was it good? For a reader that
 * takes, the page is done with that, and stays where it is.
 */
static bool read_finish(struct otr_slot *slot, const struct otr_reader *rd, u64 word)
{
	if (!rd->takes)
		return read_holds(slot, rd, word);
	/* A full barrier: what was copied was the page, see memory-order.rst (exchange). */
	return cmpxchg(&slot->word, word, word | OTR_SLOT_EMPTY) == word;
}

/* Copy a complete page, or the rest of one. */
static bool read_copy_whole(struct otr_ring_cpu *rc, struct otr_reader *rd)
{
	struct otr_slot *slot = otr_slot_at(rc, rd->pos);
	u32 off = otr_pos_off(rd->pos), end;
	const struct otr_page *page;
	u64 word, base;

	if (!read_look(slot, rd, &word))
		return false;
	base = READ_ONCE(slot->base);
	page = otr_slot_page(word);
	OTR_STEP(32);
	/* What is behind the beginning has its time from what was read in front of it. */
	if (!off)
		rd->cur.page->ts = page->ts;
	/* While a writer reuses the page this may be anything. */
	end = min_t(u64, READ_ONCE(page->commit), rc->data);
	if (off < end)
		memcpy(rd->cur.page->data + off, page->data + off, end - off);
	OTR_STEP(33);
	if (!read_finish(slot, rd, word))
		return false;
	rd->pos = otr_pos_next(rc->nr, rd->pos);
	rd->before += end;
	read_arrive(rc, rd, base, off, end);
	return true;
}

/* Exchange the reader's own page for a complete one. */
static bool read_take_whole(struct otr_ring_cpu *rc, struct otr_reader *rd)
{
	struct otr_slot *slot = otr_slot_at(rc, rd->pos);
	u64 empty = otr_slot_word(rd->cur.page, rd->pos, OTR_SLOT_EMPTY);
	u32 off = otr_pos_off(rd->pos), count;
	u64 word, base;

	if (!read_look(slot, rd, &word))
		return false;
	base = READ_ONCE(slot->base);
	count = local_read(&slot->count);
	OTR_STEP(34);
	/*
	 * A full barrier: @base belongs to the page, and nobody writes to the page
	 * given before we are done with it, see memory-order.rst (exchange).
	 */
	if (cmpxchg(&slot->word, word, empty) != word)
		return false;
	OTR_STEP(35);
	rd->cur.page = otr_slot_page(word);
	if (rd->cur.page->commit > rc->data) {
		otr_ring_stop(rc->ring, "a page says that it has more data than fits");
		rd->cur.page->commit = 0;
	}
	rd->pos = otr_pos_next(rc->nr, rd->pos);
	rd->before += rd->cur.page->commit;
	read_arrive(rc, rd, base, off, rd->cur.page->commit);
	rd->count = count;
	return true;
}

/* Is @page the one that programs were told to read, and know the number of? */
static bool read_shown(const struct otr_ring_cpu *rc, const struct otr_page *page)
{
	return rc->map && rc->map->shown == page;
}

/*
 * Programs look at the reader's own page: what is not its continuation comes on another
 * one, which is any that is empty.
 */
static bool read_turn_page(struct otr_ring_cpu *rc, struct otr_reader *rd, u64 commit)
{
	u64 pos = otr_pos_oldest(rc->nr, commit);
	u32 i;

	for (i = 1; i < rc->nr; i++, pos = otr_pos_next(rc->nr, pos)) {
		struct otr_slot *slot = otr_slot_at(rc, pos);
		u64 word = READ_ONCE(slot->word);

		if (!(word & OTR_SLOT_EMPTY))
			continue;
		OTR_STEP(41);
		/* As in read_take_whole(): nobody writes to a page of an empty slot. */
		if (cmpxchg(&slot->word, word, otr_slot_exchanged(word, rd->cur.page)) != word)
			continue;
		OTR_STEP(42);
		rd->cur = (struct otr_cursor){ .page = otr_slot_page(word) };
		return true;
	}
	return false;
}

/*
 * Is what comes next to be copied, as programs know its beginning from the reader's own page,
 * or as they would take it for the continuation of what they were told before?
 */
static bool read_goes_on(const struct otr_ring_cpu *rc, const struct otr_reader *rd)
{
	return otr_pos_off(rd->pos) ||
	       read_shown(rc, otr_slot_page(READ_ONCE(otr_slot_at(rc, rd->pos)->word)));
}

static bool read_fill_once(struct otr_ring_cpu *rc, struct otr_reader *rd, u64 commit)
{
	if (otr_pos_page(rd->pos) == otr_pos_page(commit)) {
		if (rd->takes && !otr_pos_off(rd->pos) && read_shown(rc, rd->cur.page) &&
		    !read_turn_page(rc, rd, commit))
			return false;
		return read_copy_part(rc, rd, commit);
	}
	if (rd->takes && !rc->keep && !(rc->map && read_goes_on(rc, rd)))
		return read_take_whole(rc, rd);
	return read_copy_whole(rc, rd);
}

/*
 * Get more onto the reader's own page, which is used up. False when there is
 * no more. The reader lock is held. A reader that is a ring or more behind catches
 * up before any of its position is compared, as that goes round. Preemption is off,
 * so that not even the eighteen bits of a lap can come round between a look at a slot
 * and its exchange.
 */
bool otr_reader_fill(struct otr_ring_cpu *rc, struct otr_reader *rd)
{
	unsigned int i;
	bool done;

	for (i = 0; i < TRIES; i++) {
		u64 commit;

		preempt_disable();
		commit = otr_ring_committed(rc);
		if (!read_in_place(otr_slot_at(rc, rd->pos), rd))
			read_catch_up(rc, rd, commit);
		if (rd->pos == commit) {
			preempt_enable();
			return false;
		}
		OTR_STEP(36);
		done = read_fill_once(rc, rd, commit);
		preempt_enable();
		if (done)
			return true;
		/* The writer was faster: what is there now? */
		rd->adrift = true;
	}
	return false;
}

/* The next record for @rd, if there is one. The reader lock is held. */
bool otr_reader_peek(struct otr_ring_cpu *rc, struct otr_reader *rd, struct otr_item *item)
{
	do {
		int found = otr_cursor_look(&rd->cur, item, &rd->after);

		if (found > 0) {
			item->cpu = rc->cpu;
			item->lost = rd->lost;
			rd->after_ts = item->ts;
			return true;
		}
		if (found < 0) {
			otr_ring_stop(rc->ring, "a page has bytes that are no record");
			rd->cur.off = rd->cur.end;
		}
		rd->after = 0;
	} while (otr_reader_fill(rc, rd));
	return false;
}

/* Go behind the record that otr_reader_peek() found. */
void otr_reader_next(struct otr_reader *rd)
{
	if (!rd->after)
		return;
	rd->cur.off = rd->after;
	rd->cur.ts = rd->after_ts;
	rd->after = 0;
	rd->lost = 0;
	rd->next++;
}

/* Go on to what was not shown, and count what was, and what was lost in between. */
static void read_skip_shown(struct otr_ring_cpu *rc, u64 shown)
{
	struct otr_reader *rd = &rc->reader;
	u64 first = rd->next, lost_all = rd->lost_all, passed, lost;
	struct otr_item item;

	while (rd->next < shown && otr_reader_peek(rc, rd, &item) && rd->next < shown)
		otr_reader_next(rd);
	passed = min(rd->next, shown) - first;
	/* What was lost in front of them was told with them, and counted before. */
	lost = min(READ_ONCE(rc->shown_lost), passed);
	rd->lost = rd->next - first - passed;
	rd->lost_all = lost_all + lost + rd->lost;
	rd->read += passed - lost;
	otr_reader_publish(rc);
}

/* Somebody left word up to where a glance went. */
static void read_keep_up(struct otr_ring_cpu *rc, u64 shown)
{
	/* Pairs with the release in otr_glance_next(). */
	if (smp_load_acquire(&rc->shown_resets) == rc->resets && rc->reader.next < shown)
		read_skip_shown(rc, shown);
	/* Unless there is more by now. */
	if (cmpxchg(&rc->shown, shown, 0) == shown)
		WRITE_ONCE(rc->shown_lost, 0);
}

/* Keep other readers and windows out. */
void otr_reader_lock(struct otr_ring_cpu *rc)
{
	u64 shown;

	mutex_lock(&rc->reader_lock);
	shown = READ_ONCE(rc->shown);
	if (unlikely(shown))
		read_keep_up(rc, shown);
}

void otr_reader_unlock(struct otr_ring_cpu *rc)
{
	mutex_unlock(&rc->reader_lock);
}

/**
 * otr_ring_reader_lock - become the reader of a CPU's records
 * @ring: the ring
 * @cpu: a possible CPU; several are locked in ascending order
 *
 * Context: may sleep.
 * Return: the records, which stay the same until otr_ring_reader_unlock() even if
 * the ring gets others meanwhile.
 */
struct otr_ring_cpu *otr_ring_reader_lock(struct otr_ring *ring, int cpu)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);

	otr_reader_lock(rc);
	return rc;
}

/**
 * otr_ring_reader_unlock - let others read
 * @rc: from otr_ring_reader_lock()
 *
 * Context: task.
 */
void otr_ring_reader_unlock(struct otr_ring_cpu *rc)
{
	otr_reader_unlock(rc);
}

/**
 * otr_ring_peek - look at a CPU's oldest record
 * @rc: from otr_ring_reader_lock(); a CPU without pages has no records
 * @item: receives the record
 *
 * Context: the reader lock is held.
 * Return: whether there is one.
 */
bool otr_ring_peek(struct otr_ring_cpu *rc, struct otr_item *item)
{
	bool found;

	/* The reader lock keeps it, too: pages come under it. */
	if (!rc->nr)
		return false;
	found = otr_reader_peek(rc, &rc->reader, item);
	otr_reader_publish(rc);
	return found;
}

/**
 * otr_ring_consume - take out the record that otr_ring_peek() showed
 * @rc: from otr_ring_reader_lock()
 *
 * Context: the reader lock is held, and was since then.
 */
void otr_ring_consume(struct otr_ring_cpu *rc)
{
	if (!rc->reader.after)
		return;
	otr_reader_next(&rc->reader);
	rc->reader.read++;
	otr_reader_publish(rc);
}
