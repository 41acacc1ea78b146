// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trying again to give back sites that a kprobe held, see held.c, and to take
 * those that one had before us.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/delay.h>

#include "arch/x86/arch.h"
#include "host/host.h"
#include "site/internal.h"

/* True if the site does not call a trampoline any more. */
static bool retry_give_back(const struct otr_held *held)
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

/* Give back what can be given back by now: true if that was any. */
static bool retry_give_back_all(void)
{
	struct otr_held *held, *next;
	bool any = false;

	otr_host_text_lock();
	list_for_each_entry_safe(held, next, &otr_held_sites, node) {
		if (!retry_give_back(held))
			continue;
		otr_held_free(held);
		any = true;
	}
	otr_host_text_finish();
	otr_host_text_unlock();
	otr_fail_report();
	return any;
}

/* The caller holds otr_site_lock. */
static void retry_try_again(void)
{
	bool any = !list_empty(&otr_held_sites) && retry_give_back_all();

	if (any) {
		otr_host_quiesce();
		otr_targets_reap(NULL);
	}
	/* Hooks may have waited for these sites, or for others. */
	if (any || otr_apply_left_out())
		otr_apply(NULL);
	if (!list_empty(&otr_held_sites))
		schedule_delayed_work(&otr_retry_work, msecs_to_jiffies(OTR_RETRY_MS));
}

static void retry(struct work_struct *work)
{
	mutex_lock(&otr_site_lock);
	retry_try_again();
	mutex_unlock(&otr_site_lock);
}

/**
 * otr_retry_init - get ready to try held sites again
 *
 * Context: module load.
 */
void otr_retry_init(void)
{
	INIT_DELAYED_WORK(&otr_retry_work, retry);
}

/**
 * otr_retry_direct - wait until no held site calls code of somebody else's
 * @direct: the code, whose hook was unregistered
 *
 * Context: process context, sleeps until the kprobes there are gone.
 */
void otr_retry_direct(unsigned long direct)
{
	bool said = false;

	for (;;) {
		bool calls;

		mutex_lock(&otr_site_lock);
		retry_try_again();
		calls = otr_held_calls(direct, false);
		mutex_unlock(&otr_site_lock);
		if (!calls)
			return;
		if (!said)
			pr_warn("%pS is called by a kprobe until that is removed: waiting\n",
				(void *)direct);
		said = true;
		schedule_timeout_idle(msecs_to_jiffies(OTR_RETRY_MS));
	}
}

/**
 * otr_retry_exit - wait until no site is held
 *
 * The module must not go while something calls it, so this waits for tasks that
 * set the kprobe.
 *
 * Context: module unload.
 */
void otr_retry_exit(void)
{
	bool said = false;

	cancel_delayed_work_sync(&otr_retry_work);
	for (;;) {
		bool empty;

		mutex_lock(&otr_site_lock);
		retry_try_again();
		empty = list_empty(&otr_held_sites);
		mutex_unlock(&otr_site_lock);
		cancel_delayed_work_sync(&otr_retry_work);
		if (empty)
			break;
		if (!said)
			pr_warn("unloading waits for kprobes on hooked functions: remove them\n");
		said = true;
		schedule_timeout_idle(msecs_to_jiffies(OTR_RETRY_MS));
	}
	otr_held_exit();
}
