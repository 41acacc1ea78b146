// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inst room over a ring that only remembers what it was asked for:
 * options, tracers, subscriptions, and what is left behind when something fails.
 */
#include "inst_room.h"
#include "inst_parts.h"

static int start(struct kunit *test)
{
	memset(&count, 0, sizeof(count));
	hook_answer = 0;
	ring_answer = 0;
	count_tracer.part.initial = 0;
	count_tracer.keeps_longest = false;
	KUNIT_ASSERT_EQ(test, otr_inst_init(), 0);
	KUNIT_ASSERT_EQ(test, otr_part_register(&early_part), 0);
	KUNIT_ASSERT_EQ(test, otr_part_register(&test_part), 0);
	KUNIT_ASSERT_EQ(test, otr_tracer_register(&count_tracer), 0);
	return 0;
}

static void stop(struct kunit *test)
{
	otr_inst_end();
	KUNIT_EXPECT_EQ(test, hooked, 0);
	/* Only the first call does it. */
	otr_inst_end();
	otr_tracer_unregister(&count_tracer);
	otr_part_unregister(&test_part);
	otr_part_unregister(&early_part);
	otr_inst_exit();
	KUNIT_EXPECT_EQ(test, rings, 0);
}

static void begins_with_nop(struct kunit *test)
{
	const struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_inst_lock);
	KUNIT_EXPECT_STREQ(test, inst->tracer->name, "nop");
	KUNIT_EXPECT_FALSE(test, inst->expanded);
	KUNIT_EXPECT_TRUE(test, otr_inst_option(inst, OTR_OPT_OVERWRITE));
	KUNIT_EXPECT_TRUE(test, fake.overwrite);
	KUNIT_EXPECT_FALSE(test, otr_inst_option(inst, OTR_OPT_RAW));
	/* The newest tracer is listed first, "nop" last. */
	KUNIT_EXPECT_STREQ(test, otr_tracer_next(NULL)->name, "count");
	KUNIT_EXPECT_STREQ(test, otr_tracer_next(&count_tracer)->name, "nop");
	KUNIT_EXPECT_NULL(test, otr_tracer_next(&otr_tracer_nop));
}

static void changes_tracers(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_tracer_lock);
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "count"), 0);
	KUNIT_EXPECT_PTR_EQ(test, inst->tracer, &count_tracer);
	KUNIT_EXPECT_EQ(test, fake.bytes, OTR_RING_BYTES);
	KUNIT_EXPECT_EQ(test, fake.resets, 1);
	/* The same again does nothing. */
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "count"), 0);
	KUNIT_EXPECT_EQ(test, count.started, 1);
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "absent"), -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, inst->tracer, &count_tracer);
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "nop"), 0);
	KUNIT_EXPECT_EQ(test, count.stopped, 1);
	/* That takes long: others look at the instance meanwhile. */
	KUNIT_EXPECT_EQ(test, count.locked, 0);
}

static void survives_a_tracer_that_fails(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_tracer_lock);
	count.answer = -ENOMEM;
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "count"), -ENOMEM);
	KUNIT_EXPECT_STREQ(test, inst->tracer->name, "nop");
	KUNIT_EXPECT_EQ(test, count.stopped, 0);
}

/* What a tracer that fails would have kept its time in goes, what a user has stays. */
static void keeps_a_snapshot_of_the_user(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_tracer_lock);
	count_tracer.keeps_longest = true;
	count.answer = -ENOMEM;
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "count"), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, inst->snapshot_ready);
	scoped_guard(mutex, &otr_shape_lock)
		KUNIT_EXPECT_EQ(test, otr_inst_make_room(inst), 0);
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "count"), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, inst->snapshot_ready);
	scoped_guard(mutex, &otr_shape_lock)
		otr_snapshot_free(inst);
}

static int pipe_open(struct otr_inst *inst, int cpu)
{
	guard(mutex)(&otr_inst_lock);
	return otr_inst_pipe_open(inst, cpu);
}

static void pipe_close(struct otr_inst *inst, int cpu)
{
	guard(mutex)(&otr_inst_lock);
	otr_inst_pipe_close(inst, cpu);
}

/* A reader that comes while the tracer is exchanged. */
static void pipe_opens_late(struct otr_inst *inst)
{
	if (!pipe_open(inst, 0))
		count.stop = NULL;
}

static void is_busy_while_piped(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_tracer_lock);
	KUNIT_EXPECT_EQ(test, pipe_open(inst, 0), 0);
	KUNIT_EXPECT_EQ(test, pipe_open(inst, 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, pipe_open(inst, OTR_CPU_ALL), -EBUSY);
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "count"), -EBUSY);
	pipe_close(inst, 0);
	KUNIT_EXPECT_EQ(test, pipe_open(inst, OTR_CPU_ALL), 0);
	KUNIT_EXPECT_EQ(test, pipe_open(inst, 0), -EBUSY);
	pipe_close(inst, OTR_CPU_ALL);
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "count"), 0);
	count.stop = pipe_opens_late;
	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "nop"), -EBUSY);
	KUNIT_EXPECT_STREQ(test, inst->tracer->name, "nop");
	pipe_close(inst, 0);
}

static void parses_options(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_tracer_lock);
	KUNIT_EXPECT_EQ(test, otr_option_parse(inst, "raw"), 0);
	KUNIT_EXPECT_TRUE(test, otr_inst_option(inst, OTR_OPT_RAW));
	KUNIT_EXPECT_EQ(test, otr_option_parse(inst, "noraw"), 0);
	KUNIT_EXPECT_FALSE(test, otr_inst_option(inst, OTR_OPT_RAW));
	KUNIT_EXPECT_EQ(test, otr_option_parse(inst, "ra"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_option_parse(inst, ""), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_option_parse(inst, "nooverwrite"), 0);
	KUNIT_EXPECT_FALSE(test, fake.overwrite);
}

static void asks_before_an_option_changes(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_tracer_lock);
	/* nop has one option that it takes and one that it does not. */
	KUNIT_EXPECT_EQ(test, otr_option_parse(inst, "test_nop_accept"), 0);
	KUNIT_EXPECT_EQ(test, otr_option_parse(inst, "test_nop_refuse"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_tracer_bits(inst, &otr_tracer_nop), 1);

	KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "count"), 0);
	KUNIT_EXPECT_EQ(test, otr_option_parse(inst, "test_nop_accept"), -EINVAL);
	count.refuse = -EBUSY;
	KUNIT_EXPECT_EQ(test, otr_option_set(inst, OTR_OPT_RAW, true), -EBUSY);
	KUNIT_EXPECT_FALSE(test, otr_inst_option(inst, OTR_OPT_RAW));
	count.refuse = 0;
	hook_answer = -EOPNOTSUPP;
	told = 0;
	KUNIT_EXPECT_EQ(test, otr_option_set(inst, OTR_OPT_RAW, true), -EOPNOTSUPP);
	KUNIT_EXPECT_FALSE(test, otr_inst_option(inst, OTR_OPT_RAW));
	/* The part that had followed was told that it is over. */
	KUNIT_EXPECT_EQ(test, told, 2);
	KUNIT_EXPECT_FALSE(test, told_raw);
	KUNIT_EXPECT_EQ(test, count.locked, 0);
}

static void sets_clocks(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();

	KUNIT_EXPECT_EQ(test, otr_inst_set_clock(inst, "mono"), 0);
	KUNIT_EXPECT_EQ(test, fake.clock, OTR_CLOCK_MONO);
	KUNIT_EXPECT_EQ(test, fake.resets, 1);
	KUNIT_EXPECT_EQ(test, otr_inst_set_clock(inst, "sundial"), -EINVAL);
	fake.answer = -EBUSY;
	KUNIT_EXPECT_EQ(test, otr_inst_set_clock(inst, "boot"), -EBUSY);
	KUNIT_EXPECT_EQ(test, inst->clock, OTR_CLOCK_MONO);
}

static void pauses_nest(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_inst_lock);
	otr_inst_pause(inst);
	otr_inst_pause(inst);
	otr_inst_resume(inst);
	KUNIT_EXPECT_EQ(test, fake.disabled, 1);
	otr_inst_resume(inst);
	KUNIT_EXPECT_EQ(test, fake.disabled, 0);
}

static void chooses_cpus(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_inst_lock);
	otr_inst_set_cpus(inst, cpu_none_mask);
	KUNIT_EXPECT_EQ(test, fake.off_cpus, *cpumask_bits(cpu_possible_mask));
	otr_inst_set_cpus(inst, cpumask_of(0));
	KUNIT_EXPECT_EQ(test, fake.off_cpus, *cpumask_bits(cpu_possible_mask) & ~1UL);
	otr_inst_set_cpus(inst, cpu_possible_mask);
	KUNIT_EXPECT_EQ(test, fake.off_cpus, 0);
}

/* An event that counts who is attached to it. */
static int attached;

static int count_attach(struct otr_event *ev, struct otr_sub *sub)
{
	attached++;
	return 0;
}

static void count_detach(struct otr_event *ev, struct otr_sub *sub)
{
	attached--;
}

static const struct otr_event_ops count_ops = {
	.attach	= count_attach,
	.detach	= count_detach,
};

static const struct otr_field next_fields[] = {
	{ "pid_t", "next_pid", 56, 4, true },
	{}
};

static struct otr_event switch_event = {
	.system = "sched", .name = "sched_switch", .fields = next_fields, .ops = &count_ops,
};

static struct otr_event plain_event = {
	.system = "test", .name = "plain", .fields = next_fields, .ops = &count_ops,
};

static void events_in(struct kunit *test)
{
	attached = 0;
	KUNIT_ASSERT_EQ(test, otr_event_register(&switch_event), 0);
	KUNIT_ASSERT_EQ(test, otr_event_register(&plain_event), 0);
}

static void events_out(struct kunit *test)
{
	otr_event_unregister(&switch_event);
	otr_event_unregister(&plain_event);
	otr_sub_clear(otr_inst_top());
	KUNIT_EXPECT_EQ(test, attached, 0);
	switch_event.id = 0;
	plain_event.id = 0;
}

static struct otr_sub *sub_of(struct otr_event *ev)
{
	guard(mutex)(&otr_inst_lock);
	return otr_sub_find(otr_inst_top(), ev);
}

static void switches_events(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();
	struct otr_pick either = { .either = "sched" };
	struct otr_pick none = { .system = "test", .event = "sched_switch" };
	struct otr_pick all = {};

	guard(mutex)(&otr_switch_lock);
	events_in(test);
	KUNIT_EXPECT_NULL(test, sub_of(&plain_event));
	KUNIT_EXPECT_EQ(test, otr_sub_switch_all(inst, &either, true), 0);
	KUNIT_EXPECT_EQ(test, attached, 1);
	KUNIT_EXPECT_NULL(test, sub_of(&plain_event));
	KUNIT_EXPECT_EQ(test, sub_of(&switch_event)->gate.bits, 0);
	KUNIT_EXPECT_EQ(test, fake.bytes, OTR_RING_BYTES);
	/* Twice is once. */
	KUNIT_EXPECT_EQ(test, otr_sub_switch_all(inst, &all, true), 0);
	KUNIT_EXPECT_EQ(test, attached, 2);
	KUNIT_EXPECT_EQ(test, otr_sub_switch_all(inst, &none, true), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_sub_switch(inst, &plain_event, false), 0);
	KUNIT_EXPECT_EQ(test, attached, 1);
	KUNIT_EXPECT_TRUE(test, sub_of(&plain_event)->gate.bits & OTR_GATE_SHUT);
	sub_forget(inst, &switch_event, false);
	sub_settle();
	KUNIT_EXPECT_EQ(test, attached, 0);
	events_out(test);
}

static void limits_tasks(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();
	struct otr_sub *plain, *other;

	guard(mutex)(&otr_switch_lock);
	events_in(test);
	KUNIT_ASSERT_EQ(test, otr_sub_switch(inst, &plain_event, true), 0);
	plain = sub_of(&plain_event);
	guard(mutex)(&otr_tracer_lock);
	otr_sub_set_pids(inst, 1, otr_idset_create());
	KUNIT_EXPECT_EQ(test, plain->gate.bits, OTR_GATE_TASKS);
	KUNIT_EXPECT_EQ(test, plain->pid_at, 0);
	/* A subscription that comes later knows of it, too. */
	scoped_guard(mutex, &otr_inst_lock)
		other = otr_sub_get(inst, &switch_event);
	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	KUNIT_EXPECT_EQ(test, other->gate.bits, OTR_GATE_OTHER | OTR_GATE_SHUT);
	KUNIT_EXPECT_EQ(test, other->pid_at, 56);
	otr_sub_set_pids(inst, 1, NULL);
	KUNIT_EXPECT_EQ(test, plain->gate.bits, 0);
	events_out(test);
}

static int filter_event(struct kunit *test, const char *text)
{
	char copy[16];

	strscpy(copy, text);
	return otr_sub_set_filter(otr_inst_top(), &plain_event, copy);
}

static void filters_events(struct kunit *test)
{
	struct otr_sub *sub;

	guard(mutex)(&otr_switch_lock);
	events_in(test);
	KUNIT_EXPECT_EQ(test, filter_event(test, " 0 "), 0);
	KUNIT_EXPECT_NULL(test, sub_of(&plain_event));
	KUNIT_EXPECT_EQ(test, filter_event(test, " good\n"), 0);
	sub = sub_of(&plain_event);
	KUNIT_ASSERT_NOT_NULL(test, sub);
	KUNIT_EXPECT_STREQ(test, sub->shown->text, " good");
	KUNIT_EXPECT_PTR_EQ(test, sub->shown, sub->filter);
	KUNIT_EXPECT_EQ(test, sub->gate.bits, OTR_GATE_FILTER | OTR_GATE_SHUT);
	/* A wrong one is shown, and filters nothing. */
	KUNIT_EXPECT_EQ(test, filter_event(test, "bad"), -EINVAL);
	KUNIT_EXPECT_STREQ(test, sub->shown->text, "broken");
	KUNIT_EXPECT_NULL(test, sub->filter);
	KUNIT_EXPECT_EQ(test, sub->gate.bits, OTR_GATE_SHUT);
	KUNIT_EXPECT_EQ(test, filter_event(test, "0"), 0);
	KUNIT_EXPECT_NULL(test, sub->shown);
	events_out(test);
}

static const struct otr_pick *awaited(const struct otr_inst *inst, unsigned int nr)
{
	const struct otr_pick *at = otr_await_next(&inst->awaited, NULL);

	while (at && nr--)
		at = otr_await_next(&inst->awaited, at);
	return at;
}

static void waits_for_modules(struct kunit *test)
{
	const struct otr_pick all = { .module = "mod" }, whole = { .module = "other" };
	const struct otr_pick some = { .module = "other", .system = "test" };
	const struct otr_pick word = { .module = "other", .either = "test" };
	struct otr_inst *inst = otr_inst_top();

	guard(mutex)(&otr_switch_lock);
	events_in(test);
	scoped_guard(mutex, &otr_inst_lock) {
		KUNIT_EXPECT_EQ(test, otr_awaited_add(inst, &all), 0);
		KUNIT_EXPECT_EQ(test, otr_awaited_add(inst, &all), 0);
		KUNIT_EXPECT_EQ(test, otr_awaited_add(inst, &some), 0);
		KUNIT_EXPECT_STREQ(test, awaited(inst, 0)->system, "test");
		KUNIT_EXPECT_NULL(test, awaited(inst, 1)->system);
		KUNIT_EXPECT_NULL(test, awaited(inst, 2));
	}
	/* Its tracepoints are there, its events are not. */
	otr_awaited_came(inst, "mod");
	scoped_guard(mutex, &otr_inst_lock)
		KUNIT_EXPECT_NOT_NULL(test, awaited(inst, 1));
	plain_event.module = "mod";
	otr_awaited_came(inst, "mod");
	KUNIT_EXPECT_EQ(test, attached, 1);
	scoped_guard(mutex, &otr_inst_lock) {
		KUNIT_EXPECT_STREQ(test, awaited(inst, 0)->module, "other");
		KUNIT_EXPECT_EQ(test, otr_await_remove(&inst->awaited, &all), -EINVAL);
		KUNIT_EXPECT_EQ(test, otr_await_remove(&inst->awaited, &word), -EINVAL);
		KUNIT_EXPECT_EQ(test, otr_await_remove(&inst->awaited, &whole), 0);
		KUNIT_EXPECT_NULL(test, awaited(inst, 0));
	}
	plain_event.module = NULL;
	events_out(test);
}

static struct otr_inst *made(struct kunit *test, const char *name)
{
	struct otr_inst *inst = NULL;

	KUNIT_EXPECT_EQ(test, otr_inst_create(name, &inst), 0);
	return inst;
}

static struct otr_inst *found(const char *name)
{
	guard(mutex)(&otr_inst_lock);
	return otr_inst_find(name);
}

static struct otr_inst *after(const struct otr_inst *inst)
{
	guard(mutex)(&otr_inst_lock);
	return otr_inst_next(inst);
}

static void makes_and_removes(struct kunit *test)
{
	struct otr_inst *one = made(test, "one"), *two = made(test, "two"), *none = NULL;

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, two);
	KUNIT_EXPECT_EQ(test, otr_inst_create("one", &none), -EEXIST);
	KUNIT_EXPECT_EQ(test, hooked, 3);
	KUNIT_EXPECT_EQ(test, rings, 3);
	KUNIT_EXPECT_TRUE(test, one->expanded);
	KUNIT_EXPECT_STREQ(test, one->tracer->name, "nop");
	KUNIT_EXPECT_PTR_EQ(test, after(NULL), otr_inst_top());
	KUNIT_EXPECT_PTR_EQ(test, after(otr_inst_top()), one);
	KUNIT_EXPECT_PTR_EQ(test, after(one), two);
	KUNIT_EXPECT_NULL(test, after(two));
	KUNIT_EXPECT_PTR_EQ(test, found("two"), two);
	/* Nobody names the first one. */
	KUNIT_EXPECT_NULL(test, found(""));
	KUNIT_EXPECT_EQ(test, otr_inst_remove(one), 0);
	KUNIT_EXPECT_NULL(test, found("one"));
	KUNIT_EXPECT_EQ(test, hooked, 2);
	KUNIT_EXPECT_EQ(test, rings, 2);
	/* "two" goes with the room. */
}

static void stays_while_somebody_has_it(struct kunit *test)
{
	struct otr_inst *inst = made(test, "one");

	KUNIT_ASSERT_NOT_NULL(test, inst);
	KUNIT_EXPECT_EQ(test, otr_inst_get(inst), 0);
	KUNIT_EXPECT_EQ(test, otr_inst_remove(inst), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, found("one"), inst);
	otr_inst_put(inst);
	/* Keeping its memory does not keep it. */
	otr_inst_keep(inst);
	KUNIT_EXPECT_FALSE(test, otr_inst_gone(inst));
	KUNIT_EXPECT_EQ(test, otr_inst_remove(inst), 0);
	KUNIT_EXPECT_TRUE(test, otr_inst_gone(inst));
	KUNIT_EXPECT_EQ(test, otr_inst_get(inst), -ENODEV);
	KUNIT_EXPECT_EQ(test, otr_inst_remove(inst), -ENODEV);
	KUNIT_EXPECT_EQ(test, rings, 1);
	otr_inst_drop(inst);
}

static void leaves_nothing_of_what_failed(struct kunit *test)
{
	struct otr_inst *inst = NULL;

	hook_answer = -ENOMEM;
	KUNIT_EXPECT_EQ(test, otr_inst_create("one", &inst), -ENOMEM);
	hook_answer = 0;
	fake.answer = -ENOMEM;
	KUNIT_EXPECT_EQ(test, otr_inst_create("one", &inst), -ENOMEM);
	fake.answer = 0;
	ring_answer = -ENOMEM;
	KUNIT_EXPECT_EQ(test, otr_inst_create("one", &inst), -ENOMEM);
	KUNIT_EXPECT_NULL(test, inst);
	KUNIT_EXPECT_NULL(test, found("one"));
	KUNIT_EXPECT_EQ(test, hooked, 1);
	KUNIT_EXPECT_EQ(test, rings, 1);
}

#include "inst_options.h"

static void tap_run(struct otr_tap *tap, const struct otr_hit *hit)
{
}

/* The gate says what probes have to do besides recording. */
static void taps_an_event(struct kunit *test)
{
	struct otr_tap sink = { tap_run, .kind = OTR_TAP_SINK };
	struct otr_tap one = { tap_run, .kind = OTR_TAP_BEFORE }, two = one;
	struct otr_tap after = { tap_run, .kind = OTR_TAP_AFTER };
	static struct otr_filter some;
	struct otr_sub *sub;

	guard(mutex)(&otr_switch_lock);
	events_in(test);
	sub = otr_sub_hold(otr_inst_top(), &plain_event);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sub));
	KUNIT_EXPECT_EQ(test, attached, 1);
	scoped_guard(mutex, &otr_inst_lock) {
		otr_sub_add_tap(sub, &sink);
		KUNIT_EXPECT_EQ(test, sub->gate.bits, OTR_GATE_SHUT | OTR_GATE_SINK);
		otr_sub_add_tap(sub, &one);
		otr_sub_add_tap(sub, &two);
		KUNIT_EXPECT_EQ(test, sub->gate.bits,
				OTR_GATE_SHUT | OTR_GATE_SINK | OTR_GATE_TRIGGER);
		KUNIT_EXPECT_FALSE(test, sub->picky);
		/* The newest trigger comes first. */
		KUNIT_EXPECT_PTR_EQ(test, sub->taps[OTR_TAP_BEFORE], &two);
		KUNIT_EXPECT_PTR_EQ(test, two.next, &one);
		otr_sub_remove_tap(sub, &two);
		/* A probe that is there goes on. */
		KUNIT_EXPECT_PTR_EQ(test, two.next, &one);
		otr_sub_add_tap(sub, &after);
		KUNIT_EXPECT_TRUE(test, sub->picky);
		otr_sub_remove_tap(sub, &sink);
		otr_sub_remove_tap(sub, &after);
		KUNIT_EXPECT_FALSE(test, sub->picky);
		after.filter = &some;
		otr_sub_add_tap(sub, &after);
		KUNIT_EXPECT_NULL(test, sub->lone);
		otr_sub_remove_tap(sub, &one);
		KUNIT_EXPECT_PTR_EQ(test, sub->lone, &some);
		otr_sub_remove_tap(sub, &after);
		KUNIT_EXPECT_NULL(test, sub->lone);
		KUNIT_EXPECT_EQ(test, sub->gate.bits, OTR_GATE_SHUT);
	}
	otr_sub_drop(sub);
	KUNIT_EXPECT_EQ(test, attached, 0);
	events_out(test);
}

/* An instance goes with all that it records. */
static void stops_what_it_records(struct kunit *test)
{
	struct otr_inst *inst = made(test, "one");
	char text[] = "good";

	KUNIT_ASSERT_NOT_NULL(test, inst);
	scoped_guard(mutex, &otr_tracer_lock)
		KUNIT_EXPECT_EQ(test, otr_tracer_set(inst, "count"), 0);
	scoped_guard(mutex, &otr_switch_lock) {
		events_in(test);
		KUNIT_EXPECT_EQ(test, otr_sub_switch(inst, &plain_event, true), 0);
		KUNIT_EXPECT_EQ(test, otr_sub_switch(inst, &switch_event, true), 0);
		KUNIT_EXPECT_EQ(test, otr_sub_switch(otr_inst_top(), &plain_event, true), 0);
		KUNIT_EXPECT_EQ(test, otr_sub_set_filter(inst, &plain_event, text), 0);
		KUNIT_EXPECT_EQ(test, attached, 3);
		KUNIT_EXPECT_EQ(test, sub_of(&plain_event)->gate.bits, 0);
	}
	KUNIT_EXPECT_EQ(test, otr_inst_remove(inst), 0);
	KUNIT_EXPECT_EQ(test, count.stopped, 1);
	KUNIT_EXPECT_EQ(test, attached, 1);
	scoped_guard(mutex, &otr_switch_lock)
		events_out(test);
	KUNIT_EXPECT_EQ(test, count.locked, 0);
}

static int make_room(struct otr_inst *inst)
{
	guard(mutex)(&otr_shape_lock);
	return otr_inst_make_room(inst);
}

/* A snapshot's ring follows the instance's, and costs nothing before it is wanted. */
static void puts_aside(struct kunit *test)
{
	struct otr_inst *inst = otr_inst_top();
	struct cpumask cpus = { };

	KUNIT_EXPECT_EQ(test, otr_snapshot_take(inst), -ENOENT);
	mutex_lock(&otr_inst_lock);
	cpumask_set_cpu(1, &cpus);
	otr_inst_set_cpus(inst, &cpus);
	KUNIT_EXPECT_EQ(test, rings, 1);
	KUNIT_EXPECT_FALSE(test, IS_ERR(otr_snapshot_ring(inst)));
	KUNIT_EXPECT_EQ(test, rings, 2);
	KUNIT_EXPECT_TRUE(test, spare.off_cpus & BIT(0) && !(spare.off_cpus & BIT(1)));
	KUNIT_EXPECT_EQ(test, spare.matches, 0);
	KUNIT_EXPECT_EQ(test, otr_snapshot_take(inst), -ENOENT);
	mutex_unlock(&otr_inst_lock);
	KUNIT_EXPECT_EQ(test, make_room(inst), 0);
	KUNIT_EXPECT_EQ(test, spare.bytes, inst->size);
	named = 0;
	KUNIT_EXPECT_EQ(test, otr_snapshot_take(inst), 0);
	KUNIT_EXPECT_EQ(test, named, 1);
	KUNIT_EXPECT_EQ(test, spare.swaps, 1);
	otr_ring_pin(inst->ring);
	KUNIT_EXPECT_EQ(test, otr_snapshot_take(inst), -EBUSY);
	KUNIT_EXPECT_EQ(test, named, 1);
	otr_ring_unpin(inst->ring);
	KUNIT_EXPECT_EQ(test, otr_inst_resize(inst, 7 << 12, OTR_CPU_ALL), 0);
	KUNIT_EXPECT_EQ(test, spare.bytes, 7 << 12);
	KUNIT_EXPECT_EQ(test, otr_inst_set_clock(inst, "mono"), 0);
	KUNIT_EXPECT_EQ(test, spare.clock, fake.clock);
	cpumask_set_cpu(0, &cpus);
	mutex_lock(&otr_inst_lock);
	otr_inst_set_cpus(inst, &cpus);
	mutex_unlock(&otr_inst_lock);
	KUNIT_EXPECT_FALSE(test, spare.off_cpus & BIT(0));
	KUNIT_EXPECT_EQ(test, otr_inst_set_order(inst, 3), 0);
	KUNIT_EXPECT_EQ(test, spare.order, 3);
	/* No memory for a larger one: there is none from then on. */
	spare.answer = -ENOMEM;
	KUNIT_EXPECT_EQ(test, otr_inst_resize(inst, 9 << 12, OTR_CPU_ALL), -ENOMEM);
	KUNIT_EXPECT_EQ(test, fake.bytes, 9 << 12);
	KUNIT_EXPECT_EQ(test, spare.bytes + spare.order, UNUSED_BYTES);
	KUNIT_EXPECT_EQ(test, otr_snapshot_take(inst), -ENOENT);
	spare.answer = 0;
	KUNIT_EXPECT_EQ(test, make_room(inst), 0);
	mutex_lock(&otr_shape_lock);
	otr_snapshot_free(inst);
	mutex_unlock(&otr_shape_lock);
	KUNIT_EXPECT_EQ(test, spare.bytes, UNUSED_BYTES);
	KUNIT_EXPECT_EQ(test, otr_snapshot_take(inst), -ENOENT);
	KUNIT_EXPECT_EQ(test, atomic_read(&inst->ring->pinned), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(begins_with_nop),
	KUNIT_CASE(changes_tracers),
	KUNIT_CASE(survives_a_tracer_that_fails),
	KUNIT_CASE(keeps_a_snapshot_of_the_user),
	KUNIT_CASE(is_busy_while_piped),
	KUNIT_CASE(parses_options),
	KUNIT_CASE(asks_before_an_option_changes),
	KUNIT_CASE(sets_clocks),
	KUNIT_CASE(pauses_nest),
	KUNIT_CASE(chooses_cpus),
	KUNIT_CASE(switches_events),
	KUNIT_CASE(limits_tasks),
	KUNIT_CASE(filters_events),
	KUNIT_CASE(waits_for_modules),
	KUNIT_CASE(makes_and_removes),
	KUNIT_CASE(stays_while_somebody_has_it),
	KUNIT_CASE(leaves_nothing_of_what_failed),
	KUNIT_CASE(takes_over_options),
	KUNIT_CASE(has_options_of_tracers_for_itself),
	KUNIT_CASE(taps_an_event),
	KUNIT_CASE(stops_what_it_records),
	KUNIT_CASE(puts_aside),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_inst",
	.init		= start,
	.exit		= stop,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's inst room");
MODULE_LICENSE("GPL");
