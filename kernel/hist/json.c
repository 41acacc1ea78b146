// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was counted, for programs: an object a line. Numbers are numbers, with the sign that
 * their type has, and what they mean stands beside them.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/view.h"

static void json_text(struct seq_buf *out, const char *text, size_t len)
{
	size_t i;

	seq_buf_putc(out, '"');
	for (i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c == '"' || c == '\\')
			seq_buf_printf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			seq_buf_printf(out, "\\u%04x", c);
		else
			seq_buf_putc(out, c);
	}
	seq_buf_putc(out, '"');
}

static void json_string(struct seq_buf *out, const char *text, size_t room)
{
	json_text(out, text, strnlen(text, room));
}

static void json_name(const struct otr_hist_item *item, struct seq_buf *out)
{
	json_text(out, otr_hist_item_name(item), otr_hist_item_name_len(item));
	seq_buf_puts(out, ": ");
}

static void json_number(struct seq_buf *out, u64 value, bool is_signed)
{
	if (is_signed)
		otr_text_s64(out, value, 0);
	else
		otr_text_u64(out, value, 0, ' ');
}

static void json_symbol(const struct otr_hist_view *view, u64 addr, bool with_offset,
			struct seq_buf *out)
{
	seq_buf_puts(out, "{\"address\": ");
	otr_text_u64(out, addr, 0, ' ');
	seq_buf_puts(out, ", \"symbol\": \"");
	otr_hist_show_symbol(view, addr, with_offset, 0, out);
	seq_buf_puts(out, "\"}");
}

static void json_stack(const struct otr_hist_view *view, const unsigned long *frames,
		       struct seq_buf *out)
{
	unsigned int i;

	seq_buf_putc(out, '[');
	for (i = 0; i < OTR_HIST_FRAMES && frames[i]; i++) {
		if (i)
			seq_buf_puts(out, ", ");
		json_symbol(view, frames[i], true, out);
	}
	seq_buf_putc(out, ']');
}

static void json_range(struct seq_buf *out, u64 from, u64 to)
{
	seq_buf_puts(out, "{\"from\": ");
	otr_text_u64(out, from, 0, ' ');
	seq_buf_puts(out, ", \"to\": ");
	otr_text_u64(out, to, 0, ' ');
	seq_buf_putc(out, '}');
}

/* The numbers whose logarithm, rounded up, is @bits. */
static void json_power(struct seq_buf *out, u64 bits)
{
	u64 to = bits < 64 ? 1ULL << bits : U64_MAX;

	json_range(out, bits ? (1ULL << (bits - 1)) + 1 : 0, to);
}

/* A number and the name that it stands for. */
static void json_named(struct seq_buf *out, u64 value, const char *what, const char *name,
		       size_t room)
{
	seq_buf_puts(out, "{\"value\": ");
	otr_text_s64(out, value, 0);
	seq_buf_printf(out, ", \"%s\": ", what);
	json_string(out, name, room);
	seq_buf_putc(out, '}');
}

static void json_syscall(const struct otr_hist_view *view, u64 value, struct seq_buf *out)
{
	const char *name = view->hist->home->ops->syscall(value);

	if (name)
		json_named(out, value, "name", name, strlen(name));
	else
		otr_text_s64(out, value, 0);
}

static void json_key(const struct otr_hist_view *view, const struct otr_hist_item *item,
		     const u8 *at, const char *comm, struct seq_buf *out)
{
	u64 value = *(const u64 *)at;
	u32 flags = item->flags;

	json_name(item, out);
	if (flags & HIST_STACK)
		json_stack(view, (const unsigned long *)at, out);
	else if (flags & (HIST_SYM | HIST_SYM_OFFSET))
		json_symbol(view, value, flags & HIST_SYM_OFFSET, out);
	else if (flags & HIST_EXECNAME)
		json_named(out, value, "comm", comm, TASK_COMM_LEN);
	else if (flags & HIST_SYSCALL)
		json_syscall(view, value, out);
	else if (flags & HIST_LOG2)
		json_power(out, value);
	else if (flags & HIST_BUCKET)
		json_range(out, value, value + item->buckets - 1);
	else if (flags & HIST_TEXT)
		json_string(out, (const char *)at, item->size);
	else
		json_number(out, value, item->is_signed);
}

static void json_keys(const struct otr_hist_view *view, const u8 *key, const char *comm,
		      struct seq_buf *out)
{
	const struct otr_hist *hist = view->hist;
	unsigned int i;

	seq_buf_puts(out, "{\"keys\": {");
	for (i = hist->nr_vals; i < hist->nr_items; i++) {
		if (i > hist->nr_vals)
			seq_buf_puts(out, ", ");
		json_key(view, hist->items[i], key + hist->items[i]->offset, comm, out);
	}
	seq_buf_putc(out, '}');
}

/* Shown in another way it is still the same value. */
static bool json_said(const struct otr_hist *hist, unsigned int nr)
{
	const struct otr_hist_item *item = hist->items[nr];
	int len = otr_hist_item_name_len(item);
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (otr_hist_item_name_len(hist->items[i]) == len &&
		    !memcmp(otr_hist_item_name(hist->items[i]), otr_hist_item_name(item), len))
			return true;
	return false;
}

static void json_values(const struct otr_hist *hist, const u64 *sums, struct seq_buf *out)
{
	unsigned int i;

	seq_buf_puts(out, ", \"values\": {\"hitcount\": ");
	otr_text_u64(out, sums[0], 0, ' ');
	for (i = 1; i < hist->nr_vals - hist->nr_vars; i++) {
		if (json_said(hist, i))
			continue;
		seq_buf_puts(out, ", ");
		json_name(hist->items[i], out);
		json_number(out, sums[i], hist->items[i]->is_signed);
	}
	seq_buf_putc(out, '}');
}

static void json_saves(const struct otr_hist *hist, const u8 *payload, struct seq_buf *out)
{
	const u64 *vars = (const u64 *)(payload + otr_hist_vars_at(hist->table));
	unsigned int i;

	seq_buf_puts(out, ", \"saved\": {");
	for (i = 0; i < hist->nr_saves; i++) {
		const struct otr_hist_field_var *save = &hist->saves[i];
		const char *text = (const char *)payload + save->value.text;

		if (i)
			seq_buf_puts(out, ", ");
		json_text(out, save->var->as, strlen(save->var->as));
		seq_buf_puts(out, ": ");
		if (save->val->flags & HIST_TEXT)
			json_string(out, text, OTR_HIST_TEXT_MAX);
		else
			json_number(out, vars[save->var->var], save->val->is_signed);
	}
	seq_buf_putc(out, '}');
}

static void json_tracked(const struct otr_hist *hist, const u8 *payload, struct seq_buf *out)
{
	const u64 *vars = (const u64 *)(payload + otr_hist_vars_at(hist->table));
	unsigned int i;

	for (i = 0; i < hist->nr_actions; i++) {
		const struct otr_hist_action *action = hist->actions[i];

		if (action->handler == HIST_ON_MATCH)
			continue;
		seq_buf_printf(out, ", \"%s(%s)\": ",
			       action->handler == HIST_ON_MAX ? "onmax" : "onchange",
			       action->subject);
		json_number(out, vars[action->kept], action->tracked->is_signed);
	}
	if (hist->nr_saves)
		json_saves(hist, payload, out);
}

/**
 * otr_hist_view_json - an entry as a line of JSON
 * @view: the view
 * @nr: which one, as they are sorted
 * @out: where the line goes
 *
 * Context: may sleep; not two at a time for one view.
 */
void otr_hist_view_json(struct otr_hist_view *view, unsigned int nr, struct seq_buf *out)
{
	const u8 *row = view->order[nr], *payload = row + view->payload_at;

	json_keys(view, row + view->key_at, (const char *)payload, out);
	json_values(view->hist, (const u64 *)row, out);
	json_tracked(view->hist, payload, out);
	seq_buf_puts(out, "}\n");
}

/* The line that is listed, without its newline. */
static void json_trigger(const struct otr_hist *hist, const char *filter, bool paused,
			 struct seq_buf *out)
{
	size_t start = out->len, len;
	char *line;

	otr_hist_list(hist, filter, paused, out);
	/* The caller comes back with more room. */
	if (seq_buf_has_overflowed(out))
		return;
	len = out->len - start - 1;
	line = kmemdup(out->buffer + start, len, GFP_KERNEL);
	out->len = start;
	if (line)
		json_text(out, line, len);
	else
		seq_buf_puts(out, "null");
	kfree(line);
}

/**
 * otr_hist_view_json_totals - what follows the entries, as a line of JSON
 * @view: the view
 * @filter: the text of the histogram's filter, NULL for none
 * @paused: it does not count now
 * @out: where the line goes
 *
 * Context: the caller's lock, see hist.h.
 */
void otr_hist_view_json_totals(const struct otr_hist_view *view, const char *filter, bool paused,
			       struct seq_buf *out)
{
	seq_buf_puts(out, "{\"totals\": {\"hits\": ");
	otr_text_u64(out, view->totals.hits, 0, ' ');
	seq_buf_puts(out, ", \"entries\": ");
	otr_text_u64(out, view->nr, 0, ' ');
	seq_buf_puts(out, ", \"dropped\": ");
	otr_text_u64(out, view->totals.dropped, 0, ' ');
	seq_buf_puts(out, "}, \"trigger\": ");
	json_trigger(view->hist, filter, paused, out);
	seq_buf_puts(out, "}\n");
}
