// SPDX-License-Identifier: GPL-2.0-only
/* Variables: where they are found, and references to them. */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/**
 * otr_hist_is_ref - does a text refer to a variable?
 * @text: the text
 *
 * Context: any.
 * Return: whether it is a "$" and a name.
 */
bool otr_hist_is_ref(const char *text)
{
	return text[0] == '$' && text[1];
}

/**
 * otr_hist_find_own - find a variable of a histogram
 * @hist: the histogram
 * @name: the variable's name
 *
 * Context: any.
 * Return: the variable, NULL if the histogram has none of that name.
 */
struct otr_hist_item *otr_hist_find_own(struct otr_hist *hist, const char *name)
{
	unsigned int i;

	for (i = 0; i < hist->nr_items; i++)
		if (hist->items[i]->flags & HIST_VAR && !strcmp(hist->items[i]->as, name))
			return hist->items[i];
	return NULL;
}

static struct otr_hist_item *var_on(struct otr_hist_home *home, const struct otr_event *ev,
				    const char *name)
{
	struct otr_hist_item *var = NULL;
	struct otr_hist *hist = NULL;

	while (!var && (hist = home->ops->next(home, ev, hist)))
		var = otr_hist_find_own(hist, name);
	return var;
}

/**
 * otr_hist_find_on_event - find a variable of a histogram, or of others of its event
 * @hist: the histogram
 * @name: the variable's name
 *
 * Context: the caller's lock, see hist.h.
 * Return: the variable, NULL if there is none.
 */
struct otr_hist_item *otr_hist_find_on_event(struct otr_hist *hist, const char *name)
{
	return otr_hist_find_own(hist, name) ?: var_on(hist->home, hist->ev, name);
}

/* The event that has a variable, if it is the only one. */
static struct otr_event *var_event(struct otr_hist_reader *r, const char *name)
{
	struct otr_event *found = NULL;
	struct otr_hist *hist;

	list_for_each_entry(hist, &r->hist->home->with_vars, link) {
		if (hist->joined || hist->ev == found || !otr_hist_find_own(hist, name))
			continue;
		if (found) {
			otr_hist_blame(r->command, OTR_HIST_VAR_AMBIGUOUS, name);
			return NULL;
		}
		found = hist->ev;
	}
	return found;
}

static struct otr_event *var_event_of(struct otr_hist_reader *r, const char *system,
				      const char *event, const char *name)
{
	struct otr_hist_home *home = r->hist->home;

	return system ? home->ops->event(home, system, event) : var_event(r, name);
}

/* A variable of an event that an action waits for; an ERR_PTR() if two have one. */
static struct otr_hist_item *var_matched(struct otr_hist_reader *r, const char *name)
{
	struct otr_hist_item *found = NULL, *var;
	struct otr_hist *hist = r->hist;
	struct otr_event *ev;
	unsigned int i;

	for (i = 0; i < hist->nr_actions; i++) {
		const struct otr_hist_action *action = hist->actions[i];

		if (action->handler != HIST_ON_MATCH)
			continue;
		ev = var_event_of(r, action->system, action->subject, name);
		var = ev ? var_on(hist->home, ev, name) : NULL;
		if (!var)
			continue;
		if (found)
			return ERR_PTR(otr_hist_blame(r->command, OTR_HIST_VAR_AMBIGUOUS, name));
		found = var;
	}
	return found;
}

/**
 * otr_hist_find_var - find a variable of another histogram
 * @r: the histogram that refers to it
 * @system: the system of its event; NULL for any
 * @event: the event's name; NULL for any
 * @name: the variable's name
 *
 * Without an event's name it may be one of those that actions wait for, or the only one
 * that has such a variable.
 *
 * Context: the caller's lock, see hist.h.
 * Return: the variable, NULL if there is none, maybe with an error in the command.
 */
struct otr_hist_item *otr_hist_find_var(struct otr_hist_reader *r, const char *system,
					const char *event, const char *name)
{
	struct otr_hist_item *var;
	struct otr_event *ev;

	if (!system) {
		var = var_matched(r, name);
		if (var)
			return IS_ERR(var) ? NULL : var;
	}
	ev = var_event_of(r, system, event, name);
	return ev ? var_on(r->hist->home, ev, name) : NULL;
}

/* What a reference, or a name for it, has of what it refers to. */
static bool var_take_after(struct otr_hist_item *ref, const struct otr_hist_item *var,
			   const char *system, const char *event)
{
	ref->var = var->var;
	ref->text = var->text;
	ref->hist = var->hist;
	ref->size = var->size;
	ref->is_signed = var->is_signed;
	ref->flags |= var->flags & (HIST_TIME | HIST_USECS | HIST_STACK);
	ref->type = kstrdup(var->type, GFP_KERNEL);
	ref->name = kstrdup(var->as ?: var->name, GFP_KERNEL);
	if (!ref->type || !ref->name)
		return false;
	if (!system)
		return true;
	ref->system = kstrdup(system, GFP_KERNEL);
	ref->event = kstrdup(event, GFP_KERNEL);
	ref->full = kasprintf(GFP_KERNEL, ref->flags & HIST_REF ? "%s.%s.$%s" : "%s.%s.%s",
			      system, event, ref->name);
	return ref->system && ref->event && ref->full;
}

/**
 * otr_hist_ref - refer to a variable
 * @hist: the histogram that refers to it
 * @var: the variable
 * @system: the system of its event, as the user wrote it; NULL for nothing
 * @event: the event's name, as the user wrote it; NULL for nothing
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: the reference, which belongs to the histogram and may have been there before;
 * NULL without memory, and if there are too many.
 */
struct otr_hist_item *otr_hist_ref(struct otr_hist *hist, struct otr_hist_item *var,
				   const char *system, const char *event)
{
	struct otr_hist_item *ref;
	unsigned int i;

	for (i = 0; i < hist->nr_refs; i++)
		if (hist->refs[i]->hist == var->hist && hist->refs[i]->var == var->var)
			return hist->refs[i];
	if (hist->nr_refs == HIST_VARS_MAX)
		return NULL;
	ref = otr_hist_item_create(NULL, HIST_REF, NULL);
	if (!ref)
		return NULL;
	if (!var_take_after(ref, var, system, event)) {
		otr_hist_item_free_one(ref);
		return NULL;
	}
	/* Its own table is there as long as the histogram. */
	if (ref->hist != hist) {
		ref->table = ref->hist->table;
		refcount_inc(&ref->table->users);
	}
	ref->ref = hist->nr_refs;
	hist->refs[hist->nr_refs++] = ref;
	return ref;
}

/**
 * otr_hist_ref_read - read a reference to another histogram's variable
 * @r: the histogram that refers to it
 * @system: the system of its event; NULL for any
 * @event: the event's name; NULL for any
 * @ref: the reference
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: the reference, as of otr_hist_ref(); NULL if @ref is none, or with an error in
 * the command.
 */
struct otr_hist_item *otr_hist_ref_read(struct otr_hist_reader *r, const char *system,
					const char *event, const char *ref)
{
	struct otr_hist_item *var, *item = NULL;

	if (!otr_hist_is_ref(ref))
		return NULL;
	var = otr_hist_find_var(r, system, event, ref + 1);
	if (var)
		item = otr_hist_ref(r->hist, var, system, event);
	if (!item)
		otr_hist_blame(r->command, OTR_HIST_VAR_NOT_FOUND, ref + 1);
	return item;
}

/**
 * otr_hist_alias - assign a variable another one
 * @ref: reference to the other one
 * @as: the variable that it is assigned to
 *
 * Context: may sleep.
 * Return: the item, or an ERR_PTR(): -ENOMEM.
 */
struct otr_hist_item *otr_hist_alias(struct otr_hist_item *ref, const char *as)
{
	struct otr_hist_item *alias = otr_hist_item_create(NULL, HIST_ALIAS | HIST_VAR, as);

	if (!alias)
		return ERR_PTR(-ENOMEM);
	alias->arg[0] = ref;
	alias->ref = ref->ref;
	if (var_take_after(alias, ref, ref->system, ref->event))
		return alias;
	otr_hist_item_free(alias);
	return ERR_PTR(-ENOMEM);
}

/**
 * otr_hist_refers - is there a variable in an item?
 * @item: the item, or NULL
 * @level: how deep it is in another one
 *
 * Context: any.
 * Return: whether it is one, or refers to one.
 */
bool otr_hist_refers(const struct otr_hist_item *item, unsigned int level)
{
	/* An expression is not deeper. */
	if (!item || level > 3)
		return false;
	return item->flags & (HIST_VAR | HIST_REF) ||
	       otr_hist_refers(item->arg[0], level + 1) ||
	       otr_hist_refers(item->arg[1], level + 1);
}
