/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room record: what its files do for record.c. */
#ifndef _OTR_RECORD_INTERNAL_H
#define _OTR_RECORD_INTERNAL_H

#include "record/record.h"

/* Triggers that run when a record is in the ring, in their order. */
struct otr_later {
	unsigned int	nr;
	struct otr_tap	*tap[OTR_TAPS_AFTER];
};

void otr_event_offer(struct otr_sub *sub, void *data, unsigned int len, unsigned long probe, u64 ts,
		     struct otr_later *later);
void otr_event_follow(struct otr_sub *sub, const struct otr_later *later, unsigned long probe);

extern const struct otr_set_hooks otr_tracepoint_hooks;

int otr_events_init(void);
void otr_events_exit(void);
int otr_trace_init(void);
void otr_trace_exit(void);
int otr_syscalls_init(void);
void otr_syscalls_exit(void);
int otr_marker_init(void);
void otr_marker_exit(void);
void otr_marker_follow(void);
int otr_printk_init(void);
void otr_printk_exit(void);
void otr_printk_follow(void);
void otr_printk_switch(bool on);
int otr_task_follow_forks(struct otr_inst *inst, bool on);

#endif /* _OTR_RECORD_INTERNAL_H */
