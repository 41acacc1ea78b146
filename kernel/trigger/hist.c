// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histograms as triggers: from a command to one that counts, and what commands do to those
 * that are there.
 *
 * Several are on an event as long as they differ. What a histogram is, is the business of
 * the room hist; here is what makes it one of an event, of an instance, and of a name.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>

#include "base/base.h"
#include "record/record.h"
#include "trigger/hist.h"

/* The tasks that wait for hits, and how many may. */
static DECLARE_WAIT_QUEUE_HEAD(hist_queue);
static unsigned int hist_watchers;

static void hist_wake(struct irq_work *work)
{
	wake_up_all(&hist_queue);
}

static DEFINE_IRQ_WORK(hist_waker, hist_wake);

/* Which clock is it whose times are looked at? */
static __always_inline enum otr_clock_id hist_note_clock(const struct otr_hist_use *use)
{
	enum otr_clock_id clock = READ_ONCE(use->inst->clock);
	struct otr_hist_home *home = use->home;

	if (READ_ONCE(home->clock_in_ns) != otr_clocks[clock].in_ns)
		WRITE_ONCE(home->clock_in_ns, otr_clocks[clock].in_ns);
	return clock;
}

static __always_inline void hist_count(const struct otr_hist_use *use, const struct otr_hit *hit,
				       u64 ts, enum otr_clock_id clock)
{
	otr_hist_count(use->hist, hit->rec, ts, clock, hit->probe);
	/*
	 * A waiter waited for all that did not see this: see otr_hist_watch(). What a CPU
	 * counts that is on its way out is told with the next hit of another one.
	 */
	if (unlikely(READ_ONCE(hist_watchers)))
		otr_raise(&hist_waker);
}

/* A record that is in no ring has the time at which it is looked at. */
static noinline void hist_count_now(const struct otr_hist_use *use, const struct otr_hit *hit)
{
	enum otr_clock_id clock = hist_note_clock(use);

	hist_count(use, hit, otr_clock_read(clock), clock);
}

static void hist_hit(struct otr_tap *tap, const struct otr_hit *hit)
{
	struct otr_event_trigger *trigger = container_of(tap, struct otr_event_trigger, tap);
	const struct otr_hist_use *use = trigger->trigger.data;

	if (unlikely(READ_ONCE(use->paused)))
		return;
	if (use->timed)
		hist_count_now(use, hit);
	else
		hist_count(use, hit, 0, OTR_CLOCK_COUNT);
}

/* A record that is in the ring, and when. */
static void hist_hit_at(struct otr_tap *tap, const struct otr_hit *hit, u64 ts)
{
	struct otr_event_trigger *trigger = container_of(tap, struct otr_event_trigger, tap);
	const struct otr_hist_use *use = trigger->trigger.data;

	if (unlikely(READ_ONCE(use->paused)))
		return;
	if (use->timed)
		hist_note_clock(use);
	hist_count(use, hit, ts, OTR_CLOCK_COUNT);
}

static const char *hist_filter(const struct otr_event_trigger *trigger)
{
	return trigger->tap.filter ? otr_filter_text(trigger->tap.filter) : NULL;
}

static bool hist_same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/*
 * The one on the event that a command is about, NULL for none. A name that nobody has
 * stands for no name.
 */
static struct otr_hist_use *hist_find(const struct otr_hist_use *wanted, bool named)
{
	const struct otr_event_trigger *trigger = wanted->trigger;
	const char *name = named ? otr_hist_name(wanted->hist) : NULL;
	struct otr_hist_use *use = NULL;

	while ((use = otr_hist_use_next(trigger->trigger.inst, trigger->event, use)))
		if (hist_same_text(otr_hist_name(use->hist), name) &&
		    otr_hist_same(use->hist, wanted->hist) &&
		    hist_same_text(hist_filter(use->trigger), hist_filter(trigger)))
			break;
	return use;
}

static int hist_remove(const struct otr_hist_use *wanted, bool named)
{
	struct otr_hist_use *found = hist_find(wanted, named);

	if (!found)
		return 0;
	if (otr_hist_busy(found->hist))
		return -EBUSY;
	otr_event_trigger_remove(found->trigger);
	return 0;
}

/* Probes go on counting in an empty table. */
static int hist_clear(struct otr_hist_use *use)
{
	struct otr_hist_map *old;
	int err = otr_hist_take(use->hist, &old);

	if (err)
		return err;
	tracepoint_synchronize_unregister();
	otr_hist_map_free(old);
	return 0;
}

static int hist_change(struct otr_hist_use *use, unsigned int wants)
{
	if (wants & OTR_HIST_PAUSE)
		WRITE_ONCE(use->paused, true);
	else if (wants & OTR_HIST_CONT)
		WRITE_ONCE(use->paused, false);
	else
		return hist_clear(use);
	return 0;
}

static int hist_set_clock(struct otr_inst *inst, const struct otr_hist *hist,
			  struct otr_hist_command *command)
{
	const char *clock = otr_hist_clock(hist);
	int err;

	if (!clock)
		return 0;
	err = otr_inst_set_clock(inst, clock);
	if (err)
		otr_hist_blame(command, OTR_HIST_CLOCK, clock);
	return err;
}

/* Let one count that is like no other, or say why not. */
static int hist_add(struct otr_hist_use *use, struct otr_hist_use *named,
		    struct otr_hist_command *command)
{
	struct otr_event_trigger *trigger = use->trigger;
	int err = 0;

	if (!named)
		err = otr_hist_prepare(use->hist, command);
	else if (!otr_hist_same(use->hist, named->hist))
		err = otr_hist_blame(command, OTR_HIST_NAME_MISMATCH, otr_hist_name(use->hist));
	if (err)
		return err;
	if ((named || !otr_hist_name(use->hist)) && hist_find(use, named)) {
		otr_hist_blame(command, OTR_HIST_EXISTS, NULL);
		return -EEXIST;
	}
	if (otr_hist_wants(use->hist) & (OTR_HIST_CONT | OTR_HIST_CLEAR)) {
		otr_hist_blame(command, OTR_HIST_NOTHING_TO_CLEAR, NULL);
		return -ENOENT;
	}
	use->paused = otr_hist_wants(use->hist) & OTR_HIST_PAUSE;
	use->timed = otr_hist_needs_time(use->hist);
	/* All that have to do with each other run in the order in which they are listed. */
	if (otr_hist_is_tied(use->hist))
		trigger->tap.kind = OTR_TAP_TIMED;
	if (named)
		err = otr_hist_join(use->hist, named->hist);
	if (!err)
		err = hist_set_clock(trigger->trigger.inst, use->hist, command);
	if (!err)
		err = otr_event_trigger_add(trigger);
	if (!err) {
		otr_hist_synth_own(use);
		otr_hist_use_add(use);
	}
	return err;
}

/* Do what a command says; @done when it is over with what it made itself. */
static int hist_do(struct otr_hist_use *use, bool remove, struct otr_hist_command *command,
		   bool *done)
{
	const char *name = otr_hist_name(use->hist);
	struct otr_hist_use *named = name ? otr_hist_use_named(name) : NULL, *found = NULL;
	unsigned int wants = otr_hist_wants(use->hist);
	int err;

	*done = true;
	if (remove)
		return hist_remove(use, named);
	if (wants && (!name || (named && otr_hist_same(use->hist, named->hist))))
		found = hist_find(use, named);
	if (found)
		return hist_change(found, wants);
	err = hist_add(use, named, command);
	*done = err;
	return err;
}

static void hist_release(struct otr_trigger *trigger)
{
	struct otr_hist_use *use = trigger->data;

	list_del_init(&use->node);
	otr_hist_free(use->hist);
	kfree(use);
}

/* A trigger with a histogram to be. What it has goes with it, whether it acted or not. */
static struct otr_hist_use *hist_use_create(struct otr_inst *inst, struct otr_event *ev,
					    const struct otr_action *action)
{
	struct otr_hist_use *use = kzalloc(sizeof(*use), GFP_KERNEL);

	if (!use)
		return NULL;
	use->trigger = otr_event_trigger_create(inst, ev, action);
	if (!use->trigger) {
		kfree(use);
		return NULL;
	}
	INIT_LIST_HEAD(&use->node);
	use->inst = inst;
	use->home = otr_hist_home_of(inst);
	use->trigger->tap.run = hist_hit;
	use->trigger->tap.run_at = hist_hit_at;
	use->trigger->trigger.data = use;
	use->trigger->trigger.ready = true;
	return use;
}

/* Other fields that all events have are in no record. */
static bool hist_looks_at_head(const char *text)
{
	static const char * const names[] = {
		"common_type", "common_flags", "common_preempt_count", "common_pid",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (strstr(text, names[i]))
			return true;
	return false;
}

static int hist_read(struct otr_inst *inst, struct otr_event *ev, const struct otr_words *words,
		     struct otr_hist_command *command)
{
	char *params, *filter;
	struct otr_hist_use *use;
	bool done = true;
	int err = otr_hist_split(words->args, &params, &filter);

	if (err)
		return err;
	/* Where the frames go that are a key. */
	if (strstr(params, "stacktrace"))
		err = otr_stack_prepare();
	if (err)
		return err;
	use = hist_use_create(inst, ev, words->action);
	if (!use)
		return -ENOMEM;
	err = otr_hist_create(otr_hist_home_of(inst), ev, command, params, words->remove,
			      &use->hist);
	if (!err)
		err = otr_event_trigger_set_filter(use->trigger, filter);
	use->trigger->tap.counts = !hist_looks_at_head(words->text);
	if (!err)
		err = hist_do(use, words->remove, command, &done);
	if (done)
		otr_event_trigger_free(use->trigger);
	return err;
}

static int hist_write(struct otr_inst *inst, struct otr_event *ev, const struct otr_words *words)
{
	struct otr_hist_command command, *outer = otr_hist_home_command(inst);
	int err;

	if (!words->args)
		return -EINVAL;
	if (outer)
		return hist_read(inst, ev, words, outer);
	err = otr_hist_command_init(&command, ev, words->args);
	if (err)
		return err;
	err = hist_read(inst, ev, words, &command);
	otr_hist_command_log(&command, &inst->errors);
	otr_hist_command_free(&command);
	return err;
}

/* None goes while another one's variables are wanted. */
static bool hist_stays(const struct otr_event_trigger *trigger)
{
	struct otr_hist_use *use = NULL;

	while ((use = otr_hist_use_next(trigger->trigger.inst, trigger->event, use)))
		if (otr_hist_busy(use->hist))
			return true;
	return false;
}

static void hist_show(const struct otr_trigger *trigger, struct seq_file *m)
{
	const struct otr_hist_use *use = trigger->data;

	otr_hist_use_list(use, m);
}

/* What a probe finds on its way may be looked at by a probe. */
static void hist_pause_taps(const struct otr_sub *sub, enum otr_tap_kind kind, bool pause)
{
	struct otr_tap *tap;

	/* What a tap is comes with its address, see otr_sub_add_tap(). */
	for (tap = READ_ONCE(sub->taps[kind]); tap; tap = READ_ONCE(tap->next)) {
		struct otr_event_trigger *other;
		struct otr_hist_use *use;

		if (tap->run != hist_hit)
			continue;
		other = container_of(tap, struct otr_event_trigger, tap);
		use = other->trigger.data;
		WRITE_ONCE(use->paused, pause);
	}
}

static void hist_pause_all(const struct otr_trigger *trigger, atomic_long_t *left, bool pause)
{
	if (!otr_trigger_take(left))
		return;
	hist_pause_taps(trigger->sub, OTR_TAP_BEFORE, pause);
	hist_pause_taps(trigger->sub, OTR_TAP_TIMED, pause);
}

static void hist_run_enable(const struct otr_trigger *trigger, atomic_long_t *left,
			    const struct otr_hit *hit)
{
	hist_pause_all(trigger, left, false);
}

static void hist_run_disable(const struct otr_trigger *trigger, atomic_long_t *left,
			     const struct otr_hit *hit)
{
	hist_pause_all(trigger, left, true);
}

#define ABOUT_EVENT	.on = OTR_ON_EVENTS, .when = OTR_TAP_BEFORE, .family = "hist", \
			.cleared = true, .target = otr_action_target_event, \
			.prepare = otr_action_prepare_event, \
			.release = otr_action_release_event, \
			.show_target = otr_action_show_event

/* In the order in which an event's file names them. */
static struct otr_action hist_actions[] = {
	{ .name = "enable_hist", ABOUT_EVENT, .run = hist_run_enable },
	{ .name = "disable_hist", ABOUT_EVENT, .run = hist_run_disable },
	{ .name = "hist", .on = OTR_ON_EVENTS, .when = OTR_TAP_BEFORE, .needs_rec = true,
	  .last = true, .cleared = true, .stays = hist_stays, .write = hist_write,
	  .release = hist_release, .show = hist_show },
};

/**
 * otr_hist_watch - begin or end to wait for hits, of whatever histogram
 * @on: which
 *
 * A probe counts first and asks then, without a barrier, whether somebody waits. So who
 * begins to wait waits for those probes that may have asked before.
 *
 * Context: may sleep.
 */
void otr_hist_watch(bool on)
{
	mutex_lock(&otr_switch_lock);
	WRITE_ONCE(hist_watchers, hist_watchers + (on ? 1 : -1));
	if (on && hist_watchers == 1)
		tracepoint_synchronize_unregister();
	mutex_unlock(&otr_switch_lock);
}

/**
 * otr_hist_waiters - the tasks that wait for hits
 *
 * They are woken as well when an event goes away.
 *
 * Context: any.
 * Return: a queue for poll_wait().
 */
wait_queue_head_t *otr_hist_waiters(void)
{
	return &hist_queue;
}

/* A synthetic event goes without being asked: what records it goes first. */
static void hist_event_gone(struct otr_event *ev, bool for_good)
{
	struct otr_hist_use *use;

	mutex_lock(&otr_switch_lock);
	while ((use = otr_hist_synth_user(ev)))
		otr_event_trigger_remove(use->trigger);
	mutex_unlock(&otr_switch_lock);
}

/* A waiter finds that its event is not there any more. */
static void hist_events_gone(void)
{
	wake_up_all(&hist_queue);
}

static struct otr_event_hooks hist_hooks = {
	.gone	= hist_event_gone,
	.settle	= hist_events_gone,
};

/**
 * otr_hist_triggers_init - let events have histograms
 *
 * Context: module load.
 * Return: 0, or what otr_hist_homes_init() returned.
 */
int otr_hist_triggers_init(void)
{
	unsigned int i;
	int err = otr_hist_homes_init();

	if (err)
		return err;
	otr_event_add_hooks(&hist_hooks);
	for (i = 0; i < ARRAY_SIZE(hist_actions); i++)
		otr_action_register(&hist_actions[i]);
	return 0;
}

/**
 * otr_hist_triggers_exit - the counterpart of otr_hist_triggers_init()
 *
 * Context: module unload, after otr_inst_end().
 */
void otr_hist_triggers_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hist_actions); i++)
		otr_action_unregister(&hist_actions[i]);
	otr_event_remove_hooks(&hist_hooks);
	irq_work_sync(&hist_waker);
	otr_hist_homes_exit();
}
