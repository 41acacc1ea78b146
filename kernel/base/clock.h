/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks that a ring can stamp its records with. */
#ifndef _OTR_BASE_CLOCK_H
#define _OTR_BASE_CLOCK_H

#include <linux/compiler.h>
#include <linux/math64.h>
#include <linux/sched/clock.h>
#include <linux/time64.h>
#include <linux/types.h>

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

u64 otr_clock_read_other(enum otr_clock_id id);
int otr_clock_find(const char *name);

/**
 * otr_clock_local - read OTR_CLOCK_LOCAL
 *
 * Context: any, NMI included.
 * Return: nanoseconds.
 */
static __always_inline u64 otr_clock_local(void)
{
	return sched_clock();
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
	return otr_clock_read_other(id);
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
