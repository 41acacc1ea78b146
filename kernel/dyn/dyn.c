// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry of what users define.
 *
 * It knows kinds by what they filled in, and definitions by their kind. What a
 * definition is about is its kind's business.
 */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#include "dyn/dyn.h"
#include "inst/inst.h"

static LIST_HEAD(dyn_kinds);
static LIST_HEAD(dyn_all);
/* Those that are not waited for yet; empty while nobody has the lock. */
static LIST_HEAD(dyn_leaving);
/* Guards them all, and what is made or taken away of them. */
static DEFINE_MUTEX(dyn_lock);

enum { DYN_NO_KIND };

static const char *const dyn_errors[] = {
	[DYN_NO_KIND]	= "No matching dynamic event type",
};

static const struct otr_catalog dyn_catalog = { "dynevent", dyn_errors, ARRAY_SIZE(dyn_errors) };

static int dyn_leave(struct otr_dyn *dyn, bool forced)
{
	int err = dyn->kind->leave(dyn, forced);

	if (!err)
		list_move_tail(&dyn->link, &dyn_leaving);
	return err;
}

/**
 * otr_dyn_leave - begin to remove a definition
 * @dyn: the definition
 *
 * It is not listed any more. Many that go together are waited for once: otr_dyn_settle()
 * must follow while the lock is held.
 *
 * Context: otr_dyn_lock() held; may sleep.
 * Return: 0, or what its kind said, and then it is there as before.
 */
int otr_dyn_leave(struct otr_dyn *dyn)
{
	lockdep_assert_held(&dyn_lock);
	return dyn_leave(dyn, false);
}

/**
 * otr_dyn_settle - free what left
 *
 * Context: otr_dyn_lock() held; sleeps, for some grace periods of RCU if one was used.
 */
void otr_dyn_settle(void)
{
	struct otr_dyn *dyn, *next;

	lockdep_assert_held(&dyn_lock);
	if (list_empty(&dyn_leaving))
		return;
	otr_event_settle();
	list_for_each_entry_safe(dyn, next, &dyn_leaving, link)
		dyn->kind->free(dyn);
}

/**
 * otr_dyn_register - offer a kind of events
 * @kind: the kind, which stays in place
 *
 * Context: may sleep.
 */
void otr_dyn_register(struct otr_dyn_kind *kind)
{
	otr_dyn_lock();
	list_add_tail(&kind->link, &dyn_kinds);
	otr_dyn_unlock();
}

/**
 * otr_dyn_unregister - the counterpart of otr_dyn_register()
 * @kind: the kind; what there is of it goes in any case
 *
 * Context: may sleep, for some grace periods of RCU.
 */
void otr_dyn_unregister(struct otr_dyn_kind *kind)
{
	struct otr_dyn *dyn, *next;

	otr_dyn_lock();
	list_del(&kind->link);
	list_for_each_entry_safe(dyn, next, &dyn_all, link)
		if (dyn->kind == kind)
			dyn_leave(dyn, true);
	otr_dyn_settle();
	otr_dyn_unlock();
}

/**
 * otr_dyn_lock - keep all definitions in place
 *
 * Context: may sleep. No lock of the rooms below may be held.
 */
void otr_dyn_lock(void)
{
	mutex_lock(&dyn_lock);
}

/**
 * otr_dyn_unlock - the counterpart of otr_dyn_lock()
 *
 * Context: any.
 */
void otr_dyn_unlock(void)
{
	mutex_unlock(&dyn_lock);
}

/**
 * otr_dyn_add - list a definition
 * @dyn: what was made of it
 * @kind: its kind
 *
 * Context: otr_dyn_lock() held.
 */
void otr_dyn_add(struct otr_dyn *dyn, const struct otr_dyn_kind *kind)
{
	lockdep_assert_held(&dyn_lock);
	dyn->kind = kind;
	list_add_tail(&dyn->link, &dyn_all);
}

/**
 * otr_dyn_del - the counterpart of otr_dyn_add()
 * @dyn: from there
 *
 * Context: otr_dyn_lock() held.
 */
void otr_dyn_del(struct otr_dyn *dyn)
{
	lockdep_assert_held(&dyn_lock);
	list_del(&dyn->link);
}

/**
 * otr_dyn_next - walk the definitions of a kind
 * @kind: the kind, NULL for all
 * @dyn: where to go on, NULL for the start
 *
 * Context: otr_dyn_lock() held.
 * Return: the next one, NULL at the end.
 */
struct otr_dyn *otr_dyn_next(const struct otr_dyn_kind *kind, const struct otr_dyn *dyn)
{
	struct otr_dyn *next = list_entry(dyn ? &dyn->link : &dyn_all, struct otr_dyn, link);

	lockdep_assert_held(&dyn_lock);
	list_for_each_entry_continue(next, &dyn_all, link)
		if (!kind || next->kind == kind)
			return next;
	return NULL;
}

static int dyn_create(const char *line)
{
	const char *text = skip_spaces(line);
	struct otr_dyn_kind *kind;
	int err = -ECANCELED;

	if (!*text)
		return 0;
	list_for_each_entry(kind, &dyn_kinds, link) {
		if (!strchr(kind->letters, *text))
			continue;
		err = kind->create(text);
		if (err != -ECANCELED)
			return err;
	}
	otr_errlog_put(&otr_inst_top()->errors, &dyn_catalog, line, DYN_NO_KIND, 0);
	return -EINVAL;
}

/* Of a line that says what is to go: what is behind the colon, NULL without one. */
static char *dyn_wanted(char *word)
{
	if (*word == '-')
		return word[1] == ':' ? word + 2 : NULL;
	word = strchr(word, ':');
	return word ? word + 1 : NULL;
}

static int dyn_remove_matching(const struct otr_dyn_kind *kind, const char *group,
			       const char *event, char **words, int nr)
{
	struct otr_dyn *dyn, *next;
	int err = -ENOENT;

	lockdep_assert_held(&dyn_lock);
	list_for_each_entry_safe(dyn, next, &dyn_all, link) {
		if (kind && dyn->kind != kind)
			continue;
		if (!dyn->kind->match(dyn, group, event, words, nr))
			continue;
		err = otr_dyn_leave(dyn);
		if (err)
			break;
	}
	otr_dyn_settle();
	return err;
}

/**
 * otr_dyn_remove - remove what a line says
 * @line: "-:[GROUP/]EVENT", or a definition with a "!" in front
 * @kind: of this kind only, NULL for any
 *
 * Context: may sleep, for some grace periods of RCU.
 * Return: 0; -ENOENT if there is no such definition; -EBUSY; -EINVAL for a line that
 * names none; -ENOMEM.
 */
int otr_dyn_remove(const char *line, const struct otr_dyn_kind *kind)
{
	char *event, *group = NULL, *slash;
	int nr, err = -EINVAL;
	char **words = argv_split(GFP_KERNEL, line, &nr);

	if (!words)
		return -ENOMEM;
	event = nr ? dyn_wanted(words[0]) : NULL;
	if (!event || !*event)
		goto out;
	slash = strchr(event, '/');
	if (slash) {
		*slash = '\0';
		group = event;
		event = slash + 1;
	}
	otr_dyn_lock();
	err = dyn_remove_matching(kind, group, event, words + 1, nr - 1);
	otr_dyn_unlock();
out:
	argv_free(words);
	return err;
}

/**
 * otr_dyn_command - do what a line says
 * @line: a definition of any kind, or what is to be removed; an empty one is none
 *
 * What is wrong with it goes to the first instance's error log.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL, -EEXIST, -ENOMEM or what else its kind says; for one that is to be
 * removed what otr_dyn_remove() returns.
 */
int otr_dyn_command(const char *line)
{
	int err;

	if (*line == '-' || *line == '!')
		return otr_dyn_remove(line, NULL);
	otr_dyn_lock();
	err = dyn_create(line);
	otr_dyn_unlock();
	return err;
}

/**
 * otr_dyn_command_of - do what a line says, for one kind
 * @line: a definition of it, or "-:" and what is to be removed; an empty one is none
 * @kind: the kind
 *
 * Context: may sleep.
 * Return: as otr_dyn_command().
 */
int otr_dyn_command_of(const char *line, const struct otr_dyn_kind *kind)
{
	const char *text = skip_spaces(line);
	int err = 0;

	if (*line == '-')
		return otr_dyn_remove(line, kind);
	if (!*text)
		return 0;
	if (!strchr(kind->letters, *text))
		return -EINVAL;
	otr_dyn_lock();
	err = kind->create(text);
	otr_dyn_unlock();
	return err == -ECANCELED ? -EINVAL : err;
}

static bool dyn_any_busy(const struct otr_dyn_kind *kind)
{
	struct otr_dyn *dyn = NULL;

	while ((dyn = otr_dyn_next(kind, dyn)))
		if (dyn->kind->busy(dyn))
			return true;
	return false;
}

/**
 * otr_dyn_remove_all - remove all definitions
 * @kind: of this kind, NULL for any
 *
 * Where one is refused, those before it are gone, as in-tree.
 *
 * Context: may sleep, for some grace periods of RCU.
 * Return: 0, -EBUSY.
 */
int otr_dyn_remove_all(const struct otr_dyn_kind *kind)
{
	struct otr_dyn *dyn, *next;
	int err;

	otr_dyn_lock();
	err = dyn_any_busy(kind) ? -EBUSY : 0;
	list_for_each_entry_safe(dyn, next, &dyn_all, link) {
		if (err)
			break;
		if (!kind || dyn->kind == kind)
			err = otr_dyn_leave(dyn);
	}
	otr_dyn_settle();
	otr_dyn_unlock();
	return err;
}

/**
 * otr_dyn_start - begin to list definitions
 * @pos: of the first one
 *
 * Context: may sleep; otr_dyn_stop() must follow, whatever this returns.
 * Return: as that of a walk of seq_file.
 */
void *otr_dyn_start(loff_t *pos)
{
	otr_dyn_lock();
	return seq_list_start(&dyn_all, *pos);
}

/**
 * otr_dyn_walk - go on to list definitions
 * @at: from otr_dyn_start() or here; its &struct otr_dyn is the list_entry()
 * @pos: of it
 *
 * Context: between otr_dyn_start() and otr_dyn_stop().
 * Return: as that of a walk of seq_file.
 */
void *otr_dyn_walk(void *at, loff_t *pos)
{
	return seq_list_next(at, &dyn_all, pos);
}

/**
 * otr_dyn_stop - the counterpart of otr_dyn_start()
 *
 * Context: as there.
 */
void otr_dyn_stop(void)
{
	otr_dyn_unlock();
}

/**
 * otr_dyn_show - print a definition as dynamic_events has it
 * @m: where to
 * @dyn: the definition
 *
 * Context: otr_dyn_lock() held.
 */
void otr_dyn_show(struct seq_file *m, const struct otr_dyn *dyn)
{
	dyn->kind->show(m, dyn);
}
