/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing in line: a part of buffer.h, which includes it. The common way is here,
 * all others are in write.c.
 */
#ifndef _OTR_BUFFER_WRITE_H
#define _OTR_BUFFER_WRITE_H

/*
 * How a record was begun. Nothing of this is the common way: outermost, with
 * room on the page, little time since the record in front.
 */
#define OTR_REC_NESTED		BIT(0)	/* the writer that was interrupted commits it */
#define OTR_REC_TIMED		BIT(1)	/* a time record is in front of it */
#define OTR_REC_SLOW		BIT(2)	/* out of line */

/**
 * struct otr_rec - a record between begin and end
 * @cpu: where
 * @head: its head on the page
 * @to: the writing position behind it
 * @ts: its time stamp, if it was begun in line
 * @how: OTR_REC_*
 *
 * Between begin and end it lives in registers: nothing takes its address that is
 * not inlined. Declare it __uninitialized, or a kernel that initializes all
 * variables clears it in memory for nothing.
 */
struct otr_rec {
	struct otr_ring_cpu	*cpu;
	u32			*head;
	u64			to;
	u64			ts;
	unsigned int		how;
};

/**
 * struct otr_claimed - what was reserved out of line, in two registers
 * @payload: where the payload goes, with OTR_REC_NESTED and OTR_REC_TIMED in the
 *	     low bits; 0 for nothing
 * @to: the writing position behind it
 */
struct otr_claimed {
	unsigned long	payload;
	u64		to;
};

/* write.c */
struct otr_claimed __otr_aside otr_ring_begin_slow(struct otr_ring_cpu *rc, unsigned int len);
u64 __otr_aside otr_ring_time_call(struct otr_ring_cpu *rc);
void __otr_aside otr_ring_end_slow(struct otr_ring_cpu *rc, u64 to_how);
void __otr_aside otr_ring_catch_up(struct otr_ring_cpu *rc);
void __otr_aside otr_ring_notify(struct otr_ring_cpu *rc);
void otr_ring_take_back(struct otr_ring_cpu *rc, u32 *head, u64 to, unsigned int how);
u64 otr_ring_slow_time(struct otr_ring_cpu *rc);
void *otr_ring_begin_at(struct otr_ring *ring, struct otr_rec *rec, unsigned int len, u64 ts);

/* otr_ring_begin_slow(), see base/aside.h: what it returns takes two registers. */
static __always_inline struct otr_claimed otr_ring_begin_aside(struct otr_ring_cpu *rc,
							       unsigned int len)
{
#ifdef OTR_ASIDE_ASM
	struct otr_claimed slow;

	asm volatile("call otr_ring_begin_slow"
		     : "=a" (slow.payload), "=d" (slow.to), ASM_CALL_CONSTRAINT
		     : "D" (rc), "S" (len) : "cc", "memory");
	return slow;
#else
	return otr_ring_begin_slow(rc, len);
#endif
}

/*
 * Read the ring's clock for a record. Where that takes no call, nothing can be
 * traced in it; elsewhere it may say OTR_TS_REFUSED.
 */
static __always_inline u64 otr_ring_time(struct otr_ring_cpu *rc)
{
	u64 now;

	if (likely(READ_ONCE(rc->clock) == OTR_CLOCK_LOCAL) && likely(otr_clock_table(&now)))
		return now;
	return otr_aside_1(otr_ring_time_call, rc);
}

/**
 * otr_ring_try_at - reserve room for a record, on the common way only
 * @ring: the ring
 * @rec: handle to pass to otr_ring_keep(), or to any other end of a record
 * @len: bytes of payload
 * @when: the record's time, which this CPU read before; NULL to read it now
 *
 * This is the way of an outermost writer with room on the page and less than
 * 2^27 units of time since the last record, whose clock @when is of.
 *
 * Context: any, NMI included; preemption off until the record's end, which must
 * follow in the same context.
 * Return: the payload, aligned to four bytes, to be filled in; NULL for all
 * others: otr_ring_begin() finds out what to do.
 */
static __always_inline void *otr_ring_try_at(struct otr_ring *ring, struct otr_rec *rec,
					     unsigned int len, const struct otr_moment *when)
{
	struct otr_ring_cpu *rc = raw_cpu_ptr(READ_ONCE(ring->cpus));
	unsigned int size = otr_rec_size(len);
	struct otr_slot *slot;
	u64 from, to, ts, delta;
	void *payload;

	from = READ_ONCE(rc->write);
	to = from + size;
	rec->cpu = rc;
	/* Looked at once and plain, so that it is one instruction with its test. */
	if (unlikely(from != data_race(rc->commit)))
		return NULL;
	/* Likewise; others may change it at any time, a moment earlier or later. */
	if (unlikely(otr_pos_off(to) > data_race(rc->limit)))
		return NULL;
	/* A size that is not known yet must not reach into the slot's number. */
	if (!__builtin_constant_p(len) && unlikely(len > OTR_POS_OFF_MASK / 2))
		return NULL;
	OTR_STEP(1);
	/* The time is read after the position, see memory-order.rst (time). */
	barrier();
	if (!when)
		ts = otr_ring_time(rc);
	else if (likely(READ_ONCE(rc->clock) == when->clock))
		ts = when->ts;
	else
		return NULL;
	/* Plain: the exchange below proves that it was right. */
	delta = ts - data_race(rc->last_ts);
	/* No time, an unknown last one and a clock that goes back give huge deltas. */
	if (unlikely(delta >= OTR_REC_DELTA_END))
		return NULL;
	OTR_STEP(2);
	if (unlikely(cmpxchg_local(&rc->write, from, to) != from))
		return NULL;
	OTR_STEP(3);
	/* From here to the commit, nobody changes the slots. */
	slot = &rc->slots[otr_pos_slot(from)];
	local_inc(&slot->count);
	OTR_STEP(4);
	rec->head = (u32 *)(otr_slot_page(READ_ONCE(slot->word))->data + otr_pos_off(from));
	rec->to = to;
	rec->ts = ts;
	rec->how = 0;
	payload = otr_rec_write(rec->head, len, delta);
	/* The caller's test for NULL is for the other ways. */
	if (!payload)
		__builtin_unreachable();
	return payload;
}

/**
 * otr_ring_try - the same, with a time that is read now
 * @ring: the ring
 * @rec: handle to pass to otr_ring_keep(), or to any other end of a record
 * @len: bytes of payload
 *
 * Context: as for otr_ring_try_at().
 * Return: likewise.
 */
static __always_inline void *otr_ring_try(struct otr_ring *ring, struct otr_rec *rec,
					  unsigned int len)
{
	return otr_ring_try_at(ring, rec, len, NULL);
}

/* What was claimed out of line, as a handle to a record of @len bytes. */
static __always_inline void *otr_ring_claimed(struct otr_rec *rec, unsigned int len,
					      struct otr_claimed slow)
{
	rec->head = (u32 *)((slow.payload & ~3UL) - otr_rec_head_size(len));
	rec->to = slow.to;
	rec->ts = 0;
	rec->how = OTR_REC_SLOW | (slow.payload & 3);
	return (void *)(slow.payload & ~3UL);
}

/**
 * otr_ring_begin - reserve room for a record
 * @ring: the ring
 * @rec: handle to pass to otr_ring_end() or otr_ring_discard()
 * @len: bytes of payload
 *
 * The common way is in line; all others go out of it.
 *
 * Context: any, NMI included; preemption off until otr_ring_end() or
 * otr_ring_discard(), one of which must follow in the same context.
 * Return: the payload, aligned to four bytes, to be filled in; NULL when
 * nothing is recorded: switched off, or dropped and counted.
 */
static __always_inline void *otr_ring_begin(struct otr_ring *ring, struct otr_rec *rec,
					    unsigned int len)
{
	void *payload = otr_ring_try(ring, rec, len);

	if (likely(payload))
		return payload;
	return otr_ring_claimed(rec, len, otr_ring_begin_aside(rec->cpu, len));
}

/**
 * otr_ring_records_here - does this CPU record?
 * @ring: the ring
 *
 * Without a reservation, for a caller that would do much in front of one.
 *
 * Context: any, NMI included; preemption off.
 * Return: false when a record that began now would not be made.
 */
static __always_inline bool otr_ring_records_here(const struct otr_ring *ring)
{
	return READ_ONCE(raw_cpu_ptr(READ_ONCE(ring->cpus))->limit);
}

/**
 * otr_ring_keep - commit a record
 * @rec: from an otr_ring_try() that found room
 *
 * Context: that of otr_ring_try().
 */
static __always_inline void otr_ring_keep(struct otr_rec *rec)
{
	struct otr_ring_cpu *rc = rec->cpu;

	OTR_STEP(5);
	WRITE_ONCE(rc->last_ts, rec->ts);
	OTR_STEP(6);
	/* Pairs with the acquire in otr_ring_committed(), see memory-order.rst (commit). */
	smp_store_release(&rc->commit, rec->to);
	/* Look for writers that nested in here after their commits became ours to do. */
	barrier();
	OTR_STEP(7);
	/* Plain: looked at once, behind a barrier. */
	if (unlikely(data_race(rc->write) != rec->to))
		otr_aside_void(otr_ring_catch_up, rc);
	/* Likewise; waiters look again, see memory-order.rst (waiters). */
	if (unlikely(data_race(rc->watch)))
		otr_aside_void(otr_ring_notify, rc);
}

/**
 * otr_ring_end - commit a record
 * @rec: from otr_ring_begin()
 *
 * Context: that of otr_ring_begin().
 */
static __always_inline void otr_ring_end(struct otr_rec *rec)
{
	if (likely(!rec->how))
		otr_ring_keep(rec);
	else
		otr_aside_void_2(otr_ring_end_slow, rec->cpu,
				 rec->to | (rec->how & OTR_REC_NESTED));
}

/**
 * otr_ring_rec_time - the time that a record is going to have
 * @rec: from otr_ring_begin(), neither ended nor taken back
 *
 * Context: that of otr_ring_begin().
 * Return: its time as readers see it, OTR_TS_UNKNOWN if it nests too deep for that.
 */
static __always_inline u64 otr_ring_rec_time(const struct otr_rec *rec)
{
	return likely(!(rec->how & OTR_REC_SLOW)) ? rec->ts : otr_ring_slow_time(rec->cpu);
}

/**
 * otr_ring_discard - take a record back
 * @rec: from otr_ring_begin()
 *
 * If nobody nested since, it is as if it had never been. Otherwise it becomes
 * padding, which readers skip.
 *
 * Context: that of otr_ring_begin(); instead of otr_ring_end().
 */
static __always_inline void otr_ring_discard(struct otr_rec *rec)
{
	otr_ring_take_back(rec->cpu, rec->head, rec->to, rec->how);
}

#endif /* _OTR_BUFFER_WRITE_H */
