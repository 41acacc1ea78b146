// SPDX-License-Identifier: GPL-2.0-only
/* The registry of actions, and what each of them does. */
#include <linux/seq_file.h>
#include <linux/string.h>

#include "host/host.h"
#include "output/output.h"
#include "record/record.h"
#include "trigger/trigger.h"

/* Once it is on there is nothing to do, and nothing is counted. */
static void action_run_traceon(const struct otr_trigger *trigger, atomic_long_t *left,
			       const struct otr_hit *hit)
{
	struct otr_ring *ring = trigger->inst->ring;

	if (!otr_ring_is_on(ring) && otr_trigger_take(left))
		otr_ring_on(ring);
}

static void action_run_traceoff(const struct otr_trigger *trigger, atomic_long_t *left,
				const struct otr_hit *hit)
{
	struct otr_ring *ring = trigger->inst->ring;

	if (otr_ring_is_on(ring) && otr_trigger_take(left))
		otr_ring_off(ring);
}

static int action_target_stack(struct otr_trigger *trigger, char **rest)
{
	return otr_stack_prepare();
}

static void action_run_stacktrace(const struct otr_trigger *trigger, atomic_long_t *left,
				  const struct otr_hit *hit)
{
	struct otr_ring *ring = trigger->inst->ring;

	if (otr_ring_is_on(ring) && otr_trigger_take(left))
		otr_stack_record(ring, OTR_STACK_CALLER);
}

static int action_prepare_snapshot(struct otr_trigger *trigger)
{
	int err;

	mutex_lock(&otr_inst_lock);
	err = otr_inst_make_room(trigger->inst);
	mutex_unlock(&otr_inst_lock);
	return err;
}

/* The symbol that is printed is the one that the kernel's tracer is known for. */
static noinline void tracing_snapshot_instance_cond(struct otr_ring *ring, const char *text)
{
	otr_marker_say(ring, _THIS_IP_, text, strlen(text), false);
}

static void action_run_snapshot(const struct otr_trigger *trigger, atomic_long_t *left,
				const struct otr_hit *hit)
{
	struct otr_ring *ring = trigger->inst->ring;
	int err;

	if (!otr_trigger_take(left))
		return;
	err = otr_snapshot_take(trigger->inst);
	if (err == -EBUSY) {
		tracing_snapshot_instance_cond(ring, "*** snapshot is being ignored        ***\n");
	} else if (err) {
		/* Somebody freed it. What it was wanted for shall not be overwritten. */
		tracing_snapshot_instance_cond(ring, "*** SNAPSHOT NOT ALLOCATED ***\n");
		tracing_snapshot_instance_cond(ring, "*** stopping trace here!   ***\n");
		otr_ring_off(ring);
	}
}

/* "system:event", in place until the trigger is released. */
static int action_target_event(struct otr_trigger *trigger, char **rest)
{
	const char *system = strsep(rest, ":");
	const char *name = strsep(rest, ":");
	struct otr_event *ev;
	struct otr_sub *sub;

	if (!system || !name)
		return -EINVAL;
	otr_event_lock();
	ev = otr_event_named(system, name);
	if (ev && !(ev->ops && otr_event_listed(ev)))
		ev = NULL;
	otr_event_unlock();
	if (!ev)
		return -EINVAL;
	sub = otr_sub_hold(trigger->inst, ev);
	if (IS_ERR(sub))
		return PTR_ERR(sub);
	trigger->sub = sub;
	return 0;
}

static void action_release_event(struct otr_trigger *trigger)
{
	otr_sub_drop(trigger->sub);
}

static void action_show_event(const struct otr_trigger *trigger, struct seq_file *m)
{
	const struct otr_event *ev = trigger->sub->event;

	seq_printf(m, ":%s:%s", ev->system, ev->name);
}

static void action_run_enable(const struct otr_trigger *trigger, atomic_long_t *left,
			      const struct otr_hit *hit)
{
	if (!otr_sub_on(trigger->sub) && otr_trigger_take(left))
		otr_sub_set(trigger->sub, true);
}

static void action_run_disable(const struct otr_trigger *trigger, atomic_long_t *left,
			       const struct otr_hit *hit)
{
	if (otr_sub_on(trigger->sub) && otr_trigger_take(left))
		otr_sub_set(trigger->sub, false);
}

static void action_run_dump_of(int cpu, atomic_long_t *left)
{
	if (otr_trigger_take(left))
		otr_dump(cpu);
}

static void action_run_dump(const struct otr_trigger *trigger, atomic_long_t *left,
			    const struct otr_hit *hit)
{
	action_run_dump_of(OTR_CPU_ALL, left);
}

static void action_run_cpudump(const struct otr_trigger *trigger, atomic_long_t *left,
			       const struct otr_hit *hit)
{
	action_run_dump_of(raw_smp_processor_id(), left);
}

#define ABOUT_EVENT	.target = action_target_event, .release = action_release_event, \
			.show_target = action_show_event

static struct otr_action actions[] = {
	{ .name = "traceon", .run = action_run_traceon },
	{ .name = "traceoff", .run = action_run_traceoff },
	{ .name = "stacktrace", .target = action_target_stack, .run = action_run_stacktrace },
	{ .name = "snapshot", .prepare = action_prepare_snapshot, .run = action_run_snapshot },
	{ .name = "enable_event", .run = action_run_enable, ABOUT_EVENT },
	{ .name = "disable_event", .run = action_run_disable, ABOUT_EVENT },
	{ .name = "dump", .run = action_run_dump, .times = 1 },
	/* The in-tree tracer means to do it once, too, but does not count. */
	{ .name = "cpudump", .run = action_run_cpudump, .times = OTR_COUNT_ENDLESS },
};

/* The registry; otr_switch_lock. */
static LIST_HEAD(action_all);

/**
 * otr_action_register - have something that triggers can do
 * @action: what; its name is its own
 *
 * Context: module load; may sleep.
 */
void otr_action_register(struct otr_action *action)
{
	mutex_lock(&otr_switch_lock);
	list_add_tail(&action->link, &action_all);
	mutex_unlock(&otr_switch_lock);
}

/**
 * otr_action_unregister - the counterpart of otr_action_register()
 * @action: the action, which no trigger has any more
 *
 * Context: module unload, after otr_inst_end(); may sleep.
 */
void otr_action_unregister(struct otr_action *action)
{
	mutex_lock(&otr_switch_lock);
	list_del(&action->link);
	mutex_unlock(&otr_switch_lock);
}

/**
 * otr_actions_init - register what every kernel can do
 *
 * Context: module load.
 * Return: 0.
 */
int otr_actions_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		otr_action_register(&actions[i]);
	return 0;
}

/**
 * otr_actions_exit - the counterpart of otr_actions_init()
 *
 * Context: module unload.
 */
void otr_actions_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		otr_action_unregister(&actions[i]);
}

static const struct otr_action *action_find(const char *name)
{
	const struct otr_action *action;

	lockdep_assert_held(&otr_switch_lock);
	list_for_each_entry(action, &action_all, link)
		if (!strcmp(action->name, name))
			return action;
	return NULL;
}

static int action_parse_count(struct otr_trigger *trigger, char *rest, bool remove)
{
	const char *number = strsep(&rest, ":");
	unsigned long count;
	int err;

	if (trigger->action->times) {
		trigger->count = trigger->action->times;
		trigger->counted = trigger->count != OTR_COUNT_ENDLESS;
		return 0;
	}
	trigger->counted = number;
	trigger->count = OTR_COUNT_ENDLESS;
	/* What is to go is named as it is listed: "count=3". */
	if (!number || !*number || remove)
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
 * @remove: it is to find one that is there: only whether there is a count matters
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 * Return: 0, then otr_trigger_release() must follow; -EINVAL, -ENOMEM.
 */
int otr_trigger_parse(struct otr_trigger *trigger, struct otr_inst *inst, const char *name,
		      char *rest, bool remove)
{
	int err = 0;

	*trigger = (struct otr_trigger){ .action = action_find(name), .inst = inst };
	if (!trigger->action)
		return -EINVAL;
	if (trigger->action->target)
		err = trigger->action->target(trigger, &rest);
	if (err)
		return err;
	err = action_parse_count(trigger, rest, remove);
	if (!err && !remove && trigger->action->prepare)
		err = trigger->action->prepare(trigger);
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
