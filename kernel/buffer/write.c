// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing, out of line: nested writers, time records, going on to the next
 * page, and moving the commit position behind more than one record.
 *
 * Writers of a CPU nest strictly: whoever interrupts is done before who was
 * interrupted goes on. So what one instruction reads or writes here needs to be
 * ordered against the own CPU by the compiler only, and a cmpxchg_local() that
 * succeeds says that nobody came in between. Readers on other CPUs look at the
 * commit position and at the words of the slots.
 */
#include <linux/kernel.h>

#include "buffer/ring.h"

/* What a time record can tell. */
#define TIME_MASK	(BIT_ULL(OTR_REC_TIME_BITS) - 1)

/* What reserve() says besides success. */
enum verdict {
	DONE,
	AGAIN,		/* somebody nested in between */
	REFUSED,
};

/* What is to be reserved, and when. */
struct claim {
	struct otr_ring_cpu	*rc;
	u64			from;
	u64			ts;
	unsigned int		len;
	unsigned int		size;	/* of the record alone */
	u32			time;	/* OTR_REC_EXTEND, OTR_REC_STAMP, or 0 */
	u64			delta;	/* what is told: a delta or, in a stamp, the time */
	bool			nested;
	bool			far;	/* only a page can tell the time */
};

static enum verdict drop(struct otr_ring_cpu *rc, enum otr_drop why)
{
	local_inc(&rc->drops[why]);
	return REFUSED;
}

/*
 * Decide how the time is told. Only who is outermost knows the time of the
 * record in front; a clock that goes back a little stands still for it, and
 * one that goes back a lot is believed. What not even a stamp can tell, as its
 * upper bits are those of the time in front, takes a new page.
 */
static void tell_time(struct claim *claim)
{
	u64 last = READ_ONCE(claim->rc->last_ts);

	claim->time = 0;
	claim->delta = 0;
	claim->far = false;
	if (!claim->nested && last != OTR_TS_UNKNOWN) {
		if (claim->ts < last && last - claim->ts < OTR_REC_DELTA_END)
			claim->ts = last;
		claim->delta = claim->ts - last;
		if (claim->delta < OTR_REC_DELTA_END)
			return;
		if (claim->delta < BIT_ULL(OTR_REC_TIME_BITS)) {
			claim->time = OTR_REC_EXTEND;
			return;
		}
		claim->far = otr_rec_stamp_time(claim->ts & TIME_MASK, last) != claim->ts;
	}
	claim->time = OTR_REC_STAMP;
	claim->delta = claim->ts & TIME_MASK;
}

/* Write the record's head, and the time record in front where there is one. */
static void start(const struct claim *claim, struct otr_claimed *claimed, u64 at,
		  unsigned int total)
{
	struct otr_page *page = otr_slot_page(READ_ONCE(otr_slot_at(claim->rc, at)->word));
	u32 *head = (u32 *)(page->data + otr_pos_off(at));
	u32 delta = claim->delta;

	claimed->to = at + total;
	claimed->payload = claim->nested ? OTR_REC_NESTED : 0;
	if (total != claim->size) {
		head[0] = otr_rec_word(claim->time, claim->delta & (OTR_REC_DELTA_END - 1));
		head[1] = claim->delta >> OTR_REC_DELTA_BITS;
		head += OTR_REC_TIME / sizeof(*head);
		delta = 0;
		claimed->payload |= OTR_REC_TIMED;
	}
	claimed->payload |= (unsigned long)otr_rec_write(head, claim->len, delta);
	if (claim->nested) {
		/*
		 * Whatever comes in between, a position here that is the writing
		 * position has its own time beside it.
		 */
		WRITE_ONCE(claim->rc->nested_ts, claim->ts);
		OTR_STEP(37);
		WRITE_ONCE(claim->rc->nested_to, claimed->to);
	} else {
		/* There is only one who is outermost, so there is room for one. */
		WRITE_ONCE(claim->rc->slow_ts, claim->ts);
	}
}

/* Be the first on the page at @at, which is the one who says its time. */
static void start_page(struct claim *claim, struct otr_claimed *claimed, u64 at)
{
	otr_slot_page(READ_ONCE(otr_slot_at(claim->rc, at)->word))->ts = claim->ts;
	claim->delta = 0;
	start(claim, claimed, at, claim->size);
}

/*
 * Open the page at @next for writing. What it holds is pushed out, unless it
 * must not be.
 */
static enum verdict open_page(struct otr_ring_cpu *rc, u64 from, u64 next)
{
	struct otr_slot *slot = otr_slot_at(rc, next);
	u64 word = READ_ONCE(slot->word);
	u64 commit = READ_ONCE(rc->commit);

	/* Somebody nested was here and then found room on the old page. */
	if (otr_slot_holds(word, next))
		return DONE;
	/*
	 * Nested writers may have gone round the whole ring since @from was read.
	 * If they did not, then both words above belong to it.
	 */
	barrier();
	OTR_STEP(25);
	if (READ_ONCE(rc->write) != from)
		return AGAIN;
	/* The page of the commit position has a record that is not complete. */
	if (otr_pos_slot(commit) == otr_pos_slot(next))
		return drop(rc, OTR_DROP_COMMIT);
	if (!(word & OTR_SLOT_EMPTY) && !READ_ONCE(rc->overwrite))
		return drop(rc, OTR_DROP_FULL);
	OTR_STEP(11);
	/*
	 * A full barrier: readers that see a byte of what is written to the page
	 * from here on see the new word as well, see memory-order.rst (page).
	 */
	if (cmpxchg(&slot->word, word, otr_slot_word(otr_slot_page(word), next, 0)) != word)
		return AGAIN;
	OTR_STEP(12);
	return DONE;
}

/* Reserve at the beginning of the next page, and close the current one. */
static enum verdict cross(struct claim *claim, struct otr_claimed *claimed)
{
	struct otr_ring_cpu *rc = claim->rc;
	u64 from = claim->from;
	u64 next = otr_pos_next(rc->nr, from);
	struct otr_slot *slot = otr_slot_at(rc, next);
	enum verdict verdict = open_page(rc, from, next);
	long stale;

	if (verdict != DONE)
		return verdict;
	/* Nobody counts here before the position is here. */
	stale = local_read(&slot->count);
	barrier();
	OTR_STEP(13);
	if (cmpxchg_local(&rc->write, from, next + claim->size) != from)
		return AGAIN;
	OTR_STEP(14);
	/* Who nests from here on adds to it, so it cannot just be set. */
	local_sub(stale - 1, &slot->count);
	OTR_STEP(15);
	otr_slot_page(READ_ONCE(otr_slot_at(rc, from)->word))->commit = otr_pos_off(from);
	OTR_STEP(16);
	start_page(claim, claimed, next);
	return DONE;
}

static enum verdict reserve(struct claim *claim, struct otr_claimed *claimed)
{
	struct otr_ring_cpu *rc = claim->rc;
	u32 limit = READ_ONCE(rc->limit);
	u64 from = READ_ONCE(rc->write);
	unsigned int total;

	if (!limit)
		return REFUSED;
	if (claim->len > limit || claim->size > limit)
		return drop(rc, OTR_DROP_LARGE);
	claim->from = from;
	claim->nested = READ_ONCE(rc->commit) != from;
	/* See memory-order.rst (time). */
	barrier();
	claim->ts = otr_clock_read(READ_ONCE(rc->clock));
	OTR_STEP(8);
	tell_time(claim);
	total = claim->size;
	if (claim->time && otr_pos_off(from))
		total += OTR_REC_TIME;
	if (otr_pos_off(from) + total > limit || (claim->far && otr_pos_off(from)))
		return cross(claim, claimed);
	OTR_STEP(9);
	if (cmpxchg_local(&rc->write, from, from + total) != from)
		return AGAIN;
	OTR_STEP(10);
	local_inc(&otr_slot_at(rc, from)->count);
	if (!otr_pos_off(from))
		start_page(claim, claimed, from);
	else
		start(claim, claimed, from, total);
	return DONE;
}

/*
 * A window cannot open while busy is not zero, so that slots stay what they are
 * in here.
 */
static noinline struct otr_claimed claim_room(struct otr_ring_cpu *rc, unsigned int len)
{
	struct otr_claimed claimed = {};
	/* Every member is set before it is read. */
	struct claim claim __uninitialized;
	enum verdict verdict;

	claim.rc = rc;
	claim.len = len;
	claim.size = len <= OTR_POS_OFF_MASK ? otr_rec_size(len) : 0;
	/* Nobody sees another value than before, after having nested in here. */
	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) + 1);
	barrier();
	do {
		verdict = reserve(&claim, &claimed);
	} while (verdict == AGAIN);
	barrier();
	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) - 1);
	return claimed;
}

/* otr_ring_begin() for whoever is not in its common case. */
struct otr_claimed __otr_aside otr_ring_begin_slow(struct otr_ring_cpu *rc, unsigned int len)
{
	if (!READ_ONCE(rc->limit))
		return (struct otr_claimed) {};
	if (unlikely(READ_ONCE(rc->window))) {
		drop(rc, OTR_DROP_WINDOW);
		return (struct otr_claimed) {};
	}
	return claim_room(rc, len);
}

/*
 * Move the commit position from @at to @to. The pages on the way learn the
 * number of their first record: all counts in front of @to are final, as
 * nobody is left who wrote there.
 */
static void advance(struct otr_ring_cpu *rc, u64 at, u64 to)
{
	bool crossed = otr_pos_page(at) != otr_pos_page(to);

	while (otr_pos_page(at) != otr_pos_page(to)) {
		const struct otr_slot *slot = otr_slot_at(rc, at);
		u64 next = otr_pos_next(rc->nr, at);
		struct otr_slot *then = otr_slot_at(rc, next);

		WRITE_ONCE(then->base, slot->base + local_read(&slot->count));
		WRITE_ONCE(then->bytes, slot->bytes +
			   otr_slot_page(READ_ONCE(slot->word))->commit);
		at = next;
		OTR_STEP(17);
	}
	/* Pairs with the acquire in otr_ring_committed(), see memory-order.rst (commit). */
	smp_store_release(&rc->commit, to);
	if (crossed && unlikely(READ_ONCE(rc->watch_full)))
		otr_ring_notify_full(rc);
}

/*
 * Commit what nested writers left behind: they saw an open record and relied on
 * its writer. As long as the two positions differ nobody else moves the commit
 * position, so one look at both that is not interrupted by a commit will do.
 */
void __otr_aside otr_ring_catch_up(struct otr_ring_cpu *rc)
{
	u64 commit, write;

	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) + 1);
	for (;;) {
		barrier();
		commit = READ_ONCE(rc->commit);
		OTR_STEP(18);
		write = READ_ONCE(rc->write);
		if (commit == write)
			break;
		if (READ_ONCE(rc->commit) != commit)
			continue;
		/* The last record is not ours any more, but whose is it? */
		WRITE_ONCE(rc->last_ts, READ_ONCE(rc->nested_to) == write ?
			   READ_ONCE(rc->nested_ts) : OTR_TS_UNKNOWN);
		OTR_STEP(19);
		advance(rc, commit, write);
		OTR_STEP(20);
	}
	barrier();
	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) - 1);
}

/* Commit the record of the outermost writer, and what nested behind it. */
static void commit_outermost(struct otr_ring_cpu *rc, u64 to, u64 ts)
{
	WRITE_ONCE(rc->last_ts, ts);
	OTR_STEP(21);
	advance(rc, READ_ONCE(rc->commit), to);
	barrier();
	OTR_STEP(22);
	if (READ_ONCE(rc->write) != to)
		otr_ring_catch_up(rc);
	if (unlikely(READ_ONCE(rc->watch)))
		otr_ring_notify(rc);
}

/* otr_ring_end() of who is outermost and began out of line. */
void __otr_aside otr_ring_end_slow(struct otr_ring_cpu *rc, u64 to)
{
	commit_outermost(rc, to, READ_ONCE(rc->slow_ts));
}

/* otr_ring_discard(), out of line. */
void otr_ring_take_back(struct otr_ring_cpu *rc, u32 *head, u64 to, u64 ts, unsigned int how)
{
	struct otr_slot *slot = otr_slot_at(rc, to);
	u32 off = (u8 *)head - otr_slot_page(READ_ONCE(slot->word))->data;
	u32 begin = off - (how & OTR_REC_TIMED ? OTR_REC_TIME : 0);

	/* Before the position: who comes after that may commit the page's count. */
	local_dec(&slot->count);
	/* Whom we interrupted may yet put the position in front beside our time. */
	if (how & OTR_REC_NESTED)
		WRITE_ONCE(rc->nested_ts, OTR_TS_UNKNOWN);
	OTR_STEP(23);
	/* A page that was opened for it stays open. */
	if (cmpxchg_local(&rc->write, to, otr_pos_page(to) | begin) == to) {
		OTR_STEP(24);
		if (!(how & OTR_REC_NESTED))
			otr_ring_catch_up(rc);
		return;
	}
	/*
	 * What follows is first on a page or has a stamp of its own, so it does
	 * not matter whether a reader adds up the time of padding. Zero would
	 * mean that the rest of the page is padding.
	 */
	head[0] = otr_rec_word(OTR_REC_PAD, 1);
	head[1] = otr_pos_off(to) - off - OTR_REC_HEAD;
	if (!(how & OTR_REC_NESTED))
		commit_outermost(rc, to, how & OTR_REC_SLOW ? READ_ONCE(rc->slow_ts) : ts);
}
