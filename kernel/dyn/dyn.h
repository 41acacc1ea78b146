/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room dyn: events that users define.
 *
 * Purpose:  one registry for all kinds of events that come from a line of text, or from
 *           another module, and go when somebody says so; and the first kinds: synthetic
 *           events, whose records are put together by code that knows their values, and
 *           user events, whose records programs write (user.h).
 * Objects:  struct otr_dyn, something that a line of dynamic_events defined, a part of
 *           what its kind made of the line; struct otr_synth, a synthetic event. Both go
 *           with a grace period of RCU, when no instance and no trigger has the event.
 * Locks:    dyn_lock, a mutex, outermost but for that of an open file: definitions come,
 *           go and are listed under it. Events are found by their name, and kept, under
 *           otr_event_lock() alone, as triggers do that have otr_switch_lock.
 * Contexts: defining sleeps; otr_synth_trace() runs anywhere, NMI included, with
 *           preemption off.
 */
#ifndef _OTR_DYN_H
#define _OTR_DYN_H

#include <linux/list.h>
#include <linux/seq_file.h>
#include <outrace/synth.h>

#include "dyn/fields.h"
#include "event/event.h"

struct otr_dyn;
struct otr_sub;

/**
 * struct otr_dyn_kind - a kind of events that users define
 * @letters: its definitions begin with one of these
 * @create: takes a definition, from its letter on: 0 or an errno, and then nothing of it is
 *	    left; -ECANCELED if it is not of this kind in spite of the letter
 * @show: prints a definition as a line that can be written again
 * @match: is this what is to be removed? By @event and, where it is not NULL, @group, and
 *	   as users of probes can say more, by @nr words behind that
 * @busy: is it in use by something that would be listed as broken? Where one is, nothing
 *	  is removed of many. What else keeps an event is asked one by one, by @remove
 * @leave: begins to end it, by otr_event_retire(): 0, or -EBUSY and the like, and then it is
 *	   there as before. With @forced in any case, by otr_event_withdraw()
 * @free: ends what left, and whose event was waited for, and frees it
 * @link: in the list of kinds
 *
 * All but @link is called with the registry's lock held, and may sleep.
 */
struct otr_dyn_kind {
	const char		*letters;
	int			(*create)(const char *text);
	void			(*show)(struct seq_file *m, const struct otr_dyn *dyn);
	bool			(*match)(const struct otr_dyn *dyn, const char *group,
					 const char *event, char **words, int nr);
	bool			(*busy)(const struct otr_dyn *dyn);
	int			(*leave)(struct otr_dyn *dyn, bool forced);
	void			(*free)(struct otr_dyn *dyn);
	struct list_head	link;
};

/**
 * struct otr_dyn - what a definition made
 * @kind: its kind
 * @link: in the list of definitions, the oldest first, or of those that leave; from
 *	  otr_dyn_add() on
 */
struct otr_dyn {
	const struct otr_dyn_kind	*kind;
	struct list_head		link;
};

/* dyn.c: the registry */
void otr_dyn_register(struct otr_dyn_kind *kind);
void otr_dyn_unregister(struct otr_dyn_kind *kind);
void otr_dyn_lock(void);
void otr_dyn_unlock(void);
void otr_dyn_add(struct otr_dyn *dyn, const struct otr_dyn_kind *kind);
void otr_dyn_del(struct otr_dyn *dyn);
int otr_dyn_leave(struct otr_dyn *dyn);
void otr_dyn_settle(void);
struct otr_dyn *otr_dyn_next(const struct otr_dyn_kind *kind, const struct otr_dyn *dyn);
int otr_dyn_command(const char *line);
int otr_dyn_command_of(const char *line, const struct otr_dyn_kind *kind);
int otr_dyn_remove(const char *line, const struct otr_dyn_kind *kind);
int otr_dyn_remove_all(const struct otr_dyn_kind *kind);
void *otr_dyn_start(loff_t *pos);
void *otr_dyn_walk(void *at, loff_t *pos);
void otr_dyn_stop(void);
void otr_dyn_show(struct seq_file *m, const struct otr_dyn *dyn);

/**
 * struct otr_dyn_target - an instance that wants records of an event
 * @node: in the list of those of the event
 * @sub: the event there
 * @rcu: it goes by this
 */
struct otr_dyn_target {
	struct hlist_node	node;
	struct otr_sub		*sub;
	struct rcu_head		rcu;
};

/* target.c */
int otr_dyn_target_add(struct hlist_head *targets, struct otr_sub *sub);
void otr_dyn_target_remove(struct hlist_head *targets, const struct otr_sub *sub);

#define OTR_SYNTH_SYSTEM	"synthetic"

/**
 * struct otr_synth - a synthetic event
 * @targets: instances that want records, struct otr_dyn_target; under RCU, changed with
 *	     otr_switch_lock held
 * @fields: its fields
 * @nr: how many
 * @behind: how many of them lie behind the record
 * @size: bytes of a record up to those
 * @event: it, as the rest of the engine knows it
 * @dyn: in the registry
 * @module: another module that defined it, NULL for a user
 * @refs: from otr_synth_get()
 * @rcu: it goes by this
 */
struct otr_synth {
	/* hot */
	struct hlist_head		targets;
	const struct otr_synth_field	*fields;
	u16				nr;
	u16				behind;
	u32				size;

	struct otr_event		event;
	struct otr_dyn			dyn;
	struct module			*module;
	atomic_t			refs;
	struct rcu_head			rcu;
};

/* synth.c: synthetic events come, go and are found */
extern struct otr_dyn_kind otr_synth_kind;
int otr_synth_command(const char *line, struct module *module);
int otr_synth_remove(const char *name);
void otr_synth_show(struct seq_file *m, const struct otr_dyn *dyn);
struct otr_synth *otr_synth_get(const char *name);
struct otr_synth *otr_synth_of(const struct otr_event *ev);
void otr_synth_put(struct otr_synth *synth);

/* trace.c: their records */
void otr_synth_trace(const struct otr_synth *synth, const u64 *values);
void otr_synth_trace_of(const struct otr_synth *synth, const u64 *values, const u8 *which,
			const struct otr_moment *when);

/* init.c */
int otr_dyn_init(void);
void otr_dyn_exit(void);

#include "dyn/user.h"

#endif /* _OTR_DYN_H */
