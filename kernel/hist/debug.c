// SPDX-License-Identifier: GPL-2.0-only
/* How a histogram is made, as the file "hist_debug" shows it. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "hist/plan.h"

static void debug_flags(u32 flags, struct seq_buf *out)
{
	static const struct {
		u32		flag;
		const char	*text;
	} kinds[] = {
		{ HIST_KEY,	"HIST_FIELD_FL_KEY" },
		{ HIST_HITS,	"VAL: HIST_FIELD_FL_HITCOUNT" },
		{ HIST_VAR,	"HIST_FIELD_FL_VAR" },
		{ HIST_REF,	"HIST_FIELD_FL_VAR_REF" },
	};
	unsigned int i = 0;

	while (i < ARRAY_SIZE(kinds) && !(flags & kinds[i].flag))
		i++;
	seq_buf_printf(out, "      flags:\n        %s\n",
		       i < ARRAY_SIZE(kinds) ? kinds[i].text : "VAL: normal u64 value");
	if (flags & HIST_ALIAS)
		seq_buf_puts(out, "        HIST_FIELD_FL_ALIAS\n");
	else if (flags & HIST_CONST)
		seq_buf_puts(out, "        HIST_FIELD_FL_CONST\n");
}

/* Which of the variables it is. */
static void debug_number(u8 var, struct seq_buf *out)
{
	seq_buf_printf(out, "      var.idx (into tracing_map_elt.vars[]): %u\n", var);
}

static void debug_var(const char *name, u8 var, struct seq_buf *out)
{
	seq_buf_printf(out, "      var.name: %s\n", name);
	debug_number(var, out);
}

static void debug_type(const char *type, u16 size, bool is_signed, struct seq_buf *out)
{
	seq_buf_printf(out, "      type: %s\n      size: %u\n      is_signed: %u\n", type, size,
		       is_signed);
}

static void debug_ref_number(u8 ref, struct seq_buf *out)
{
	seq_buf_printf(out, "      var_ref_idx (into hist_data->var_refs[]): %u\n", ref);
}

static void debug_ref(const struct otr_hist_item *item, struct seq_buf *out)
{
	seq_buf_printf(out, "      name: %s\n", item->name);
	debug_number(item->var, out);
	seq_buf_printf(out, "      var.hist_data: %p\n", item->hist);
	debug_ref_number(item->ref, out);
	if (item->system)
		seq_buf_printf(out, "      system: %s\n      event_name: %s\n", item->system,
			       item->event);
}

static void debug_field(const struct otr_hist_item *item, struct seq_buf *out)
{
	if (!item->field)
		return;
	seq_buf_puts(out, "      ftrace_event_field name: ");
	otr_text_mem(out, otr_hist_item_name(item), otr_hist_item_name_len(item));
	seq_buf_putc(out, '\n');
}

static void debug_item(const struct otr_hist_item *item, struct seq_buf *out)
{
	debug_flags(item->flags, out);
	debug_field(item, out);
	if (item->flags & HIST_VAR)
		debug_var(item->as, item->var, out);
	if (item->flags & HIST_CONST)
		seq_buf_printf(out, "      constant: %llu\n", (unsigned long long)item->constant);
	if (item->flags & HIST_ALIAS)
		debug_ref_number(item->ref, out);
	if (item->flags & HIST_REF)
		debug_ref(item, out);
	debug_type(item->type, item->size, item->is_signed, out);
}

/* Variables that were made of fields; false where one is of something else: it is the end. */
static bool debug_field_vars(const struct otr_hist_field_var *vars, unsigned int nr,
			     const char *what, struct seq_buf *out)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const struct otr_hist_item *var = vars[i].var, *val = vars[i].val;

		seq_buf_printf(out, "\n    hist_data->%s[%u]:\n", what, i);
		seq_buf_printf(out, "\n      %s[%u].var:\n", what, i);
		debug_flags(var->flags, out);
		debug_var(var->as, var->var, out);
		seq_buf_printf(out, "\n      %s[%u].val:\n", what, i);
		if (!val->field)
			return false;
		debug_field(val, out);
		debug_type(val->type, val->size, val->is_signed, out);
	}
	return true;
}

static void debug_action(const struct otr_hist_action *action, unsigned int nr,
			 struct seq_buf *out)
{
	if (action->handler == HIST_ON_MATCH) {
		seq_buf_printf(out, "\n    hist_data->actions[%u].match_data.event_system: %s\n",
			       nr, action->system);
		seq_buf_printf(out, "    hist_data->actions[%u].match_data.event: %s\n", nr,
			       action->subject);
		return;
	}
	seq_buf_printf(out, "\n    hist_data->actions[%u].track_data.var_ref:\n", nr);
	debug_item(action->tracked, out);
	seq_buf_printf(out, "\n    hist_data->actions[%u].track_data.track_var:\n", nr);
	debug_flags(HIST_VAR, out);
	debug_var(action->handler == HIST_ON_MAX ? "__max" : "__change", action->kept, out);
	debug_type("u64", sizeof(u64), false, out);
}

static void debug_actions(const struct otr_hist *hist, struct seq_buf *out)
{
	unsigned int i;

	if (hist->nr_actions)
		seq_buf_puts(out,
			     "\n  action tracking variables (for onmax()/onchange()/onmatch()):\n");
	for (i = 0; i < hist->nr_actions; i++)
		debug_action(hist->actions[i], i, out);
	if (hist->nr_saves)
		seq_buf_puts(out, "\n  save action variables (save() params):\n");
	debug_field_vars(hist->saves, hist->nr_saves, "save_vars", out);
}

static void debug_items(const struct otr_hist *hist, struct seq_buf *out)
{
	unsigned int i;

	seq_buf_puts(out, "\n  val fields:\n");
	for (i = 0; i < hist->nr_items; i++) {
		if (i == hist->nr_vals)
			seq_buf_puts(out, "\n  key fields:\n");
		seq_buf_printf(out, "\n    hist_data->fields[%u]:\n", i);
		debug_item(hist->items[i], out);
	}
	if (hist->nr_refs)
		seq_buf_puts(out, "\n  variable reference fields:\n");
	for (i = 0; i < hist->nr_refs; i++) {
		seq_buf_printf(out, "\n    hist_data->var_refs[%u]:\n", i);
		debug_item(hist->refs[i], out);
	}
}

/**
 * otr_hist_debug - how a histogram is made
 * @hist: the histogram
 * @filter: the text of its filter, NULL for none
 * @paused: it does not count now
 * @out: where the lines go
 *
 * Context: the caller's lock, see hist.h.
 */
void otr_hist_debug(const struct otr_hist *hist, const char *filter, bool paused,
		    struct seq_buf *out)
{
	unsigned int keys = hist->nr_items - hist->nr_vals;

	seq_buf_puts(out, "# event histogram\n#\n# trigger info: ");
	otr_hist_list(hist, filter, paused, out);
	seq_buf_printf(out, "#\n\nhist_data: %p\n\n", hist);
	seq_buf_printf(out, "  n_vals: %u\n  n_keys: %u\n  n_fields: %u\n", hist->nr_vals, keys,
		       hist->nr_items);
	debug_items(hist, out);
	if (hist->nr_field_vars)
		seq_buf_puts(out, "\n  field variables:\n");
	if (debug_field_vars(hist->field_vars, hist->nr_field_vars, "field_vars", out))
		debug_actions(hist, out);
}
