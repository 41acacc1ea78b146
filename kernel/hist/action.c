// SPDX-License-Identifier: GPL-2.0-only
/* Actions: what is done besides counting, and when; how they are read. */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/* What stands before the first parenthesis. */
static const struct {
	const char		*name;
	enum otr_hist_handler	handler;
} action_handlers[] = {
	{ "onmatch(",	HIST_ON_MATCH },
	{ "onmax(",	HIST_ON_MAX },
	{ "onchange(",	HIST_ON_CHANGE },
};

static int action_read_params(struct otr_hist_reader *r, struct otr_hist_action *action,
			      char *params)
{
	while (params) {
		char *param;

		if (action->nr_params == HIST_PARAMS_MAX)
			return otr_hist_blame(r->command, OTR_HIST_PARAMS_TOO_MANY, NULL);
		param = strim(strsep(&params, ","));
		if (strlen(param) < 2)
			return otr_hist_blame(r->command, OTR_HIST_PARAM_INVALID, param);
		if (action->trace && !action->event_name)
			action->event_name = param;
		else
			action->params[action->nr_params++] = param;
	}
	return 0;
}

/* ".name(parameters)". */
static int action_read_deed(struct otr_hist_reader *r, struct otr_hist_action *action, char *text)
{
	char *params;
	int err = 0;

	strsep(&text, ".");
	if (text)
		action->name = strsep(&text, "(");
	if (!text)
		return otr_hist_blame(r->command, OTR_HIST_NO_ACTION, NULL);
	params = strsep(&text, ")");
	if (strstarts(action->name, "snapshot")) {
		action->deed = HIST_SNAPSHOT;
		if (!text)
			return otr_hist_blame(r->command, OTR_HIST_PAREN_OPEN, params);
	} else {
		action->deed = strstarts(action->name, "save") ? HIST_SAVE : HIST_TRACE;
		action->trace = strstarts(action->name, "trace");
		err = action_read_params(r, action, params);
	}
	if (!err && action->handler == HIST_ON_MATCH && action->deed != HIST_TRACE)
		return otr_hist_blame(r->command, OTR_HIST_ACTION_MISMATCH, action->name);
	return err;
}

/* What is between the first parentheses: an event or a variable. */
static int action_read_subject(struct otr_hist_reader *r, struct otr_hist_action *action,
			       char **text)
{
	struct otr_hist_home *home = r->hist->home;
	char *subject = strsep(text, ")");

	if (action->handler != HIST_ON_MATCH) {
		action->subject = subject;
		return *text ? 0 : -EINVAL;
	}
	if (!*text)
		return otr_hist_blame(r->command, OTR_HIST_PAREN_OPEN, subject);
	action->system = strsep(&subject, ".");
	if (!subject)
		return otr_hist_blame(r->command, OTR_HIST_NO_SYSTEM, action->system);
	action->subject = subject;
	if (!home->ops->event(home, action->system, subject))
		return otr_hist_blame(r->command, OTR_HIST_BAD_EVENT, subject);
	return 0;
}

static int action_read(struct otr_hist_reader *r, struct otr_hist_action *action, char *text)
{
	unsigned int i = 0;
	int err;

	while (!strstarts(text, action_handlers[i].name))
		i++;
	action->handler = action_handlers[i].handler;
	text += strlen(action_handlers[i].name);
	err = action_read_subject(r, action, &text);
	return err ?: action_read_deed(r, action, text);
}

/**
 * otr_hist_actions_read - read a histogram's actions
 * @r: the histogram, its attributes read
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: 0, -ENOMEM, -EINVAL with or without an error in the command.
 */
int otr_hist_actions_read(struct otr_hist_reader *r)
{
	struct otr_hist *hist = r->hist;
	struct otr_hist_action *action;
	unsigned int i;
	int err = 0;

	for (i = 0; i < hist->attrs.nr_actions && !err; i++) {
		action = kzalloc(sizeof(*action), GFP_KERNEL);
		if (!action)
			return -ENOMEM;
		hist->actions[hist->nr_actions++] = action;
		err = action_read(r, action, hist->attrs.actions[i]);
	}
	return err;
}

/* The variable that an action follows. */
static int action_track(struct otr_hist_reader *r, struct otr_hist_action *action)
{
	struct otr_hist_item *var;
	int nr;

	if (action->subject[0] != '$')
		return otr_hist_blame(r->command, OTR_HIST_TRACKED_NO_VAR, action->subject);
	var = otr_hist_find_own(r->hist, action->subject + 1);
	if (!var)
		return otr_hist_blame(r->command, OTR_HIST_TRACKED_NOT_FOUND,
				      action->subject + 1);
	action->tracked = otr_hist_ref(r->hist, var, NULL, NULL);
	if (!action->tracked)
		return -ENOMEM;
	nr = otr_hist_add_var(r->hist);
	if (nr < 0)
		return otr_hist_blame(r->command, OTR_HIST_TRACKED_NOT_CREATED, NULL);
	action->kept = nr;
	return 0;
}

static int action_save(struct otr_hist_reader *r, struct otr_hist_action *action)
{
	struct otr_hist *hist = r->hist;
	unsigned int i;
	int err;

	if (hist->nr_saves) {
		otr_hist_blame(r->command, OTR_HIST_SAVE_TWICE, NULL);
		return -EEXIST;
	}
	for (i = 0; i < action->nr_params; i++) {
		err = otr_hist_field_var(r, action->params[i], &hist->saves[hist->nr_saves]);
		if (err) {
			otr_hist_blame(r->command, OTR_HIST_FIELD_VAR_NOT_CREATED,
				       action->params[i]);
			return err;
		}
		hist->nr_saves++;
	}
	return 0;
}

static int action_snapshot(struct otr_hist *hist, struct otr_hist_action *action)
{
	int err;

	if (!hist->snap)
		hist->snap = kzalloc(sizeof(*hist->snap), GFP_KERNEL);
	if (!hist->snap)
		return -ENOMEM;
	err = hist->home->ops->snapshot_start(hist->home, hist);
	action->started = !err;
	return err;
}

/**
 * otr_hist_actions_prepare - get what a histogram's actions need
 * @r: the histogram
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: 0, or an errno, with or without errors in the command.
 */
int otr_hist_actions_prepare(struct otr_hist_reader *r)
{
	struct otr_hist *hist = r->hist;
	unsigned int i;
	int err = 0;

	for (i = 0; i < hist->nr_actions && !err; i++) {
		struct otr_hist_action *action = hist->actions[i];

		if (action->handler != HIST_ON_MATCH)
			err = action_track(r, action);
		if (err)
			break;
		if (action->deed == HIST_SAVE)
			err = action_save(r, action);
		else if (action->deed == HIST_TRACE)
			err = otr_hist_synth_prepare(r, action);
		else
			err = action_snapshot(hist, action);
	}
	return err;
}

static void action_free_field_vars(struct otr_hist_field_var *vars, unsigned int nr)
{
	while (nr--) {
		otr_hist_value_free(&vars[nr].value);
		otr_hist_item_free(vars[nr].var);
		otr_hist_item_free(vars[nr].val);
	}
}

/**
 * otr_hist_actions_free - the counterpart of the above
 * @hist: the histogram, which nobody finds any more
 *
 * Context: the caller's lock, see hist.h; may sleep.
 */
void otr_hist_actions_free(struct otr_hist *hist)
{
	const struct otr_hist_ops *ops = hist->home->ops;
	unsigned int i;

	for (i = 0; i < hist->nr_actions; i++) {
		struct otr_hist_action *action = hist->actions[i];

		if (action->started)
			ops->snapshot_stop(hist->home, hist);
		if (action->synth)
			ops->synth_put(action->synth);
		kfree(action);
	}
	for (i = 0; i < hist->nr_helpers; i++) {
		ops->remove(hist->home, hist->helpers[i].event, hist->helpers[i].text);
		kfree(hist->helpers[i].text);
	}
	action_free_field_vars(hist->field_vars, hist->nr_field_vars);
	action_free_field_vars(hist->saves, hist->nr_saves);
	kfree(hist->snap);
}

static bool action_text_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool action_same(const struct otr_hist_action *a, const struct otr_hist_action *b)
{
	unsigned int i;

	if (a->handler != b->handler || a->deed != b->deed || a->nr_params != b->nr_params)
		return false;
	for (i = 0; i < a->nr_params; i++)
		if (strcmp(a->params[i], b->params[i]))
			return false;
	return !strcmp(a->trace ? a->event_name : a->name, b->trace ? b->event_name : b->name) &&
	       action_text_same(a->system, b->system) && !strcmp(a->subject, b->subject);
}

/**
 * otr_hist_actions_same - do two histograms have the same actions?
 * @a: one
 * @b: the other
 *
 * Context: any.
 * Return: whether they do.
 */
bool otr_hist_actions_same(const struct otr_hist *a, const struct otr_hist *b)
{
	unsigned int i;

	if (a->nr_actions != b->nr_actions)
		return false;
	for (i = 0; i < a->nr_actions; i++)
		if (!action_same(a->actions[i], b->actions[i]))
			return false;
	return true;
}
