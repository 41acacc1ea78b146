// SPDX-License-Identifier: GPL-2.0-only
/* Variables that actions need, and no user assigned. */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/**
 * otr_hist_add_var - a number for a variable that no user assigned
 * @hist: the histogram
 *
 * Context: the caller's lock, see hist.h.
 * Return: the number, -EINVAL if there are too many.
 */
int otr_hist_add_var(struct otr_hist *hist)
{
	if (hist->table->vars == HIST_VARS_MAX)
		return -EINVAL;
	return hist->table->vars++;
}

/**
 * otr_hist_field_var - make a variable of a field of the histogram's event
 * @r: the histogram
 * @name: the field, with or without a modifier; and the variable's name
 * @out: filled in, but for its value
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: 0, or an errno with errors in the command.
 */
int otr_hist_field_var(struct otr_hist_reader *r, const char *name,
		       struct otr_hist_field_var *out)
{
	struct otr_hist_item *val = ERR_PTR(-ENOMEM), *var;
	char *text = kstrdup(name, GFP_KERNEL);
	int nr = -EINVAL;

	if (text)
		val = otr_hist_atom_read(r, text, HIST_VAR, NULL);
	kfree(text);
	if (IS_ERR(val)) {
		otr_hist_blame(r->command, OTR_HIST_FIELD_VAR_UNREAD, name);
		return PTR_ERR(val);
	}
	var = otr_hist_item_create(NULL, HIST_EXPR | HIST_VAR, name);
	if (var) {
		var->type = kstrdup(val->type, GFP_KERNEL);
		if (r->hist->removes || !otr_hist_find_on_event(r->hist, name))
			nr = otr_hist_add_var(r->hist);
	}
	if (!var || !var->type || nr < 0) {
		otr_hist_blame(r->command, OTR_HIST_VAR_NEITHER, name);
		nr = !var || !var->type ? -ENOMEM : nr;
		otr_hist_item_free(var);
		otr_hist_item_free(val);
		return nr;
	}
	/* Only what users assign is searched for by name. */
	var->flags = HIST_VAR | (val->flags & HIST_STACK);
	var->size = val->size;
	var->hist = r->hist;
	var->var = nr;
	val->var = nr;
	if (val->flags & (HIST_TEXT | HIST_STACK))
		val->text = r->hist->table->texts++;
	out->var = var;
	out->val = val;
	return 0;
}
