// SPDX-License-Identifier: GPL-2.0-only
/*
 * The base room in the kernel: what only real contexts can show. The rest is
 * tested in user space, see tools/testing/user/base_*.c.
 */
#include <kunit/test.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/smp.h>
#ifdef CONFIG_X86
#include <asm/nmi.h>
#endif

/* A copy of the room of our own, next to the engine's. */
#include "base/ctx.c"
#include "base/guard.c"
#include "base/clock.c"
#include "base/comm.c"
#include "base/tgid.c"

/* The scheduler may ask for us at any time. */
#define RESCHED		((OTR_CTX_RESCHED | OTR_CTX_PREEMPT_RESCHED) << OTR_CTX_FLAGS_SHIFT)

#define FLAG(name)	((u32)OTR_CTX_##name << OTR_CTX_FLAGS_SHIFT)
#define DEPTH(n)	((u32)(n) << OTR_CTX_PREEMPT_SHIFT)
#define MIGRATE(n)	((u32)(n) << OTR_CTX_MIGRATE_SHIFT)

/* In an interrupt the preemption depth is that of what raised it: masked. */
#define ANY_DEPTH	DEPTH(15)

static u32 word(void)
{
	return otr_ctx_word() & ~RESCHED;
}

static void word_of_a_task(struct kunit *test)
{
	unsigned long flags;

	KUNIT_EXPECT_EQ(test, word(), 0);

	local_irq_save(flags);
	KUNIT_EXPECT_EQ(test, word(), FLAG(IRQS_OFF));
	local_irq_restore(flags);

	local_bh_disable();
	KUNIT_EXPECT_EQ(test, word(), FLAG(BH_OFF));
	local_bh_enable();

	migrate_disable();
	KUNIT_EXPECT_EQ(test, word(), MIGRATE(1));
	migrate_disable();
	preempt_disable();
	local_irq_save(flags);
	KUNIT_EXPECT_EQ(test, word(), MIGRATE(2) | DEPTH(1) | FLAG(IRQS_OFF));
	local_irq_restore(flags);
	preempt_enable();
	migrate_enable();
	migrate_enable();

	KUNIT_EXPECT_EQ(test, word(), 0);
}

static void word_counts_preemption(struct kunit *test)
{
	u32 words[20];
	int i;

	if (!IS_ENABLED(CONFIG_PREEMPT_COUNT))
		kunit_skip(test, "this kernel does not count");
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		preempt_disable();
		words[i] = word();
	}
	for (i = 0; i < ARRAY_SIZE(words); i++)
		preempt_enable();
	for (i = 0; i < ARRAY_SIZE(words); i++)
		KUNIT_EXPECT_EQ(test, words[i], DEPTH(min(i + 1, 15)));

	preempt_disable();
	words[0] = otr_ctx_word_less(1) & ~RESCHED;
	preempt_enable();
	KUNIT_EXPECT_EQ(test, words[0], 0);
}

static void word_tells_reschedule(struct kunit *test)
{
	u32 task, both;

	preempt_disable();
	set_tsk_need_resched(current);
	task = otr_ctx_word();
	set_preempt_need_resched();
	both = otr_ctx_word();
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, task & FLAG(RESCHED));
	KUNIT_EXPECT_EQ(test, both, DEPTH(1) | FLAG(RESCHED) | FLAG(PREEMPT_RESCHED));
}

/* What one context saw, and what it does meanwhile. */
struct visit {
	u32	word;
	int	place;
	u64	clock[OTR_CLOCK_COUNT];
	bool	recorded;
	char	comm[TASK_COMM_LEN];
	void	(*nested)(struct visit *next);
	struct visit *next;
	bool	done;
};

static struct task_struct *someone;

static void look_around(struct visit *visit)
{
	int id;

	visit->word = word();
	visit->place = otr_guard_enter();
	for (id = 0; id < OTR_CLOCK_COUNT; id++)
		visit->clock[id] = otr_clock_read(id);
	visit->recorded = otr_comm_record(someone);
	otr_comm_find(someone->pid, visit->comm);
	if (visit->nested)
		visit->nested(visit->next);
	if (visit->place >= 0)
		otr_guard_exit(visit->place);
	visit->done = true;
}

static struct visit *irq_visit;

static void look_from_irq(struct irq_work *work)
{
	look_around(irq_visit);
}

static struct irq_work irq_visit_work = IRQ_WORK_INIT_HARD(look_from_irq);

static void in_irq_context(struct visit *visit)
{
	irq_visit = visit;
	irq_work_queue(&irq_visit_work);
	while (!READ_ONCE(visit->done))
		cpu_relax();
}

static struct visit *softirq_visit;

static void look_from_softirq(struct tasklet_struct *tasklet)
{
	look_around(softirq_visit);
}

static DECLARE_TASKLET(softirq_visit_tasklet, look_from_softirq);

static void in_softirq_context(struct visit *visit)
{
	softirq_visit = visit;
	local_bh_disable();
	tasklet_schedule(&softirq_visit_tasklet);
	/* It runs here. */
	local_bh_enable();
}

#ifdef CONFIG_X86
static struct visit *nmi_visit;

static int look_from_nmi(unsigned int type, struct pt_regs *regs)
{
	struct visit *visit = nmi_visit;

	if (!visit)
		return NMI_DONE;
	nmi_visit = NULL;
	look_around(visit);
	return NMI_HANDLED;
}

/* The vector, by hand: everything is as it is when the line is pulled. */
static void in_nmi_context(struct visit *visit)
{
	nmi_visit = visit;
	barrier();
	asm volatile("int $2" : : : "memory");
}

static int nmi_begin(void)
{
	return register_nmi_handler(NMI_LOCAL, look_from_nmi, 0, "outrace_base_kunit");
}

static void nmi_end(void)
{
	unregister_nmi_handler(NMI_LOCAL, "outrace_base_kunit");
}
#endif

static void comm_begin(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, otr_comm_init(), 0);
	someone = current;
}

static void visit_softirq(struct kunit *test)
{
	struct visit visit = {};

	comm_begin(test);
	in_softirq_context(&visit);
	KUNIT_EXPECT_TRUE(test, visit.done);
	KUNIT_EXPECT_EQ(test, visit.word & ~ANY_DEPTH, FLAG(SOFTIRQ));
	KUNIT_EXPECT_EQ(test, visit.place, 1);
	KUNIT_EXPECT_TRUE(test, visit.recorded);
	KUNIT_EXPECT_STREQ(test, visit.comm, current->comm);
	otr_comm_exit();
}

static void visit_irq(struct kunit *test)
{
	struct visit visit = {};

	comm_begin(test);
	in_irq_context(&visit);
	KUNIT_EXPECT_EQ(test, visit.word & ~ANY_DEPTH, FLAG(HARDIRQ) | FLAG(IRQS_OFF));
	KUNIT_EXPECT_EQ(test, visit.place, 2);
	KUNIT_EXPECT_TRUE(test, visit.recorded);
	KUNIT_EXPECT_STREQ(test, visit.comm, current->comm);
	otr_comm_exit();
}

/* A task in the guard, an interrupt over it, an NMI over both. */
static void visits_over_each_other(struct kunit *test)
{
#ifdef CONFIG_X86
	struct visit nmi = {}, irq = { .nested = in_nmi_context, .next = &nmi };
	int task, spare, none, id;

	comm_begin(test);
	KUNIT_ASSERT_EQ(test, nmi_begin(), 0);
	preempt_disable();
	task = otr_guard_enter();
	in_irq_context(&irq);
	spare = otr_guard_enter();
	none = otr_guard_enter();
	otr_guard_exit(spare);
	otr_guard_exit(task);
	preempt_enable();
	nmi_end();

	KUNIT_EXPECT_EQ(test, task, 0);
	KUNIT_EXPECT_EQ(test, irq.place, 2);
	KUNIT_ASSERT_TRUE(test, nmi.done);
	KUNIT_EXPECT_EQ(test, nmi.place, 3);
	KUNIT_EXPECT_EQ(test, spare, OTR_GUARD_SPARE);
	KUNIT_EXPECT_EQ(test, none, -1);
	KUNIT_EXPECT_EQ(test, nmi.word & (FLAG(NMI) | FLAG(HARDIRQ) | FLAG(IRQS_OFF)),
			FLAG(NMI) | FLAG(HARDIRQ) | FLAG(IRQS_OFF));
	for (id = 0; id < OTR_CLOCK_COUNT; id++)
		KUNIT_EXPECT_GE_MSG(test, nmi.clock[id], irq.clock[id], "%s", otr_clocks[id].name);
	otr_comm_exit();
#else
	kunit_skip(test, "no way to raise an NMI here");
#endif
}

/* What interrupts the holder of the names' lock must not wait for it. */
static void names_while_locked(struct kunit *test)
{
	struct visit irq = {}, nmi = {};
	struct cache *cache;
	bool again;

	comm_begin(test);
	cache = comm_cache_lock();
	KUNIT_ASSERT_NOT_NULL(test, cache);
	in_irq_context(&irq);
	comm_cache_unlock(cache);
	KUNIT_EXPECT_FALSE(test, irq.recorded);
	KUNIT_EXPECT_STREQ(test, irq.comm, "<...>");
#ifdef CONFIG_X86
	KUNIT_ASSERT_EQ(test, nmi_begin(), 0);
	cache = comm_cache_lock();
	in_nmi_context(&nmi);
	comm_cache_unlock(cache);
	nmi_end();
	KUNIT_ASSERT_TRUE(test, nmi.done);
	KUNIT_EXPECT_FALSE(test, nmi.recorded);
	KUNIT_EXPECT_STREQ(test, nmi.comm, "<...>");
#endif
	preempt_disable();
	again = otr_comm_record(current);
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, again);
	otr_comm_exit();
}

/* Leaves of the thread groups' map are made in an interrupt. */
static void groups_get_room(struct kunit *test)
{
	bool at_once, again;

	KUNIT_ASSERT_EQ(test, otr_tgid_start(), 0);
	at_once = otr_tgid_record(current);
	irq_work_sync(&tgid_leaf_work);
	again = otr_tgid_record(current);
	KUNIT_EXPECT_FALSE(test, at_once);
	KUNIT_EXPECT_TRUE(test, again);
	KUNIT_EXPECT_EQ(test, otr_tgid_find(current->pid), current->tgid);
	KUNIT_EXPECT_EQ(test, otr_tgid_next(0), current->pid);
	otr_tgid_exit();
	KUNIT_EXPECT_EQ(test, otr_tgid_next(0), -1);
}

static void clocks_go_forward(struct kunit *test)
{
	int id, i, wrong;

	for (id = 0; id < OTR_CLOCK_COUNT; id++) {
		u64 before, after;

		KUNIT_ASSERT_NOT_NULL(test, otr_clocks[id].name);
		migrate_disable();
		before = otr_clock_read(id);
		for (i = 0, wrong = 0; i < 10000; i++) {
			after = otr_clock_read(id);
			wrong += after < before || (id == OTR_CLOCK_COUNTER && after == before);
			before = after;
		}
		migrate_enable();
		KUNIT_EXPECT_EQ_MSG(test, wrong, 0, "%s", otr_clocks[id].name);
	}
}

static u64 kernel_clock(enum otr_clock_id id)
{
	switch (id) {
	case OTR_CLOCK_LOCAL:
		return sched_clock();
	case OTR_CLOCK_PERF:
		return local_clock();
	case OTR_CLOCK_UPTIME:
		return jiffies_to_clock_t(jiffies - INITIAL_JIFFIES);
	case OTR_CLOCK_MONO:
		return ktime_get_ns();
	case OTR_CLOCK_MONO_RAW:
		return ktime_get_raw_ns();
	case OTR_CLOCK_BOOT:
		return ktime_get_boottime_ns();
	case OTR_CLOCK_TAI:
		return ktime_get_clocktai_ns();
#ifdef CONFIG_X86
	case OTR_CLOCK_X86_TSC:
		return rdtsc_ordered();
#endif
	default:
		/* The kernel has no such clock. */
		return otr_clock_read(id);
	}
}

/* Each lies between two readings of what it is to be. */
static void clocks_are_the_kernels(struct kunit *test)
{
	u64 before, now, after;
	int id;

	for (id = 0; id < OTR_CLOCK_COUNT; id++) {
		preempt_disable();
		before = kernel_clock(id);
		now = otr_clock_read(id);
		after = kernel_clock(id);
		preempt_enable();
		KUNIT_EXPECT_LE_MSG(test, before, now, "%s", otr_clocks[id].name);
		KUNIT_EXPECT_GE_MSG(test, after, now, "%s", otr_clocks[id].name);
	}
}

static struct {
	u64		seen;
	atomic_t	backwards;
} global_race;

static void race_global(void *unused)
{
	int i;

	for (i = 0; i < 20000; i++) {
		/* Pairs with the release below, on whatever CPU. */
		u64 before = smp_load_acquire(&global_race.seen);
		u64 now = otr_clock_read(OTR_CLOCK_GLOBAL);

		if (now < before)
			atomic_inc(&global_race.backwards);
		/* What was read here is known there: pairs with the acquire. */
		smp_store_release(&global_race.seen, now);
	}
}

static void global_clock_over_cpus(struct kunit *test)
{
	on_each_cpu(race_global, NULL, 1);
	KUNIT_EXPECT_NE(test, global_race.seen, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&global_race.backwards), 0);
}

static struct kunit_case base_cases[] = {
	KUNIT_CASE(word_of_a_task),
	KUNIT_CASE(word_counts_preemption),
	KUNIT_CASE(word_tells_reschedule),
	KUNIT_CASE(visit_softirq),
	KUNIT_CASE(visit_irq),
	KUNIT_CASE(visits_over_each_other),
	KUNIT_CASE(names_while_locked),
	KUNIT_CASE(groups_get_room),
	KUNIT_CASE(clocks_go_forward),
	KUNIT_CASE(clocks_are_the_kernels),
	KUNIT_CASE(global_clock_over_cpus),
	{}
};

static struct kunit_suite base_suite = {
	.name		= "outrace_base",
	.test_cases	= base_cases,
};

kunit_test_suite(base_suite);

MODULE_DESCRIPTION("KUnit tests of outrace's base room");
MODULE_LICENSE("GPL");
