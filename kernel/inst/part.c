// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rooms above keep of every instance: one struct otr_part each, which gets
 * a slot of its own in every instance.
 */
#include <linux/list.h>

#include "inst/inst.h"

/* In the order in which they were registered; otr_tracer_lock. */
static LIST_HEAD(part_all);

static unsigned long part_slots;

static void part_destroy(struct otr_inst *inst, const struct otr_part *part)
{
	if (part->destroy)
		part->destroy(inst);
	inst->slots[part->slot] = (struct otr_part_slot){};
}

static int part_create(struct otr_inst *inst, const struct otr_part *part)
{
	inst->slots[part->slot].bits = part->initial;
	return part->create ? part->create(inst) : 0;
}

/**
 * otr_part_register - keep something of every instance
 * @part: what, and how; stays until otr_part_unregister()
 *
 * Context: module load, when there is but the first instance; may sleep.
 * Return: 0, -ENOSPC without a free slot, or what the part's create returned.
 */
int otr_part_register(struct otr_part *part)
{
	int err;

	mutex_lock(&otr_tracer_lock);
	part->slot = ffz(part_slots);
	err = part->slot < OTR_PARTS_MAX ? part_create(otr_inst_top(), part) : -ENOSPC;
	if (!err) {
		part_slots |= BIT(part->slot);
		list_add_tail(&part->link, &part_all);
	}
	mutex_unlock(&otr_tracer_lock);
	return err;
}

/**
 * otr_part_unregister - the counterpart of otr_part_register()
 * @part: the part
 *
 * Context: module unload, after otr_inst_end(); may sleep.
 */
void otr_part_unregister(struct otr_part *part)
{
	mutex_lock(&otr_tracer_lock);
	part_slots &= ~BIT(part->slot);
	list_del(&part->link);
	mutex_unlock(&otr_tracer_lock);
}

/**
 * otr_parts_create - set up the parts of a new instance
 * @inst: the instance
 *
 * Context: otr_tracer_lock held, otr_inst_lock free.
 * Return: 0, or the errno of the part that could not; then there are none.
 */
int otr_parts_create(struct otr_inst *inst)
{
	struct otr_part *part;
	int err;

	lockdep_assert_held(&otr_tracer_lock);
	list_for_each_entry(part, &part_all, link) {
		err = part_create(inst, part);
		if (err)
			goto failed;
	}
	return 0;
failed:
	list_for_each_entry_continue_reverse(part, &part_all, link)
		part_destroy(inst, part);
	return err;
}

/**
 * otr_parts_stop - end what the parts do in an instance that goes
 * @inst: the instance, its tracer stopped
 *
 * Context: otr_tracer_lock held, otr_inst_lock free.
 */
void otr_parts_stop(struct otr_inst *inst)
{
	struct otr_part *part;

	lockdep_assert_held(&otr_tracer_lock);
	list_for_each_entry_reverse(part, &part_all, link)
		if (part->stop)
			part->stop(inst);
}

/**
 * otr_parts_destroy - free the parts of an instance that goes
 * @inst: the instance, without subscriptions
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps until no probe is on its way.
 */
void otr_parts_destroy(struct otr_inst *inst)
{
	struct otr_part *part;

	lockdep_assert_held(&otr_tracer_lock);
	list_for_each_entry_reverse(part, &part_all, link)
		part_destroy(inst, part);
}

/**
 * otr_parts_option_changed - tell the parts that an instance's option changed
 * @inst: the instance
 * @opt: the option, which has its new value
 * @undo: gives the option its old value
 *
 * Context: otr_tracer_lock held, otr_inst_lock free.
 * Return: 0, or the errno of the part that could not follow; then @undo was
 * called, and the parts that had followed were told once more.
 */
int otr_parts_option_changed(struct otr_inst *inst, enum otr_option opt,
			     void (*undo)(struct otr_inst *inst, enum otr_option opt))
{
	struct otr_part *part;
	int err;

	lockdep_assert_held(&otr_tracer_lock);
	list_for_each_entry(part, &part_all, link) {
		err = part->option_changed ? part->option_changed(inst, opt) : 0;
		if (err)
			goto failed;
	}
	return 0;
failed:
	undo(inst, opt);
	list_for_each_entry_continue_reverse(part, &part_all, link)
		if (part->option_changed)
			part->option_changed(inst, opt);
	return err;
}

/**
 * otr_parts_event_gone - tell the parts that an event goes away
 * @inst: the instance
 * @ev: the event
 *
 * Context: otr_switch_lock and otr_tracer_lock held, otr_inst_lock free.
 */
void otr_parts_event_gone(struct otr_inst *inst, const struct otr_event *ev)
{
	struct otr_part *part;

	lockdep_assert_held(&otr_tracer_lock);
	list_for_each_entry_reverse(part, &part_all, link)
		if (part->event_gone)
			part->event_gone(inst, ev);
}
