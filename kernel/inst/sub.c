// SPDX-License-Identifier: GPL-2.0-only
/* Subscriptions: events in instances. */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "inst/inst.h"

/*
 * Where records of some events name a task besides the one that runs. When
 * tasks are limited, a task that is switched to or woken is as good a reason to record
 * as the task that does it.
 */
static u16 sub_other_pid(const struct otr_event *ev)
{
	static const struct {
		const char *event;
		const char *field;
	} others[] = {
		{ "sched_switch", "next_pid" },
		{ "sched_waking", "pid" },
		{ "sched_wakeup", "pid" },
		{ "sched_wakeup_new", "pid" },
	};
	const struct otr_field *field;
	unsigned int i;

	if (strcmp(ev->system, "sched"))
		return 0;
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(ev->name, others[i].event))
			continue;
		for (field = ev->fields; field->name; field++)
			if (!strcmp(field->name, others[i].field))
				return field->offset;
	}
	return 0;
}

/* Change some bits of a gate, while triggers may change others; what was there before? */
static u32 sub_gate_change(struct otr_sub *sub, u32 clear, u32 set)
{
	u32 bits = READ_ONCE(sub->gate.bits);

	while (!try_cmpxchg(&sub->gate.bits, &bits, (bits & ~clear) | set))
		;
	return bits;
}

/**
 * otr_sub_set - say that records of an event are wanted, or not
 * @sub: the subscription; with a holder, or nothing comes of it
 * @on: what to say
 *
 * Context: any, NMI included.
 * Return: whether that is a change.
 */
bool otr_sub_set(struct otr_sub *sub, bool on)
{
	bool was = !(sub_gate_change(sub, OTR_GATE_SHUT, on ? 0 : OTR_GATE_SHUT) & OTR_GATE_SHUT);

	return was != on;
}

/**
 * otr_sub_gate_update - have probes follow what changed
 * @sub: the subscription
 *
 * Context: otr_inst_lock held.
 */
void otr_sub_gate_update(struct otr_sub *sub)
{
	const struct otr_inst *inst = sub->inst;
	struct otr_filter *only = NULL;
	u32 gate = 0;

	if (sub->taps[OTR_TAP_SINK])
		gate |= OTR_GATE_SINK;
	if (sub->taps[OTR_TAP_BEFORE] || sub->taps[OTR_TAP_TIMED] || sub->taps[OTR_TAP_AFTER])
		gate |= OTR_GATE_TRIGGER;
	if (sub->turns_away && gate == OTR_GATE_SINK)
		gate |= OTR_GATE_TASKS;
	if (inst->event_tasks.limited)
		gate |= sub->pid_at ? OTR_GATE_OTHER : gate ? OTR_GATE_LATE : OTR_GATE_TASKS;
	if (sub->filter)
		gate |= OTR_GATE_FILTER;
	if (inst->options & (OTR_OPT(STACKTRACE) | OTR_OPT(USERSTACKTRACE)))
		gate |= OTR_GATE_STACK;
	/* That way does not look at the gate again, which triggers may shut. */
	if (gate == OTR_GATE_FILTER && otr_sub_on(sub) && !sub->holders &&
	    !otr_filter_needs_head(sub->filter))
		only = sub->filter;
	/* Pairs with the address dependency in the probes: the filter is complete. */
	smp_store_release(&sub->only, only);
	sub_gate_change(sub, ~(u32)OTR_GATE_SHUT, gate);
	WRITE_ONCE(sub->remember, inst->remember);
}

/**
 * otr_sub_find - the subscription of an event, if there is one
 * @inst: the instance
 * @ev: the event
 *
 * Context: otr_inst_lock held.
 * Return: it, or NULL.
 */
struct otr_sub *otr_sub_find(struct otr_inst *inst, const struct otr_event *ev)
{
	lockdep_assert_held(&otr_inst_lock);
	return xa_load(&inst->subs, ev->id);
}

/* What gets all events of all instances that users see; NULL for nothing. otr_inst_lock. */
static void (*sub_echo)(struct otr_tap *tap, const struct otr_hit *hit);

/* Have it get this event, too; without memory it does not. */
static int sub_echo_begin(struct otr_sub *sub)
{
	struct otr_tap *tap;

	if (!sub_echo || sub->echo || sub->inst->hidden || sub->id < OTR_TYPE_FIXED_END)
		return 0;
	tap = kzalloc(sizeof(*tap), GFP_KERNEL);
	if (!tap)
		return -ENOMEM;
	tap->run = sub_echo;
	tap->kind = OTR_TAP_BEFORE;
	tap->needs_rec = true;
	tap->last = true;
	sub->echo = tap;
	otr_sub_add_tap(sub, tap);
	return 0;
}

/**
 * otr_sub_get - the subscription of an event, made if need be
 * @inst: the instance
 * @ev: the event; one with a source
 *
 * Context: otr_inst_lock held.
 * Return: it, or ERR_PTR(-ENOMEM).
 */
struct otr_sub *otr_sub_get(struct otr_inst *inst, struct otr_event *ev)
{
	struct otr_sub *sub = otr_sub_find(inst, ev);
	int err;

	if (sub)
		return sub;
	sub = kzalloc(sizeof(*sub), GFP_KERNEL);
	if (!sub)
		return ERR_PTR(-ENOMEM);
	sub->gate.unwanted = inst->event_tasks.unwanted;
	sub->ring = inst->ring;
	sub->inst = inst;
	sub->event = ev;
	sub->id = ev->id;
	sub->pid_at = sub_other_pid(ev);
	sub->gate.bits = OTR_GATE_SHUT;
	INIT_LIST_HEAD(&sub->triggers);
	otr_sub_gate_update(sub);
	err = xa_insert(&inst->subs, ev->id, sub, GFP_KERNEL);
	if (err) {
		kfree(sub);
		return ERR_PTR(err);
	}
	sub_echo_begin(sub);
	return sub;
}

/*
 * Sources write to the kernel's text, where each of them waits for every CPU some
 * times. All events together take minutes where CPUs are slow to answer, so
 * this is done without otr_inst_lock. otr_switch_lock keeps event and
 * subscription in place: code that takes them away needs it.
 */
static int sub_attach(struct otr_sub *sub)
{
	struct otr_event *ev = sub->event;
	int err;

	if (sub->attached)
		return 0;
	/* An event that is attached is in use. */
	otr_event_lock();
	err = otr_event_get(ev) ? 0 : -ENODEV;
	otr_event_unlock();
	if (err)
		return err;
	otr_area_note_event(sub->inst->area, ev);
	err = ev->ops->attach(ev, sub);
	if (err)
		otr_event_put(ev);
	sub->attached = !err;
	sub->recorded |= sub->attached;
	return err;
}

static void sub_detach(struct otr_sub *sub)
{
	lockdep_assert_held(&otr_switch_lock);
	if (!sub->attached)
		return;
	sub->event->ops->detach(sub->event, sub);
	sub->attached = false;
	otr_event_put(sub->event);
}

/* Say that an event is on or off. The subscription, if that changes anything. */
static struct otr_sub *sub_set_on(struct otr_inst *inst, struct otr_event *ev, bool on)
{
	struct otr_sub *sub = on ? otr_sub_get(inst, ev) : otr_sub_find(inst, ev);

	if (IS_ERR_OR_NULL(sub))
		return sub;
	if (otr_sub_on(sub) == on)
		return NULL;
	otr_sub_set(sub, on);
	otr_sub_gate_update(sub);
	return sub;
}

/**
 * otr_sub_switch - begin or end to record an event
 * @inst: the instance
 * @ev: the event; one with a source
 * @on: what to do
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 * Return: 0, -ENOMEM, or what the event's source said.
 */
int otr_sub_switch(struct otr_inst *inst, struct otr_event *ev, bool on)
{
	struct otr_sub *sub;
	int err;

	lockdep_assert_held(&otr_switch_lock);
	err = on ? otr_inst_expand(inst) : 0;
	if (err)
		return err;
	mutex_lock(&otr_inst_lock);
	sub = sub_set_on(inst, ev, on);
	mutex_unlock(&otr_inst_lock);
	if (IS_ERR_OR_NULL(sub))
		return PTR_ERR_OR_ZERO(sub);
	if (!on) {
		if (!sub->holders)
			sub_detach(sub);
		return 0;
	}
	err = sub_attach(sub);
	if (err) {
		mutex_lock(&otr_inst_lock);
		sub_set_on(inst, ev, false);
		mutex_unlock(&otr_inst_lock);
	}
	return err;
}

static void sub_change_holders(struct otr_sub *sub, int by)
{
	mutex_lock(&otr_inst_lock);
	sub->holders += by;
	otr_sub_gate_update(sub);
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_sub_hold - have an event ready to be switched by otr_sub_set()
 * @inst: the instance
 * @ev: the event; one with a source
 *
 * The ring keeps its size: where records may come of it, otr_inst_expand() is first.
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 * Return: the subscription, until otr_sub_drop(); ERR_PTR() of -ENOMEM or of
 * what the event's source said.
 */
struct otr_sub *otr_sub_hold(struct otr_inst *inst, struct otr_event *ev)
{
	struct otr_sub *sub;
	int err;

	lockdep_assert_held(&otr_switch_lock);
	mutex_lock(&otr_inst_lock);
	sub = otr_sub_get(inst, ev);
	mutex_unlock(&otr_inst_lock);
	if (IS_ERR(sub))
		return sub;
	sub_change_holders(sub, 1);
	err = sub_attach(sub);
	if (!err)
		return sub;
	sub_change_holders(sub, -1);
	return ERR_PTR(err);
}

/**
 * otr_sub_drop - the counterpart of otr_sub_hold()
 * @sub: the subscription; it stays as it is, on or off
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 */
void otr_sub_drop(struct otr_sub *sub)
{
	sub_change_holders(sub, -1);
	if (!sub->holders && !otr_sub_on(sub))
		sub_detach(sub);
}

/* What most records of an event that waits for something are rejected by. */
static struct otr_filter *sub_lone_filter(const struct otr_sub *sub)
{
	const struct otr_tap *tap = sub->taps[OTR_TAP_AFTER];

	if (!tap || tap->next || sub->taps[OTR_TAP_BEFORE] || sub->taps[OTR_TAP_TIMED] ||
	    sub->taps[OTR_TAP_SINK])
		return NULL;
	return tap->filter && !otr_filter_needs_head(tap->filter) ? tap->filter : NULL;
}

/* What those records go to, and no further, of an event that is only counted. */
static struct otr_tap *sub_counter(const struct otr_sub *sub)
{
	struct otr_tap *tap = sub->taps[OTR_TAP_BEFORE], *timed = sub->taps[OTR_TAP_TIMED];

	if (tap && timed)
		return NULL;
	tap = tap ?: timed;
	if (!tap || !tap->counts || tap->next || sub->taps[OTR_TAP_AFTER] ||
	    sub->taps[OTR_TAP_SINK])
		return NULL;
	return tap->filter && otr_filter_needs_head(tap->filter) ? NULL : tap;
}

static void sub_note_taps(struct otr_sub *sub)
{
	const struct otr_tap *tap;
	bool picky = sub->taps[OTR_TAP_AFTER] || sub->taps[OTR_TAP_TIMED];

	for (tap = sub->taps[OTR_TAP_BEFORE]; tap; tap = tap->next)
		picky |= tap->filter || tap->needs_rec;
	WRITE_ONCE(sub->picky, picky);
	/* Pairs with the address dependency in the probes: the filter is complete. */
	smp_store_release(&sub->lone, sub_lone_filter(sub));
	/* Likewise: the tap is. */
	smp_store_release(&sub->counter, sub_counter(sub));
	otr_sub_gate_update(sub);
}

/**
 * otr_sub_add_tap - let something besides the ring have an event's records
 * @sub: the subscription, which the caller holds: otr_sub_hold()
 * @tap: what gets them
 *
 * Context: otr_inst_lock held.
 */
void otr_sub_add_tap(struct otr_sub *sub, struct otr_tap *tap)
{
	struct otr_tap **at = &sub->taps[tap->kind];

	lockdep_assert_held(&otr_inst_lock);
	while (*at && (tap->kind == OTR_TAP_SINK || tap->last))
		at = &(*at)->next;
	tap->next = *at;
	/* Pairs with the address dependency in the probes: the tap is complete. */
	smp_store_release(at, tap);
	sub_note_taps(sub);
}

/**
 * otr_sub_remove_tap - the counterpart of otr_sub_add_tap()
 * @sub: the subscription
 * @tap: a tap of it. It may be in use until tracepoint_synchronize_unregister(), or
 *	 the end of the subscription
 *
 * Context: otr_inst_lock held.
 */
void otr_sub_remove_tap(struct otr_sub *sub, struct otr_tap *tap)
{
	struct otr_tap **at = &sub->taps[tap->kind];

	lockdep_assert_held(&otr_inst_lock);
	while (*at != tap)
		at = &(*at)->next;
	/* A probe that is at the tap goes on from there: its @next stays. */
	WRITE_ONCE(*at, tap->next);
	sub_note_taps(sub);
}

/**
 * otr_sub_turn_away - let probes turn tasks away that an event's only sink has no use for
 * @sub: the subscription, without taps, in an instance that limits no tasks
 * @unwanted: the task, on each CPU; -1 for none. It is read by probes until the end of the
 *	      subscription
 *
 * Context: otr_inst_lock held.
 */
void otr_sub_turn_away(struct otr_sub *sub, const pid_t __percpu *unwanted)
{
	lockdep_assert_held(&otr_inst_lock);
	/* Probes look at it when the gate tells them to, which otr_sub_add_tap() does. */
	WRITE_ONCE(sub->gate.unwanted, unwanted);
	sub->turns_away = true;
}

static bool sub_picked(const struct otr_pick *pick, const struct otr_event *ev)
{
	if (pick->group && pick->group != ev->group->id)
		return false;
	if (pick->system && strcmp(pick->system, ev->system))
		return false;
	if (pick->event && strcmp(pick->event, ev->name))
		return false;
	if (pick->module && (!ev->module || strcmp(pick->module, ev->module)))
		return false;
	return !pick->either || !strcmp(pick->either, ev->name) ||
	       !strcmp(pick->either, ev->system);
}

/* It stays in place for as long as otr_switch_lock is held. */
static struct otr_event *sub_next_picked(const struct otr_pick *pick, struct otr_event *ev)
{
	otr_event_lock();
	do
		ev = otr_event_next(ev);
	while (ev && !(otr_event_switched(ev) && otr_event_listed(ev) && sub_picked(pick, ev)));
	otr_event_unlock();
	return ev;
}

/**
 * otr_sub_switch_all - begin or end to record some events
 * @inst: the instance
 * @pick: which events
 * @on: what to do
 *
 * One event that fails does not keep the others from being switched.
 *
 * Context: otr_switch_lock held, otr_inst_lock and otr_event_lock() free; may
 * sleep, for minutes when all events are picked and the CPUs are busy.
 * Return: 0, -EINVAL when there is no such event, else the first errno of
 * otr_sub_switch().
 */
int otr_sub_switch_all(struct otr_inst *inst, const struct otr_pick *pick, bool on)
{
	struct otr_event *ev = NULL;
	bool any = false;
	int first = 0;

	while ((ev = sub_next_picked(pick, ev))) {
		int err = otr_sub_switch(inst, ev, on);

		any = true;
		if (!first)
			first = err;
	}
	return any ? first : -EINVAL;
}

/* Nobody else has it any more. */
static void sub_free(struct otr_sub *sub)
{
	otr_filter_free(sub->shown);
	kfree(sub->echo);
	kfree(sub);
}

/* Probes may be on their way in these; otr_switch_lock. */
static struct otr_sub *sub_gone;

/*
 * End the subscription of an event that goes away. Modules go with many events, and
 * what all of them leave is waited for once.
 */
static void sub_forget(struct otr_inst *inst, struct otr_event *ev, bool for_good)
{
	struct otr_sub *sub;

	mutex_lock(&otr_tracer_lock);
	otr_parts_event_gone(inst, ev);
	mutex_unlock(&otr_tracer_lock);
	mutex_lock(&otr_inst_lock);
	sub = xa_erase(&inst->subs, ev->id);
	inst->orphans |= sub && sub->recorded && for_good;
	mutex_unlock(&otr_inst_lock);
	if (!sub)
		return;
	sub_detach(sub);
	sub->next_gone = sub_gone;
	sub_gone = sub;
}

static void sub_event_gone(struct otr_event *ev, bool for_good)
{
	struct otr_inst *inst = NULL;

	mutex_lock(&otr_switch_lock);
	while ((inst = otr_inst_next(inst)))
		sub_forget(inst, ev, for_good);
	mutex_unlock(&otr_switch_lock);
}

/* As the in-tree tracer does: all records go, as those of one event cannot be found. */
static void sub_drop_orphans(struct otr_inst *inst)
{
	mutex_lock(&otr_shape_lock);
	mutex_lock(&otr_inst_lock);
	if (inst->orphans) {
		otr_inst_reset(inst, OTR_CPU_ALL);
		if (inst->snapshot)
			otr_ring_reset(inst->snapshot, OTR_CPU_ALL);
	}
	inst->orphans = false;
	mutex_unlock(&otr_inst_lock);
	mutex_unlock(&otr_shape_lock);
}

/* Sleeps, if there was a subscription to any, until no probe is on its way there. */
static void sub_settle(void)
{
	struct otr_inst *inst = NULL;
	struct otr_sub *sub;

	lockdep_assert_held(&otr_switch_lock);
	if (!sub_gone)
		return;
	tracepoint_synchronize_unregister();
	while ((sub = sub_gone)) {
		sub_gone = sub->next_gone;
		sub_free(sub);
	}
	while ((inst = otr_inst_next(inst)))
		sub_drop_orphans(inst);
}

static void sub_events_settle(void)
{
	mutex_lock(&otr_switch_lock);
	sub_settle();
	mutex_unlock(&otr_switch_lock);
}

static struct otr_event_hooks sub_hooks = {
	.gone	= sub_event_gone,
	.settle	= sub_events_settle,
};

/**
 * otr_subs_init - let go of events that go away
 *
 * Context: module load.
 */
void otr_subs_init(void)
{
	otr_event_add_hooks(&sub_hooks);
}

/**
 * otr_subs_exit - the counterpart of otr_subs_init()
 *
 * Context: module unload, after all events are gone.
 */
void otr_subs_exit(void)
{
	otr_event_remove_hooks(&sub_hooks);
}

/**
 * otr_sub_clear - end all subscriptions of an instance
 * @inst: the instance
 *
 * Context: otr_switch_lock held, otr_inst_lock free, nobody else has the
 * instance; sleeps until no probe is on its way.
 */
void otr_sub_clear(struct otr_inst *inst)
{
	struct otr_sub *sub;
	unsigned long id;

	lockdep_assert_held(&otr_switch_lock);
	xa_for_each(&inst->subs, id, sub)
		sub_detach(sub);
	tracepoint_synchronize_unregister();
	xa_for_each(&inst->subs, id, sub)
		sub_free(sub);
	xa_destroy(&inst->subs);
}

/* Begin or end for all that are there; what was taken away is at @gone. */
static int sub_echo_all(struct otr_tap **gone)
{
	struct otr_inst *inst = NULL;
	struct otr_sub *sub;
	unsigned long id;
	int err = 0;

	while ((inst = otr_inst_next(inst)))
		xa_for_each(&inst->subs, id, sub) {
			if (sub_echo) {
				err = sub_echo_begin(sub) ?: err;
			} else if (sub->echo) {
				otr_sub_remove_tap(sub, sub->echo);
				sub->echo->gone = *gone;
				*gone = sub->echo;
				sub->echo = NULL;
			}
		}
	return err;
}

/**
 * otr_subs_echo - let something have all records of events, before the rings do
 * @run: gets them, see struct otr_tap, of those tasks that instances want; also of events that
 *	 are shut, or whose filter rejects them. NULL ends that
 *
 * Context: otr_switch_lock and otr_inst_lock free; sleeps, at the end until nobody is in @run.
 * Return: 0, -ENOMEM if it was not to be had for some of them.
 */
int otr_subs_echo(void (*run)(struct otr_tap *tap, const struct otr_hit *hit))
{
	struct otr_tap *gone = NULL, *tap;
	int err;

	mutex_lock(&otr_switch_lock);
	mutex_lock(&otr_inst_lock);
	sub_echo = run;
	err = sub_echo_all(&gone);
	mutex_unlock(&otr_inst_lock);
	mutex_unlock(&otr_switch_lock);
	if (!gone)
		return err;
	tracepoint_synchronize_unregister();
	while ((tap = gone)) {
		gone = tap->gone;
		kfree(tap);
	}
	return err;
}

/**
 * otr_sub_set_remember - change what is remembered of recorded tasks
 * @inst: the instance
 * @what: OTR_COMM_* bits
 *
 * Context: otr_inst_lock held.
 */
void otr_sub_set_remember(struct otr_inst *inst, u8 what)
{
	struct otr_sub *sub;
	unsigned long id;

	lockdep_assert_held(&otr_inst_lock);
	inst->remember = what;
	xa_for_each(&inst->subs, id, sub)
		otr_sub_gate_update(sub);
}

/**
 * otr_sub_set_pids - change the tasks whose events an instance records
 * @inst: the instance
 * @side: 0 for those to record, 1 for those not to
 * @set: the new set, NULL for none; the instance owns it from here on
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps until no probe looks at the
 * old set.
 */
void otr_sub_set_pids(struct otr_inst *inst, unsigned int side, struct otr_idset *set)
{
	struct otr_idset *old;
	struct otr_sub *sub;
	unsigned long id;

	lockdep_assert_held(&otr_tracer_lock);
	mutex_lock(&otr_inst_lock);
	old = otr_tasks_publish(&inst->event_tasks, side, set);
	xa_for_each(&inst->subs, id, sub)
		otr_sub_gate_update(sub);
	mutex_unlock(&otr_inst_lock);
	/* Probes and the fork handler look at it with preemption off. */
	synchronize_rcu();
	otr_tasks_settle(&inst->event_tasks);
	otr_idset_free(old);
}
