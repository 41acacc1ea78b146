/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The recursion guard. What a probe calls may itself be probed; the guard lets
 * each context of a CPU (task, soft interrupt, hard interrupt, NMI) in once.
 */
#ifndef _OTR_BASE_GUARD_H
#define _OTR_BASE_GUARD_H

#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/types.h>

#include "base/ctx.h"

/*
 * An interrupt's entry code runs before the preemption counter tells of it and
 * so looks like the context that it interrupted. One spare place lets that
 * happen once; a real recursion gets one round further before it is stopped.
 */
#define OTR_GUARD_SPARE		4
#define OTR_GUARD_PLACES	5

struct otr_guard {
	u8	taken[8];	/* OTR_GUARD_PLACES of them are used */
};

DECLARE_PER_CPU(struct otr_guard, otr_guard);

/* Number of the context that the preemption counter knows of, 0..3. */
static __always_inline unsigned int otr_guard_context(void)
{
	u32 count = otr_ctx_count();

	/* Under RT the counter does not know of soft interrupts. */
	if (!IS_ENABLED(CONFIG_PREEMPT_RT) &&
	    likely(!(count & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET))))
		return 0;
	return interrupt_context_level();
}

/**
 * otr_guard_enter - begin what must not recurse
 *
 * An interrupt between the test and the store finds the place free, takes it
 * and gives it back before it returns, so plain accesses are enough.
 *
 * Context: any, NMI included; preemption off until otr_guard_exit().
 * Return: what to pass to otr_guard_exit(), or -1 when this context is inside
 * already: leave at once, without otr_guard_exit().
 */
static __always_inline int otr_guard_enter(void)
{
	unsigned int place = otr_guard_context();

	if (unlikely(raw_cpu_read_1(otr_guard.taken[place]))) {
		place = OTR_GUARD_SPARE;
		if (raw_cpu_read_1(otr_guard.taken[place]))
			return -1;
	}
	raw_cpu_write_1(otr_guard.taken[place], 1);
	/* Keep the guarded part inside; other CPUs never look. */
	barrier();
	return place;
}

/**
 * otr_guard_exit - end what must not recurse
 * @place: from otr_guard_enter()
 *
 * Context: that of otr_guard_enter().
 */
static __always_inline void otr_guard_exit(int place)
{
	/* Keep the guarded part inside. */
	barrier();
	raw_cpu_write_1(otr_guard.taken[(unsigned int)place], 0);
}

static __always_inline int __otr_guarded_begin(void)
{
	int place;

	preempt_disable_notrace();
	place = otr_guard_enter();
	if (unlikely(place < 0))
		preempt_enable_notrace();
	return place;
}

static __always_inline int __otr_guarded_end(int place)
{
	otr_guard_exit(place);
	preempt_enable_notrace();
	return -1;
}

/*
 * What follows is done with preemption off, and not by a context that is in such a
 * place already:
 *
 *	otr_guarded()
 *		record();
 *
 * Nothing leaves it but by its end.
 */
#define otr_guarded()							\
	for (int __place = __otr_guarded_begin(); __place >= 0;		\
	     __place = __otr_guarded_end(__place))

#endif /* _OTR_BASE_GUARD_H */
