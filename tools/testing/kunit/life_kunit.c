// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that come and go: made at run time, used by instances, refused while they
 * are in use, taken away in any case, and all of that at once.
 */
#include <linux/delay.h>
#include <linux/kthread.h>

#include "inst_room.h"

#define MAGIC	0x0e7e47u
#define GONE	0xdeadu

/* An event that is made at run time, with the subscription that its probe serves. */
struct dyn {
	u32			magic;
	struct otr_event	event;
	struct otr_sub __rcu	*sub;
	struct rcu_head		rcu;
};

static int dyn_attach(struct otr_event *ev, struct otr_sub *sub)
{
	struct dyn *dyn = container_of(ev, struct dyn, event);

	rcu_assign_pointer(dyn->sub, sub);
	return 0;
}

static void dyn_detach(struct otr_event *ev, struct otr_sub *sub)
{
	struct dyn *dyn = container_of(ev, struct dyn, event);

	RCU_INIT_POINTER(dyn->sub, NULL);
}

static const struct otr_event_ops dyn_ops = {
	.attach	= dyn_attach,
	.detach	= dyn_detach,
};

static const struct otr_field dyn_fields[] = { {} };

static struct dyn *dyn_create(const char *system, const char *name)
{
	struct dyn *dyn = kzalloc(sizeof(*dyn), GFP_KERNEL);

	if (!dyn)
		return NULL;
	dyn->magic = MAGIC;
	dyn->event.system = system;
	dyn->event.name = name;
	dyn->event.fields = dyn_fields;
	dyn->event.ops = &dyn_ops;
	if (!otr_event_register(&dyn->event))
		return dyn;
	kfree(dyn);
	return NULL;
}

/* Once nothing of the engine has it. */
static void dyn_free(struct dyn *dyn)
{
	dyn->magic = GONE;
	kfree_rcu(dyn, rcu);
}

static int dyn_retire(struct dyn *dyn)
{
	int err = otr_event_retire(&dyn->event);

	if (err)
		return err;
	otr_event_settle();
	otr_event_unregister(&dyn->event);
	return 0;
}

/* Another room, which is told as well. */
static int told, settled;

static void room_gone(struct otr_event *ev, bool for_good)
{
	told++;
}

static void room_settle(void)
{
	settled++;
}

static struct otr_event_hooks room_hooks = {
	.gone	= room_gone,
	.settle	= room_settle,
};

static int start(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, otr_inst_init(), 0);
	otr_event_add_hooks(&room_hooks);
	told = 0;
	settled = 0;
	return 0;
}

static void stop(struct kunit *test)
{
	otr_event_remove_hooks(&room_hooks);
	otr_inst_exit();
	otr_registry_exit();
}

static int switch_event(struct otr_event *ev, bool on)
{
	guard(mutex)(&otr_switch_lock);
	return otr_sub_switch(otr_inst_top(), ev, on);
}

static struct otr_event *life_named(const char *system, const char *name)
{
	struct otr_event *ev;

	otr_event_lock();
	ev = otr_event_named(system, name);
	otr_event_unlock();
	return ev;
}

static struct otr_event *life_keyed(long key)
{
	struct otr_event *ev;

	otr_event_lock();
	ev = otr_event_find_key(key);
	otr_event_unlock();
	return ev;
}

static bool life_get(struct otr_event *ev)
{
	bool got;

	otr_event_lock();
	got = otr_event_get(ev);
	otr_event_unlock();
	return got;
}

static void goes_when_unused(struct kunit *test)
{
	struct dyn *one = dyn_create("dyn", "one");
	long key;
	u16 id;

	KUNIT_ASSERT_NOT_NULL(test, one);
	id = one->event.id;
	key = otr_event_key(&one->event);
	KUNIT_EXPECT_PTR_EQ(test, life_named("dyn", "one"), &one->event);
	KUNIT_EXPECT_PTR_EQ(test, life_keyed(key), &one->event);
	KUNIT_EXPECT_EQ(test, dyn_retire(one), 0);
	KUNIT_EXPECT_NULL(test, life_named("dyn", "one"));
	KUNIT_EXPECT_NULL(test, life_keyed(key));
	KUNIT_EXPECT_NULL(test, otr_event_find(id));
	KUNIT_EXPECT_EQ(test, told, 1);
	KUNIT_EXPECT_EQ(test, settled, 1);
	dyn_free(one);
}

/* Each in its own way; the last one to leave lets it go. */
static void stays_while_in_use(struct kunit *test)
{
	struct dyn *one = dyn_create("dyn", "one");
	struct otr_sub *sub;

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_EXPECT_EQ(test, switch_event(&one->event, true), 0);
	KUNIT_EXPECT_EQ(test, dyn_retire(one), -EBUSY);
	KUNIT_EXPECT_TRUE(test, life_get(&one->event));
	KUNIT_EXPECT_TRUE(test, life_get(&one->event));
	KUNIT_EXPECT_EQ(test, switch_event(&one->event, false), 0);
	KUNIT_EXPECT_EQ(test, dyn_retire(one), -EBUSY);
	otr_event_put(&one->event);
	KUNIT_EXPECT_EQ(test, dyn_retire(one), -EBUSY);
	otr_event_put(&one->event);

	/* A trigger that may switch it on. */
	mutex_lock(&otr_switch_lock);
	sub = otr_sub_hold(otr_inst_top(), &one->event);
	mutex_unlock(&otr_switch_lock);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sub));
	KUNIT_EXPECT_EQ(test, dyn_retire(one), -EBUSY);
	mutex_lock(&otr_switch_lock);
	otr_sub_drop(sub);
	mutex_unlock(&otr_switch_lock);

	KUNIT_EXPECT_EQ(test, told, 0);
	KUNIT_EXPECT_PTR_EQ(test, life_named("dyn", "one"), &one->event);
	KUNIT_EXPECT_EQ(test, dyn_retire(one), 0);
	KUNIT_EXPECT_EQ(test, told, 1);
	dyn_free(one);
}

/* A filter is nothing that would break. */
static void a_filter_does_not_keep_it(struct kunit *test)
{
	struct dyn *one = dyn_create("dyn", "one");
	char text[] = "good";
	int resets;

	KUNIT_ASSERT_NOT_NULL(test, one);
	mutex_lock(&otr_switch_lock);
	KUNIT_EXPECT_EQ(test, otr_sub_set_filter(otr_inst_top(), &one->event, text), 0);
	mutex_unlock(&otr_switch_lock);
	resets = fake.resets;
	KUNIT_EXPECT_EQ(test, dyn_retire(one), 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&otr_inst_top()->subs));
	KUNIT_EXPECT_EQ(test, fake.resets, resets);
	dyn_free(one);
}

static void many_go_together(struct kunit *test)
{
	struct otr_event *events[3];
	struct dyn *dyns[3];
	int i;

	for (i = 0; i < 3; i++) {
		dyns[i] = dyn_create("dyn", i ? "other" : "one");
		KUNIT_ASSERT_NOT_NULL(test, dyns[i]);
		events[i] = &dyns[i]->event;
	}
	/* The last one that was registered is found first. */
	KUNIT_EXPECT_PTR_EQ(test, life_named("dyn", "other"), events[2]);
	KUNIT_EXPECT_EQ(test, switch_event(events[1], true), 0);
	/* What is in use stays as it is, whatever goes beside it. */
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, otr_event_retire(events[i]), i == 1 ? -EBUSY : 0);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, otr_event_listed(events[i]), i == 1);
	KUNIT_EXPECT_EQ(test, told, 2);
	KUNIT_EXPECT_EQ(test, switch_event(events[1], false), 0);
	KUNIT_EXPECT_EQ(test, otr_event_retire(events[1]), 0);
	KUNIT_EXPECT_EQ(test, told, 3);
	KUNIT_EXPECT_EQ(test, settled, 0);
	/* One wait for all. */
	otr_event_settle();
	KUNIT_EXPECT_EQ(test, settled, 1);
	otr_event_unregister_all(events, 3);
	for (i = 0; i < 3; i++)
		dyn_free(dyns[i]);
}

/* Whatever is on it, when its source goes; it may come again, as another one. */
static void is_taken_away(struct kunit *test)
{
	struct dyn *one = dyn_create("dyn", "one");
	struct otr_event *ev;
	int resets;
	long key;

	KUNIT_ASSERT_NOT_NULL(test, one);
	ev = &one->event;
	key = otr_event_key(ev);
	KUNIT_EXPECT_EQ(test, switch_event(ev, true), 0);
	resets = fake.resets;
	otr_event_withdraw(ev, false);
	otr_event_settle();
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(one->sub));
	KUNIT_EXPECT_TRUE(test, xa_empty(&otr_inst_top()->subs));
	KUNIT_EXPECT_EQ(test, atomic_read(&ev->users), 0);
	/* It cannot be used, but its records can be read. */
	KUNIT_EXPECT_FALSE(test, life_get(ev));
	KUNIT_EXPECT_EQ(test, switch_event(ev, true), -ENODEV);
	KUNIT_EXPECT_NULL(test, life_named("dyn", "one"));
	KUNIT_EXPECT_PTR_EQ(test, otr_event_find(ev->id), ev);
	KUNIT_EXPECT_EQ(test, fake.resets, resets);

	otr_event_lock_write();
	otr_event_open(ev);
	otr_event_unlock_write();
	KUNIT_EXPECT_PTR_EQ(test, life_named("dyn", "one"), ev);
	KUNIT_EXPECT_NULL(test, life_keyed(key));
	KUNIT_EXPECT_PTR_EQ(test, life_keyed(otr_event_key(ev)), ev);
	KUNIT_EXPECT_EQ(test, switch_event(ev, true), 0);
	otr_event_withdraw(ev, true);
	otr_event_settle();
	KUNIT_EXPECT_EQ(test, fake.resets, resets + 1);
	otr_event_unregister(ev);
	dyn_free(one);
}

/* No record names a number that is given again. */
static void its_records_go_with_it(struct kunit *test)
{
	struct dyn *one = dyn_create("dyn", "one");
	struct otr_inst *other;
	int resets;

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_EQ(test, otr_inst_create("other", &other), 0);
	KUNIT_EXPECT_EQ(test, switch_event(&one->event, true), 0);
	KUNIT_EXPECT_EQ(test, switch_event(&one->event, false), 0);
	resets = fake.resets;
	KUNIT_EXPECT_EQ(test, dyn_retire(one), 0);
	/* The ring of the instance that recorded it, and no other one. */
	KUNIT_EXPECT_EQ(test, fake.resets, resets + 1);
	KUNIT_EXPECT_FALSE(test, otr_inst_top()->orphans);
	KUNIT_EXPECT_EQ(test, otr_inst_remove(other), 0);
	dyn_free(one);
}

/* All the numbers there are, given twice; a key means one event for ever. */
static void numbers_come_round(struct kunit *test)
{
	struct dyn *first = dyn_create("dyn", "first");
	struct dyn *one = dyn_create("dyn", "one");
	int i, met = 0;
	u16 id, last;
	long key;

	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_ASSERT_NOT_NULL(test, one);
	key = otr_event_key(&one->event);
	id = one->event.id;
	last = id;
	KUNIT_ASSERT_EQ(test, dyn_retire(one), 0);
	for (i = 0; i < 2 * (U16_MAX + 1); i++) {
		if (otr_event_register(&one->event))
			break;
		met += one->event.id == id;
		if (one->event.id == last || one->event.id == first->event.id ||
		    one->event.id < OTR_TYPE_FIXED_END || life_keyed(key))
			break;
		last = one->event.id;
		otr_event_unregister(&one->event);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, i, 2 * (U16_MAX + 1));
	KUNIT_EXPECT_EQ(test, met, 2);
	otr_event_unregister(&one->event);
	KUNIT_EXPECT_EQ(test, dyn_retire(first), 0);
	dyn_free(first);
	dyn_free(one);
}

/*
 * Under load: one thread's events come and go, some in use and some not, while
 * others pass them, switch them, filter them and look them up.
 */
#define LOAD_MS		3000

static struct dyn __rcu *passed;
static struct {
	atomic_t	hits, bad, switched, gone, forced, busy, looked;
	bool		stop;
} load;

/* The probe, in a loop. */
static int load_pass(void *arg)
{
	while (!READ_ONCE(load.stop)) {
		struct otr_sub *sub;
		struct dyn *dyn;

		preempt_disable();
		dyn = rcu_dereference_sched(passed);
		sub = dyn ? rcu_dereference_sched(dyn->sub) : NULL;
		if (dyn && READ_ONCE(dyn->magic) != MAGIC)
			atomic_inc(&load.bad);
		if (sub && !(READ_ONCE(sub->gate.bits) & OTR_GATE_SHUT)) {
			if (READ_ONCE(sub->inst) != otr_inst_top())
				atomic_inc(&load.bad);
			udelay(3);
			if (READ_ONCE(sub->ring) != otr_inst_top()->ring)
				atomic_inc(&load.bad);
			atomic_inc(&load.hits);
		}
		preempt_enable();
		cond_resched();
	}
	return 0;
}

/* Users: by name, as one who writes to a file does. */
static int load_switch(void *arg)
{
	unsigned int i;

	for (i = 0; !READ_ONCE(load.stop); i++) {
		struct otr_event *ev;
		char text[] = "good", none[] = "0";

		mutex_lock(&otr_switch_lock);
		ev = life_named("dyn", "load");
		if (ev && i % 3 == 2)
			otr_sub_set_filter(otr_inst_top(), ev, i & 1 ? text : none);
		else if (ev && !otr_sub_switch(otr_inst_top(), ev, i % 3))
			atomic_inc(&load.switched);
		mutex_unlock(&otr_switch_lock);
		if (i % 5 == 4)
			usleep_range(50, 200);
		cond_resched();
	}
	return 0;
}

/* Readers: by number, as one who prints records does. */
static int load_look(void *arg)
{
	while (!READ_ONCE(load.stop)) {
		struct otr_event *ev = NULL;

		otr_event_lock();
		while ((ev = otr_event_next(ev))) {
			struct dyn *dyn = container_of(ev, struct dyn, event);

			if (dyn->magic != MAGIC || strcmp(ev->name, "load"))
				atomic_inc(&load.bad);
			atomic_inc(&load.looked);
		}
		otr_event_unlock();
		cond_resched();
	}
	return 0;
}

/* Its events' source: it goes when nobody uses it, or, each third time, in any case. */
static void load_one(struct kunit *test, unsigned int round)
{
	struct dyn *dyn = dyn_create("dyn", "load");

	KUNIT_ASSERT_NOT_NULL(test, dyn);
	rcu_assign_pointer(passed, dyn);
	usleep_range(100, 600);
	if (round % 3) {
		while (dyn_retire(dyn)) {
			atomic_inc(&load.busy);
			usleep_range(20, 100);
		}
		atomic_inc(&load.gone);
	} else {
		otr_event_withdraw(&dyn->event, true);
		otr_event_settle();
		otr_event_unregister(&dyn->event);
		atomic_inc(&load.forced);
	}
	if (rcu_access_pointer(dyn->sub) || atomic_read(&dyn->event.users))
		atomic_inc(&load.bad);
	RCU_INIT_POINTER(passed, NULL);
	synchronize_rcu();
	dyn_free(dyn);
}

static void comes_and_goes_under_load(struct kunit *test)
{
	static int (*const work[])(void *arg) = { load_pass, load_switch, load_look, load_pass };
	unsigned long end = jiffies + msecs_to_jiffies(LOAD_MS);
	struct task_struct *threads[ARRAY_SIZE(work)];
	unsigned int round;
	int i;

	memset(&load, 0, sizeof(load));
	for (i = 0; i < ARRAY_SIZE(work); i++) {
		threads[i] = kthread_run(work[i], NULL, "otr_life/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(threads[i]));
		get_task_struct(threads[i]);
	}
	for (round = 0; time_before(jiffies, end) || round < 30; round++)
		load_one(test, round);
	WRITE_ONCE(load.stop, true);
	for (i = 0; i < ARRAY_SIZE(work); i++) {
		kthread_stop(threads[i]);
		put_task_struct(threads[i]);
	}
	kunit_info(test, "%u events: %d went, %d were taken away, %d times busy; %d hits, %d switches, %d looks",
		   round, atomic_read(&load.gone), atomic_read(&load.forced),
		   atomic_read(&load.busy), atomic_read(&load.hits), atomic_read(&load.switched),
		   atomic_read(&load.looked));
	KUNIT_EXPECT_EQ(test, atomic_read(&load.bad), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&load.hits), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&load.busy), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&load.switched), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&load.looked), 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&otr_inst_top()->subs));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(goes_when_unused),
	KUNIT_CASE(stays_while_in_use),
	KUNIT_CASE(a_filter_does_not_keep_it),
	KUNIT_CASE(many_go_together),
	KUNIT_CASE(is_taken_away),
	KUNIT_CASE(its_records_go_with_it),
	KUNIT_CASE(numbers_come_round),
	KUNIT_CASE(comes_and_goes_under_load),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_life",
	.init		= start,
	.exit		= stop,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's events that come and go");
MODULE_LICENSE("GPL");
