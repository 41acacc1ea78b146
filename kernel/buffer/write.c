// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing, out of line: nested writers, time records, going on to the next
 * page, and moving the commit position behind more than one record.
 *
 * Writers of a CPU nest strictly: the one that interrupts is done before the one
 * that was interrupted goes on. So what one instruction reads or writes here needs
 * to be ordered against the own CPU by the compiler only, and a cmpxchg_local()
 * that succeeds says that nobody came in between. Readers on other CPUs look at the
 * commit position and at the words of the slots.
 *
 * A writer that finds that somebody came in between tries again. An interrupt comes
 * in between once; code that the writer itself runs, and that is traced or probed,
 * does so every time. So the tries are counted, see memory-order.rst (again).
 */
#include <linux/kernel.h>

#include "buffer/ring.h"

/* So often another writer may come in between before those that nest are refused. */
#define WRITE_FREE	1

/* So often all in all. With nesting refused, what is left is a reader, twice at most. */
#define WRITE_TRIES	6

/* What a time record can tell. */
#define TIME_MASK	(BIT_ULL(OTR_REC_TIME_BITS) - 1)

/* What write_reserve() says besides success. */
enum verdict {
	DONE,
	AGAIN,		/* somebody nested in between */
	REFUSED,
};

/* A limit that has no room for any record: was that all? */
static enum verdict write_refuse(struct otr_ring_cpu *rc, u32 limit)
{
	if (limit)
		otr_ring_lost_aside(rc);
	return REFUSED;
}

/* What is to be reserved, and when. */
struct claim {
	struct otr_ring_cpu	*rc;
	u64			from;
	u64			at;	/* when it shall be, 0 for now */
	u64			ts;
	unsigned int		len;
	unsigned int		size;	/* of the record alone */
	u32			time;	/* OTR_REC_EXTEND, OTR_REC_STAMP, or 0 */
	u64			delta;	/* what is told: a delta or, in a stamp, the time */
	bool			nested;
	bool			far;	/* only a page can tell the time */
	bool			shut;	/* nobody can nest */
};

static enum verdict write_drop(struct otr_ring_cpu *rc, enum otr_drop why)
{
	local_inc(&rc->drops[why]);
	return REFUSED;
}

/*
 * Refuse writers that nest from here on: nobody else's position is like that, so
 * they come out of line, and look there. One instruction.
 */
static void write_shut(struct otr_ring_cpu *rc)
{
	local_inc(&rc->write_local);
	barrier();
}

/*
 * otr_ring_time() where it takes a call, to code that may be traced, or probed. A
 * record of that would nest in the reservation that the time is for, and in its own
 * one its own, and so on. What is no interrupt is refused therefore. An interrupt's
 * first functions look as if they were none.
 */
u64 __otr_aside otr_ring_time_call(struct otr_ring_cpu *rc)
{
	u8 context = BIT(otr_guard_context()), others = READ_ONCE(rc->in_clock);
	u64 ts;

	if (others & context)
		return OTR_TS_REFUSED;
	/* Nobody sees another value than before, after having nested in here. */
	WRITE_ONCE(rc->in_clock, others | context);
	barrier();
	ts = otr_clock_read(READ_ONCE(rc->clock));
	barrier();
	WRITE_ONCE(rc->in_clock, others);
	return ts;
}

/*
 * The time of the nested record in front of @at, if that is done. One that is open
 * may yet become padding, of which it is not clear whether its time counts.
 */
static u64 write_front(const struct otr_ring_cpu *rc, u64 at)
{
	unsigned int i;

	for (i = 0; at && i < OTR_NESTS; i++)
		if (READ_ONCE(rc->nests[i].to) == at)
			return READ_ONCE(rc->nests[i].ts);
	return OTR_TS_UNKNOWN;
}

/*
 * Decide how the time is told: a clock that goes back a little stands still for it,
 * and one that goes back a lot is believed. A time that was asked for is never older than
 * the record in front. What not even a stamp can tell, as its
 * upper bits are those of the time in front, takes a new page.
 */
static void write_tell_time(struct claim *claim)
{
	u64 last = claim->nested ? write_front(claim->rc, claim->from) :
				   READ_ONCE(claim->rc->last_ts);

	claim->time = 0;
	claim->delta = 0;
	claim->far = false;
	if (last != OTR_TS_UNKNOWN) {
		if (claim->ts < last && (claim->at || last - claim->ts < OTR_REC_DELTA_END))
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

/* What belongs to the record that was begun last, NULL if too many were. */
static struct otr_nest *write_nest(struct otr_ring_cpu *rc)
{
	unsigned int at = READ_ONCE(rc->open) - 1;

	return at < OTR_NESTS ? &rc->nests[at] : NULL;
}

/* Keep the time of a record until its end, and beyond if it nests. */
static void write_note(struct otr_ring_cpu *rc, u64 ts)
{
	struct otr_nest *nest = write_nest(rc);

	if (!nest)
		return;
	/* Whatever comes in between, a position here has its own time beside it. */
	WRITE_ONCE(nest->to, 0);
	barrier();
	OTR_STEP(37);
	WRITE_ONCE(nest->ts, ts);
}

/* Write the record's head, and the time record in front where there is one. */
static void write_start(const struct claim *claim, struct otr_claimed *claimed, u64 at,
			unsigned int total)
{
	struct otr_page *page = otr_slot_page(READ_ONCE(otr_slot_at(claim->rc, at)->word));
	u32 *head = (u32 *)(page->data + otr_pos_off(at));
	u32 delta = claim->delta;

	claimed->to = at + total;
	claimed->payload = claim->nested ? OTR_REC_NESTED : 0;
	if (total != claim->size) {
		otr_rec_write_time(head, claim->time, claim->delta);
		head += OTR_REC_TIME / sizeof(*head);
		delta = 0;
		claimed->payload |= OTR_REC_TIMED;
	}
	claimed->payload |= (unsigned long)otr_rec_write(head, claim->len, delta);
	write_note(claim->rc, claim->ts);
}

/* Be the first on the page at @at, which is the writer that says its time. */
static void write_start_page(struct claim *claim, struct otr_claimed *claimed, u64 at)
{
	struct otr_page *page = otr_slot_page(READ_ONCE(otr_slot_at(claim->rc, at)->word));

	/* Readers without a lock may look at it now. */
	WRITE_ONCE(page->ts, claim->ts);
	claim->delta = 0;
	write_start(claim, claimed, at, claim->size);
}

/* The word of the writing position, as long as nobody nests. */
static u64 write_expected(const struct claim *claim)
{
	return claim->shut ? claim->from | OTR_POS_SHUT : claim->from;
}

/*
 * Open the page at @next for writing. What it holds is pushed out, unless it
 * must not be.
 */
static enum verdict write_open_page(const struct claim *claim, u64 next)
{
	struct otr_ring_cpu *rc = claim->rc;
	struct otr_slot *slot = otr_slot_at(rc, next);
	u64 word = READ_ONCE(slot->word);
	u64 commit = READ_ONCE(rc->commit);

	/* Somebody nested was here and then found room on the old page. */
	if (otr_slot_holds(word, next))
		return DONE;
	/*
	 * Nested writers may have gone round the whole ring since @claim began.
	 * If they did not, then both words above belong to it.
	 */
	barrier();
	OTR_STEP(25);
	if (READ_ONCE(rc->write) != write_expected(claim))
		return AGAIN;
	/* The page of the commit position has a record that is not complete. */
	if (otr_pos_slot(commit) == otr_pos_slot(next))
		return write_drop(rc, OTR_DROP_COMMIT);
	if (!(word & OTR_SLOT_EMPTY) && !READ_ONCE(rc->overwrite))
		return write_drop(rc, OTR_DROP_FULL);
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

/* Reserve up to @to, unless somebody came in between. Others may nest again. */
static bool write_move(struct claim *claim, u64 to)
{
	u64 expected = write_expected(claim);

	if (cmpxchg_local(&claim->rc->write, expected, to) != expected)
		return false;
	claim->shut = false;
	return true;
}

/* Reserve at the beginning of the next page, and close the current one. */
static enum verdict write_cross(struct claim *claim, struct otr_claimed *claimed)
{
	struct otr_ring_cpu *rc = claim->rc;
	u64 from = claim->from;
	u64 next = otr_pos_next(rc->nr, from);
	struct otr_slot *slot = otr_slot_at(rc, next);
	enum verdict verdict;
	struct otr_page *page;
	long stale;

	/* A time that only a page can tell was not foreseen, so it looked as if there was room. */
	if (unlikely(rc->keep) && claim->far)
		otr_kept_reserve(rc, from, rc->data);
	verdict = write_open_page(claim, next);
	if (verdict != DONE)
		return verdict;
	/* Nobody counts here before the position is here. */
	stale = local_read(&slot->count);
	barrier();
	OTR_STEP(13);
	if (!write_move(claim, next + claim->size))
		return AGAIN;
	OTR_STEP(14);
	/* A writer that nests from here on adds to it, so it cannot just be set. */
	local_sub(stale - 1, &slot->count);
	OTR_STEP(15);
	page = otr_slot_page(READ_ONCE(otr_slot_at(rc, from)->word));
	WRITE_ONCE(page->commit, otr_pos_off(from));
	OTR_STEP(16);
	write_start_page(claim, claimed, next);
	return DONE;
}

static enum verdict write_reserve(struct claim *claim, struct otr_claimed *claimed)
{
	struct otr_ring_cpu *rc = claim->rc;
	u32 limit = READ_ONCE(rc->limit);
	u64 write = READ_ONCE(rc->write), from = write & ~OTR_POS_SHUT;
	unsigned int total;

	if (unlikely(limit <= OTR_LIMIT_KEPT)) {
		if (limit != OTR_LIMIT_KEPT)
			return write_refuse(rc, limit);
		limit = READ_ONCE(rc->data);
		otr_kept_reserve(rc, from, claim->size);
	}
	if (write != from && !claim->shut)
		return write_drop(rc, OTR_DROP_INSIDE);
	if (claim->len > limit || claim->size > limit)
		return write_drop(rc, OTR_DROP_LARGE);
	claim->from = from;
	claim->nested = READ_ONCE(rc->commit) != from;
	/* See memory-order.rst (time). */
	barrier();
	claim->ts = claim->at ?: otr_ring_time(rc);
	if (claim->ts == OTR_TS_REFUSED)
		return write_drop(rc, OTR_DROP_INSIDE);
	OTR_STEP(8);
	write_tell_time(claim);
	total = claim->size;
	if (claim->time && otr_pos_off(from))
		total += OTR_REC_TIME;
	if (otr_pos_off(from) + total > limit || (claim->far && otr_pos_off(from)))
		return write_cross(claim, claimed);
	OTR_STEP(9);
	if (!write_move(claim, from + total))
		return AGAIN;
	OTR_STEP(10);
	local_inc(&otr_slot_at(rc, from)->count);
	if (!otr_pos_off(from))
		write_start_page(claim, claimed, from);
	else
		write_start(claim, claimed, from, total);
	return DONE;
}

/* Reserve, if need be with nesting refused. What not even that helps is dropped. */
static void write_try(struct claim *claim, struct otr_claimed *claimed)
{
	struct otr_ring_cpu *rc = claim->rc;
	enum verdict verdict = AGAIN;
	unsigned int tries;

	claim->shut = false;
	for (tries = 0; verdict == AGAIN && tries < WRITE_TRIES; tries++) {
		if (tries == WRITE_FREE && !(READ_ONCE(rc->write) & OTR_POS_SHUT)) {
			write_shut(rc);
			claim->shut = true;
		}
		verdict = write_reserve(claim, claimed);
	}
	/* Nobody else moved it meanwhile. */
	if (claim->shut)
		WRITE_ONCE(rc->write, READ_ONCE(rc->write) & ~OTR_POS_SHUT);
	if (verdict == AGAIN)
		write_drop(rc, OTR_DROP_INSIDE);
}

/*
 * A window cannot open while busy is not zero, so that slots stay what they are
 * in here.
 */
static noinline struct otr_claimed write_claim_room(struct otr_ring_cpu *rc, unsigned int len,
						    u64 at)
{
	struct otr_claimed claimed = {};
	/* Every member is set before it is read. */
	struct claim claim __uninitialized;
	u8 open = READ_ONCE(rc->open);

	claim.rc = rc;
	claim.at = at;
	claim.len = len;
	claim.size = len <= OTR_POS_OFF_MASK ? otr_rec_size(len) : 0;
	/* Nobody sees another value than before, after having nested in here. */
	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) + 1);
	WRITE_ONCE(rc->open, open + 1);
	barrier();
	/* One that was opened before that may be open still. */
	if (unlikely(READ_ONCE(rc->window)))
		write_drop(rc, OTR_DROP_WINDOW);
	else
		write_try(&claim, &claimed);
	barrier();
	if (!claimed.payload)
		WRITE_ONCE(rc->open, open);
	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) - 1);
	return claimed;
}

/* otr_ring_begin() where it is not the common case. */
struct otr_claimed __otr_aside otr_ring_begin_slow(struct otr_ring_cpu *rc, unsigned int len)
{
	if (!READ_ONCE(rc->limit))
		return (struct otr_claimed) {};
	return write_claim_room(rc, len, 0);
}

/**
 * otr_ring_begin_at - reserve room for a record of something that was a moment ago
 * @ring: the ring
 * @rec: handle to pass to otr_ring_end() or otr_ring_discard()
 * @len: bytes of payload
 * @ts: when it was, by the ring's clock
 *
 * When there are newer records on this CPU, it gets the time of the newest:
 * otr_ring_rec_time() says so.
 *
 * Context: as for otr_ring_begin().
 * Return: likewise.
 */
void *otr_ring_begin_at(struct otr_ring *ring, struct otr_rec *rec, unsigned int len, u64 ts)
{
	struct otr_claimed slow = {};

	rec->cpu = raw_cpu_ptr(READ_ONCE(ring->cpus));
	if (READ_ONCE(rec->cpu->limit))
		slow = write_claim_room(rec->cpu, len, ts);
	return otr_ring_claimed(rec, len, slow);
}

/*
 * Move the commit position from @at to @to. The pages on the way learn the
 * number of their first record: all counts in front of @to are final, as
 * nobody is left who wrote there.
 */
static void write_advance(struct otr_ring_cpu *rc, u64 at, u64 to)
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
 * The record behind @to nested in the one in front of it, and had to tell its time
 * absolutely, as it did not know that of the open record. That is done now, at @ts,
 * so that a delta does as well, which older readers of raw pages know better. No
 * reader can see this yet.
 */
static void write_retell(struct otr_ring_cpu *rc, u64 to, u64 ts)
{
	struct otr_page *page = otr_slot_page(READ_ONCE(otr_slot_at(rc, to)->word));
	u32 *head = (u32 *)(page->data + otr_pos_off(to));
	u64 told, delta;

	if (ts == OTR_TS_UNKNOWN)
		return;
	/* It went on to the next page, and closed this one. */
	if (otr_pos_page(READ_ONCE(rc->write)) != otr_pos_page(to) &&
	    page->commit == otr_pos_off(to))
		return;
	if (otr_rec_type(head[0]) != OTR_REC_STAMP)
		return;
	told = otr_rec_delta(head[0]) | (u64)head[1] << OTR_REC_DELTA_BITS;
	delta = otr_rec_stamp_time(told, ts) - ts;
	if (delta < BIT_ULL(OTR_REC_TIME_BITS))
		otr_rec_write_time(head, OTR_REC_EXTEND, delta);
}

/*
 * Commit what nested writers left behind: they saw an open record and relied on
 * its writer. As long as the two positions differ nobody else moves the commit
 * position, so one look at both that is not interrupted by a commit will do; and
 * a writer that comes in between and commits does all that is left, and we are done.
 */
void __otr_aside otr_ring_catch_up(struct otr_ring_cpu *rc)
{
	unsigned int tries;
	u64 commit, write;

	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) + 1);
	for (tries = 0;; tries++) {
		barrier();
		commit = READ_ONCE(rc->commit);
		OTR_STEP(18);
		if (tries == WRITE_TRIES)
			write_shut(rc);
		write = READ_ONCE(rc->write) & ~OTR_POS_SHUT;
		/* A nested writer has committed all, and a window may be open since. */
		if (commit == write || commit == OTR_POS_CLOSED || READ_ONCE(rc->commit) != commit)
			break;
		write_retell(rc, commit, READ_ONCE(rc->last_ts));
		/* The last record is not ours any more, but whose is it? */
		WRITE_ONCE(rc->last_ts, write_front(rc, write));
		OTR_STEP(19);
		write_advance(rc, commit, write);
		OTR_STEP(20);
	}
	if (tries >= WRITE_TRIES)
		WRITE_ONCE(rc->write, READ_ONCE(rc->write) & ~OTR_POS_SHUT);
	/* No record is open here that others could have nested in. */
	for (tries = 0; tries < OTR_NESTS; tries++)
		WRITE_ONCE(rc->nests[tries].to, 0);
	barrier();
	WRITE_ONCE(rc->busy, READ_ONCE(rc->busy) - 1);
}

/* Commit the record of the outermost writer, and what nested behind it. */
static void write_commit_outermost(struct otr_ring_cpu *rc, u64 to, u64 ts)
{
	WRITE_ONCE(rc->last_ts, ts);
	OTR_STEP(21);
	write_advance(rc, READ_ONCE(rc->commit), to);
	barrier();
	OTR_STEP(22);
	if (READ_ONCE(rc->write) != to)
		otr_ring_catch_up(rc);
	if (unlikely(READ_ONCE(rc->watch)))
		otr_ring_notify(rc);
}

/* A nested record is done: what comes behind it can count from its time. */
static void write_end_nested(struct otr_ring_cpu *rc, struct otr_nest *nest, u64 to)
{
	if (!nest)
		return;
	WRITE_ONCE(nest->to, to);
	barrier();
	OTR_STEP(38);
	/* What came before did not know. */
	if (READ_ONCE(rc->write) != to)
		write_retell(rc, to, READ_ONCE(nest->ts));
}

/* A record that was begun out of line is done with, one way or the other. */
static void write_close(struct otr_ring_cpu *rc)
{
	barrier();
	WRITE_ONCE(rc->open, READ_ONCE(rc->open) - 1);
}

/* otr_ring_end() of a record that was begun out of line. @to_how: and OTR_REC_NESTED. */
void __otr_aside otr_ring_end_slow(struct otr_ring_cpu *rc, u64 to_how)
{
	struct otr_nest *nest = write_nest(rc);

	if (to_how & OTR_REC_NESTED)
		write_end_nested(rc, nest, to_how & ~(u64)OTR_REC_NESTED);
	else
		write_commit_outermost(rc, to_how, nest ? READ_ONCE(nest->ts) : OTR_TS_UNKNOWN);
	write_close(rc);
}

/* otr_ring_rec_time(), out of line: the record that was begun last and is not done. */
u64 otr_ring_slow_time(struct otr_ring_cpu *rc)
{
	const struct otr_nest *nest = write_nest(rc);

	return nest ? READ_ONCE(nest->ts) : OTR_TS_UNKNOWN;
}

/* otr_ring_discard(), out of line. */
void otr_ring_take_back(struct otr_ring_cpu *rc, u32 *head, u64 to, unsigned int how)
{
	struct otr_slot *slot = otr_slot_at(rc, to);
	u32 off = (u8 *)head - otr_slot_page(READ_ONCE(slot->word))->data;
	u32 begin = off - (how & OTR_REC_TIMED ? OTR_REC_TIME : 0);

	if (how & OTR_REC_SLOW)
		write_close(rc);
	/* Before the position: a writer that comes after that may commit the page's count. */
	local_dec(&slot->count);
	OTR_STEP(23);
	/* A page that was opened for it stays open. */
	if (cmpxchg_local(&rc->write, to, otr_pos_page(to) | begin) == to) {
		OTR_STEP(24);
		if (!(how & OTR_REC_NESTED))
			otr_ring_catch_up(rc);
		return;
	}
	/*
	 * What follows is first on a page or tells an absolute time, so it does not
	 * matter whether a reader adds up the time of padding. Zero would mean that
	 * the rest of the page is padding.
	 */
	head[0] = otr_rec_word(OTR_REC_PAD, 1);
	head[1] = otr_pos_off(to) - off - OTR_REC_HEAD;
	if (!(how & OTR_REC_NESTED))
		write_commit_outermost(rc, to, OTR_TS_UNKNOWN);
}
