// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of sites and hooks, on this module's own functions and on the kernel.
 *
 * This file is compiled with sites, unlike the engine. What hooks call is
 * notrace, or hooks on everything would call themselves.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <asm/text-patching.h>

/* Patterns are the base room's; it exports nothing. */
#include "base/glob.c"
/* Weak, so that this loads on a kernel without patches, too. */
#include "host/borrow.h"
#include "site/site.h"
#include "site_victims.h"

/* What a hook of the tests saw. */
struct watch {
	struct otr_hook		hook;
	unsigned long		calls;
	unsigned long		ip;
	unsigned long		parent_ip;
};

static notrace void watch_call(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			       struct otr_frame *frame)
{
	struct watch *watch = container_of(hook, struct watch, hook);

	watch->calls++;
	watch->ip = ip;
	watch->parent_ip = parent_ip;
}

/* The hooked function again, from inside the hook. */
static notrace void watch_recurse(unsigned long ip, unsigned long parent_ip,
				  struct otr_hook *hook, struct otr_frame *frame)
{
	struct watch *watch = container_of(hook, struct watch, hook);

	if (watch->calls++ < 10)
		site_victim_100();
}

static DEFINE_PER_CPU(unsigned long, everything_calls);

static notrace void watch_everything(unsigned long ip, unsigned long parent_ip,
				     struct otr_hook *hook, struct otr_frame *frame)
{
	raw_cpu_inc(everything_calls);
}

static unsigned long site_of(void (*func)(void))
{
	/* objtool shall not take the sum for a function without a landing pad. */
	OPTIMIZER_HIDE_VAR(func);
	return (unsigned long)func + (IS_ENABLED(CONFIG_X86_KERNEL_IBT) ? ENDBR_INSN_SIZE : 0);
}

static bool is_nop(void (*func)(void))
{
	static const u8 nop[] = { BYTES_NOP5 };

	return !memcmp((void *)site_of(func), nop, sizeof(nop));
}

static void free_set(void *set)
{
	otr_siteset_destroy(set);
}

static struct otr_siteset *new_set(struct kunit *test)
{
	struct otr_siteset *set = otr_siteset_create();

	KUNIT_ASSERT_NOT_NULL(test, set);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_set, set), 0);
	return set;
}

static void leave(void *hook)
{
	otr_hook_unregister(hook);
}

/* A watch, not registered; taken off before its sets are freed. */
static struct watch *new_watch(struct kunit *test, void (*func)(void))
{
	struct watch *watch = kunit_kzalloc(test, sizeof(*watch), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, watch);
	watch->hook.name = "watch";
	watch->hook.func = watch_call;
	watch->hook.filter = new_set(test);
	if (func)
		KUNIT_ASSERT_EQ(test, otr_siteset_add(watch->hook.filter, (unsigned long)func), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, leave, &watch->hook), 0);
	return watch;
}

static long match(struct otr_siteset *set, const char *pattern, const char *mod, bool remove)
{
	struct otr_glob glob;
	char text[64];

	strscpy(text, pattern, sizeof(text));
	otr_glob_parse(&glob, text);
	return otr_siteset_match(set, &glob, mod, remove);
}

static void set_holds_sites(struct kunit *test)
{
	struct otr_siteset *set = new_set(test), *copy = new_set(test), *none = new_set(test);

	KUNIT_EXPECT_TRUE(test, otr_siteset_empty(set));
	KUNIT_EXPECT_EQ(test, otr_siteset_add(set, (unsigned long)site_victim_100), 0);
	/* By the site itself, too. */
	KUNIT_EXPECT_EQ(test, otr_siteset_add(set, site_of(site_victim_101)), 0);
	KUNIT_EXPECT_EQ(test, otr_siteset_add(set, (unsigned long)site_victim_100), 0);
	KUNIT_EXPECT_EQ(test, otr_siteset_count(set), 2);
	KUNIT_EXPECT_TRUE(test, otr_siteset_test(set, (unsigned long)site_victim_101));
	KUNIT_EXPECT_FALSE(test, otr_siteset_test(set, (unsigned long)site_victim_102));

	/* Neither a function without a site nor the middle of one. */
	KUNIT_EXPECT_EQ(test, otr_siteset_add(set, (unsigned long)watch_call), -ENOENT);
	KUNIT_EXPECT_EQ(test, otr_siteset_add(set, site_of(site_victim_103) + 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, otr_siteset_add(set, 0), -ENOENT);

	KUNIT_EXPECT_EQ(test, otr_siteset_copy(copy, set), 0);
	KUNIT_EXPECT_EQ(test, otr_siteset_copy(set, none), 0);
	KUNIT_EXPECT_TRUE(test, otr_siteset_empty(set));
	KUNIT_EXPECT_EQ(test, otr_siteset_count(copy), 2);
	KUNIT_EXPECT_EQ(test, otr_siteset_copy(copy, set), 0);
	KUNIT_EXPECT_TRUE(test, otr_siteset_empty(copy));
}

static void set_matches_names(struct kunit *test)
{
	struct otr_siteset *set = new_set(test);

	KUNIT_EXPECT_EQ(test, match(set, "site_victim_100", NULL, false), 1);
	KUNIT_EXPECT_TRUE(test, otr_siteset_test(set, (unsigned long)site_victim_100));
	KUNIT_EXPECT_EQ(test, match(set, "site_victim_10*", NULL, false), 10);
	KUNIT_EXPECT_EQ(test, match(set, "*victim_11*", NULL, false), 10);
	KUNIT_EXPECT_EQ(test, match(set, "*_victim_129", NULL, false), 1);
	KUNIT_EXPECT_EQ(test, match(set, "s*_vic*_13?", NULL, false), 10);
	KUNIT_EXPECT_EQ(test, otr_siteset_count(set), 31);
	KUNIT_EXPECT_EQ(test, match(set, "site_victim_*", NULL, true), SITE_VICTIMS);
	KUNIT_EXPECT_TRUE(test, otr_siteset_empty(set));

	KUNIT_EXPECT_EQ(test, match(set, "site_victim", NULL, false), 0);
	KUNIT_EXPECT_EQ(test, match(set, "vfs_read", NULL, false), 1);
	KUNIT_EXPECT_GT(test, match(set, "vfs_*", NULL, false), 10);
	/* Functions that may not be traced have no site. */
	KUNIT_EXPECT_EQ(test, match(set, "watch_call", NULL, false), 0);
	KUNIT_EXPECT_EQ(test, match(set, "__switch_to", NULL, false), 0);
}

static void set_matches_modules(struct kunit *test)
{
	struct otr_siteset *set = new_set(test);
	long all = match(set, "*", NULL, false), here;

	KUNIT_EXPECT_EQ(test, all, otr_site_count());
	KUNIT_EXPECT_EQ(test, otr_siteset_count(set), all);
	here = match(set, "*", KBUILD_MODNAME, true);
	KUNIT_EXPECT_GT(test, here, SITE_VICTIMS);
	KUNIT_EXPECT_EQ(test, otr_siteset_count(set), all - here);
	KUNIT_EXPECT_EQ(test, match(set, "vfs_read", KBUILD_MODNAME, false), 0);
	KUNIT_EXPECT_EQ(test, match(set, "site_victim_100", "*_site_*", false), 1);
	KUNIT_EXPECT_EQ(test, match(set, "site_victim_100", "!" KBUILD_MODNAME, false), 0);
	KUNIT_EXPECT_EQ(test, match(set, "vfs_read", "!" KBUILD_MODNAME, false), 1);
	KUNIT_EXPECT_EQ(test, match(set, "*", "no_such_module", false), 0);
}

static void listing_is_by_address(struct kunit *test)
{
	struct otr_siteset *set = new_set(test);
	struct otr_site_pos pos = { }, nth = { };
	unsigned long last = 0, nr = 0, tenth = 0;
	bool there;

	for (there = otr_site_start(&pos, 0); there && nr < 1000; there = otr_site_next(&pos)) {
		if (pos.ip <= last)
			KUNIT_FAIL(test, "%lx behind %lx", pos.ip, last);
		last = pos.ip;
		if (++nr == 10)
			tenth = pos.ip;
	}
	otr_site_stop();
	KUNIT_EXPECT_EQ(test, nr, 1000);
	there = otr_site_start(&nth, 9);
	otr_site_stop();
	KUNIT_EXPECT_TRUE(test, there);
	KUNIT_EXPECT_EQ(test, nth.ip, tenth);

	KUNIT_EXPECT_EQ(test, match(set, "10", NULL, false), 1);
	KUNIT_EXPECT_TRUE(test, otr_siteset_test(set, tenth));
	KUNIT_EXPECT_EQ(test, match(set, "0", NULL, false), 0);
	KUNIT_EXPECT_EQ(test, match(set, "99999999", NULL, false), 0);

	/* Only those of a set, from any place. */
	KUNIT_EXPECT_EQ(test, otr_siteset_add(set, (unsigned long)site_victim_200), 0);
	pos = (struct otr_site_pos) { .set = set };
	KUNIT_EXPECT_TRUE(test, otr_site_start(&pos, 1));
	KUNIT_EXPECT_EQ(test, pos.ip, site_of(site_victim_200));
	KUNIT_EXPECT_FALSE(test, otr_site_next(&pos));
	otr_site_stop();
}

/* In another section than its neighbours, so that the compiler's table does not ascend. */
static noinline __section(".text.aside") void victim_aside(void)
{
	barrier();
}

static void unsorted_table_is_traced(struct kunit *test)
{
#ifdef CONFIG_FENTRY_SITES
	const unsigned long *sites = THIS_MODULE->ftrace_callsites;
	unsigned int i, nr = THIS_MODULE->num_ftrace_callsites, falls = 0, core = 0;
	struct watch *watch = new_watch(test, victim_aside);
	struct otr_siteset *set = new_set(test);

	for (i = 0; i < nr; i++) {
		falls += i && sites[i] < sites[i - 1];
		if (!within_module_core(sites[i], THIS_MODULE))
			continue;
		core++;
		KUNIT_EXPECT_EQ(test, otr_siteset_add(set, sites[i]), 0);
	}
	/* Or this would be a test of nothing. */
	KUNIT_EXPECT_GT(test, falls, 0);
	KUNIT_EXPECT_EQ(test, otr_siteset_count(set), core);

	KUNIT_ASSERT_EQ(test, otr_hook_register(&watch->hook), 0);
	victim_aside();
	KUNIT_EXPECT_EQ(test, watch->calls, 1);
#endif
}

static void hook_is_called(struct kunit *test)
{
	struct watch *watch = new_watch(test, site_victim_100);

	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_100));
	KUNIT_ASSERT_EQ(test, otr_hook_register(&watch->hook), 0);
	KUNIT_EXPECT_EQ(test, otr_hook_register(&watch->hook), -EBUSY);
	KUNIT_EXPECT_FALSE(test, is_nop(site_victim_100));
	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_101));
	site_victim_100();
	site_victim_101();
	KUNIT_EXPECT_EQ(test, watch->calls, 1);
	KUNIT_EXPECT_EQ(test, watch->ip, site_of(site_victim_100));
	/* A sum would be a code address that is none, which objtool does not like. */
	KUNIT_EXPECT_LT(test, watch->parent_ip - (unsigned long)hook_is_called, 4096UL);
	otr_hook_unregister(&watch->hook);
	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_100));
	site_victim_100();
	KUNIT_EXPECT_EQ(test, watch->calls, 1);
}

/* Six arguments pass through a trampoline and come out as they went in. */
static noinline __noclone unsigned long takes_six(unsigned long a, unsigned long b,
						  unsigned long c, unsigned long d,
						  unsigned long e, unsigned long f)
{
	/* Not to be called once for several calls. */
	asm volatile("");
	return a + b * 2 + c * 4 + d * 8 + e * 16 + f * 32;
}

static void hook_keeps_arguments(struct kunit *test)
{
	struct watch *one = new_watch(test, (void *)takes_six);
	struct watch *two = new_watch(test, (void *)takes_six);
	unsigned long expected = 1 + 3 * 2 + 5 * 4 + 7 * 8 + 9 * 16 + 11 * 32;

	KUNIT_EXPECT_EQ(test, takes_six(1, 3, 5, 7, 9, 11), expected);
	KUNIT_ASSERT_EQ(test, otr_hook_register(&one->hook), 0);
	KUNIT_EXPECT_EQ(test, takes_six(1, 3, 5, 7, 9, 11), expected);
	KUNIT_ASSERT_EQ(test, otr_hook_register(&two->hook), 0);
	KUNIT_EXPECT_EQ(test, takes_six(1, 3, 5, 7, 9, 11), expected);
	KUNIT_EXPECT_EQ(test, one->calls, 2);
	KUNIT_EXPECT_EQ(test, two->calls, 1);
}

static void hooks_share_a_site(struct kunit *test)
{
	struct watch *a = new_watch(test, site_victim_100);
	struct watch *b = new_watch(test, site_victim_100);
	struct watch *c = new_watch(test, site_victim_101);

	b->hook.flags = OTR_HOOK_SELF;
	KUNIT_ASSERT_EQ(test, otr_hook_register(&a->hook), 0);
	KUNIT_ASSERT_EQ(test, otr_hook_register(&b->hook), 0);
	KUNIT_ASSERT_EQ(test, otr_hook_register(&c->hook), 0);
	site_victim_100();
	KUNIT_EXPECT_EQ(test, a->calls, 1);
	KUNIT_EXPECT_EQ(test, b->calls, 1);
	KUNIT_EXPECT_EQ(test, c->calls, 0);
	KUNIT_EXPECT_EQ(test, b->ip, site_of(site_victim_100));
	otr_hook_unregister(&a->hook);
	site_victim_100();
	KUNIT_EXPECT_EQ(test, a->calls, 1);
	KUNIT_EXPECT_EQ(test, b->calls, 2);
	otr_hook_unregister(&b->hook);
	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_100));
	site_victim_101();
	KUNIT_EXPECT_EQ(test, c->calls, 1);
}

static void hook_does_not_recurse(struct kunit *test)
{
	struct watch *watch = new_watch(test, site_victim_100);

	watch->hook.func = watch_recurse;
	KUNIT_ASSERT_EQ(test, otr_hook_register(&watch->hook), 0);
	site_victim_100();
	/* Once more than once: the guard has a spare place. */
	KUNIT_EXPECT_GE(test, watch->calls, 1);
	KUNIT_EXPECT_LE(test, watch->calls, 2);
}

static void hook_follows_its_sets(struct kunit *test)
{
	struct watch *watch = new_watch(test, site_victim_100);
	struct otr_siteset *first = watch->hook.filter, *second = new_set(test);

	KUNIT_ASSERT_EQ(test, match(second, "site_victim_1*", NULL, false), 100);
	KUNIT_ASSERT_EQ(test, otr_hook_register(&watch->hook), 0);
	KUNIT_EXPECT_EQ(test, otr_hook_set(&watch->hook, second, first), 0);
	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_100));
	site_victim_100();
	KUNIT_EXPECT_EQ(test, watch->calls, 0);
	site_victim_199();
	KUNIT_EXPECT_EQ(test, watch->calls, 1);
	KUNIT_EXPECT_EQ(test, otr_hook_update(&watch->hook, second, NULL), 0);
	site_victim_100();
	KUNIT_EXPECT_EQ(test, watch->calls, 2);
	KUNIT_EXPECT_EQ(test, otr_hook_set(&watch->hook, first, NULL), 0);
	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_199));
}

/* 8 hooks in every combination: more than there are trampolines. */
static void hooks_in_every_combination(struct kunit *test)
{
	struct watch *watch[8];
	unsigned int i, j, wrong = 0;

	for (j = 0; j < ARRAY_SIZE(watch); j++) {
		watch[j] = new_watch(test, NULL);
		for (i = 1; i < SITE_VICTIMS; i++)
			if (i >> j & 1)
				otr_siteset_add(watch[j]->hook.filter,
						(unsigned long)site_victims[i]);
		KUNIT_ASSERT_EQ(test, otr_hook_register(&watch[j]->hook), 0);
	}
	for (i = 0; i < SITE_VICTIMS; i++) {
		for (j = 0; j < ARRAY_SIZE(watch); j++)
			watch[j]->calls = 0;
		site_victims[i]();
		for (j = 0; j < ARRAY_SIZE(watch); j++)
			wrong += watch[j]->calls != (i >> j & 1);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	for (j = 0; j < ARRAY_SIZE(watch); j++) {
		otr_hook_unregister(&watch[j]->hook);
		for (i = 0; i < SITE_VICTIMS; i++)
			wrong += is_nop(site_victims[i]) != !(i >> (j + 1));
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static int kprobe_hits;

static int on_kprobe(struct kprobe *p, struct pt_regs *regs)
{
	kprobe_hits++;
	return 0;
}

NOKPROBE_SYMBOL(on_kprobe);

static void drop_kprobe(void *p)
{
	if (((struct kprobe *)p)->addr)
		unregister_kprobe(p);
}

static struct kprobe *set_kprobe(struct kunit *test, void (*func)(void), u32 flags)
{
	struct kprobe *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->addr = (void *)func;
	p->pre_handler = on_kprobe;
	p->flags = flags;
	KUNIT_ASSERT_EQ(test, register_kprobe(p), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, drop_kprobe, p), 0);
	kprobe_hits = 0;
	return p;
}

static void take_kprobe(struct kprobe *p)
{
	unregister_kprobe(p);
	p->addr = NULL;
}

/* The kprobe was there first: the site is left alone, and taken later. */
static void kprobe_before(struct kunit *test)
{
	struct watch *watch = new_watch(test, site_victim_100);
	struct kprobe *p = set_kprobe(test, site_victim_100, 0);

	KUNIT_EXPECT_EQ(test, otr_hook_register(&watch->hook), 0);
	site_victim_100();
	KUNIT_EXPECT_EQ(test, kprobe_hits, 1);
	KUNIT_EXPECT_EQ(test, watch->calls, 0);
	take_kprobe(p);
	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_100));
	KUNIT_EXPECT_EQ(test, otr_hook_update(&watch->hook, watch->hook.filter, NULL), 0);
	site_victim_100();
	KUNIT_EXPECT_EQ(test, watch->calls, 1);
	KUNIT_EXPECT_NULL(test, otr_site_failure());
}

/* Disabled, it still has a copy of the NOP that it would write back. */
static void kprobe_asleep(struct kunit *test)
{
	struct watch *watch = new_watch(test, site_victim_100);
	struct kprobe *p = set_kprobe(test, site_victim_100, KPROBE_FLAG_DISABLED);

	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_100));
	KUNIT_EXPECT_EQ(test, otr_hook_register(&watch->hook), 0);
	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_100));
	KUNIT_EXPECT_EQ(test, enable_kprobe(p), 0);
	site_victim_100();
	KUNIT_EXPECT_EQ(test, kprobe_hits, 1);
	KUNIT_EXPECT_EQ(test, watch->calls, 0);
}

/* The hook was there first: its call stays until the kprobe is gone. */
static void kprobe_after(struct kunit *test)
{
	struct watch *watch = new_watch(test, site_victim_100);
	struct watch *next = new_watch(test, site_victim_100);
	struct kprobe *p;
	int i;

	KUNIT_ASSERT_EQ(test, otr_hook_register(&watch->hook), 0);
	p = set_kprobe(test, site_victim_100, 0);
	site_victim_100();
	KUNIT_EXPECT_EQ(test, kprobe_hits, 1);
	KUNIT_EXPECT_EQ(test, watch->calls, 1);

	otr_hook_unregister(&watch->hook);
	site_victim_100();
	KUNIT_EXPECT_EQ(test, kprobe_hits, 2);
	KUNIT_EXPECT_EQ(test, watch->calls, 1);

	/* Another hook has to wait, and gets the site with the next try. */
	KUNIT_EXPECT_EQ(test, otr_hook_register(&next->hook), 0);
	site_victim_100();
	KUNIT_EXPECT_EQ(test, next->calls, 0);
	take_kprobe(p);
	for (i = 0; i < 100 && !next->calls; i++) {
		msleep(100);
		site_victim_100();
	}
	KUNIT_EXPECT_GT(test, next->calls, 0);
	otr_hook_unregister(&next->hook);
	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_100));
	KUNIT_EXPECT_NULL(test, otr_site_failure());
}

/* Bytes that nobody should have written: nothing is hooked, not elsewhere. */
/* What comes by in the meantime takes it for a NOP. */
static void plant(unsigned long site, const u8 bytes[5])
{
	static const u8 nop[] = { BYTES_NOP5 };

	mutex_lock(&text_mutex);
	text_poke_queue((void *)site, bytes, 5, nop);
	text_poke_finish();
	mutex_unlock(&text_mutex);
}

static void wrong_bytes_stop(struct kunit *test)
{
	static const u8 mov[] = { 0xb8, 0x11, 0x22, 0x33, 0x44 }, nop[] = { BYTES_NOP5 };
	struct watch *watch = new_watch(test, site_victim_100);

	if (!text_poke_queue || !text_poke_finish)
		kunit_skip(test, "text cannot be changed");
	otr_siteset_add(watch->hook.filter, (unsigned long)site_victim_101);
	plant(site_of(site_victim_101), mov);
	KUNIT_EXPECT_EQ(test, otr_hook_register(&watch->hook), -EIO);
	KUNIT_EXPECT_TRUE(test, is_nop(site_victim_100));
	KUNIT_EXPECT_NOT_NULL(test, strstr(otr_site_failure() ?: "", "site_victim_101"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(otr_site_failure() ?: "", "b8 11 22 33 44"));
	KUNIT_EXPECT_EQ(test, otr_hook_register(&watch->hook), -EIO);
	plant(site_of(site_victim_101), nop);
	otr_site_forgive();
	KUNIT_EXPECT_EQ(test, otr_hook_register(&watch->hook), 0);
}

static unsigned long calls_of_everything(void)
{
	unsigned long calls = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		calls += per_cpu(everything_calls, cpu);
	return calls;
}

/* Sites that are not a NOP. */
static unsigned long not_nops(void)
{
	static const u8 nop[] = { BYTES_NOP5 };
	struct otr_site_pos pos = { };
	unsigned long nr = 0;
	bool there;

	for (there = otr_site_start(&pos, 0); there; there = otr_site_next(&pos))
		nr += !!memcmp((void *)pos.ip, nop, sizeof(nop));
	otr_site_stop();
	return nr;
}

static void everything_on_and_off(struct kunit *test)
{
	struct otr_hook hook = {
		.name = "everything", .func = watch_everything, .flags = OTR_HOOK_SELF,
	};
	unsigned long calls, i;

	KUNIT_EXPECT_EQ(test, not_nops(), 0);
	for (i = 0; i < 3; i++) {
		u64 start = ktime_get_ns(), on;

		KUNIT_ASSERT_EQ(test, otr_hook_register(&hook), 0);
		on = ktime_get_ns();
		KUNIT_EXPECT_EQ(test, not_nops(), otr_site_count());
		msleep(50);
		calls = calls_of_everything();
		KUNIT_EXPECT_GT(test, calls, 1000);
		otr_hook_unregister(&hook);
		kunit_info(test, "%lu sites on in %llu ms\n", otr_site_count(),
			   (on - start) / NSEC_PER_MSEC);
		KUNIT_EXPECT_EQ(test, not_nops(), 0);
		calls = calls_of_everything();
		msleep(20);
		KUNIT_EXPECT_EQ(test, calls, calls_of_everything());
	}
}

static struct kunit_case site_cases[] = {
	KUNIT_CASE(set_holds_sites),
	KUNIT_CASE(set_matches_names),
	KUNIT_CASE(set_matches_modules),
	KUNIT_CASE(listing_is_by_address),
	KUNIT_CASE(unsorted_table_is_traced),
	KUNIT_CASE(hook_is_called),
	KUNIT_CASE(hook_keeps_arguments),
	KUNIT_CASE(hooks_share_a_site),
	KUNIT_CASE(hook_does_not_recurse),
	KUNIT_CASE(hook_follows_its_sets),
	KUNIT_CASE_SLOW(hooks_in_every_combination),
	KUNIT_CASE(kprobe_before),
	KUNIT_CASE(kprobe_asleep),
	KUNIT_CASE(kprobe_after),
	KUNIT_CASE(wrong_bytes_stop),
	KUNIT_CASE_SLOW(everything_on_and_off),
	{ }
};

static int need_sites(struct kunit *test)
{
	if (!otr_site_ready())
		kunit_skip(test, "this kernel has no sites, or they cannot be patched");
	return 0;
}

static struct kunit_suite site_suite = {
	.name = "outrace_site",
	.init = need_sites,
	.test_cases = site_cases,
};

kunit_test_suite(site_suite);

MODULE_DESCRIPTION("Tests of the engine's sites and hooks");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
