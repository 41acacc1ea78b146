// SPDX-License-Identifier: GPL-2.0-only
/*
 * Triggers on events: actions with a grammar of their own, what a refused command leaves,
 * and what becomes of triggers when an event or an instance goes.
 */
#include "inst_room.h"
#include "trigger/event.c"
#include "trigger/action.c"
#include "trigger/hist_show.c"
#include "hist_fake.h"

/* What the rooms around were asked for. */
static int attached;

int otr_stack_prepare(void)
{
	return 0;
}

void otr_stack_record(struct otr_ring *ring, unsigned long from)
{
}

bool otr_marker_say(struct otr_ring *ring, unsigned long ip, const char *text, size_t len,
		    bool line)
{
	return true;
}

void otr_dump(int cpu)
{
}

/* Another CPU throws the switch in between, if told so. */
static struct {
	bool	on;
	bool	raced;
} fake_ring = { .on = true };

bool otr_ring_is_on(const struct otr_ring *ring)
{
	bool was = fake_ring.on;

	if (fake_ring.raced)
		fake_ring.on = !was;
	return was;
}

static bool fake_switch(bool on)
{
	bool was = fake_ring.on;

	fake_ring.on = on;
	return was != on;
}

bool otr_ring_on(struct otr_ring *ring)
{
	return fake_switch(true);
}

bool otr_ring_off(struct otr_ring *ring)
{
	return fake_switch(false);
}

static int event_attach(struct otr_event *ev, struct otr_sub *sub)
{
	attached++;
	return 0;
}

static void event_detach(struct otr_event *ev, struct otr_sub *sub)
{
	attached--;
}

static const struct otr_event_ops event_ops = {
	.attach	= event_attach,
	.detach	= event_detach,
};

static const struct otr_field event_fields[] = { {} };

#define EVENT(as)	{ .system = "test", .name = as, .fields = event_fields, .ops = &event_ops }

static struct otr_event here = EVENT("here"), there = EVENT("there");

/*
 * An action with a grammar of its own, as histograms have: "own:WORDS", of which an
 * event may have several.
 */
static struct {
	char				said[128];
	int				kept;
	int				hits;
	struct otr_event_trigger	*takes;
} own;

/* One may take another one with it. */
static void own_release(struct otr_trigger *trigger)
{
	struct otr_event_trigger *other = own.takes;

	kfree(trigger->data);
	own.kept--;
	own.takes = NULL;
	if (other && &other->trigger != trigger)
		otr_event_trigger_remove(other);
}

static void own_run(const struct otr_trigger *trigger, atomic_long_t *left,
		    const struct otr_hit *hit)
{
	own.hits += hit->len;
}

static void own_show(const struct otr_trigger *trigger, struct seq_file *m)
{
	seq_printf(m, "own:%s [active]\n", (char *)trigger->data);
}

static struct otr_event_trigger *own_find(struct otr_inst *inst, struct otr_event *ev,
					  const struct otr_words *words)
{
	struct otr_event_trigger *trigger = NULL;
	const struct otr_sub *sub = event_sub(inst, ev);

	while ((trigger = otr_event_trigger_next(sub, words->action, trigger)))
		if (!strcmp(trigger->trigger.data, words->args))
			break;
	return trigger;
}

static int own_add(struct otr_inst *inst, struct otr_event *ev, const struct otr_words *words,
		   char *filter)
{
	struct otr_event_trigger *trigger = otr_event_trigger_create(inst, ev, words->action);
	int err;

	if (!trigger)
		return -ENOMEM;
	trigger->trigger.data = kstrdup(words->args, GFP_KERNEL);
	err = otr_event_trigger_set_filter(trigger, filter) ?: otr_event_trigger_add(trigger);
	if (!err) {
		own.kept++;
		return 0;
	}
	kfree(trigger->trigger.data);
	otr_event_trigger_free(trigger);
	return err;
}

static int own_write(struct otr_inst *inst, struct otr_event *ev, const struct otr_words *words)
{
	struct otr_event_trigger *found;
	char *filter = words->args ? strstr(words->args, " if ") : NULL;

	snprintf(own.said, sizeof(own.said), "%d %s", words->remove, words->text);
	if (!words->args)
		return -EINVAL;
	if (filter)
		*filter++ = '\0';
	found = own_find(inst, ev, words);
	if (found && words->remove)
		otr_event_trigger_remove(found);
	else if (found)
		return -EEXIST;
	return words->remove ? 0 : own_add(inst, ev, words, filter);
}

static struct otr_action own_action = {
	.name		= "own",
	.on		= OTR_ON_EVENTS,
	.when		= OTR_TAP_BEFORE,
	.needs_rec	= true,
	.cleared	= true,
	.release	= own_release,
	.write		= own_write,
	.show		= own_show,
	.run		= own_run,
};

static int start(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, otr_inst_init(), 0);
	KUNIT_ASSERT_EQ(test, otr_event_triggers_init(), 0);
	otr_actions_init();
	otr_action_register(&own_action);
	memset(&own, 0, sizeof(own));
	attached = 0;
	KUNIT_ASSERT_EQ(test, otr_event_register(&here), 0);
	KUNIT_ASSERT_EQ(test, otr_event_register(&there), 0);
	return 0;
}

static void stop(struct kunit *test)
{
	otr_inst_end();
	KUNIT_EXPECT_EQ(test, attached, 0);
	KUNIT_EXPECT_EQ(test, own.kept, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&event_leaving));
	otr_event_unregister(&here);
	otr_event_unregister(&there);
	otr_action_unregister(&own_action);
	otr_actions_exit();
	otr_event_triggers_exit();
	otr_inst_exit();
	otr_registry_exit();
}

static int write_in(struct otr_inst *inst, struct otr_event *ev, const char *text)
{
	char copy[128];

	strscpy(copy, text);
	guard(mutex)(&otr_switch_lock);
	return otr_event_trigger_write(inst, ev, copy);
}

static int write(const char *text)
{
	return write_in(otr_inst_top(), &here, text);
}

/* What is listed, in a buffer of the test's. */
static const char *listed(struct otr_event *ev)
{
	static char text[512];
	struct seq_file m = { .buf = text, .size = sizeof(text) };
	struct otr_event_trigger *trigger = NULL;
	const struct otr_sub *sub = event_sub(otr_inst_top(), ev);

	guard(mutex)(&otr_inst_lock);
	mutex_init(&m.lock);
	while ((trigger = otr_event_trigger_next(sub, NULL, trigger)))
		otr_event_trigger_show(trigger, &m);
	text[m.count] = '\0';
	return text;
}

static void takes_a_grammar_of_its_own(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, write("  own:keys=a:sort=b if 3 > 2\n"), 0);
	KUNIT_EXPECT_STREQ(test, own.said, "0 own:keys=a:sort=b if 3 > 2");
	KUNIT_EXPECT_EQ(test, write("own keys=b"), 0);
	KUNIT_EXPECT_EQ(test, write("traceoff:3"), 0);
	KUNIT_EXPECT_STREQ(test, listed(&here),
			   "traceoff:count=3\nown:keys=b [active]\nown:keys=a:sort=b [active]\n");
	KUNIT_EXPECT_EQ(test, write("own:keys=b"), -EEXIST);
	KUNIT_EXPECT_EQ(test, write("own"), -EINVAL);
	KUNIT_EXPECT_EQ(test, write("!own:keys=b"), 0);
	KUNIT_EXPECT_STREQ(test, own.said, "1 !own:keys=b");
	KUNIT_EXPECT_EQ(test, own.kept, 1);
	scoped_guard(mutex, &otr_switch_lock)
		otr_event_trigger_clear(otr_inst_top(), &here);
	KUNIT_EXPECT_STREQ(test, listed(&here), "traceoff:count=3\n");
	KUNIT_EXPECT_EQ(test, own.kept, 0);
}

/* A probe finds the action, and its own data, by the tap. */
static void acts_by_its_tap(struct kunit *test)
{
	struct otr_hit hit = { .len = 5 };
	struct otr_tap *tap;

	KUNIT_EXPECT_EQ(test, write("own:keys=a"), 0);
	hit.sub = event_sub(otr_inst_top(), &here);
	tap = hit.sub->taps[OTR_TAP_BEFORE];
	KUNIT_ASSERT_NOT_NULL(test, tap);
	KUNIT_EXPECT_TRUE(test, tap->needs_rec);
	KUNIT_EXPECT_TRUE(test, hit.sub->picky);
	tap->run(tap, &hit);
	KUNIT_EXPECT_EQ(test, own.hits, 5);
}

static void run_with(const char *action, long left, long left_then, struct kunit *test)
{
	struct otr_trigger trigger = {
		.action	= otr_action_find(action, OTR_ON_EVENTS),
		.inst	= otr_inst_top(),
	};
	struct otr_hit hit = { .len = 8 };
	atomic_long_t count;

	KUNIT_ASSERT_NOT_NULL(test, trigger.action);
	atomic_long_set(&count, left);
	trigger.action->run(&trigger, &count, &hit);
	KUNIT_EXPECT_EQ_MSG(test, atomic_long_read(&count), left_then, "%s", action);
}

/* A switch that two CPUs throw at the same moment is thrown, and counted, once. */
static void counts_what_it_changed(struct kunit *test)
{
	fake_ring.on = true;
	fake_ring.raced = false;
	run_with("traceon", 3, 3, test);
	run_with("traceoff", 3, 2, test);
	run_with("traceoff", 3, 3, test);
	run_with("traceon", 3, 2, test);
	fake_ring.raced = true;
	run_with("traceoff", 3, 3, test);
	run_with("traceon", 3, 3, test);
	run_with("traceoff", OTR_COUNT_ENDLESS, OTR_COUNT_ENDLESS, test);
	fake_ring.raced = false;
}

static void leaves_nothing_of_what_failed(struct kunit *test)
{
	static const struct {
		const char	*text;
		int		err;
	} wrong[] = {
		{ "own:keys=a if bad", -EINVAL }, { "traceoff if bad", -EINVAL },
		{ "enable_event:test:there if bad", -EINVAL },
		{ "enable_event:test:none", -EINVAL },
		{ "traceoff:99999999999999999999", -ERANGE }, { "dump", -EINVAL },
	};
	unsigned int i, round;

	for (round = 0; round < 100; round++)
		for (i = 0; i < ARRAY_SIZE(wrong); i++)
			KUNIT_EXPECT_EQ_MSG(test, write(wrong[i].text), wrong[i].err, "%s",
					    wrong[i].text);
	KUNIT_EXPECT_STREQ(test, listed(&here), "");
	KUNIT_EXPECT_EQ(test, attached, 0);
	KUNIT_EXPECT_EQ(test, own.kept, 0);
	KUNIT_EXPECT_PTR_EQ(test, event_sub(otr_inst_top(), &here), NULL);
	KUNIT_EXPECT_EQ(test, otr_errlog_count(&otr_inst_top()->errors), OTR_ERRLOG_MAX);
}

/* One of a family, and about the same event. */
static void has_one_of_a_family(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, write("enable_event:test:there"), 0);
	KUNIT_EXPECT_EQ(test, write("disable_event:test:here"), 0);
	KUNIT_EXPECT_EQ(test, write("disable_event:test:there:5"), -EEXIST);
	KUNIT_EXPECT_EQ(test, write("snapshot"), 0);
	KUNIT_EXPECT_EQ(test, write("snapshot:3"), -EEXIST);
	KUNIT_EXPECT_EQ(test, attached, 2);
	KUNIT_EXPECT_EQ(test, write("!disable_event:test:there"), 0);
	KUNIT_EXPECT_EQ(test, attached, 1);
	KUNIT_EXPECT_STREQ(test, listed(&here),
			   "snapshot:unlimited\ndisable_event:test:here:unlimited\n");
}

static void withdraw(struct otr_event *ev)
{
	otr_event_withdraw(ev, true);
	otr_event_settle();
}

/* The event that a trigger is about goes: so does the trigger. */
static void goes_with_its_target(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, write("enable_event:test:there"), 0);
	KUNIT_EXPECT_EQ(test, write("traceoff"), 0);
	KUNIT_EXPECT_EQ(test, attached, 2);
	withdraw(&there);
	KUNIT_EXPECT_STREQ(test, listed(&here), "traceoff:unlimited\n");
	KUNIT_EXPECT_EQ(test, attached, 1);
	KUNIT_EXPECT_EQ(test, event_sub(otr_inst_top(), &here)->holders, 1);
}

/* The event that triggers are on goes: what they were about is not held any more. */
static void goes_with_its_event(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, write("enable_event:test:there"), 0);
	KUNIT_EXPECT_EQ(test, write("enable_event:test:here"), 0);
	KUNIT_EXPECT_EQ(test, write("own:keys=a"), 0);
	withdraw(&here);
	KUNIT_EXPECT_EQ(test, attached, 0);
	KUNIT_EXPECT_EQ(test, own.kept, 0);
	KUNIT_EXPECT_EQ(test, event_sub(otr_inst_top(), &there)->holders, 0);
}

static void goes_with_its_instance(struct kunit *test)
{
	struct otr_inst *inst;

	KUNIT_ASSERT_EQ(test, otr_inst_create("one", &inst), 0);
	KUNIT_EXPECT_EQ(test, write_in(inst, &here, "enable_event:test:there"), 0);
	KUNIT_EXPECT_EQ(test, write_in(inst, &there, "own:keys=a"), 0);
	KUNIT_EXPECT_EQ(test, write("own:keys=a"), 0);
	KUNIT_EXPECT_EQ(test, attached, 3);
	KUNIT_EXPECT_EQ(test, otr_inst_remove(inst), 0);
	KUNIT_EXPECT_EQ(test, attached, 1);
	KUNIT_EXPECT_EQ(test, own.kept, 1);
}

/* Of two that go at once, one takes the other away: whichever is the first. */
static void takes_with_it_what_goes_as_well(struct kunit *test)
{
	struct otr_inst *inst;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct otr_event *of = i ? &here : &there;

		KUNIT_ASSERT_EQ(test, otr_inst_create("one", &inst), 0);
		KUNIT_EXPECT_EQ(test, write_in(inst, &here, "own:keys=a"), 0);
		KUNIT_EXPECT_EQ(test, write_in(inst, &there, "own:keys=b"), 0);
		own.takes = otr_event_trigger_next(event_sub(inst, of), NULL, NULL);
		KUNIT_ASSERT_NOT_NULL(test, own.takes);
		KUNIT_EXPECT_EQ(test, otr_inst_remove(inst), 0);
		own.takes = NULL;
		KUNIT_EXPECT_EQ(test, attached, 0);
		KUNIT_EXPECT_EQ(test, own.kept, 0);
	}
}

/* And one that would have stayed goes, too. */
static void takes_with_it_what_stays(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, write("own:keys=a"), 0);
	KUNIT_EXPECT_EQ(test, write_in(otr_inst_top(), &there, "own:keys=b"), 0);
	mutex_lock(&otr_switch_lock);
	own.takes = otr_event_trigger_next(event_sub(otr_inst_top(), &there), NULL, NULL);
	otr_event_trigger_remove(otr_event_trigger_next(event_sub(otr_inst_top(), &here), NULL,
							NULL));
	mutex_unlock(&otr_switch_lock);
	KUNIT_EXPECT_EQ(test, attached, 0);
	KUNIT_EXPECT_EQ(test, own.kept, 0);
}

/* A read of a histogram's text found no memory. The next one asks for what it takes then. */
static void asks_for_memory_anew(struct kunit *test)
{
	struct otr_hist_seen seen = {};
	struct seq_file m = {
		.buf	= kunit_kzalloc(test, 2 * PAGE_SIZE, GFP_KERNEL),
		.size	= PAGE_SIZE,
	};

	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	mutex_lock(&otr_switch_lock);
	fake_hist.entries = PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, otr_hist_show(&m, NULL, NULL, &seen), 0);
	KUNIT_EXPECT_TRUE(test, seq_has_overflowed(&m));
	m.size = 2 * PAGE_SIZE;
	m.count = 0;
	KUNIT_EXPECT_EQ(test, otr_hist_show(&m, NULL, NULL, &seen), 0);
	KUNIT_EXPECT_TRUE(test, seq_has_overflowed(&m));
	/* It was emptied meanwhile, and a new read begins with a page. */
	fake_hist.entries = 1;
	m.size = PAGE_SIZE;
	m.count = 0;
	KUNIT_EXPECT_EQ(test, otr_hist_show(&m, NULL, NULL, &seen), 0);
	mutex_unlock(&otr_switch_lock);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	KUNIT_EXPECT_NOT_NULL(test, strnstr(m.buf, "an entry", m.count));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(takes_with_it_what_goes_as_well),
	KUNIT_CASE(takes_with_it_what_stays),
	KUNIT_CASE(asks_for_memory_anew),
	KUNIT_CASE(takes_a_grammar_of_its_own),
	KUNIT_CASE(acts_by_its_tap),
	KUNIT_CASE(counts_what_it_changed),
	KUNIT_CASE(leaves_nothing_of_what_failed),
	KUNIT_CASE(has_one_of_a_family),
	KUNIT_CASE(goes_with_its_target),
	KUNIT_CASE(goes_with_its_event),
	KUNIT_CASE(goes_with_its_instance),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_trigger",
	.init		= start,
	.exit		= stop,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's triggers");
MODULE_LICENSE("GPL");
