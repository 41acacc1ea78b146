// SPDX-License-Identifier: GPL-2.0-only
/* The instances that osnoise and timerlat record into: all get the same. */
#include <linux/kernel.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "noise/osnoise.h"

/* Longest text that is recorded. */
#define TEXT_MAX	96

static const u64 insts_timerlat_min = 100, insts_timerlat_max = 1000000;

struct otr_noise_settings otr_noise = {
	.period		= { .value = 1000000, .min = &otr_noise.runtime.value },
	.runtime	= { .value = 1000000, .max = &otr_noise.period.value },
	.timerlat_period = {
		.value	= 1000,
		.min	= &insts_timerlat_min,
		.max	= &insts_timerlat_max,
	},
	.options	= OTR_NOISE_OPTIONS_DEFAULT,
};

/* An instance that gets the records. */
struct insts_link {
	struct list_head	link;
	struct otr_inst		*inst;
};

/* Changed under otr_tracer_lock, read with RCU. */
static LIST_HEAD(insts_all);

/**
 * otr_noise_insts_add - record into an instance, too
 * @inst: the instance
 *
 * Context: otr_tracer_lock held.
 * Return: 0, -ENOMEM.
 */
int otr_noise_insts_add(struct otr_inst *inst)
{
	struct insts_link *new = kmalloc(sizeof(*new), GFP_KERNEL);

	if (!new)
		return -ENOMEM;
	new->inst = inst;
	list_add_tail_rcu(&new->link, &insts_all);
	return 0;
}

/**
 * otr_noise_insts_remove - the counterpart of otr_noise_insts_add()
 * @inst: the instance, into which nothing is recorded any more on return
 *
 * Context: otr_tracer_lock held; sleeps for an RCU grace period.
 */
void otr_noise_insts_remove(struct otr_inst *inst)
{
	struct insts_link *at;

	list_for_each_entry(at, &insts_all, link) {
		if (at->inst != inst)
			continue;
		list_del_rcu(&at->link);
		synchronize_rcu();
		kfree(at);
		return;
	}
}

/**
 * otr_noise_insts_has - does an instance get the records?
 * @inst: the instance
 *
 * Context: otr_tracer_lock held.
 * Return: whether it does.
 */
bool otr_noise_insts_has(const struct otr_inst *inst)
{
	struct insts_link *at;

	list_for_each_entry(at, &insts_all, link)
		if (at->inst == inst)
			return true;
	return false;
}

/**
 * otr_noise_insts_empty - does no instance get the records?
 *
 * Context: otr_tracer_lock held.
 * Return: whether none does.
 */
bool otr_noise_insts_empty(void)
{
	return list_empty(&insts_all);
}

/**
 * otr_noise_insts_on - is recording on in any of them?
 *
 * Context: any.
 * Return: whether it is.
 */
bool otr_noise_insts_on(void)
{
	struct insts_link *at;
	bool on = false;

	rcu_read_lock();
	list_for_each_entry_rcu(at, &insts_all, link)
		on |= otr_ring_is_on(at->inst->ring);
	rcu_read_unlock();
	return on;
}

/* A copy of a record; its head is made here. */
static void insts_record(const void *from, unsigned int len, enum otr_type type)
{
	struct insts_link *at;

	preempt_disable_notrace();
	rcu_read_lock();
	list_for_each_entry_rcu(at, &insts_all, link) {
		struct otr_rec rec __uninitialized;
		struct otr_rec_head *out = otr_ring_begin(at->inst->ring, &rec, len);

		if (!out)
			continue;
		memcpy(out, from, len);
		otr_record_head(out, type);
		otr_ring_end(&rec);
		otr_comm_want(READ_ONCE(at->inst->remember));
	}
	rcu_read_unlock();
	preempt_enable_notrace();
}

/**
 * otr_noise_record_osnoise - record what noise there was
 * @from: the record, without its head
 *
 * Context: any.
 */
void otr_noise_record_osnoise(const struct otr_rec_osnoise *from)
{
	insts_record(from, sizeof(*from), OTR_TYPE_OSNOISE);
}

/**
 * otr_noise_record_timerlat - record how late something was
 * @seqnum: number of the wake-up
 * @context: what was late: the timer, the thread, or its return to user space
 * @latency: by how much, in ns
 *
 * Context: any.
 */
void otr_noise_record_timerlat(unsigned int seqnum, int context, u64 latency)
{
	const struct otr_rec_timerlat rec = {
		.seqnum		= seqnum,
		.context	= context,
		.timer_latency	= latency,
	};

	insts_record(&rec, sizeof(rec), OTR_TYPE_TIMERLAT);
}

/**
 * otr_noise_record_stack - record what ran when the timer came
 * @cpu: where
 *
 * Context: the thread of that CPU, or the timer.
 */
void otr_noise_record_stack(const struct otr_noise_cpu *cpu)
{
	unsigned int bytes = cpu->nr_callers * sizeof(*cpu->callers);
	struct insts_link *at;

	preempt_disable_notrace();
	rcu_read_lock();
	list_for_each_entry_rcu(at, &insts_all, link) {
		struct otr_rec rec __uninitialized;
		struct otr_rec_stack *out = otr_ring_begin(at->inst->ring, &rec,
							   sizeof(*out) + bytes);

		if (!out)
			continue;
		otr_record_head(&out->head, OTR_TYPE_STACK);
		out->size = cpu->nr_callers;
		out->zero = 0;
		memcpy(out->caller, cpu->callers, bytes);
		otr_ring_end(&rec);
	}
	rcu_read_unlock();
	preempt_enable_notrace();
}

static void insts_say(unsigned long ip, const char *text, size_t len)
{
	struct insts_link *at;

	rcu_read_lock();
	list_for_each_entry_rcu(at, &insts_all, link)
		otr_marker_say(at->inst->ring, ip, text, len, false);
	rcu_read_unlock();
}

static void insts_off(void)
{
	struct insts_link *at;

	rcu_read_lock();
	list_for_each_entry_rcu(at, &insts_all, link)
		otr_ring_off(at->inst->ring);
	rcu_read_unlock();
}

/**
 * otr_noise_stop - a limit was passed: say so, and record no more
 *
 * Context: any; does not return when the user wants a panic.
 */
void otr_noise_stop(void)
{
	unsigned int cpu = raw_smp_processor_id();
	char text[TEXT_MAX];

	insts_say(_RET_IP_, text, scnprintf(text, sizeof(text),
					    "stop tracing hit on cpu %u\n", cpu));
	if (otr_noise_option(OTR_NOISE_PANIC))
		panic("tracer hit stop condition on CPU %u\n", cpu);
	insts_off();
}

/**
 * otr_noise_stop_moved - the same, as a user's thread left its CPU
 *
 * Context: any.
 */
void otr_noise_stop_moved(void)
{
	static const char why[] = "timerlat user-thread migrated";
	unsigned int cpu = raw_smp_processor_id();
	char text[TEXT_MAX];

	insts_say(_RET_IP_, text, scnprintf(text, sizeof(text),
					    "stop tracing hit on cpu %u due to exception: %s\n",
					    cpu, why));
	if (otr_noise_option(OTR_NOISE_PANIC))
		panic("tracer hit on cpu %u due to exception: %s\n", cpu, why);
	insts_off();
}

/**
 * otr_noise_taint - what was measured is doubtful
 * @why: a text for the traces
 *
 * Context: any.
 */
void otr_noise_taint(const char *why)
{
	insts_say(_RET_IP_, why, strlen(why));
	WRITE_ONCE(otr_noise.tainted, true);
}

/**
 * otr_noise_longest - something took that long
 * @ns: how long
 *
 * Context: any.
 */
void otr_noise_longest(u64 ns)
{
	struct insts_link *at;

	rcu_read_lock();
	list_for_each_entry_rcu(at, &insts_all, link) {
		struct otr_longest *longest = &at->inst->longest;

		if (ns <= otr_longest_ns(longest) || !otr_ring_is_on(at->inst->ring))
			continue;
		otr_longest_set(longest, ns);
		otr_longest_tell(longest);
	}
	rcu_read_unlock();
}
