// SPDX-License-Identifier: GPL-2.0-only
/* Clocks other than the local one. */
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#ifdef CONFIG_X86
#include <asm/msr.h>
#endif

#include "base/base.h"

const struct otr_clock otr_clocks[OTR_CLOCK_COUNT] = {
	[OTR_CLOCK_LOCAL]	= { "local",	true },
	[OTR_CLOCK_GLOBAL]	= { "global",	true },
	[OTR_CLOCK_COUNTER]	= { "counter",	false },
	[OTR_CLOCK_UPTIME]	= { "uptime",	false },
	[OTR_CLOCK_PERF]	= { "perf",	true },
	[OTR_CLOCK_MONO]	= { "mono",	true },
	[OTR_CLOCK_MONO_RAW]	= { "mono_raw",	true },
	[OTR_CLOCK_BOOT]	= { "boot",	true },
	[OTR_CLOCK_TAI]		= { "tai",	true },
#ifdef CONFIG_X86
	[OTR_CLOCK_X86_TSC]	= { "x86-tsc",	false },
#endif
};

#ifdef CONFIG_X86_TSC
/* Written once, when the engine starts. NULL: sched_clock() it is. */
const struct otr_clock_scale __percpu *otr_clock_scale __read_mostly;

/* How often a table is compared with sched_clock() on every CPU. */
#define SCALE_TRIES	100

static atomic_t clock_scale_wrong;

/* Runs on every CPU: is the table's time between two of sched_clock()? */
static void clock_scale_try(void *data)
{
	const struct otr_clock_scale __percpu *scale =
		(const struct otr_clock_scale __percpu __force *)data;
	unsigned int i;

	for (i = 0; i < SCALE_TRIES; i++) {
		const struct otr_clock_scale *here = raw_cpu_ptr(scale);
		u64 before = sched_clock();
		u64 ours = READ_ONCE(here->line[here->seq & 1].shift) < 32 ?
			   otr_clock_scaled(here) : 0;
		u64 after = sched_clock();

		if (ours < before || ours > after)
			atomic_inc(&clock_scale_wrong);
	}
}

/**
 * otr_clock_use_scale - read the local clock from the kernel's own table
 * @scale: where it seems to be
 *
 * Context: may sleep; nothing records yet.
 * Return: 0; -EINVAL if that table does not give what sched_clock() does, which
 * is used then.
 */
int otr_clock_use_scale(const struct otr_clock_scale __percpu *scale)
{
	atomic_set(&clock_scale_wrong, 0);
	on_each_cpu(clock_scale_try, (void __force *)scale, 1);
	if (atomic_read(&clock_scale_wrong))
		return -EINVAL;
	WRITE_ONCE(otr_clock_scale, scale);
	return 0;
}

/* Written once, when the engine starts, @offset last. No @offset: local_clock() it is. */
static struct {
	const atomic_t	*is;
	const u64	*offset;
} clock_steady __read_mostly;

/* As sched_clock() where that is steady, so that it needs nothing but to be moved. */
static __always_inline bool clock_steady_read(u64 *now)
{
	const u64 *offset = READ_ONCE(clock_steady.offset);

	if (unlikely(!offset) || unlikely(!atomic_read(clock_steady.is)) ||
	    unlikely(!otr_clock_table(now)))
		return false;
	*now += READ_ONCE(*offset);
	return true;
}

/* Runs on every CPU: as clock_scale_try(). */
static void clock_steady_try(void *unused)
{
	unsigned int i;

	for (i = 0; i < SCALE_TRIES; i++) {
		u64 before = local_clock(), ours, after;

		if (!clock_steady_read(&ours))
			ours = 0;
		after = local_clock();
		if (ours < before || ours > after)
			atomic_inc(&clock_scale_wrong);
	}
}

/**
 * otr_clock_use_steady - read local_clock() from that table as well, while it is steady
 * @is: not 0 while it is
 * @offset: how far it is from sched_clock() then
 *
 * Context: as for otr_clock_use_scale(), after that.
 * Return: 0; -EINVAL if that does not give what local_clock() does, which is used then.
 */
int otr_clock_use_steady(const atomic_t *is, const u64 *offset)
{
	atomic_set(&clock_scale_wrong, 0);
	clock_steady.is = is;
	WRITE_ONCE(clock_steady.offset, offset);
	on_each_cpu(clock_steady_try, NULL, 1);
	if (!atomic_read(&clock_scale_wrong))
		return 0;
	WRITE_ONCE(clock_steady.offset, NULL);
	return -EINVAL;
}
#else
static bool clock_steady_read(u64 *now)
{
	return false;
}

int otr_clock_use_scale(const struct otr_clock_scale __percpu *scale)
{
	return -EINVAL;
}

int otr_clock_use_steady(const atomic_t *is, const u64 *offset)
{
	return -EINVAL;
}
#endif

/**
 * otr_clock_kernel_common - local_clock() where there is no table for it
 *
 * Context: any, NMI included.
 * Return: nanoseconds.
 */
u64 __otr_aside otr_clock_kernel_common(void)
{
	return local_clock();
}

static __always_inline u64 clock_same_everywhere(void)
{
	u64 now;

	return likely(clock_steady_read(&now)) ? now : otr_aside_0(otr_clock_kernel_common);
}

/* Written by every CPU that uses the clock: one cache line each. */
static atomic64_t global_last ____cacheline_aligned_in_smp;
static atomic64_t counter ____cacheline_aligned_in_smp;

/**
 * otr_clock_global - read OTR_CLOCK_GLOBAL
 *
 * The latest time that any CPU was told. Each round that fails was another
 * reader's success, so nobody waits for a CPU that was interrupted here, and
 * an NMI may come in anywhere.
 *
 * No ordering is asked for: all readings meet in one word, and what is ordered
 * by other means sees that word's values in their order.
 *
 * Context: any, NMI included. Lockless.
 * Return: nanoseconds.
 */
u64 __otr_aside otr_clock_global(void)
{
	u64 now = clock_same_everywhere();
	s64 last = atomic64_read(&global_last);

	do {
		if ((s64)(now - last) <= 0)
			return last;
	} while (!atomic64_try_cmpxchg_relaxed(&global_last, &last, now));

	return now;
}

/**
 * otr_clock_kernel - OTR_CLOCK_LOCAL where there is no table for it
 *
 * Context: any, NMI included.
 * Return: nanoseconds.
 */
u64 __otr_aside otr_clock_kernel(void)
{
	return sched_clock();
}

/**
 * otr_clock_read_other - read a clock that is not OTR_CLOCK_LOCAL
 * @id: which one
 *
 * Context: any, NMI included. Lockless.
 * Return: its value, in its own unit.
 */
u64 __otr_aside otr_clock_read_other(enum otr_clock_id id)
{
	switch (id) {
	case OTR_CLOCK_GLOBAL:
		return otr_clock_global();
	case OTR_CLOCK_COUNTER:
		return atomic64_inc_return(&counter);
	case OTR_CLOCK_UPTIME:
		return jiffies_64_to_clock_t(get_jiffies_64() - INITIAL_JIFFIES);
	case OTR_CLOCK_PERF:
		return clock_same_everywhere();
	case OTR_CLOCK_MONO:
		return ktime_get_mono_fast_ns();
	case OTR_CLOCK_MONO_RAW:
		return ktime_get_raw_fast_ns();
	case OTR_CLOCK_BOOT:
		return ktime_get_boot_fast_ns();
	case OTR_CLOCK_TAI:
		return ktime_get_tai_fast_ns();
#ifdef CONFIG_X86
	case OTR_CLOCK_X86_TSC:
		return rdtsc_ordered();
#endif
	default:
		return otr_clock_local();
	}
}

/**
 * otr_clock_find - find a clock by its name
 * @name: as in otr_clocks
 *
 * Context: any.
 * Return: enum otr_clock_id, -EINVAL for a name that no clock has.
 */
int otr_clock_find(const char *name)
{
	int id;

	for (id = 0; id < OTR_CLOCK_COUNT; id++) {
		if (otr_clocks[id].name && !strcmp(otr_clocks[id].name, name))
			return id;
	}
	return -EINVAL;
}
