// SPDX-License-Identifier: GPL-2.0-only
/*
 * What trampolines call when it is not a hook's own function.
 *
 * Everything here is the hot path and runs in any context. What it reads is
 * immutable and is freed only behind otr_host_quiesce(), which waits for tasks
 * and CPUs and not for RCU readers: RCU may not be watching here.
 */
#include <linux/preempt.h>

#include "base/base.h"
#include "site/internal.h"
#include "site/shared.h"

struct otr_shared *otr_shared;

/**
 * otr_dispatch_one - call a hook that does not guard itself
 * @ip: the site
 * @parent_ip: the caller of its function
 * @hook: the hook
 * @frame: for the hook
 *
 * Context: any.
 */
void otr_dispatch_one(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
		      struct otr_frame *frame)
{
	otr_guarded()
		hook->func(ip, parent_ip, hook, frame);
}

/**
 * otr_dispatch_list - call several hooks
 * @ip: the site
 * @parent_ip: the caller of its function
 * @target: the hooks
 * @frame: for the hooks
 *
 * Context: any.
 */
void otr_dispatch_list(unsigned long ip, unsigned long parent_ip,
		       const struct otr_target *target, struct otr_frame *frame)
{
	struct otr_hook *const *hook = target->hooks, *const *end = hook + target->nr;

	for (; hook < end; hook++) {
		if ((*hook)->flags & OTR_HOOK_SELF)
			(*hook)->func(ip, parent_ip, *hook, frame);
		else
			otr_dispatch_one(ip, parent_ip, *hook, frame);
	}
}

/**
 * otr_dispatch_shared - call the hooks of a site that has no trampoline of its own
 * @ip: the site
 * @parent_ip: the caller of its function
 * @unused: what a trampoline passes
 * @frame: for the hooks
 *
 * Context: any.
 */
void otr_dispatch_shared(unsigned long ip, unsigned long parent_ip, void *unused,
			 struct otr_frame *frame)
{
	/* Pairs with the release in otr_targets_share(): the entries come first. */
	const struct otr_shared_site *at = otr_shared_find(smp_load_acquire(&otr_shared), ip);
	const struct otr_target *target;

	if (!at)
		return;
	/* Pairs with the release in target_update_shared(), by address dependency. */
	target = READ_ONCE(at->target);
	if (target)
		otr_dispatch_list(ip, parent_ip, target, frame);
}
