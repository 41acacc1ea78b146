// SPDX-License-Identifier: GPL-2.0-only
/*
 * Glances: looking at records when nothing can be waited for, in an NMI or after
 * something went wrong on any CPU, in the middle of anything.
 *
 * A glance takes no lock and changes nothing that a reader needs, so it cannot
 * trust what it sees either: a user of a record copies it, and then asks
 * whether its page is still where it was. Slots and pages that a resize takes
 * away are freed a grace period later, and a glance ends within interrupts off.
 *
 * What a glance has shown counts as read. It only leaves a number behind: the next
 * a reader with the lock goes there.
 */
#include <linux/kernel.h>

#include "buffer/ring.h"

/* So often in a row somebody may be faster than a glance. */
#define TRIES	64

/* Is the ring still as it was at the beginning, and not being changed? */
static bool glance_unchanged(const struct otr_glance *g)
{
	/* What was read so far was read before this. */
	smp_rmb();
	/* Pairs with the release in window_close(): then the epoch is the new one. */
	return otr_ring_committed(g->rc) != OTR_POS_CLOSED &&
	       READ_ONCE(g->rc->epoch) == g->epoch;
}

static struct otr_slot *glance_slot_at(const struct otr_glance *g, u64 pos)
{
	return &g->slots[min(otr_pos_slot(pos), g->nr - 1)];
}

/* Begin at what the consuming reader has on its own page, unless it is at work. */
static bool glance_begin_at_reader(struct otr_glance *g)
{
	const struct otr_reader *rd = &g->rc->reader;

	if (mutex_is_locked(&g->rc->reader_lock))
		return false;
	/* What the last reader did before it unlocked comes with that. */
	smp_rmb();
	g->cur = rd->cur;
	g->pos = rd->pos;
	g->before = rd->before;
	g->adrift = rd->adrift;
	g->next = rd->next;
	g->lost = rd->lost;
	/* Somebody may have come, and even gone, meanwhile. */
	smp_rmb();
	return !mutex_is_locked(&g->rc->reader_lock) && g->cur.page == READ_ONCE(rd->cur.page) &&
	       g->cur.off == READ_ONCE(rd->cur.off) && g->pos == READ_ONCE(rd->pos) &&
	       g->next == READ_ONCE(rd->next);
}

/**
 * otr_glance_begin - begin to look at the records of a CPU
 * @g: the glance, to be set up
 * @ring: the ring; should not be recording
 * @cpu: a possible CPU
 *
 * Context: any, NMI included; interrupts off until the last use of @g.
 */
void otr_glance_begin(struct otr_glance *g, struct otr_ring *ring, int cpu)
{
	struct otr_ring_cpu *rc = otr_ring_at(ring, cpu);

	*g = (struct otr_glance){ .rc = rc, .epoch = READ_ONCE(rc->epoch) };
	/* Pairs with itself in glance_unchanged(): an old epoch shows with new slots. */
	smp_rmb();
	g->slots = READ_ONCE(rc->slots);
	g->nr = READ_ONCE(rc->nr);
	g->data = READ_ONCE(rc->data);
	if (!g->nr || !glance_unchanged(g))
		return;
	g->going = true;
	g->known = glance_begin_at_reader(g);
	if (!g->known) {
		g->cur = (struct otr_cursor){};
		g->pos = READ_ONCE(rc->seen);
		/* Pairs with the barrier in otr_reader_publish(). */
		smp_rmb();
		g->before = READ_ONCE(rc->seen_before);
		g->adrift = false;
		g->next = 0;
		g->lost = 0;
	}
	/* Pairs with the release in otr_glance_next(). */
	if (smp_load_acquire(&rc->shown_resets) == READ_ONCE(rc->resets))
		g->shown = READ_ONCE(rc->shown);
	/* Told by the glance before. */
	if (g->shown)
		g->lost = 0;
	g->told = g->lost;
}

/**
 * otr_glance_holds - was the record there while it was looked at?
 * @g: a glance of which otr_glance_peek() showed a record
 *
 * Context: that of otr_glance_begin().
 * Return: whether it was; if not, otr_glance_peek() goes on somewhere else.
 */
bool otr_glance_holds(struct otr_glance *g)
{
	if (glance_unchanged(g) && (g->slot ? READ_ONCE(g->slot->word) == g->word :
				    READ_ONCE(g->rc->reader.cur.page) == g->cur.page))
		return true;
	g->cur.off = g->cur.end;
	return false;
}

/*
 * Go behind what is not to be shown, on a page that begins with record @base. What was
 * counted there are records only if the page was there all the while.
 */
static void glance_skip_known(struct otr_glance *g, u64 base, u32 off)
{
	u64 wanted = max(g->next, g->shown), number = base;
	struct otr_item item;

	while ((g->cur.off < off || (g->known && number < g->next)) &&
	       otr_cursor_look(&g->cur, &item, &g->after) > 0) {
		OTR_STEP(50);
		g->cur.off = g->after;
		g->cur.ts = item.ts;
		number++;
	}
	if (!otr_glance_holds(g))
		return;
	if (g->known && base > wanted)
		g->lost += base - wanted;
	g->next = number;
	g->known = true;
}

/* As readers do, see read_in_place(). */
static bool glance_in_place(const struct otr_glance *g)
{
	return !g->adrift && READ_ONCE(glance_slot_at(g, g->pos)->bytes) == g->before;
}

/* Go to the oldest page that is left. */
static void glance_catch_up(struct otr_glance *g, u64 commit)
{
	g->pos = otr_slots_oldest(g->slots, g->nr, commit);
	g->before = READ_ONCE(glance_slot_at(g, g->pos)->bytes);
	g->adrift = false;
}

static bool glance_enter_page(struct otr_glance *g, u64 commit)
{
	struct otr_slot *slot = glance_slot_at(g, g->pos);
	u64 word = READ_ONCE(slot->word);
	struct otr_page *page = otr_slot_page(word);
	bool last = otr_pos_page(g->pos) == otr_pos_page(commit);
	u32 off = otr_pos_off(g->pos), end;
	u64 ts, base;

	/* Pairs with the cmpxchg in write_open_page(), see memory-order.rst (laps). */
	smp_rmb();
	if (!glance_in_place(g) || !otr_slot_holds(word, g->pos))
		return false;
	base = READ_ONCE(slot->base);
	end = last ? otr_pos_off(commit) : min_t(u64, READ_ONCE(page->commit), g->data);
	ts = READ_ONCE(page->ts);
	OTR_STEP(49);
	/* Pairs with the cmpxchg in write_open_page(), see memory-order.rst (page). */
	smp_rmb();
	if (READ_ONCE(slot->word) != word || !glance_in_place(g))
		return false;
	g->cur = (struct otr_cursor){ .page = page, .end = end, .ts = ts };
	g->slot = slot;
	g->word = word;
	g->pos = last ? otr_pos_page(g->pos) | end : otr_pos_next(g->nr, g->pos);
	if (!last)
		g->before += end;
	glance_skip_known(g, base, off);
	return true;
}

/* On to a page with something on it: false when there is none. */
static bool glance_find_page(struct otr_glance *g)
{
	unsigned int i;

	for (i = 0; i < TRIES && g->going; i++) {
		u64 commit = otr_ring_committed(g->rc);

		if (!glance_unchanged(g))
			break;
		if (!glance_in_place(g))
			glance_catch_up(g, commit);
		if (g->pos == commit)
			break;
		if (glance_enter_page(g, commit))
			return true;
		g->adrift = true;
	}
	g->going = false;
	return false;
}

static void glance_go_behind(struct otr_glance *g, u64 ts)
{
	g->cur.off = g->after;
	g->cur.ts = ts;
	g->lost = 0;
	g->next++;
}

/**
 * otr_glance_peek - look at the current record
 * @g: the glance
 * @item: receives the record, which otr_glance_holds() has to confirm after use
 *
 * Context: that of otr_glance_begin().
 * Return: whether there is one.
 */
bool otr_glance_peek(struct otr_glance *g, struct otr_item *item)
{
	do {
		while (g->going && otr_cursor_look(&g->cur, item, &g->after) > 0) {
			item->cpu = g->rc->cpu;
			item->lost = g->lost;
			g->after_ts = item->ts;
			if (g->next >= g->shown)
				return true;
			glance_go_behind(g, item->ts);
		}
	} while (glance_find_page(g));
	return false;
}

/**
 * otr_glance_next - go on to the next record; this one was shown
 * @g: a glance of which otr_glance_peek() showed a record
 *
 * Context: that of otr_glance_begin(); one glance at a time at a CPU.
 */
void otr_glance_next(struct otr_glance *g)
{
	struct otr_ring_cpu *rc = g->rc;

	WRITE_ONCE(rc->shown_lost, READ_ONCE(rc->shown_lost) + g->lost - g->told);
	g->told = 0;
	glance_go_behind(g, g->after_ts);
	WRITE_ONCE(rc->shown, g->next);
	/* Pairs with the acquire in otr_reader_lock(): the number is of these records. */
	smp_store_release(&rc->shown_resets, READ_ONCE(rc->resets));
}
