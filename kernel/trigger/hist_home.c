// SPDX-License-Identifier: GPL-2.0-only
/* What histograms want from an instance, and the list of those that are triggers. */
#include <linux/slab.h>
#include <linux/string.h>

#include "record/record.h"
#include "trigger/hist.h"

/*
 * What this room keeps of an instance.
 *
 * @home: for the room hist
 * @inst: the instance
 * @command: what takes the errors of a command that nobody wrote, while it is being done
 * @snapping: its bit 0 says that somebody is about to take one
 */
struct home {
	struct otr_hist_home	home;
	struct otr_inst		*inst;
	struct otr_hist_command	*command;
	unsigned long		snapping;
};

/* Of all instances, the oldest first; otr_switch_lock. */
static LIST_HEAD(home_uses);

static struct otr_part home_part;

static struct home *home_at(const struct otr_inst *inst)
{
	return otr_part_data(inst, &home_part);
}

/**
 * otr_hist_home_of - what the histograms of an instance have in common
 * @inst: the instance
 *
 * Context: any.
 * Return: that.
 */
struct otr_hist_home *otr_hist_home_of(const struct otr_inst *inst)
{
	return &home_at(inst)->home;
}

/**
 * otr_hist_home_command - what takes the errors of a command that nobody wrote
 * @inst: the instance
 *
 * Context: otr_switch_lock held.
 * Return: that; NULL when a user wrote the command.
 */
struct otr_hist_command *otr_hist_home_command(const struct otr_inst *inst)
{
	return home_at(inst)->command;
}

/**
 * otr_hist_use_add - put a histogram into the list of those that are triggers
 * @use: it; leaves the list with list_del_init()
 *
 * Context: otr_switch_lock held.
 */
void otr_hist_use_add(struct otr_hist_use *use)
{
	lockdep_assert_held(&otr_switch_lock);
	list_add_tail(&use->node, &home_uses);
}

/**
 * otr_hist_use_next - walk over histograms of an event
 * @inst: the instance
 * @ev: the event
 * @use: the one before, NULL to begin with the oldest
 *
 * Context: otr_switch_lock held.
 * Return: the next one, NULL at the end.
 */
struct otr_hist_use *otr_hist_use_next(const struct otr_inst *inst, const struct otr_event *ev,
				       struct otr_hist_use *use)
{
	lockdep_assert_held(&otr_switch_lock);
	if (!use)
		use = list_entry(&home_uses, struct otr_hist_use, node);
	list_for_each_entry_continue(use, &home_uses, node)
		if (use->trigger->trigger.inst == inst && use->trigger->event == ev)
			return use;
	return NULL;
}

/**
 * otr_hist_use_named - the histogram that others of its name count with
 * @name: its name, as otr_hist_name() has it
 *
 * Context: otr_switch_lock held.
 * Return: it, in whatever instance and of whatever event; NULL for none.
 */
struct otr_hist_use *otr_hist_use_named(const char *name)
{
	struct otr_hist_use *use;

	lockdep_assert_held(&otr_switch_lock);
	list_for_each_entry(use, &home_uses, node) {
		const char *its = otr_hist_name(use->hist);

		if (its && !strcmp(its, name))
			return use;
	}
	return NULL;
}

static struct otr_hist_use *home_find(const struct otr_hist *hist)
{
	struct otr_hist_use *use;

	list_for_each_entry(use, &home_uses, node)
		if (use->hist == hist)
			return use;
	return NULL;
}

static struct otr_event *home_event(struct otr_hist_home *home, const char *system,
				    const char *name)
{
	struct otr_event *ev;

	otr_event_lock();
	ev = otr_event_named(system, name);
	if (ev && !(ev->ops && otr_event_listed(ev)))
		ev = NULL;
	otr_event_unlock();
	return ev;
}

static struct otr_hist *home_next(struct otr_hist_home *home, const struct otr_event *ev,
				  struct otr_hist *hist)
{
	const struct home *here = container_of(home, struct home, home);
	struct otr_hist_use *use = otr_hist_use_next(here->inst, ev,
						     hist ? home_find(hist) : NULL);

	return use ? use->hist : NULL;
}

static const char *home_filter(const struct otr_hist *hist)
{
	const struct otr_hist_use *use = home_find(hist);

	if (!use || !use->trigger->tap.filter)
		return NULL;
	return otr_filter_text(use->trigger->tap.filter);
}

/* As if somebody wrote it, but for its errors. */
static int home_write(struct otr_hist_home *home, struct otr_event *ev, const char *begin,
		      const char *text, struct otr_hist_command *errors)
{
	struct home *here = container_of(home, struct home, home);
	struct otr_hist_command *outer = here->command;
	char *command = kasprintf(GFP_KERNEL, "%s%s", begin, text);
	int err;

	if (!command)
		return -ENOMEM;
	here->command = errors;
	err = otr_event_trigger_write(here->inst, ev, command);
	here->command = outer;
	kfree(command);
	return err;
}

static int home_add(struct otr_hist_home *home, struct otr_event *ev, const char *text,
		    struct otr_hist_command *command)
{
	return home_write(home, ev, "hist:", text, command);
}

static void home_remove(struct otr_hist_home *home, struct otr_event *ev, const char *text)
{
	struct otr_hist_command errors;

	if (otr_hist_command_init(&errors, ev, text))
		return;
	home_write(home, ev, "!hist:", text, &errors);
	otr_hist_command_free(&errors);
}

static int home_snapshot_start(struct otr_hist_home *home, struct otr_hist *hist)
{
	return otr_inst_hold_snapshot(container_of(home, struct home, home)->inst);
}

static void home_snapshot_stop(struct otr_hist_home *home, struct otr_hist *hist)
{
	otr_inst_release_snapshot(container_of(home, struct home, home)->inst);
}

/* A probe that comes while another one decides does not wait: its value is of the same moment. */
static void home_snapshot(struct otr_hist_home *home, bool (*wanted)(void *data), void *data)
{
	struct home *here = container_of(home, struct home, home);

	if (test_and_set_bit_lock(0, &here->snapping))
		return;
	if (wanted(data))
		otr_snapshot_take(here->inst);
	clear_bit_unlock(0, &here->snapping);
}

static const struct otr_hist_ops home_ops = {
	.event		= home_event,
	.next		= home_next,
	.filter		= home_filter,
	.add		= home_add,
	.remove		= home_remove,
	.synth_get	= otr_hist_synth_get,
	.synth_put	= otr_hist_synth_put,
	.record		= otr_hist_synth_record,
	.snapshot_start	= home_snapshot_start,
	.snapshot_stop	= home_snapshot_stop,
	.snapshot	= home_snapshot,
	.stack		= otr_stack_save,
	.syscall	= otr_syscall_name,
};

static int home_create(struct otr_inst *inst)
{
	struct home *here = kzalloc(sizeof(*here), GFP_KERNEL);

	if (!here)
		return -ENOMEM;
	here->inst = inst;
	otr_hist_home_init(&here->home, &home_ops);
	otr_part_set_data(inst, &home_part, here);
	return 0;
}

static void home_destroy(struct otr_inst *inst)
{
	kfree(home_at(inst));
}

static struct otr_part home_part = {
	.create		= home_create,
	.destroy	= home_destroy,
};

/**
 * otr_hist_homes_init - let instances have histograms
 *
 * Context: module load.
 * Return: 0, or what otr_part_register() returned.
 */
int otr_hist_homes_init(void)
{
	return otr_part_register(&home_part);
}

/**
 * otr_hist_homes_exit - the counterpart of otr_hist_homes_init()
 *
 * Context: module unload, after otr_inst_end().
 */
void otr_hist_homes_exit(void)
{
	otr_part_unregister(&home_part);
}
