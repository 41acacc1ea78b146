// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host room borrows from this kernel: it is what it is said to be.
 *
 * This file is compiled with sites, unlike the engine.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/glob.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

/* Copies of the room of our own, next to the engine's. */
#include "base/clock.c"
#include "host/feature.c"
#include "host/strings.c"
#include "host/symbol.c"
#include "host/text.c"
#include "host/tracepoint.c"
#include "host/host.c"
#include "host/names.c"
#include "host/unwind.c"
#include "host/perf.c"

/* Suites run inside of the chain that this would add to. */
#define register_module_notifier(nb)	((void)(nb), 0)
#define unregister_module_notifier(nb)	((void)(nb))
#include "host/modules.c"
#include "host/places.c"
#include "host/memory.c"

/* From an instruction to the next: a NOP of five bytes and a jump that does the same. */
#define SITE_SIZE	5
static const u8 nop5[SITE_SIZE] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
static const u8 jump5[SITE_SIZE] = { 0xe9, 0x00, 0x00, 0x00, 0x00 };

static int calls;

/* What the tests look up, and change. */
noinline void otr_host_victim(void);
noinline void otr_host_victim(void)
{
	WRITE_ONCE(calls, READ_ONCE(calls) + 1);
}

/* What moved is where it is now; what is not known any more has no address. */
static void follows_what_moved(struct kunit *test)
{
	struct otr_shift *shift = kunit_kzalloc(test, sizeof(*shift), GFP_KERNEL);
	unsigned long here = (unsigned long)otr_host_victim, addr;
	struct otr_host_place *place;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, shift);
	otr_places_copy(shift->places);
	for (i = 0; i < OTR_PLACES; i++)
		if (!strcmp(shift->places[i].name, KBUILD_MODNAME))
			break;
	KUNIT_ASSERT_LT(test, i, OTR_PLACES);
	place = &shift->places[i];
	KUNIT_EXPECT_LE(test, place->base, here);
	KUNIT_EXPECT_GT(test, place->base + place->size, here);
	addr = here;
	KUNIT_EXPECT_TRUE(test, otr_shift_address(shift, &addr));
	KUNIT_EXPECT_EQ(test, addr, here);
	/* The module was elsewhere. */
	place->base -= 1UL << 40;
	addr = here - (1UL << 40);
	KUNIT_EXPECT_TRUE(test, otr_shift_address(shift, &addr));
	KUNIT_EXPECT_EQ(test, addr, here);
	addr = here;
	KUNIT_EXPECT_FALSE(test, otr_shift_address(shift, &addr));
	/* Another build of it. */
	place->size++;
	addr = here - (1UL << 40);
	KUNIT_EXPECT_FALSE(test, otr_shift_address(shift, &addr));
	place->size--;
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(place->build, 0, sizeof(place->build)));
	place->build[OTR_BUILD_ID - 1]++;
	KUNIT_EXPECT_FALSE(test, otr_shift_address(shift, &addr));
	place->build[OTR_BUILD_ID - 1]--;
	KUNIT_EXPECT_TRUE(test, otr_shift_address(shift, &addr));
	addr = here - (1UL << 40);
	place->name[0] = 'X';
	KUNIT_EXPECT_FALSE(test, otr_shift_address(shift, &addr));
	/* So was the kernel. */
	shift->text = 1UL << 24;
	addr = (unsigned long)_printk - (1UL << 24);
	KUNIT_EXPECT_TRUE(test, otr_shift_address(shift, &addr));
	KUNIT_EXPECT_EQ(test, addr, (unsigned long)_printk);
	addr = 16;
	KUNIT_EXPECT_FALSE(test, otr_shift_address(shift, &addr));
}

/* Memory is ours only if it was set aside. */
static void knows_memory(struct kunit *test)
{
	struct otr_host_memory memory;
	char where[40];

	KUNIT_EXPECT_EQ(test, otr_host_memory_open(&memory, "nobody"), -ENOENT);
	KUNIT_EXPECT_EQ(test, otr_host_memory_open(&memory, "0x1000"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_host_memory_open(&memory, "0x1000:"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_host_memory_open(&memory, "0x1000:1M:"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_host_memory_open(&memory, "0:1M"), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_host_memory_open(&memory, "1M:0xffffffffffffffff"), -EINVAL);
	/* The kernel's own text, and memory that begins in front of what it uses. */
	scnprintf(where, sizeof(where), "0x%llx:4K", (u64)__pa_symbol(_printk) & PAGE_MASK);
	KUNIT_EXPECT_EQ(test, otr_host_memory_open(&memory, where), -EBUSY);
	KUNIT_EXPECT_EQ(test, otr_host_memory_open(&memory, "0xf0000:64M"), -EBUSY);
}

static void has_everything(struct kunit *test)
{
	int i;

	for (i = 0; i < OTR_NR_FEATURES; i++)
		KUNIT_EXPECT_TRUE_MSG(test, otr_host_has(i), "%s", host_features[i].off);
}

/* Every row of the table says what is off and names a patch that could be there. */
static void names_patches(struct kunit *test)
{
	int i;

	for (i = 0; i < OTR_NR_FEATURES; i++) {
		KUNIT_ASSERT_NOT_NULL(test, host_features[i].off);
		KUNIT_EXPECT_TRUE_MSG(test, glob_match("[*]-[a-z]*-[*]", host_features[i].patch),
				      "%s", host_features[i].patch);
	}
}

static void finds_addresses(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, otr_host_address("kfree"), (unsigned long)kfree);
	KUNIT_EXPECT_EQ(test, otr_host_address("otr_host_victim"),
			(unsigned long)otr_host_victim);
	KUNIT_EXPECT_EQ(test, otr_host_address("outrace_host_kunit:otr_host_victim"),
			(unsigned long)otr_host_victim);
	KUNIT_EXPECT_EQ(test, otr_host_address("there_is_no_such_function"), 0);
	KUNIT_EXPECT_TRUE(test, otr_host_has_module("outrace_host_kunit"));
	KUNIT_EXPECT_FALSE(test, otr_host_has_module("outrace_host"));
}

static void names_addresses(struct kunit *test)
{
	char name[KSYM_NAME_LEN], *mod = name;
	unsigned long offset = 0;
	const char *found;

	found = otr_host_lookup((unsigned long)kfree + 3, &offset, &mod, name);
	KUNIT_ASSERT_NOT_NULL(test, found);
	KUNIT_EXPECT_STREQ(test, found, "kfree");
	KUNIT_EXPECT_EQ(test, offset, 3);
	KUNIT_EXPECT_NULL(test, mod);

	found = otr_host_lookup((unsigned long)otr_host_victim, &offset, &mod, name);
	KUNIT_ASSERT_NOT_NULL(test, found);
	KUNIT_EXPECT_STREQ(test, found, "otr_host_victim");
	KUNIT_EXPECT_EQ(test, offset, 0);
	KUNIT_ASSERT_NOT_NULL(test, mod);
	KUNIT_EXPECT_STREQ(test, mod, "outrace_host_kunit");

	KUNIT_EXPECT_NULL(test, otr_host_lookup(0x1000, &offset, &mod, name));
}

static void prints_addresses(struct kunit *test)
{
	unsigned long in_kunit = (unsigned long)kunit_add_action;
	char text[KSYM_SYMBOL_LEN];

	KUNIT_EXPECT_EQ(test, otr_host_symbol((unsigned long)kfree + 3, false, text,
					      sizeof(text)), 5);
	KUNIT_EXPECT_STREQ(test, text, "kfree");
	otr_host_symbol((unsigned long)kfree + 3, true, text, sizeof(text));
	KUNIT_EXPECT_EQ(test, strncmp(text, "kfree+0x3/0x", 12), 0);

	/* A module is named with the offset, but for the module that asks. */
	otr_host_symbol(in_kunit, true, text, sizeof(text));
	KUNIT_EXPECT_TRUE_MSG(test, glob_match("kunit_add_action+0x0/0x* [[]kunit]", text),
			      "%s", text);
	otr_host_symbol(in_kunit, false, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "kunit_add_action");
	otr_host_symbol((unsigned long)otr_host_victim, true, text, sizeof(text));
	KUNIT_EXPECT_TRUE_MSG(test, glob_match("otr_host_victim+0x0/0x*[0-9a-f]", text),
			      "%s", text);

	KUNIT_EXPECT_EQ(test, otr_host_symbol(0x1000, true, text, sizeof(text)), 0);
	/* What does not fit is cut. */
	KUNIT_EXPECT_EQ(test, otr_host_symbol((unsigned long)kfree, false, text, 4), 3);
	KUNIT_EXPECT_STREQ(test, text, "kfr");
}

struct visit {
	unsigned long	last;
	unsigned long	nr;
	unsigned long	stop_at;
	unsigned long	victim;
	bool		disorder;
};

static int visit_symbol(void *data, const char *name, unsigned long addr)
{
	struct visit *visit = data;

	visit->disorder |= addr < visit->last;
	visit->last = addr;
	if (!strcmp(name, "otr_host_victim"))
		visit->victim = addr;
	return ++visit->nr == visit->stop_at ? 17 : 0;
}

static int visit_named(void *data, unsigned long addr)
{
	struct visit *visit = data;

	visit->nr++;
	visit->last = addr;
	return 0;
}

static void visits_symbols(struct kunit *test)
{
	struct visit visit = { };

	KUNIT_EXPECT_EQ(test, otr_host_each_symbol(NULL, visit_symbol, &visit), 0);
	KUNIT_EXPECT_GT(test, visit.nr, 10000);
	KUNIT_EXPECT_FALSE(test, visit.disorder);
	KUNIT_EXPECT_EQ(test, visit.victim, 0);

	visit = (struct visit){ .stop_at = 5 };
	KUNIT_EXPECT_EQ(test, otr_host_each_symbol(NULL, visit_symbol, &visit), 17);
	KUNIT_EXPECT_EQ(test, visit.nr, 5);

	visit = (struct visit){ };
	otr_host_each_symbol("outrace_host_kunit", visit_symbol, &visit);
	KUNIT_EXPECT_EQ(test, visit.victim, (unsigned long)otr_host_victim);

	visit = (struct visit){ };
	otr_host_each_named("kfree", visit_named, &visit);
	KUNIT_EXPECT_EQ(test, visit.nr, 1);
	KUNIT_EXPECT_EQ(test, visit.last, (unsigned long)kfree);
}

/* The site of a function is where it begins, or behind its landing pad. */
static unsigned long site_in(const unsigned long *sites, unsigned int nr, void (*func)(void))
{
	unsigned int i;

	for (i = 0; sites && i < nr; i++)
		if (sites[i] - (unsigned long)func <= 4)
			return sites[i];
	return 0;
}

static void lists_sites(struct kunit *test)
{
	const unsigned long *sites;
	unsigned int i, nr, falls = 0;

	sites = otr_host_sites(&nr);
	KUNIT_ASSERT_NOT_NULL(test, sites);
	KUNIT_EXPECT_GT(test, nr, 10000);
	for (i = 1; i < nr; i++)
		falls += sites[i] < sites[i - 1];
	KUNIT_EXPECT_EQ(test, falls, 0);
	KUNIT_EXPECT_NE(test, site_in(sites, nr, (void (*)(void))kfree), 0);
	KUNIT_EXPECT_EQ(test, site_in(sites, nr, otr_host_victim), 0);

	KUNIT_EXPECT_TRUE(test, otr_host_is_rodata(sites));
	KUNIT_EXPECT_TRUE(test, otr_host_is_rodata(sites + nr - 1));

	sites = otr_host_module_sites(THIS_MODULE, &nr);
	KUNIT_ASSERT_NOT_NULL(test, sites);
	KUNIT_EXPECT_NE(test, site_in(sites, nr, otr_host_victim), 0);
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_TRUE(test, within_module(sites[i], THIS_MODULE));
}

static void write_text(void *at, const u8 *bytes)
{
	otr_host_text_lock();
	otr_host_text_queue(at, bytes, SITE_SIZE);
	otr_host_text_finish();
	otr_host_text_unlock();
}

static void writes_text(struct kunit *test)
{
	const unsigned long *sites;
	unsigned int nr;
	void *site;

	sites = otr_host_module_sites(THIS_MODULE, &nr);
	site = (void *)site_in(sites, nr, otr_host_victim);
	KUNIT_ASSERT_NOT_NULL(test, site);
	KUNIT_ASSERT_EQ(test, memcmp(site, nop5, SITE_SIZE), 0);
	calls = 0;
	write_text(site, jump5);
	KUNIT_EXPECT_EQ(test, memcmp(site, jump5, SITE_SIZE), 0);
	otr_host_victim();
	write_text(site, nop5);
	KUNIT_EXPECT_EQ(test, memcmp(site, nop5, SITE_SIZE), 0);
	otr_host_victim();
	KUNIT_EXPECT_EQ(test, calls, 2);
}

static void sees_kprobes(struct kunit *test)
{
	struct kprobe probe = { .symbol_name = "outrace_host_kunit:otr_host_victim" };
	const unsigned long *sites;
	unsigned long site;
	unsigned int nr;

	if (!IS_ENABLED(CONFIG_KPROBES)) {
		kunit_skip(test, "no kprobes");
		return;
	}
	sites = otr_host_module_sites(THIS_MODULE, &nr);
	site = site_in(sites, nr, otr_host_victim);
	KUNIT_EXPECT_TRUE(test, otr_host_kprobe_known());
	KUNIT_EXPECT_FALSE(test, otr_host_kprobe(site));
	KUNIT_ASSERT_EQ(test, register_kprobe(&probe), 0);
	KUNIT_EXPECT_TRUE(test, otr_host_kprobe((unsigned long)probe.addr));
	KUNIT_EXPECT_FALSE(test, otr_host_kprobe((unsigned long)probe.addr + 1));
	unregister_kprobe(&probe);
	KUNIT_EXPECT_FALSE(test, otr_host_kprobe((unsigned long)probe.addr));
}

/* Where a task is for a while without going to sleep, as in a trampoline. */
static struct {
	struct completion	begun;
	bool			inside;
} stay;

static int stay_a_while(void *unused)
{
	unsigned long end = jiffies + HZ / 5;

	WRITE_ONCE(stay.inside, true);
	complete(&stay.begun);
	/* It may be preempted here, but does not block. */
	while (time_before(jiffies, end))
		cpu_relax();
	WRITE_ONCE(stay.inside, false);
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static void waits_for_tasks(struct kunit *test)
{
	struct task_struct *task;

	init_completion(&stay.begun);
	task = kthread_run(stay_a_while, NULL, "otr-stay");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	wait_for_completion(&stay.begun);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(stay.inside));
	otr_host_quiesce();
	KUNIT_EXPECT_FALSE(test, READ_ONCE(stay.inside));
	kthread_stop(task);
}

static void finds_tracepoints(struct kunit *test)
{
	struct tracepoint *tp = otr_host_tracepoint("sched_switch");

	KUNIT_ASSERT_NOT_NULL(test, tp);
	KUNIT_EXPECT_STREQ(test, tp->name, "sched_switch");
	KUNIT_EXPECT_NULL(test, otr_host_tracepoint("sched_switc"));
	KUNIT_EXPECT_NULL(test, otr_host_tracepoint(""));
	otr_host_tracepoints_exit();
	KUNIT_EXPECT_PTR_EQ(test, otr_host_tracepoint("sched_switch"), tp);
}

static void knows_strings(struct kunit *test)
{
	unsigned int i, nr = otr_host_strings();

	KUNIT_ASSERT_GT(test, nr, 0);
	for (i = 0; i < nr; i++) {
		KUNIT_ASSERT_NOT_NULL(test, otr_host_string(i));
		KUNIT_EXPECT_TRUE(test, otr_host_string_known(otr_host_string(i)));
	}
	KUNIT_EXPECT_NULL(test, otr_host_string(nr));
	KUNIT_EXPECT_FALSE(test, otr_host_string_known(otr_host_string(0) + 1));
}

/* What watches of modules were called for, a letter each. */
static char told[32];

static void tell_of(const char *what)
{
	strlcat(told, what, sizeof(told));
}

static void first_came(struct module *mod)
{
	tell_of("a");
}

static void first_lives(struct module *mod)
{
	tell_of("b");
}

static void first_goes(struct module *mod)
{
	tell_of("c");
}

static void second_came(struct module *mod)
{
	tell_of("d");
}

static void second_goes(struct module *mod)
{
	tell_of("e");
}

/* In the order in which rooms start, and back. */
static void tells_of_modules(struct kunit *test)
{
	struct otr_modules first = {
		.coming = first_came, .live = first_lives, .going = first_goes,
	};
	struct otr_modules second = { .coming = second_came, .going = second_goes };

	told[0] = '\0';
	otr_modules_watch(&first);
	otr_modules_watch(&second);
	modules_on_module(NULL, MODULE_STATE_COMING, THIS_MODULE);
	modules_on_module(NULL, MODULE_STATE_LIVE, THIS_MODULE);
	modules_on_module(NULL, MODULE_STATE_GOING, THIS_MODULE);
	KUNIT_EXPECT_STREQ(test, told, "adbec");
	otr_modules_unwatch(&first);
	modules_on_module(NULL, MODULE_STATE_COMING, THIS_MODULE);
	KUNIT_EXPECT_STREQ(test, told, "adbecd");
	otr_modules_unwatch(&second);
	modules_on_module(NULL, MODULE_STATE_COMING, THIS_MODULE);
	KUNIT_EXPECT_STREQ(test, told, "adbecd");
}

static int start(struct kunit *test)
{
	return otr_host_init();
}

static void stop(struct kunit *test)
{
	otr_host_exit();
}

/* Callers by the kernel's unwinder, from the function on that asked, and by ours. */
static struct {
	unsigned long	kernel[64];
	unsigned long	ours[64];
	unsigned int	nr_kernel;
	unsigned int	nr_ours;
} found;

static noinline void find_callers(void)
{
	static struct otr_unwind unwind;

	preempt_disable();
	found.nr_kernel = stack_trace_save(found.kernel, 64, 0);
	otr_unwind_here(&unwind);
	found.nr_ours = otr_unwind(&unwind, found.ours, 64);
	preempt_enable();
}

/* With a frame that is found by BP, as its stack is aligned to more than a word. */
static noinline int find_from(int depth)
{
	u64 some[8] __aligned(64);

	OPTIMIZER_HIDE_VAR(depth);
	memset(some, depth, sizeof(some));
	if (depth)
		some[depth % 8] += find_from(depth - 1);
	else
		find_callers();
	barrier_data(some);
	return some[depth % 8];
}

static void expect_same_callers(struct kunit *test, unsigned int least)
{
	unsigned int i;

	KUNIT_EXPECT_GE(test, found.nr_ours, least);
	KUNIT_ASSERT_EQ(test, found.nr_ours + 1, found.nr_kernel);
	for (i = 0; i < found.nr_ours; i++)
		KUNIT_EXPECT_EQ_MSG(test, found.ours[i], found.kernel[i + 1],
				    "caller %u: %pS, not %pS", i, (void *)found.ours[i],
				    (void *)found.kernel[i + 1]);
}

static void find_in_interrupt(struct irq_work *work)
{
	find_from(3);
}

static void finds_callers(struct kunit *test)
{
	struct irq_work work = IRQ_WORK_INIT_HARD(find_in_interrupt);
	int i;

	otr_unwind_init(0);
	KUNIT_ASSERT_NOT_NULL(test, unwind_blocks);
	/* The second time it is known where they are. */
	for (i = 0; i < 3; i++) {
		if (i == 2)
			otr_unwind_forget();
		find_from(5);
		expect_same_callers(test, 10);
		irq_work_queue(&work);
		irq_work_sync(&work);
		expect_same_callers(test, 10);
	}
	unwind_blocks = NULL;
	find_from(5);
	expect_same_callers(test, 10);
}

static unsigned int count_known(void)
{
	unsigned int i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(unwind_known); i++)
		nr += !!unwind_known[i];
	return nr;
}

/* An address may be other text's after each of these. */
static void forgets_callers(struct kunit *test)
{
	static const unsigned long states[] = {
		MODULE_STATE_COMING, MODULE_STATE_LIVE, MODULE_STATE_GOING,
	};
	unsigned int i;

	otr_unwind_init(0);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		find_from(5);
		KUNIT_EXPECT_GE(test, count_known(), 5);
		modules_on_module(NULL, states[i], THIS_MODULE);
		KUNIT_EXPECT_EQ_MSG(test, count_known(), 0, "state %lu", states[i]);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(has_everything),
	KUNIT_CASE(follows_what_moved),
	KUNIT_CASE(knows_memory),
	KUNIT_CASE(names_patches),
	KUNIT_CASE(finds_addresses),
	KUNIT_CASE(names_addresses),
	KUNIT_CASE(prints_addresses),
	KUNIT_CASE(visits_symbols),
	KUNIT_CASE(lists_sites),
	KUNIT_CASE(writes_text),
	KUNIT_CASE(sees_kprobes),
	KUNIT_CASE(waits_for_tasks),
	KUNIT_CASE(finds_tracepoints),
	KUNIT_CASE(knows_strings),
	KUNIT_CASE(tells_of_modules),
	KUNIT_CASE(finds_callers),
	KUNIT_CASE(forgets_callers),
	{}
};

static struct kunit_suite suite = {
	.name		= "outrace_host",
	.init		= start,
	.exit		= stop,
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of outrace's host room");
MODULE_LICENSE("GPL");
