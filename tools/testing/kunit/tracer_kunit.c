// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function probe over a real ring and a site room that only remembers what
 * it was asked for: what a record holds, which tasks get one, what nests, and
 * what is left behind when something fails.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <kunit/test.h>
#include <linux/module.h>

/* Things happen at the steps of our own copy of the buffer room. */
static void (*step_hook)(int n);

#define OTR_STEP(n)							\
do {									\
	if (unlikely(READ_ONCE(step_hook)))				\
		step_hook(n);						\
} while (0)

/* Copies of the rooms of our own, next to the engine's. */
#include "base/clock.c"
#include "base/ctx.c"
#include "base/guard.c"
#include "base/cmd.c"
#include "base/glob.c"
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
#include "tracer/wanted.c"
#include "tracer/function.c"
#include "tracer/await.c"
#include "inst/await.c"

/* of the ring */
#define PAGES		16
#define IP		0xffffffff81234560UL
#define PARENT_IP	0xffffffff81abcde0UL

/* What the rooms around were asked for, and what they answer. */
static struct {
	int		names;		/* otr_task_names_get() less _put() */
	int		names_answer;
	int		registered;
	int		register_answer;
	int		updates;
	int		quiesced;	/* waits for those in hooks */
	int		sets;		/* that exist */
	int		stacks;		/* recorded */
	const char	*loaded;	/* a module */
	char		matched[64];	/* what was asked for of modules */
} fake;

struct otr_siteset {
	bool	expects;
};

DEFINE_PER_CPU(u8, otr_comm_wanted);
/* The instances'. */
DEFINE_MUTEX(otr_tracer_lock);
/* Likewise. */
DEFINE_MUTEX(otr_inst_lock);

/* How often something that takes long was done with otr_inst_lock held. */
static int took_lock;

void otr_modules_watch(struct otr_modules *watch)
{
}

void otr_modules_unwatch(struct otr_modules *watch)
{
}

/* No event is waited for here. */
int otr_sub_switch_all(struct otr_inst *inst, const struct otr_pick *pick, bool on)
{
	return 0;
}

void otr_stack_record(struct otr_ring *ring, unsigned long from)
{
	fake.stacks++;
}

int otr_stack_prepare(void)
{
	return 0;
}

bool otr_stack_busy(void)
{
	return false;
}

int otr_repeats_prepare(struct otr_function *fn)
{
	return 0;
}

void otr_repeats_free(struct otr_function *fn)
{
}

bool otr_repeats_again(struct otr_function *fn, unsigned long ip, unsigned long parent_ip)
{
	return false;
}

int otr_task_names_get(void)
{
	fake.names += !fake.names_answer;
	return fake.names_answer;
}

void otr_task_names_put(void)
{
	fake.names--;
}

/* Text is written, or tasks are waited for: for seconds. */
static void takes_long(void)
{
	took_lock += mutex_is_locked(&otr_inst_lock);
}

int otr_hook_register(struct otr_hook *hook)
{
	takes_long();
	fake.registered += !fake.register_answer;
	return fake.register_answer;
}

void otr_hook_unregister(struct otr_hook *hook)
{
	takes_long();
	fake.registered--;
}

void otr_host_quiesce(void)
{
	takes_long();
	fake.quiesced++;
}

int otr_hook_update(struct otr_hook *hook, struct otr_siteset *filter, struct otr_siteset *skip)
{
	takes_long();
	fake.updates++;
	return 0;
}

struct otr_siteset *otr_siteset_create(void)
{
	fake.sets++;
	return kzalloc(sizeof(struct otr_siteset), GFP_KERNEL);
}

void otr_siteset_destroy(struct otr_siteset *set)
{
	fake.sets -= !!set;
	kfree(set);
}

int otr_siteset_copy(struct otr_siteset *to, const struct otr_siteset *from)
{
	*to = *from;
	return 0;
}

void otr_siteset_expect(struct otr_siteset *set, bool expects)
{
	set->expects = expects;
}

long otr_siteset_match(struct otr_siteset *set, const struct otr_glob *glob, const char *mod,
		       bool remove)
{
	size_t len = strlen(fake.matched);

	snprintf(fake.matched + len, sizeof(fake.matched) - len, "%s%s:%s ",
		 glob->kind == OTR_GLOB_FRONT ? "front " : "", glob->text, mod);
	return 1;
}

bool otr_host_has_module(const char *name)
{
	return fake.loaded && !strcmp(name, fake.loaded);
}

bool otr_site_ready(void)
{
	return true;
}

int otr_event_register_all(struct otr_event *const *events, unsigned int nr)
{
	return 0;
}

void otr_event_unregister_all(struct otr_event *const *events, unsigned int nr)
{
}

int otr_tracer_register(struct otr_tracer *tracer)
{
	return 0;
}

int otr_part_register(struct otr_part *part)
{
	return 0;
}

void otr_part_unregister(struct otr_part *part)
{
}

void otr_tracer_unregister(struct otr_tracer *tracer)
{
}

void otr_print_ip(struct otr_line *line, unsigned long ip)
{
}

void otr_print_hex(struct seq_buf *out, const void *bytes, unsigned int len)
{
}

void otr_print_bytes(struct seq_buf *out, const void *bytes, unsigned int len)
{
}

static struct otr_inst inst;

static void call(void)
{
	struct otr_hook *hook = &otr_function_of(&inst)->hook;

	hook->func(IP, PARENT_IP, hook, NULL);
}

/* The next record of any CPU, copied; false when there is none. */
static bool take(struct otr_rec_function *rec)
{
	struct otr_ring_cpu *rc;
	struct otr_item item;
	bool found = false;
	int cpu;

	for_each_online_cpu(cpu) {
		if (found)
			break;
		rc = otr_ring_reader_lock(inst.ring, cpu);
		found = otr_ring_peek(rc, &item);
		if (found) {
			memcpy(rec, item.data, min_t(size_t, item.len, sizeof(*rec)));
			otr_ring_consume(rc);
		}
		otr_ring_reader_unlock(rc);
	}
	return found;
}

static int taken(void)
{
	struct otr_rec_function rec;
	int n = 0;

	while (take(&rec))
		n++;
	return n;
}

static void writes_records(struct kunit *test)
{
	struct otr_rec_function rec;

	call();
	KUNIT_ASSERT_TRUE(test, take(&rec));
	KUNIT_EXPECT_EQ(test, rec.head.type, OTR_TYPE_FUNCTION);
	KUNIT_EXPECT_EQ(test, rec.head.pid, current->pid);
	KUNIT_EXPECT_EQ(test, rec.ip, IP);
	KUNIT_EXPECT_EQ(test, rec.parent_ip, PARENT_IP);
	/* How it was before the probe disabled preemption. */
	KUNIT_EXPECT_EQ(test, rec.head.preempt_count & 0xf, 0);
	KUNIT_EXPECT_FALSE(test, take(&rec));

	preempt_disable();
	call();
	KUNIT_EXPECT_EQ(test, this_cpu_read(otr_comm_wanted), OTR_COMM_NAME);
	preempt_enable();
	KUNIT_ASSERT_TRUE(test, take(&rec));
	KUNIT_EXPECT_EQ(test, rec.head.preempt_count & 0xf, IS_ENABLED(CONFIG_PREEMPT_COUNT));
}

static void writes_none_while_off(struct kunit *test)
{
	otr_ring_off(inst.ring);
	call();
	KUNIT_EXPECT_EQ(test, taken(), 0);
	otr_ring_on(inst.ring);
	call();
	KUNIT_EXPECT_EQ(test, taken(), 1);
}

static struct otr_idset *set_of(pid_t pid)
{
	struct otr_idset *set = otr_idset_create();

	if (set && otr_idset_add(set, pid, GFP_KERNEL)) {
		otr_idset_free(set);
		return NULL;
	}
	return set;
}

static int recorded_with(struct kunit *test, pid_t want, pid_t not)
{
	struct otr_idset *sets[2] = { want ? set_of(want) : NULL, not ? set_of(not) : NULL };

	KUNIT_ASSERT_EQ(test, !!sets[0], !!want);
	KUNIT_ASSERT_EQ(test, !!sets[1], !!not);
	mutex_lock(&otr_tracer_lock);
	otr_function_set_pids(&inst, OTR_WANT, sets[0]);
	otr_function_set_pids(&inst, OTR_NOT, sets[1]);
	KUNIT_EXPECT_PTR_EQ(test, otr_function_pids(&inst, OTR_WANT), sets[0]);
	mutex_unlock(&otr_tracer_lock);
	call();
	return taken();
}

static void asks_for_tasks(struct kunit *test)
{
	pid_t me = current->pid, other = me + 1;

	KUNIT_EXPECT_EQ(test, recorded_with(test, me, 0), 1);
	KUNIT_EXPECT_EQ(test, recorded_with(test, other, 0), 0);
	KUNIT_EXPECT_EQ(test, recorded_with(test, 0, me), 0);
	KUNIT_EXPECT_EQ(test, recorded_with(test, 0, other), 1);
	KUNIT_EXPECT_EQ(test, recorded_with(test, me, me), 0);
	KUNIT_EXPECT_EQ(test, recorded_with(test, me, other), 1);
	KUNIT_EXPECT_EQ(test, recorded_with(test, 0, 0), 1);
}

static int nested, depth, deepest;

/* For a while: a writer that is interrupted at each step never gets on. */
static void call_again(int n)
{
	if (nested++ > 20)
		return;
	deepest = max(deepest, ++depth);
	call();
	depth--;
}

/* What a probe calls may be hooked: that ends in the second one, which is refused. */
static void ends_recursion(struct kunit *test)
{
	nested = 0;
	deepest = 0;
	preempt_disable();
	step_hook = call_again;
	call();
	step_hook = NULL;
	preempt_enable();
	KUNIT_EXPECT_EQ(test, deepest, 2);
	KUNIT_EXPECT_GT(test, taken(), 1);
	call();
	KUNIT_EXPECT_EQ(test, taken(), 1);
}

static void starts_and_stops(struct kunit *test)
{
	guard(mutex)(&otr_tracer_lock);
	KUNIT_EXPECT_EQ(test, function_tracer.start(&inst), 0);
	KUNIT_EXPECT_EQ(test, fake.registered, 1);
	KUNIT_EXPECT_EQ(test, fake.names, 1);
	function_tracer.stop(&inst);
	KUNIT_EXPECT_EQ(test, fake.registered, 0);
	KUNIT_EXPECT_EQ(test, fake.names, 0);

	fake.register_answer = -EIO;
	KUNIT_EXPECT_EQ(test, function_tracer.start(&inst), -EIO);
	KUNIT_EXPECT_EQ(test, fake.names, 0);
	fake.register_answer = 0;
	fake.names_answer = -ENOMEM;
	KUNIT_EXPECT_EQ(test, function_tracer.start(&inst), -ENOMEM);
	KUNIT_EXPECT_EQ(test, fake.registered, 0);
}

static void follows_its_sets(struct kunit *test)
{
	struct otr_siteset *set = otr_siteset_create();
	int before = fake.sets;

	mutex_lock(&otr_tracer_lock);
	KUNIT_EXPECT_EQ(test, otr_function_set_sites(&inst, OTR_WANT, set), 0);
	KUNIT_EXPECT_PTR_EQ(test, otr_function_sites(&inst, OTR_WANT), set);
	KUNIT_EXPECT_EQ(test, fake.updates, 0);
	KUNIT_EXPECT_EQ(test, fake.sets, before - 1);
	function_tracer.start(&inst);
	otr_function_set_sites(&inst, OTR_NOT, otr_siteset_create());
	KUNIT_EXPECT_EQ(test, fake.updates, 1);
	function_tracer.stop(&inst);
	otr_function_set_sites(&inst, OTR_NOT, otr_siteset_create());
	KUNIT_EXPECT_EQ(test, fake.updates, 1);
	mutex_unlock(&otr_tracer_lock);
	KUNIT_EXPECT_EQ(test, fake.sets, before - 1);
}

static void remembers_groups(struct kunit *test)
{
	mutex_lock(&otr_tracer_lock);
	inst.options |= OTR_OPT(RECORD_TGID);
	KUNIT_EXPECT_EQ(test, function_option_changed(&inst, OTR_OPT_RECORD_TGID), 0);
	preempt_disable();
	this_cpu_write(otr_comm_wanted, 0);
	call();
	KUNIT_EXPECT_EQ(test, this_cpu_read(otr_comm_wanted), OTR_COMM_NAME | OTR_COMM_TGID);
	preempt_enable();
	inst.options &= ~OTR_OPT(RECORD_TGID);
	KUNIT_EXPECT_EQ(test, function_option_changed(&inst, OTR_OPT_RECORD_TGID), 0);
	KUNIT_EXPECT_EQ(test, otr_function_of(&inst)->remember, OTR_COMM_NAME);
	mutex_unlock(&otr_tracer_lock);
}

static void expect_awaits(struct kunit *test, enum otr_side side, const char *lines)
{
	char *text = otr_function_awaits(&inst, side);

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_STREQ(test, text, lines);
	KUNIT_EXPECT_EQ(test, otr_function_awaiting(&inst, side), !!*lines);
	kfree(text);
}

static void waits_for_modules(struct kunit *test)
{
	fake.loaded = "here";
	mutex_lock(&otr_inst_lock);
	expect_awaits(test, OTR_WANT, "");
	KUNIT_EXPECT_EQ(test, otr_function_await(&inst, OTR_WANT, "a*", "here"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_function_await(&inst, OTR_WANT, "a*", "her"), 0);
	KUNIT_EXPECT_EQ(test, otr_function_await(&inst, OTR_WANT, "b", "her"), 0);
	KUNIT_EXPECT_EQ(test, otr_function_await(&inst, OTR_WANT, "", "there"), 0);
	KUNIT_EXPECT_EQ(test, otr_function_await(&inst, OTR_NOT, "c", "there"), 0);
	expect_awaits(test, OTR_WANT, ":mod:there\nb:mod:her\na*:mod:her\n");
	expect_awaits(test, OTR_NOT, "c:mod:there\n");

	KUNIT_EXPECT_EQ(test, otr_function_unawait(&inst, OTR_WANT, "a", "her"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_function_unawait(&inst, OTR_WANT, "a*", "her"), 0);
	KUNIT_EXPECT_EQ(test, otr_function_unawait(&inst, OTR_NOT, "*", "there"), 0);
	expect_awaits(test, OTR_WANT, ":mod:there\nb:mod:her\n");
	expect_awaits(test, OTR_NOT, "");
	otr_function_unawait_all(&inst, OTR_WANT);
	expect_awaits(test, OTR_WANT, "");
	mutex_unlock(&otr_inst_lock);
}

static void module_comes(struct kunit *test, const char *name)
{
	struct module *mod = kunit_kzalloc(test, sizeof(*mod), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mod);
	strscpy(mod->name, name, sizeof(mod->name));
	fake.matched[0] = '\0';
	await_module_comes(mod);
}

static void meets_modules(struct kunit *test)
{
	struct otr_siteset *want;

	scoped_guard(mutex, &otr_inst_lock) {
		otr_function_await(&inst, OTR_WANT, "a*", "one");
		otr_function_await(&inst, OTR_WANT, "b", "two");
		otr_function_await(&inst, OTR_NOT, "c", "one");
	}
	scoped_guard(mutex, &otr_tracer_lock)
		function_tracer.start(&inst);
	want = otr_function_sites(&inst, OTR_WANT);
	module_comes(test, "on");
	KUNIT_EXPECT_STREQ(test, fake.matched, "");
	KUNIT_EXPECT_PTR_EQ(test, otr_function_sites(&inst, OTR_WANT), want);

	module_comes(test, "one");
	KUNIT_EXPECT_STREQ(test, fake.matched, "front a:one c:one ");
	KUNIT_EXPECT_EQ(test, fake.updates, 2);
	/* One is still to come. */
	KUNIT_EXPECT_TRUE(test, otr_function_sites(&inst, OTR_WANT)->expects);
	KUNIT_EXPECT_FALSE(test, otr_function_sites(&inst, OTR_NOT)->expects);
	scoped_guard(mutex, &otr_inst_lock) {
		expect_awaits(test, OTR_WANT, "b:mod:two\n");
		expect_awaits(test, OTR_NOT, "");
	}

	module_comes(test, "two");
	KUNIT_EXPECT_STREQ(test, fake.matched, "b:two ");
	KUNIT_EXPECT_FALSE(test, otr_function_sites(&inst, OTR_WANT)->expects);
	module_comes(test, "two");
	KUNIT_EXPECT_STREQ(test, fake.matched, "");
	scoped_guard(mutex, &otr_tracer_lock)
		function_tracer.stop(&inst);
}

static int set_up(struct kunit *test)
{
	struct otr_ring_config config = { .bytes = PAGES * PAGE_SIZE, .overwrite = true };
	int err;

	memset(&fake, 0, sizeof(fake));
	memset(&inst, 0, sizeof(inst));
	inst.ring = otr_ring_create(&config);
	if (IS_ERR_OR_NULL(inst.ring))
		return -ENOMEM;
	mutex_lock(&otr_tracer_lock);
	err = wanted_create(&inst);
	if (!err)
		err = await_create(&inst) ?: function_create(&inst);
	mutex_unlock(&otr_tracer_lock);
	return err;
}

static void tear_down(struct kunit *test)
{
	if (!otr_function_of(&inst))
		return;
	mutex_lock(&otr_tracer_lock);
	function_destroy(&inst);
	await_destroy(&inst);
	wanted_destroy(&inst);
	mutex_unlock(&otr_tracer_lock);
	otr_ring_destroy(inst.ring);
	/* Files show what there is meanwhile. */
	KUNIT_EXPECT_EQ(test, took_lock, 0);
	KUNIT_EXPECT_EQ(test, fake.sets, 0);
}

static int suite_begin(struct kunit_suite *suite)
{
	return otr_buffer_init();
}

static void suite_end(struct kunit_suite *suite)
{
	otr_buffer_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(writes_records),
	KUNIT_CASE(writes_none_while_off),
	KUNIT_CASE(asks_for_tasks),
	KUNIT_CASE(ends_recursion),
	KUNIT_CASE(starts_and_stops),
	KUNIT_CASE(follows_its_sets),
	KUNIT_CASE(remembers_groups),
	KUNIT_CASE(waits_for_modules),
	KUNIT_CASE(meets_modules),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_tracer",
	.suite_init	= suite_begin,
	.suite_exit	= suite_end,
	.init		= set_up,
	.exit		= tear_down,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's room tracer");
MODULE_LICENSE("GPL");
