// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sites that cannot be given back yet, because a kprobe holds their bytes.
 *
 * A kprobe that was set on a hooked site has a copy of our call. While it is
 * armed it executes the copy, and when it is disarmed it writes the call's first
 * byte back: until it is gone, something calls the trampoline. So the
 * trampoline stays, calls nothing, and the site is tried again every second.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/delay.h>
#include <linux/kallsyms.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "site/internal.h"

#define RETRY_MS	1000

/**
 * struct held - a site that still calls a trampoline
 * @node: in the list of all
 * @block: its block
 * @ip: the site
 * @target: what it calls; no other kind of site calls it
 */
struct held {
	struct list_head	node;
	const struct otr_block	*block;
	unsigned long		ip;
	struct otr_target	*target;
};

static LIST_HEAD(held_sites);

static void retry(struct work_struct *work)
{
	mutex_lock(&otr_site_lock);
	otr_held_retry();
	mutex_unlock(&otr_site_lock);
}

static DECLARE_DELAYED_WORK(retry_work, retry);

/**
 * otr_held_target - what a site calls although no hook is on it
 * @ip: the site
 *
 * Context: otr_site_lock held.
 * Return: the target, NULL if it is not held.
 */
struct otr_target *otr_held_target(unsigned long ip)
{
	struct held *held;

	list_for_each_entry(held, &held_sites, node)
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
 * Context: otr_site_lock held, sleeps.
 */
void otr_held_add(const struct otr_block *block, unsigned long ip, struct otr_target *target)
{
	struct held *held = kmalloc(sizeof(*held), GFP_KERNEL | __GFP_NOFAIL);
	char name[KSYM_SYMBOL_LEN];

	*held = (struct held) { .block = block, .ip = ip, .target = target };
	list_add(&held->node, &held_sites);
	if (!otr_host_symbol(ip, false, name, sizeof(name)))
		name[0] = '\0';
	pr_warn("%s (%#lx) has a kprobe and keeps its call until the kprobe is removed\n", name,
		ip);
	schedule_delayed_work(&retry_work, msecs_to_jiffies(RETRY_MS));
}

static void drop(struct held *held)
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
	struct held *held, *next;

	list_for_each_entry_safe(held, next, &held_sites, node)
		if (held->ip == ip)
			drop(held);
}

/**
 * otr_held_forget - a block's text goes away
 * @block: the block
 *
 * Context: otr_site_lock held.
 */
void otr_held_forget(const struct otr_block *block)
{
	struct held *held, *next;

	list_for_each_entry_safe(held, next, &held_sites, node)
		if (held->block == block)
			drop(held);
}

/* True if the site does not call a trampoline any more. */
static bool give_back(const struct held *held)
{
	unsigned long target = otr_target_address(held->target);
	u8 bytes[OTR_ARCH_SITE_SIZE];

	if (otr_host_kprobe(held->ip))
		return false;
	switch (otr_arch_site_check(held->ip, target)) {
	case OTR_BYTES_BREAKPOINT:
		return false;
	case OTR_BYTES_RIGHT:
		otr_arch_site_bytes(bytes, held->ip, 0);
		otr_host_text_queue((void *)held->ip, bytes, sizeof(bytes));
		return true;
	case OTR_BYTES_TAKEN:
	case OTR_BYTES_WRONG:
		otr_fail(held->ip, target);
		return true;
	}
	return false;
}

/**
 * otr_held_retry - give back what can be given back by now
 *
 * Context: otr_site_lock held, sleeps.
 */
void otr_held_retry(void)
{
	struct held *held, *next;
	bool any = false;

	if (list_empty(&held_sites))
		return;
	otr_host_text_lock();
	list_for_each_entry_safe(held, next, &held_sites, node) {
		if (!give_back(held))
			continue;
		drop(held);
		any = true;
	}
	otr_host_text_finish();
	otr_host_text_unlock();
	if (any) {
		otr_host_quiesce();
		otr_targets_reap(NULL);
		/* Other hooks may have waited for these sites. */
		otr_apply(NULL);
	}
	if (!list_empty(&held_sites))
		schedule_delayed_work(&retry_work, msecs_to_jiffies(RETRY_MS));
}

/**
 * otr_held_exit - wait until no site is held
 *
 * The module must not go while something calls it, so this waits for whoever
 * set the kprobe.
 *
 * Context: module unload.
 */
void otr_held_exit(void)
{
	bool said = false;

	cancel_delayed_work_sync(&retry_work);
	for (;;) {
		bool empty;

		mutex_lock(&otr_site_lock);
		otr_held_retry();
		empty = list_empty(&held_sites);
		mutex_unlock(&otr_site_lock);
		cancel_delayed_work_sync(&retry_work);
		if (empty)
			return;
		if (!said)
			pr_warn("unloading waits for kprobes on hooked functions: remove them\n");
		said = true;
		schedule_timeout_idle(msecs_to_jiffies(RETRY_MS));
	}
}
