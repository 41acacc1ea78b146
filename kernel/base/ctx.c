// SPDX-License-Identifier: GPL-2.0-only
/* The context word in the rare cases. */
#include <linux/minmax.h>

#include "base/base.h"

/**
 * otr_ctx_pack - make a context word out of the kernel's counters
 * @count: preemption counter in the kernel's layout, without any reschedule bit
 * @softirq: soft interrupt part of it, which real-time kernels keep elsewhere
 * @migrate: migrate-disable depth
 * @flags: those OTR_CTX_* bits that do not come from counters
 *
 * Context: any.
 * Return: the word, its low 16 bits clear.
 */
u32 otr_ctx_pack(u32 count, u32 softirq, u32 migrate, u32 flags)
{
	if (count & NMI_MASK)
		flags |= OTR_CTX_NMI;
	if (count & HARDIRQ_MASK)
		flags |= OTR_CTX_HARDIRQ;
	/* The lowest bit counts the serving, the others what keeps it off. */
	if (softirq & SOFTIRQ_OFFSET)
		flags |= OTR_CTX_SOFTIRQ;
	if (softirq & SOFTIRQ_MASK & ~SOFTIRQ_OFFSET)
		flags |= OTR_CTX_BH_OFF;

	return flags << OTR_CTX_FLAGS_SHIFT |
	       min_t(u32, count & PREEMPT_MASK, OTR_CTX_DEPTH_MAX) << OTR_CTX_PREEMPT_SHIFT |
	       min_t(u32, migrate, OTR_CTX_DEPTH_MAX) << OTR_CTX_MIGRATE_SHIFT;
}

/**
 * otr_ctx_word_rare - the out-of-line part of otr_ctx_word_less()
 * @levels: as there
 *
 * Context: any, NMI included.
 * Return: as there.
 */
u32 __otr_aside otr_ctx_word_rare(u32 levels)
{
	u32 flags = 0;

	if (raw_irqs_disabled())
		flags |= OTR_CTX_IRQS_OFF;
	if (tif_need_resched())
		flags |= OTR_CTX_RESCHED;
	if (test_preempt_need_resched())
		flags |= OTR_CTX_PREEMPT_RESCHED;

	return otr_ctx_pack(preempt_count() - levels, softirq_count(), otr_ctx_migrate(), flags);
}
