// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sites that cannot be given back yet, because a kprobe holds their bytes.
 *
 * A kprobe that was set on a hooked site has a copy of our call. While it is
 * armed it executes the copy, and when it is disarmed it writes the call's first
 * byte back: until it is gone, something calls the trampoline. So the
 * trampoline stays, calls nothing, and retry.c tries the site again every second.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/kallsyms.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "site/internal.h"

LIST_HEAD(otr_held_sites);
struct delayed_work otr_retry_work;

/* Empty ones for sites to come, and how many were missing since they were made. */
static LIST_HEAD(held_spares);
static unsigned int held_missing;

/**
 * otr_held_target - what a site calls although no hook is on it
 * @ip: the site
 *
 * Context: otr_site_lock held.
 * Return: the target, NULL if it is not held.
 */
struct otr_target *otr_held_target(unsigned long ip)
{
	struct otr_held *held;

	list_for_each_entry(held, &otr_held_sites, node)
		if (held->ip == ip)
			return held->target;
	return NULL;
}

/**
 * otr_held_add - remember a site that cannot be given back
 * @block: its block
 * @ip: the site
 * @target: what it calls, and keeps calling
 *
 * Context: otr_site_lock and text_mutex held.
 * Return: false if there is no memory at hand for it: the site stays as it is until
 * otr_held_refill() got some.
 */
bool otr_held_add(const struct otr_block *block, unsigned long ip, struct otr_target *target)
{
	struct otr_held *held = list_first_entry_or_null(&held_spares, struct otr_held, node);

	if (!held) {
		held_missing++;
		return false;
	}
	*held = (struct otr_held) {
		.node = held->node, .block = block, .ip = ip, .target = target,
	};
	list_move(&held->node, &otr_held_sites);
	return true;
}

/**
 * otr_held_refill - get the memory that otr_held_add() had none of
 *
 * How many sites somebody else holds is known only while nobody can take or give
 * back any, and then is no time to wait for memory.
 *
 * Context: otr_site_lock held, text_mutex not; sleeps until there is memory: a caller that
 * leaves cannot fail.
 * Return: true if any was missing.
 */
bool otr_held_refill(void)
{
	bool any = held_missing;

	for (; held_missing; held_missing--) {
		struct otr_held *held = kmalloc(sizeof(*held), GFP_KERNEL | __GFP_NOFAIL);

		list_add(&held->node, &held_spares);
	}
	return any;
}

/**
 * otr_held_missing - did otr_held_add() leave out any site?
 *
 * Context: otr_site_lock held.
 * Return: whether it did since otr_held_refill().
 */
bool otr_held_missing(void)
{
	return held_missing;
}

/**
 * otr_held_report - say which sites are held that were not before, and try them again
 *
 * Context: otr_site_lock held, text_mutex not.
 */
void otr_held_report(void)
{
	char name[KSYM_SYMBOL_LEN];
	struct otr_held *held;

	list_for_each_entry(held, &otr_held_sites, node) {
		if (held->said)
			continue;
		held->said = true;
		if (!otr_host_symbol(held->ip, false, name, sizeof(name)))
			name[0] = '\0';
		pr_warn("%s (%#lx) has a kprobe and keeps its call until the kprobe is removed\n",
			name, held->ip);
	}
	if (!list_empty(&otr_held_sites))
		schedule_delayed_work(&otr_retry_work, msecs_to_jiffies(OTR_RETRY_MS));
}

/**
 * otr_held_exit - free what is kept for sites to come
 *
 * Context: module unload; no site is held.
 */
void otr_held_exit(void)
{
	struct otr_held *held, *next;

	list_for_each_entry_safe(held, next, &held_spares, node) {
		list_del(&held->node);
		kfree(held);
	}
}

/**
 * otr_held_free - forget a site
 * @held: the site, in the list of all
 *
 * Context: otr_site_lock held.
 */
void otr_held_free(struct otr_held *held)
{
	held->target->sites--;
	list_del(&held->node);
	kfree(held);
}

/**
 * otr_held_drop - a site is not held any more
 * @ip: the site, which was
 *
 * Context: otr_site_lock held.
 */
void otr_held_drop(unsigned long ip)
{
	struct otr_held *held, *next;

	list_for_each_entry_safe(held, next, &otr_held_sites, node)
		if (held->ip == ip)
			otr_held_free(held);
}

/**
 * otr_held_calls - does a held site call code of somebody else's?
 * @direct: the code
 * @tail: also if one of our trampolines is in between, which could be cut
 *
 * Context: otr_site_lock held.
 * Return: whether one does.
 */
bool otr_held_calls(unsigned long direct, bool tail)
{
	struct otr_held *held;

	list_for_each_entry(held, &otr_held_sites, node)
		if (held->target->direct == direct &&
		    (tail || held->target->slot == OTR_SLOT_NONE))
			return true;
	return false;
}

/**
 * otr_held_forget - a block's text goes away
 * @block: the block
 *
 * Context: otr_site_lock held.
 */
void otr_held_forget(const struct otr_block *block)
{
	struct otr_held *held, *next;

	list_for_each_entry_safe(held, next, &otr_held_sites, node)
		if (held->block == block)
			otr_held_free(held);
}
