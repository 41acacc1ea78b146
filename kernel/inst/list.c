// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instances that there are, and what keeps them in place.
 *
 * An open file pins its instance, which cannot be removed then. A directory
 * that somebody is in does not: the instance goes, and what is left is its
 * memory, which says that it is gone.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "inst/inst.h"

/* Held while events are switched; keeps those and the instances in place. */
DEFINE_MUTEX(otr_switch_lock);

/* Held while tracers, their options, and the functions and tasks that they want are changed. */
DEFINE_MUTEX(otr_tracer_lock);

/* Held while rings get another size, and while room for snapshots comes and goes. */
DEFINE_MUTEX(otr_shape_lock);

/* Guards what struct otr_inst says, and what files show of the engine's state. */
DEFINE_MUTEX(otr_inst_lock);

/* All of them, the first one first; also read with RCU alone. */
static LIST_HEAD(list_all);

/* For who reads the memory of a kernel. */
const struct otr_told otr_insts_told[] = {
	OTR_TOLD_AT("insts", list_all),
	{}
};

/**
 * otr_inst_top - the first instance
 *
 * Context: any, between otr_inst_init() and otr_inst_exit().
 * Return: the instance.
 */
struct otr_inst *otr_inst_top(void)
{
	return list_first_entry(&list_all, struct otr_inst, node);
}

/**
 * otr_inst_next - walk the instances, the first one first
 * @inst: where to go on, NULL for the start
 *
 * Context: otr_switch_lock or otr_inst_lock held.
 * Return: the next one, NULL at the end.
 */
struct otr_inst *otr_inst_next(const struct otr_inst *inst)
{
	const struct list_head *at = inst ? inst->node.next : list_all.next;

	lockdep_assert(lockdep_is_held(&otr_switch_lock) || lockdep_is_held(&otr_inst_lock));
	return at == &list_all ? NULL : list_entry(at, struct otr_inst, node);
}

/**
 * otr_inst_find - an instance by its name
 * @name: the name
 *
 * Context: otr_switch_lock or otr_inst_lock held.
 * Return: it; NULL for none. The first one has no name.
 */
struct otr_inst *otr_inst_find(const char *name)
{
	struct otr_inst *inst = otr_inst_top();

	while ((inst = otr_inst_next(inst)))
		if (!strcmp(inst->name, name))
			return inst;
	return NULL;
}

/**
 * otr_inst_glimpse - an instance by its name, when nothing can be waited for
 * @name: the name
 *
 * Context: any, NMI included, RCU read side; it and its ring stay until the end of
 * that.
 * Return: it; NULL for none. The first one has no name.
 */
const struct otr_inst *otr_inst_glimpse(const char *name)
{
	const struct otr_inst *inst;

	list_for_each_entry_rcu(inst, &list_all, node)
		if (*inst->name && !strcmp(inst->name, name))
			return inst;
	return NULL;
}

/**
 * otr_inst_add - let everybody see a new instance
 * @inst: the instance
 *
 * Context: otr_switch_lock and otr_inst_lock held, or module load.
 */
void otr_inst_add(struct otr_inst *inst)
{
	list_add_tail_rcu(&inst->node, &list_all);
}

/**
 * otr_inst_forget - the counterpart of otr_inst_add()
 * @inst: the instance
 *
 * Context: otr_switch_lock and otr_inst_lock held, or module unload.
 */
void otr_inst_forget(struct otr_inst *inst)
{
	list_del_rcu(&inst->node);
}

/**
 * otr_inst_get - keep an instance in place
 * @inst: the instance
 *
 * Takes no lock: opening a file must not wait for events to be switched.
 *
 * Context: any.
 * Return: 0, -ENODEV when it is gone.
 */
int otr_inst_get(struct otr_inst *inst)
{
	return atomic_inc_unless_negative(&inst->refs) ? 0 : -ENODEV;
}

/**
 * otr_inst_put - the counterpart of otr_inst_get()
 * @inst: the instance
 *
 * Context: any.
 */
void otr_inst_put(struct otr_inst *inst)
{
	WARN_ON(atomic_dec_return(&inst->refs) < 0);
}

/**
 * otr_inst_claim - let nobody get an instance any more
 * @inst: the instance
 *
 * Context: otr_switch_lock and otr_inst_lock held.
 * Return: 0, from when on it is gone for others; -EBUSY when somebody has it;
 * -ENODEV when it is gone.
 */
int otr_inst_claim(struct otr_inst *inst)
{
	int refs = atomic_cmpxchg(&inst->refs, 0, -1);

	lockdep_assert_held(&otr_inst_lock);
	if (refs < 0)
		return -ENODEV;
	return refs ? -EBUSY : 0;
}

/**
 * otr_inst_keep - keep the memory of an instance, and only that
 * @inst: the instance
 *
 * Context: any.
 */
void otr_inst_keep(struct otr_inst *inst)
{
	kref_get(&inst->kept);
}

static void list_inst_free(struct kref *kept)
{
	struct otr_inst *inst = container_of(kept, struct otr_inst, kept);

	kfree(inst->name);
	kfree(inst);
}

/**
 * otr_inst_drop - the counterpart of otr_inst_keep()
 * @inst: the instance
 *
 * Context: any.
 */
void otr_inst_drop(struct otr_inst *inst)
{
	kref_put(&inst->kept, list_inst_free);
}
