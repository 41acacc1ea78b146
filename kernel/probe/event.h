/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the probe room: probes and their events, whatever kind they are of. */
#ifndef _OTR_PROBE_EVENT_H
#define _OTR_PROBE_EVENT_H

#include <linux/rculist.h>

#include "dyn/dyn.h"
#include "fetch/fetch.h"
#include "inst/inst.h"
#include "probe/probe.h"
#include "record/record.h"

/* Bytes of the name of an event or of a group, with the zero, as in-tree. */
#define OTR_PROBE_NAME	64

/* Most of a record with texts: a page of a ring takes no longer ones by itself. */
#define OTR_PROBE_ROOM	4080

/**
 * struct otr_probe_name - what a definition calls its event
 * @group: the group
 * @event: the event, "" where the definition leaves that to its kind
 * @is_private: only its maker knows of the event, and others may have the name
 */
struct otr_probe_name {
	char	group[OTR_PROBE_NAME];
	char	event[OTR_PROBE_NAME];
	bool	is_private;
};

/**
 * enum otr_probe_head - what records have in front of their arguments
 * @OTR_PROBE_BARE: nothing
 * @OTR_PROBE_AT: where the probe is
 * @OTR_PROBE_RETURN: which function returned, and where to
 */
enum otr_probe_head {
	OTR_PROBE_BARE,
	OTR_PROBE_AT,
	OTR_PROBE_RETURN,
};

struct otr_probe;

/**
 * struct otr_probe_ops - what kinds of probes differ in
 * @source: where their events come from, for a kind of which an event has one probe, and
 *	    which attaches by itself; NULL for all others, which are armed
 * @carries: event probes may be on such an event
 * @in_programs: addresses are of programs, and a hit may sleep: under RCU for that
 * @arm: let a probe be hit: 0 or an errno
 * @disarm: the counterpart; it may be on its way on return
 * @unplace: take a probe that is not armed off its place
 * @release: frees a probe that is not hit any more and that nobody knows, but for its
 *	     arguments; in a callback of RCU
 *
 * All but the last with otr_switch_lock held; they may sleep.
 */
struct otr_probe_ops {
	const struct otr_event_ops *source;
	bool	carries;
	bool	in_programs;
	int	(*arm)(struct otr_probe *probe);
	void	(*disarm)(struct otr_probe *probe);
	void	(*unplace)(struct otr_probe *probe);
	void	(*release)(struct otr_probe *probe);
};

/**
 * struct otr_probe_event - the event of probes that have one name
 * @targets: instances that want records; under RCU, changed with otr_switch_lock held
 * @event: it, as the rest of the engine knows it
 * @ops: those of its probes
 * @head: enum otr_probe_head
 * @probes: its probes; changed with otr_dyn_lock() and otr_switch_lock held
 * @fetch: arguments of the first of them, by which records are printed
 * @base: what records say of where they come from, "" for nothing; OTR_PROBE_BARE
 * @rcu: it goes by this
 */
struct otr_probe_event {
	struct hlist_head		targets;

	struct otr_event		event;
	const struct otr_probe_ops	*ops;
	enum otr_probe_head		head;
	struct list_head		probes;
	struct otr_fetch		*fetch;
	const char			*base;
	struct rcu_head			rcu;
};

/**
 * struct otr_probe - what a definition of a probe made
 * @to: its event
 * @fetch: its arguments
 * @ops: its kind's
 * @shares: these are the event's arguments, too, which frees them
 * @last: it leaves, and the event with it; otr_dyn_lock()
 * @dyn: in the registry
 * @sibling: among the probes of its event
 * @rcu: it goes by this
 */
struct otr_probe {
	struct otr_probe_event	*to;
	struct otr_fetch	*fetch;

	const struct otr_probe_ops *ops;
	bool			shares;
	bool			last;
	struct otr_dyn		dyn;
	struct list_head	sibling;
	struct rcu_head		rcu;
};

/**
 * struct otr_probe_rec - how a record begins
 * @head: as every record
 * @at: where the probe is, or the function that returned
 * @to: where that returned to; only for OTR_PROBE_RETURN
 */
struct otr_probe_rec {
	struct otr_rec_head	head;
	u64			at;
	u64			to;
};

static inline struct otr_probe *otr_probe_of(const struct otr_dyn *dyn)
{
	return container_of(dyn, struct otr_probe, dyn);
}

/* Does somebody want its records? */
static inline bool otr_probe_wanted(const struct otr_probe *probe)
{
	return !hlist_empty(&probe->to->targets);
}

/* name.c */
int otr_probe_read_name(struct otr_fetch_line *line, struct otr_probe_name *name,
			const char *group);
int otr_probe_read_name_at(struct otr_fetch_line *line, struct otr_probe_name *name,
			   unsigned int word, unsigned int from);
void otr_probe_clean_name(char *name);

/* event.c */
struct otr_probe_event *otr_probe_event_of(struct otr_event *ev);
bool otr_probe_carries(struct otr_event *ev);
unsigned int otr_probe_head_bytes(enum otr_probe_head head);
struct otr_probe_event *otr_probe_event_named(const struct otr_probe_name *name,
					      const struct otr_probe_ops *ops);
struct otr_probe *otr_probe_first(const struct otr_probe_event *to);
struct otr_probe_event *otr_probe_event_add(const struct otr_probe_name *name,
					    enum otr_probe_head head, const struct otr_event *base,
					    struct otr_fetch *fetch,
					    const struct otr_probe_ops *ops);
void otr_probe_event_drop(struct otr_probe_event *to);
void otr_probe_join(struct otr_probe *probe, struct otr_probe_event *to,
		    const struct otr_dyn_kind *kind);
void otr_probe_name_private(struct otr_probe_name *name, const char *group, const char *event);
int otr_probe_leave(struct otr_dyn *dyn, bool forced);
void otr_probe_free(struct otr_dyn *dyn);
bool otr_probe_busy(const struct otr_dyn *dyn);
bool otr_probe_is(const struct otr_probe *probe, const char *group, const char *event);
int otr_probe_check_join(struct otr_fetch_line *line, const struct otr_probe_event *to,
			 enum otr_probe_head head, const struct otr_fetch *fetch);

/* record.c */
int otr_probe_records_init(void);
void otr_probe_records_exit(void);
void otr_probe_record_missed(const struct otr_probe *probe, struct otr_sub *only);
void otr_probe_record_put(const struct otr_probe *probe, struct otr_sub *only,
			  struct otr_probe_rec *rec, u32 len, unsigned long from);
void otr_probe_record_texts(const struct otr_probe *probe, struct otr_sub *only,
			    struct otr_fetch_source source, unsigned long at, unsigned long to);

void otr_probe_record_aside(const struct otr_fetch *fetch, struct otr_sub *sub,
			    struct otr_fetch_source source, enum otr_probe_head head,
			    unsigned long at, unsigned long to);
void otr_probe_fetch_rest(const struct otr_fetch *fetch, const struct otr_fetch_step *step,
			  struct otr_fetch_source source, void *rec);

/*
 * All of a record without texts, but for what every record begins with. What is not in line
 * gets a copy of the source, which so is never in memory on the common way.
 */
static __always_inline void otr_probe_fill(const struct otr_fetch *fetch,
					   const struct otr_fetch_source *source,
					   enum otr_probe_head head, struct otr_probe_rec *rec,
					   unsigned int len, unsigned long at, unsigned long to)
{
	const struct otr_fetch_step *step;

	/* The last bytes may be no word. */
	if (head != OTR_PROBE_BARE || len > sizeof(rec->head))
		WRITE_ONCE(*(u32 *)((void *)rec + len - sizeof(u32)), 0);
	if (head != OTR_PROBE_BARE)
		rec->at = at;
	if (head == OTR_PROBE_RETURN)
		rec->to = to;
	step = otr_fetch_run_words(fetch->steps, source->base, rec, head == OTR_PROBE_BARE);
	if (unlikely(step->op != OTR_FETCH_OP_END))
		otr_probe_fetch_rest(fetch, step, *source, rec);
}

/* Write a record without texts in one instance: the common way, in line. */
static __always_inline void otr_probe_record_plain(const struct otr_fetch *fetch,
						   struct otr_sub *sub,
						   const struct otr_fetch_source *source,
						   enum otr_probe_head head,
						   unsigned long at, unsigned long to)
{
	unsigned int len = ALIGN(fetch->size, sizeof(u32));
	struct otr_rec out __uninitialized;
	struct otr_probe_rec *rec = NULL;

	/* As every record. */
	if (len < sizeof(rec->head) || len % sizeof(u32))
		__builtin_unreachable();
	if (likely(!otr_gate_closed(&sub->gate)) && likely(len <= OTR_REC_SHORT_MAX))
		rec = otr_ring_try(sub->ring, &out, len);
	if (unlikely(!rec)) {
		otr_probe_record_aside(fetch, sub, *source, head, at, to);
		return;
	}
	otr_record_head(&rec->head, sub->id);
	otr_probe_fill(fetch, source, head, rec, len, at, to);
	otr_ring_keep(&out);
	otr_comm_want(sub->remember);
}

/**
 * otr_probe_record - write a record of a probe wherever it is wanted
 * @probe: the probe
 * @source: where arguments come from
 * @head: of its event
 * @at: as &struct otr_probe_rec.at
 * @to: as &struct otr_probe_rec.to
 *
 * Context: that of otr_event_begin(), RCU watching.
 */
static __always_inline void otr_probe_record(const struct otr_probe *probe,
					     const struct otr_fetch_source *source,
					     enum otr_probe_head head,
					     unsigned long at, unsigned long to)
{
	const struct otr_fetch *fetch = probe->fetch;
	const struct otr_dyn_target *target;

	if (unlikely(fetch->texts)) {
		otr_probe_record_texts(probe, NULL, *source, at, to);
		return;
	}
	/* A target stays; pairs with otr_dyn_target_add(). */
	hlist_for_each_entry_rcu(target, &probe->to->targets, node, true)
		otr_probe_record_plain(fetch, target->sub, source, head, at, to);
}

#endif /* _OTR_PROBE_EVENT_H */
