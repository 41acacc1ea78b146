// SPDX-License-Identifier: GPL-2.0-only
/* The registry of actions, and what each of them does. */
#include <linux/seq_file.h>
#include <linux/string.h>

#include "probe/stack.h"
#include "probe/trigger.h"

/* Once it is on there is nothing to do, and nothing is counted. */
static void run_traceon(const struct otr_trigger *trigger, atomic_long_t *left)
{
	struct otr_ring *ring = trigger->inst->ring;

	if (!otr_ring_is_on(ring) && otr_trigger_take(left))
		otr_ring_on(ring);
}

static void run_traceoff(const struct otr_trigger *trigger, atomic_long_t *left)
{
	struct otr_ring *ring = trigger->inst->ring;

	if (otr_ring_is_on(ring) && otr_trigger_take(left))
		otr_ring_off(ring);
}

static int target_stack(struct otr_trigger *trigger, char **rest)
{
	int err;

	mutex_lock(&otr_inst_lock);
	err = otr_stack_prepare();
	mutex_unlock(&otr_inst_lock);
	return err;
}

static void run_stacktrace(const struct otr_trigger *trigger, atomic_long_t *left)
{
	struct otr_ring *ring = trigger->inst->ring;

	if (otr_ring_is_on(ring) && otr_trigger_take(left))
		otr_stack_record(ring, OTR_STACK_CALLER);
}

static const struct otr_action actions[] = {
	{ .name = "traceon", .run = run_traceon },
	{ .name = "traceoff", .run = run_traceoff },
	{ .name = "stacktrace", .target = target_stack, .run = run_stacktrace },
};

static const struct otr_action *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		if (!strcmp(actions[i].name, name))
			return &actions[i];
	return NULL;
}

static int parse_count(struct otr_trigger *trigger, char *rest)
{
	const char *number = strsep(&rest, ":");
	unsigned long count;
	int err;

	trigger->counted = number;
	trigger->count = OTR_COUNT_ENDLESS;
	if (!number || !*number)
		return 0;
	err = kstrtoul(number, 0, &count);
	if (!err)
		trigger->count = count;
	return err;
}

/**
 * otr_trigger_parse - read what a user wants
 * @trigger: filled in
 * @inst: the instance
 * @name: of the action
 * @rest: what is behind the colon after the name; is changed. NULL for no colon
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 * Return: 0, then otr_trigger_release() must follow; -EINVAL, -ENOMEM.
 */
int otr_trigger_parse(struct otr_trigger *trigger, struct otr_inst *inst, const char *name,
		      char *rest)
{
	int err = 0;

	*trigger = (struct otr_trigger){ .action = find(name), .inst = inst };
	if (!trigger->action)
		return -EINVAL;
	if (trigger->action->target)
		err = trigger->action->target(trigger, &rest);
	if (err)
		return err;
	err = parse_count(trigger, rest);
	if (err)
		otr_trigger_release(trigger);
	return err;
}

/**
 * otr_trigger_release - give up what belongs to a trigger
 * @trigger: from otr_trigger_parse(); nobody runs it any more
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 */
void otr_trigger_release(struct otr_trigger *trigger)
{
	if (trigger->action->release)
		trigger->action->release(trigger);
}

/**
 * otr_trigger_same - do two triggers do the same?
 * @a: one
 * @b: the other
 *
 * How often does not matter, but whether it is limited.
 *
 * Context: any.
 * Return: whether they do.
 */
bool otr_trigger_same(const struct otr_trigger *a, const struct otr_trigger *b)
{
	return a->action == b->action && a->inst == b->inst && a->sub == b->sub &&
	       a->counted == b->counted;
}

/**
 * otr_trigger_show - print a trigger as users write it
 * @trigger: the trigger
 * @left: how often still, NULL for no limit
 * @m: where to
 *
 * Context: otr_inst_lock held.
 */
void otr_trigger_show(const struct otr_trigger *trigger, const atomic_long_t *left,
		      struct seq_file *m)
{
	long count = left ? atomic_long_read(left) : OTR_COUNT_ENDLESS;

	seq_puts(m, trigger->action->name);
	if (trigger->action->show_target)
		trigger->action->show_target(trigger, m);
	if (count == OTR_COUNT_ENDLESS)
		seq_puts(m, ":unlimited");
	else
		seq_printf(m, ":count=%ld", count);
}
