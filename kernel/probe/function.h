/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the probe room: what function tracing, tasks and markers share. */
#ifndef _OTR_PROBE_FUNCTION_H
#define _OTR_PROBE_FUNCTION_H

#include <linux/sched.h>
#include <outrace/record.h>

#include "probe/probe.h"

/**
 * struct otr_function - function tracing of one instance
 * @hook: on the sites that the instance wants; its sets are changed under
 *	  otr_inst_lock
 * @ring: the instance's ring
 * @remember: OTR_COMM_* that a record's task is remembered by
 * @limited: one of @pids is there
 * @pids: tasks to record and tasks not to record, NULL for no limit; read
 *	  under RCU or with preemption off
 * @active: the hook is registered; otr_inst_lock
 * @inst: the instance
 * @awaits: functions of modules to come, by enum otr_side; otr_inst_lock
 * @node: in the list of all, see await.c
 */
struct otr_function {
	struct otr_hook		hook;
	struct otr_ring		*ring;
	u8			remember;
	bool			limited;
	struct otr_idset	*pids[2];
	bool			active;
	struct otr_inst		*inst;
	struct list_head	awaits[2];
	struct list_head	node;
};

/*
 * Fill in the common part of a record. The caller disabled preemption once by
 * itself, which is not what the user wants to see.
 */
static __always_inline void otr_probe_head(struct otr_rec_head *head, enum otr_type type)
{
	u64 word = otr_ctx_word_less(1) | type;

	*(u64 *)head = word | (u64)current->pid << 32;
}

int otr_function_init(void);
void otr_function_exit(void);
int otr_function_create(struct otr_inst *inst);
void otr_function_destroy(struct otr_inst *inst);
int otr_function_remember(struct otr_inst *inst, bool tgid);
int otr_events_init(void);
void otr_events_exit(void);
int otr_await_init(void);
void otr_await_exit(void);
void otr_await_create(struct otr_inst *inst);
void otr_await_destroy(struct otr_inst *inst);
int otr_marker_init(void);
void otr_marker_exit(void);

#endif /* _OTR_PROBE_FUNCTION_H */
