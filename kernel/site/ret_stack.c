// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking for entries in a task's stack of replaced return addresses.
 *
 * Entries can be left behind: a task that never returns from a function, because the
 * task begins anew or its stack is cut, leaves the function's entry. Such an
 * entry is below those of later calls, and goes when a call around it returns.
 * An entry is therefore known by the place of its return address, and of several
 * with the same place the innermost counts.
 */
#include <linux/export.h>
#include <linux/sched/task_stack.h>

#include "site/ret_internal.h"

#define TRAMP	((unsigned long)otr_return_tramp)
#define INSIDE	((unsigned long)otr_return_inside)

static struct otr_ret *ret_stack_search(struct otr_rets *rets, unsigned int at, u32 key)
{
	while (at-- > 0) {
		struct otr_ret *ret = &rets->ret[at];

		if (READ_ONCE(ret->place) && ret->key == key)
			return ret;
	}
	return NULL;
}

/**
 * otr_rets_around - the call of a return hook that is next around another
 * @rets: the running task's
 * @ret: the other one
 *
 * Context: any, NMI included.
 * Return: its entry, NULL for none.
 */
struct otr_ret *otr_rets_around(struct otr_rets *rets, const struct otr_ret *ret)
{
	return ret_stack_search(rets, ret - rets->ret, ret->key);
}
EXPORT_SYMBOL_GPL(otr_rets_around);

/**
 * otr_rets_search - the innermost call of a return hook
 * @rets: the running task's
 * @key: of the return hook
 *
 * Context: any, NMI included.
 * Return: its entry, NULL for none.
 */
struct otr_ret *otr_rets_search(struct otr_rets *rets, u32 key)
{
	return ret_stack_search(rets, READ_ONCE(rets->depth), key);
}
EXPORT_SYMBOL_GPL(otr_rets_search);

/**
 * otr_rets_returned - the call that returns
 * @rets: the running task's
 * @place: where its return address was
 *
 * What is left behind on top of it goes.
 *
 * Context: the return trampoline.
 * Return: its entry, which is the innermost one; NULL for none.
 */
struct otr_ret *otr_rets_returned(struct otr_rets *rets, const unsigned long *place)
{
	unsigned int at = rets->depth;

	while (at > 0 && rets->ret[at - 1].place != place)
		at--;
	if (!at)
		return NULL;
	while (rets->depth > at) {
		WRITE_ONCE(rets->ret[rets->depth - 1].place, NULL);
		/* An entry beyond the depth has no place: see otr_ret_push(). */
		barrier();
		WRITE_ONCE(rets->depth, rets->depth - 1);
	}
	return &rets->ret[at - 1];
}

/**
 * otr_rets_reset - forget all calls
 * @rets: of a task that does not run
 *
 * Context: any.
 */
void otr_rets_reset(struct otr_rets *rets)
{
	unsigned int at;

	for (at = 0; at < OTR_RET_DEPTH; at++)
		rets->ret[at].place = NULL;
	rets->depth = 0;
	rets->overrun = 0;
	rets->slept = 0;
	rets->left_at = 0;
}

/* What was at a place before it was replaced; 0 if it was not. */
static unsigned long ret_stack_find_real(const struct otr_rets *rets, const unsigned long *place)
{
	unsigned int at = min(READ_ONCE(rets->depth), OTR_RET_DEPTH);

	while (at-- > 0) {
		const struct otr_ret *ret = &rets->ret[at];
		unsigned long to;

		if (READ_ONCE(ret->place) != place)
			continue;
		to = READ_ONCE(ret->to);
		/* Several entries for one place: the outermost of them knows. */
		if (to != TRAMP)
			return to;
	}
	return 0;
}

/**
 * otr_rets_real - tell the unwinder where a function really returns to
 * @task: the task whose stack is being walked
 * @ret: the return address that was found
 * @place: where
 *
 * Of a task that runs meanwhile the answer may be wrong, as all of its stack.
 *
 * Context: any, NMI included.
 * Return: the real one; @ret if it was not replaced.
 */
unsigned long otr_rets_real(struct task_struct *task, unsigned long ret,
			    const unsigned long *place)
{
	const struct otr_rets *rets;
	unsigned long to;

	/* Inside the trampoline the place has an address of it, not its own. */
	if (likely(ret != TRAMP && ret != INSIDE))
		return ret;
	rets = READ_ONCE(*otr_host_task_slot(task));
	if (!rets)
		return ret;
	to = ret_stack_find_real(rets, place);
	return to ?: ret;
}

/**
 * otr_ret_caller - where does a call of the running task really return to?
 * @place: where its return address is, &frame->parent of a hook's frame
 *
 * A function that was jumped to at the end of another finds that one's return
 * address, which may be replaced.
 *
 * Context: any, NMI included.
 * Return: the address.
 */
unsigned long otr_ret_caller(const unsigned long *place)
{
	/* The stack tracer asks of all places in use, those between a function's arrays too. */
	return otr_rets_real(current, READ_ONCE_NOCHECK(*place), place);
}
EXPORT_SYMBOL_GPL(otr_ret_caller);

/* Is it in the task's stack, and is the stack there? A dead task has none. */
static bool ret_stack_on_stack(struct task_struct *task, const unsigned long *place)
{
	const void *stack = task_stack_page(task);

	return refcount_read(&task->stack_refcount) && (const void *)place >= stack &&
	       (const void *)(place + 1) <= stack + THREAD_SIZE;
}

/**
 * otr_rets_restore - put a task's return addresses back
 * @rets: of a task that does not run anywhere
 *
 * A task that was stopped in the return trampoline keeps its entry for that.
 *
 * Context: any, every other CPU waits.
 * Return: number of addresses that were put back.
 */
unsigned int otr_rets_restore(struct otr_rets *rets)
{
	unsigned int at = rets->depth, nr = 0;

	while (at-- > 0) {
		unsigned long *place = rets->ret[at].place;
		unsigned long to;

		if (!place || !ret_stack_on_stack(rets->task, place) || *place != TRAMP)
			continue;
		to = ret_stack_find_real(rets, place);
		if (!to)
			continue;
		*place = to;
		nr++;
	}
	return nr;
}
