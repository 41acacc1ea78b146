// SPDX-License-Identifier: GPL-2.0-only
/* Instances: how they come, how they go, and which rooms take part in that. */
#include <linux/slab.h>
#include <linux/string.h>

#include "inst/inst.h"

/* Nobody else has it any more, but for its memory. */
static void inst_destroy(struct otr_inst *inst)
{
	otr_longest_end(&inst->longest);
	otr_ring_destroy(inst->snapshot);
	if (!IS_ERR_OR_NULL(inst->ring))
		otr_ring_destroy(inst->ring);
	inst->ring = NULL;
	otr_area_close(inst->area);
	otr_await_clear(&inst->awaited);
	otr_tasks_exit(&inst->event_tasks);
	free_cpumask_var(inst->pipe_cpus);
	free_cpumask_var(inst->cpus);
	otr_errlog_clear(&inst->errors);
	otr_inst_drop(inst);
}

static int inst_make_ring(struct otr_inst *inst)
{
	struct otr_ring_config config = {
		.clock		= inst->clock,
		.overwrite	= otr_inst_option(inst, OTR_OPT_OVERWRITE),
	};

	/* The smallest one, until it is used. */
	inst->ring = otr_ring_create(&config);
	return PTR_ERR_OR_ZERO(inst->ring);
}

/* In memory that outlives a boot a ring has its real size. */
static int inst_make_area_ring(struct otr_inst *inst)
{
	struct otr_keep *keep = inst->area->keep;
	struct otr_ring_config config = {
		.keep		= keep,
		.clock		= inst->area->old ? keep->head->clock : inst->clock,
		.overwrite	= otr_inst_option(inst, OTR_OPT_OVERWRITE),
	};

	inst->ring = otr_ring_create(&config);
	if (IS_ERR(inst->ring))
		return PTR_ERR(inst->ring);
	inst->expanded = true;
	inst->clock = config.clock;
	otr_area_attach(inst);
	return 0;
}

/* Everything about an instance that needs no memory. */
static void inst_prepare(struct otr_inst *inst, u64 options, unsigned long size)
{
	atomic_set(&inst->refs, 0);
	kref_init(&inst->kept);
	inst->options = options;
	inst->clock = OTR_CLOCK_LOCAL;
	inst->size = size;
	inst->percent = 50;
	inst->tracer = &otr_tracer_nop;
	inst->remember = OTR_COMM_NAME;
	xa_init(&inst->subs);
	INIT_LIST_HEAD(&inst->awaited);
	otr_errlog_init(&inst->errors);
	otr_longest_init(&inst->longest);
}

/* Nothing is recorded any more; only the thread that unloads the module looks. */
static bool inst_ended;

/* @area: the memory that its ring is to be in, which is its own; NULL for ordinary one. */
static struct otr_inst *inst_make(const char *name, u64 options, unsigned long size,
				  struct otr_area *area)
{
	struct otr_inst *inst = kzalloc(sizeof(*inst), GFP_KERNEL);
	int err = -ENOMEM;

	if (!inst) {
		otr_area_close(area);
		return ERR_PTR(-ENOMEM);
	}
	inst_prepare(inst, options, size);
	inst->area = area;
	inst->backup = area && area->memory.copy;
	inst->name = kstrdup(name, GFP_KERNEL);
	if (inst->name && !otr_tasks_init(&inst->event_tasks) &&
	    zalloc_cpumask_var(&inst->pipe_cpus, GFP_KERNEL) &&
	    zalloc_cpumask_var(&inst->cpus, GFP_KERNEL)) {
		cpumask_copy(inst->cpus, cpu_possible_mask);
		err = area ? inst_make_area_ring(inst) : inst_make_ring(inst);
	}
	if (!err)
		return inst;
	inst_destroy(inst);
	return ERR_PTR(err);
}

/**
 * otr_inst_init - make the first instance
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_inst_init(void)
{
	struct otr_inst *inst = inst_make("", otr_option_initial(), OTR_RING_BYTES, NULL);
	int err;

	if (IS_ERR(inst))
		return PTR_ERR(inst);
	inst_ended = false;
	otr_inst_add(inst);
	err = otr_tracers_init();
	if (err) {
		otr_inst_forget(inst);
		inst_destroy(inst);
		return err;
	}
	otr_subs_init();
	otr_areas_init();
	return 0;
}

/* End what an instance does. It is in the list for as long as that takes. */
static void inst_leave(struct otr_inst *inst)
{
	lockdep_assert_held(&otr_switch_lock);
	mutex_lock(&otr_tracer_lock);
	otr_tracer_clear(inst);
	otr_parts_stop(inst);
	mutex_unlock(&otr_tracer_lock);
	otr_sub_clear(inst);
	mutex_lock(&otr_tracer_lock);
	otr_parts_destroy(inst);
	mutex_unlock(&otr_tracer_lock);
}

static int inst_begin(struct otr_inst *inst, struct otr_inst **made)
{
	int err = otr_parts_create(inst);

	if (err) {
		inst_destroy(inst);
		return err;
	}
	mutex_lock(&otr_inst_lock);
	otr_inst_add(inst);
	mutex_unlock(&otr_inst_lock);
	*made = inst;
	return 0;
}

/* Memory for an instance, at @where, or with what @of had before; NULL for ordinary one. */
static struct otr_area *inst_get_area(const char *name, const char *where,
				      const struct otr_inst *of)
{
	if (where)
		return otr_area_open(name, where);
	return of ? otr_area_copy(name, of->area) : NULL;
}

static int inst_create_locked(const char *name, const char *where, const struct otr_inst *of,
			      struct otr_inst **made)
{
	const struct otr_inst *top = otr_inst_top();
	struct otr_inst *inst;
	struct otr_area *area;
	int err;

	if (otr_inst_find(name))
		return -EEXIST;
	area = inst_get_area(name, where, of);
	if (IS_ERR(area))
		return PTR_ERR(area);
	inst = inst_make(name, otr_option_inherited(top), top->size, area);
	if (IS_ERR(inst))
		return PTR_ERR(inst);
	/* A user that makes an instance wants to use it. */
	err = otr_inst_expand(inst);
	if (err) {
		inst_destroy(inst);
		return err;
	}
	return inst_begin(inst, made);
}

/**
 * otr_inst_create_in - make another instance, with its ring in memory that outlives a boot
 * @name: its name, not empty
 * @where: the memory, whose old records it is to have, see otr_host_memory_open(); NULL
 *	   for ordinary one
 * @made: receives it
 *
 * Context: otr_switch_lock, otr_tracer_lock and otr_inst_lock free; may sleep.
 * Return: 0, -EEXIST when there is one of that name, -ENOMEM, what the room above
 * said, or otr_area_open().
 */
int otr_inst_create_in(const char *name, const char *where, struct otr_inst **made)
{
	int err;

	mutex_lock(&otr_switch_lock);
	mutex_lock(&otr_tracer_lock);
	err = inst_create_locked(name, where, NULL, made);
	mutex_unlock(&otr_tracer_lock);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/**
 * otr_inst_create_backup - make an instance of the records of before that another one has
 * @name: its name, not empty
 * @of: the name of the other one, which is in memory that outlives a boot
 * @goes_on: receives whether nobody said that the other one is not to record
 *
 * Context: that of otr_inst_create_in().
 * Return: likewise; -ENOENT when there is no @of, -EINVAL when that is in ordinary memory, or
 * what otr_area_copy() said.
 */
int otr_inst_create_backup(const char *name, const char *of, bool *goes_on)
{
	struct otr_inst *inst, *other;
	int err = -ENOENT;

	mutex_lock(&otr_switch_lock);
	mutex_lock(&otr_tracer_lock);
	other = otr_inst_find(of);
	if (other)
		err = other->area ? inst_create_locked(name, NULL, other, &inst) : -EINVAL;
	if (!err)
		*goes_on = !READ_ONCE(other->area->left_off);
	mutex_unlock(&otr_tracer_lock);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/**
 * otr_inst_create - make another instance
 * @name: its name, not empty
 * @made: receives it
 *
 * Context: that of otr_inst_create_in().
 * Return: likewise.
 */
int otr_inst_create(const char *name, struct otr_inst **made)
{
	return otr_inst_create_in(name, NULL, made);
}

/**
 * otr_inst_create_hidden - make an instance that users do not see
 * @made: receives it
 *
 * For a room whose records go elsewhere: its ring is the smallest, it has no name, and no
 * option but that what a record that is taken back may leave there does not fill it. It
 * goes by otr_inst_end().
 *
 * Context: that of otr_inst_create().
 * Return: 0, -ENOMEM, or what the room above said.
 */
int otr_inst_create_hidden(struct otr_inst **made)
{
	struct otr_inst *inst;
	int err;

	mutex_lock(&otr_switch_lock);
	mutex_lock(&otr_tracer_lock);
	inst = inst_make("", OTR_OPT(OVERWRITE), OTR_RING_BYTES, NULL);
	err = PTR_ERR_OR_ZERO(inst);
	if (!err) {
		inst->hidden = true;
		err = inst_begin(inst, made);
	}
	mutex_unlock(&otr_tracer_lock);
	mutex_unlock(&otr_switch_lock);
	return err;
}

/**
 * otr_inst_remove - remove an instance that otr_inst_create() made
 * @inst: the instance; the caller keeps its memory, see otr_inst_keep()
 *
 * Context: otr_switch_lock, otr_tracer_lock and otr_inst_lock free; sleeps until no
 * probe is on its way.
 * Return: 0, -EBUSY while somebody has it, -ENODEV when it is gone.
 */
int otr_inst_remove(struct otr_inst *inst)
{
	int err;

	mutex_lock(&otr_switch_lock);
	mutex_lock(&otr_inst_lock);
	err = otr_inst_claim(inst);
	mutex_unlock(&otr_inst_lock);
	if (!err) {
		inst_leave(inst);
		mutex_lock(&otr_inst_lock);
		otr_inst_forget(inst);
		mutex_unlock(&otr_inst_lock);
	}
	mutex_unlock(&otr_switch_lock);
	if (err)
		return err;
	/* Readers that glimpsed it are done. */
	synchronize_rcu();
	inst_destroy(inst);
	return 0;
}

/* All that were made go, and the first one last. */
static void inst_remove_all(void)
{
	struct otr_inst *inst;

	for (;;) {
		mutex_lock(&otr_inst_lock);
		inst = otr_inst_next(otr_inst_top());
		mutex_unlock(&otr_inst_lock);
		if (!inst)
			return;
		WARN_ON(otr_inst_remove(inst));
	}
}

/**
 * otr_inst_exit - free the first instance
 *
 * Context: module unload, when nothing records any more.
 */
void otr_inst_exit(void)
{
	struct otr_inst *top = otr_inst_top();

	otr_inst_end();
	otr_areas_exit();
	otr_subs_exit();
	otr_tracers_exit();
	otr_inst_forget(top);
	inst_destroy(top);
}

/**
 * otr_inst_end - end all recording, for good
 *
 * Instances that users made are removed; the first one goes back to "nop" and
 * loses its parts. A room that has parts calls this before it ends. The first call
 * does it.
 *
 * Context: module unload; sleeps until no probe is on its way.
 */
void otr_inst_end(void)
{
	struct otr_inst *top = otr_inst_top();

	if (inst_ended)
		return;
	inst_ended = true;
	inst_remove_all();
	mutex_lock(&otr_switch_lock);
	inst_leave(top);
	mutex_unlock(&otr_switch_lock);
}
