// SPDX-License-Identifier: GPL-2.0-only
/*
 * The door through which events come to a ring.
 *
 * A probe on a tracepoint gets the subscription that it records for. Where the
 * gate is open, the record is written in the ring at once. Where something
 * must be known of the record before it may be there, it is put together on the
 * probe's stack, or, if it is a long one, in a scratch slot of this CPU, and
 * copied when it was judged, so that what is rejected never touches the ring.
 */
#include <linux/export.h>
#include <linux/instruction_pointer.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>

#include "host/host.h"
#include "inst/inst.h"
#include "record/internal.h"

/*
 * Contexts on a CPU nest strictly, so a depth is all that keeps their slots apart. What does
 * not find one, or is longer, goes to the ring unjudged and is taken back there.
 */
#define SCRATCH_DEPTH	4
#define SCRATCH_BYTES	1024

struct scratch {
	u8	slot[SCRATCH_DEPTH][SCRATCH_BYTES] __aligned(8);
};

static struct scratch __percpu *event_scratch;
static DEFINE_PER_CPU(u32, event_scratch_depth);

/* Values of otr_out.level that are no slot. */
#define LEVEL_OPEN	(-1)	/* in the ring, nothing to be judged */
#define LEVEL_ASIDE	(-2)	/* the same, come there on another way */
#define LEVEL_RING	SCRATCH_DEPTH	/* in the ring, to be taken back if need be */

/* Beside one of the others: the running task is not wanted, so another one has to be. */
#define LEVEL_OTHER	0x100

/* Beside one of the others: sinks or triggers want it, whatever the ring does. */
#define LEVEL_TAPS	0x200

#define GATE_TAPS	(OTR_GATE_SINK | OTR_GATE_TRIGGER)

static __always_inline struct otr_rec *event_out_rec(struct otr_out *out)
{
	BUILD_BUG_ON(sizeof(out->ring) < sizeof(struct otr_rec));
	return (struct otr_rec *)out->ring;
}

/* The ways into the ring that are not the common one. */
static noinline void *event_reserve_aside(struct otr_sub *sub, struct otr_out *out,
					  unsigned int len)
{
	struct otr_rec rec __uninitialized;
	void *data = otr_ring_begin(sub->ring, &rec, len);

	if (!data)
		return NULL;
	*event_out_rec(out) = rec;
	otr_record_head(data, sub->id);
	out->data = data;
	return data;
}

static __always_inline void *event_reserve(struct otr_sub *sub, struct otr_out *out,
					   unsigned int len)
{
	struct otr_rec rec __uninitialized;
	void *data = NULL;

	/* A caller that has a record has a head, and words. Long ones may take longer. */
	if (!len || len % 4)
		__builtin_unreachable();
	if (likely(len <= OTR_REC_SHORT_MAX))
		data = otr_ring_try(sub->ring, &rec, len);
	if (unlikely(!data)) {
		out->level = LEVEL_ASIDE;
		return event_reserve_aside(sub, out, len);
	}
	out->level = LEVEL_OPEN;
	/* All that the common end asks for. */
	event_out_rec(out)->cpu = rec.cpu;
	event_out_rec(out)->to = rec.to;
	event_out_rec(out)->ts = rec.ts;
	otr_record_head(data, sub->id);
	return data;
}

/* Begin a record that is judged at its end; @beside goes to its level. */
static __always_inline void *event_begin_judged(struct otr_sub *sub, struct otr_out *out,
						unsigned int len, int beside)
{
	int slot = -1;

	if (likely(len <= SCRATCH_BYTES))
		slot = otr_nest_enter(&event_scratch_depth, SCRATCH_DEPTH);
	if (unlikely(slot < 0)) {
		out->level = LEVEL_RING | beside;
		out->len = len;
		return event_reserve_aside(sub, out, len);
	}
	out->level = slot | beside;
	out->len = len;
	out->data = raw_cpu_ptr(event_scratch)->slot[slot];
	return out->data;
}

static noinline void *event_begin_gated(struct otr_sub *sub, struct otr_out *out, unsigned int len,
					u32 gate)
{
	if (unlikely(gate & GATE_TAPS)) {
		void *data;

		/* By a sink: nothing else turns tasks away before taps have the record. */
		if (otr_gate_rejects(&sub->gate))
			return NULL;
		data = event_begin_judged(sub, out, len, LEVEL_TAPS);
		if (!data)
			atomic_long_inc(&sub->missed);
		return data;
	}
	if (gate & OTR_GATE_SHUT)
		return NULL;
	if (gate & (OTR_GATE_TASKS | OTR_GATE_OTHER) &&
	    !otr_tasks_wanted(&sub->inst->event_tasks)) {
		if (gate & OTR_GATE_TASKS)
			return NULL;
		return event_begin_judged(sub, out, len, LEVEL_OTHER);
	}
	if (gate & (OTR_GATE_FILTER | OTR_GATE_STACK))
		return event_begin_judged(sub, out, len, 0);
	return event_reserve(sub, out, len);
}

/**
 * otr_event_begin_open - begin a record where nothing is in the way
 * @sub: what the probe was called with
 * @out: handle for otr_event_end()
 * @len: bytes of the record, its head included, a multiple of four; all of them are
 *	 to be written
 *
 * Context: that of a tracepoint's probe: any, NMI included, preemption off;
 * otr_gate_closed() said no.
 * Return: the record, its head is taken care of; NULL when it was dropped and
 * counted. Unless it is NULL, otr_event_end() must follow.
 */
void *otr_event_begin_open(struct otr_sub *sub, struct otr_out *out, unsigned int len)
{
	out->sub = sub;
	return event_reserve(sub, out, len);
}
EXPORT_SYMBOL_GPL(otr_event_begin_open);

/**
 * otr_event_begin - begin a record
 * @sub: what the probe was called with
 * @out: handle for otr_event_end()
 * @len: bytes of the record, its head included, a multiple of four; all of them are
 *	 to be written
 *
 * Context: that of a tracepoint's probe: any, NMI included, preemption off.
 * Return: the record, its head is taken care of; NULL when it is not wanted, or
 * was dropped and counted. Unless it is NULL, otr_event_end() must follow.
 */
void *otr_event_begin(struct otr_sub *sub, struct otr_out *out, unsigned int len)
{
	u32 gate = READ_ONCE(sub->gate.bits);

	if (likely(!gate))
		return otr_event_begin_open(sub, out, len);
	out->sub = sub;
	return event_begin_gated(sub, out, len, gate);
}
EXPORT_SYMBOL_GPL(otr_event_begin);

static bool event_other_wanted(const struct otr_sub *sub, const void *data)
{
	pid_t other;

	memcpy(&other, data + sub->pid_at, sizeof(other));
	return otr_tasks_test(&sub->inst->event_tasks, other);
}

static __always_inline bool event_judge(const struct otr_sub *sub, const struct otr_out *out)
{
	/* The filter's contents come with its address, see otr_sub_set_filter(). */
	const struct otr_filter *filter = READ_ONCE(sub->filter);

	if (unlikely(out->level & LEVEL_OTHER) && !event_other_wanted(sub, out->data))
		return false;
	if (unlikely(!filter))
		return true;
	if (unlikely(otr_filter_needs_head(filter)) && !(out->level & LEVEL_RING))
		otr_record_head(out->data, sub->id);
	return otr_filter_match(filter, out->data);
}

/* String instructions take long to get going, and most records are short. */
static __always_inline void event_copy_words(void *to, const void *from, unsigned int len)
{
	unsigned int at;

	/* One at a time, or the compiler makes memcpy() of it. */
	for (at = 0; at + sizeof(u64) <= len; at += sizeof(u64))
		WRITE_ONCE(*(u64 *)(to + at), *(const u64 *)(from + at));
	if (at < len)
		WRITE_ONCE(*(u32 *)(to + at), *(const u32 *)(from + at));
}

/* Copy a record that was found good to the ring, all but its head; @ts gets its time. */
static __always_inline bool event_copy(struct otr_sub *sub, const void *data, unsigned int len,
				       u64 *ts)
{
	struct otr_rec rec __uninitialized;
	struct otr_rec_head *head;

	/* As for event_reserve(): nothing of the last word is left to be cleared. */
	if (!len || len % 4)
		__builtin_unreachable();
	head = otr_ring_begin(sub->ring, &rec, len);
	if (!head)
		return false;
	if (ts)
		*ts = otr_ring_rec_time(&rec);
	otr_record_head(head, sub->id);
	data += sizeof(*head);
	len -= sizeof(*head);
	if (likely(len <= OTR_JUDGE_MAX))
		event_copy_words(head + 1, data, len);
	else
		memcpy(head + 1, data, len);
	otr_ring_end(&rec);
	otr_comm_want(sub->remember);
	return true;
}

static noinline void event_keep(struct otr_sub *sub, const void *data, unsigned int len)
{
	event_copy(sub, data, len, NULL);
}

/* What is wanted behind a record. */
static void event_record_stacks(const struct otr_sub *sub, unsigned long probe)
{
	if (!(READ_ONCE(sub->gate.bits) & OTR_GATE_STACK))
		return;
	if (otr_inst_option(sub->inst, OTR_OPT_STACKTRACE))
		otr_stack_record(sub->ring, probe);
	if (otr_inst_option(sub->inst, OTR_OPT_USERSTACKTRACE))
		otr_stack_record_user(sub->ring);
}

static noinline void event_end_in_ring(struct otr_out *out, bool good)
{
	struct otr_rec rec = *event_out_rec(out);

	if (!good) {
		otr_ring_discard(&rec);
		return;
	}
	otr_ring_end(&rec);
	otr_comm_want(out->sub->remember);
}

/* Does the ring want a record? All that may be in the way is looked at again. */
static bool event_ring_wants(const struct otr_sub *sub, void *data, u32 gate, bool task_wanted)
{
	const struct otr_filter *filter;

	if (gate & OTR_GATE_SHUT)
		return false;
	if (!task_wanted && (!(gate & OTR_GATE_OTHER) || !event_other_wanted(sub, data)))
		return false;
	/* The filter's contents come with its address, see otr_sub_set_filter(). */
	filter = READ_ONCE(sub->filter);
	if (!filter)
		return true;
	if (otr_filter_needs_head(filter))
		otr_record_head(data, sub->id);
	return otr_filter_match(filter, data);
}

static bool event_task_wanted(const struct otr_sub *sub, u32 gate)
{
	return !(gate & (OTR_GATE_TASKS | OTR_GATE_OTHER | OTR_GATE_LATE)) ||
	       otr_tasks_wanted(&sub->inst->event_tasks);
}

/* Does a tap want a record? Its head is filled in for those that look at it. */
static __always_inline bool event_tap_wants(const struct otr_sub *sub, const struct otr_tap *tap,
					    void *data)
{
	if (!tap->filter)
		return true;
	if (unlikely(otr_filter_needs_head(tap->filter)))
		otr_record_head(data, sub->id);
	return otr_filter_match(tap->filter, data);
}

static __always_inline void event_put_down(struct otr_later *later, struct otr_tap *tap)
{
	if (likely(later->nr < OTR_TAPS_AFTER))
		later->tap[later->nr++] = tap;
}

/* Let taps of a kind have a record, but for those that keep it with @keep. */
static __always_inline void event_taps_now(const struct otr_hit *hit, struct otr_tap *tap,
					   void *data, bool keep, struct otr_later *later)
{
	/* What a tap is comes with its address, see otr_sub_add_tap(). */
	for (; tap; tap = READ_ONCE(tap->next)) {
		if (!event_tap_wants(hit->sub, tap, data))
			continue;
		if (keep && tap->keeps_rec) {
			event_put_down(later, tap);
			continue;
		}
		otr_record_head(data, hit->sub->id);
		tap->run(tap, hit);
	}
}

/* Let sinks and triggers have a record; those that run after it are put down. */
static __always_inline void event_taps_before(const struct otr_hit *hit, void *data,
					      bool triggers, bool keep, struct otr_later *later)
{
	struct otr_sub *sub = hit->sub;
	struct otr_tap *tap;

	later->nr = 0;
	event_taps_now(hit, READ_ONCE(sub->taps[OTR_TAP_SINK]), data, false, later);
	if (!triggers)
		return;
	event_taps_now(hit, READ_ONCE(sub->taps[OTR_TAP_BEFORE]), data, keep, later);
	for (tap = READ_ONCE(sub->taps[OTR_TAP_AFTER]); tap; tap = READ_ONCE(tap->next))
		if (event_tap_wants(sub, tap, data))
			event_put_down(later, tap);
}

/* Let those taps have a record that want its time, OTR_TS_UNKNOWN for none. */
static void event_taps_timed(const struct otr_hit *hit, void *data, u64 ts)
{
	/* What a tap is comes with its address, see otr_sub_add_tap(). */
	struct otr_tap *tap = READ_ONCE(hit->sub->taps[OTR_TAP_TIMED]);

	for (; tap; tap = READ_ONCE(tap->next)) {
		if (!event_tap_wants(hit->sub, tap, data))
			continue;
		otr_record_head(data, hit->sub->id);
		if (likely(ts != OTR_TS_UNKNOWN))
			tap->run_at(tap, hit, ts);
		else
			tap->run(tap, hit);
	}
}

/* Write a record, unless it is no @good, and let those have it that want its time. */
static noinline void event_keep_timed(const struct otr_hit *hit, void *data, struct otr_out *out,
				      bool good)
{
	u64 ts = OTR_TS_UNKNOWN;

	if (!out) {
		if (good)
			event_copy(hit->sub, data, hit->len, &ts);
		event_taps_timed(hit, data, ts);
		return;
	}
	if (good)
		ts = otr_ring_rec_time(event_out_rec(out));
	event_taps_timed(hit, data, ts);
	event_end_in_ring(out, good);
}

/* One that was removed meanwhile runs once more: it is not freed under a probe. */
static void event_taps_after(struct otr_sub *sub, const struct otr_later *later,
			     unsigned long probe)
{
	struct otr_hit hit = { .sub = sub, .probe = probe };
	unsigned int i;

	for (i = 0; i < later->nr; i++)
		later->tap[i]->run(later->tap[i], &hit);
}

/* Triggers that look at the record leave tasks alone that the instance leaves alone. */
static __always_inline bool event_triggers_wanted(const struct otr_sub *sub, const void *data,
						  u32 gate, bool task_wanted)
{
	return likely(task_wanted) || (gate & OTR_GATE_OTHER && event_other_wanted(sub, data));
}

/*
 * A record that sinks and triggers want: on the stack or in a slot, to be copied to
 * the ring, or, with @out, there already.
 */
static noinline void event_judge_taps(struct otr_sub *sub, void *data, unsigned int len,
				      struct otr_out *out, unsigned long probe)
{
	struct otr_hit hit = { .sub = sub, .rec = data, .len = len, .probe = probe };
	u32 gate = READ_ONCE(sub->gate.bits);
	bool wanted = event_task_wanted(sub, gate);
	bool picky = READ_ONCE(sub->picky);
	bool triggers = !picky || event_triggers_wanted(sub, data, gate, wanted);
	struct otr_later later __uninitialized;
	bool good;

	event_taps_before(&hit, data, triggers, picky, &later);
	/* A trigger may have changed what is in the way. */
	good = event_ring_wants(sub, data, READ_ONCE(sub->gate.bits), wanted);
	if (unlikely(READ_ONCE(sub->taps[OTR_TAP_TIMED])) && triggers)
		event_keep_timed(&hit, data, out, good);
	else if (out)
		event_end_in_ring(out, good);
	else if (good)
		event_keep(sub, data, len);
	if (good)
		event_record_stacks(sub, probe);
	if (later.nr)
		event_taps_after(sub, &later, probe);
}

/**
 * otr_event_offer - let sinks and triggers have a record that is in the ring already
 * @sub: the event in an instance
 * @data: the record, complete, to be committed after this
 * @len: its bytes
 * @probe: as &struct otr_hit.probe
 * @ts: its time, see otr_ring_rec_time()
 * @later: filled in for otr_event_follow()
 *
 * For records that are written by other ways than the door.
 *
 * Context: any, preemption off until otr_event_follow().
 */
void otr_event_offer(struct otr_sub *sub, void *data, unsigned int len, unsigned long probe, u64 ts,
		     struct otr_later *later)
{
	const struct otr_hit hit = { .sub = sub, .rec = data, .len = len, .probe = probe };

	event_taps_before(&hit, data, true, true, later);
	event_taps_timed(&hit, data, ts);
}

/**
 * otr_event_follow - do what comes after that record
 * @sub: the event in an instance
 * @later: from otr_event_offer()
 * @probe: as there
 *
 * Context: any; the record was committed.
 */
void otr_event_follow(struct otr_sub *sub, const struct otr_later *later, unsigned long probe)
{
	event_taps_after(sub, later, probe);
}

/*
 * What people leave on for long: nothing is recorded, and one trigger waits for what its
 * filter looks for. Most records are done with here; others are asked once more.
 */
static __always_inline bool event_lone_rejects(const struct otr_sub *sub, const void *data,
					       u32 gate)
{
	/* Its contents come with its address, see otr_sub_add_tap(). */
	const struct otr_filter *lone = READ_ONCE(sub->lone);

	return lone && gate == (OTR_GATE_SHUT | OTR_GATE_TRIGGER) &&
	       otr_filter_first(lone, data) == OTR_STEP_REJECT;
}

/*
 * The same for a trigger that counts, and changes nothing. False for what is to be looked at
 * as a whole.
 */
static __always_inline bool event_counted(struct otr_sub *sub, void *data, unsigned int len,
					  u32 gate, unsigned long probe)
{
	/* What it is comes with its address, see otr_sub_add_tap(). */
	struct otr_tap *counter = READ_ONCE(sub->counter);
	const struct otr_hit hit = { .sub = sub, .rec = data, .len = len, .probe = probe };

	if (!counter || (gate & ~OTR_GATE_SHUT) != OTR_GATE_TRIGGER)
		return false;
	if (!(gate & OTR_GATE_SHUT) && counter->kind != OTR_TAP_BEFORE) {
		event_keep_timed(&hit, data, NULL, true);
		return true;
	}
	if (!counter->filter || otr_filter_match(counter->filter, data))
		counter->run(counter, &hit);
	/* What it recorded may have set off something that closed the gate. */
	if (!(READ_ONCE(sub->gate.bits) & OTR_GATE_SHUT))
		event_keep(sub, data, len);
	return true;
}

/* The same where nothing but sinks wants records. */
static __always_inline bool event_sunk(struct otr_sub *sub, void *data, unsigned int len, u32 gate,
				       unsigned long probe)
{
	const struct otr_hit hit = { .sub = sub, .rec = data, .len = len, .probe = probe };

	if ((gate & ~OTR_GATE_TASKS) != (OTR_GATE_SHUT | OTR_GATE_SINK))
		return false;
	event_taps_now(&hit, READ_ONCE(sub->taps[OTR_TAP_SINK]), data, false, NULL);
	return true;
}

static noinline __no_stack_protector void
event_judge_tapped(struct otr_sub *sub, void *data, unsigned int len, u32 gate, unsigned long probe)
{
	if (!event_counted(sub, data, len, gate, probe) &&
	    !event_sunk(sub, data, len, gate, probe))
		event_judge_taps(sub, data, len, NULL, probe);
}

/* All that may be in the way, or was when the probe looked at the gate. */
static noinline void event_judge_all(struct otr_sub *sub, void *data, unsigned int len,
				     unsigned long probe, u32 gate)
{
	if (!event_ring_wants(sub, data, gate, event_task_wanted(sub, gate)))
		return;
	event_keep(sub, data, len);
	event_record_stacks(sub, probe);
}

/* A filter of more than one question. */
static noinline void event_judge_on(struct otr_sub *sub, void *data, unsigned int len,
				    const struct otr_filter *only, unsigned int from)
{
	if (otr_filter_run(only, data, from))
		event_keep(sub, data, len);
}

/* @from: for the stack, 0 for the caller, which is looked for where that is asked. */
static __always_inline void event_judge_data(struct otr_sub *sub, void *data, unsigned int len,
					     unsigned long from)
{
	/* Its contents come with its address, see otr_sub_gate_update(). */
	const struct otr_filter *only = READ_ONCE(sub->only);
	int answer;

	if (unlikely(!only)) {
		u32 gate = READ_ONCE(sub->gate.bits);

		if (likely(!(gate & GATE_TAPS)))
			event_judge_all(sub, data, len, from ?: _RET_IP_, gate);
		else if (!event_lone_rejects(sub, data, gate))
			event_judge_tapped(sub, data, len, gate, from ?: _RET_IP_);
		return;
	}
	answer = otr_filter_first(only, data);
	if (answer == OTR_STEP_REJECT)
		return;
	if (answer == OTR_STEP_ACCEPT)
		event_keep(sub, data, len);
	else
		event_judge_on(sub, data, len, only, answer);
}

/**
 * otr_event_judge - write a record if nothing keeps it away
 * @sub: what the probe was called with
 * @data: the record, all but its head, for which there is room
 * @len: its bytes, a multiple of four
 *
 * Context: that of otr_event_begin().
 */
void otr_event_judge(struct otr_sub *sub, void *data, unsigned int len)
{
	event_judge_data(sub, data, len, 0);
}
EXPORT_SYMBOL_GPL(otr_event_judge);

/**
 * otr_event_judge_from - the same, and say where the record's stack begins
 * @sub: as for otr_event_judge()
 * @data: as there
 * @len: as there
 * @from: as for otr_stack_record()
 *
 * Context: that of otr_event_begin().
 */
void otr_event_judge_from(struct otr_sub *sub, void *data, unsigned int len, unsigned long from)
{
	event_judge_data(sub, data, len, from);
}

static void event_scratch_release(const struct otr_out *out)
{
	otr_nest_exit(&event_scratch_depth, out->level & (LEVEL_RING - 1));
}

static noinline void event_end_judged(struct otr_out *out, unsigned long probe)
{
	struct otr_sub *sub = out->sub;
	bool good;

	if (unlikely(out->level == LEVEL_ASIDE)) {
		event_end_in_ring(out, true);
		return;
	}
	if (unlikely(out->level & LEVEL_TAPS)) {
		if (out->level & LEVEL_RING) {
			event_judge_taps(sub, out->data, out->len, out, probe);
		} else {
			event_judge_tapped(sub, out->data, out->len, READ_ONCE(sub->gate.bits),
					   probe);
			event_scratch_release(out);
		}
		return;
	}
	good = event_judge(sub, out);

	if (unlikely(out->level & LEVEL_RING)) {
		event_end_in_ring(out, good);
	} else {
		if (good)
			event_keep(sub, out->data, out->len);
		event_scratch_release(out);
	}
	if (good)
		event_record_stacks(sub, probe);
}

/* @from: as for event_judge_data(). */
static __always_inline void event_end(struct otr_out *out, unsigned long from)
{
	struct otr_rec rec __uninitialized;

	if (unlikely(out->level != LEVEL_OPEN)) {
		event_end_judged(out, from ?: _RET_IP_);
		return;
	}
	rec.cpu = event_out_rec(out)->cpu;
	rec.to = event_out_rec(out)->to;
	rec.ts = event_out_rec(out)->ts;
	otr_ring_keep(&rec);
	otr_comm_want(out->sub->remember);
}

/**
 * otr_event_end - finish a record
 * @out: from otr_event_begin()
 *
 * Context: that of otr_event_begin().
 */
void otr_event_end(struct otr_out *out)
{
	event_end(out, 0);
}
EXPORT_SYMBOL_GPL(otr_event_end);

/**
 * otr_event_end_from - the same, and say where the record's stack begins
 * @out: from otr_event_begin()
 * @from: as for otr_stack_record()
 *
 * Context: that of otr_event_begin().
 */
void otr_event_end_from(struct otr_out *out, unsigned long from)
{
	event_end(out, from);
}

/**
 * otr_events_init - begin to take events on tracepoints
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_events_init(void)
{
	int err;

	event_scratch = alloc_percpu(struct scratch);
	if (!event_scratch)
		return -ENOMEM;
	err = otr_set_start(&otr_tracepoint_hooks);
	if (err)
		free_percpu(event_scratch);
	return err;
}

/**
 * otr_events_exit - the counterpart of otr_events_init()
 *
 * Context: module unload, after every set of events was removed.
 */
void otr_events_exit(void)
{
	otr_set_stop();
	tracepoint_synchronize_unregister();
	free_percpu(event_scratch);
}
