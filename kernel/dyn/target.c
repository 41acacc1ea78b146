// SPDX-License-Identifier: GPL-2.0-only
/* Which instances want records of an event that a user defined. */
#include <linux/rculist.h>
#include <linux/slab.h>

#include "dyn/dyn.h"
#include "record/record.h"

/**
 * otr_dyn_target_add - let an instance have records of an event
 * @targets: those that have them; walked under RCU
 * @sub: the event there
 *
 * Context: otr_switch_lock held; may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_dyn_target_add(struct hlist_head *targets, struct otr_sub *sub)
{
	struct otr_dyn_target *target = kzalloc(sizeof(*target), GFP_KERNEL);
	int err;

	if (!target)
		return -ENOMEM;
	err = otr_sub_names_get(sub);
	if (err) {
		kfree(target);
		return err;
	}
	target->sub = sub;
	/* Pairs with the walks of writers of records: the target is complete. */
	hlist_add_head_rcu(&target->node, targets);
	return 0;
}

/**
 * otr_dyn_target_remove - the counterpart of otr_dyn_target_add()
 * @targets: those that have them
 * @sub: the event there
 *
 * Context: otr_switch_lock held; may sleep.
 */
void otr_dyn_target_remove(struct hlist_head *targets, const struct otr_sub *sub)
{
	struct otr_dyn_target *target;

	hlist_for_each_entry(target, targets, node)
		if (target->sub == sub)
			break;
	if (WARN_ON_ONCE(!target))
		return;
	hlist_del_rcu(&target->node);
	kfree_rcu(target, rcu);
	otr_sub_names_put(sub);
}
