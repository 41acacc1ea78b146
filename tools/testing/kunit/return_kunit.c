// SPDX-License-Identifier: GPL-2.0-only
/*
 * Return hooks on this module's own functions: what they see, how calls nest,
 * what happens when there are too many, and to what somebody left behind.
 *
 * This file is compiled with sites, unlike the engine. What hooks call is
 * notrace.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/kallsyms.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/nmi.h>
#include <linux/stacktrace.h>
#include <asm/apic.h>
#include <asm/nmi.h>

static void ret_step(int n);

#define OTR_RET_STEP(n)	ret_step(n)
#define RET_STEPS	5

#include "site/site.h"

#define CALLS_MAX	128
#define STACK_MAX	32

/* What a return hook of the tests saw. */
struct watch {
	struct otr_ret_hook	ret;
	unsigned int		entered;
	unsigned int		left;
	unsigned int		depths[CALLS_MAX];	/* of those that were left, in order */
	unsigned long		values[CALLS_MAX];
	bool			leave_behind;
	bool			nmi_in_leave;
	unsigned long		stack[STACK_MAX];	/* seen while it was left */
	unsigned int		stack_nr;
	struct otr_frame	behind;
};

static notrace void watch_enter(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
				struct otr_frame *frame)
{
	struct watch *watch = container_of(hook, struct watch, ret.hook);
	struct otr_rets *rets;
	struct otr_ret *around, *ret;

	preempt_disable_notrace();
	rets = otr_rets_get();
	if (!rets)
		goto out;
	watch->entered++;
	if (otr_rets_full(rets)) {
		rets->overrun++;
		goto out;
	}
	around = otr_rets_top(rets, watch->ret.key);
	ret = otr_ret_push(rets, watch->ret.key, frame, ip);
	ret->depth = around ? around->depth + 1 : 0;
	ret->data[0] = watch->entered;
	/* As if a function was entered from which nobody returns. */
	if (watch->leave_behind && !otr_rets_full(rets))
		otr_ret_push(rets, watch->ret.key, &watch->behind, ip);
out:
	preempt_enable_notrace();
}

/* The vector, by hand: everything is as it is when the line is pulled. */
static notrace void raise_nmi(void)
{
	asm volatile("int $2" : : : "memory");
}

/* At which step of the next entry an NMI is to come, once; below 0 for none. */
static int nmi_at = -1;

static notrace void ret_step(int n)
{
	if (likely(READ_ONCE(nmi_at) != n))
		return;
	WRITE_ONCE(nmi_at, -1);
	raise_nmi();
}

static notrace void watch_leave(struct otr_ret_hook *hook, struct otr_rets *rets,
				struct otr_ret *ret, unsigned long value)
{
	struct watch *watch = container_of(hook, struct watch, ret);

	if (watch->left < CALLS_MAX) {
		watch->depths[watch->left] = ret->depth;
		watch->values[watch->left] = value;
	}
	watch->left++;
	if (watch->nmi_in_leave) {
		watch->nmi_in_leave = false;
		raise_nmi();
	}
	if (!ret->depth)
		watch->stack_nr = stack_trace_save(watch->stack, STACK_MAX, 0);
}

static noinline unsigned long sum_up(unsigned long n)
{
	unsigned long sum = n ? sum_up(n - 1) : 0;

	OPTIMIZER_HIDE_VAR(sum);
	return sum + n;
}

static noinline unsigned long last_of_two(unsigned long n)
{
	OPTIMIZER_HIDE_VAR(n);
	return n + 1;
}

/* Ends with a jump, where the compiler is allowed to. */
static noinline unsigned long first_of_two(unsigned long n)
{
	OPTIMIZER_HIDE_VAR(n);
	return last_of_two(n * 2);
}

static noinline unsigned int look_around(unsigned long *stack)
{
	unsigned int nr = stack_trace_save(stack, STACK_MAX, 0);

	OPTIMIZER_HIDE_VAR(nr);
	return nr;
}

static noinline unsigned int look_deeper(unsigned long *stack)
{
	unsigned int nr = look_around(stack);

	OPTIMIZER_HIDE_VAR(nr);
	return nr;
}

static noinline void wait_here(struct completion *go)
{
	wait_for_completion(go);
	barrier();
}

static void free_set(void *set)
{
	otr_siteset_destroy(set);
}

static void unregister(void *hook)
{
	otr_ret_unregister(hook);
}

static struct watch *new_watch(struct kunit *test)
{
	struct watch *watch = kunit_kzalloc(test, sizeof(*watch), GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, watch);
	watch->ret.hook.name = "test";
	watch->ret.hook.func = watch_enter;
	watch->ret.hook.flags = OTR_HOOK_SELF;
	watch->ret.hook.filter = otr_siteset_create();
	watch->ret.leave = watch_leave;
	KUNIT_ASSERT_NOT_NULL(test, watch->ret.hook.filter);
	err = kunit_add_action_or_reset(test, free_set, watch->ret.hook.filter);
	KUNIT_ASSERT_EQ(test, 0, err);
	return watch;
}

static void watch_on(struct kunit *test, struct watch *watch, unsigned long func)
{
	int err;

	/* objtool shall not take it for a function without a landing pad. */
	OPTIMIZER_HIDE_VAR(func);
	err = otr_siteset_add(watch->ret.hook.filter, func);
	KUNIT_ASSERT_EQ(test, 0, err);
}

static void start(struct kunit *test, struct watch *watch)
{
	KUNIT_ASSERT_EQ(test, 0, otr_ret_register(&watch->ret));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, unregister, &watch->ret));
}

static struct watch *watching(struct kunit *test, unsigned long func)
{
	struct watch *watch = new_watch(test);

	watch_on(test, watch, func);
	start(test, watch);
	return watch;
}

static unsigned int depth_now(void)
{
	struct otr_rets *rets = *otr_host_task_slot(current);

	return rets ? rets->depth : 0;
}

static void returns_are_seen(struct kunit *test)
{
	struct watch *watch = watching(test, (unsigned long)last_of_two);

	KUNIT_EXPECT_EQ(test, 42, last_of_two(41));
	KUNIT_EXPECT_EQ(test, 1, watch->entered);
	KUNIT_EXPECT_EQ(test, 1, watch->left);
	KUNIT_EXPECT_EQ(test, 42, watch->values[0]);
	KUNIT_EXPECT_EQ(test, 0, depth_now());
	kunit_release_action(test, unregister, &watch->ret);
	KUNIT_EXPECT_EQ(test, 42, last_of_two(41));
	KUNIT_EXPECT_EQ(test, 1, watch->entered);
}

static void calls_nest(struct kunit *test)
{
	struct watch *watch = watching(test, (unsigned long)sum_up);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, 210, sum_up(20));
	KUNIT_EXPECT_EQ(test, 21, watch->entered);
	KUNIT_ASSERT_EQ(test, 21, watch->left);
	for (i = 0; i < 21; i++) {
		KUNIT_EXPECT_EQ(test, 20 - i, watch->depths[i]);
		KUNIT_EXPECT_EQ(test, i * (i + 1) / 2, watch->values[i]);
	}
	KUNIT_EXPECT_EQ(test, 0, depth_now());
}

static void too_many_are_counted(struct kunit *test)
{
	struct watch *watch = watching(test, (unsigned long)sum_up);
	struct otr_rets *rets;
	unsigned int before;

	sum_up(0);
	rets = *otr_host_task_slot(current);
	KUNIT_ASSERT_NOT_NULL(test, rets);
	before = rets->overrun;
	KUNIT_EXPECT_EQ(test, 5050, sum_up(100));
	KUNIT_EXPECT_EQ(test, 1 + 101, watch->entered);
	KUNIT_EXPECT_EQ(test, 1 + OTR_RET_DEPTH, watch->left);
	KUNIT_EXPECT_EQ(test, before + 101 - OTR_RET_DEPTH, rets->overrun);
	KUNIT_EXPECT_EQ(test, 0, depth_now());
	KUNIT_EXPECT_EQ(test, 6, sum_up(3));
	KUNIT_EXPECT_EQ(test, 1 + OTR_RET_DEPTH + 4, watch->left);
}

static void hooks_share_a_function(struct kunit *test)
{
	struct watch *one = watching(test, (unsigned long)sum_up);
	struct watch *two = watching(test, (unsigned long)sum_up);

	KUNIT_EXPECT_EQ(test, 55, sum_up(10));
	KUNIT_EXPECT_EQ(test, 11, one->left);
	KUNIT_EXPECT_EQ(test, 11, two->left);
	KUNIT_EXPECT_EQ(test, 10, one->depths[0]);
	KUNIT_EXPECT_EQ(test, 10, two->depths[0]);
	KUNIT_EXPECT_EQ(test, 55, one->values[10]);
	KUNIT_EXPECT_EQ(test, 55, two->values[10]);
	kunit_release_action(test, unregister, &one->ret);
	KUNIT_EXPECT_EQ(test, 1, sum_up(1));
	KUNIT_EXPECT_EQ(test, 11, one->left);
	KUNIT_EXPECT_EQ(test, 13, two->left);
	KUNIT_EXPECT_EQ(test, 0, depth_now());
}

static void jumps_at_the_end(struct kunit *test)
{
	struct watch *watch = new_watch(test);

	watch_on(test, watch, (unsigned long)first_of_two);
	watch_on(test, watch, (unsigned long)last_of_two);
	start(test, watch);
	KUNIT_EXPECT_EQ(test, 9, first_of_two(4));
	KUNIT_ASSERT_EQ(test, 2, watch->left);
	KUNIT_EXPECT_EQ(test, 9, watch->values[0]);
	KUNIT_EXPECT_EQ(test, 9, watch->values[1]);
	KUNIT_EXPECT_EQ(test, 1, watch->depths[0]);
	KUNIT_EXPECT_EQ(test, 0, watch->depths[1]);
	KUNIT_EXPECT_EQ(test, 0, depth_now());
}

static void what_is_left_behind_goes(struct kunit *test)
{
	struct watch *watch = watching(test, (unsigned long)sum_up);

	watch->leave_behind = true;
	KUNIT_EXPECT_EQ(test, 55, sum_up(10));
	KUNIT_EXPECT_EQ(test, 11, watch->left);
	KUNIT_EXPECT_EQ(test, 0, depth_now());
	/* So much that there is no room for more. */
	KUNIT_EXPECT_EQ(test, 1275, sum_up(50));
	KUNIT_EXPECT_EQ(test, 11 + (OTR_RET_DEPTH + 1) / 2, watch->left);
	KUNIT_EXPECT_EQ(test, 0, depth_now());
}

static bool has_caller(const unsigned long *stack, unsigned int nr, const void *func)
{
	char name[KSYM_NAME_LEN], caller[KSYM_NAME_LEN];
	unsigned int i;

	snprintf(name, sizeof(name), "%ps", func);
	for (i = 0; i < nr; i++) {
		snprintf(caller, sizeof(caller), "%ps", (void *)stack[i]);
		if (!strcmp(name, caller))
			return true;
	}
	return false;
}

static bool has_trampoline(const unsigned long *stack, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (stack[i] == (unsigned long)otr_return_tramp)
			return true;
	return false;
}

static void stacks_are_exact(struct kunit *test)
{
	struct watch *watch = new_watch(test);
	unsigned long before[STACK_MAX], during[STACK_MAX];
	unsigned int nr;

	nr = look_deeper(before);
	watch_on(test, watch, (unsigned long)look_around);
	watch_on(test, watch, (unsigned long)look_deeper);
	start(test, watch);
	KUNIT_EXPECT_EQ(test, nr, look_deeper(during));
	KUNIT_EXPECT_EQ(test, 2, watch->left);
	KUNIT_EXPECT_TRUE(test, has_caller(during, nr, look_deeper));
	KUNIT_EXPECT_TRUE(test, has_caller(during, nr, stacks_are_exact));
	KUNIT_EXPECT_FALSE(test, has_trampoline(during, nr));
	/* The callers' callers are the same, by address. */
	KUNIT_EXPECT_MEMEQ(test, before + 3, during + 3, (nr - 3) * sizeof(*before));
	/* And while the function was being left. */
	KUNIT_EXPECT_TRUE(test, has_caller(watch->stack, watch->stack_nr, stacks_are_exact));
	KUNIT_EXPECT_FALSE(test, has_trampoline(watch->stack, watch->stack_nr));
}

static struct irq_work interrupt;
static unsigned long interrupted;

static void in_interrupt_too(struct irq_work *work)
{
	WRITE_ONCE(interrupted, sum_up(4));
}

static noinline unsigned long call_interrupted(unsigned long n)
{
	WRITE_ONCE(interrupted, 0);
	irq_work_queue(&interrupt);
	while (!READ_ONCE(interrupted))
		cpu_relax();
	return sum_up(n);
}

static void interrupts_nest(struct kunit *test)
{
	struct watch *watch = new_watch(test);

	interrupt = IRQ_WORK_INIT_HARD(in_interrupt_too);
	watch_on(test, watch, (unsigned long)sum_up);
	watch_on(test, watch, (unsigned long)call_interrupted);
	start(test, watch);
	KUNIT_EXPECT_EQ(test, 6, call_interrupted(3));
	KUNIT_EXPECT_EQ(test, 10, interrupted);
	KUNIT_EXPECT_EQ(test, 1 + 5 + 4, watch->left);
	KUNIT_EXPECT_EQ(test, 5, watch->depths[0]);
	KUNIT_EXPECT_EQ(test, 0, depth_now());
}

/* What an NMI found, at most one at a time. */
static struct {
	bool		wanted;
	unsigned int	came;
	unsigned int	wrong_sums;
	unsigned int	wrong_stacks;
	const void	*caller;	/* is in its stack, if it came to @task */
	struct task_struct *task;	/* which is in @caller for as long as it stands here */
	unsigned long	stack[STACK_MAX];
	unsigned long	wrong[STACK_MAX];	/* the first wrong one */
} in_nmi;

/*
 * An interrupt came right in front of the trampoline's call, where no caller can be known,
 * see returns.rst: what it interrupted, which the stack shows behind the kernel's entry
 * code, is the trampoline. An address to return to that nobody replaced has a function
 * in front of it.
 */
static bool is_cut(const unsigned long *stack, unsigned int nr)
{
	char name[KSYM_SYMBOL_LEN];
	unsigned int i;

	for (i = 1; i < nr; i++) {
		if (stack[i] != (unsigned long)otr_return_tramp)
			continue;
		snprintf(name, sizeof(name), "%ps", (void *)stack[i - 1]);
		return str_has_prefix(name, "asm_");
	}
	return false;
}

/* Calls of its own on top of what was interrupted, and a look at that. */
static int look_from_nmi(unsigned int type, struct pt_regs *regs)
{
	unsigned int nr;

	if (!READ_ONCE(in_nmi.wanted))
		return NMI_DONE;
	in_nmi.came++;
	if (sum_up(4) != 10)
		in_nmi.wrong_sums++;
	/* As in is_cut(), of the NMI itself. */
	if (regs->ip == (unsigned long)otr_return_tramp)
		return NMI_HANDLED;
	nr = stack_trace_save(in_nmi.stack, STACK_MAX, 0);
	if (is_cut(in_nmi.stack, nr))
		return NMI_HANDLED;
	/* The CPU may be somebody else's for a while. */
	if (!has_trampoline(in_nmi.stack, nr) &&
	    (current != READ_ONCE(in_nmi.task) || has_caller(in_nmi.stack, nr, in_nmi.caller)))
		return NMI_HANDLED;
	if (!in_nmi.wrong_stacks++)
		memcpy(in_nmi.wrong, in_nmi.stack, nr * sizeof(*in_nmi.stack));
	return NMI_HANDLED;
}

static void nmi_expect_no_wrong(struct kunit *test)
{
	int i;

	KUNIT_EXPECT_EQ(test, 0, in_nmi.wrong_sums);
	KUNIT_EXPECT_EQ(test, 0, in_nmi.wrong_stacks);
	for (i = 0; i < STACK_MAX && in_nmi.wrong[i]; i++)
		kunit_info(test, "in the first wrong stack: %pS\n", (void *)in_nmi.wrong[i]);
}

static void nmi_end(void *unused)
{
	WRITE_ONCE(in_nmi.wanted, false);
	unregister_nmi_handler(NMI_LOCAL, "outrace_return_kunit");
}

static void nmi_begin(struct kunit *test, const void *caller)
{
	memset(&in_nmi, 0, sizeof(in_nmi));
	in_nmi.caller = caller;
	KUNIT_ASSERT_EQ(test, 0, register_nmi_handler(NMI_LOCAL, look_from_nmi, 0,
						      "outrace_return_kunit"));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, nmi_end, NULL));
	WRITE_ONCE(in_nmi.wanted, true);
}

/* At each step of an entry, and while a function is left. */
static void nmis_nest(struct kunit *test)
{
	struct watch *watch = watching(test, (unsigned long)sum_up);
	int step;

	nmi_begin(test, nmis_nest);
	WRITE_ONCE(in_nmi.task, current);
	for (step = 0; step <= RET_STEPS; step++) {
		watch->entered = 0;
		watch->left = 0;
		if (step < RET_STEPS)
			WRITE_ONCE(nmi_at, step);
		else
			watch->nmi_in_leave = true;
		KUNIT_EXPECT_EQ(test, 6, sum_up(3));
		KUNIT_EXPECT_EQ(test, step + 1, in_nmi.came);
		KUNIT_EXPECT_EQ(test, 4 + 5, watch->entered);
		KUNIT_EXPECT_EQ(test, 4 + 5, watch->left);
		KUNIT_EXPECT_EQ(test, 0, depth_now());
	}
	nmi_expect_no_wrong(test);
}

#define STORM_MS	300

static int send_nmis(void *cpu)
{
	while (!kthread_should_stop()) {
		apic->send_IPI((long)cpu, NMI_VECTOR);
		usleep_range(20, 100);
	}
	return 0;
}

/* NMIs come before and behind it, too, and do not find it in the stack then. */
static noinline unsigned long sum_in_a_storm(void)
{
	unsigned long until = jiffies + msecs_to_jiffies(STORM_MS), rounds = 0;

	WRITE_ONCE(in_nmi.task, current);
	for (; time_before(jiffies, until); rounds++) {
		if (sum_up(8) != 36) {
			rounds = 0;
			break;
		}
	}
	WRITE_ONCE(in_nmi.task, NULL);
	return rounds;
}

/* From another CPU, wherever this one is. */
static void nmis_come_anywhere(struct kunit *test)
{
	unsigned int cpu, other;
	struct task_struct *task;
	unsigned long rounds;

	watching(test, (unsigned long)sum_up);
	migrate_disable();
	cpu = smp_processor_id();
	other = cpumask_any_but(cpu_online_mask, cpu);
	if (other >= nr_cpu_ids) {
		migrate_enable();
		kunit_skip(test, "there is one CPU");
	}
	nmi_begin(test, sum_in_a_storm);
	task = kthread_create(send_nmis, (void *)(long)cpu, "nmis");
	if (!IS_ERR(task)) {
		kthread_bind(task, other);
		wake_up_process(task);
	}
	rounds = sum_in_a_storm();
	migrate_enable();
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	kthread_stop(task);
	kunit_info(test, "%u NMIs in %lu rounds\n", in_nmi.came, rounds);
	KUNIT_EXPECT_GT(test, in_nmi.came, 10);
	KUNIT_EXPECT_GT(test, rounds, 10);
	nmi_expect_no_wrong(test);
	KUNIT_EXPECT_EQ(test, 0, depth_now());
}

struct sleeper {
	struct completion	there;
	struct completion	go;
	struct completion	gone;
};

static int sleep_in_function(void *data)
{
	struct sleeper *sleeper = data;

	complete(&sleeper->there);
	wait_here(&sleeper->go);
	complete(&sleeper->gone);
	return 0;
}

/* A task that is in wait_here(), or about to wait there. */
static struct task_struct *start_sleeper(struct kunit *test, struct watch *watch,
					 struct sleeper *sleeper)
{
	struct task_struct *task;

	init_completion(&sleeper->there);
	init_completion(&sleeper->go);
	init_completion(&sleeper->gone);
	task = kthread_run(sleep_in_function, sleeper, "sleeper");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	wait_for_completion(&sleeper->there);
	while (!READ_ONCE(watch->entered) || READ_ONCE(task->on_cpu) ||
	       READ_ONCE(task->__state) != TASK_UNINTERRUPTIBLE)
		schedule_timeout_idle(1);
	return task;
}

static void who_sleeps_returns_without_us(struct kunit *test)
{
	struct watch *watch = watching(test, (unsigned long)wait_here);
	struct sleeper sleeper;

	start_sleeper(test, watch, &sleeper);
	kunit_release_action(test, unregister, &watch->ret);
	complete(&sleeper.go);
	wait_for_completion(&sleeper.gone);
	KUNIT_EXPECT_EQ(test, 1, watch->entered);
	KUNIT_EXPECT_EQ(test, 0, watch->left);
}

/* Livepatch's way to look at a task: it fails where it is not sure. */
static void stacks_are_reliable(struct kunit *test)
{
	int (*save)(struct task_struct *task, unsigned long *store, unsigned int size);
	struct watch *watch = watching(test, (unsigned long)wait_here);
	unsigned long stack[STACK_MAX];
	struct sleeper sleeper;
	struct task_struct *task;
	int nr;

	save = (void *)kallsyms_lookup_name("stack_trace_save_tsk_reliable");
	if (!save)
		kunit_skip(test, "this kernel has no reliable stack traces");
	task = start_sleeper(test, watch, &sleeper);
	nr = save(task, stack, STACK_MAX);
	KUNIT_EXPECT_GT(test, nr, 3);
	KUNIT_EXPECT_TRUE(test, has_caller(stack, max(nr, 0), wait_here));
	KUNIT_EXPECT_TRUE(test, has_caller(stack, max(nr, 0), sleep_in_function));
	KUNIT_EXPECT_FALSE(test, has_trampoline(stack, max(nr, 0)));
	complete(&sleeper.go);
	wait_for_completion(&sleeper.gone);
	KUNIT_EXPECT_EQ(test, 1, watch->left);
}

static struct kunit_case return_cases[] = {
	KUNIT_CASE(returns_are_seen),
	KUNIT_CASE(calls_nest),
	KUNIT_CASE(too_many_are_counted),
	KUNIT_CASE(hooks_share_a_function),
	KUNIT_CASE(jumps_at_the_end),
	KUNIT_CASE(what_is_left_behind_goes),
	KUNIT_CASE(stacks_are_exact),
	KUNIT_CASE(interrupts_nest),
	KUNIT_CASE(nmis_nest),
	KUNIT_CASE(nmis_come_anywhere),
	KUNIT_CASE(who_sleeps_returns_without_us),
	KUNIT_CASE(stacks_are_reliable),
	{ }
};

static int need_returns(struct kunit *test)
{
	if (!otr_ret_ready())
		kunit_skip(test, "returns cannot be seen on this kernel");
	return 0;
}

static struct kunit_suite return_suite = {
	.name = "outrace_return",
	.init = need_returns,
	.test_cases = return_cases,
};

kunit_test_suite(return_suite);

MODULE_DESCRIPTION("Tests of the engine's return hooks");
MODULE_LICENSE("GPL");
