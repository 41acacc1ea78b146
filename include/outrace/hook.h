/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks on functions, for other modules.
 *
 * A module describes what it wants to be called with, names the functions, and
 * registers:
 *
 *	watch = otr_watch_create(&ops, NULL);
 *	err = otr_watch_add(watch, "vfs_*", NULL);
 *	err = otr_watch_register(watch);
 *
 * Each watch has a set of functions of its own, and any number of them can be on
 * the same function, next to the tracers. Instead of callbacks it can have code
 * that functions call themselves, with nothing of ours in between. samples/hook has
 * modules that do this.
 */
#ifndef _OUTRACE_HOOK_H
#define _OUTRACE_HOOK_H

#include <linux/types.h>
#include <outrace/frame.h>

struct otr_watch;

/* What a call can take along from its entry to its return. */
#define OTR_CALL_DATA	4

/**
 * struct otr_call - a call of a function
 * @ip: its site: the address of the function or, where that begins with a landing
 *	pad, the one behind it
 * @parent_ip: where it was called from
 * @frame: its registers, for @entry of struct otr_watch_ops; else NULL
 * @value: what it returned, or what was in the register if it returns nothing;
 *	   for @leave, and what that leaves here is what the caller gets
 * @data: room of the watch, OTR_CALL_DATA words, for this call; what @entry
 *	  leaves there is what @leave finds
 */
struct otr_call {
	unsigned long		ip;
	unsigned long		parent_ip;
	struct otr_frame	*frame;
	unsigned long		value;
	u64			*data;
};

/**
 * struct otr_watch_ops - what a watch does
 * @name: for messages
 * @entry: called at the entry of a function; may change its arguments, or have
 *	   another function run instead, see <outrace/frame.h>. What it returns
 *	   says whether @leave is to be called for this call. NULL for nothing
 *	   but @leave
 * @leave: called when it returns, in the same task. NULL where nobody asks
 * @direct: instead of both: code that functions call at their entry, written in
 *	    assembler. It finds the arguments of the function in their registers,
 *	    on top of the stack the address where that goes on, and above it the
 *	    one of its caller. It keeps all registers that an argument may be in or that
 *	    a function has to keep, and returns; or it takes the address off and
 *	    returns to the caller, and has run in place of the function. One watch
 *	    of this kind can be on a function, beside any number of others, which
 *	    are called first
 *
 * Callbacks run wherever the functions are called, NMI included, with preemption off,
 * and where RCU may not be watching; they do not sleep. Functions that they call
 * themselves are not hooked. A call has both or none: where the return cannot be
 * seen, as there are too many calls around it already, @entry is not called
 * either, and the call counts as missed. Code that is called directly is on its
 * own: nothing was switched off, a function that it calls may come back to it, and
 * a task that sleeps in it is not waited for when the watch goes.
 */
struct otr_watch_ops {
	const char	*name;
	bool		(*entry)(struct otr_watch *watch, struct otr_call *call);
	void		(*leave)(struct otr_watch *watch, struct otr_call *call);
	const void	*direct;
};

struct otr_watch *otr_watch_create(const struct otr_watch_ops *ops, void *data);
void otr_watch_destroy(struct otr_watch *watch);
void *otr_watch_data(const struct otr_watch *watch);
int otr_watch_add(struct otr_watch *watch, const char *pattern, const char *module);
int otr_watch_add_function(struct otr_watch *watch, const void *func);
int otr_watch_register(struct otr_watch *watch);
void otr_watch_unregister(struct otr_watch *watch);
int otr_watch_set_direct(struct otr_watch *watch, const void *code);
unsigned long otr_watch_missed(const struct otr_watch *watch);

#endif /* _OUTRACE_HOOK_H */
