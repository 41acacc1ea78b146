// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which functions and which tasks an instance wants, whatever tracer follows
 * them.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "host/host.h"
#include "tracer/function.h"

static struct otr_part wanted_part;

/**
 * otr_function_of - function tracing of an instance
 * @inst: the instance
 *
 * Context: any, while the instance has its parts.
 * Return: it.
 */
struct otr_function *otr_function_of(const struct otr_inst *inst)
{
	return otr_part_data(inst, &wanted_part);
}

static int wanted_create(struct otr_inst *inst)
{
	struct otr_function *fn = kzalloc(sizeof(*fn), GFP_KERNEL);

	if (!fn)
		return -ENOMEM;
	fn->ring = inst->ring;
	fn->inst = inst;
	fn->sites[OTR_WANT] = otr_siteset_create();
	fn->sites[OTR_NOT] = otr_siteset_create();
	if (!fn->sites[OTR_WANT] || !fn->sites[OTR_NOT] || otr_tasks_init(&fn->tasks)) {
		otr_siteset_destroy(fn->sites[OTR_WANT]);
		otr_siteset_destroy(fn->sites[OTR_NOT]);
		kfree(fn);
		return -ENOMEM;
	}
	otr_part_set_data(inst, &wanted_part, fn);
	inst->function_tasks = &fn->tasks;
	return 0;
}

static void wanted_destroy(struct otr_inst *inst)
{
	struct otr_function *fn = otr_function_of(inst);

	inst->function_tasks = NULL;
	otr_siteset_destroy(fn->sites[OTR_WANT]);
	otr_siteset_destroy(fn->sites[OTR_NOT]);
	otr_tasks_exit(&fn->tasks);
	kfree(fn);
}

static struct otr_part wanted_part = {
	.create		= wanted_create,
	.destroy	= wanted_destroy,
};

/**
 * otr_function_sites - the functions that an instance records, or not
 * @inst: the instance
 * @side: OTR_WANT, where an empty set means all; OTR_NOT
 *
 * Context: otr_tracer_lock or otr_inst_lock held, for as long as the set is used.
 * Return: the set; the instance keeps it.
 */
struct otr_siteset *otr_function_sites(const struct otr_inst *inst, enum otr_side side)
{
	return otr_function_of(inst)->sites[side];
}

/**
 * otr_function_follow - let a hook be on the sites that an instance wants
 * @fn: function tracing of the instance
 * @who: what the hook is for
 * @hook: the hook, about to be registered; NULL for one that was, or that is
 *	  about to be unregistered
 *
 * Context: otr_tracer_lock held.
 */
void otr_function_follow(struct otr_function *fn, enum otr_follower who, struct otr_hook *hook)
{
	lockdep_assert_held(&otr_tracer_lock);
	fn->followers[who] = hook;
	if (!hook)
		return;
	hook->filter = fn->sites[OTR_WANT];
	hook->skip = fn->sites[OTR_NOT];
}

/* The old sets may go when this returns. */
static int wanted_update_followers(struct otr_function *fn)
{
	int err = 0, who;

	for (who = 0; who < OTR_FOLLOWERS; who++) {
		struct otr_hook *hook = fn->followers[who];

		if (!hook)
			continue;
		err = otr_hook_update(hook, fn->sites[OTR_WANT], fn->sites[OTR_NOT]) ?: err;
	}
	return err;
}

/**
 * otr_function_set_sites - change the functions that an instance records
 * @inst: the instance
 * @side: which of the two sets
 * @set: the new set; the instance owns it from here on, also on failure
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 * Return: 0, or the errno of otr_hook_update().
 */
int otr_function_set_sites(struct otr_inst *inst, enum otr_side side, struct otr_siteset *set)
{
	struct otr_function *fn = otr_function_of(inst);
	struct otr_siteset *old = otr_function_sites(inst, side);
	int err;

	lockdep_assert_held(&otr_tracer_lock);
	mutex_lock(&otr_inst_lock);
	fn->sites[side] = set;
	mutex_unlock(&otr_inst_lock);
	err = wanted_update_followers(fn);
	otr_siteset_destroy(old);
	return err;
}

/**
 * otr_function_pids - the tasks that an instance records, or not
 * @inst: the instance
 * @side: which of the two sets
 *
 * Context: otr_tracer_lock or otr_inst_lock held, for as long as the set is used.
 * Return: the set, NULL for none.
 */
struct otr_idset *otr_function_pids(const struct otr_inst *inst, enum otr_side side)
{
	return otr_function_of(inst)->tasks.sets[side];
}

/**
 * otr_function_set_pids - change the tasks that an instance records
 * @inst: the instance
 * @side: which of the two sets
 * @set: the new set, NULL for none; the instance owns it from here on
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 */
void otr_function_set_pids(struct otr_inst *inst, enum otr_side side, struct otr_idset *set)
{
	struct otr_function *fn = otr_function_of(inst);
	struct otr_idset *old;

	lockdep_assert_held(&otr_tracer_lock);
	mutex_lock(&otr_inst_lock);
	old = otr_tasks_publish(&fn->tasks, side, set);
	mutex_unlock(&otr_inst_lock);
	otr_function_set_odd(fn, OTR_FUNCTION_PIDS, fn->tasks.limited);
	if (fn->tasks_changed)
		fn->tasks_changed(fn);
	/* The fork handler and other probes look at it with preemption off. */
	synchronize_rcu();
	/* The function tracer looks before it does that. */
	if (fn->followers[OTR_FOLLOW_TRACER])
		otr_host_quiesce();
	otr_tasks_settle(&fn->tasks);
	otr_idset_free(old);
}

/**
 * otr_wanted_init - let instances want functions and tasks
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_wanted_init(void)
{
	return otr_part_register(&wanted_part);
}

/**
 * otr_wanted_exit - the counterpart of otr_wanted_init()
 *
 * Context: module unload.
 */
void otr_wanted_exit(void)
{
	otr_part_unregister(&wanted_part);
}
