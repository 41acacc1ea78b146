// SPDX-License-Identifier: GPL-2.0-only
/*
 * The door through which events come to a ring: what of a record reaches the ring,
 * sinks and triggers, in which order, and what a trigger may do meanwhile.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <kunit/test.h>
#include <linux/module.h>

/* Copies of the rooms of our own, next to the engine's. */
#include "base/clock.c"
#include "base/cmd.c"
#include "base/ctx.c"
#include "base/guard.c"
#include "base/idset.c"
#include "base/tasks.c"
#include "buffer/ring.c"
#include "buffer/switch.c"
#include "buffer/pages.c"
#include "buffer/write.c"
#include "buffer/window.c"
#undef TRIES
#include "buffer/resize.c"
#include "buffer/read.c"
#include "buffer/raw.c"
#include "buffer/map.c"
#include "buffer/stats.c"
#include "buffer/wait.c"
#include "buffer/swap.c"
#include "buffer/spare.c"
#include "buffer/keep.c"
#include "buffer/kept.c"
#include "record/tracepoint.c"
#include "record/event.c"

#define PAGES	16
#define ID	300

/* What the rooms around were asked for. */
static int stacks;
static void (*also_on_stack)(void);

DEFINE_PER_CPU(u8, otr_comm_wanted);
/* The instances', which the room only asserts. */
DEFINE_MUTEX(otr_inst_lock);
/* Likewise. */
DEFINE_MUTEX(otr_switch_lock);

void otr_stack_record(struct otr_ring *ring, unsigned long from)
{
	stacks++;
	if (also_on_stack)
		also_on_stack();
}

void otr_stack_record_user(struct otr_ring *ring)
{
}

int otr_task_names_get(void)
{
	return 0;
}

void otr_task_names_put(void)
{
}

int otr_host_probe_register(struct tracepoint *tp, void *probe, void *data)
{
	return 0;
}

void otr_host_probe_unregister(struct tracepoint *tp, void *probe, void *data)
{
}

struct otr_inst *otr_inst_next(const struct otr_inst *inst)
{
	return NULL;
}

void otr_awaited_came(struct otr_inst *inst, const char *module)
{
}

int otr_set_start(const struct otr_set_hooks *hooks)
{
	return 0;
}

void otr_set_stop(void)
{
}

/* All filters here have one step. */
bool otr_filter_run(const struct otr_filter *filter, const void *rec, unsigned int from)
{
	return false;
}

struct record {
	struct otr_rec_head	head;
	u32			value;
	u32			more;
};

/* "value == 7" */
static struct otr_filter *seven;

static struct otr_inst inst;
static struct otr_sub sub;

/* What happened, a letter each: 'r' is a record that came to the ring. */
static char story[64];

static void tell(char what)
{
	size_t len = strlen(story);

	if (len < sizeof(story) - 1)
		story[len] = what;
}

/* A tap that says so, in the words of the test. */
struct teller {
	struct otr_tap	tap;
	char		letter;
	void		(*also)(void);
	u32		value;
	u64		at;
	bool		bad;
};

static unsigned long in_ring(void)
{
	struct otr_ring_stats stats;
	unsigned long nr = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		if (!otr_ring_stats(inst.ring, cpu, &stats))
			nr += stats.entries;
	return nr;
}

static void teller_run(struct otr_tap *tap, const struct otr_hit *hit)
{
	struct teller *teller = container_of(tap, struct teller, tap);
	const struct record *rec = hit->rec;

	tell(teller->letter);
	teller->bad |= hit->sub != &sub || !rec != (tap->kind == OTR_TAP_AFTER);
	if (rec) {
		teller->value = rec->value;
		teller->bad |= rec->head.type != ID || rec->head.pid != current->pid;
		teller->bad |= hit->len < sizeof(*rec);
	}
	if (teller->also)
		teller->also();
}

static void teller_run_at(struct otr_tap *tap, const struct otr_hit *hit, u64 ts)
{
	container_of(tap, struct teller, tap)->at = ts;
	teller_run(tap, hit);
}

static void put(struct teller *teller, enum otr_tap_kind kind, char letter)
{
	struct otr_tap **at = &sub.taps[kind];

	teller->letter = letter;
	teller->tap.run = teller_run;
	teller->tap.run_at = teller_run_at;
	teller->tap.kind = kind;
	while (*at)
		at = &(*at)->next;
	*at = &teller->tap;
	sub.gate.bits |= kind == OTR_TAP_SINK ? OTR_GATE_SINK : OTR_GATE_TRIGGER;
}

/* The event happens: by the way of small records, or by that of others. */
static void happens(u32 value)
{
	struct record rec = { .value = value };

	preempt_disable();
	otr_event_judge(&sub, &rec, sizeof(rec));
	preempt_enable();
}

static void happens_long(u32 value, unsigned int len)
{
	struct otr_out out;
	struct record *rec;

	preempt_disable();
	rec = otr_event_begin(&sub, &out, len);
	if (rec) {
		memset((void *)rec + sizeof(rec->head), 0, len - sizeof(rec->head));
		rec->value = value;
		otr_event_end(&out);
	}
	preempt_enable();
}

static void expect_story(struct kunit *test, const char *wanted, unsigned long records)
{
	KUNIT_EXPECT_STREQ(test, story, wanted);
	KUNIT_EXPECT_EQ(test, in_ring(), records);
	memset(story, 0, sizeof(story));
}

static void runs_in_order(struct kunit *test)
{
	struct teller sink = {}, before = {}, after = {}, second = {};

	put(&after, OTR_TAP_AFTER, 'a');
	put(&before, OTR_TAP_BEFORE, 'b');
	put(&second, OTR_TAP_BEFORE, 'c');
	put(&sink, OTR_TAP_SINK, 's');
	happens(5);
	expect_story(test, "sbca", 1);
	KUNIT_EXPECT_EQ(test, sink.value, 5);
	happens_long(6, 40);
	expect_story(test, "sbca", 2);
	happens_long(7, 2000);
	expect_story(test, "sbca", 3);
	KUNIT_EXPECT_EQ(test, second.value, 7);
	KUNIT_EXPECT_FALSE(test, sink.bad || before.bad || after.bad || second.bad);
}

/* Behind those before and in front of those after, with the time of the record, if any. */
static void knows_the_time(struct kunit *test)
{
	struct teller before = {}, timed = {}, after = {};
	u64 begin = otr_clock_read(OTR_CLOCK_LOCAL), first;

	put(&after, OTR_TAP_AFTER, 'a');
	put(&timed, OTR_TAP_TIMED, 't');
	put(&before, OTR_TAP_BEFORE, 'b');
	happens(5);
	expect_story(test, "bta", 1);
	first = timed.at;
	KUNIT_EXPECT_GE(test, first, begin);
	happens_long(6, 2000);
	expect_story(test, "bta", 2);
	KUNIT_EXPECT_EQ(test, timed.value, 6);
	KUNIT_EXPECT_GT(test, timed.at, first);
	KUNIT_EXPECT_LE(test, timed.at, otr_clock_read(OTR_CLOCK_LOCAL));
	sub.gate.bits |= OTR_GATE_SHUT;
	timed.at = 0;
	happens(7);
	happens_long(7, 2000);
	expect_story(test, "btabta", 2);
	KUNIT_EXPECT_EQ(test, timed.at, 0);
	KUNIT_EXPECT_FALSE(test, before.bad || timed.bad || after.bad);
}

/* An event that is not recorded makes things happen all the same. */
static void runs_on_what_is_not_recorded(struct kunit *test)
{
	struct teller sink = {}, after = {};

	put(&sink, OTR_TAP_SINK, 's');
	put(&after, OTR_TAP_AFTER, 'a');
	sub.gate.bits |= OTR_GATE_SHUT;
	happens(5);
	happens_long(5, 40);
	happens_long(5, 2000);
	expect_story(test, "sasasa", 0);
	sub.gate.bits &= ~OTR_GATE_SHUT;
	sub.filter = seven;
	sub.gate.bits |= OTR_GATE_FILTER;
	happens(5);
	expect_story(test, "sa", 0);
	happens_long(7, 2000);
	expect_story(test, "sa", 1);
	/* Nor does it matter whether the ring takes records, where they are short. */
	otr_ring_off(inst.ring);
	happens(7);
	happens_long(7, 40);
	expect_story(test, "sasa", 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&sub.missed), 0);
	happens_long(7, 2000);
	expect_story(test, "", 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&sub.missed), 1);
	otr_ring_on(inst.ring);
}

static void has_filters_of_its_own(struct kunit *test)
{
	struct teller sink = { .tap.filter = seven }, before = { .tap.filter = seven };
	struct teller after = { .tap.filter = seven }, all = {};

	put(&sink, OTR_TAP_SINK, 's');
	put(&before, OTR_TAP_BEFORE, 'b');
	put(&after, OTR_TAP_AFTER, 'a');
	put(&all, OTR_TAP_AFTER, 'x');
	happens(5);
	expect_story(test, "x", 1);
	happens(7);
	expect_story(test, "sbax", 2);
}

static void shut(void)
{
	sub.gate.bits |= OTR_GATE_SHUT;
}

static void off(void)
{
	otr_ring_off(inst.ring);
}

/* What a trigger does holds for the record that it has. */
static void may_stop_its_record(struct kunit *test)
{
	struct teller before = { .also = shut }, later = {};

	put(&before, OTR_TAP_BEFORE, 'b');
	put(&later, OTR_TAP_AFTER, 'a');
	happens(5);
	happens_long(5, 2000);
	expect_story(test, "baba", 0);
	sub.gate.bits &= ~OTR_GATE_SHUT;
	before.also = off;
	happens(5);
	expect_story(test, "ba", 0);
	otr_ring_on(inst.ring);
}

static int depth;

static void nest(void)
{
	if (++depth < 8)
		happens_long(depth, 40);
	depth--;
}

/* A trigger on an event that its action makes happen. */
static void nests(struct kunit *test)
{
	struct teller before = { .also = nest };

	put(&before, OTR_TAP_BEFORE, 'b');
	happens_long(100, 40);
	expect_story(test, "bbbbbbbb", 8);
	KUNIT_EXPECT_EQ(test, this_cpu_read(event_scratch_depth), 0);
}

static void limit_tasks(struct kunit *test, pid_t pid)
{
	struct otr_idset *set = otr_idset_create();

	KUNIT_ASSERT_NOT_NULL(test, set);
	KUNIT_ASSERT_EQ(test, otr_idset_add(set, pid, GFP_KERNEL), 0);
	mutex_lock(&otr_inst_lock);
	otr_idset_free(otr_tasks_publish(&inst.event_tasks, OTR_WANT, set));
	otr_tasks_settle(&inst.event_tasks);
	mutex_unlock(&otr_inst_lock);
	sub.gate.bits |= OTR_GATE_LATE;
}

/*
 * A trigger that only counts runs for every task, but none does where one of them needs
 * the record, as in the in-tree tracer. A sink has its own tasks.
 */
static void asks_for_tasks(struct kunit *test)
{
	struct teller sink = {}, before = {}, picky = { .tap.filter = seven };

	put(&sink, OTR_TAP_SINK, 's');
	put(&before, OTR_TAP_BEFORE, 'b');
	limit_tasks(test, current->pid + 1);
	happens(7);
	expect_story(test, "sb", 0);
	put(&picky, OTR_TAP_BEFORE, 'p');
	sub.picky = true;
	happens(7);
	happens_long(7, 2000);
	expect_story(test, "ss", 0);
	limit_tasks(test, current->pid);
	happens(7);
	expect_story(test, "sbp", 1);
}

/* A task that the record names is as good as the one that runs, for all triggers. */
static void asks_for_the_other_task(struct kunit *test)
{
	struct teller picky = { .tap.filter = seven };
	struct record rec = { .value = 7 };

	put(&picky, OTR_TAP_BEFORE, 'p');
	sub.picky = true;
	sub.pid_at = offsetof(struct record, more);
	limit_tasks(test, current->pid + 1);
	sub.gate.bits = OTR_GATE_TRIGGER | OTR_GATE_OTHER;
	rec.more = current->pid + 2;
	preempt_disable();
	otr_event_judge(&sub, &rec, sizeof(rec));
	preempt_enable();
	expect_story(test, "", 0);
	rec.more = current->pid + 1;
	preempt_disable();
	otr_event_judge(&sub, &rec, sizeof(rec));
	preempt_enable();
	expect_story(test, "p", 1);
}

/* A trigger that is alone and comes after the record rejects most of them at once. */
static void rejects_at_once(struct kunit *test)
{
	struct teller after = { .tap.filter = seven };

	put(&after, OTR_TAP_AFTER, 'a');
	sub.lone = seven;
	sub.picky = true;
	happens(5);
	expect_story(test, "", 1);
	sub.gate.bits |= OTR_GATE_SHUT;
	happens(5);
	expect_story(test, "", 1);
	happens(7);
	expect_story(test, "a", 1);
}

static unsigned long counted;

static void counts(void)
{
	counted = in_ring();
}

/* What is put aside has the record in it, where a trigger looks at records. */
static void keeps_the_record(struct kunit *test)
{
	struct teller keeper = { .tap.keeps_rec = true, .also = counts }, after = {};

	put(&keeper, OTR_TAP_BEFORE, 'k');
	happens(7);
	expect_story(test, "k", 1);
	KUNIT_EXPECT_EQ(test, counted, 0);
	put(&after, OTR_TAP_AFTER, 'a');
	sub.picky = true;
	happens(7);
	expect_story(test, "ka", 2);
	KUNIT_EXPECT_EQ(test, counted, 2);
}

static struct teller *late;

static void change_list(void)
{
	late->tap.next = sub.taps[OTR_TAP_AFTER];
	sub.taps[OTR_TAP_AFTER] = &late->tap;
}

/*
 * The list changes while a record is on its way, after its triggers were asked: what joins
 * does not run in the place of another, nor does its neighbour.
 */
static void runs_those_that_wanted_it(struct kunit *test)
{
	struct teller one = {}, two = { .tap.filter = seven }, three = {};
	struct teller joins = { .letter = 'j', .tap.run = teller_run, .tap.kind = OTR_TAP_AFTER };

	late = &joins;
	put(&one, OTR_TAP_AFTER, '1');
	put(&two, OTR_TAP_AFTER, '2');
	put(&three, OTR_TAP_AFTER, '3');
	inst.options = OTR_OPT(STACKTRACE);
	sub.gate.bits |= OTR_GATE_STACK;
	also_on_stack = change_list;
	happens(5);
	also_on_stack = NULL;
	expect_story(test, "13", 1);
	happens(7);
	expect_story(test, "j123", 2);
}

static int set_up(struct kunit *test)
{
	struct otr_ring_config config = { .bytes = PAGES * PAGE_SIZE, .overwrite = true };

	memset(story, 0, sizeof(story));
	memset(&inst, 0, sizeof(inst));
	memset(&sub, 0, sizeof(sub));
	inst.ring = otr_ring_create(&config);
	if (IS_ERR_OR_NULL(inst.ring))
		return -ENOMEM;
	KUNIT_ASSERT_EQ(test, otr_tasks_init(&inst.event_tasks), 0);
	sub.inst = &inst;
	sub.ring = inst.ring;
	sub.id = ID;
	sub.gate.unwanted = inst.event_tasks.unwanted;
	seven = kunit_kzalloc(test, struct_size(seven, steps, 1), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seven);
	seven->nr = 1;
	seven->steps[0] = (struct otr_step) {
		.kind	= OTR_STEP_RANGE_4,
		.access	= {
			.how	= OTR_GET_4,
			.offset	= offsetof(struct record, value),
			.size	= sizeof(u32),
		},
		.next	= { OTR_STEP_REJECT, OTR_STEP_ACCEPT },
		.first	= 7,
	};
	return 0;
}

static void tear_down(struct kunit *test)
{
	otr_tasks_exit(&inst.event_tasks);
	otr_ring_destroy(inst.ring);
}

static int suite_begin(struct kunit_suite *suite)
{
	int err = otr_buffer_init();

	return err ?: otr_events_init();
}

static void suite_end(struct kunit_suite *suite)
{
	otr_events_exit();
	otr_buffer_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(runs_in_order),
	KUNIT_CASE(knows_the_time),
	KUNIT_CASE(runs_on_what_is_not_recorded),
	KUNIT_CASE(has_filters_of_its_own),
	KUNIT_CASE(may_stop_its_record),
	KUNIT_CASE(nests),
	KUNIT_CASE(asks_for_tasks),
	KUNIT_CASE(asks_for_the_other_task),
	KUNIT_CASE(rejects_at_once),
	KUNIT_CASE(keeps_the_record),
	KUNIT_CASE(runs_those_that_wanted_it),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_record",
	.suite_init	= suite_begin,
	.suite_exit	= suite_end,
	.init		= set_up,
	.exit		= tear_down,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's door to the ring");
MODULE_LICENSE("GPL");
