/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room tracer: what function tracing and its relatives share. */
#ifndef _OTR_TRACER_FUNCTION_H
#define _OTR_TRACER_FUNCTION_H

#include "record/record.h"
#include "tracer/tracer.h"

/* What follows the sites that an instance wants. */
enum otr_follower {
	OTR_FOLLOW_TRACER,	/* function or function_graph, whichever is current */
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
 * @tasks: the tasks to record; read in a hook or with preemption off, for both of
 *	   which otr_function_set_pids() waits
 * @repeats: the last calls, NULL until they are asked for
 * @sites: which sites the instance wants, by enum otr_side; changed with both
 *	   otr_tracer_lock and otr_inst_lock held
 * @followers: hooks that are on them; otr_tracer_lock
 * @inst: the instance
 * @tasks_changed: told when @tasks changed, NULL for nothing to be told; otr_tracer_lock
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
	struct otr_siteset	*sites[2];
	struct otr_hook		*followers[OTR_FOLLOWERS];
	struct otr_inst		*inst;
	void			(*tasks_changed)(struct otr_function *fn);
	struct list_head	awaits[2];
	struct list_head	node;
};

/* Change what the function tracer does besides recording calls; otr_tracer_lock. */
static inline void otr_function_set_odd(struct otr_function *fn, u8 what, bool on)
{
	WRITE_ONCE(fn->odd, on ? fn->odd | what : fn->odd & ~what);
}

void otr_function_record(struct otr_function *fn, unsigned long ip, unsigned long parent_ip);
int otr_function_init(void);
void otr_function_exit(void);
int otr_wanted_init(void);
void otr_wanted_exit(void);
struct otr_function *otr_function_of(const struct otr_inst *inst);
void otr_function_follow(struct otr_function *fn, enum otr_follower who, struct otr_hook *hook);
int otr_deepest_init(void);
void otr_deepest_exit(void);
int otr_await_init(void);
void otr_await_exit(void);
void otr_profile_graph_time(bool include);
void otr_profile_slept_too(bool slept_too);
int otr_profile_init(void);
void otr_profile_exit(void);

#endif /* _OTR_TRACER_FUNCTION_H */
