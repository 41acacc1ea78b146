// SPDX-License-Identifier: GPL-2.0-only
/* The list of tracers, and which of them an instance has. */
#include <linux/printk.h>
#include <linux/string.h>

#include "inst/inst.h"

static LIST_HEAD(tracers);

static int tracer_nop_start(struct otr_inst *inst)
{
	return 0;
}

static void tracer_nop_stop(struct otr_inst *inst)
{
}

/* Two options exist to try out how a tracer takes or refuses a change. */
enum { NOP_ACCEPT, NOP_REFUSE };

static const struct otr_tracer_option tracer_nop_options[] = {
	[NOP_ACCEPT]	= { "test_nop_accept" },
	[NOP_REFUSE]	= { "test_nop_refuse" },
};

static int tracer_nop_set_option(struct otr_inst *inst, unsigned int opt, bool on)
{
	return opt == NOP_REFUSE ? -EINVAL : 0;
}

/* What every instance starts with and goes back to. */
struct otr_tracer otr_tracer_nop = {
	.name		= "nop",
	.start		= tracer_nop_start,
	.stop		= tracer_nop_stop,
	.options	= tracer_nop_options,
	.nr_options	= ARRAY_SIZE(tracer_nop_options),
	.set_option	= tracer_nop_set_option,
};

/**
 * otr_tracers_init - make the tracer that every instance starts with
 *
 * Context: module load, when there is the first instance.
 * Return: 0.
 */
int otr_tracers_init(void)
{
	return otr_tracer_register(&otr_tracer_nop);
}

/**
 * otr_tracers_exit - the counterpart of otr_tracers_init()
 *
 * Context: module unload.
 */
void otr_tracers_exit(void)
{
	otr_tracer_unregister(&otr_tracer_nop);
	WARN_ON(!list_empty(&tracers));
}

/**
 * otr_tracer_register - offer a tracer in available_tracers
 * @tracer: the tracer
 *
 * Context: may sleep.
 * Return: 0, or the errno of otr_part_register().
 */
int otr_tracer_register(struct otr_tracer *tracer)
{
	unsigned int i;
	int err;

	for (i = 0; i < tracer->nr_options; i++)
		if (tracer->options[i].initial)
			tracer->part.initial |= BIT_ULL(i);
	err = otr_part_register(&tracer->part);
	if (err)
		return err;
	mutex_lock(&otr_tracer_lock);
	mutex_lock(&otr_inst_lock);
	list_add(&tracer->link, &tracers);
	mutex_unlock(&otr_inst_lock);
	mutex_unlock(&otr_tracer_lock);
	return 0;
}

/**
 * otr_tracer_unregister - take a tracer away
 * @tracer: a registered tracer
 *
 * Context: may sleep; after otr_inst_end().
 */
void otr_tracer_unregister(struct otr_tracer *tracer)
{
	mutex_lock(&otr_tracer_lock);
	mutex_lock(&otr_inst_lock);
	list_del(&tracer->link);
	mutex_unlock(&otr_inst_lock);
	mutex_unlock(&otr_tracer_lock);
	otr_part_unregister(&tracer->part);
}

/**
 * otr_tracer_next - walk the tracers, the newest first
 * @tracer: where to go on, NULL for the start
 *
 * Context: otr_tracer_lock or otr_inst_lock held.
 * Return: the next one, NULL at the end.
 */
const struct otr_tracer *otr_tracer_next(const struct otr_tracer *tracer)
{
	const struct list_head *at = tracer ? tracer->link.next : tracers.next;

	lockdep_assert(lockdep_is_held(&otr_tracer_lock) || lockdep_is_held(&otr_inst_lock));
	return at == &tracers ? NULL : list_entry(at, struct otr_tracer, link);
}

static const struct otr_tracer *tracer_find(const char *name)
{
	const struct otr_tracer *p = NULL;

	while ((p = otr_tracer_next(p)))
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

/**
 * otr_tracer_fits - can an instance have a tracer?
 * @tracer: the tracer
 * @inst: the instance
 *
 * Context: any.
 * Return: whether it can; where not, it has no options of it either.
 */
bool otr_tracer_fits(const struct otr_tracer *tracer, const struct otr_inst *inst)
{
	/* In memory that outlives a boot there is no snapshot. */
	if (inst->area && tracer->keeps_longest)
		return false;
	return !tracer->top || inst == otr_inst_top();
}

/* What files say that an instance has. */
static void tracer_note(struct otr_inst *inst, const struct otr_tracer *tracer)
{
	mutex_lock(&otr_inst_lock);
	WRITE_ONCE(inst->tracer, tracer);
	mutex_unlock(&otr_inst_lock);
}

/**
 * otr_tracer_clear - go back to "nop"
 * @inst: the instance
 *
 * Cannot fail, as unloading depends on it.
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 */
void otr_tracer_clear(struct otr_inst *inst)
{
	const struct otr_tracer *tracer = inst->tracer;

	lockdep_assert_held(&otr_tracer_lock);
	tracer_note(inst, &otr_tracer_nop);
	tracer->stop(inst);
}

/* A consuming reader began with another one, or it keeps what somebody else puts aside. */
static bool tracer_is_refused(const struct otr_inst *inst, const struct otr_tracer *tracer)
{
	return inst->pipes || (tracer->keeps_longest && READ_ONCE(inst->snapshot_held));
}

/* Before the tracer of an instance is exchanged: is there anything to do? 1 if so. */
static int tracer_prepare(struct otr_inst *inst, const struct otr_tracer *tracer)
{
	int err = otr_inst_expand(inst);

	mutex_lock(&otr_inst_lock);
	if (!err && tracer != inst->tracer)
		err = tracer_is_refused(inst, tracer) ? -EBUSY : 1;
	mutex_unlock(&otr_inst_lock);
	return err;
}

static int tracer_put(struct otr_inst *inst, const struct otr_tracer *tracer)
{
	int err;

	mutex_lock(&otr_inst_lock);
	/* Somebody may have come while the former one was stopped. */
	err = tracer_is_refused(inst, tracer) ? -EBUSY : otr_inst_reset(inst, OTR_CPU_ALL);
	if (!err)
		WRITE_ONCE(inst->tracer, tracer);
	mutex_unlock(&otr_inst_lock);
	return err;
}

/*
 * Between two tracers: what was recorded goes, and a reader that opens a file sees the
 * next one. What one of them keeps does not outlive it; what a user put aside does, where
 * the next one cannot be had: @frees, which says whether one of them kept something, learns
 * whether its memory is new.
 */
static int tracer_turn(struct otr_inst *inst, bool *frees, const struct otr_tracer *tracer)
{
	int err = 0;

	mutex_lock(&otr_shape_lock);
	if (tracer->keeps_longest) {
		*frees |= !inst->snapshot_ready;
		err = otr_inst_make_room(inst);
	}
	if (!err)
		err = tracer_put(inst, tracer);
	if (*frees && (err || !tracer->keeps_longest))
		otr_snapshot_free(inst);
	mutex_unlock(&otr_shape_lock);
	return err;
}

/* It failed to start. */
static void tracer_give_up(struct otr_inst *inst, bool frees, const struct otr_tracer *tracer)
{
	tracer_note(inst, &otr_tracer_nop);
	if (!frees || !tracer->keeps_longest)
		return;
	mutex_lock(&otr_shape_lock);
	otr_snapshot_free(inst);
	mutex_unlock(&otr_shape_lock);
}

/**
 * otr_tracer_set - make a tracer the current one of an instance
 * @inst: the instance
 * @name: the tracer's name
 *
 * The ring is emptied before the new one starts. When it fails to start, the
 * instance is left with "nop".
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 * Return: 0; -EINVAL without such a tracer for this instance; -EBUSY while a consuming reader is
 * open, or somebody holds the snapshot that the tracer wants; -ENOMEM; what the tracer's
 * start returned.
 */
int otr_tracer_set(struct otr_inst *inst, const char *name)
{
	const struct otr_tracer *tracer = tracer_find(name);
	bool frees = inst->tracer->keeps_longest;
	int err;

	if (!tracer || !otr_tracer_fits(tracer, inst))
		return -EINVAL;
	err = tracer_prepare(inst, tracer);
	if (err <= 0)
		return err;
	otr_tracer_clear(inst);
	err = tracer_turn(inst, &frees, tracer);
	if (err)
		return err;
	/* Its records may come before its start returns. */
	err = tracer->start(inst);
	if (err)
		tracer_give_up(inst, frees, tracer);
	return err;
}

/**
 * otr_tracer_switched - a user switched recording
 * @inst: the instance
 *
 * Context: otr_inst_lock free; sleeps if the current tracer wants to know.
 */
void otr_tracer_switched(struct otr_inst *inst)
{
	/* One that becomes current at this moment looks itself. */
	if (!READ_ONCE(inst->tracer)->switched)
		return;
	mutex_lock(&otr_tracer_lock);
	if (inst->tracer->switched)
		inst->tracer->switched(inst);
	mutex_unlock(&otr_tracer_lock);
}
