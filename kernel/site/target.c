// SPDX-License-Identifier: GPL-2.0-only
/*
 * Targets: every set of hooks that some site is called for has a trampoline.
 *
 * A target with one hook that guards itself is a trampoline that calls the
 * hook's function, with nothing in between. One with several calls a loop over
 * exactly these. There are as many targets as there are different sets of
 * hooks on a site, however many sites and hooks there are; when there are more
 * than trampolines, the rest share the first trampoline, which looks the site
 * up.
 *
 * A hook can be code that sites call without a trampoline. Together with others
 * it has one with a tail; when there are no more of those, the others are left
 * out.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/bitmap.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "site/internal.h"
#include "site/shared.h"

#define SHARED_SLOT	0

static LIST_HEAD(targets);
static DECLARE_BITMAP(slots, OTR_ARCH_SLOTS_ALL) = { BIT(SHARED_SLOT) };
static bool target_shared_armed;

/*
 * Number of the running otr_apply(). A target that it asked for is not reaped,
 * though no site calls it yet.
 */
unsigned long otr_target_turn;

/**
 * otr_target_find - the target for a set of hooks
 * @set: the hooks
 *
 * Context: otr_site_lock or otr_site_data_lock held.
 * Return: the target, NULL for no hooks and when there is none.
 */
struct otr_target *otr_target_find(const struct otr_hookset *set)
{
	struct otr_target *target;

	if (otr_hookset_empty(set))
		return NULL;
	list_for_each_entry(target, &targets, node)
		if (otr_hookset_same(&target->set, set))
			return target;
	return NULL;
}

/* Has it a trampoline of its own? */
static bool target_owns_slot(const struct otr_target *target)
{
	return target->slot != SHARED_SLOT && target->slot != OTR_SLOT_NONE;
}

/**
 * otr_target_shares - is its trampoline one that others have as well?
 * @target: the target
 *
 * Context: otr_site_lock held.
 * Return: whether it is.
 */
bool otr_target_shares(const struct otr_target *target)
{
	return target->slot == SHARED_SLOT;
}

/* Is it what sites call that could not be given back? */
static bool target_is_orphan(const struct otr_target *target)
{
	return otr_hookset_empty(&target->set);
}

static void target_free_target(struct otr_target *target)
{
	if (target_owns_slot(target))
		clear_bit(target->slot, slots);
	mutex_lock(&otr_site_data_lock);
	list_del(&target->node);
	mutex_unlock(&otr_site_data_lock);
	kfree(target);
}

/* A free slot from @first on, @end if there is none. */
static unsigned int target_take_slot(unsigned int first, unsigned int end)
{
	struct otr_target *target, *next;
	unsigned int slot = find_next_zero_bit(slots, end, first);

	if (slot >= end) {
		/* Targets stay when no site calls them any more, till here. */
		otr_host_quiesce();
		list_for_each_entry_safe(target, next, &targets, node)
			if (!target->sites && target->turn != otr_target_turn)
				target_free_target(target);
		slot = find_next_zero_bit(slots, end, first);
	}
	if (slot < end)
		set_bit(slot, slots);
	return slot;
}

static unsigned int target_choose_slot(const struct otr_target *target)
{
	unsigned int slot;

	if (!target->direct) {
		slot = target_take_slot(0, OTR_ARCH_SLOTS);
		return slot < OTR_ARCH_SLOTS ? slot : SHARED_SLOT;
	}
	if (!target->nr)
		return OTR_SLOT_NONE;
	slot = target_take_slot(OTR_ARCH_SLOTS, OTR_SLOT_NONE);
	if (slot == OTR_SLOT_NONE)
		pr_warn("no trampoline is left: functions that call %pS see nobody else\n",
			(void *)target->direct);
	return slot;
}

static void target_fill_in(struct otr_target *target, const struct otr_hookset *set)
{
	unsigned int id;

	target->set = *set;
	for (id = 0; id < OTR_HOOKS_MAX; id++) {
		if (!otr_hookset_has(set, id))
			continue;
		if (otr_hooks[id]->direct) {
			target->direct = otr_hooks[id]->direct;
		} else {
			target->nr++;
			target->hooks[target->nr - 1] = otr_hooks[id];
		}
	}
}

/**
 * otr_target_get - the target for a set of hooks, now if not before
 * @set: the hooks, not none
 *
 * Context: otr_site_lock held, text_mutex not; sleeps.
 * Return: the target, NULL when there is no memory.
 */
struct otr_target *otr_target_get(const struct otr_hookset *set)
{
	struct otr_target *target = otr_target_find(set);
	unsigned int id, nr = 0;

	if (!target) {
		for (id = 0; id < OTR_HOOKS_MAX; id++)
			nr += otr_hookset_has(set, id);
		target = kzalloc(struct_size(target, hooks, nr), GFP_KERNEL);
		if (!target)
			return NULL;
		target_fill_in(target, set);
		target->slot = target_choose_slot(target);
		mutex_lock(&otr_site_data_lock);
		list_add(&target->node, &targets);
		mutex_unlock(&otr_site_data_lock);
	}
	target->turn = otr_target_turn;
	return target;
}

/**
 * otr_target_address - what a site has to call
 * @target: the target; NULL for none
 *
 * Context: otr_site_lock held.
 * Return: the address of its trampoline or of the code that it is, 0 for none.
 */
unsigned long otr_target_address(const struct otr_target *target)
{
	if (!target)
		return 0;
	return target->slot == OTR_SLOT_NONE ? target->direct : otr_arch_slot(target->slot);
}

static void target_arm(struct otr_target *target)
{
	struct otr_hook *hook;

	target->armed = true;
	if (target->slot == OTR_SLOT_NONE)
		return;
	hook = target->hooks[0];
	if (target->direct)
		otr_arch_slot_tail(target->slot, target->direct);
	if (target->slot == SHARED_SLOT) {
		if (!target_shared_armed)
			otr_arch_slot_set(SHARED_SLOT, otr_dispatch_shared, NULL);
		target_shared_armed = true;
	} else if (target->nr > 1) {
		otr_arch_slot_set(target->slot, otr_dispatch_list, target);
	} else if (hook->flags & OTR_HOOK_SELF) {
		otr_arch_slot_set(target->slot, hook->func, hook);
	} else {
		otr_arch_slot_set(target->slot, otr_dispatch_one, hook);
	}
}

/**
 * otr_targets_arm - let new trampolines call what they are for
 *
 * Context: otr_site_lock and text_mutex held; no site calls them yet.
 */
void otr_targets_arm(void)
{
	struct otr_target *target;

	list_for_each_entry(target, &targets, node)
		if (!target->armed)
			target_arm(target);
	otr_host_text_finish();
}

/**
 * otr_targets_mute - let a hook's own trampolines call nothing
 * @hook: the hook, which is about to be taken off all sites
 *
 * To write a site takes many calls of functions that the hook may be on.
 *
 * Context: otr_site_lock and text_mutex held.
 */
void otr_targets_mute(const struct otr_hook *hook)
{
	struct otr_target *target;

	list_for_each_entry(target, &targets, node)
		if (target->nr == 1 && target->hooks[0] == hook && target_owns_slot(target))
			otr_arch_slot_mute(target->slot);
	otr_host_text_finish();
}

/**
 * otr_targets_still - stop trampolines that still call a hook
 * @hook: the hook, which left
 *
 * Only sites that cannot be written call them any more. Code that goes on there
 * stays until its own hook leaves: the function may depend on it.
 *
 * Context: otr_site_lock and text_mutex held.
 */
void otr_targets_still(const struct otr_hook *hook)
{
	struct otr_target *target;

	list_for_each_entry(target, &targets, node) {
		if (!target->sites)
			continue;
		if (hook->direct && target->direct == hook->direct && target_owns_slot(target) &&
		    (target_is_orphan(target) || otr_hookset_has(&target->set, hook->id)))
			otr_arch_slot_tail(target->slot, 0);
		if (!otr_hookset_has(&target->set, hook->id))
			continue;
		if (target_owns_slot(target))
			otr_arch_slot_mute(target->slot);
	}
	otr_host_text_finish();
}

/**
 * otr_targets_orphan - let nobody find what still has a hook that left
 * @hook: the hook, after otr_targets_still()
 *
 * Another hook may get the same id.
 *
 * Context: otr_site_lock held.
 */
void otr_targets_orphan(const struct otr_hook *hook)
{
	struct otr_target *target;

	mutex_lock(&otr_site_data_lock);
	list_for_each_entry(target, &targets, node)
		if (target->sites && otr_hookset_has(&target->set, hook->id))
			target->set = (struct otr_hookset) { };
	mutex_unlock(&otr_site_data_lock);
}

static int target_compare_sites(const void *a, const void *b)
{
	const struct otr_shared_site *x = a, *y = b;

	return x->ip < y->ip ? -1 : x->ip > y->ip;
}

/**
 * otr_hooks_on - the hooks that are on a site
 * @block: its block
 * @site: its number in the block
 * @set: set to the hooks
 *
 * Context: otr_site_lock or otr_site_data_lock held.
 * Return: their number.
 */
unsigned int otr_hooks_on(const struct otr_block *block, unsigned int site,
			  struct otr_hookset *set)
{
	unsigned int id, nr = 0;

	*set = (struct otr_hookset) { };
	for (id = 0; id < OTR_HOOKS_MAX; id++) {
		const unsigned long *on;

		if (!otr_hooks[id])
			continue;
		on = otr_part_find(&otr_hooks[id]->parts, block);
		if (!on || !test_bit(site, on))
			continue;
		otr_hookset_add(set, id);
		nr++;
	}
	return nr;
}

/* What a site calls through the shared trampoline, NULL if it does not. */
static struct otr_target *target_shared_of(const struct otr_block *block, unsigned int site)
{
	struct otr_target *target;
	struct otr_hookset set;

	otr_hooks_on(block, site, &set);
	target = otr_target_find(&set);
	return target && otr_target_shares(target) ? target : NULL;
}

static unsigned int target_shared_sites(void)
{
	struct otr_target *target;
	unsigned int nr = 0;

	list_for_each_entry(target, &targets, node)
		if (otr_target_shares(target) && !target_is_orphan(target))
			nr += target->sites;
	return nr;
}

/* The table that the next change is put into, and how many sites fit in. */
static struct otr_shared *target_next_shared;
static unsigned int target_next_max;

/**
 * otr_targets_reserve - have the memory for a change of the hooks that share the trampoline
 * @more: number of sites that begin to share it, at most
 *
 * Context: otr_site_lock held, sleeps.
 * Return: 0, -ENOMEM.
 */
int otr_targets_reserve(unsigned int more)
{
	unsigned int max = target_shared_sites() + more;

	if (!more || (target_next_shared && target_next_max >= max))
		return 0;
	kvfree(target_next_shared);
	target_next_max = max;
	target_next_shared = kvzalloc(struct_size(target_next_shared, sites, max), GFP_KERNEL);
	return target_next_shared ? 0 : -ENOMEM;
}

/**
 * otr_target_ready - can a site call a target?
 * @target: the target; NULL for none
 * @ip: the site
 *
 * Context: otr_site_lock held.
 * Return: false if it would come to the shared trampoline, and there is no memory to
 * say which site calls which hooks.
 */
bool otr_target_ready(const struct otr_target *target, unsigned long ip)
{
	if (!target || !otr_target_shares(target))
		return true;
	return target_next_shared || otr_shared_find(otr_shared, ip);
}

static void target_fill_shared(struct otr_shared *shared, unsigned int max)
{
	struct otr_block *block;
	unsigned int site, nr = 0;

	/* Which counts them while they come. */
	shared->nr = max;
	list_for_each_entry(block, &otr_blocks, node) {
		for (site = 0; site < block->nr && nr < max; site++) {
			struct otr_target *target = target_shared_of(block, site);

			if (!target)
				continue;
			shared->sites[nr++] = (struct otr_shared_site) {
				.ip = block->sites[site], .target = target,
			};
		}
	}
	shared->nr = nr;
	sort(shared->sites, nr, sizeof(*shared->sites), target_compare_sites, NULL);
}

/* In the table that is in use: for its sites, without any memory. */
static void target_update_shared(struct otr_shared *shared)
{
	unsigned int i;

	for (i = 0; i < shared->nr; i++) {
		struct otr_shared_site *at = &shared->sites[i];
		const struct otr_block *block;
		unsigned int site;

		block = otr_block_find(at->ip, &site);
		/* Pairs with the address dependency in otr_dispatch_shared(). */
		smp_store_release(&at->target, block ? target_shared_of(block, site) : NULL);
	}
}

/**
 * otr_targets_share - tell the shared trampoline which sites call it now
 *
 * Calls between the change of a site and this are not seen by its hooks.
 *
 * Context: otr_site_lock held, after otr_targets_reserve() if sites began to share it;
 * sleeps.
 */
void otr_targets_share(void)
{
	struct otr_shared *old = otr_shared;
	unsigned int nr = target_shared_sites();

	if (!target_next_shared && nr) {
		target_update_shared(old);
		return;
	}
	if (target_next_shared && nr) {
		target_fill_shared(target_next_shared, nr);
	} else {
		kvfree(target_next_shared);
		target_next_shared = NULL;
	}
	/* Pairs with the acquire in otr_dispatch_shared(). */
	smp_store_release(&otr_shared, target_next_shared);
	target_next_shared = NULL;
	if (old) {
		otr_host_quiesce();
		kvfree(old);
	}
}

/**
 * otr_targets_exit - free what was reserved for changes that did not come
 *
 * Context: module unload; no hook is registered.
 */
void otr_targets_exit(void)
{
	kvfree(target_next_shared);
	target_next_shared = NULL;
}

/**
 * otr_targets_reap - free what a hook left behind
 * @hook: the hook, which left; NULL for those that left earlier
 *
 * otr_host_quiesce() was called since the last site stopped to call it.
 *
 * Context: otr_site_lock held.
 */
void otr_targets_reap(const struct otr_hook *hook)
{
	struct otr_target *target, *next;

	list_for_each_entry_safe(target, next, &targets, node)
		if (!target->sites && (target_is_orphan(target) ||
				       (hook && otr_hookset_has(&target->set, hook->id))))
			target_free_target(target);
}
