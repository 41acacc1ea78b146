/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Return hooks: callbacks on the entry and on the return of functions.
 *
 * A function's return is seen by replacing its return address. Every task has
 * one stack of what was replaced, struct otr_rets, for all users together: an
 * entry for each call and each return hook that wants it. A return hook is a
 * hook whose function pushes an entry; when the function returns, the entry's
 * owner is called and the entry goes.
 *
 * A stack is written by its own task only, and by the interrupts and NMIs that
 * come on top of it, which leave it as they found it. So nothing here needs a
 * lock or an atomic operation; what order is needed is said where it is.
 */
#ifndef _OTR_SITE_RET_H
#define _OTR_SITE_RET_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "arch/x86/arch.h"
#include "host/host.h"

/* A place where the test lets an NMI come; nothing elsewhere. */
#ifndef OTR_RET_STEP
#define OTR_RET_STEP(n)	((void)(n))
#endif

/* Most return hooks at a time. */
#define OTR_RET_HOOKS	32

/* Calls that a task can be in, all return hooks together; a page holds them. */
#define OTR_RET_DEPTH	63

/**
 * struct otr_ret - a call that is going on, for one return hook
 * @place: where the return address was; NULL while the entry is not in use
 * @to: what was there; the return trampoline, if the entry below has the same
 *	@place: a function that was called by a jump at the end of another
 * @ip: the function's site
 * @key: of the return hook
 * @depth: calls of the same return hook around this one
 * @flags: the return hook's
 * @data: the return hook's
 */
struct otr_ret {
	unsigned long	*place;
	unsigned long	to;
	unsigned long	ip;
	u32		key;
	u16		depth;
	u16		flags;
	u64		data[4];
};

/**
 * struct otr_rets - the calls that a task is in
 * @depth: how many entries are in use; those beyond have no place
 * @overrun: calls that were not seen, since there were OTR_RET_DEPTH already
 * @slept: time that the task was off its CPU, in ns, as far as somebody counts
 * @left_at: since when it is off, 0 for not
 * @task: the task that it belongs to; NULL for none
 * @all: in the list of all stacks
 * @free: in the list of nobody's
 * @ret: the entries, outermost first
 */
struct otr_rets {
	unsigned int		depth;
	unsigned int		overrun;
	u64			slept;
	u64			left_at;
	struct task_struct	*task;
	struct list_head	all;
	struct llist_node	free;
	struct otr_ret		ret[OTR_RET_DEPTH];
};

static_assert(sizeof(struct otr_rets) <= 4096);

/**
 * struct otr_ret_hook - callbacks on entry and return
 * @hook: the entry's; its function decides whether it wants to see the return
 *	  and calls otr_ret_push() then. It has OTR_HOOK_SELF
 * @leave: called when a function returns that was pushed, with what it
 *	   returned, in the context of the call; the entry goes afterwards.
 *	   Begins with what it needs of preempt_disable_notrace() and
 *	   otr_guard_enter(). Does not sleep
 * @key: of its entries; set by otr_ret_register()
 */
struct otr_ret_hook {
	struct otr_hook		hook;
	void			(*leave)(struct otr_ret_hook *hook, struct otr_rets *rets,
					 struct otr_ret *ret, unsigned long value);
	u32			key;
};

void otr_ret_exit(void);
int otr_ret_register(struct otr_ret_hook *hook);
void otr_ret_unregister(struct otr_ret_hook *hook);
bool otr_ret_ready(void);
unsigned long otr_ret_missed(void);

unsigned long otr_ret_caller(const unsigned long *place);
struct otr_rets *otr_rets_take(void);
struct otr_ret *otr_rets_around(struct otr_rets *rets, const struct otr_ret *ret);
struct otr_ret *otr_rets_search(struct otr_rets *rets, u32 key);

/**
 * otr_rets_get - the calls that the running task is in
 *
 * Context: any, NMI included; preemption off, or it may be another task's soon.
 * Return: its stack; NULL when there is none and none can be had here. That is
 * counted.
 */
static __always_inline struct otr_rets *otr_rets_get(void)
{
	struct otr_rets *rets = READ_ONCE(*otr_host_task_slot(current));

	return likely(rets) ? rets : otr_rets_take();
}

/**
 * otr_rets_top - the innermost call of a return hook
 * @rets: the running task's
 * @key: of the return hook
 *
 * Context: any, NMI included.
 * Return: its entry, NULL for none.
 */
static __always_inline struct otr_ret *otr_rets_top(struct otr_rets *rets, u32 key)
{
	unsigned int depth = READ_ONCE(rets->depth);
	struct otr_ret *top;

	if (!depth)
		return NULL;
	top = &rets->ret[depth - 1];
	/* An entry without a place is only half there: its writer was interrupted. */
	if (likely(top->key == key && READ_ONCE(top->place)))
		return top;
	return otr_rets_search(rets, key);
}

/**
 * otr_rets_full - is there no room for another call?
 * @rets: the running task's
 *
 * Context: any.
 * Return: true when there is none. The caller counts it in rets->overrun.
 */
static __always_inline bool otr_rets_full(const struct otr_rets *rets)
{
	return rets->depth >= OTR_RET_DEPTH;
}

/**
 * otr_ret_push - see the return of the function that was just entered
 * @rets: the running task's, not full
 * @key: of the return hook
 * @frame: as the hook's function got it
 * @ip: the function's site
 *
 * The caller fills in depth, flags and data of what it gets.
 *
 * Context: that of a hook's function.
 * Return: the new entry.
 */
static __always_inline struct otr_ret *otr_ret_push(struct otr_rets *rets, u32 key,
						    struct otr_frame *frame, unsigned long ip)
{
	struct otr_ret *ret = &rets->ret[rets->depth];

	/* First it is ours, then it is filled: an interrupt uses those behind. */
	OTR_RET_STEP(0);
	WRITE_ONCE(rets->depth, rets->depth + 1);
	barrier();
	OTR_RET_STEP(1);
	ret->to = frame->parent;
	ret->ip = ip;
	ret->key = key;
	/* The unwinder, in an NMI, looks at what has a place. */
	barrier();
	OTR_RET_STEP(2);
	WRITE_ONCE(ret->place, &frame->parent);
	/* And it asks only for what was replaced. */
	barrier();
	OTR_RET_STEP(3);
	WRITE_ONCE(frame->parent, (unsigned long)otr_return_tramp);
	OTR_RET_STEP(4);
	return ret;
}

#endif /* _OTR_SITE_RET_H */
