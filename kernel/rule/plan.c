// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparisons joined by "&&", "||", "!" and parentheses become steps.
 *
 * Every step has a way out for each answer. While an expression is read, some
 * of these are still open: they lead to wherever the expression, once known to
 * hold or not to hold, is left for. Open ways out with the same meaning form a
 * chain through the places where the numbers of the next steps will be. Every
 * "&&", "||" and the end close chains. So each way leads straight to the next
 * comparison that matters or out of the program, nothing is looked at twice,
 * and negation costs nothing: it exchanges two chains.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <outrace/record.h>

#include "rule/plan.h"

/* The end of a chain; others are a step's number times two plus the answer. */
#define NONE		(-1)
#define STEPS_MAX	(S16_MAX / 2)

/*
 * Ways out that are open.
 *
 * @yes: those on which the expression holds
 * @no: those on which it does not
 */
struct ways {
	s16	yes;
	s16	no;
};

/*
 * What is between two parentheses, or the whole, as far as it was read.
 *
 * @open: @yes if it holds because of what is left of a "||", @no if what is
 *	  left of a "&&" does not hold
 * @flip: there is a "!" before it
 */
struct level {
	struct ways	open;
	bool		flip;
};

/*
 * A plan that is being made.
 *
 * @cmd: the text
 * @filter: the steps so far
 * @levels: parentheses that are open, the outermost first; the first is the whole
 * @depth: of the innermost one
 * @last: what the expression that was just read left open, but for the ways
 *	  out of its last step, which are both open
 * @flip: that step's answer is the opposite of the expression's
 */
struct plan {
	struct otr_cmd		*cmd;
	struct otr_filter	*filter;
	struct level		*levels;
	unsigned int		depth;
	struct ways		last;
	bool			flip;
};

static s16 *plan_way(const struct plan *plan, s16 which)
{
	return &plan->filter->steps[which / 2].next[which % 2];
}

/* Let all of a chain lead somewhere. */
static void plan_lead(const struct plan *plan, s16 chain, s16 to)
{
	while (chain != NONE) {
		s16 *next = plan_way(plan, chain);

		chain = *next;
		*next = to;
	}
}

/* Put a chain before another one. */
static s16 plan_join(const struct plan *plan, s16 chain, s16 rest)
{
	s16 first = chain, *next;

	if (chain == NONE)
		return rest;
	do {
		next = plan_way(plan, chain);
		chain = *next;
	} while (chain != NONE);
	*next = rest;
	return first;
}

/* Put one of the last step's ways out, on which the expression is @holds, before @rest. */
static s16 plan_join_last(const struct plan *plan, bool holds, s16 rest)
{
	s16 which = (plan->filter->nr - 1) * 2 + (holds ^ plan->flip);

	*plan_way(plan, which) = rest;
	return which;
}

/* The other one leads somewhere. */
static void plan_lead_last(const struct plan *plan, bool holds, s16 to)
{
	*plan_way(plan, (plan->filter->nr - 1) * 2 + (holds ^ plan->flip)) = to;
}

static void plan_read_and(struct plan *plan)
{
	struct level *level = &plan->levels[plan->depth];
	s16 next = plan->filter->nr;

	level->open.no = plan_join(plan, plan->last.no, level->open.no);
	level->open.no = plan_join_last(plan, false, level->open.no);
	plan_lead(plan, plan->last.yes, next);
	plan_lead_last(plan, true, next);
}

static void plan_read_or(struct plan *plan)
{
	struct level *level = &plan->levels[plan->depth];
	s16 next = plan->filter->nr;

	level->open.yes = plan_join(plan, plan->last.yes, level->open.yes);
	level->open.yes = plan_join_last(plan, true, level->open.yes);
	plan_lead(plan, plan->last.no, next);
	plan_lead(plan, level->open.no, next);
	level->open.no = NONE;
	plan_lead_last(plan, false, next);
}

/* What the level left open belongs to the expression that it is. */
static void plan_close_level(struct plan *plan)
{
	struct level *level = &plan->levels[plan->depth];

	plan->last.yes = plan_join(plan, level->open.yes, plan->last.yes);
	plan->last.no = plan_join(plan, level->open.no, plan->last.no);
	if (level->flip) {
		swap(plan->last.yes, plan->last.no);
		plan->flip = !plan->flip;
	}
}

static void plan_finish(struct plan *plan)
{
	plan_close_level(plan);
	plan_lead(plan, plan->last.yes, OTR_STEP_ACCEPT);
	plan_lead(plan, plan->last.no, OTR_STEP_REJECT);
	plan_lead_last(plan, true, OTR_STEP_ACCEPT);
	plan_lead_last(plan, false, OTR_STEP_REJECT);
}

static void plan_open_level(struct plan *plan, bool flip)
{
	plan->levels[plan->depth] = (struct level){
		.open = { NONE, NONE },
		.flip = flip,
	};
}

static bool plan_looks_at_head(const struct otr_access *access)
{
	return access->how <= OTR_GET_1 && access->offset < sizeof(struct otr_rec_head);
}

static int plan_read_term(struct plan *plan, const struct otr_event *ev, bool flip)
{
	struct otr_filter *filter = plan->filter;
	struct otr_term term;
	int err = otr_term_read(ev, plan->cmd, &term);

	if (err)
		return err;
	filter->needs_head |= plan_looks_at_head(&term.step.access);
	filter->steps[filter->nr++] = term.step;
	plan->last = (struct ways){ NONE, NONE };
	plan->flip = flip ^ term.flip;
	return 0;
}

/* "!" and "(" as many as there are, then a comparison; -ENOENT when there is none. */
static int plan_read_operand(struct plan *plan, const struct otr_event *ev,
			     const struct otr_shape *shape)
{
	struct otr_cmd *cmd = plan->cmd;
	bool flip = false;

	while (!otr_cmd_done(cmd)) {
		const char *text = cmd->text + cmd->pos;

		if (*text == '(') {
			/* Only a text that otr_plan_measure() read otherwise. */
			if (plan->depth == shape->depth)
				return otr_cmd_fail(cmd, OTR_FILTER_OTHER, 0);
			plan->depth++;
			plan_open_level(plan, flip);
			flip = false;
		} else if (*text == '!' && text[1] != '=' && text[1] != '~') {
			flip = !flip;
		} else if (plan->filter->nr == shape->terms) {
			return otr_cmd_fail(cmd, OTR_FILTER_TERMS, cmd->pos);
		} else {
			return plan_read_term(plan, ev, flip);
		}
		cmd->pos++;
	}
	return -ENOENT;
}

/* ")" as many as there are; then "&&" or "||", or -ENOENT at the end. */
static int plan_read_operator(struct plan *plan)
{
	struct otr_cmd *cmd = plan->cmd;

	while (otr_cmd_char(cmd, ')')) {
		if (!plan->depth)
			return otr_cmd_fail(cmd, OTR_FILTER_CLOSE, cmd->pos);
		plan_close_level(plan);
		plan->depth--;
	}
	if (otr_cmd_done(cmd))
		return -ENOENT;
	if (!strncmp(cmd->text + cmd->pos, "&&", 2))
		plan_read_and(plan);
	else if (!strncmp(cmd->text + cmd->pos, "||", 2))
		plan_read_or(plan);
	else
		return otr_cmd_fail(cmd, OTR_FILTER_TERMS, cmd->pos);
	cmd->pos += 2;
	return 0;
}

static int plan_read_all(struct plan *plan, const struct otr_event *ev,
			 const struct otr_shape *shape)
{
	struct otr_cmd *cmd = plan->cmd;
	int err;

	do {
		err = plan_read_operand(plan, ev, shape);
		if (err == -ENOENT)
			return otr_cmd_fail(cmd, plan->filter->nr ? OTR_FILTER_MEANINGLESS :
					    OTR_FILTER_EMPTY, cmd->pos);
		if (!err)
			err = plan_read_operator(plan);
	} while (!err);
	if (err != -ENOENT)
		return err;
	if (plan->depth)
		return otr_cmd_fail(cmd, OTR_FILTER_OPEN, cmd->pos + 1);
	plan_finish(plan);
	return 0;
}

/**
 * otr_plan_read - make the steps of a filter
 * @ev: the event whose fields it names
 * @cmd: the filter's text
 * @shape: from otr_plan_measure()
 * @filter: gets the steps; has room for as many as @shape says. On error it
 *	    owns those that were made
 *
 * Context: may sleep.
 * Return: 0, -EINVAL with the error in @cmd, -ENOMEM.
 */
int otr_plan_read(const struct otr_event *ev, struct otr_cmd *cmd, const struct otr_shape *shape,
		  struct otr_filter *filter)
{
	struct plan plan = { .cmd = cmd, .filter = filter };
	int err;

	plan.levels = kmalloc_array(shape->depth + 1, sizeof(*plan.levels), GFP_KERNEL);
	if (!plan.levels)
		return -ENOMEM;
	plan_open_level(&plan, false);
	err = plan_read_all(&plan, ev, shape);
	kfree(plan.levels);
	return err;
}

/*
 * A look over the whole text.
 *
 * @terms: starts of comparisons
 * @depth: how deep the parentheses go
 * @open: how many of them are open at the end
 * @opened: where the last one that made it @wanted was opened
 * @quote: the quote that is open
 * @quoted: where the last one was opened
 */
struct look {
	unsigned int	terms;
	unsigned int	depth;
	unsigned int	open;
	unsigned int	opened;
	char		quote;
	unsigned int	quoted;
};

/* Stops at a ")" too many. Return: how far it got. */
static unsigned int plan_look_over(const char *text, unsigned int wanted, struct look *look)
{
	bool in_term = false;
	unsigned int i;

	*look = (struct look){};
	for (i = 0; text[i]; i++) {
		char c = text[i];

		if (look->quote) {
			if (c == look->quote)
				look->quote = '\0';
		} else if (c == '(') {
			in_term = false;
			if (++look->open == wanted)
				look->opened = i;
			look->depth = max(look->depth, look->open);
		} else if (c == ')') {
			in_term = false;
			if (!look->open)
				break;
			look->open--;
		} else if ((c == '&' || c == '|') && text[i + 1] == c) {
			in_term = false;
		} else if (!isspace(c)) {
			look->terms += !in_term;
			in_term = true;
			if (c == '"' || c == '\'') {
				look->quote = c;
				look->quoted = i;
			}
		}
	}
	return i;
}

/**
 * otr_plan_measure - see how much there is in a filter's text
 * @cmd: the filter's text
 * @shape: filled in
 *
 * Quotes and parentheses have to go in pairs.
 *
 * Context: any.
 * Return: 0, -EINVAL with the error in @cmd.
 */
int otr_plan_measure(struct otr_cmd *cmd, struct otr_shape *shape)
{
	struct look look;
	unsigned int end = plan_look_over(cmd->text, 0, &look);

	if (cmd->text[end])
		return otr_cmd_fail(cmd, OTR_FILTER_CLOSE, end);
	if (look.quote)
		return otr_cmd_fail(cmd, OTR_FILTER_QUOTE, look.quoted);
	if (look.open) {
		/* The innermost one that is open is the last to have made it so many. */
		plan_look_over(cmd->text, look.open, &look);
		return otr_cmd_fail(cmd, OTR_FILTER_OPEN, look.opened);
	}
	if (!look.terms)
		return otr_cmd_fail(cmd, OTR_FILTER_OTHER, 0);
	if (look.terms > STEPS_MAX)
		return otr_cmd_fail(cmd, OTR_FILTER_TERMS, 0);
	shape->terms = look.terms;
	shape->depth = look.depth;
	return 0;
}
