// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is wanted of modules that are not there yet.
 *
 * "words:mod:module" is about events or functions that the module has. When it is not
 * loaded, the words are remembered, and followed when it comes. Lists of them are an
 * instance's, under otr_inst_lock; what is made of the words is the business of the list's
 * owner. Here that is done for events.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "inst/inst.h"

/**
 * struct await - words about a module
 * @link: in a list of them
 * @pick: the words, which are in @words
 * @words: one behind the other
 */
struct await {
	struct list_head	link;
	struct otr_pick		pick;
	char			words[];
};

static size_t await_word_size(const char *word)
{
	return word ? strlen(word) + 1 : 0;
}

static const char *await_keep(char **to, const char *word)
{
	size_t size = await_word_size(word);
	char *kept = size ? memcpy(*to, word, size) : NULL;

	*to += size;
	return kept;
}

static bool await_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void await_free(struct await *a)
{
	list_del(&a->link);
	kfree(a);
}

/**
 * otr_await_add - remember words about a module
 * @list: where
 * @pick: the words; with a module, and copied
 *
 * Context: otr_inst_lock held.
 * Return: 0, -ENOMEM.
 */
int otr_await_add(struct list_head *list, const struct otr_pick *pick)
{
	size_t size = await_word_size(pick->module) + await_word_size(pick->system) +
		      await_word_size(pick->event) + await_word_size(pick->either);
	struct await *a = kmalloc(struct_size(a, words, size), GFP_KERNEL);
	char *to;

	lockdep_assert_held(&otr_inst_lock);
	if (!a)
		return -ENOMEM;
	to = a->words;
	a->pick = (struct otr_pick){
		.module	= await_keep(&to, pick->module),
		.system	= await_keep(&to, pick->system),
		.event	= await_keep(&to, pick->event),
		.either	= await_keep(&to, pick->either),
	};
	/* Listed from the last one to the first. */
	list_add(&a->link, list);
	return 0;
}

/* Does what was remembered have a word that is asked for? All have what nobody asks for. */
static bool await_has_word(const char *word, const char *asked)
{
	return !asked || (word && !strcmp(word, asked));
}

/**
 * otr_await_remove - forget words about a module
 * @list: where
 * @pick: the words, literally as they were remembered; what it leaves open fits
 *	  everything
 *
 * Context: otr_inst_lock held.
 * Return: 0, -EINVAL if none were remembered.
 */
int otr_await_remove(struct list_head *list, const struct otr_pick *pick)
{
	struct await *a, *next;
	int err = -EINVAL;

	lockdep_assert_held(&otr_inst_lock);
	list_for_each_entry_safe(a, next, list, link) {
		if (!await_has_word(a->pick.module, pick->module) ||
		    !await_has_word(a->pick.system, pick->system) ||
		    !await_has_word(a->pick.event, pick->event) ||
		    !await_has_word(a->pick.either, pick->either))
			continue;
		await_free(a);
		err = 0;
	}
	return err;
}

/**
 * otr_await_clear - forget all words of a list
 * @list: the list
 *
 * Context: otr_inst_lock held, or nobody else has the list.
 */
void otr_await_clear(struct list_head *list)
{
	struct await *a, *next;

	list_for_each_entry_safe(a, next, list, link)
		await_free(a);
}

/**
 * otr_await_next - walk the words of a list, the last ones first
 * @list: the list
 * @pick: where to go on, NULL for the start
 *
 * Context: otr_inst_lock held, or nobody else has the list.
 * Return: the next ones, NULL behind the last.
 */
const struct otr_pick *otr_await_next(const struct list_head *list, const struct otr_pick *pick)
{
	const struct await *a = pick ? container_of(pick, struct await, pick) : NULL;
	const struct list_head *at = a ? a->link.next : list->next;

	return at == list ? NULL : &list_entry(at, struct await, link)->pick;
}

/**
 * otr_await_take - take the words about a module that came out of a list
 * @list: the list
 * @module: the module's name
 * @due: those words, added to it
 *
 * Context: otr_inst_lock held.
 */
void otr_await_take(struct list_head *list, const char *module, struct list_head *due)
{
	struct await *a, *next;

	lockdep_assert_held(&otr_inst_lock);
	list_for_each_entry_safe(a, next, list, link)
		if (!strcmp(a->pick.module, module))
			list_move_tail(&a->link, due);
}

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

/**
 * otr_awaited_add - remember events of a module
 * @inst: the instance
 * @pick: which ones; with a module, and copied
 *
 * Context: otr_inst_lock held.
 * Return: 0, also if they are known, -ENOMEM.
 */
int otr_awaited_add(struct otr_inst *inst, const struct otr_pick *pick)
{
	const struct otr_pick *at = NULL;

	while ((at = otr_await_next(&inst->awaited, at)))
		if (await_same(at->module, pick->module) && await_same(at->system, pick->system) &&
		    await_same(at->event, pick->event) && await_same(at->either, pick->either))
			return 0;
	return otr_await_add(&inst->awaited, pick);
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
	struct await *a, *next;
	LIST_HEAD(due);
	LIST_HEAD(left);

	mutex_lock(&otr_inst_lock);
	otr_await_take(&inst->awaited, module, &due);
	mutex_unlock(&otr_inst_lock);
	list_for_each_entry_safe(a, next, &due, link) {
		if (otr_sub_switch_all(inst, &a->pick, true) == -EINVAL)
			list_move_tail(&a->link, &left);
		else
			await_free(a);
	}
	mutex_lock(&otr_inst_lock);
	list_splice(&left, &inst->awaited);
	mutex_unlock(&otr_inst_lock);
}
