// SPDX-License-Identifier: GPL-2.0-only
/* Our events as sources of perf's, when they or their modules come and go. */
#include "inst_room.h"

#include "event/field.c"
#include "perf/source.c"

int otr_host_perf_allow_raw(void)
{
	return -EPERM;
}

enum otr_probe_where otr_probe_where(const struct otr_event *ev)
{
	return OTR_PROBE_ELSEWHERE;
}

void otr_perf_hit(struct otr_tap *tap, const struct otr_hit *hit)
{
}

static int perf_attach(struct otr_event *ev, struct otr_sub *sub)
{
	return 0;
}

static void perf_detach(struct otr_event *ev, struct otr_sub *sub)
{
}

static const struct otr_event_ops perf_ops = {
	.attach	= perf_attach,
	.detach	= perf_detach,
};

static const struct otr_field perf_fields[] = { {} };

/* A module on its way: it may fail, and then it goes although it is held. */
static struct module perf_coming;

static struct otr_event *perf_event_make(struct kunit *test, struct module *carrier)
{
	struct otr_event *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ev);
	ev->system = "perf";
	ev->name = "one";
	ev->flags = OTR_EVENT_ID | OTR_EVENT_SYSCALL;
	ev->fields = perf_fields;
	ev->ops = &perf_ops;
	ev->owner = THIS_MODULE;
	ev->carrier = carrier;
	KUNIT_ASSERT_EQ(test, otr_event_register(ev), 0);
	return ev;
}

/* Its source goes although it is used. */
static void perf_event_end(struct otr_event *ev)
{
	otr_event_withdraw(ev, true);
	otr_event_settle();
	otr_event_unregister_all(&ev, 1);
	memset(ev, 0x6b, sizeof(*ev));
}

static struct otr_perf_source *perf_get(struct kunit *test, const struct otr_event *ev, u64 sample)
{
	struct perf_event *event = kunit_kzalloc(test, sizeof(*event), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, event);
	event->attr.config = ev->id;
	event->attr.sample_type = sample;
	return otr_perf_source_get(event, NULL);
}

static int perf_start(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, otr_inst_init(), 0);
	otr_perf_sources_init();
	return 0;
}

static void perf_stop(struct kunit *test)
{
	otr_perf_sources_exit();
	source_inst = NULL;
	otr_inst_exit();
	otr_registry_exit();
}

static void used_and_given_back(struct kunit *test)
{
	struct otr_event *ev = perf_event_make(test, NULL);
	int held = module_refcount(THIS_MODULE);
	struct otr_perf_source *one, *two;

	one = perf_get(test, ev, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(one));
	two = perf_get(test, ev, 0);
	KUNIT_EXPECT_PTR_EQ(test, one, two);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), held + 2);
	KUNIT_EXPECT_EQ(test, otr_event_retire(ev), -EBUSY);
	KUNIT_EXPECT_TRUE(test, otr_perf_source_put(two, true));
	KUNIT_EXPECT_TRUE(test, otr_perf_source_put(one, false));
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), held);
	KUNIT_EXPECT_PTR_EQ(test, perf_get(test, ev, PERF_SAMPLE_RAW), ERR_PTR(-EPERM));
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), held);
	KUNIT_EXPECT_EQ(test, otr_event_retire(ev), 0);
	otr_event_settle();
	otr_event_unregister(ev);
	KUNIT_EXPECT_TRUE(test, list_empty(&source_gone));
}

/* As when the module that brings it says that its start failed. */
static void event_goes_while_it_is_open(struct kunit *test)
{
	struct otr_event *ev = perf_event_make(test, NULL);
	int held = module_refcount(THIS_MODULE);
	struct otr_perf_source *one, *two;
	u16 id = ev->id;

	one = perf_get(test, ev, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(one));
	two = perf_get(test, ev, 0);
	KUNIT_ASSERT_PTR_EQ(test, one, two);
	perf_event_end(ev);
	KUNIT_EXPECT_NULL(test, xa_load(&source_all, id));
	KUNIT_EXPECT_FALSE(test, list_empty(&source_gone));
	KUNIT_EXPECT_TRUE(test, otr_perf_source_put(one, true));
	otr_perf_sources_settle();
	KUNIT_EXPECT_FALSE(test, list_empty(&source_gone));
	KUNIT_EXPECT_TRUE(test, otr_perf_source_put(two, true));
	otr_perf_sources_settle();
	KUNIT_EXPECT_TRUE(test, list_empty(&source_gone));
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), held);
}

static void module_that_may_not_come(struct kunit *test)
{
	int held = module_refcount(THIS_MODULE);
	struct otr_event *ev;

	perf_coming.state = MODULE_STATE_COMING;
	atomic_set(&perf_coming.refcnt, 1);
	ev = perf_event_make(test, &perf_coming);
	KUNIT_EXPECT_PTR_EQ(test, perf_get(test, ev, 0), ERR_PTR(-EINVAL));
	KUNIT_EXPECT_EQ(test, atomic_read(&perf_coming.refcnt), 1);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), held);
	perf_event_end(ev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(used_and_given_back),
	KUNIT_CASE(event_goes_while_it_is_open),
	KUNIT_CASE(module_that_may_not_come),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_perf",
	.init		= perf_start,
	.exit		= perf_stop,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's events as sources of perf's");
MODULE_LICENSE("GPL");
