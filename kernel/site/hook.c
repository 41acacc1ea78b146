// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks: callbacks that want sites.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/export.h>
#include <linux/module.h>

#include "host/host.h"
#include "site/internal.h"

/* Written at module load and unload only. */
static bool hook_ready;

/* A hook is off every site: wait until nobody is in it. */
static void hook_left(struct otr_hook *hook)
{
	otr_host_quiesce();
	otr_targets_reap(hook);
	mutex_lock(&otr_site_data_lock);
	otr_parts_free(&hook->parts);
	otr_hooks[hook->id] = NULL;
	mutex_unlock(&otr_site_data_lock);
}

static void hook_leave(struct otr_hook *hook)
{
	otr_apply(hook);
	hook_left(hook);
}

static int hook_find_id(const struct otr_hook *hook, int *free)
{
	int id, found = -1;

	*free = -1;
	for (id = OTR_HOOKS_MAX - 1; id >= 0; id--) {
		if (otr_hooks[id] == hook)
			found = id;
		if (!otr_hooks[id])
			*free = id;
	}
	return found;
}

/*
 * Code that sites call themselves gets what the function gets, so there can be
 * one such hook on a site, and it has to be chosen.
 */
static int hook_refuse_direct(const struct otr_hook *hook)
{
	unsigned int id;
	int err = 0;

	mutex_lock(&otr_site_data_lock);
	if (!hook->filter || otr_set_empty(hook->filter))
		err = -EINVAL;
	for (id = 0; !err && id < OTR_HOOKS_MAX; id++)
		if (otr_hooks[id] && otr_hooks[id]->direct &&
		    otr_set_meets(hook->filter, otr_hooks[id]->filter))
			err = -EBUSY;
	mutex_unlock(&otr_site_data_lock);
	return err;
}

/* A place in the table: 0, -ENOSPC. */
static int hook_enlist(struct otr_hook *hook, int id)
{
	if (id < 0)
		return -ENOSPC;
	hook->id = id;
	INIT_LIST_HEAD(&hook->parts);
	mutex_lock(&otr_site_data_lock);
	otr_hooks[id] = hook;
	mutex_unlock(&otr_site_data_lock);
	return 0;
}

/**
 * otr_hook_register - put a hook on the sites that it wants
 * @hook: the hook, filled in by its owner
 *
 * A site that a kprobe or a BPF program sits on is left out; it is tried again
 * every second.
 *
 * Context: process context, sleeps; up to a second or so for all sites.
 * Return: 0, -ENODEV if there are no sites or they cannot be patched, -EIO if a
 * site is not what it should be (see otr_site_failure()), -EBUSY if the hook is
 * registered or if it is direct and another such one wants the same site, -EINVAL
 * if it is direct and wants none, -ENOSPC if OTR_HOOKS_MAX are, -ENOMEM.
 */
int otr_hook_register(struct otr_hook *hook)
{
	bool was = false;
	int err, id;

	if (!hook_ready)
		return -ENODEV;
	mutex_lock(&otr_site_lock);
	if (hook_find_id(hook, &id) >= 0)
		err = -EBUSY;
	else
		err = hook->direct ? hook_refuse_direct(hook) : 0;
	if (!err)
		err = hook_enlist(hook, id);
	if (!err) {
		err = otr_apply(NULL);
		was = err;
		if (err)
			hook_leave(hook);
	}
	mutex_unlock(&otr_site_lock);
	/* It may have been on its sites in between. */
	if (was && hook->direct)
		otr_retry_direct(hook->direct);
	return err;
}
EXPORT_SYMBOL_GPL(otr_hook_register);

/**
 * otr_hook_unregister - take a hook off all sites
 * @hook: the hook; nothing happens if it is not registered
 *
 * When it returns, no CPU is in the hook's function and none will be: hook and
 * function may go away.
 *
 * Context: process context, sleeps, up to seconds; for a direct hook as long as
 * there is a kprobe that came later on one of its sites.
 */
void otr_hook_unregister(struct otr_hook *hook)
{
	bool was;
	int id;

	mutex_lock(&otr_site_lock);
	was = hook_find_id(hook, &id) >= 0;
	if (was)
		hook_leave(hook);
	mutex_unlock(&otr_site_lock);
	if (was && hook->direct)
		otr_retry_direct(hook->direct);
}
EXPORT_SYMBOL_GPL(otr_hook_unregister);

/**
 * otr_hook_replace - exchange a direct hook for another
 * @hook: the hook, registered
 * @with: the other one, not registered, with the same set of sites
 *
 * Every call of one of the functions meets one of them. Afterwards the first is
 * not registered, as by otr_hook_unregister().
 *
 * Context: process context, sleeps, up to seconds.
 * Return: 0, -EINVAL if @hook is not registered, -EBUSY if a kprobe that came later is
 * on one of the sites, or what otr_hook_register() returns; then nothing has changed.
 */
int otr_hook_replace(struct otr_hook *hook, struct otr_hook *with)
{
	int err, id;

	mutex_lock(&otr_site_lock);
	if (hook_find_id(hook, &id) < 0)
		err = -EINVAL;
	else
		err = otr_held_calls(hook->direct, true) ? -EBUSY : hook_enlist(with, id);
	if (!err) {
		err = otr_apply_exchange(hook);
		hook_left(err ? with : hook);
	}
	mutex_unlock(&otr_site_lock);
	return err;
}
EXPORT_SYMBOL_GPL(otr_hook_replace);

/* Others plan with the sets under the lock, so they are exchanged under it. */
static int hook_take_sets(struct otr_hook *hook, struct otr_siteset *filter,
			  struct otr_siteset *skip)
{
	int id;

	hook->filter = filter;
	hook->skip = skip;
	return hook_find_id(hook, &id) < 0 ? 0 : otr_apply(NULL);
}

/**
 * otr_hook_update - give a hook other sets
 * @hook: the hook, registered or not
 * @filter: the new sites that it wants
 * @skip: the new sites that it does not want even so
 *
 * The old sets may be destroyed afterwards. When it fails, the hook is where it was
 * until the sites can be written.
 *
 * Context: process context, sleeps.
 * Return: 0, or what otr_hook_register() returns.
 */
int otr_hook_update(struct otr_hook *hook, struct otr_siteset *filter, struct otr_siteset *skip)
{
	int err;

	mutex_lock(&otr_site_lock);
	err = hook_take_sets(hook, filter, skip);
	mutex_unlock(&otr_site_lock);
	return err;
}
EXPORT_SYMBOL_GPL(otr_hook_update);

/**
 * otr_hook_set - give a hook other sets, or leave it those that it has
 * @hook: the hook, registered or not
 * @filter: the new sites that it wants
 * @skip: the new sites that it does not want even so
 *
 * The caller gets the old sets back in the sense that they may be destroyed
 * when it succeeds; on failure they are in place again.
 *
 * Context: process context, sleeps.
 * Return: 0, or what otr_hook_register() returns.
 */
int otr_hook_set(struct otr_hook *hook, struct otr_siteset *filter, struct otr_siteset *skip)
{
	struct otr_siteset *old_filter, *old_skip;
	int err;

	mutex_lock(&otr_site_lock);
	old_filter = hook->filter;
	old_skip = hook->skip;
	err = hook_take_sets(hook, filter, skip);
	if (err) {
		hook->filter = old_filter;
		hook->skip = old_skip;
	}
	mutex_unlock(&otr_site_lock);
	return err;
}
EXPORT_SYMBOL_GPL(otr_hook_set);

/**
 * otr_site_ready - can sites be hooked?
 *
 * Context: any.
 * Return: true if otr_hook_register() has a chance.
 */
bool otr_site_ready(void)
{
	return hook_ready;
}
EXPORT_SYMBOL_GPL(otr_site_ready);

/**
 * otr_site_count - number of all sites
 *
 * Context: process context, sleeps.
 * Return: their number, those of modules included.
 */
unsigned long otr_site_count(void)
{
	struct otr_block *block;
	unsigned long count = 0;

	mutex_lock(&otr_site_data_lock);
	list_for_each_entry(block, &otr_blocks, node)
		count += block->nr;
	mutex_unlock(&otr_site_data_lock);
	return count;
}
EXPORT_SYMBOL_GPL(otr_site_count);

/**
 * otr_site_within - look for a site
 * @from: first address
 * @to: the one behind the last
 *
 * Context: process context, sleeps.
 * Return: the first site of these, 0 for none.
 */
unsigned long otr_site_within(unsigned long from, unsigned long to)
{
	struct otr_block *block;
	unsigned long found = 0;

	mutex_lock(&otr_site_data_lock);
	list_for_each_entry(block, &otr_blocks, node) {
		unsigned int site = otr_table_find(block->sites, block->nr, from);

		if (site < block->nr && block->sites[site] < to)
			found = block->sites[site];
	}
	mutex_unlock(&otr_site_data_lock);
	return found;
}
EXPORT_SYMBOL_GPL(otr_site_within);

/**
 * otr_site_tables - what the tables of all sites take
 * @pages: set to the pages that they fill, those of modules included
 *
 * Context: process context, sleeps.
 * Return: the number of tables.
 */
unsigned int otr_site_tables(unsigned long *pages)
{
	struct otr_block *block;
	unsigned int nr = 0;

	*pages = 0;
	mutex_lock(&otr_site_data_lock);
	list_for_each_entry(block, &otr_blocks, node) {
		*pages += DIV_ROUND_UP(block->nr * sizeof(*block->sites), PAGE_SIZE);
		nr++;
	}
	mutex_unlock(&otr_site_data_lock);
	return nr;
}
EXPORT_SYMBOL_GPL(otr_site_tables);

/**
 * otr_hooks_init - find the sites
 *
 * On a kernel without what it takes there are none, and nothing else fails.
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_hooks_init(void)
{
	int err;

	if (!otr_host_has(OTR_SITES) || !otr_host_has(OTR_TEXT) ||
	    !otr_host_has(OTR_SYMBOLS) || !otr_host_has(OTR_QUIESCE))
		return 0;
	otr_retry_init();
	err = otr_blocks_init();
	hook_ready = !err;
	return err == -ENODEV ? 0 : err;
}

/**
 * otr_hooks_exit - the counterpart of otr_hooks_init()
 *
 * Context: module unload; no hook is registered, no set is left.
 */
void otr_hooks_exit(void)
{
	if (!hook_ready)
		return;
	otr_retry_exit();
	otr_blocks_exit();
	otr_targets_exit();
	hook_ready = false;
}
