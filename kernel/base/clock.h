/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks that a ring can stamp its records with. */
#ifndef _OTR_BASE_CLOCK_H
#define _OTR_BASE_CLOCK_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/sched/clock.h>
#include <linux/time64.h>
#include <linux/types.h>
#ifdef CONFIG_X86_TSC
#include <asm/msr.h>
#endif

#include "base/aside.h"

/**
 * enum otr_clock_id - the clocks, in the order in which they are listed
 * @OTR_CLOCK_LOCAL: ns, cheapest; CPUs may differ from each other
 * @OTR_CLOCK_GLOBAL: ns, never runs backwards, seen over all CPUs
 * @OTR_CLOCK_COUNTER: one more with every reading, on whatever CPU
 * @OTR_CLOCK_UPTIME: time since boot in ticks of USER_HZ
 * @OTR_CLOCK_PERF: ns, that of perf's samples
 * @OTR_CLOCK_MONO: ns, CLOCK_MONOTONIC
 * @OTR_CLOCK_MONO_RAW: ns, CLOCK_MONOTONIC_RAW
 * @OTR_CLOCK_BOOT: ns, CLOCK_BOOTTIME
 * @OTR_CLOCK_TAI: ns, CLOCK_TAI
 * @OTR_CLOCK_X86_TSC: cycles of the time stamp counter, read in order
 * @OTR_CLOCK_COUNT: how many there are
 */
enum otr_clock_id {
	OTR_CLOCK_LOCAL,
	OTR_CLOCK_GLOBAL,
	OTR_CLOCK_COUNTER,
	OTR_CLOCK_UPTIME,
	OTR_CLOCK_PERF,
	OTR_CLOCK_MONO,
	OTR_CLOCK_MONO_RAW,
	OTR_CLOCK_BOOT,
	OTR_CLOCK_TAI,
	OTR_CLOCK_X86_TSC,
	OTR_CLOCK_COUNT
};

/**
 * struct otr_clock - what is to be known about a clock
 * @name: its name in trace_clock; NULL where this architecture has none
 * @in_ns: it counts nanoseconds
 */
struct otr_clock {
	const char	*name;
	bool		in_ns;
};

extern const struct otr_clock otr_clocks[OTR_CLOCK_COUNT];

/**
 * struct otr_moment - a time that was read, to be used more than once
 * @ts: the time
 * @clock: the clock that it is of; OTR_CLOCK_COUNT where that is not known
 */
struct otr_moment {
	u64			ts;
	enum otr_clock_id	clock;
};

u64 __otr_aside otr_clock_read_other(enum otr_clock_id id);
u64 __otr_aside otr_clock_global(void);
u64 __otr_aside otr_clock_kernel(void);
u64 __otr_aside otr_clock_kernel_common(void);
int otr_clock_find(const char *name);

/**
 * struct otr_clock_scale - how a CPU's cycles become nanoseconds
 * @line: a straight line each; one of them is in force
 * @line.mul: nanoseconds per cycle, times 2^shift
 * @line.shift: 0..31
 * @line.offset: nanoseconds at cycle 0
 * @seq: its low bit tells which
 *
 * The kernel keeps one for every CPU, for its sched_clock(). It is not declared
 * anywhere, so it is used only after it was seen to give the same values.
 */
struct otr_clock_scale {
	struct {
		u32	mul;
		u32	shift;
		u64	offset;
	} line[2];
	u32	seq;
};

extern const struct otr_clock_scale __percpu *otr_clock_scale;

int otr_clock_use_scale(const struct otr_clock_scale __percpu *scale);
int otr_clock_use_steady(const atomic_t *is, const u64 *offset);

#ifdef CONFIG_X86_TSC
/*
 * What sched_clock() does with @cycles, without its detours, from whatever CPU's table. How
 * long so many cycles are if it is not the @whole of it.
 */
static __always_inline u64 otr_clock_convert(const struct otr_clock_scale *scale, u64 cycles,
					     bool whole)
{
	u64 offset, mul;
	u32 seq, shift;

	do {
		seq = READ_ONCE(scale->seq);
		mul = READ_ONCE(scale->line[seq & 1].mul);
		shift = READ_ONCE(scale->line[seq & 1].shift);
		offset = whole ? READ_ONCE(scale->line[seq & 1].offset) : 0;
		/* Loads stay in order on this architecture, as the writer of the table knows. */
		barrier();
		/* Plain, behind the barrier, so that it is one instruction with its test. */
	} while (unlikely(seq != data_race(scale->seq)));
	/* A 128-bit product in C would have the stack aligned for it. */
	asm("mulq %[mul]; shrdq %%cl, %%rdx, %[cycles]"
	    : [cycles] "+a" (cycles), [mul] "+d" (mul) : "c" (shift) : "cc");
	return offset + cycles;
}

static __always_inline u64 otr_clock_scaled(const struct otr_clock_scale *scale)
{
	return otr_clock_convert(scale, rdtsc(), true);
}
#endif

/* Read OTR_CLOCK_LOCAL into @now if that takes no call. */
static __always_inline bool otr_clock_table(u64 *now)
{
#ifdef CONFIG_X86_TSC
	const struct otr_clock_scale __percpu *scale = READ_ONCE(otr_clock_scale);

	if (likely(scale)) {
		*now = otr_clock_scaled(raw_cpu_ptr(scale));
		return true;
	}
#endif
	return false;
}

/**
 * otr_clock_local - read OTR_CLOCK_LOCAL
 *
 * Context: any, NMI included.
 * Return: nanoseconds, as sched_clock() has them.
 */
static __always_inline u64 otr_clock_local(void)
{
	u64 now;

	if (likely(otr_clock_table(&now)))
		return now;
	return otr_aside_0(otr_clock_kernel);
}

/**
 * otr_clock_moment - read what OTR_CLOCK_LOCAL is made of
 *
 * For two moments on a CPU of which it is asked how long they are apart: one conversion,
 * where two times take two.
 *
 * Context: any, NMI included.
 * Return: in no known unit.
 */
static __always_inline u64 otr_clock_moment(void)
{
#ifdef CONFIG_X86_TSC
	if (likely(READ_ONCE(otr_clock_scale)))
		return rdtsc();
#endif
	return otr_aside_0(otr_clock_kernel);
}

/* What so many cycles are; without a scale the kernel told nanoseconds. */
static __always_inline u64 otr_clock_of(u64 moments, bool whole)
{
#ifdef CONFIG_X86_TSC
	const struct otr_clock_scale __percpu *scale = READ_ONCE(otr_clock_scale);

	if (likely(scale))
		return otr_clock_convert(raw_cpu_ptr(scale), moments, whole);
#endif
	return moments;
}

/**
 * otr_clock_apart - how long two moments are apart
 * @moments: the difference of two otr_clock_moment() on this CPU
 *
 * Context: any, NMI included; preemption off.
 * Return: ns.
 */
static __always_inline u64 otr_clock_apart(u64 moments)
{
	return otr_clock_of(moments, false);
}

/**
 * otr_clock_at - what OTR_CLOCK_LOCAL was at a moment
 * @moment: an otr_clock_moment() on this CPU
 *
 * Context: any, NMI included; preemption off.
 * Return: ns.
 */
static __always_inline u64 otr_clock_at(u64 moment)
{
	return otr_clock_of(moment, true);
}

/**
 * otr_clock_read - read a clock
 * @id: which one
 *
 * Context: any, NMI included. Lockless.
 * Return: its value, in its own unit.
 */
static __always_inline u64 otr_clock_read(enum otr_clock_id id)
{
	if (likely(id == OTR_CLOCK_LOCAL))
		return otr_clock_local();
	if (id == OTR_CLOCK_GLOBAL)
		return otr_aside_0(otr_clock_global);
	return otr_aside_1(otr_clock_read_other, id);
}

/**
 * otr_clock_usecs - a time as users see it
 * @ns: nanoseconds
 *
 * Context: any.
 * Return: the nearest number of microseconds, not the one below.
 */
static inline u64 otr_clock_usecs(u64 ns)
{
	return div_u64(ns + NSEC_PER_USEC / 2, NSEC_PER_USEC);
}

#endif /* _OTR_BASE_CLOCK_H */
