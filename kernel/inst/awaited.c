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
 * @pick: which events, its words being in @words
 * @words: one behind the other
 */
struct awaited {
	struct list_head	link;
	struct otr_pick		pick;
	char			words[];
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

static size_t awaited_word_size(const char *word)
{
	return word ? strlen(word) + 1 : 0;
}

static const char *awaited_keep(char **to, const char *word)
{
	size_t size = awaited_word_size(word);
	char *kept = size ? memcpy(*to, word, size) : NULL;

	*to += size;
	return kept;
}

static bool awaited_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool awaited_is_known(const struct otr_inst *inst, const struct otr_pick *pick)
{
	const struct awaited *a;

	list_for_each_entry(a, &inst->awaited, link)
		if (awaited_same(a->pick.module, pick->module) &&
		    awaited_same(a->pick.system, pick->system) &&
		    awaited_same(a->pick.event, pick->event) &&
		    awaited_same(a->pick.either, pick->either))
			return true;
	return false;
}

static void awaited_free(struct awaited *a)
{
	list_del(&a->link);
	kfree(a);
}

/**
 * otr_awaited_add - remember events of a module
 * @inst: the instance
 * @pick: which ones; with a module, and copied
 *
 * Context: otr_inst_lock held.
 * Return: 0, -ENOMEM.
 */
int otr_awaited_add(struct otr_inst *inst, const struct otr_pick *pick)
{
	size_t size = awaited_word_size(pick->module) + awaited_word_size(pick->system) +
		      awaited_word_size(pick->event) + awaited_word_size(pick->either);
	struct awaited *a;
	char *to;

	lockdep_assert_held(&otr_inst_lock);
	if (awaited_is_known(inst, pick))
		return 0;
	a = kmalloc(struct_size(a, words, size), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	to = a->words;
	a->pick = (struct otr_pick){
		.module	= awaited_keep(&to, pick->module),
		.system	= awaited_keep(&to, pick->system),
		.event	= awaited_keep(&to, pick->event),
		.either	= awaited_keep(&to, pick->either),
	};
	/* Listed from the last one to the first. */
	list_add(&a->link, &inst->awaited);
	return 0;
}

/* Does what was remembered have a word that is asked for? All have what nobody asks for. */
static bool awaited_has_word(const char *word, const char *asked)
{
	return !asked || (word && !strcmp(word, asked));
}

/**
 * otr_awaited_remove - forget events of a module
 * @inst: the instance
 * @pick: which ones, literally as they were remembered; what it leaves open fits
 *	  everything
 *
 * Context: otr_inst_lock held.
 * Return: 0, -EINVAL if none were remembered.
 */
int otr_awaited_remove(struct otr_inst *inst, const struct otr_pick *pick)
{
	struct awaited *a, *next;
	int err = -EINVAL;

	lockdep_assert_held(&otr_inst_lock);
	list_for_each_entry_safe(a, next, &inst->awaited, link) {
		if (!awaited_has_word(a->pick.module, pick->module) ||
		    !awaited_has_word(a->pick.system, pick->system) ||
		    !awaited_has_word(a->pick.event, pick->event) ||
		    !awaited_has_word(a->pick.either, pick->either))
			continue;
		awaited_free(a);
		err = 0;
	}
	return err;
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
 * Return: which events, NULL behind the last one.
 */
const struct otr_pick *otr_awaited_nth(const struct otr_inst *inst, unsigned int nr)
{
	const struct awaited *a;

	list_for_each_entry(a, &inst->awaited, link)
		if (!nr--)
			return &a->pick;
	return NULL;
}

/**
 * otr_awaited_came - switch on what was waited for
 * @inst: the instance
 * @module: name of a module of whose events more are there now
 *
 * Those that are still not there may come later: a module makes its events known
 * after its tracepoints.
 *
 * Context: otr_switch_lock held, otr_inst_lock and otr_event_lock() free; may
 * sleep.
 */
void otr_awaited_came(struct otr_inst *inst, const char *module)
{
	struct awaited *a, *next;
	LIST_HEAD(due);
	LIST_HEAD(left);

	mutex_lock(&otr_inst_lock);
	list_for_each_entry_safe(a, next, &inst->awaited, link)
		if (!strcmp(a->pick.module, module))
			list_move_tail(&a->link, &due);
	mutex_unlock(&otr_inst_lock);
	list_for_each_entry_safe(a, next, &due, link) {
		if (otr_sub_switch_all(inst, &a->pick, true) == -EINVAL)
			list_move_tail(&a->link, &left);
		else
			awaited_free(a);
	}
	mutex_lock(&otr_inst_lock);
	list_splice(&left, &inst->awaited);
	mutex_unlock(&otr_inst_lock);
}
