// SPDX-License-Identifier: GPL-2.0-only
/*
 * Triggers on events.
 *
 * Each is a tap of its event's subscription, so an event without triggers knows nothing
 * of them. The newest comes first, or last: where it is listed, and when it acts.
 *
 * A trigger ends in two steps. It leaves its lists first, and is freed when no probe
 * can be at it any more; until then what it needs stays. One that a user takes away is
 * waited for by itself, those of events and instances that go are waited for together.
 */
#include <linux/ctype.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "trigger/trigger.h"

/* Those that left and are not freed yet, and whether somebody frees some; otr_switch_lock. */
static LIST_HEAD(event_leaving);
static bool event_settling;

static void event_run(struct otr_tap *tap, const struct otr_hit *hit)
{
	struct otr_event_trigger *trigger = container_of(tap, struct otr_event_trigger, tap);
	atomic_long_t *left = trigger->trigger.counted ? &trigger->left : NULL;

	trigger->trigger.action->run(&trigger->trigger, left, hit);
}

/**
 * otr_event_trigger_create - begin to make a trigger on an event
 * @inst: the instance
 * @ev: the event, one with a source
 * @action: what to do
 *
 * Context: may sleep.
 * Return: the trigger, for otr_event_trigger_add() or otr_event_trigger_free(); NULL
 * without memory.
 */
struct otr_event_trigger *otr_event_trigger_create(struct otr_inst *inst, struct otr_event *ev,
						   const struct otr_action *action)
{
	struct otr_event_trigger *trigger = kzalloc(sizeof(*trigger), GFP_KERNEL);

	if (!trigger)
		return NULL;
	INIT_LIST_HEAD(&trigger->node);
	trigger->event = ev;
	trigger->trigger.action = action;
	trigger->trigger.inst = inst;
	trigger->tap.run = event_run;
	trigger->tap.kind = action->when;
	trigger->tap.needs_rec = action->needs_rec;
	trigger->tap.keeps_rec = action->keeps_rec;
	trigger->tap.last = action->last;
	return trigger;
}

/**
 * otr_event_trigger_set_filter - say which records a trigger is for
 * @trigger: one that was not added yet
 * @text: "if" and the filter; is changed. NULL for all records
 *
 * What is wrong with the filter goes to the instance's error log.
 *
 * Context: otr_switch_lock held; may sleep.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int otr_event_trigger_set_filter(struct otr_event_trigger *trigger, char *text)
{
	struct otr_cmd cmd;
	int err;

	if (!text)
		return 0;
	if (strcmp(strsep(&text, " \t"), "if") || !text)
		return -EINVAL;
	err = otr_filter_create(trigger->event, text, &cmd, &trigger->tap.filter);
	if (err == -EINVAL)
		otr_errlog_add(&trigger->trigger.inst->errors, &cmd);
	return err;
}

/**
 * otr_event_trigger_add - let a trigger act
 * @trigger: from otr_event_trigger_create()
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 * Return: 0, then it belongs to its event; otherwise what otr_trigger_prepare() or
 * otr_sub_hold() said, and it is still the caller's.
 */
int otr_event_trigger_add(struct otr_event_trigger *trigger)
{
	struct otr_sub *sub;
	int err;

	lockdep_assert_held(&otr_switch_lock);
	err = otr_trigger_prepare(&trigger->trigger);
	if (err)
		return err;
	sub = otr_sub_hold(trigger->trigger.inst, trigger->event);
	if (IS_ERR(sub))
		return PTR_ERR(sub);
	trigger->sub = sub;
	atomic_long_set(&trigger->left, trigger->trigger.count);
	mutex_lock(&otr_inst_lock);
	if (trigger->tap.last)
		list_add_tail(&trigger->node, &sub->triggers);
	else
		list_add(&trigger->node, &sub->triggers);
	otr_sub_add_tap(sub, &trigger->tap);
	mutex_unlock(&otr_inst_lock);
	return 0;
}

/**
 * otr_event_trigger_free - free a trigger that nobody has any more
 * @trigger: one that was not added, or whose probes were waited for
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 */
void otr_event_trigger_free(struct otr_event_trigger *trigger)
{
	if (trigger->sub)
		otr_sub_drop(trigger->sub);
	otr_trigger_release(&trigger->trigger);
	otr_filter_free(trigger->tap.filter);
	kfree(trigger);
}

/* It is listed no more, and probes that begin now do not see it. It may have left before. */
static void event_leave(struct otr_event_trigger *trigger)
{
	if (trigger->left_event)
		return;
	trigger->left_event = true;
	mutex_lock(&otr_inst_lock);
	otr_sub_remove_tap(trigger->sub, &trigger->tap);
	list_move(&trigger->node, &event_leaving);
	mutex_unlock(&otr_inst_lock);
}

/* Those of an instance that left, or all of them: are there any? */
static bool event_take_leaving(const struct otr_inst *inst, struct list_head *out)
{
	struct otr_event_trigger *trigger, *next;

	list_for_each_entry_safe(trigger, next, &event_leaving, node)
		if (!inst || trigger->trigger.inst == inst)
			list_move_tail(&trigger->node, out);
	return !list_empty(out);
}

/*
 * Free those of an instance that left, or all of them. One that is freed may take away
 * another one, of its instance: that leaves as well, if it has not, and goes in here.
 */
static void event_settle(const struct otr_inst *inst)
{
	struct otr_event_trigger *trigger, *next;
	LIST_HEAD(ready);

	lockdep_assert_held(&otr_switch_lock);
	if (event_settling)
		return;
	event_settling = true;
	while (event_take_leaving(inst, &ready)) {
		tracepoint_synchronize_unregister();
		list_for_each_entry_safe(trigger, next, &ready, node) {
			list_del(&trigger->node);
			otr_event_trigger_free(trigger);
		}
	}
	event_settling = false;
}

/**
 * otr_event_trigger_remove - the counterpart of otr_event_trigger_add()
 * @trigger: the trigger; it is freed
 *
 * Another trigger may do so while it is being freed: then this one is freed soon.
 *
 * Context: otr_switch_lock held, otr_inst_lock free; sleeps until no probe is at it.
 */
void otr_event_trigger_remove(struct otr_event_trigger *trigger)
{
	const struct otr_inst *inst = trigger->trigger.inst;

	event_leave(trigger);
	event_settle(inst);
}

/**
 * otr_event_trigger_next - walk over an event's triggers
 * @sub: the event in an instance, NULL for one that nobody ever wanted there
 * @action: those that do this, NULL for all
 * @trigger: the one before, NULL to begin with the newest
 *
 * Context: otr_switch_lock or otr_inst_lock held.
 * Return: the next one, NULL at the end.
 */
struct otr_event_trigger *otr_event_trigger_next(const struct otr_sub *sub,
						 const struct otr_action *action,
						 struct otr_event_trigger *trigger)
{
	if (!sub)
		return NULL;
	if (!trigger)
		trigger = list_entry(&sub->triggers, struct otr_event_trigger, node);
	list_for_each_entry_continue(trigger, &sub->triggers, node)
		if (!action || trigger->trigger.action == action)
			return trigger;
	return NULL;
}

static struct otr_sub *event_sub(struct otr_inst *inst, const struct otr_event *ev)
{
	struct otr_sub *sub;

	mutex_lock(&otr_inst_lock);
	sub = otr_sub_find(inst, ev);
	mutex_unlock(&otr_inst_lock);
	return sub;
}

/* Of one family, and about the same event. */
static bool event_alike(const struct otr_trigger *a, const struct otr_trigger *b)
{
	const char *family = a->action->family;

	if (a->event != b->event)
		return false;
	return a->action == b->action ||
	       (family && b->action->family && !strcmp(family, b->action->family));
}

static struct otr_event_trigger *event_find(const struct otr_sub *sub,
					    const struct otr_trigger *wanted)
{
	struct otr_event_trigger *trigger = NULL;

	while ((trigger = otr_event_trigger_next(sub, NULL, trigger)))
		if (event_alike(&trigger->trigger, wanted))
			break;
	return trigger;
}

/*
 * "[!]name[:arguments][ if filter]". A colon or white space ends the name, and white
 * space is skipped behind it.
 */
static int event_cut(struct otr_words *words, char *text)
{
	char *rest = text;
	char *name = strsep(&rest, ": \t");

	words->remove = *name == '!';
	words->action = otr_action_find(name + words->remove, OTR_ON_EVENTS);
	if (!words->action)
		return -EINVAL;
	if (rest)
		rest = skip_spaces(rest);
	words->args = rest && *rest ? rest : NULL;
	return 0;
}

/* Where an action is about nothing, what is no count is a filter. */
static int event_cut_filter(struct otr_words *words)
{
	bool wanted = words->action->target;
	char *rest = words->args;

	if (!rest)
		return wanted ? -EINVAL : 0;
	if (!wanted && !isdigit(*rest)) {
		words->args = NULL;
		words->filter = rest;
		return 0;
	}
	words->args = strsep(&rest, " \t");
	if (rest)
		rest = skip_spaces(rest);
	words->filter = rest && *rest ? rest : NULL;
	return 0;
}

/* One that is not there is gone already. */
static int event_remove(struct otr_inst *inst, struct otr_event *ev,
			const struct otr_words *words)
{
	struct otr_event_trigger *found;
	struct otr_trigger wanted;
	int err;

	err = otr_trigger_parse(&wanted, inst, words);
	if (err)
		return err;
	found = event_find(event_sub(inst, ev), &wanted);
	if (found)
		otr_event_trigger_remove(found);
	return 0;
}

static int event_add(struct otr_inst *inst, struct otr_event *ev, const struct otr_words *words)
{
	struct otr_event_trigger *trigger = otr_event_trigger_create(inst, ev, words->action);
	int err;

	if (!trigger)
		return -ENOMEM;
	err = otr_trigger_parse(&trigger->trigger, inst, words);
	if (!err)
		err = otr_event_trigger_set_filter(trigger, words->filter);
	if (!err && event_find(event_sub(inst, ev), &trigger->trigger))
		err = -EEXIST;
	if (!err)
		err = otr_event_trigger_add(trigger);
	if (err)
		otr_event_trigger_free(trigger);
	return err;
}

static int event_write(struct otr_inst *inst, struct otr_event *ev, struct otr_words *words,
		       char *text)
{
	int err = event_cut(words, text);

	if (err)
		return err;
	if (words->action->write)
		return words->action->write(inst, ev, words);
	err = event_cut_filter(words);
	if (err)
		return err;
	return words->remove ? event_remove(inst, ev, words) : event_add(inst, ev, words);
}

/**
 * otr_event_trigger_write - do what a user writes to an event's "trigger"
 * @inst: the instance
 * @ev: the event
 * @text: one command; is changed
 *
 * Context: otr_switch_lock held, otr_inst_lock free; sleeps, after a removal until no
 * probe is at what was removed.
 * Return: 0; -EINVAL and -ERANGE for a wrong text; -EEXIST when there is one of the
 * same family; -ENOMEM; what the sources of the events say.
 */
int otr_event_trigger_write(struct otr_inst *inst, struct otr_event *ev, char *text)
{
	struct otr_words words = { .on = OTR_ON_EVENTS };
	char *copy;
	int err;

	lockdep_assert_held(&otr_switch_lock);
	text = strim(text);
	copy = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	words.text = copy;
	err = event_write(inst, ev, &words, text);
	kfree(copy);
	return err;
}

static struct otr_event *event_next_named(struct otr_event *ev, const char *name)
{
	otr_event_lock();
	do
		ev = otr_event_next(ev);
	while (ev && !(ev->ops && otr_event_listed(ev) && !strcmp(ev->name, name)));
	otr_event_unlock();
	return ev;
}

/**
 * otr_event_trigger_write_all - the same, for the events of a name in all systems
 * @inst: the instance
 * @name: of the events
 * @text: one command
 *
 * One event that does not take it does not keep the others from having it.
 *
 * Context: otr_switch_lock and otr_inst_lock free; sleeps.
 * Return: 0; -ENOENT when there is no such event; the first errno of
 * otr_event_trigger_write().
 */
int otr_event_trigger_write_all(struct otr_inst *inst, const char *name, const char *text)
{
	struct otr_event *ev = NULL;
	int first = -ENOENT;
	bool any = false;

	mutex_lock(&otr_switch_lock);
	while ((ev = event_next_named(ev, name))) {
		char *copy = kstrdup(text, GFP_KERNEL);
		int err = copy ? otr_event_trigger_write(inst, ev, copy) : -ENOMEM;

		kfree(copy);
		if (!any || !first)
			first = err;
		any = true;
	}
	mutex_unlock(&otr_switch_lock);
	return first;
}

static bool event_stays(const struct otr_event_trigger *trigger)
{
	const struct otr_action *action = trigger->trigger.action;

	return action->stays && action->stays(trigger);
}

/**
 * otr_event_trigger_clear - remove what goes when a user opens the file to overwrite it
 * @inst: the instance
 * @ev: the event
 *
 * Context: otr_switch_lock held, otr_inst_lock free; sleeps if there is something.
 */
void otr_event_trigger_clear(struct otr_inst *inst, struct otr_event *ev)
{
	struct otr_sub *sub = event_sub(inst, ev);
	struct otr_event_trigger *trigger, *next;

	lockdep_assert_held(&otr_switch_lock);
	if (!sub)
		return;
	list_for_each_entry_safe(trigger, next, &sub->triggers, node)
		if (trigger->trigger.action->cleared && !event_stays(trigger))
			event_leave(trigger);
	event_settle(inst);
}

/**
 * otr_event_trigger_show - print a trigger as users write it, in a line
 * @trigger: one that was added
 * @m: where to
 *
 * Context: otr_inst_lock held.
 */
void otr_event_trigger_show(const struct otr_event_trigger *trigger, struct seq_file *m)
{
	const struct otr_trigger *what = &trigger->trigger;

	lockdep_assert_held(&otr_inst_lock);
	if (what->action->show) {
		what->action->show(what, m);
		return;
	}
	otr_trigger_show(what, what->counted ? &trigger->left : NULL, m);
	if (trigger->tap.filter)
		seq_printf(m, " if %s", otr_filter_text(trigger->tap.filter));
	seq_putc(m, '\n');
}

static void event_leave_all(struct otr_sub *sub)
{
	struct otr_event_trigger *trigger, *next;

	list_for_each_entry_safe(trigger, next, &sub->triggers, node)
		event_leave(trigger);
}

/* Triggers that are about an event, on whatever event they are. */
static void event_leave_about(struct otr_inst *inst, const struct otr_event *ev)
{
	struct otr_event_trigger *trigger, *next;
	struct otr_sub *sub;
	unsigned long id;

	xa_for_each(&inst->subs, id, sub)
		list_for_each_entry_safe(trigger, next, &sub->triggers, node)
			if (trigger->trigger.event == ev)
				event_leave(trigger);
}

static void event_gone(struct otr_event *ev, bool for_good)
{
	struct otr_inst *inst = NULL;

	mutex_lock(&otr_switch_lock);
	while ((inst = otr_inst_next(inst))) {
		struct otr_sub *sub = event_sub(inst, ev);

		/* Nobody is about an event that nobody holds. */
		if (!sub || !sub->holders)
			continue;
		event_leave_all(sub);
		event_leave_about(inst, ev);
	}
	mutex_unlock(&otr_switch_lock);
}

/* Before the room inst frees subscriptions: what left still knows them. */
static void event_gone_settle(void)
{
	mutex_lock(&otr_switch_lock);
	event_settle(NULL);
	mutex_unlock(&otr_switch_lock);
}

static struct otr_event_hooks event_hooks = {
	.gone	= event_gone,
	.settle	= event_gone_settle,
};

/* An instance goes: its subscriptions are still there. */
static void event_stop(struct otr_inst *inst)
{
	struct otr_sub *sub;
	unsigned long id;

	xa_for_each(&inst->subs, id, sub)
		event_leave_all(sub);
	event_settle(inst);
}

static struct otr_part event_part = {
	.stop	= event_stop,
};

/**
 * otr_event_triggers_init - let events have triggers
 *
 * Context: module load.
 * Return: 0, or what otr_part_register() returned.
 */
int otr_event_triggers_init(void)
{
	int err = otr_part_register(&event_part);

	if (!err)
		otr_event_add_hooks(&event_hooks);
	return err;
}

/**
 * otr_event_triggers_exit - the counterpart of otr_event_triggers_init()
 *
 * Context: module unload, after otr_inst_end().
 */
void otr_event_triggers_exit(void)
{
	otr_event_remove_hooks(&event_hooks);
	otr_part_unregister(&event_part);
}
