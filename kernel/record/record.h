/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room record: what writes records, but for the tracers.
 *
 * Purpose:  the door through which events come to a ring, the events of the
 *           kernel's tracepoints and system calls, texts of user space and of
 *           other modules, stacks; and what is remembered of tasks.
 * Objects:  none that others see. What it keeps of an instance is in a part,
 *           see struct otr_part.
 * Locks:    otr_inst_lock for every change. Probes themselves take none: what
 *           they read is set before they start, or read under RCU.
 * Contexts: probes run anywhere, NMI included, with preemption off.
 */
#ifndef _OTR_RECORD_H
#define _OTR_RECORD_H

#include <linux/sched.h>
#include <outrace/record.h>

#include "inst/inst.h"

/*
 * Fill in the common part of a record. The caller disabled preemption once by
 * itself, which is not what the user wants to see.
 */
static __always_inline void otr_record_head(struct otr_rec_head *head, enum otr_type type)
{
	u64 word = otr_ctx_word_less(1) | type;

	*(u64 *)head = word | (u64)current->pid << 32;
}

int otr_record_init(void);
void otr_record_exit(void);

/* event.c: the door of include/outrace/event.h, for whose stacks do not begin at its caller */
void otr_event_end_from(struct otr_out *out, unsigned long from);
void otr_event_judge_from(struct otr_sub *sub, void *data, unsigned int len, unsigned long from);

/* inject.c: records that users make up */
int otr_event_inject(struct otr_inst *inst, struct otr_event *ev, char *text);

/* marker.c: texts and bytes from user space */
ssize_t otr_marker_write(struct otr_inst *inst, const char __user *from, size_t len);
ssize_t otr_marker_write_raw(struct otr_inst *inst, const char __user *from, size_t len);
bool otr_marker_say(struct otr_ring *ring, unsigned long ip, const char *text, size_t len,
		    bool line);

/* printk.c: texts of other modules */
extern const struct otr_told otr_printk_told[];

const char *otr_printk_format(unsigned int nr);

/* syscall.c: events of system calls */
const char *otr_syscall_name(u64 nr);

/* task.c: names of tasks, and tasks that fork */
int otr_task_names_get(void);
void otr_task_names_put(void);

/* For the records of an event in an instance: what goes elsewhere has no use for them. */
static inline int otr_sub_names_get(const struct otr_sub *sub)
{
	return sub->inst->hidden ? 0 : otr_task_names_get();
}

static inline void otr_sub_names_put(const struct otr_sub *sub)
{
	if (!sub->inst->hidden)
		otr_task_names_put();
}

int otr_task_sleep_get(void);
void otr_task_sleep_put(void);

#include "record/stack.h"

#endif /* _OTR_RECORD_H */
