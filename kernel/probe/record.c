// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records with texts.
 *
 * How long they are is known when they are there, so they are put together beside the
 * rings: short ones on the stack, others once for all instances that want them.
 */
#include <linux/percpu.h>

#include "probe/event.h"

struct record_rooms {
	u8	room[OTR_NEST_SLOTS][OTR_PROBE_ROOM] __aligned(8);
};

static struct record_rooms __percpu *record_rooms;
static DEFINE_PER_CPU(u32, record_nest);

/*
 * Where stacks of a record begin: where a function returns to, or in the code that is probed,
 * of which there are registers, or whose return address is a few bytes behind @at.
 */
static unsigned long record_from(const struct otr_fetch_source *source, unsigned long at,
				 unsigned long to)
{
	/* Not the address itself, which means its caller. */
	if (to)
		return to - 1;
	/* Of a program it is an address in there, with which no stack of the kernel begins. */
	return source->regs ? (unsigned long)source->regs : at;
}

/**
 * otr_probe_record_aside - write a record without texts by the ways that are not the common one
 * @fetch: the arguments
 * @sub: the event in an instance
 * @source: where arguments come from
 * @head: how the record begins
 * @at: as &struct otr_probe_rec.at
 * @to: as &struct otr_probe_rec.to
 *
 * Context: that of otr_event_begin().
 */
noinline void otr_probe_record_aside(const struct otr_fetch *fetch, struct otr_sub *sub,
				     struct otr_fetch_source source, enum otr_probe_head head,
				     unsigned long at, unsigned long to)
{
	unsigned int len = ALIGN(fetch->size, sizeof(u32));
	struct otr_out out __uninitialized;
	struct otr_probe_rec *rec = otr_event_begin(sub, &out, len);

	if (!rec)
		return;
	otr_probe_fill(fetch, &source, head, rec, len, at, to);
	barrier_data(rec);
	otr_event_end_from(&out, record_from(&source, at, to));
}

/**
 * otr_probe_fetch_rest - the steps of a probe's arguments that are not done in line
 * @fetch: the arguments
 * @step: the first one
 * @source: where arguments come from
 * @rec: the record
 *
 * Context: that of otr_fetch_run().
 */
noinline void otr_probe_fetch_rest(const struct otr_fetch *fetch,
				   const struct otr_fetch_step *step,
				   struct otr_fetch_source source, void *rec)
{
	otr_fetch_run_rest(fetch, step, &source, rec, fetch->size);
}

/**
 * otr_probe_record_missed - count a record that there was no room for
 * @probe: the probe
 * @only: in this instance; NULL for wherever it is wanted
 *
 * Context: that of otr_probe_record().
 */
void otr_probe_record_missed(const struct otr_probe *probe, struct otr_sub *only)
{
	const struct otr_dyn_target *target;

	if (only) {
		atomic_long_inc(&only->missed);
		return;
	}
	/* A target stays; pairs with otr_dyn_target_add(). */
	hlist_for_each_entry_rcu(target, &probe->to->targets, node, true)
		atomic_long_inc(&target->sub->missed);
}

/**
 * otr_probe_record_put - write a record that is complete
 * @probe: the probe
 * @only: in this instance; NULL for wherever it is wanted
 * @rec: the record, with room up to the next word
 * @len: its length
 * @from: where its stack begins, as for otr_stack_record()
 *
 * Context: that of otr_probe_record().
 */
void otr_probe_record_put(const struct otr_probe *probe, struct otr_sub *only,
			  struct otr_probe_rec *rec, u32 len, unsigned long from)
{
	const struct otr_dyn_target *target;

	/* The last bytes may be no word. */
	memset((void *)rec + len, 0, -len % sizeof(u32));
	if (only) {
		otr_event_judge_from(only, rec, ALIGN(len, sizeof(u32)), from);
		return;
	}
	/* A target stays; pairs with otr_dyn_target_add(). */
	hlist_for_each_entry_rcu(target, &probe->to->targets, node, true)
		otr_event_judge_from(target->sub, rec, ALIGN(len, sizeof(u32)), from);
}

static void record_put_heads(const struct otr_probe *probe, struct otr_probe_rec *rec,
			     unsigned long at, unsigned long to)
{
	if (probe->to->head != OTR_PROBE_BARE)
		rec->at = at;
	if (probe->to->head == OTR_PROBE_RETURN)
		rec->to = to;
}

/* The one instance that wants records of a probe, if there is one and nothing is in its way. */
static struct otr_sub *record_open_target(const struct otr_probe *probe, struct otr_sub *only)
{
	const struct otr_dyn_target *target;
	struct hlist_node *first;

	if (!only) {
		/* A target stays; pairs with otr_dyn_target_add(). */
		first = rcu_dereference_raw(hlist_first_rcu(&probe->to->targets));
		if (unlikely(!first || rcu_access_pointer(hlist_next_rcu(first))))
			return NULL;
		target = hlist_entry(first, struct otr_dyn_target, node);
		only = target->sub;
	}
	return likely(!otr_gate_closed(&only->gate)) ? only : NULL;
}

/* All of it but its head, two words at a time. */
static __always_inline void record_copy(void *to, const void *from, unsigned int len)
{
	unsigned int at = sizeof(struct otr_rec_head);

	/* One at a time, or the compiler makes memcpy() of it. */
	for (; at + sizeof(u64) <= len; at += sizeof(u64))
		WRITE_ONCE(*(u64 *)(to + at), *(const u64 *)(from + at));
	if (at < len)
		WRITE_ONCE(*(u32 *)(to + at), *(const u32 *)(from + at));
}

/*
 * The common way of a record with texts: a short one for one instance, put together on the
 * stack. False for all others, of which nothing is done then.
 */
static __always_inline bool record_short(const struct otr_probe *probe, struct otr_sub *sub,
					 const void *base, unsigned long at, unsigned long to)
{
	u8 room[OTR_REC_SHORT_MAX + sizeof(u32)] __aligned(8) __uninitialized;
	struct otr_rec out __uninitialized;
	struct otr_rec_head *head;
	unsigned int len;

	record_put_heads(probe, (struct otr_probe_rec *)room, at, to);
	len = otr_fetch_run_short(probe->fetch, base, room, OTR_REC_SHORT_MAX);
	if (unlikely(!len))
		return false;
	/* The last bytes may be no word. */
	put_unaligned(0, (u32 *)(room + len));
	len = ALIGN(len, sizeof(u32));
	if (len < sizeof(*head) || len % sizeof(u32))
		__builtin_unreachable();
	head = otr_ring_try(sub->ring, &out, len);
	if (unlikely(!head))
		return false;
	otr_record_head(head, sub->id);
	record_copy(head, room, len);
	otr_ring_keep(&out);
	otr_comm_want(sub->remember);
	return true;
}

/* All others: beside the rings, once for all instances. */
static noinline void record_long(const struct otr_probe *probe, struct otr_sub *only,
				 const struct otr_fetch_source *source, unsigned long at,
				 unsigned long to)
{
	int slot = otr_nest_enter(&record_nest, OTR_NEST_SLOTS);
	struct otr_probe_rec *rec;

	if (unlikely(slot < 0)) {
		otr_probe_record_missed(probe, only);
		return;
	}
	rec = (void *)raw_cpu_ptr(record_rooms)->room[slot];
	record_put_heads(probe, rec, at, to);
	otr_probe_record_put(probe, only, rec,
			     otr_fetch_run(probe->fetch, source, rec, OTR_PROBE_ROOM),
			     record_from(source, at, to));
	otr_nest_exit(&record_nest, slot);
}

/**
 * otr_probe_record_texts - the same as otr_probe_record(), where arguments are texts
 * @probe: the probe
 * @only: in this instance; NULL for wherever it is wanted
 * @source: where arguments come from
 * @at: as &struct otr_probe_rec.at
 * @to: as &struct otr_probe_rec.to
 *
 * Context: that of otr_probe_record().
 */
__no_stack_protector
void otr_probe_record_texts(const struct otr_probe *probe, struct otr_sub *only,
			    struct otr_fetch_source source, unsigned long at, unsigned long to)
{
	struct otr_sub *sub = record_open_target(probe, only);

	if (unlikely(!sub || !record_short(probe, sub, source.base, at, to)))
		record_long(probe, only, &source, at, to);
}

/**
 * otr_probe_records_init - have room for records with texts
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_probe_records_init(void)
{
	record_rooms = alloc_percpu(struct record_rooms);
	return record_rooms ? 0 : -ENOMEM;
}

/**
 * otr_probe_records_exit - the counterpart of otr_probe_records_init()
 *
 * Context: module unload, when no probe is hit any more.
 */
void otr_probe_records_exit(void)
{
	free_percpu(record_rooms);
}
