// SPDX-License-Identifier: GPL-2.0-only
/* Instances. */
#include <linux/slab.h>

#include "inst/inst.h"

/* Guards what struct otr_inst says, and every change of state of the engine. */
DEFINE_MUTEX(otr_inst_lock);

static struct otr_inst *top;
static const struct otr_inst_hooks *hooks;

static void inst_free(struct otr_inst *inst)
{
	otr_ring_destroy(inst->ring);
	free_cpumask_var(inst->pipe_cpus);
	kfree(inst);
}

static struct otr_inst *inst_create(const char *name)
{
	struct otr_ring_config config = {
		.clock		= OTR_CLOCK_LOCAL,
		.overwrite	= true,
	};
	struct otr_inst *inst = kzalloc(sizeof(*inst), GFP_KERNEL);

	if (!inst)
		return ERR_PTR(-ENOMEM);
	inst->name = name;
	inst->options = otr_option_initial();
	inst->clock = OTR_CLOCK_LOCAL;
	inst->size = OTR_RING_BYTES;
	inst->percent = 50;
	inst->preset = otr_preset_next(NULL);
	if (!zalloc_cpumask_var(&inst->pipe_cpus, GFP_KERNEL)) {
		kfree(inst);
		return ERR_PTR(-ENOMEM);
	}
	/* The smallest ring, until it is used. */
	inst->ring = otr_ring_create(&config);
	if (IS_ERR(inst->ring)) {
		int err = PTR_ERR(inst->ring);

		free_cpumask_var(inst->pipe_cpus);
		kfree(inst);
		return ERR_PTR(err);
	}
	return inst;
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
		hooks = ops;
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
	mutex_lock(&otr_inst_lock);
	otr_preset_clear(top);
	hooks->destroy(top);
	hooks = NULL;
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_inst_option_changed - bring about what an option's new value means
 * @inst: the instance
 * @opt: the option, already switched
 *
 * Context: otr_inst_lock held.
 * Return: 0, or an errno that takes the change back.
 */
int otr_inst_option_changed(struct otr_inst *inst, enum otr_option opt)
{
	if (opt == OTR_OPT_OVERWRITE)
		otr_ring_set_overwrite(inst->ring, otr_inst_option(inst, opt));
	return hooks ? hooks->option_changed(inst, opt) : 0;
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
 * Context: may sleep.
 * Return: 0, -ENODEV when it is being removed.
 */
int otr_inst_get(struct otr_inst *inst)
{
	mutex_lock(&otr_inst_lock);
	inst->refs++;
	mutex_unlock(&otr_inst_lock);
	return 0;
}

/**
 * otr_inst_put - the counterpart of otr_inst_get()
 * @inst: the instance
 *
 * Context: may sleep.
 */
void otr_inst_put(struct otr_inst *inst)
{
	mutex_lock(&otr_inst_lock);
	WARN_ON(!inst->refs);
	inst->refs--;
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_inst_expand - give the ring its real size, now that it is used
 * @inst: the instance
 *
 * Context: otr_inst_lock held.
 * Return: 0, -ENOMEM.
 */
int otr_inst_expand(struct otr_inst *inst)
{
	if (inst->expanded)
		return 0;
	return otr_inst_resize(inst, inst->size, OTR_CPU_ALL);
}

/**
 * otr_inst_resize - change the size of the ring
 * @inst: the instance
 * @bytes: payload bytes per CPU, rounded up to whole pages
 * @cpu: the CPU, or OTR_CPU_ALL
 *
 * Context: otr_inst_lock held.
 * Return: 0, -EINVAL for a CPU without a ring, -ENOMEM.
 */
int otr_inst_resize(struct otr_inst *inst, unsigned long bytes, int cpu)
{
	lockdep_assert_held(&otr_inst_lock);
	inst->expanded = true;
	return otr_ring_resize(inst->ring, cpu, bytes);
}

/**
 * otr_inst_reset - drop what was recorded
 * @inst: the instance
 * @cpu: the CPU, or OTR_CPU_ALL
 *
 * Context: may sleep.
 */
void otr_inst_reset(struct otr_inst *inst, int cpu)
{
	inst->time_start = otr_clock_read(inst->clock);
	otr_ring_reset(inst->ring, cpu);
}

/**
 * otr_inst_set_clock - choose the clock of the time stamps
 * @inst: the instance
 * @name: the clock's name in trace_clock
 *
 * Time stamps of two clocks cannot be compared, so the ring is emptied.
 *
 * Context: otr_inst_lock held.
 * Return: 0, -EINVAL for an unknown name.
 */
int otr_inst_set_clock(struct otr_inst *inst, const char *name)
{
	int id = otr_clock_find(name);

	lockdep_assert_held(&otr_inst_lock);
	if (id < 0)
		return -EINVAL;
	inst->clock = id;
	otr_ring_set_clock(inst->ring, id);
	otr_inst_reset(inst, OTR_CPU_ALL);
	return 0;
}

/**
 * otr_inst_pause - stop recording for as long as somebody reads
 * @inst: the instance
 *
 * Context: otr_inst_lock held. Pauses nest.
 */
void otr_inst_pause(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_inst_lock);
	inst->pauses++;
	otr_ring_disable(inst->ring);
}

/**
 * otr_inst_resume - the counterpart of otr_inst_pause()
 * @inst: the instance
 *
 * Context: otr_inst_lock held.
 */
void otr_inst_resume(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_inst_lock);
	inst->pauses--;
	otr_ring_enable(inst->ring);
}

/**
 * otr_inst_pipe_open - become the consuming reader of a CPU, or of all
 * @inst: the instance
 * @cpu: the CPU, or OTR_CPU_ALL
 *
 * Two consumers of the same records would each see a part of them.
 *
 * Context: otr_inst_lock held.
 * Return: 0, -EBUSY when there is one.
 */
int otr_inst_pipe_open(struct otr_inst *inst, int cpu)
{
	lockdep_assert_held(&otr_inst_lock);
	if (cpu == OTR_CPU_ALL) {
		if (!cpumask_empty(inst->pipe_cpus))
			return -EBUSY;
		cpumask_setall(inst->pipe_cpus);
	} else if (cpumask_test_and_set_cpu(cpu, inst->pipe_cpus)) {
		return -EBUSY;
	}
	inst->pipes++;
	return 0;
}

/**
 * otr_inst_pipe_close - the counterpart of otr_inst_pipe_open()
 * @inst: the instance
 * @cpu: as given there
 *
 * Context: otr_inst_lock held.
 */
void otr_inst_pipe_close(struct otr_inst *inst, int cpu)
{
	lockdep_assert_held(&otr_inst_lock);
	if (cpu == OTR_CPU_ALL)
		cpumask_clear(inst->pipe_cpus);
	else
		cpumask_clear_cpu(cpu, inst->pipe_cpus);
	inst->pipes--;
}
