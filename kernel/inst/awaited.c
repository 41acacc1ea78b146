// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of modules that are not there yet.
 *
 * "events:mod:module" switches events on that the module has. When it is not
 * loaded, the words are remembered and followed when it comes.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "inst/inst.h"

/**
 * struct awaited - events that are waited for
 * @link: in otr_inst.awaited
 * @module: name of their module, behind the words in @text
 * @text: "events:mod:module", as it is listed
 * @events: length of the part that says which events
 */
struct awaited {
	struct list_head	link;
	const char		*module;
	size_t			events;
	char			text[];
};

/**
 * otr_pick_parse - which events do some words mean?
 * @pick: set up
 * @events: "system:event", where either may be empty or "*" for all, or one
 *	    name for a system and for events alike; cut up, and part of @pick
 * @module: of this module, where "*" and nothing are all events; NULL for any
 *
 * Context: any.
 */
void otr_pick_parse(struct otr_pick *pick, char *events, const char *module)
{
	char *event = strchr(events, ':');

	*pick = (struct otr_pick){ .module = module };
	if (!event) {
		if (!module || (*events && strcmp(events, "*")))
			pick->either = events;
		return;
	}
	*event++ = '\0';
	if (*events && strcmp(events, "*"))
		pick->system = events;
	if (*event && strcmp(event, "*"))
		pick->event = event;
}

static struct awaited *find(const struct otr_inst *inst, const char *events, const char *module)
{
	struct awaited *a;

	list_for_each_entry(a, &inst->awaited, link)
		if (!strcmp(a->module, module) && strlen(events) == a->events &&
		    !strncmp(a->text, events, a->events))
			return a;
	return NULL;
}

static void awaited_free(struct awaited *a)
{
	list_del(&a->link);
	kfree(a);
}

/**
 * otr_awaited_add - remember events of a module
 * @inst: the instance
 * @events: which ones
 * @module: the module's name
 *
 * Context: otr_inst_lock held.
 * Return: 0, -ENOMEM.
 */
int otr_awaited_add(struct otr_inst *inst, const char *events, const char *module)
{
	size_t size = strlen(events) + strlen(":mod:") + strlen(module) + 1;
	struct awaited *a;

	lockdep_assert_held(&otr_inst_lock);
	if (find(inst, events, module))
		return 0;
	a = kmalloc(struct_size(a, text, size), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	snprintf(a->text, size, "%s:mod:%s", events, module);
	a->events = strlen(events);
	a->module = a->text + a->events + strlen(":mod:");
	list_add_tail(&a->link, &inst->awaited);
	return 0;
}

/**
 * otr_awaited_remove - forget events of a module
 * @inst: the instance
 * @events: as they were remembered
 * @module: the module's name
 *
 * Context: otr_inst_lock held.
 * Return: 0, -EINVAL if they were not remembered.
 */
int otr_awaited_remove(struct otr_inst *inst, const char *events, const char *module)
{
	struct awaited *a = find(inst, events, module);

	lockdep_assert_held(&otr_inst_lock);
	if (!a)
		return -EINVAL;
	awaited_free(a);
	return 0;
}

/**
 * otr_awaited_clear - forget the events of all modules
 * @inst: the instance
 *
 * Context: otr_inst_lock held, or nobody else has the instance.
 */
void otr_awaited_clear(struct otr_inst *inst)
{
	struct awaited *a, *next;

	list_for_each_entry_safe(a, next, &inst->awaited, link)
		awaited_free(a);
}

/**
 * otr_awaited_nth - list what is waited for
 * @inst: the instance
 * @nr: which, from 0
 *
 * Context: otr_inst_lock held.
 * Return: a line without its end, NULL behind the last one.
 */
const char *otr_awaited_nth(const struct otr_inst *inst, unsigned int nr)
{
	const struct awaited *a;

	list_for_each_entry(a, &inst->awaited, link)
		if (!nr--)
			return a->text;
	return NULL;
}

/**
 * otr_awaited_came - switch on what was waited for
 * @inst: the instance
 * @module: name of a module whose events are there now
 *
 * Context: otr_switch_lock held, otr_inst_lock and otr_event_lock() free; may
 * sleep.
 */
void otr_awaited_came(struct otr_inst *inst, const char *module)
{
	struct awaited *a, *next;
	struct otr_pick pick;
	LIST_HEAD(due);

	mutex_lock(&otr_inst_lock);
	list_for_each_entry_safe(a, next, &inst->awaited, link)
		if (!strcmp(a->module, module))
			list_move_tail(&a->link, &due);
	mutex_unlock(&otr_inst_lock);
	list_for_each_entry_safe(a, next, &due, link) {
		a->text[a->events] = '\0';
		otr_pick_parse(&pick, a->text, module);
		otr_sub_switch_all(inst, &pick, true);
		awaited_free(a);
	}
}
