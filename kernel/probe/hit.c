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

/* May this context record? The caller switched preemption off. */
static __always_inline int hit_enter(struct hlist_head *table, unsigned long ip)
{
	int place = otr_guard_enter();

	if (likely(place >= 0 && rcu_is_watching()))
		return place;
	/* Without RCU nothing keeps probes in place: there is nobody to tell. */
	if (place >= 0)
		otr_guard_exit(place);
	else if (rcu_is_watching())
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

/* Put @saved words into entries of a call, the probe's own one last. False without room. */
static noinline bool hit_push_words(struct otr_kprobe *kp, struct otr_rets *rets,
				    struct otr_frame *frame, unsigned long ip,
				    const u64 *words, unsigned int saved)
{
	unsigned int more = DIV_ROUND_UP(saved - HIT_FIRST, HIT_MORE), i;

	if (rets->depth + more >= OTR_RET_DEPTH)
		return false;
	/* The first words are in the uppermost. */
	for (i = more; i-- > 0;) {
		struct otr_ret *ret = otr_ret_push(rets, otr_kprobe_ret_hook.key, frame, ip);

		ret->flags = HIT_WORDS;
		ret->depth = 0;
		memcpy(ret->data, words + HIT_FIRST + i * HIT_MORE, sizeof(ret->data));
	}
	return true;
}

static __always_inline bool hit_push(struct otr_kprobe *kp, struct otr_frame *frame,
				     unsigned long ip)
{
	const struct otr_fetch *fetch = kp->probe.fetch;
	const struct otr_fetch_source source = {
		.base	= frame,
		.stack	= (unsigned long)&frame->parent,
	};
	struct otr_rets *rets = otr_rets_get();
	u64 words[OTR_KPROBE_SAVED + HIT_MORE] __uninitialized;
	struct otr_ret *ret;

	if (unlikely(!rets || otr_rets_full(rets)))
		return false;
	if (unlikely(fetch->saved)) {
		otr_fetch_save(fetch, &source, words);
		if (fetch->saved > HIT_FIRST &&
		    !hit_push_words(kp, rets, frame, ip, words, fetch->saved))
			return false;
	}
	ret = otr_ret_push(rets, otr_kprobe_ret_hook.key, frame, ip);
	ret->flags = 0;
	ret->depth = 0;
	ret->data[0] = kp->serial;
	if (unlikely(fetch->saved))
		memcpy(&ret->data[1], words, HIT_FIRST * sizeof(*words));
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
static noinline void hit_gather(u64 *words, const struct otr_ret *ret, unsigned int saved)
{
	unsigned int at;

	memcpy(words, &ret->data[1], HIT_FIRST * sizeof(*words));
	for (at = HIT_FIRST; at < saved; at += HIT_MORE)
		memcpy(words + at, (--ret)->data, sizeof(ret->data));
}

static __always_inline void hit_returned(const struct otr_kprobe *kp, const struct otr_ret *ret,
					 const unsigned long *value)
{
	u64 words[OTR_KPROBE_SAVED + HIT_MORE] __uninitialized;
	struct otr_fetch_source source = {
		.base	= value,
		.saved	= &ret->data[1],
		.stack	= (unsigned long)(ret->place + 1),
	};

	if (unlikely(kp->probe.fetch->saved > HIT_FIRST)) {
		hit_gather(words, ret, kp->probe.fetch->saved);
		source.saved = words;
	}
	raw_cpu_inc(*kp->hits);
	otr_probe_record(&kp->probe, &source, OTR_PROBE_RETURN, ret->ip,
			 otr_ret_caller(ret->place));
}

static void hit_left(struct otr_ret_hook *hook, struct otr_rets *rets, struct otr_ret *ret,
		     unsigned long value)
{
	const struct otr_spot *spot;
	int place;

	if (unlikely(ret->flags & HIT_WORDS))
		return;
	preempt_disable_notrace();
	place = hit_enter(otr_kprobe_returns, ret->ip);
	if (likely(place >= 0)) {
		/* It may be gone. */
		hlist_for_each_entry_rcu(spot, otr_kprobe_bucket(otr_kprobe_returns, ret->ip),
					 node, true)
			if (spot->ip == ret->ip && likely(spot->kp->serial == ret->data[0]))
				hit_returned(spot->kp, ret, &value);
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
