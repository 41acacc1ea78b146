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

	if (!otr_ring_is_on(ring) && otr_trigger_take(left) && !otr_ring_on(ring))
		otr_trigger_give_back(left);
}

static void action_run_traceoff(const struct otr_trigger *trigger, atomic_long_t *left,
				const struct otr_hit *hit)
{
	struct otr_ring *ring = trigger->inst->ring;

	if (otr_ring_is_on(ring) && otr_trigger_take(left) && !otr_ring_off(ring))
		otr_trigger_give_back(left);
}

static int action_prepare_stack(struct otr_trigger *trigger)
{
	return otr_inst_expand(trigger->inst) ?: otr_stack_prepare();
}

/* An event's hits are counted whether or not there is something to record to. */
static void action_run_stacktrace(const struct otr_trigger *trigger, atomic_long_t *left,
				  const struct otr_hit *hit)
{
	struct otr_ring *ring = trigger->inst->ring;

	if (!hit && !otr_ring_is_on(ring))
		return;
	if (otr_trigger_take(left))
		otr_stack_record(ring, hit ? hit->probe : OTR_STACK_CALLER);
}

static int action_prepare_snapshot(struct otr_trigger *trigger)
{
	int err;

	mutex_lock(&otr_shape_lock);
	err = otr_snapshot_want(trigger->inst);
	mutex_unlock(&otr_shape_lock);
	return err;
}

static void action_release_snapshot(struct otr_trigger *trigger)
{
	otr_snapshot_unwant(trigger->inst);
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
	} else if (err == -EPERM) {
		tracing_snapshot_instance_cond(ring, "*** LATENCY TRACER ACTIVE ***\n");
		tracing_snapshot_instance_cond(ring, "*** Can not use snapshot (sorry) ***\n");
	} else if (err) {
		/* Somebody freed it. What it was wanted for shall not be overwritten. */
		tracing_snapshot_instance_cond(ring, "*** SNAPSHOT NOT ALLOCATED ***\n");
		tracing_snapshot_instance_cond(ring, "*** stopping trace here!   ***\n");
		otr_ring_off(ring);
	}
}

/**
 * otr_action_target_event - read "system:event"
 * @trigger: gets the event, which stays in place while otr_switch_lock is held
 * @rest: the text; what is behind it is left
 *
 * Context: of &struct otr_action.target.
 * Return: 0, -EINVAL when there is no such event that can be switched.
 */
int otr_action_target_event(struct otr_trigger *trigger, char **rest)
{
	const char *system = strsep(rest, ":");
	const char *name = strsep(rest, ":");
	struct otr_event *ev;

	if (!system || !name)
		return -EINVAL;
	otr_event_lock();
	ev = otr_event_named(system, name);
	if (ev && !(otr_event_switched(ev) && otr_event_listed(ev)))
		ev = NULL;
	otr_event_unlock();
	if (!ev)
		return -EINVAL;
	trigger->event = ev;
	mutex_lock(&otr_inst_lock);
	trigger->sub = otr_sub_find(trigger->inst, ev);
	mutex_unlock(&otr_inst_lock);
	return 0;
}

/**
 * otr_action_prepare_event - let a trigger be about its event
 * @trigger: the trigger
 *
 * From here on the event can be switched by a bit of its gate.
 *
 * Context: of &struct otr_action.prepare.
 * Return: 0, or an errno.
 */
int otr_action_prepare_event(struct otr_trigger *trigger)
{
	struct otr_sub *sub;
	int err = otr_inst_expand(trigger->inst);

	if (err)
		return err;
	sub = otr_sub_hold(trigger->inst, trigger->event);
	if (IS_ERR(sub))
		return PTR_ERR(sub);
	trigger->sub = sub;
	return 0;
}

/**
 * otr_action_release_event - the counterpart of otr_action_prepare_event()
 * @trigger: the trigger
 *
 * Context: of &struct otr_action.release.
 */
void otr_action_release_event(struct otr_trigger *trigger)
{
	otr_sub_drop(trigger->sub);
}

/**
 * otr_action_show_event - print which event a trigger is about
 * @trigger: the trigger
 * @m: where to
 *
 * Context: any.
 */
void otr_action_show_event(const struct otr_trigger *trigger, struct seq_file *m)
{
	seq_printf(m, ":%s:%s", trigger->event->system, trigger->event->name);
}

static void action_run_enable(const struct otr_trigger *trigger, atomic_long_t *left,
			      const struct otr_hit *hit)
{
	if (!otr_sub_on(trigger->sub) && otr_trigger_take(left) &&
	    !otr_sub_set(trigger->sub, true))
		otr_trigger_give_back(left);
}

static void action_run_disable(const struct otr_trigger *trigger, atomic_long_t *left,
			       const struct otr_hit *hit)
{
	if (otr_sub_on(trigger->sub) && otr_trigger_take(left) &&
	    !otr_sub_set(trigger->sub, false))
		otr_trigger_give_back(left);
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

#define ABOUT_EVENT	.target = otr_action_target_event, .prepare = otr_action_prepare_event, \
			.release = otr_action_release_event, .show_target = otr_action_show_event, \
			.family = "event"
#define ON_BOTH		.on = OTR_ON_FUNCTIONS | OTR_ON_EVENTS
#define BEFORE		.when = OTR_TAP_BEFORE
#define AFTER		.when = OTR_TAP_AFTER

/* In the order in which an event's file names them. */
static struct otr_action actions[] = {
	{ .name = "traceon", ON_BOTH, BEFORE, .family = "switch", .run = action_run_traceon },
	{ .name = "traceoff", ON_BOTH, AFTER, .family = "switch", .run = action_run_traceoff },
	{ .name = "snapshot", ON_BOTH, BEFORE, .keeps_rec = true,
	  .prepare = action_prepare_snapshot, .release = action_release_snapshot,
	  .run = action_run_snapshot },
	{ .name = "stacktrace", ON_BOTH, AFTER,
	  .prepare = action_prepare_stack, .run = action_run_stacktrace },
	{ .name = "enable_event", ON_BOTH, BEFORE, ABOUT_EVENT, .run = action_run_enable },
	{ .name = "disable_event", ON_BOTH, BEFORE, ABOUT_EVENT, .run = action_run_disable },
	{ .name = "dump", .on = OTR_ON_FUNCTIONS, .times = 1, .run = action_run_dump },
	/* The in-tree tracer means to do it once, too, but does not count. */
	{ .name = "cpudump", .on = OTR_ON_FUNCTIONS, .times = OTR_COUNT_ENDLESS,
	  .run = action_run_cpudump },
};

/* The registry; changed under otr_switch_lock and otr_inst_lock, read under either. */
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
	mutex_lock(&otr_inst_lock);
	list_add_tail(&action->link, &action_all);
	mutex_unlock(&otr_inst_lock);
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
	mutex_lock(&otr_inst_lock);
	list_del(&action->link);
	mutex_unlock(&otr_inst_lock);
	mutex_unlock(&otr_switch_lock);
}

/**
 * otr_actions_init - register what every kernel can do
 *
 * Context: module load.
 */
void otr_actions_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		otr_action_register(&actions[i]);
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

/**
 * otr_action_find - what users call by a name
 * @name: the name
 * @on: what they want it for, one of OTR_ON_*
 *
 * Context: otr_switch_lock held.
 * Return: the action, NULL for none.
 */
const struct otr_action *otr_action_find(const char *name, unsigned int on)
{
	const struct otr_action *action;

	lockdep_assert_held(&otr_switch_lock);
	list_for_each_entry(action, &action_all, link)
		if (action->on & on && !strcmp(action->name, name))
			return action;
	return NULL;
}

/**
 * otr_actions_list - print the names of actions
 * @m: where to
 * @on: what for, one of OTR_ON_*
 *
 * Context: otr_inst_lock held.
 */
void otr_actions_list(struct seq_file *m, unsigned int on)
{
	const struct otr_action *action;

	lockdep_assert_held(&otr_inst_lock);
	list_for_each_entry(action, &action_all, link)
		if (action->on & on)
			seq_printf(m, " %s", action->name);
}

/* Behind a colon there is a number for an event, but perhaps nothing for a function. */
static int action_parse_count(struct otr_trigger *trigger, const struct otr_words *words,
			      char *rest)
{
	const char *number = strsep(&rest, ":");
	unsigned long count;
	int err;

	if (words->action->times) {
		trigger->count = words->action->times;
		trigger->counted = trigger->count != OTR_COUNT_ENDLESS;
		return 0;
	}
	trigger->counted = number;
	trigger->count = OTR_COUNT_ENDLESS;
	/* What is to go is named as it is listed: "count=3". */
	if (!number || words->remove)
		return 0;
	if (!*number)
		return words->on == OTR_ON_FUNCTIONS ? 0 : -EINVAL;
	err = kstrtoul(number, 0, &count);
	if (!err)
		trigger->count = count;
	return err;
}

/**
 * otr_trigger_parse - read what a user wants
 * @trigger: filled in
 * @inst: the instance
 * @words: the command
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 * Return: 0, -EINVAL; -ERANGE for a count that is too large.
 */
int otr_trigger_parse(struct otr_trigger *trigger, struct otr_inst *inst,
		      const struct otr_words *words)
{
	char *rest = words->args;
	int err = 0;

	*trigger = (struct otr_trigger){ .action = words->action, .inst = inst };
	if (words->action->target)
		err = words->action->target(trigger, &rest);
	return err ?: action_parse_count(trigger, words, rest);
}

/**
 * otr_trigger_prepare - get what a trigger needs in order to act
 * @trigger: from otr_trigger_parse()
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 * Return: 0, then otr_trigger_release() must follow; -ENOMEM, or what the source of the
 * event says that it is about.
 */
int otr_trigger_prepare(struct otr_trigger *trigger)
{
	int err = trigger->action->prepare ? trigger->action->prepare(trigger) : 0;

	trigger->ready = !err;
	return err;
}

/**
 * otr_trigger_release - give up what belongs to a trigger
 * @trigger: from otr_trigger_parse(), whether it was prepared or not; nobody runs it
 *	     any more
 *
 * Context: otr_switch_lock held, otr_inst_lock free; may sleep.
 */
void otr_trigger_release(struct otr_trigger *trigger)
{
	if (trigger->ready && trigger->action->release)
		trigger->action->release(trigger);
	trigger->ready = false;
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
