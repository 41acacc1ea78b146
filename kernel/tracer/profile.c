// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function profiler: how often a function was called, and how long it took.
 *
 * Every CPU has a table of the functions that were called there. A call is
 * counted where it begins and its time is added where it ends, if the function
 * is known there. Each is one instruction on a number of this CPU, so interrupts
 * may come in between, and nothing here calls what could be profiled itself.
 */
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "host/host.h"
#include "tracer/function.h"

/* What is kept in a call's entry. */
enum {
	BEGAN,	/* when it began */
	SLEPT,	/* what the task had slept by then */
	INSIDE,	/* time of the calls inside it */
	PLACE,	/* the function's place in the table */
};

/* A function; 0 for none. */
struct place {
	unsigned long	ip;
	local_t		calls;
	local_t		time;
	local_t		squares;
};

/*
 * One for each possible CPU, NULL before the first use. A function is in the
 * place that its address says, or in the next free one; there are more places
 * than functions, and @mask is one less than there are places.
 */
static DEFINE_PER_CPU(struct place *, profile_table_of);
static u32 profile_mask;

static struct otr_ret_hook profile_profiler;
static bool profile_enabled;

/* What keeps a call's time from being simply what passed while the task ran. */
#define PROFILE_OWN	BIT(0)	/* calls inside a call do not count for it */
#define PROFILE_SLEPT	BIT(1)	/* time asleep counts, though it is known */

static u8 profile_odd;

/* Its place; if it has none, a free one that is now its own, or NULL. */
static noinline struct place *profile_search(struct place *table, unsigned long ip, bool add)
{
	u32 at = otr_addrs_hash(ip), tries;

	for (tries = 0; tries <= profile_mask; tries++, at++) {
		struct place *place = &table[at & profile_mask];
		unsigned long was = READ_ONCE(place->ip);

		if (was == ip)
			return place;
		if (was)
			continue;
		if (!add)
			return NULL;
		/* A context that interrupts us here may take it, for this function or another. */
		was = cmpxchg_local(&place->ip, 0, ip);
		if (!was || was == ip)
			return place;
	}
	return NULL;
}

/* Where its address says that it is; most functions are there. */
static __always_inline struct place *profile_first_place(unsigned long ip)
{
	return &raw_cpu_read(profile_table_of)[otr_addrs_hash(ip) & profile_mask];
}

/* Making a stack calls what may be profiled: once in each context. */
static noinline struct otr_rets *profile_make_rets(void)
{
	struct otr_rets *rets;
	int level = otr_guard_enter();

	if (level < 0)
		return NULL;
	rets = otr_rets_take();
	otr_guard_exit(level);
	return rets;
}

static __always_inline void profile_push(struct otr_rets *rets, struct otr_frame *frame,
					 unsigned long ip, struct place *place)
{
	struct otr_ret *ret = otr_ret_push(rets, profile_profiler.key, frame, ip);

	/* Keep the address, not what it is made of. */
	OPTIMIZER_HIDE_VAR(ret);
	ret->data[SLEPT] = rets->slept;
	ret->data[INSIDE] = 0;
	ret->data[PLACE] = (unsigned long)place;
	/* Where it began. */
	BUILD_BUG_ON(CONFIG_NR_CPUS > U16_MAX);
	ret->flags = raw_smp_processor_id();
	ret->data[BEGAN] = otr_clock_local();
}

/* Count a call in any case. */
static noinline void profile_count_odd(unsigned long ip, struct otr_frame *frame)
{
	struct otr_rets *rets = READ_ONCE(*otr_host_task_slot(current));
	struct place *place = profile_search(raw_cpu_read(profile_table_of), ip, true);

	if (!place)
		return;
	local_inc(&place->calls);
	if (!rets)
		rets = profile_make_rets();
	if (!rets)
		return;
	if (otr_rets_full(rets))
		rets->overrun++;
	else
		profile_push(rets, frame, ip, place);
}

/* The same where the function was called before and there is room for an entry. */
static __always_inline void profile_count(unsigned long ip, struct otr_frame *frame)
{
	struct otr_rets *rets = READ_ONCE(*otr_host_task_slot(current));
	struct place *place = profile_first_place(ip);

	if (unlikely(!rets || otr_rets_full(rets) || READ_ONCE(place->ip) != ip)) {
		profile_count_odd(ip, frame);
		return;
	}
	local_inc(&place->calls);
	profile_push(rets, frame, ip, place);
}

static void profile_entered(unsigned long ip, unsigned long parent_ip, struct otr_hook *hook,
			    struct otr_frame *frame)
{
	preempt_disable_notrace();
	profile_count(ip, frame);
	preempt_enable_notrace();
}

/* The time that a call took by itself, which those around it do not count either. */
static u64 profile_own_time(struct otr_rets *rets, struct otr_ret *ret, u64 time)
{
	struct otr_ret *around = otr_rets_around(rets, ret);

	if (around)
		around->data[INSIDE] += time;
	return time > ret->data[INSIDE] ? time - ret->data[INSIDE] : 0;
}

static __always_inline void profile_add(struct place *place, u64 time)
{
	local_add(time, &place->time);
	local_add(time * time, &place->squares);
}

/* A call that began on another CPU, or of which only a part counts. */
static noinline void profile_add_odd(struct otr_rets *rets, struct otr_ret *ret, u64 time)
{
	/* Begun elsewhere, it may be known here; it was counted there. */
	struct place *place = profile_search(raw_cpu_read(profile_table_of), ret->ip, false);

	if (READ_ONCE(profile_odd) & PROFILE_SLEPT)
		time += rets->slept - ret->data[SLEPT];
	if (READ_ONCE(profile_odd) & PROFILE_OWN)
		time = profile_own_time(rets, ret, time);
	if (place)
		profile_add(place, time);
}

static void profile_left(struct otr_ret_hook *hook, struct otr_rets *rets, struct otr_ret *ret,
			 unsigned long value)
{
	u64 time = otr_clock_local() - ret->data[BEGAN] - (rets->slept - ret->data[SLEPT]);

	preempt_disable_notrace();
	if (likely(ret->flags == raw_smp_processor_id() && !READ_ONCE(profile_odd)))
		profile_add((struct place *)(unsigned long)ret->data[PLACE], time);
	else
		profile_add_odd(rets, ret, time);
	preempt_enable_notrace();
}

static struct otr_ret_hook profile_profiler = {
	.hook	= {
		.name	= "profile",
		.func	= profile_entered,
		.flags	= OTR_HOOK_SELF,
	},
	.leave	= profile_left,
};

static void profile_free_tables(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		kvfree(per_cpu(profile_table_of, cpu));
		per_cpu(profile_table_of, cpu) = NULL;
	}
}

/* Empty tables, with room for modules to come. */
static int profile_make_tables(void)
{
	unsigned long places = roundup_pow_of_two(otr_site_count() * 3 / 2 + 1024);
	int cpu;

	/* Nobody lists what is freed, nor with another mask. */
	mutex_lock(&otr_inst_lock);
	profile_free_tables();
	profile_mask = places - 1;
	mutex_unlock(&otr_inst_lock);
	for_each_possible_cpu(cpu) {
		struct place *table = kvcalloc(places, sizeof(*table), GFP_KERNEL);

		if (table) {
			WRITE_ONCE(per_cpu(profile_table_of, cpu), table);
			continue;
		}
		mutex_lock(&otr_inst_lock);
		profile_free_tables();
		mutex_unlock(&otr_inst_lock);
		return -ENOMEM;
	}
	return 0;
}

/**
 * otr_profile_on - is the profiler on?
 *
 * Context: any.
 * Return: true if it is.
 */
bool otr_profile_on(void)
{
	return READ_ONCE(profile_enabled);
}

static int profile_start(void)
{
	struct otr_function *fn = otr_function_of(otr_inst_top());
	int err = profile_make_tables();

	if (err)
		return err;
	otr_function_follow(fn, OTR_FOLLOW_PROFILE, &profile_profiler.hook);
	err = otr_ret_register(&profile_profiler);
	if (err)
		otr_function_follow(fn, OTR_FOLLOW_PROFILE, NULL);
	return err;
}

static void profile_stop(void)
{
	otr_function_follow(otr_function_of(otr_inst_top()), OTR_FOLLOW_PROFILE, NULL);
	otr_ret_unregister(&profile_profiler);
}

/**
 * otr_profile_set - switch the profiler
 * @on: whether it shall run; what it counted before is forgotten then
 *
 * It is on the functions that the first instance wants.
 *
 * Context: otr_tracer_lock held, otr_inst_lock free; sleeps, up to seconds.
 * Return: 0, -ENOMEM, or what otr_ret_register() returns.
 */
int otr_profile_set(bool on)
{
	int err = 0;

	lockdep_assert_held(&otr_tracer_lock);
	if (on == profile_enabled)
		return 0;
	if (on)
		err = profile_start();
	else
		profile_stop();
	if (!err)
		WRITE_ONCE(profile_enabled, on);
	return err;
}

static void profile_set_odd(u8 what, bool on)
{
	lockdep_assert_held(&otr_tracer_lock);
	WRITE_ONCE(profile_odd, on ? profile_odd | what : profile_odd & ~what);
}

/**
 * otr_profile_graph_time - does the time of a call include the calls inside it?
 * @include: whether
 *
 * Context: otr_tracer_lock held.
 */
void otr_profile_graph_time(bool include)
{
	profile_set_odd(PROFILE_OWN, !include);
}

/**
 * otr_profile_slept_too - is time asleep to be counted, though it is known?
 * @slept_too: whether
 *
 * Context: otr_tracer_lock held.
 */
void otr_profile_slept_too(bool slept_too)
{
	profile_set_odd(PROFILE_SLEPT, slept_too);
}

static int profile_longer(const void *a, const void *b)
{
	const struct otr_profiled *x = a, *y = b;

	return x->time > y->time ? -1 : x->time < y->time;
}

/**
 * otr_profile_list - what was counted on a CPU
 * @cpu: the CPU
 * @list: set to the functions, those that took longest first; freed by kvfree()
 *
 * Context: otr_inst_lock held, sleeps.
 * Return: their number, -ENOMEM.
 */
long otr_profile_list(int cpu, struct otr_profiled **list)
{
	const struct place *table;
	unsigned long max = 0, nr = 0, at;

	lockdep_assert_held(&otr_inst_lock);
	*list = NULL;
	table = READ_ONCE(per_cpu(profile_table_of, cpu));
	if (!table)
		return 0;
	for (at = 0; at <= profile_mask; at++)
		max += local_read(&table[at].calls) > 0;
	if (!max)
		return 0;
	*list = kvcalloc(max, sizeof(**list), GFP_KERNEL);
	if (!*list)
		return -ENOMEM;
	/* Others may come meanwhile; they are left out. */
	for (at = 0; at <= profile_mask && nr < max; at++) {
		const struct place *place = &table[at];

		if (local_read(&place->calls) > 0)
			(*list)[nr++] = (struct otr_profiled) {
				.ip = place->ip,
				.calls = local_read(&place->calls),
				.time = local_read(&place->time),
				.squares = local_read(&place->squares),
			};
	}
	sort(*list, nr, sizeof(**list), profile_longer, NULL);
	return nr;
}

static void profile_part_stop(struct otr_inst *inst)
{
	if (inst == otr_inst_top())
		otr_profile_set(false);
}

static struct otr_part profile_part = {
	.stop	= profile_part_stop,
};

/**
 * otr_profile_init - have a profiler that can be switched on
 *
 * Context: module load.
 * Return: 0, or the errno of otr_part_register().
 */
int otr_profile_init(void)
{
	return otr_part_register(&profile_part);
}

/**
 * otr_profile_exit - forget what was counted
 *
 * Context: module unload, the profiler is off.
 */
void otr_profile_exit(void)
{
	otr_part_unregister(&profile_part);
	profile_free_tables();
}
