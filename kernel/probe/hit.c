// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens when a kprobe or kretprobe is hit.
 *
 * One hook is on the entries of all functions that have probes, and one on all returns.
 * Which probes are meant says a table by the function's site: what a hit costs does not
 * depend on how many there are. Probes elsewhere are kprobes of the kernel's, which leads
 * straight to the one that is meant.
 *
 * A call whose return is wanted has an entry on its task's stack of returns for each
 * probe. In there are the probe's number, as another one may be in the same memory when the
 * call returns, and the words that the probe wants of the function's entry. Those that find
 * no room are in entries below, which mean nothing by themselves.
 */
#include <linux/rcupdate.h>

#include "arch/x86/arch.h"
#include "base/base.h"
#include "probe/kprobe.h"

/* An entry of a stack of returns that has but words for the one above it. */
#define HIT_WORDS	BIT(0)

/* Words beside the probe's number in its entry, and in one of those below. */
#define HIT_FIRST	(ARRAY_SIZE(((struct otr_ret *)0)->data) - 1)
#define HIT_MORE	ARRAY_SIZE(((struct otr_ret *)0)->data)

struct hlist_head otr_kprobe_entries[1 << OTR_KPROBE_BITS];
struct hlist_head otr_kprobe_returns[1 << OTR_KPROBE_BITS];

/*
 * All walks over a bucket pair with hlist_add_head_rcu() in place_show(): a probe that is
 * found is complete.
 */
static noinline void hit_missed(struct hlist_head *table, unsigned long ip)
{
	const struct otr_spot *spot;

	hlist_for_each_entry_rcu(spot, otr_kprobe_bucket(table, ip), node, true)
		if (spot->ip == ip)
			atomic_long_inc(&spot->kp->missed);
}

/*
 * Is there RCU, which keeps probes in place? Where the kernel has what runs without it in
 * sections that nobody traces, no hook is called there.
 */
static __always_inline bool hit_watched(void)
{
	return IS_ENABLED(CONFIG_ARCH_WANTS_NO_INSTR) || rcu_is_watching();
}

/* May this context record? The caller switched preemption off. */
static __always_inline int hit_enter(struct hlist_head *table, unsigned long ip)
{
	int place = otr_guard_enter();

	if (likely(place >= 0 && hit_watched()))
		return place;
	/* Without RCU there is nobody to tell. */
	if (place >= 0)
		otr_guard_exit(place);
	else if (hit_watched())
		hit_missed(table, ip);
	return -1;
}

static __always_inline void hit_at(const struct otr_kprobe *kp, unsigned long ip,
				   const struct otr_fetch_source *source)
{
	raw_cpu_inc(*kp->hits);
	otr_probe_record(&kp->probe, source, OTR_PROBE_AT, ip, 0);
}

static void hit_entered(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			struct otr_frame *frame)
{
	const struct otr_fetch_source source = {
		.base	= frame,
		.stack	= (unsigned long)&frame->parent,
	};
	const struct otr_spot *spot;
	int place;

	preempt_disable_notrace();
	place = hit_enter(otr_kprobe_entries, ip);
	if (likely(place >= 0)) {
		hlist_for_each_entry_rcu(spot, otr_kprobe_bucket(otr_kprobe_entries, ip), node,
					 true)
			if (spot->ip == ip)
				hit_at(spot->kp, ip, &source);
		otr_guard_exit(place);
	}
	preempt_enable_notrace();
}

struct otr_hook otr_kprobe_hook = {
	.name	= "kprobes",
	.func	= hit_entered,
	.flags	= OTR_HOOK_SELF,
};

static __always_inline struct otr_ret *hit_push_entry(const struct otr_kprobe *kp,
						      struct otr_rets *rets,
						      struct otr_frame *frame, unsigned long ip)
{
	struct otr_ret *ret = otr_ret_push(rets, otr_kprobe_ret_hook.key, frame, ip);

	ret->flags = 0;
	ret->depth = 0;
	ret->data[0] = kp->serial;
	return ret;
}

/* The words behind the first ones, into entries of their own. */
static void hit_push_words(struct otr_rets *rets, struct otr_frame *frame, unsigned long ip,
			   const u64 *words, unsigned int more)
{
	while (more-- > 0) {
		struct otr_ret *ret = otr_ret_push(rets, otr_kprobe_ret_hook.key, frame, ip);

		ret->flags = HIT_WORDS;
		ret->depth = 0;
		memcpy(ret->data, words + more * HIT_MORE, sizeof(ret->data));
	}
}

/* Put what a probe wants of the entry into entries of a call, the first words last. */
static noinline bool hit_push_saved(const struct otr_kprobe *kp, struct otr_rets *rets,
				    struct otr_frame *frame, unsigned long ip)
{
	const struct otr_fetch *fetch = kp->probe.fetch;
	const struct otr_fetch_source source = {
		.base	= frame,
		.stack	= (unsigned long)&frame->parent,
	};
	u64 words[OTR_KPROBE_SAVED + HIT_MORE] __uninitialized;
	unsigned int more = 0;

	if (fetch->saved > HIT_FIRST)
		more = DIV_ROUND_UP(fetch->saved - HIT_FIRST, HIT_MORE);
	if (rets->depth + more >= OTR_RET_DEPTH)
		return false;
	otr_fetch_save(fetch, &source, words);
	hit_push_words(rets, frame, ip, words + HIT_FIRST, more);
	memcpy(&hit_push_entry(kp, rets, frame, ip)->data[1], words, HIT_FIRST * sizeof(*words));
	return true;
}

/* False without room. */
static __always_inline bool hit_push(const struct otr_kprobe *kp, struct otr_frame *frame,
				     unsigned long ip)
{
	struct otr_rets *rets = otr_rets_get();

	if (unlikely(!rets || otr_rets_full(rets)))
		return false;
	if (unlikely(kp->probe.fetch->saved))
		return hit_push_saved(kp, rets, frame, ip);
	hit_push_entry(kp, rets, frame, ip);
	return true;
}

static void hit_calls(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
		      struct otr_frame *frame)
{
	const struct otr_spot *spot;
	int place;

	preempt_disable_notrace();
	place = hit_enter(otr_kprobe_returns, ip);
	if (likely(place >= 0)) {
		hlist_for_each_entry_rcu(spot, otr_kprobe_bucket(otr_kprobe_returns, ip), node,
					 true)
			if (spot->ip == ip && unlikely(!hit_push(spot->kp, frame, ip)))
				atomic_long_inc(&spot->kp->missed);
		otr_guard_exit(place);
	}
	preempt_enable_notrace();
}

/* What a call took along, in one piece. */
static void hit_gather(u64 *words, const struct otr_ret *ret, unsigned int saved)
{
	unsigned int at;

	memcpy(words, &ret->data[1], HIT_FIRST * sizeof(*words));
	for (at = HIT_FIRST; at < saved; at += HIT_MORE)
		memcpy(words + at, (--ret)->data, sizeof(ret->data));
}

/* Where a call returns to: the entry knows, unless there is one below for the same place. */
static __always_inline unsigned long hit_caller(const struct otr_ret *ret)
{
	return likely(ret->to != (unsigned long)otr_return_tramp) ? ret->to :
								    otr_ret_caller(ret->place);
}

static __always_inline void hit_returned(const struct otr_kprobe *kp, const struct otr_ret *ret,
					 const unsigned long *value, const u64 *saved)
{
	const struct otr_fetch_source source = {
		.base	= value,
		.saved	= saved,
		.stack	= (unsigned long)(ret->place + 1),
	};

	raw_cpu_inc(*kp->hits);
	otr_probe_record(&kp->probe, &source, OTR_PROBE_RETURN, ret->ip, hit_caller(ret));
}

static noinline void hit_returned_saved(const struct otr_kprobe *kp, const struct otr_ret *ret,
					const unsigned long *value)
{
	u64 words[OTR_KPROBE_SAVED + HIT_MORE] __uninitialized;

	hit_gather(words, ret, kp->probe.fetch->saved);
	hit_returned(kp, ret, value, words);
}

/* Nothing here has a length that somebody could have wrong. */
static __no_stack_protector void hit_left(struct otr_ret_hook *hook, struct otr_rets *rets,
					  struct otr_ret *ret, unsigned long value)
{
	const struct otr_spot *spot;
	int place;

	if (unlikely(ret->flags & HIT_WORDS))
		return;
	preempt_disable_notrace();
	place = hit_enter(otr_kprobe_returns, ret->ip);
	if (likely(place >= 0)) {
		hlist_for_each_entry_rcu(spot, otr_kprobe_bucket(otr_kprobe_returns, ret->ip),
					 node, true) {
			/* It may be gone. */
			if (spot->ip != ret->ip || unlikely(spot->kp->serial != ret->data[0]))
				continue;
			if (likely(spot->kp->probe.fetch->saved <= HIT_FIRST))
				hit_returned(spot->kp, ret, &value, &ret->data[1]);
			else
				hit_returned_saved(spot->kp, ret, &value);
		}
		otr_guard_exit(place);
	}
	preempt_enable_notrace();
}

struct otr_ret_hook otr_kprobe_ret_hook = {
	.hook	= {
		.name	= "kretprobes",
		.func	= hit_calls,
		.flags	= OTR_HOOK_SELF,
	},
	.leave	= hit_left,
};
