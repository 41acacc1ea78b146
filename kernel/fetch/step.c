// SPDX-License-Identifier: GPL-2.0-only
/* The steps of an argument, one by one. */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "arch/x86/arch.h"
#include "fetch/plan.h"

/**
 * otr_draft_next - count another of in-tree's steps, and get one
 * @arg: the argument
 *
 * Context: any.
 * Return: a step that is all zero, NULL when there are too many: that was noted.
 */
struct otr_fetch_step *otr_draft_next(struct otr_draft_arg *arg)
{
	struct otr_fetch_step *step;

	if (arg->nr && ++arg->depth >= OTR_DRAFT_DEPTH) {
		otr_draft_fail(arg, OTR_FETCH_TOO_MANY_OPS);
		return NULL;
	}
	step = &arg->step[arg->nr++];
	*step = (struct otr_fetch_step){};
	return step;
}

/**
 * otr_draft_first - the first value of an expression
 * @arg: the argument, without any step
 * @op: how to get it
 * @sort: what it is
 *
 * Context: any.
 * Return: the step.
 */
struct otr_fetch_step *otr_draft_first(struct otr_draft_arg *arg, enum otr_fetch_op op,
				       enum otr_draft_sort sort)
{
	struct otr_fetch_step *step = otr_draft_next(arg);

	step->op = op;
	arg->sort = sort;
	return step;
}

/**
 * otr_draft_word - a word at the base of the source
 * @arg: the argument, without any step
 * @tag: which, OTR_DRAFT_REG() and others
 *
 * Context: any.
 * Return: 0.
 */
int otr_draft_word(struct otr_draft_arg *arg, u64 tag)
{
	otr_draft_first(arg, OTR_FETCH_OP_GET, OTR_DRAFT_WORD)->imm = tag;
	return 0;
}

/**
 * otr_draft_stack - a word of the stack
 * @arg: the argument, without any step
 * @nr: which
 *
 * Context: any.
 * Return: 0.
 */
int otr_draft_stack(struct otr_draft_arg *arg, u32 nr)
{
	otr_draft_first(arg, OTR_FETCH_OP_STACK, OTR_DRAFT_WORD)->offset = nr;
	arg->plan->needs_stack = true;
	return 0;
}

/**
 * otr_draft_argument - an argument of the function: in a register, on the stack, or kept at
 *			its entry
 * @arg: the argument, without any step; at the entry or at the return of a function
 * @nr: which of the function's, from 0
 *
 * Context: any.
 * Return: 0.
 */
int otr_draft_argument(struct otr_draft_arg *arg, unsigned int nr)
{
	struct otr_draft *plan = arg->plan;
	unsigned int i;

	if (otr_draft_at_return(arg->place)) {
		for (i = 0; i < plan->nr_saved && plan->save[i] != nr; i++)
			;
		plan->save[i] = nr;
		plan->nr_saved = max(plan->nr_saved, i + 1);
		otr_draft_first(arg, OTR_FETCH_OP_SAVED, OTR_DRAFT_OTHER)->offset = i;
		return 0;
	}
	/* The first one of a tracepoint's callback is not the tracepoint's. */
	if (arg->place->where & OTR_FETCH_TRACEPOINT)
		nr++;
	if (otr_arch_argument(nr) < 0)
		/* Behind the return address. */
		return otr_draft_stack(arg, nr - OTR_FRAME_ARGS + 1);
	return otr_draft_word(arg, OTR_DRAFT_ARG(nr));
}

/**
 * otr_draft_memory - look into memory at the value so far
 * @arg: the argument
 * @offset: how far from there
 * @user: in the memory of the task
 *
 * Context: any.
 * Return: 0; -EINVAL when there are too many steps, which was noted.
 */
int otr_draft_memory(struct otr_draft_arg *arg, s64 offset, bool user)
{
	struct otr_fetch_step *step = otr_draft_next(arg);

	if (!step)
		return -EINVAL;
	step->op = user ? OTR_FETCH_OP_UREAD : OTR_FETCH_OP_READ;
	step->offset = offset;
	arg->sort = user ? OTR_DRAFT_UREAD : OTR_DRAFT_READ;
	return 0;
}
