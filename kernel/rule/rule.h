/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room rule: which records are wanted.
 *
 * Purpose:  filters: a condition on the fields of one event, read from a user's
 *           text, planned into a program of steps with two ways out each, run on
 *           every record of the event before it gets into a ring.
 * Objects:  struct otr_filter, immutable, owned by its creator. A new
 *           text is a new filter.
 * Locks:    none.
 * Contexts: filters are created and freed in process context. Matching works
 *           anywhere, NMI included, with preemption off. Code that replaces a filter
 *           waits for those that may be matching before freeing the old one.
 */
#ifndef _OTR_RULE_H
#define _OTR_RULE_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "base/base.h"
#include "event/event.h"

/*
 * What a step asks of a field's value. Its result is always "does it hold", so
 * that one way out belongs to each answer.
 *
 * The order matters: the first is asked for inline, those from
 * OTR_STEP_NUMBER_IN on own what otr_step.data points to.
 */
enum otr_step_kind {
	OTR_STEP_RANGE_4,	/* first <= number <= first + span, for OTR_GET_4 */
	OTR_STEP_RANGE,		/* the same for every number */
	OTR_STEP_BITS,		/* bits of first in a number */
	OTR_STEP_NEVER,		/* does not hold */
	OTR_STEP_NUMBER_IN,	/* a number is in a mask */
	OTR_STEP_MASK_IS,	/* a mask is another */
	OTR_STEP_MASK_MEETS,	/* they have CPUs in common */
	OTR_STEP_TEXT,		/* text that is at hand fits a pattern */
	OTR_STEP_FAR_TEXT,	/* text that has to be copied first */
};

/* Ways out of a program, see struct otr_step; bit 0 is the answer. */
#define OTR_STEP_REJECT	(-2)
#define OTR_STEP_ACCEPT	(-1)

/**
 * struct otr_step - one question and where its answer leads
 * @kind: enum otr_step_kind
 * @not: the opposite is asked for; only for text, where it is not the same as
 *	 exchanging the ways out: text that cannot be read holds nothing
 * @next: by answer: number of the next step, or OTR_STEP_ACCEPT or _REJECT
 * @access: the way to the field's value
 * @first: smallest number that holds, without its sign; the bits of OTR_STEP_BITS
 * @data: a struct cpumask or struct otr_pattern
 * @span: largest number that holds, less @first
 */
struct otr_step {
	u8			kind;
	bool			not;
	s16			next[2];
	struct otr_access	access;
	union {
		u64		first;
		void		*data;
	};
	u64			span;
};

/**
 * struct otr_filter - a condition on records of one event
 * @text: how it is shown
 * @needs_head: it looks at the record's common fields
 * @nr: number of steps
 * @steps: the program; it begins with the first
 */
struct otr_filter {
	const char	*text;
	bool		needs_head;
	u16		nr;
	struct otr_step	steps[];
};

/* filter.c */
int otr_filter_create(const struct otr_event *ev, const char *text, struct otr_cmd *cmd,
		      struct otr_filter **out);
struct otr_filter *otr_filter_create_broken(const struct otr_cmd *cmd);
void otr_filter_blame_system(struct otr_cmd *cmd);
void otr_filter_free(struct otr_filter *filter);

/* match.c */
bool otr_filter_run(const struct otr_filter *filter, const void *rec, unsigned int from);

/**
 * otr_filter_text - how a filter is shown
 * @filter: the filter
 *
 * Context: any.
 * Return: the text, without a newline at its end. It lives as long as @filter.
 */
static inline const char *otr_filter_text(const struct otr_filter *filter)
{
	return filter->text;
}

/**
 * otr_filter_needs_head - does a filter look at the common fields?
 * @filter: the filter
 *
 * Context: any.
 * Return: whether the record's head has to be filled in before it is matched.
 */
static inline bool otr_filter_needs_head(const struct otr_filter *filter)
{
	return filter->needs_head;
}

/**
 * otr_step_number - answer a question about a number of 4 bytes
 * @step: one of the kind OTR_STEP_RANGE_4
 * @rec: a record of the filter's event, complete but for its head
 *
 * Context: any.
 * Return: OTR_STEP_REJECT, OTR_STEP_ACCEPT, or the number of the step to go on
 * with.
 */
static __always_inline int otr_step_number(const struct otr_step *step, const void *rec)
{
	u64 value = *(const u32 *)(rec + step->access.offset);

	return step->next[value - step->first <= step->span];
}

/**
 * otr_filter_first - the answer of a filter's first step
 * @filter: the filter
 * @rec: a record of its event, complete but for a head that is not needed
 *
 * One comparison with a number of 4 bytes is what most filters are, and it is
 * made in the caller.
 *
 * Context: any, preemption off.
 * Return: OTR_STEP_REJECT, OTR_STEP_ACCEPT, or the step to go on with, which is
 * the first one if it asks for something else.
 */
static __always_inline int otr_filter_first(const struct otr_filter *filter, const void *rec)
{
	if (unlikely(filter->steps[0].kind != OTR_STEP_RANGE_4))
		return 0;
	return otr_step_number(filter->steps, rec);
}

/**
 * otr_filter_match - is a record wanted?
 * @filter: the filter
 * @rec: a complete record of its event
 *
 * Context: any, preemption off.
 * Return: true if it is.
 */
static __always_inline bool otr_filter_match(const struct otr_filter *filter, const void *rec)
{
	int next = otr_filter_first(filter, rec);

	return next < 0 ? next & 1 : otr_filter_run(filter, rec, next);
}

/* text.c */
void otr_rule_exit(void);

#endif /* _OTR_RULE_H */
