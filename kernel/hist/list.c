// SPDX-License-Identifier: GPL-2.0-only
/* A histogram as the file "trigger" lists it: a command that makes it again. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "hist/plan.h"

static void list_item(const struct otr_hist_item *item, struct seq_buf *out)
{
	const char *modifier = otr_hist_item_modifier(item);
	u32 flags = item->flags;

	if (item->as)
		seq_buf_printf(out, "%s=", item->as);
	if (flags & HIST_CPU) {
		seq_buf_puts(out, "common_cpu");
	} else if (flags & HIST_CONST) {
		otr_text_u64(out, item->constant, 0, ' ');
	} else {
		if (flags & (HIST_REF | HIST_ALIAS) && !item->system)
			seq_buf_putc(out, '$');
		otr_text_mem(out, otr_hist_item_name(item), otr_hist_item_name_len(item));
	}
	if (modifier && !(flags & (HIST_REF | HIST_EXPR | HIST_STACK)))
		seq_buf_printf(out, ".%s", modifier);
	if (item->buckets)
		seq_buf_printf(out, "=%ld", item->buckets);
}

static void list_key(const struct otr_hist_item *item, struct seq_buf *out)
{
	if (!(item->flags & HIST_STACK)) {
		list_item(item, out);
	} else if (item->field) {
		otr_text_mem(out, otr_hist_item_name(item), otr_hist_item_name_len(item));
		seq_buf_puts(out, ".stacktrace");
	} else {
		seq_buf_puts(out, "common_stacktrace");
	}
}

static void list_vals(const struct otr_hist *hist, struct seq_buf *out)
{
	bool more = !hist->attrs.no_hits;
	unsigned int i;

	seq_buf_puts(out, more ? ":vals=hitcount" : ":vals=");
	for (i = 1; i < hist->nr_vals; i++) {
		if (hist->items[i]->flags & HIST_VAR)
			continue;
		if (more)
			seq_buf_putc(out, ',');
		list_item(hist->items[i], out);
		more = true;
	}
}

static void list_vars(const struct otr_hist *hist, struct seq_buf *out)
{
	char before = ':';
	unsigned int i;

	for (i = 1; i < hist->nr_vals; i++) {
		if (!(hist->items[i]->flags & HIST_VAR))
			continue;
		seq_buf_putc(out, before);
		list_item(hist->items[i], out);
		before = ',';
	}
}

static void list_sorts(const struct otr_hist *hist, struct seq_buf *out)
{
	unsigned int i;

	seq_buf_puts(out, ":sort=");
	for (i = 0; i < hist->nr_sorts; i++) {
		unsigned int nr = hist->sorts[i].nr;

		if (i)
			seq_buf_putc(out, ',');
		/* Variables have no number here. */
		if (nr >= hist->nr_vals - hist->nr_vars)
			nr += hist->nr_vars;
		if (nr)
			list_item(hist->items[nr], out);
		else
			seq_buf_puts(out, "hitcount");
		if (hist->sorts[i].descending)
			seq_buf_puts(out, ".descending");
	}
}

static void list_params(const struct otr_hist *hist, const struct otr_hist_action *action,
			struct seq_buf *out)
{
	unsigned int i;

	switch (action->deed) {
	case HIST_SAVE:
		for (i = 0; i < hist->nr_saves; i++)
			seq_buf_printf(out, "%s%s", i ? "," : "", hist->saves[i].var->as);
		break;
	case HIST_TRACE:
		if (action->trace)
			seq_buf_puts(out, action->event_name);
		for (i = 0; i < action->nr_params; i++)
			seq_buf_printf(out, "%s%s", i || action->trace ? "," : "",
				       action->params[i]);
		break;
	case HIST_SNAPSHOT:
		break;
	}
}

static void list_actions(const struct otr_hist *hist, struct seq_buf *out)
{
	unsigned int i;

	for (i = 0; i < hist->nr_actions; i++) {
		const struct otr_hist_action *action = hist->actions[i];

		if (action->handler == HIST_ON_MATCH)
			seq_buf_printf(out, ":onmatch(%s.%s).%s(", action->system,
				       action->subject, action->name);
		else
			seq_buf_printf(out, ":%s(%s).%s(",
				       action->handler == HIST_ON_MAX ? "onmax" : "onchange",
				       action->subject, action->name);
		list_params(hist, action, out);
		seq_buf_putc(out, ')');
	}
}

/**
 * otr_hist_list - a histogram's line in the file "trigger"
 * @hist: the histogram
 * @filter: the text of its filter, NULL for none
 * @paused: it does not count now
 * @out: where the line goes, with its newline
 *
 * Context: the caller's lock, see hist.h.
 */
void otr_hist_list(const struct otr_hist *hist, const char *filter, bool paused,
		   struct seq_buf *out)
{
	unsigned int i;

	seq_buf_puts(out, "hist:");
	if (hist->attrs.name)
		seq_buf_printf(out, "%s:", hist->attrs.name);
	seq_buf_puts(out, "keys=");
	for (i = hist->nr_vals; i < hist->nr_items; i++) {
		if (i > hist->nr_vals)
			seq_buf_putc(out, ',');
		list_key(hist->items[i], out);
	}
	list_vals(hist, out);
	list_vars(hist, out);
	list_sorts(hist, out);
	seq_buf_printf(out, ":size=%u", 1U << hist->table->bits);
	if (hist->needs_time)
		seq_buf_printf(out, ":clock=%s", hist->attrs.clock);
	if (hist->attrs.no_hits)
		seq_buf_puts(out, ":nohitcount");
	list_actions(hist, out);
	if (filter)
		seq_buf_printf(out, " if %s", filter);
	seq_buf_puts(out, paused ? " [paused]\n" : " [active]\n");
}
