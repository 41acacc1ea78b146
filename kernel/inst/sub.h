/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Subscriptions, a part of inst.h: this event in this instance. An instance has one for every
 * event that somebody ever wanted there; events that nobody touched cost
 * nothing.
 */
#ifndef _OTR_INST_SUB_H
#define _OTR_INST_SUB_H

#include "event/event.h"
#include "rule/rule.h"

struct otr_sub;

/**
 * struct otr_hit - a record of an event, for those that want it besides the ring
 * @sub: the event in an instance
 * @rec: the record, complete, its head included; NULL once it is in the ring
 * @len: its length in bytes
 * @probe: return address into the event's probe, behind which a stack begins
 */
struct otr_hit {
	struct otr_sub	*sub;
	const void	*rec;
	unsigned int	len;
	unsigned long	probe;
};

/* Taps of one event that run after the record; what is added beyond that does not run. */
#define OTR_TAPS_AFTER	8

/**
 * enum otr_tap_kind - when a tap gets a record, and which
 * @OTR_TAP_SINK: all of them, whatever the instance wants, before the triggers
 * @OTR_TAP_BEFORE: a trigger, before the record goes to the ring
 * @OTR_TAP_TIMED: a trigger, the record and its time, behind those before and when the
 *		   record is in the ring, or would be
 * @OTR_TAP_AFTER: a trigger, when the record is in the ring, or would be; it gets no
 *		   record then
 * @OTR_TAP_KINDS: how many there are
 */
enum otr_tap_kind {
	OTR_TAP_SINK,
	OTR_TAP_BEFORE,
	OTR_TAP_TIMED,
	OTR_TAP_AFTER,
	OTR_TAP_KINDS
};

/**
 * struct otr_tap - something besides the ring that an event's records go to
 * @run: gets a record, in any context, NMI included, with preemption off
 * @run_at: for OTR_TAP_TIMED: the same for a record in the ring, with its time there; a
 *	    record that the ring did not take has none, and goes to @run
 * @filter: what records have to pass, NULL for nothing; set before it is added
 * @kind: when it runs; set before it is added
 * @needs_rec: without a filter, too, it runs only for tasks that the instance wants, as
 *	       it looks at the record; set before it is added
 * @keeps_rec: while a trigger of the event looks at records, it runs when the record is in
 *	       the ring, though it is of those before; set before it is added
 * @counts: of those before and timed ones: it looks at no head, and changes nothing that is
 *	    in the way of the record; set before it is added
 * @last: of triggers: it runs after those that are there; set before it is added
 * @next: the one that runs after it
 * @gone: in a list of those that were removed
 *
 * A tap may switch the event on and off, stop the ring or exchange it. What it records
 * itself, into the same event's instance or not, nests.
 */
struct otr_tap {
	void			(*run)(struct otr_tap *tap, const struct otr_hit *hit);
	void			(*run_at)(struct otr_tap *tap, const struct otr_hit *hit, u64 ts);
	struct otr_filter	*filter;
	enum otr_tap_kind	kind;
	bool			needs_rec;
	bool			keeps_rec;
	bool			counts;
	bool			last;
	struct otr_tap		*next;
	struct otr_tap		*gone;
};

/**
 * struct otr_sub - an event in an instance
 * @gate: what probes look at first
 * @ring: the instance's ring; set once
 * @remember: OTR_COMM_* that a record's task is remembered by
 * @id: the event's number; set once
 * @pid_at: where in the record another task is named that may be wanted as
 *	    well as the one that runs, 0 for nowhere; set once
 * @inst: the instance; set once
 * @only: @filter, where nothing else is in the way and it does not look at the
 *	  head; read like @filter
 * @filter: what records have to pass, NULL for nothing; read by probes with
 *	    preemption off
 * @lone: the filter of its trigger, where it has one alone that runs after the record and
 *	  whose filter does not look at the head; read like @filter
 * @counter: its trigger, where it has one alone that counts, and whose filter, if it has
 *	     one, does not look at the head; read like @filter
 * @taps: sinks and triggers, by their kind, sinks in the order in which they were added,
 *	  triggers the other way round, but for those that are to be last; read by probes
 *	  with preemption off
 * @turns_away: its sink tells by the gate's @unwanted which task it has no use for
 * @picky: a trigger needs the record, so none runs for tasks that are not wanted
 * @missed: records that no tap got, as they were too long or nested too deep and the
 *	    ring took none
 * @event: the event; set once
 * @shown: the filter that its file shows: @filter, or one that was wrong, and
 *	   then there is no @filter
 * @echo: its tap of otr_subs_echo(), NULL for none; goes with it
 * @holders: triggers that may switch it on and off, and those that have taps
 * @triggers: triggers on it, the newest first; the room trigger's
 * @attached: probes of the event come here
 * @recorded: they did, so there may be records of it
 * @next_gone: in the list of those whose events went away
 *
 * Whether records are wanted is OTR_GATE_SHUT alone, which users and triggers
 * change, in any context.
 */
struct otr_sub {
	/* hot */
	struct otr_gate		gate;
	struct otr_ring		*ring;
	u8			remember;
	u16			id;
	u16			pid_at;
	struct otr_inst		*inst;
	struct otr_filter	*only;
	struct otr_filter	*filter;
	struct otr_filter	*lone;
	struct otr_tap		*counter;
	struct otr_tap		*taps[OTR_TAP_KINDS];
	bool			turns_away;
	bool			picky;
	atomic_long_t		missed;

	/* otr_inst_lock */
	struct otr_event	*event;
	struct otr_filter	*shown;
	struct otr_tap		*echo;
	unsigned int		holders;
	struct list_head	triggers;

	/* otr_switch_lock */
	bool			attached;
	bool			recorded;
	struct otr_sub		*next_gone;
};

/**
 * otr_sub_on - are records of an event wanted?
 * @sub: the subscription, or NULL
 *
 * Context: any.
 * Return: whether they are.
 */
static inline bool otr_sub_on(const struct otr_sub *sub)
{
	return sub && !(READ_ONCE(sub->gate.bits) & OTR_GATE_SHUT);
}

/**
 * struct otr_pick - some of the events there are, or words about a module to come
 * @group: of the system of this number, 0 for any
 * @system: of this system, NULL for any
 * @event: of this name, NULL for any
 * @either: of this system or of this name, NULL for any; the pattern, where the words
 *	    are about functions
 * @module: of a tracepoint in this module, NULL for any
 */
struct otr_pick {
	unsigned int	group;
	const char	*system;
	const char	*event;
	const char	*either;
	const char	*module;
};

struct otr_sub *otr_sub_find(struct otr_inst *inst, const struct otr_event *ev);
struct otr_sub *otr_sub_get(struct otr_inst *inst, struct otr_event *ev);
int otr_sub_switch(struct otr_inst *inst, struct otr_event *ev, bool on);
struct otr_sub *otr_sub_hold(struct otr_inst *inst, struct otr_event *ev);
void otr_sub_drop(struct otr_sub *sub);
bool otr_sub_set(struct otr_sub *sub, bool on);
void otr_sub_add_tap(struct otr_sub *sub, struct otr_tap *tap);
void otr_sub_remove_tap(struct otr_sub *sub, struct otr_tap *tap);
void otr_sub_turn_away(struct otr_sub *sub, const pid_t __percpu *unwanted);
int otr_sub_switch_all(struct otr_inst *inst, const struct otr_pick *pick, bool on);

/* await.c: what is wanted of modules that are not there yet */
int otr_await_add(struct list_head *list, const struct otr_pick *pick);
int otr_await_remove(struct list_head *list, const struct otr_pick *pick);
void otr_await_clear(struct list_head *list);
const struct otr_pick *otr_await_next(const struct list_head *list, const struct otr_pick *pick);
void otr_await_take(struct list_head *list, const char *module, struct list_head *due);
int otr_awaited_add(struct otr_inst *inst, const struct otr_pick *pick);
void otr_awaited_came(struct otr_inst *inst, const char *module);
void otr_pick_parse(struct otr_pick *pick, char *events, const char *module);

/* sub.c */
void otr_subs_init(void);
void otr_subs_exit(void);
void otr_sub_clear(struct otr_inst *inst);
int otr_subs_echo(void (*run)(struct otr_tap *tap, const struct otr_hit *hit));
void otr_sub_gate_update(struct otr_sub *sub);
void otr_sub_set_remember(struct otr_inst *inst, u8 what);
void otr_sub_set_pids(struct otr_inst *inst, unsigned int side, struct otr_idset *set);

/* filter.c */
int otr_sub_set_filter(struct otr_inst *inst, struct otr_event *ev, char *text);
int otr_sub_set_filters(struct otr_inst *inst, unsigned int group, char *text);

#endif /* _OTR_INST_SUB_H */
