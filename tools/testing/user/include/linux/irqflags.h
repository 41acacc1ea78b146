/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_IRQFLAGS_H
#define _SHIM_LINUX_IRQFLAGS_H

#include <linux/types.h>

/* Whether interrupts are off on this thread, which plays a CPU. */
extern __thread bool shim_irqs_off;

#define raw_irqs_disabled()	shim_irqs_off
#define irqs_disabled()		shim_irqs_off
#define local_irq_save(flags)	((flags) = shim_irqs_off, shim_irqs_off = true)
#define local_irq_restore(flags) (shim_irqs_off = (flags))

#endif
