/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the probe room: what function tracing, tasks and markers share. */
#ifndef _OTR_PROBE_FUNCTION_H
#define _OTR_PROBE_FUNCTION_H

#include <linux/sched.h>
#include <outrace/record.h>

#include "probe/probe.h"

/* Who follows the sites that an instance wants. */
enum otr_follower {
	OTR_FOLLOW_PRESET,	/* function or function_graph, whichever is current */
	OTR_FOLLOW_PROFILE,	/* the profiler, in the first instance */
	OTR_FOLLOWERS
};

/* What the function tracer does besides recording calls. */
#define OTR_FUNCTION_PIDS	BIT(0)	/* not all tasks are recorded */
#define OTR_FUNCTION_STACK	BIT(1)	/* the stack is recorded behind calls */
#define OTR_FUNCTION_REPEATS	BIT(2)	/* repeated calls are counted */
#define OTR_FUNCTION_ARGS	BIT(3)	/* arguments are recorded with calls */

/**
 * struct otr_function - function tracing of one instance
 * @hook: of the function tracer
 * @ring: the instance's ring
 * @remember: OTR_COMM_* that a record's task is remembered by
 * @odd: OTR_FUNCTION_* ways to record that are not the common one, 0 for none
 * @tasks: whom to record; read in a hook or with preemption off, for both of
 *	   which otr_function_set_pids() waits
 * @repeats: the last calls, NULL until they are asked for
 * @commands: struct otr_command, the newest first; otr_inst_lock
 * @sites: which sites the instance wants, by enum otr_side; otr_inst_lock
 * @followers: hooks that are on them; otr_inst_lock
 * @inst: the instance
 * @forks: children of tasks follow them; otr_inst_lock
 * @awaits: functions of modules to come, by enum otr_side; otr_inst_lock
 * @node: in the list of all, see await.c
 */
struct otr_function {
	struct otr_hook		hook;
	struct otr_ring		*ring;
	u8			remember;
	u8			odd;
	struct otr_tasks	tasks;
	struct otr_repeats __percpu *repeats;
	struct list_head	commands;
	struct otr_siteset	*sites[2];
	struct otr_hook		*followers[OTR_FOLLOWERS];
	struct otr_inst		*inst;
	bool			forks;
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
void otr_function_follow(struct otr_function *fn, enum otr_follower who, struct otr_hook *hook);
int otr_function_note(struct otr_inst *inst);
int otr_function_remember(struct otr_inst *inst, bool tgid);
void otr_commands_destroy(struct otr_function *fn);
void otr_commands_forget(struct otr_function *fn, const struct otr_event *ev);
int otr_deepest_init(void);
void otr_deepest_exit(void);
int otr_events_init(void);
void otr_events_exit(void);
int otr_trace_init(void);
void otr_trace_exit(void);
int otr_syscalls_init(void);
void otr_syscalls_exit(void);
int otr_syscalls_create(struct otr_inst *inst);
void otr_syscalls_destroy(struct otr_inst *inst);
int otr_await_init(void);
void otr_await_exit(void);
void otr_await_create(struct otr_inst *inst);
void otr_await_destroy(struct otr_inst *inst);
void otr_profile_graph_time(bool include);
void otr_profile_exit(void);
bool otr_marker_say(struct otr_ring *ring, unsigned long ip, const char *text, size_t len,
		    bool line);
int otr_marker_init(void);
void otr_marker_exit(void);
int otr_printk_init(void);
void otr_printk_exit(void);
void otr_printk_follow(void);
void otr_printk_switch(bool on);

#endif /* _OTR_PROBE_FUNCTION_H */
