// SPDX-License-Identifier: GPL-2.0-only
/* A user's command, and what can be wrong with it. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/hist.h"

static const char *const command_errors[OTR_HIST_NR_ERRORS] = {
	[OTR_HIST_VAR_TWICE] = "Variable already defined",
	[OTR_HIST_VAR_AMBIGUOUS] =
	"Variable name not unique, need to use fully qualified name (subsys.event.var) for variable",
	[OTR_HIST_VARS_TOO_MANY] = "Too many variables defined",
	[OTR_HIST_ASSIGNMENT_MALFORMED] = "Malformed assignment",
	[OTR_HIST_NAME_MISMATCH] =
	"Named hist trigger doesn't match existing named trigger (includes variables)",
	[OTR_HIST_EXISTS] = "Hist trigger already exists",
	[OTR_HIST_NOTHING_TO_CLEAR] = "Can't clear or continue a nonexistent hist trigger",
	[OTR_HIST_CLOCK] = "Couldn't set trace_clock",
	[OTR_HIST_MODIFIER] = "Invalid field modifier",
	[OTR_HIST_EXPR_TOO_LONG] = "Too many subexpressions (3 max)",
	[OTR_HIST_UNITS_DIFFER] = "Timestamp units in expression don't match",
	[OTR_HIST_FIELD_VARS_TOO_MANY] = "Too many field variables defined",
	[OTR_HIST_NO_EVENT] = "Event file not found",
	[OTR_HIST_NO_HIST] = "Matching event histogram not found",
	[OTR_HIST_NOT_CREATED] = "Couldn't create histogram for field",
	[OTR_HIST_NO_FIELD_VAR] = "Couldn't find synthetic variable",
	[OTR_HIST_NO_SYNTH] = "Couldn't find synthetic event",
	[OTR_HIST_PARAM_TYPE] = "Param type doesn't match synthetic event field type",
	[OTR_HIST_PARAM_COUNT] = "Param count doesn't match synthetic event field count",
	[OTR_HIST_FIELD_VAR_UNREAD] = "Couldn't parse field variable",
	[OTR_HIST_VAR_NEITHER] = "Couldn't create or find variable",
	[OTR_HIST_TRACKED_NO_VAR] = "For onmax(x) or onchange(x), x must be a variable",
	[OTR_HIST_TRACKED_NOT_FOUND] = "Couldn't find onmax or onchange variable",
	[OTR_HIST_TRACKED_NOT_CREATED] = "Couldn't create onmax or onchange variable",
	[OTR_HIST_FIELD_VAR_NOT_CREATED] = "Couldn't create field variable",
	[OTR_HIST_PARAMS_TOO_MANY] = "Too many action params",
	[OTR_HIST_PARAM_NOT_FOUND] = "Couldn't find param",
	[OTR_HIST_PARAM_INVALID] = "Invalid action param",
	[OTR_HIST_NO_ACTION] = "No action found",
	[OTR_HIST_SAVE_NOTHING] = "No params found for save()",
	[OTR_HIST_SAVE_TWICE] = "Can't have more than one save() action per hist",
	[OTR_HIST_ACTION_MISMATCH] = "Handler doesn't support action",
	[OTR_HIST_PAREN_OPEN] = "No closing paren found",
	[OTR_HIST_NO_SYSTEM] = "Missing subsystem",
	[OTR_HIST_BAD_EVENT] = "Invalid subsystem or event name",
	[OTR_HIST_KEY_REFERS] = "Using variable references in keys not supported",
	[OTR_HIST_VAR_NOT_FOUND] = "Couldn't find variable",
	[OTR_HIST_FIELD_NOT_FOUND] = "Couldn't find field",
	[OTR_HIST_ASSIGNMENT_EMPTY] = "Empty assignment",
	[OTR_HIST_SORT_MODIFIER] = "Invalid sort modifier",
	[OTR_HIST_SORT_EMPTY] = "Empty sort field",
	[OTR_HIST_SORT_TOO_MANY] = "Too many sort fields (Max = 2)",
	[OTR_HIST_SORT_FIELD] = "Sort field must be a key or a val",
	[OTR_HIST_TEXT_OPERAND] = "String type can not be an operand in expression",
	[OTR_HIST_NO_NUMBER] = "Expecting numeric literal",
	[OTR_HIST_MINUS_INSIDE] = "Unary minus not supported in sub-expressions",
	[OTR_HIST_DIVIDE_BY_ZERO] = "Division by zero",
	[OTR_HIST_HITCOUNT_ALONE] = "Non-hitcount value is required for 'nohitcount'",
};

/**
 * otr_hist_command_init - begin to read a command
 * @command: set up
 * @ev: the event that it is for
 * @args: what is behind "hist:", the filter included
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_hist_command_init(struct otr_hist_command *command, const struct otr_event *ev,
			  const char *args)
{
	*command = (struct otr_hist_command){
		.text = kasprintf(GFP_KERNEL, "hist:%s", args),
		.catalog = {
			.place = kasprintf(GFP_KERNEL, "hist:%s:%s", ev->system, ev->name),
			.text = command_errors,
			.nr = ARRAY_SIZE(command_errors),
		},
	};
	if (command->text && command->catalog.place)
		return 0;
	otr_hist_command_free(command);
	return -ENOMEM;
}

/**
 * otr_hist_command_free - the counterpart of otr_hist_command_init()
 * @command: the command
 *
 * Context: may sleep.
 */
void otr_hist_command_free(struct otr_hist_command *command)
{
	kfree(command->text);
	kfree(command->catalog.place);
	command->text = NULL;
	command->catalog.place = NULL;
}

/**
 * otr_hist_blame - note what is wrong with a command
 * @command: the command
 * @error: what kind of error
 * @what: the part that is wrong, or a copy of it; NULL for the whole
 *
 * The caret stands under the first place where the command says @what.
 *
 * Context: any.
 * Return: -EINVAL, so that a reader can return it.
 */
int otr_hist_blame(struct otr_hist_command *command, enum otr_hist_error error,
		   const char *what)
{
	const char *found = what ? strstr(command->text, what) : NULL;
	unsigned int nr = command->nr++ % OTR_HIST_ERRORS_MAX;

	command->errors[nr].error = error;
	command->errors[nr].pos = found ? min_t(size_t, found - command->text, U16_MAX) : 0;
	return -EINVAL;
}

/**
 * otr_hist_command_log - put what is wrong with a command into a log
 * @command: the command
 * @log: the log
 *
 * Context: may sleep.
 */
void otr_hist_command_log(const struct otr_hist_command *command, struct otr_errlog *log)
{
	unsigned int i = command->nr > OTR_HIST_ERRORS_MAX ?
			 command->nr - OTR_HIST_ERRORS_MAX : 0;

	for (; i < command->nr; i++)
		otr_errlog_put(log, &command->catalog, command->text,
			       command->errors[i % OTR_HIST_ERRORS_MAX].error,
			       command->errors[i % OTR_HIST_ERRORS_MAX].pos);
}

static bool command_blank(char c)
{
	return c == ' ' || c == '\t';
}

/**
 * otr_hist_split - tell a histogram from its filter
 * @args: what is behind "hist:"; is cut in two
 * @params: set to the first part
 * @filter: set to the second one, which begins with "if"; NULL for none
 *
 * An "if" counts that stands between blanks. Names may contain one.
 *
 * Context: any.
 * Return: 0, -EINVAL if there is nothing before it or behind it.
 */
int otr_hist_split(char *args, char **params, char **filter)
{
	char *at = args;

	*params = args;
	*filter = NULL;
	while ((at = strstr(at, "if"))) {
		if (at == args)
			return -EINVAL;
		if (command_blank(at[-1])) {
			if (strlen(at) <= 3)
				return -EINVAL;
			if (command_blank(at[2]))
				break;
		}
		at++;
	}
	if (!at)
		return 0;
	at[-1] = '\0';
	*filter = strim(at);
	*params = strim(args);
	return 0;
}
