// SPDX-License-Identifier: GPL-2.0-only
/* Filters as objects: made from a text, shown, freed. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "rule/plan.h"
#include "rule/text.h"

static const char *const filter_errors[OTR_FILTER_NR_ERRORS] = {
	[OTR_FILTER_OPERATOR]		= "Invalid operator",
	[OTR_FILTER_OPEN]		= "Too many '('",
	[OTR_FILTER_CLOSE]		= "Too few '('",
	[OTR_FILTER_QUOTE]		= "Missing matching quote",
	[OTR_FILTER_BRACE_OPEN]		= "Missing '{'",
	[OTR_FILTER_BRACE_CLOSE]	= "Missing '}'",
	[OTR_FILTER_TOO_LONG]		= "Operand too long",
	[OTR_FILTER_NO_STRING]		= "Expecting string field",
	[OTR_FILTER_NO_NUMBER]		= "Expecting numeric field",
	[OTR_FILTER_FIELD_OPERATOR]	= "Illegal operation for field type",
	[OTR_FILTER_FIELD]		= "Field not found",
	[OTR_FILTER_NUMBER]		= "Illegal integer value",
	[OTR_FILTER_SYSTEM]		=
		"Couldn't find or set field in one of a subsystem's events",
	[OTR_FILTER_TERMS]		= "Too many terms in predicate expression",
	[OTR_FILTER_MEANINGLESS]	= "Meaningless filter expression",
	[OTR_FILTER_CPULIST]		= "Invalid cpulist",
	[OTR_FILTER_VALUE]		= "Invalid value (did you forget quotes)?",
	[OTR_FILTER_FUNCTION]		= "Function not found",
	[OTR_FILTER_OTHER]		= "Error",
	[OTR_FILTER_EMPTY]		= "No filter found",
};

static const struct otr_catalog filter_catalog = {
	.place	= "event filter parse error",
	.text	= filter_errors,
	.nr	= OTR_FILTER_NR_ERRORS,
};

/* A filter without steps, and a text that belongs to it. */
static struct otr_filter *filter_alloc_filter(unsigned int nr_steps, char *text)
{
	struct otr_filter *filter = NULL;

	if (text)
		filter = kzalloc(struct_size(filter, steps, nr_steps), GFP_KERNEL);
	if (!filter) {
		kfree(text);
		return NULL;
	}
	filter->text = text;
	return filter;
}

/* Only text that is somewhere else needs room at run time. */
static int filter_prepare(const struct otr_filter *filter)
{
	unsigned int i;

	for (i = 0; i < filter->nr; i++)
		if (filter->steps[i].kind == OTR_STEP_FAR_TEXT)
			return otr_rule_text_want();
	return 0;
}

/**
 * otr_filter_create - make a filter from a user's text
 * @ev: the event whose records it is for
 * @text: the condition, without white space at its end; lives as long as @cmd
 * @cmd: filled in: what is wrong, for an error log or
 *	 otr_filter_create_broken()
 * @out: set to the filter, which begins to act where the caller puts it
 *
 * "0", with which users take a filter away, is up to the caller.
 *
 * Context: may sleep; @ev stays registered.
 * Return: 0, -EINVAL with the error in @cmd, -ENOMEM.
 */
int otr_filter_create(const struct otr_event *ev, const char *text, struct otr_cmd *cmd,
		      struct otr_filter **out)
{
	struct otr_filter *filter;
	struct otr_shape shape;
	int err;

	otr_cmd_init(cmd, &filter_catalog, text);
	err = otr_plan_measure(cmd, &shape);
	if (err)
		return err;
	filter = filter_alloc_filter(shape.terms, kstrdup(text, GFP_KERNEL));
	if (!filter)
		return -ENOMEM;
	err = otr_plan_read(ev, cmd, &shape, filter) ?: filter_prepare(filter);
	if (err) {
		otr_filter_free(filter);
		return err;
	}
	*out = filter;
	return 0;
}

/* The filter's text, a caret below what is wrong with it, and what that is. */
static char *filter_broken_text(const struct otr_cmd *cmd)
{
	unsigned int caret = min_t(size_t, cmd->error_pos, strlen(cmd->text));
	const char *error = filter_errors[cmd->error];

	if (cmd->error == OTR_FILTER_OTHER)
		return kasprintf(GFP_KERNEL, "%s\nError: (0)\n", cmd->text);
	return kasprintf(GFP_KERNEL, "%s\n%*s^\nparse_error: %s\n", cmd->text, caret, "", error);
}

/**
 * otr_filter_create_broken - make a filter that only shows what was wrong
 * @cmd: from an otr_filter_create() that returned -EINVAL
 *
 * That is what a filter's file shows until the next write. It takes all records.
 *
 * Context: may sleep.
 * Return: the filter, NULL without memory.
 */
struct otr_filter *otr_filter_create_broken(const struct otr_cmd *cmd)
{
	struct otr_filter *filter = filter_alloc_filter(1, filter_broken_text(cmd));

	if (!filter)
		return NULL;
	filter->nr = 1;
	filter->steps[0] = (struct otr_step){
		.kind	= OTR_STEP_NEVER,
		.next	= { OTR_STEP_ACCEPT, OTR_STEP_ACCEPT },
	};
	return filter;
}

/**
 * otr_filter_blame_system - an event of a system does not take the system's filter
 * @cmd: from an otr_filter_create() that returned -EINVAL; gets another error
 *
 * A text that is written for all events of a system may be wrong for some of
 * them. These tell so instead of what exactly is wrong.
 *
 * Context: any.
 */
void otr_filter_blame_system(struct otr_cmd *cmd)
{
	cmd->error = OTR_FILTER_SYSTEM;
	cmd->error_pos = 0;
}

/**
 * otr_filter_free - the counterpart of otr_filter_create() and _create_broken()
 * @filter: the filter, or NULL
 *
 * Context: any but NMI; nobody can be matching it any more.
 */
void otr_filter_free(struct otr_filter *filter)
{
	unsigned int i;

	if (!filter)
		return;
	for (i = 0; i < filter->nr; i++)
		if (otr_step_owns(&filter->steps[i]))
			kfree(filter->steps[i].data);
	kfree(filter->text);
	kfree(filter);
}
