// SPDX-License-Identifier: GPL-2.0-only
/* Instances. */
#include <linux/slab.h>

#include "inst/inst.h"

static struct otr_inst *top;

static void inst_free(struct otr_inst *inst)
{
	if (!IS_ERR_OR_NULL(inst->ring))
		otr_ring_destroy(inst->ring);
	otr_awaited_clear(inst);
	otr_tasks_exit(&inst->event_tasks);
	free_cpumask_var(inst->pipe_cpus);
	free_cpumask_var(inst->cpus);
	otr_errlog_clear(&inst->errors);
	kfree(inst);
}

static struct otr_inst *inst_create(const char *name)
{
	struct otr_ring_config config = {
		.clock		= OTR_CLOCK_LOCAL,
		.overwrite	= true,
	};
	struct otr_inst *inst = kzalloc(sizeof(*inst), GFP_KERNEL);
	int err = -ENOMEM;

	if (!inst)
		return ERR_PTR(-ENOMEM);
	inst->name = name;
	atomic_set(&inst->refs, 0);
	inst->options = otr_option_initial();
	inst->clock = OTR_CLOCK_LOCAL;
	inst->size = OTR_RING_BYTES;
	inst->percent = 50;
	inst->preset = &otr_preset_nop;
	inst->remember = OTR_COMM_NAME;
	xa_init(&inst->subs);
	INIT_LIST_HEAD(&inst->awaited);
	otr_errlog_init(&inst->errors);
	if (otr_tasks_init(&inst->event_tasks) ||
	    !zalloc_cpumask_var(&inst->pipe_cpus, GFP_KERNEL) ||
	    !zalloc_cpumask_var(&inst->cpus, GFP_KERNEL))
		goto fail;
	cpumask_copy(inst->cpus, cpu_possible_mask);
	/* The smallest ring, until it is used. */
	inst->ring = otr_ring_create(&config);
	if (!IS_ERR(inst->ring))
		return inst;
	err = PTR_ERR(inst->ring);
fail:
	inst_free(inst);
	return ERR_PTR(err);
}

/**
 * otr_inst_init - make the first instance
 *
 * Context: module load, after otr_preset_init().
 * Return: 0, -ENOMEM.
 */
int otr_inst_init(void)
{
	struct otr_inst *inst;

	mutex_lock(&otr_inst_lock);
	inst = inst_create("");
	if (!IS_ERR(inst))
		top = inst;
	mutex_unlock(&otr_inst_lock);
	return PTR_ERR_OR_ZERO(inst);
}

/**
 * otr_inst_exit - free the first instance
 *
 * Context: module unload, when nothing records any more.
 */
void otr_inst_exit(void)
{
	inst_free(top);
	top = NULL;
}

/**
 * otr_inst_set_hooks - let another room take part in instances
 * @ops: what it does; called at once for the instances that there are
 *
 * Context: may sleep.
 * Return: 0, or what its create returned.
 */
int otr_inst_set_hooks(const struct otr_inst_hooks *ops)
{
	int err;

	mutex_lock(&otr_inst_lock);
	err = ops->create(top);
	if (!err)
		top->hooks = ops;
	mutex_unlock(&otr_inst_lock);
	return err;
}

/**
 * otr_inst_clear_hooks - the counterpart of otr_inst_set_hooks()
 *
 * Every instance goes back to "nop" before.
 *
 * Context: may sleep; module unload.
 */
void otr_inst_clear_hooks(void)
{
	mutex_lock(&otr_switch_lock);
	mutex_lock(&otr_inst_lock);
	otr_preset_clear(top);
	if (top->hooks->stop)
		top->hooks->stop(top);
	mutex_unlock(&otr_inst_lock);
	otr_sub_clear(top);
	mutex_lock(&otr_inst_lock);
	top->hooks->destroy(top);
	top->hooks = NULL;
	mutex_unlock(&otr_inst_lock);
	mutex_unlock(&otr_switch_lock);
}

/**
 * otr_inst_top - the first instance
 *
 * Context: any, between otr_inst_init() and otr_inst_exit().
 * Return: the instance.
 */
struct otr_inst *otr_inst_top(void)
{
	return top;
}

/**
 * otr_inst_get - keep an instance in place
 * @inst: the instance
 *
 * Takes no lock: whoever opens a file must not wait for who switches events.
 *
 * Context: any.
 * Return: 0, -ENODEV when it is being removed.
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
