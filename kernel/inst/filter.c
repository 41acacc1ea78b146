// SPDX-License-Identifier: GPL-2.0-only
/* Filters of subscriptions: from a user's text to what probes ask. */
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "inst/inst.h"

/* Exchange a subscription's filters; probes may go on using the old ones. */
static struct otr_filter *filter_exchange(struct otr_sub *sub, struct otr_filter *filter,
					  struct otr_filter *shown)
{
	struct otr_filter *old = sub->shown;

	/* Pairs with the address dependency in the probes: the filter is complete. */
	smp_store_release(&sub->filter, filter);
	sub->shown = shown;
	otr_sub_gate_update(sub);
	return old;
}

/*
 * Give a subscription the filter that a text means. A text that is wrong is kept
 * to be shown, and nothing is filtered. @old is set to what has to be freed.
 */
static int filter_give(struct otr_sub *sub, const char *text, bool many, struct otr_filter **old)
{
	struct otr_filter *filter;
	struct otr_cmd cmd;
	int err = otr_filter_create(sub->event, text, &cmd, &filter);

	*old = NULL;
	if (!err) {
		*old = filter_exchange(sub, filter, filter);
		return 0;
	}
	if (err != -EINVAL)
		return err;
	if (many)
		otr_filter_blame_system(&cmd);
	otr_errlog_add(&sub->inst->errors, &cmd);
	filter = otr_filter_create_broken(&cmd);
	if (!filter)
		return -ENOMEM;
	*old = filter_exchange(sub, NULL, filter);
	return -EINVAL;
}

/* White space at the end goes; what is before is shown as it was written. */
static bool filter_is_clear(char *text)
{
	return !strcmp(strim(text), "0");
}

/**
 * otr_sub_set_filter - change what an event's records have to pass
 * @inst: the instance
 * @ev: the event
 * @text: the filter; "0" for none; white space at its end is cut off
 *
 * Context: otr_switch_lock held, otr_inst_lock free; sleeps until no probe uses the
 * old filter.
 * Return: 0; -EINVAL for a wrong text, see error_log; -ENOMEM.
 */
int otr_sub_set_filter(struct otr_inst *inst, struct otr_event *ev, char *text)
{
	bool clear = filter_is_clear(text);
	struct otr_filter *old = NULL;
	struct otr_sub *sub;
	int err = 0;

	lockdep_assert_held(&otr_switch_lock);
	mutex_lock(&otr_inst_lock);
	sub = clear ? otr_sub_find(inst, ev) : otr_sub_get(inst, ev);
	if (IS_ERR(sub))
		err = PTR_ERR(sub);
	else if (sub && clear)
		old = filter_exchange(sub, NULL, NULL);
	else if (sub)
		err = filter_give(sub, text, false, &old);
	mutex_unlock(&otr_inst_lock);
	if (old) {
		tracepoint_synchronize_unregister();
		otr_filter_free(old);
	}
	return err;
}

/* Give the events of a system their filters; what has to be freed goes to @olds. */
static int filter_give_all(struct otr_inst *inst, const struct otr_event_group *group,
			   const char *text, bool clear, struct xarray *olds)
{
	struct otr_event *ev = NULL;
	struct otr_filter *old;
	int err = 0;

	while (!err && (ev = otr_group_event(group, ev))) {
		struct otr_sub *sub = clear ? otr_sub_find(inst, ev) : otr_sub_get(inst, ev);

		if (IS_ERR(sub))
			return PTR_ERR(sub);
		if (!sub)
			continue;
		/* A place for what will have to be freed. */
		err = xa_reserve(olds, ev->id, GFP_KERNEL);
		if (err)
			return err;
		if (clear)
			old = filter_exchange(sub, NULL, NULL);
		else if (filter_give(sub, text, true, &old) == -ENOMEM)
			err = -ENOMEM;
		xa_store(olds, ev->id, old, GFP_KERNEL);
	}
	return err;
}

/**
 * otr_sub_set_filters - the same for all events of a system
 * @inst: the instance
 * @group: number of the system
 * @text: as for otr_sub_set_filter()
 *
 * Events that lack a field are left without a filter; that is no error here.
 *
 * Context: otr_switch_lock held, otr_inst_lock and otr_event_lock() free; sleeps until
 * no probe uses the old filters.
 * Return: 0, -ENODEV when there is no such system, -ENOMEM.
 */
int otr_sub_set_filters(struct otr_inst *inst, unsigned int group, char *text)
{
	const struct otr_event_group *found;
	bool clear = filter_is_clear(text);
	struct otr_filter *old;
	struct xarray olds;
	unsigned long id;
	int err = -ENODEV;

	lockdep_assert_held(&otr_switch_lock);
	xa_init(&olds);
	mutex_lock(&otr_inst_lock);
	otr_event_lock();
	found = otr_group_find(group);
	if (found)
		err = filter_give_all(inst, found, text, clear, &olds);
	otr_event_unlock();
	mutex_unlock(&otr_inst_lock);
	if (!xa_empty(&olds))
		tracepoint_synchronize_unregister();
	xa_for_each(&olds, id, old)
		otr_filter_free(old);
	xa_destroy(&olds);
	return err;
}
