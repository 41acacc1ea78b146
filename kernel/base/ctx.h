/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The context word: in which state of interrupts, preemption and migration a
 * record was written. It has the place and the layout of the common_flags and
 * common_preempt_count bytes of a record, so that `otr_ctx_word() | type` is
 * the first 32 bits of one.
 */
#ifndef _OTR_BASE_CTX_H
#define _OTR_BASE_CTX_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/thread_info.h>
#include <linux/types.h>
#ifdef CONFIG_X86
#include <asm/processor-flags.h>
#endif

#include "base/aside.h"

/* The flags byte. */
#define OTR_CTX_IRQS_OFF	0x01	/* interrupts are off */
#define OTR_CTX_IRQS_UNKNOWN	0x02	/* not known whether they are */
#define OTR_CTX_RESCHED		0x04	/* the task was asked to reschedule */
#define OTR_CTX_HARDIRQ		0x08	/* in a hard interrupt */
#define OTR_CTX_SOFTIRQ		0x10	/* serves a soft interrupt */
#define OTR_CTX_PREEMPT_RESCHED	0x20	/* will, when preemption comes back */
#define OTR_CTX_NMI		0x40	/* in a non-maskable interrupt */
#define OTR_CTX_BH_OFF		0x80	/* soft interrupts are off */

/* Where the parts are in the word. */
#define OTR_CTX_FLAGS_SHIFT	16	/* 8 bits: OTR_CTX_* */
#define OTR_CTX_PREEMPT_SHIFT	24	/* 4 bits: preemption depth, 15 for more */
#define OTR_CTX_MIGRATE_SHIFT	28	/* 4 bits: migrate-disable depth, likewise */
#define OTR_CTX_DEPTH_MAX	15U

/* The same two depths in a record's preempt_count byte. */
#define OTR_CTX_PREEMPT(byte)	((byte) & 0x0f)
#define OTR_CTX_MIGRATE(byte)	((byte) >> 4)

u32 otr_ctx_pack(u32 count, u32 softirq, u32 migrate, u32 flags);
u32 __otr_aside otr_ctx_word_rare(u32 levels);

/*
 * The preemption counter, zero when nothing but a number in the low bits is to
 * be told: a kernel that folds the reschedule request into the counter keeps
 * that bit inverted there.
 */
static __always_inline u32 otr_ctx_count(void)
{
#ifdef CONFIG_X86
	return raw_cpu_read_4(pcpu_hot.preempt_count) ^ PREEMPT_NEED_RESCHED;
#else
	return preempt_count() | ((u32)test_preempt_need_resched() << 31);
#endif
}

static __always_inline u32 otr_ctx_migrate(void)
{
#ifdef CONFIG_SMP
	return current->migration_disabled;
#else
	return 0;
#endif
}

/* Was the running task asked to reschedule? */
static __always_inline bool otr_ctx_resched(void)
{
	/*
	 * Others set the flag at any time, and just before or just after are
	 * both true. A plain read can be one instruction with its test.
	 */
	return data_race(current_thread_info()->flags) & _TIF_NEED_RESCHED;
}

/* The word of a task at preemption depth @depth, 15 at most. */
static __always_inline u32 otr_ctx_short(u32 depth)
{
#ifdef CONFIG_X86
	/* The processor's flag is the other way round, and seven bits lower. */
	u32 word = depth << (OTR_CTX_PREEMPT_SHIFT - 7) |
		   (arch_local_save_flags() & X86_EFLAGS_IF);

	BUILD_BUG_ON(X86_EFLAGS_IF << 7 != OTR_CTX_IRQS_OFF << OTR_CTX_FLAGS_SHIFT);
	return (word ^ X86_EFLAGS_IF) << 7;
#else
	return depth << OTR_CTX_PREEMPT_SHIFT |
	       (u32)raw_irqs_disabled() << OTR_CTX_FLAGS_SHIFT;
#endif
}

/**
 * otr_ctx_word_less - the context word as it was some preemption levels ago
 * @levels: how often the caller switched preemption off on its own account;
 *	    0 is assumed on kernels that do not count
 *
 * A plain task with a small preemption depth takes the short way; everything
 * else goes out of line.
 *
 * Context: any, NMI included.
 * Return: the word, its low 16 bits clear.
 */
static __always_inline u32 otr_ctx_word_less(u32 levels)
{
	u32 depth;

	if (!IS_ENABLED(CONFIG_PREEMPT_COUNT))
		levels = 0;
	depth = otr_ctx_count() - levels;
	if (!IS_ENABLED(CONFIG_PREEMPT_RT) &&
	    likely(depth <= OTR_CTX_DEPTH_MAX) &&
	    likely(!otr_ctx_resched()) &&
	    likely(!otr_ctx_migrate()))
		return otr_ctx_short(depth);
	return otr_aside_1(otr_ctx_word_rare, levels);
}

/**
 * otr_ctx_word - the context word of here and now
 *
 * Context: any, NMI included.
 * Return: the word, its low 16 bits clear.
 */
static __always_inline u32 otr_ctx_word(void)
{
	return otr_ctx_word_less(0);
}

#endif /* _OTR_BASE_CTX_H */
