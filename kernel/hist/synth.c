// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters of synthetic events: variables, or fields that are made into variables. A
 * field of the event that is waited for becomes a variable by another histogram on that
 * event, with the keys and the filter of one that is there.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/*
 * A parameter as a user wrote it.
 *
 * @system: the system of the event that has it, NULL if it was not said
 * @event: the event's name
 * @name: the variable with its "$", or the field
 */
struct param {
	char	*system;
	char	*event;
	char	*name;
};

static bool synth_is_own(const struct otr_hist *hist, const struct param *param)
{
	return !param->system || (!strcmp(param->system, hist->ev->system) &&
				  !strcmp(param->event, hist->ev->name));
}

/* Where to look for what is not here. */
static void synth_elsewhere(const struct otr_hist_action *action, struct param *param)
{
	if (param->system || action->handler != HIST_ON_MATCH)
		return;
	param->system = action->system;
	param->event = action->subject;
}

static struct otr_hist_item *synth_find_var(struct otr_hist_reader *r,
					    const struct otr_hist_action *action,
					    struct param param)
{
	const char *name = param.name + 1;
	struct otr_hist_item *var = NULL;

	if (synth_is_own(r->hist, &param))
		var = otr_hist_find_own(r->hist, name);
	if (!var) {
		synth_elsewhere(action, &param);
		var = otr_hist_find_var(r, param.system, param.event, name);
	}
	if (!var)
		otr_hist_blame(r->command, OTR_HIST_PARAM_NOT_FOUND, name);
	return var;
}

static bool synth_keys_same(const struct otr_hist *a, const struct otr_hist *b)
{
	unsigned int i, nr = a->nr_items - a->nr_vals;

	if (b->nr_items - b->nr_vals != nr)
		return false;
	for (i = 0; i < nr; i++) {
		const struct otr_hist_item *x = a->items[a->nr_vals + i];
		const struct otr_hist_item *y = b->items[b->nr_vals + i];

		if (strcmp(x->type, y->type) || x->size != y->size ||
		    x->is_signed != y->is_signed)
			return false;
	}
	return true;
}

/* A histogram of an event whose keys find what those of @hist find. */
static struct otr_hist *synth_like(struct otr_hist *hist, const struct otr_event *ev)
{
	struct otr_hist *other = NULL;

	while ((other = hist->home->ops->next(hist->home, ev, other)))
		if (synth_keys_same(hist, other))
			break;
	return other;
}

/* The command that makes a variable of a field, by another histogram like @like. */
static char *synth_helper_text(const struct otr_hist *like, const char *field)
{
	const char *filter = like->home->ops->filter(like);
	char *text = kmalloc(HIST_NAME_MAX, GFP_KERNEL);
	struct seq_buf out;
	unsigned int i;

	if (!text)
		return ERR_PTR(-ENOMEM);
	seq_buf_init(&out, text, HIST_NAME_MAX - 1);
	seq_buf_puts(&out, "keys=");
	for (i = like->nr_vals; i < like->nr_items; i++) {
		if (i > like->nr_vals)
			seq_buf_putc(&out, ',');
		otr_hist_item_operand(like->items[i], &out);
	}
	seq_buf_printf(&out, ":synthetic_%s=%s", field, field);
	if (filter)
		seq_buf_printf(&out, " if %s", filter);
	if (seq_buf_has_overflowed(&out)) {
		kfree(text);
		return ERR_PTR(-E2BIG);
	}
	text[out.len] = '\0';
	return text;
}

static int synth_add_helper(struct otr_hist_reader *r, struct otr_event *ev,
			    const struct otr_hist *like, const char *field)
{
	struct otr_hist_helper *helper = &r->hist->helpers[r->hist->nr_helpers];
	struct otr_hist_home *home = r->hist->home;
	char *text = synth_helper_text(like, field);
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	err = home->ops->add(home, ev, text, r->command);
	if (err) {
		kfree(text);
		return otr_hist_blame(r->command, OTR_HIST_NOT_CREATED, field);
	}
	helper->event = ev;
	helper->text = text;
	r->hist->nr_helpers++;
	return 0;
}

/* A field of another event as a variable. */
static struct otr_hist_item *synth_var_there(struct otr_hist_reader *r, const struct param *param)
{
	struct otr_hist_home *home = r->hist->home;
	struct otr_hist_item *var = NULL;
	struct otr_hist *like;
	struct otr_event *ev;
	char *name;

	if (r->hist->nr_helpers == HIST_PARAMS_MAX) {
		otr_hist_blame(r->command, OTR_HIST_FIELD_VARS_TOO_MANY, param->name);
		return NULL;
	}
	ev = home->ops->event(home, param->system, param->event);
	if (!ev) {
		otr_hist_blame(r->command, OTR_HIST_NO_EVENT, param->name);
		return NULL;
	}
	like = synth_like(r->hist, ev);
	if (!like) {
		otr_hist_blame(r->command, OTR_HIST_NO_HIST, param->name);
		return NULL;
	}
	name = kasprintf(GFP_KERNEL, "synthetic_%s", param->name);
	if (!name)
		return NULL;
	var = otr_hist_find_var(r, param->system, param->event, name);
	if (!var && !synth_add_helper(r, ev, like, param->name)) {
		var = otr_hist_find_var(r, param->system, param->event, name);
		if (!var)
			otr_hist_blame(r->command, OTR_HIST_NO_FIELD_VAR, param->name);
	}
	kfree(name);
	return var;
}

static struct otr_hist_item *synth_make_var(struct otr_hist_reader *r,
					    const struct otr_hist_action *action,
					    struct param param)
{
	struct otr_hist *hist = r->hist;
	struct otr_hist_field_var *here = &hist->field_vars[hist->nr_field_vars];

	if (synth_is_own(hist, &param)) {
		/* There are as many numbers as there is room for variables. */
		struct otr_hist_field_var made = {};

		if (!otr_hist_field_var(r, param.name, &made)) {
			*here = made;
			hist->nr_field_vars++;
			return made.var;
		}
	}
	synth_elsewhere(action, &param);
	return param.event ? synth_var_there(r, &param) : NULL;
}

static bool synth_fits(const struct otr_hist_synth *synth, const struct otr_hist_item *var,
		       unsigned int nr)
{
	const struct otr_hist_param *to = &synth->params[nr];

	if (nr >= synth->nr)
		return false;
	if (to->is_string && to->is_dynamic && strstr(var->type, "char["))
		return true;
	if (to->is_stack || var->flags & HIST_STACK)
		return to->is_stack && var->flags & HIST_STACK;
	return !strcmp(to->type, var->type) ||
	       (to->size == var->size && (to->is_string || to->is_signed == var->is_signed));
}

/* "name", or "system.event.name". */
static int synth_split(char *text, struct param *param)
{
	*param = (struct param){ .name = text };
	text = strchr(text, '.');
	if (!text)
		return 0;
	param->system = strsep(&param->name, ".");
	param->event = strsep(&param->name, ".");
	return param->name ? 0 : -EINVAL;
}

static int synth_add_param(struct otr_hist_reader *r, struct otr_hist_action *action,
			   unsigned int nr, char *text)
{
	struct otr_hist_item *var, *ref;
	struct param param;

	if (synth_split(text, &param))
		return -EINVAL;
	if (param.name[0] == '$')
		var = synth_find_var(r, action, param);
	else
		var = synth_make_var(r, action, param);
	if (!var)
		return -EINVAL;
	if (!synth_fits(action->synth, var, nr))
		return otr_hist_blame(r->command, OTR_HIST_PARAM_TYPE, param.name);
	ref = otr_hist_ref(r->hist, var, param.system, param.event);
	if (!ref)
		return -ENOMEM;
	action->which[nr] = ref->ref;
	return 0;
}

/**
 * otr_hist_synth_prepare - get what an action needs to record a synthetic event
 * @r: the histogram
 * @action: the action; gives up what it got in otr_hist_actions_free()
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: 0, or an errno, with or without errors in the command.
 */
int otr_hist_synth_prepare(struct otr_hist_reader *r, struct otr_hist_action *action)
{
	const char *name = action->trace ? action->event_name : action->name;
	unsigned int i;
	int err = 0;

	action->synth = r->hist->home->ops->synth_get(name);
	if (!action->synth)
		return otr_hist_blame(r->command, OTR_HIST_NO_SYNTH, name);
	for (i = 0; i < action->nr_params && !err; i++) {
		char *text = kstrdup(action->params[i], GFP_KERNEL);

		err = text ? synth_add_param(r, action, i, text) : -ENOMEM;
		kfree(text);
	}
	if (!err && i != action->synth->nr)
		err = otr_hist_blame(r->command, OTR_HIST_PARAM_COUNT, action->synth->name);
	return err;
}
