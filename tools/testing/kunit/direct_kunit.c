// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code that sites call themselves, alone and next to hooks, on this module's own
 * functions.
 *
 * This file is compiled with sites, unlike the engine. What hooks call is notrace.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <asm/text-patching.h>
#include <outrace/hook.h>

#include "arch/x86/arch.h"
#include "site/site.h"
#include "direct_code.h"
#include "site_victims.h"

/* What direct_code.S counts: the last one and how often. */
unsigned long direct_first, direct_second;

static noinline long victim(long a, long b, long c, long d, long e, long f)
{
	barrier();
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f;
}

static noinline long victim_other(long a)
{
	barrier();
	return a + 1000;
}

static long call_victim(void)
{
	return victim(1, 10, 100, 1000, 10000, 100000);
}

#define ANSWER	(1 + 20 + 300 + 4000 + 50000 + 600000)

static unsigned long site_of(const void *func)
{
	/* objtool shall not take the sum for a function without a landing pad. */
	OPTIMIZER_HIDE_VAR(func);
	return (unsigned long)func + OTR_ARCH_SITE_LEAD;
}

/* What a function's site calls; 0 for the NOP, 1 for anything else. */
static unsigned long called_by(const void *func)
{
	static const u8 nop[] = { BYTES_NOP5 };
	const u8 *site = (const u8 *)site_of(func);
	s32 distance;

	if (!memcmp(site, nop, sizeof(nop)))
		return 0;
	if (site[0] != CALL_INSN_OPCODE)
		return 1;
	memcpy(&distance, site + 1, sizeof(distance));
	return (unsigned long)site + CALL_INSN_SIZE + distance;
}

/* A hook that counts; OTR_HOOK_SELF, or several of them, are other ways to be called. */
struct counter {
	struct otr_hook	hook;
	unsigned long	calls;
	unsigned long	order;
};

static notrace void count(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			  struct otr_frame *frame)
{
	struct counter *counter = container_of(hook, struct counter, hook);

	counter->calls++;
	counter->order = direct_first;
}

static void destroy_watch(void *watch)
{
	otr_watch_destroy(watch);
}

static void end_counter(void *data)
{
	struct counter *counter = data;

	otr_hook_unregister(&counter->hook);
	otr_siteset_destroy(counter->hook.filter);
}

static const struct otr_watch_ops first_ops = { .name = "first", .direct = direct_code_first };
static const struct otr_watch_ops bare_ops = { .name = "bare" };

static struct otr_watch *new_direct(struct kunit *test, const void *func)
{
	struct otr_watch *watch = otr_watch_create(&first_ops, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(watch));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy_watch, watch), 0);
	KUNIT_ASSERT_EQ(test, otr_watch_add_function(watch, func), 0);
	direct_first = 0;
	direct_second = 0;
	return watch;
}

static struct counter *new_counter(struct kunit *test, const void *func, unsigned int flags)
{
	struct counter *counter = kunit_kzalloc(test, sizeof(*counter), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, counter);
	counter->hook.name = "counter";
	counter->hook.func = count;
	counter->hook.flags = flags;
	counter->hook.filter = otr_siteset_create();
	KUNIT_ASSERT_NOT_NULL(test, counter->hook.filter);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, end_counter, counter), 0);
	KUNIT_ASSERT_EQ(test, otr_siteset_add(counter->hook.filter, (unsigned long)func), 0);
	return counter;
}

static void alone(struct kunit *test)
{
	struct otr_watch *watch = new_direct(test, victim);

	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	KUNIT_EXPECT_EQ(test, called_by(victim), (unsigned long)direct_code_first);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, direct_first, 1);
	otr_watch_unregister(watch);
	KUNIT_EXPECT_EQ(test, called_by(victim), 0);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, direct_first, 1);
}

/* With a hook, and with two, of either kind; and what each saw. */
static void beside_hooks(struct kunit *test)
{
	struct otr_watch *watch = new_direct(test, victim);
	struct counter *self = new_counter(test, victim, OTR_HOOK_SELF);
	struct counter *plain = new_counter(test, victim, 0);

	KUNIT_EXPECT_EQ(test, otr_hook_register(&plain->hook), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	/* A trampoline. */
	KUNIT_EXPECT_GT(test, called_by(victim), 1);
	KUNIT_EXPECT_NE(test, called_by(victim), (unsigned long)direct_code_first);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, plain->calls, 1);
	KUNIT_EXPECT_EQ(test, direct_first, 1);
	/* Hooks come first. */
	KUNIT_EXPECT_EQ(test, plain->order, 0);

	KUNIT_EXPECT_EQ(test, otr_hook_register(&self->hook), 0);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, plain->calls, 2);
	KUNIT_EXPECT_EQ(test, self->calls, 1);
	KUNIT_EXPECT_EQ(test, direct_first, 2);

	otr_hook_unregister(&plain->hook);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, self->calls, 2);
	KUNIT_EXPECT_EQ(test, direct_first, 3);

	otr_watch_unregister(watch);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, plain->calls, 2);
	KUNIT_EXPECT_EQ(test, self->calls, 3);
	KUNIT_EXPECT_EQ(test, direct_first, 3);
	otr_hook_unregister(&self->hook);
	KUNIT_EXPECT_EQ(test, called_by(victim), 0);
}

static void one_on_a_site(struct kunit *test)
{
	struct otr_watch *watch = new_direct(test, victim);
	struct otr_watch *same = new_direct(test, victim);
	struct otr_watch *other = new_direct(test, victim_other);

	KUNIT_EXPECT_EQ(test, otr_watch_add_function(same, victim_other), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_register(same), -EBUSY);
	KUNIT_EXPECT_EQ(test, otr_watch_register(other), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_register(other), -EBUSY);
	KUNIT_EXPECT_EQ(test, called_by(victim_other), (unsigned long)direct_code_first);
	KUNIT_EXPECT_EQ(test, victim_other(1), 1001);
	KUNIT_EXPECT_EQ(test, direct_first, 1);
	otr_watch_unregister(watch);
	KUNIT_EXPECT_EQ(test, otr_watch_register(same), -EBUSY);
	otr_watch_unregister(other);
	KUNIT_EXPECT_EQ(test, otr_watch_register(same), 0);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, victim_other(1), 1001);
	KUNIT_EXPECT_EQ(test, direct_first, 3);
}

static void wants_something(struct kunit *test)
{
	static const struct otr_watch_ops both = {
		.name = "both",
		.entry = (void *)count,
		.direct = direct_code_first,
	};
	struct otr_watch *watch = otr_watch_create(&bare_ops, NULL);
	struct otr_hook hook = { .name = "all", .direct = (unsigned long)direct_code_first };

	KUNIT_ASSERT_FALSE(test, IS_ERR(watch));
	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_watch_add_function(watch, victim), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_second), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	KUNIT_EXPECT_EQ(test, called_by(victim), (unsigned long)direct_code_second);
	otr_watch_destroy(watch);
	KUNIT_EXPECT_EQ(test, called_by(victim), 0);

	KUNIT_EXPECT_EQ(test, PTR_ERR(otr_watch_create(&both, NULL)), -EINVAL);
	/* Not on every site there is. */
	KUNIT_EXPECT_EQ(test, otr_hook_register(&hook), -EINVAL);
}

static void something_else(struct kunit *test)
{
	struct otr_watch *watch = new_direct(test, victim);
	struct counter *counter = new_counter(test, victim, OTR_HOOK_SELF);

	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_second), 0);
	KUNIT_EXPECT_EQ(test, called_by(victim), (unsigned long)direct_code_second);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, direct_first, 0);
	KUNIT_EXPECT_EQ(test, direct_second, 1);

	KUNIT_EXPECT_EQ(test, otr_hook_register(&counter->hook), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_first), 0);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, direct_first, 1);
	KUNIT_EXPECT_EQ(test, direct_second, 1);
	KUNIT_EXPECT_EQ(test, counter->calls, 1);
	KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_first), 0);
	otr_watch_unregister(watch);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, counter->calls, 2);
	KUNIT_EXPECT_EQ(test, direct_first, 1);
}

/* It runs instead of the function. */
static void in_place(struct kunit *test)
{
	struct otr_watch *watch = new_direct(test, victim);
	struct counter *counter = new_counter(test, victim, OTR_HOOK_SELF);

	KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_answer), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	KUNIT_EXPECT_EQ(test, call_victim(), 4711);
	KUNIT_EXPECT_EQ(test, otr_hook_register(&counter->hook), 0);
	KUNIT_EXPECT_EQ(test, call_victim(), 4711);
	KUNIT_EXPECT_EQ(test, counter->calls, 1);
}

static bool enters(struct otr_watch *watch, struct otr_call *call)
{
	call->data[0] = 1;
	return true;
}

static unsigned long returned;

static void leaves(struct otr_watch *watch, struct otr_call *call)
{
	returned = call->value;
}

static void lies(struct otr_watch *watch, struct otr_call *call)
{
	call->value++;
}

/* Others that see the return see what the one before them made of it. */
static void another_result(struct kunit *test)
{
	static const struct otr_watch_ops lies_ops = { .name = "lies", .leave = lies };
	static const struct otr_watch_ops sees_ops = {
		.name = "sees", .entry = enters, .leave = leaves,
	};
	struct otr_watch *watches[] = {
		otr_watch_create(&sees_ops, NULL), otr_watch_create(&lies_ops, NULL),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(watches); i++) {
		KUNIT_ASSERT_FALSE(test, IS_ERR(watches[i]));
		KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy_watch, watches[i]),
				0);
		KUNIT_EXPECT_EQ(test, otr_watch_add_function(watches[i], victim), 0);
		if (otr_watch_register(watches[i]) == -ENODEV)
			kunit_skip(test, "returns cannot be seen on this kernel");
	}
	/* The one that came last was entered last and returns first. */
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER + 1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(returned), ANSWER + 1);
	otr_watch_unregister(watches[1]);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, READ_ONCE(returned), ANSWER);
}

/* The return is seen, whether the function ran or something in its place. */
static void beside_returns(struct kunit *test)
{
	static const struct otr_watch_ops ops = {
		.name = "returns", .entry = enters, .leave = leaves,
	};
	struct otr_watch *watch = new_direct(test, victim);
	struct otr_watch *returns = otr_watch_create(&ops, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(returns));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy_watch, returns), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_add_function(returns, victim), 0);
	if (otr_watch_register(returns) == -ENODEV)
		kunit_skip(test, "returns cannot be seen on this kernel");
	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	returned = 0;
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, READ_ONCE(returned), ANSWER);
	KUNIT_EXPECT_EQ(test, direct_first, 1);
	KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_answer), 0);
	KUNIT_EXPECT_EQ(test, call_victim(), 4711);
	KUNIT_EXPECT_EQ(test, READ_ONCE(returned), 4711);
	KUNIT_EXPECT_EQ(test, otr_watch_missed(returns), 0);
}

/*
 * More sets of hooks beside it than there are trampolines with a tail: each function
 * has the hooks that are bits of its number. Then it is called, and they are not.
 */
static void more_than_trampolines(struct kunit *test)
{
	enum { BITS = 7, NR = OTR_ARCH_TAILS + 6 };
	struct otr_watch *watch = new_direct(test, site_victims[1]);
	struct counter *counters[BITS];
	unsigned int i, bit, alone = 0;

	static_assert(NR < 1 << BITS && NR < SITE_VICTIMS);
	for (i = 2; i <= NR; i++)
		KUNIT_ASSERT_EQ(test, otr_watch_add_function(watch, site_victims[i]), 0);
	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	for (bit = 0; bit < BITS; bit++) {
		counters[bit] = new_counter(test, site_victims[1 << bit], OTR_HOOK_SELF);
		for (i = 1; i <= NR; i++)
			if (i & BIT(bit))
				otr_siteset_add(counters[bit]->hook.filter,
						(unsigned long)site_victims[i]);
		KUNIT_EXPECT_EQ(test, otr_hook_register(&counters[bit]->hook), 0);
	}
	for (i = 1; i <= NR; i++) {
		unsigned int seen = 0;

		for (bit = 0; bit < BITS; bit++)
			counters[bit]->calls = 0;
		direct_first = 0;
		site_victims[i]();
		KUNIT_EXPECT_EQ(test, direct_first, 1);
		for (bit = 0; bit < BITS; bit++)
			seen |= counters[bit]->calls ? BIT(bit) : 0;
		if (seen)
			KUNIT_EXPECT_EQ(test, seen, i);
		else
			alone++;
	}
	KUNIT_EXPECT_EQ(test, alone, NR - OTR_ARCH_TAILS);
	otr_watch_unregister(watch);
	/* Without it they need no tail. */
	for (bit = 0; bit < BITS; bit++)
		counters[bit]->calls = 0;
	site_victims[NR]();
	for (bit = 0; bit < BITS; bit++)
		KUNIT_EXPECT_EQ(test, counters[bit]->calls, NR >> bit & 1);
}

static int keep_calling(void *failed)
{
	unsigned long nr = 0;

	while (!kthread_should_stop()) {
		if (call_victim() != ANSWER)
			atomic_inc(failed);
		if (!(++nr % 64))
			cond_resched_tasks_rcu_qs();
	}
	return 0;
}

/* It, a hook and its successor come and go while the function is called. */
static void while_called(struct kunit *test)
{
	static atomic_t failed;
	struct otr_watch *watch = new_direct(test, victim);
	struct counter *counter = new_counter(test, victim, OTR_HOOK_SELF);
	struct task_struct *tasks[2];
	unsigned int i;

	atomic_set(&failed, 0);
	for (i = 0; i < ARRAY_SIZE(tasks); i++) {
		tasks[i] = kthread_run(keep_calling, &failed, "direct_kunit");
		KUNIT_ASSERT_FALSE(test, IS_ERR(tasks[i]));
	}
	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
		KUNIT_EXPECT_EQ(test, otr_hook_register(&counter->hook), 0);
		KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_second), 0);
		otr_hook_unregister(&counter->hook);
		KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_first), 0);
		otr_watch_unregister(watch);
	}
	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		kthread_stop(tasks[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&failed), 0);
	KUNIT_EXPECT_EQ(test, called_by(victim), 0);
}

#ifdef CONFIG_KPROBES
static int before(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}

static int go_away(void *data)
{
	otr_watch_unregister(data);
	return 0;
}

/* A kprobe keeps a copy of the call, so the code has to stay until it is gone. */
static void under_a_kprobe(struct kunit *test)
{
	struct kprobe kp = { .addr = (void *)site_of(victim), .pre_handler = before };
	struct otr_watch *watch = new_direct(test, victim);
	struct task_struct *task;

	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	KUNIT_ASSERT_EQ(test, register_kprobe(&kp), 0);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, direct_first, 1);
	KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_second), -EBUSY);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, direct_first, 2);
	task = kthread_create(go_away, watch, "direct_kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	wake_up_process(task);
	schedule_timeout_idle(2 * HZ);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(task->exit_state));
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	unregister_kprobe(&kp);
	/* What is not awaited so: kthread_stop() of one that has ended by itself. */
	KUNIT_EXPECT_EQ(test, kthread_stop(task), 0);
	put_task_struct(task);
	KUNIT_EXPECT_EQ(test, called_by(victim), 0);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
}

static bool is_alone(void)
{
	unsigned int i;

	for (i = 0; i < 100 && called_by(victim) != (unsigned long)direct_code_first; i++)
		msleep(50);
	return i < 100;
}

/* A hook beside it leaves, and cannot give the site back: the code is called even so. */
static void under_a_kprobe_and_beside(struct kunit *test)
{
	struct kprobe kp = { .addr = (void *)site_of(victim), .pre_handler = before };
	struct otr_watch *watch = new_direct(test, victim);
	struct counter *counter = new_counter(test, victim, OTR_HOOK_SELF);

	KUNIT_EXPECT_EQ(test, otr_watch_register(watch), 0);
	KUNIT_EXPECT_EQ(test, otr_hook_register(&counter->hook), 0);
	KUNIT_ASSERT_EQ(test, register_kprobe(&kp), 0);
	otr_hook_unregister(&counter->hook);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, counter->calls, 0);
	KUNIT_EXPECT_EQ(test, direct_first, 1);
	KUNIT_EXPECT_EQ(test, otr_watch_set_direct(watch, direct_code_second), -EBUSY);
	unregister_kprobe(&kp);
	KUNIT_EXPECT_TRUE(test, is_alone());
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, direct_first, 2);

	/* The same, but the code goes before the kprobe: its tail is cut. */
	KUNIT_EXPECT_EQ(test, otr_hook_register(&counter->hook), 0);
	KUNIT_ASSERT_EQ(test, register_kprobe(&kp), 0);
	otr_hook_unregister(&counter->hook);
	otr_watch_unregister(watch);
	KUNIT_EXPECT_EQ(test, call_victim(), ANSWER);
	KUNIT_EXPECT_EQ(test, direct_first, 2);
	unregister_kprobe(&kp);
}
#endif

static int needs_sites(struct kunit *test)
{
	if (!otr_site_ready())
		kunit_skip(test, "functions cannot be hooked on this kernel");
	return 0;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(alone),
	KUNIT_CASE(beside_hooks),
	KUNIT_CASE(one_on_a_site),
	KUNIT_CASE(wants_something),
	KUNIT_CASE(something_else),
	KUNIT_CASE(in_place),
	KUNIT_CASE(beside_returns),
	KUNIT_CASE(another_result),
	KUNIT_CASE_SLOW(more_than_trampolines),
	KUNIT_CASE_SLOW(while_called),
#ifdef CONFIG_KPROBES
	KUNIT_CASE_SLOW(under_a_kprobe),
	KUNIT_CASE_SLOW(under_a_kprobe_and_beside),
#endif
	{ }
};

static struct kunit_suite suite = {
	.name		= "outrace_direct",
	.init		= needs_sites,
	.test_cases	= cases,
};

kunit_test_suite(suite);

