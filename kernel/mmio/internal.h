/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room mmio. */
#ifndef _OTR_MMIO_INTERNAL_H
#define _OTR_MMIO_INTERNAL_H

#include <linux/mmiotrace.h>

#include "mmio/mmio.h"
#include "output/output.h"
#include "record/record.h"

/* watch.c: what the kernel caught */
int otr_mmio_watch(struct otr_inst *inst);
void otr_mmio_unwatch(void);
unsigned long otr_mmio_lost(struct otr_ring *ring);
void otr_mmio_forget_lost(void);

/* text.c: records as text */
extern const struct otr_look otr_mmio_look;
int otr_mmio_text_init(void);

/* tracer.c */
#if defined(CONFIG_MMIOTRACE) && !defined(CONFIG_TRACING)
int otr_mmio_tracer_init(void);
void otr_mmio_tracer_exit(void);
#else
static inline int otr_mmio_tracer_init(void) { return 0; }
static inline void otr_mmio_tracer_exit(void) { }
#endif

#endif /* _OTR_MMIO_INTERNAL_H */
