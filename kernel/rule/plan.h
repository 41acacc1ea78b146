/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the rule room: from a user's text to a filter's steps. */
#ifndef _OTR_RULE_PLAN_H
#define _OTR_RULE_PLAN_H

#include "rule/rule.h"

/* What can be wrong with a filter; the texts are in filter.c. */
enum otr_filter_error {
	OTR_FILTER_OPERATOR,
	OTR_FILTER_OPEN,
	OTR_FILTER_CLOSE,
	OTR_FILTER_QUOTE,
	OTR_FILTER_BRACE_OPEN,
	OTR_FILTER_BRACE_CLOSE,
	OTR_FILTER_TOO_LONG,
	OTR_FILTER_NO_STRING,
	OTR_FILTER_NO_NUMBER,
	OTR_FILTER_FIELD_OPERATOR,
	OTR_FILTER_FIELD,
	OTR_FILTER_NUMBER,
	OTR_FILTER_SYSTEM,
	OTR_FILTER_TERMS,
	OTR_FILTER_MEANINGLESS,
	OTR_FILTER_CPULIST,
	OTR_FILTER_VALUE,
	OTR_FILTER_FUNCTION,
	OTR_FILTER_OTHER,
	OTR_FILTER_EMPTY,
	OTR_FILTER_NR_ERRORS,
};

/* A quoted text has to be shorter than this. */
#define OTR_FILTER_TEXT_MAX	256

/**
 * struct otr_pattern - what a text is compared with
 * @glob: the pattern, taken apart; OTR_GLOB_FULL for == and !=
 * @text: the memory that @glob points into
 */
struct otr_pattern {
	struct otr_glob	glob;
	char		text[];
};

/**
 * struct otr_term - one comparison, "field operator value"
 * @step: the question it asks; the ways out are not filled in
 * @flip: the comparison holds when the question does not
 */
struct otr_term {
	struct otr_step	step;
	bool		flip;
};

/**
 * struct otr_shape - how much there is in an expression
 * @terms: how many comparisons, at most
 * @depth: how deep its parentheses go
 */
struct otr_shape {
	unsigned int	terms;
	unsigned int	depth;
};

/* Does a step own what its data points to? */
static inline bool otr_step_owns(const struct otr_step *step)
{
	return step->kind >= OTR_STEP_NUMBER_IN;
}

int otr_term_read(const struct otr_event *ev, struct otr_cmd *cmd, struct otr_term *term);
int otr_plan_measure(struct otr_cmd *cmd, struct otr_shape *shape);
int otr_plan_read(const struct otr_event *ev, struct otr_cmd *cmd, const struct otr_shape *shape,
		  struct otr_filter *filter);

#endif /* _OTR_RULE_PLAN_H */
