// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of sites that meet trouble: memory that is short, kprobes, wrong bytes.
 *
 * What the engine calls of the kernel is hooked here by the engine itself. This file
 * is compiled with sites, unlike the engine; what hooks call is notrace.
 */
#include <kunit/test.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <asm/text-patching.h>

#include "arch/x86/arch.h"
/* Weak, so that this loads on a kernel without patches, too. */
#include "host/borrow.h"
#include "site/site.h"
#include "site_victims.h"

struct counter {
	struct otr_hook	hook;
	unsigned long	calls;
};

static notrace void count(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			  struct otr_frame *frame)
{
	container_of(hook, struct counter, hook)->calls++;
}

static void end_counter(void *data)
{
	struct counter *counter = data;

	otr_hook_unregister(&counter->hook);
	otr_siteset_destroy(counter->hook.filter);
}

static struct counter *new_counter(struct kunit *test, const void *func)
{
	struct counter *counter = kunit_kzalloc(test, sizeof(*counter), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, counter);
	counter->hook.name = "counter";
	counter->hook.func = count;
	counter->hook.filter = otr_siteset_create();
	KUNIT_ASSERT_NOT_NULL(test, counter->hook.filter);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, end_counter, counter), 0);
	if (func)
		KUNIT_ASSERT_EQ(test, otr_siteset_add(counter->hook.filter,
						      (unsigned long)func), 0);
	return counter;
}

/* Large pieces of memory are not to be had, for this task. */
static struct task_struct *poor;

static notrace void *no_memory(void)
{
	return NULL;
}

static notrace void refuse_memory(unsigned long ip, unsigned long parent_ip,
				  struct otr_hook *hook, struct otr_frame *frame)
{
	if (current == READ_ONCE(poor))
		otr_frame_redirect(frame, no_memory);
}

static void be_poor(bool on)
{
	WRITE_ONCE(poor, on ? current : NULL);
}

static void be_rich(void *unused)
{
	be_poor(false);
}

static void hook_memory(struct kunit *test)
{
	struct counter *memory = new_counter(test, __kvmalloc_node_noprof);

	memory->hook.func = refuse_memory;
	KUNIT_ASSERT_EQ(test, otr_hook_register(&memory->hook), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, be_rich, NULL), 0);
	be_poor(true);
	KUNIT_EXPECT_NULL(test, kvzalloc(16, GFP_KERNEL));
	be_poor(false);
}

#define COMBINED	8

/* Hooks in every combination: more than there are trampolines. */
struct combined {
	struct counter	*of[COMBINED];
};

static void prepare_combined(struct kunit *test, struct combined *all)
{
	unsigned int i, j;

	for (j = 0; j < COMBINED; j++) {
		all->of[j] = new_counter(test, NULL);
		for (i = 1; i < SITE_VICTIMS; i++)
			if (i >> j & 1)
				otr_siteset_add(all->of[j]->hook.filter,
						(unsigned long)site_victims[i]);
	}
}

/* How many of the hooks with a bit in @on are not called as they should be. */
static unsigned int wrong_calls(struct combined *all, unsigned int on)
{
	unsigned int i, j, wrong = 0;

	for (i = 0; i < SITE_VICTIMS; i++) {
		for (j = 0; j < COMBINED; j++)
			all->of[j]->calls = 0;
		site_victims[i]();
		for (j = 0; j < COMBINED; j++)
			wrong += all->of[j]->calls != (i & on & BIT(j) ? 1 : 0);
	}
	return wrong;
}

/* What fails for lack of memory changes nothing. */
static void fails_and_changes_nothing(struct kunit *test)
{
	struct counter *more = new_counter(test, site_victim_101);
	struct combined all;
	unsigned int j;

	prepare_combined(test, &all);
	for (j = 0; j < COMBINED; j++)
		KUNIT_ASSERT_EQ(test, otr_hook_register(&all.of[j]->hook), 0);
	KUNIT_EXPECT_EQ(test, wrong_calls(&all, 0xff), 0);
	hook_memory(test);
	be_poor(true);
	KUNIT_EXPECT_EQ(test, otr_hook_register(&more->hook), -ENOMEM);
	be_poor(false);
	KUNIT_EXPECT_EQ(test, wrong_calls(&all, 0xff), 0);
	KUNIT_EXPECT_EQ(test, more->calls, 0);
	KUNIT_EXPECT_EQ(test, otr_hook_register(&more->hook), 0);
	KUNIT_EXPECT_EQ(test, wrong_calls(&all, 0xff), 0);
	KUNIT_EXPECT_EQ(test, more->calls, 1);
}

/* A hook leaves without memory, and the others do not notice. */
static void leaves_without_memory(struct kunit *test)
{
	struct combined all;
	unsigned int j, on = 0xff;

	prepare_combined(test, &all);
	for (j = 0; j < COMBINED; j++)
		KUNIT_ASSERT_EQ(test, otr_hook_register(&all.of[j]->hook), 0);
	KUNIT_EXPECT_EQ(test, wrong_calls(&all, on), 0);
	hook_memory(test);
	for (j = 0; j < COMBINED; j++) {
		be_poor(true);
		otr_hook_unregister(&all.of[j]->hook);
		be_poor(false);
		on &= ~BIT(j);
		KUNIT_EXPECT_EQ_MSG(test, wrong_calls(&all, on), 0, "after %u left", j);
	}
}

/* Calls of this task that are seen while it changes text. */
static struct task_struct *changer;
static unsigned long seen;

static notrace void see_locked(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			       struct otr_frame *frame)
{
	container_of(hook, struct counter, hook)->calls++;
	if (current == READ_ONCE(changer) && mutex_is_locked(&text_mutex))
		seen++;
}

/* Memory is asked for there, and the log written. */
static struct counter *hook_slow_calls(struct kunit *test)
{
	struct counter *slow = new_counter(test, (void *)(unsigned long)_printk);
	struct otr_siteset *set = slow->hook.filter;

	slow->hook.func = see_locked;
	KUNIT_ASSERT_EQ(test, otr_siteset_add(set, (unsigned long)__kmalloc_cache_noprof), 0);
	KUNIT_ASSERT_EQ(test, otr_siteset_add(set, (unsigned long)__kmalloc_noprof), 0);
	KUNIT_ASSERT_EQ(test, otr_hook_register(&slow->hook), 0);
	seen = 0;
	return slow;
}

static int on_kprobe(struct kprobe *p, struct pt_regs *regs)
{
	return 0;
}

NOKPROBE_SYMBOL(on_kprobe);

/* Everybody who changes text waits for that lock: nobody holds it to wait himself. */
static void locks_text_briefly(struct kunit *test)
{
	struct counter *a = new_counter(test, site_victim_100);
	struct kprobe probe = { .addr = (void *)site_victim_100, .pre_handler = on_kprobe };
	struct kprobe other = { .addr = (void *)site_victim_101, .pre_handler = on_kprobe };
	struct counter *slow;

	KUNIT_ASSERT_EQ(test, otr_siteset_add(a->hook.filter, (unsigned long)site_victim_101), 0);
	KUNIT_ASSERT_EQ(test, otr_hook_register(&a->hook), 0);
	slow = hook_slow_calls(test);
	KUNIT_ASSERT_EQ(test, register_kprobe(&probe), 0);
	KUNIT_ASSERT_EQ(test, register_kprobe(&other), 0);
	slow->calls = 0;
	changer = current;
	otr_hook_unregister(&a->hook);
	changer = NULL;
	unregister_kprobe(&probe);
	unregister_kprobe(&other);
	/* Two sites were left: memory was needed, and it was said. */
	KUNIT_EXPECT_GE(test, slow->calls, 4);
	KUNIT_EXPECT_EQ(test, seen, 0);
	KUNIT_EXPECT_EQ(test, otr_hook_register(&a->hook), 0);
	otr_hook_unregister(&a->hook);
	KUNIT_EXPECT_NULL(test, otr_site_failure());
}

/* Functions that somebody else writes to. */
#define SPOILED	20

static void *site_of(unsigned int nr)
{
	return (u8 *)site_victims[nr] + OTR_ARCH_SITE_LEAD;
}

static void write_text(void *at, const u8 *bytes)
{
	mutex_lock(&text_mutex);
	text_poke_queue(at, bytes, CALL_INSN_SIZE, NULL);
	text_poke_finish();
	mutex_unlock(&text_mutex);
}

/* Nor to say what is wrong, which may be at many functions. */
static void locks_text_briefly_on_failure(struct kunit *test)
{
	static const u8 jump[] = { JMP32_INSN_OPCODE, 0, 0, 0, 0 };
	struct counter *a = new_counter(test, NULL), *b = new_counter(test, NULL), *slow;
	u8 calls[SPOILED][CALL_INSN_SIZE];
	unsigned int i;

	for (i = 0; i < SPOILED; i++) {
		otr_siteset_add(a->hook.filter, (unsigned long)site_victims[i]);
		otr_siteset_add(b->hook.filter, (unsigned long)site_victims[i]);
	}
	KUNIT_ASSERT_EQ(test, otr_hook_register(&a->hook), 0);
	for (i = 0; i < SPOILED; i++) {
		memcpy(calls[i], site_of(i), CALL_INSN_SIZE);
		write_text(site_of(i), jump);
	}
	slow = hook_slow_calls(test);
	slow->calls = 0;
	changer = current;
	KUNIT_EXPECT_EQ(test, otr_hook_register(&b->hook), -EIO);
	changer = NULL;
	for (i = 0; i < SPOILED; i++)
		write_text(site_of(i), calls[i]);
	otr_site_forgive();
	KUNIT_EXPECT_GT(test, slow->calls, 1);
	/* A bounded number of lines. */
	KUNIT_EXPECT_LT(test, slow->calls, 20);
	KUNIT_EXPECT_EQ(test, seen, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(fails_and_changes_nothing),
	KUNIT_CASE_SLOW(leaves_without_memory),
	KUNIT_CASE(locks_text_briefly),
	KUNIT_CASE(locks_text_briefly_on_failure),
	{ }
};

static int need_sites(struct kunit *test)
{
	if (!otr_site_ready())
		kunit_skip(test, "this kernel has no sites, or they cannot be patched");
	return 0;
}

static struct kunit_suite suite = {
	.name = "outrace_site_change",
	.init = need_sites,
	.test_cases = cases,
};

kunit_test_suite(suite);
