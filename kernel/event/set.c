// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of events: those that hang on tracepoints.
 *
 * A set is registered whole. Each of its events is listed for as long as the
 * kernel, or a module that is loaded, has its tracepoint.
 */
#include <linux/export.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "event/event.h"
#include "host/host.h"

/* A module with tracepoints. */
struct carrier {
	struct list_head	link;
	struct tp_module	*tp;
};

static LIST_HEAD(sets);
static LIST_HEAD(set_carriers);
static const struct otr_set_hooks *set_hooks;
/* Guards all of the above, and otr_event.tp. Readers of @sets may hold the registry's lock. */
static DEFINE_MUTEX(set_sets_lock);

/* For who reads the memory of a kernel. */
const struct otr_told otr_set_told[] = {
	OTR_TOLD_AT("event.sets", sets),
	{}
};

/* An event without a tracepoint is closed. */
static void set_tracepoint(struct otr_event *ev, struct tracepoint *tp, struct module *module)
{
	otr_event_lock_write();
	if (tp)
		otr_event_open(ev);
	else
		otr_event_close(ev);
	ev->tp = tp;
	ev->carrier = tp ? module : NULL;
	ev->module = ev->carrier ? module->name : NULL;
	otr_event_unlock_write();
}

#if defined(CONFIG_MODULES) && defined(CONFIG_TRACEPOINTS)
static struct tracepoint *set_module_tracepoint(struct module *mod, unsigned int nr)
{
	return tracepoint_ptr_deref(&mod->tracepoints_ptrs[nr]);
}

static struct tracepoint *set_find_in(struct module *mod, const char *name)
{
	unsigned int i;

	for (i = 0; i < mod->num_tracepoints; i++) {
		struct tracepoint *tp = set_module_tracepoint(mod, i);

		if (!strcmp(tp->name, name))
			return tp;
	}
	return NULL;
}

static void set_look_in(struct otr_event *ev, struct module *mod)
{
	struct tracepoint *tp = set_find_in(mod, ev->tracepoint);

	/* Those of ours are there as long as we are, as the kernel's. */
	if (tp)
		set_tracepoint(ev, tp, mod == THIS_MODULE ? NULL : mod);
}

static void set_find_in_modules(struct otr_event *ev)
{
	struct carrier *c;

	list_for_each_entry(c, &set_carriers, link)
		if (!ev->tp)
			set_look_in(ev, c->tp->mod);
}

static void set_module_comes(struct module *mod)
{
	struct otr_event_set *set;
	struct otr_event *const *at;

	list_for_each_entry(set, &sets, link)
		for (at = set->events; *at; at++) {
			struct otr_event *ev = *at;

			if (ev->tracepoint && !ev->tp)
				set_look_in(ev, mod);
		}
	set_hooks->came(mod->name);
}

static void set_module_goes(struct module *mod)
{
	struct otr_event_set *set;
	struct otr_event *const *at;

	list_for_each_entry(set, &sets, link)
		for (at = set->events; *at; at++) {
			struct otr_event *ev = *at;

			if (!ev->tp || set_find_in(mod, ev->tracepoint) != ev->tp)
				continue;
			otr_event_withdraw(ev, false);
			set_tracepoint(ev, NULL, NULL);
		}
	otr_event_settle();
}

static int set_carrier_add(struct tp_module *tp)
{
	struct carrier *c = kmalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	c->tp = tp;
	list_add(&c->link, &set_carriers);
	set_module_comes(tp->mod);
	return 0;
}

static void set_carrier_remove(struct tp_module *tp)
{
	struct carrier *c;

	list_for_each_entry(c, &set_carriers, link) {
		if (c->tp != tp)
			continue;
		set_module_goes(tp->mod);
		list_del(&c->link);
		kfree(c);
		return;
	}
}

static int set_on_module(struct notifier_block *nb, unsigned long what, void *data)
{
	int err = 0;

	mutex_lock(&set_sets_lock);
	if (what == MODULE_STATE_COMING)
		err = set_carrier_add(data);
	else if (what == MODULE_STATE_GOING)
		set_carrier_remove(data);
	mutex_unlock(&set_sets_lock);
	return notifier_from_errno(err);
}

static struct notifier_block set_module_notifier = {
	.notifier_call	= set_on_module,
};

static int set_watch_modules(void)
{
	return register_tracepoint_module_notifier(&set_module_notifier);
}

static void set_watch_no_modules(void)
{
	unregister_tracepoint_module_notifier(&set_module_notifier);
}
#else
static void set_find_in_modules(struct otr_event *ev)
{
}

static int set_watch_modules(void)
{
	return 0;
}

static void set_watch_no_modules(void)
{
}
#endif

/* Take back the events of a set that come before @end. */
static void set_events_remove(struct otr_event_set *set, struct otr_event *const *end)
{
	struct otr_event *const *at;

	for (at = set->events; at != end; at++)
		otr_event_withdraw(*at, true);
	otr_event_settle();
	for (at = set->events; at != end; at++)
		otr_event_unregister(*at);
}

static int set_events_add(struct otr_event_set *set)
{
	struct otr_event *const *at;

	for (at = set->events; *at; at++) {
		struct otr_event *ev = *at;
		int err;

		ev->owner = set->owner;
		if (!ev->ops)
			ev->ops = set_hooks->ops;
		if (ev->tracepoint) {
			set_tracepoint(ev, otr_host_tracepoint(ev->tracepoint), NULL);
			set_find_in_modules(ev);
		}
		err = otr_event_register(ev);
		if (err) {
			set_events_remove(set, at);
			return err;
		}
	}
	return 0;
}

/* More events of the modules that have the tracepoints of a set. */
static void set_tell_of_modules(const struct otr_event_set *set)
{
	struct otr_event *const *at;
	const char *last = NULL;

	for (at = set->events; *at; at++) {
		const char *module = (*at)->module;

		if (module && module != last)
			set_hooks->came(module);
		last = module;
	}
}

/**
 * otr_event_set_add - make a set of events known
 * @set: the set, which stays in place until it is removed
 *
 * Context: may sleep.
 * Return: 0; -EBUSY when there are too many events; -ENOMEM; -ENODEV while
 * outrace starts or stops.
 */
int otr_event_set_add(struct otr_event_set *set)
{
	int err = -ENODEV;

	mutex_lock(&set_sets_lock);
	if (set_hooks)
		err = set_events_add(set);
	if (!err) {
		otr_event_lock_write();
		list_add_tail(&set->link, &sets);
		otr_event_unlock_write();
		set_tell_of_modules(set);
	}
	mutex_unlock(&set_sets_lock);
	return err;
}
EXPORT_SYMBOL_GPL(otr_event_set_add);

/**
 * otr_set_remove - forget a set of events, without waiting
 * @set: a set that otr_event_set_add() accepted
 *
 * Its events are switched off first. Its probes may still run until
 * tracepoint_synchronize_unregister() returned.
 *
 * Context: may sleep.
 */
void otr_set_remove(struct otr_event_set *set)
{
	struct otr_event *const *end = set->events;

	while (*end)
		end++;
	mutex_lock(&set_sets_lock);
	set_events_remove(set, end);
	otr_event_lock_write();
	list_del(&set->link);
	otr_event_unlock_write();
	mutex_unlock(&set_sets_lock);
}

/**
 * otr_event_set_remove - forget a set of events
 * @set: a set that otr_event_set_add() accepted
 *
 * Its events are switched off first, and none of its probes runs any more on
 * return.
 *
 * Context: may sleep, for some RCU grace periods.
 */
void otr_event_set_remove(struct otr_event_set *set)
{
	otr_set_remove(set);
	tracepoint_synchronize_unregister();
}
EXPORT_SYMBOL_GPL(otr_event_set_remove);

/**
 * otr_set_find_enum - look a name up that stands for a number
 * @system: in whose formats, as the event says it: the same text of another set
 *	    is another system
 * @name: begins with the name
 * @len: length of the name
 *
 * Context: otr_event_lock() held.
 * Return: the name and its number, NULL if there is none.
 */
const struct otr_enum *otr_set_find_enum(const char *system, const char *name, size_t len)
{
	const struct otr_enum *const *at;
	const struct otr_event_set *set;

	list_for_each_entry(set, &sets, link)
		for (at = set->enums; at && *at; at++)
			if ((*at)->system == system && !strncmp((*at)->name, name, len) &&
			    !(*at)->name[len])
				return *at;
	return NULL;
}

static bool set_is_listed(const struct otr_event_set *set)
{
	struct otr_event *const *at;

	for (at = set->events; *at; at++)
		if (otr_event_listed(*at))
			return true;
	return false;
}

static const struct otr_event_set *set_next_set(const struct otr_event_set *set)
{
	struct otr_event_set *next = list_entry(set ? &set->link : &sets, struct otr_event_set,
						link);

	list_for_each_entry_continue(next, &sets, link)
		if (next->enums && set_is_listed(next))
			return next;
	return NULL;
}

/**
 * otr_set_next_enum - walk the names that stand for numbers in formats that users see
 * @walk: where the walk is, zero at the start
 *
 * Context: otr_event_lock() held from the walk's start on.
 * Return: the next name and its number, NULL at the end.
 */
const struct otr_enum *otr_set_next_enum(struct otr_enum_walk *walk)
{
	while (!walk->at || !*walk->at) {
		walk->set = set_next_set(walk->set);
		if (!walk->set)
			return NULL;
		walk->at = walk->set->enums;
	}
	return *walk->at++;
}

/**
 * otr_set_start - begin to take sets
 * @hooks: what the rooms above do for them
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_set_start(const struct otr_set_hooks *hooks)
{
	int err;

	mutex_lock(&set_sets_lock);
	set_hooks = hooks;
	mutex_unlock(&set_sets_lock);
	/* Tells of the modules that are there already, too. */
	err = set_watch_modules();
	if (err)
		set_hooks = NULL;
	return err;
}

/**
 * otr_set_stop - the counterpart of otr_set_start()
 *
 * Context: module unload, after every set was removed.
 */
void otr_set_stop(void)
{
	/* Tells of the modules that stay, too: as if they went. */
	set_watch_no_modules();
	mutex_lock(&set_sets_lock);
	WARN_ON(!list_empty(&sets));
	WARN_ON(!list_empty(&set_carriers));
	set_hooks = NULL;
	mutex_unlock(&set_sets_lock);
}
