// SPDX-License-Identifier: GPL-2.0-only
/* What was counted, as the file "hist" shows it. */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/view.h"
#include "host/host.h"

/* A bar of so many characters. */
#define BAR_LEN		20

/* Parts of 10,000. */
#define WHOLE		10000

/* What stands in front of a stack: nothing is longer, but for names. */
#define STACK_LEAD	"common_stacktrace:\n"

static bool show_is_stack(const struct otr_hist_item *item)
{
	return item->flags & HIST_STACK &&
	       !(item->flags & (HIST_HEX | HIST_SYM | HIST_SYM_OFFSET | HIST_EXECNAME |
				HIST_SYSCALL));
}

static void show_write_lead(const struct otr_hist *hist, unsigned int nr, struct seq_buf *out)
{
	const struct otr_hist_item *item = hist->items[nr];
	bool is_key = nr >= hist->nr_vals, is_stack = is_key && show_is_stack(item);

	if (is_key)
		seq_buf_puts(out, nr > hist->nr_vals ? ", " : "{ ");
	else
		seq_buf_puts(out, nr ? "  " : " ");
	if (is_stack && !item->field) {
		seq_buf_puts(out, STACK_LEAD);
		return;
	}
	otr_text_mem(out, otr_hist_item_name(item), otr_hist_item_name_len(item));
	if (is_stack)
		seq_buf_puts(out, ".stacktrace");
	else if (is_key || !(item->flags & HIST_PERCENT))
		seq_buf_puts(out, ": ");
}

/**
 * otr_hist_view_leads - know what stands in front of items, for all lines
 * @view: the view
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_hist_view_leads(struct otr_hist_view *view)
{
	const struct otr_hist *hist = view->hist;
	struct seq_buf out;
	size_t bytes = 1;
	unsigned int i;

	for (i = 0; i < hist->nr_items; i++)
		bytes += otr_hist_item_name_len(hist->items[i]) + strlen("{ " STACK_LEAD);
	view->leads = kmalloc(bytes, GFP_KERNEL);
	if (!view->leads)
		return -ENOMEM;
	seq_buf_init(&out, view->leads, bytes);
	for (i = 0; i < hist->nr_items; i++) {
		view->lead[i].text = view->leads + out.len;
		show_write_lead(hist, i, &out);
		view->lead[i].len = view->leads + out.len - view->lead[i].text;
	}
	return 0;
}

static void show_lead(const struct otr_hist_view *view, unsigned int nr, struct seq_buf *out)
{
	otr_text_mem(out, view->lead[nr].text, view->lead[nr].len);
}

static void show_padded(struct seq_buf *out, const char *text, unsigned int len,
			unsigned int width)
{
	otr_text_mem(out, text, len);
	if (len < width)
		otr_text_fill(out, ' ', width - len);
}

static void show_hex(struct seq_buf *out, u64 value, unsigned int width)
{
	unsigned int len = otr_text_hex_digits(value);
	char digits[16];

	if (len < width)
		otr_text_fill(out, ' ', width - len);
	otr_text_hex_before(digits + len, value);
	otr_text_mem(out, digits, len);
}

/**
 * otr_hist_show_symbol - what is at an address
 * @view: the view that it is in
 * @addr: the address
 * @with_offset: with the distance from the symbol; a module's name comes either way
 * @width: least width, filled up with blanks
 * @out: where the text goes: the symbol, or the address where there is none
 *
 * Context: may sleep; not two at a time for one view.
 */
void otr_hist_show_symbol(const struct otr_hist_view *view, u64 addr, bool with_offset,
			  unsigned int width, struct seq_buf *out)
{
	const char *text, *plus, *mod;
	unsigned int len, head;

	text = otr_names_find(view->names, addr, true, &len);
	if (!text) {
		otr_text_mem(out, "0x", 2);
		show_hex(out, addr, 0);
		len = otr_text_hex_digits(addr) + 2;
	} else if (with_offset) {
		otr_text_mem(out, text, len);
	} else {
		plus = memchr(text, '+', len);
		head = plus ? plus - text : len;
		mod = memchr(text + head, ' ', len - head);
		otr_text_mem(out, text, head);
		len -= mod ? mod - text : len;
		if (mod)
			otr_text_mem(out, mod, len);
		len += head;
	}
	if (len < width)
		otr_text_fill(out, ' ', width - len);
}

static void show_address(const struct otr_hist_view *view, u64 addr, bool with_offset,
			 unsigned int width, struct seq_buf *out)
{
	seq_buf_putc(out, '[');
	show_hex(out, addr, 0);
	otr_text_mem(out, "] ", 2);
	otr_hist_show_symbol(view, addr, with_offset, width, out);
}

/* A name and a number behind it in brackets. */
static void show_named(struct seq_buf *out, const char *name, unsigned int width, u64 value,
		       unsigned int digits)
{
	show_padded(out, name, strlen(name), width);
	seq_buf_putc(out, '[');
	otr_text_u64(out, value, digits, ' ');
	seq_buf_putc(out, ']');
}

static void show_syscall(const struct otr_hist_view *view, u64 value, struct seq_buf *out)
{
	const char *name = view->hist->home->ops->syscall(value);

	show_named(out, name ?: "unknown_syscall", 30, value, 3);
}

/* The range that a bucket is. */
static void show_bucket(const struct otr_hist_item *item, u64 value, struct seq_buf *out)
{
	otr_text_mem(out, "~ ", 2);
	otr_text_u64(out, value, 0, ' ');
	seq_buf_putc(out, '-');
	otr_text_u64(out, value + item->buckets - 1, 0, ' ');
}

static void show_stack(const struct otr_hist_view *view, const struct otr_hist_item *item,
		       const u8 *key, struct seq_buf *out)
{
	const unsigned long *frames = (const unsigned long *)(key + item->offset);
	unsigned int i;

	for (i = 0; i < OTR_HIST_FRAMES && frames[i]; i++) {
		otr_text_fill(out, ' ', 9);
		otr_hist_show_symbol(view, frames[i], true, 0, out);
		seq_buf_putc(out, '\n');
	}
}

static void show_key(const struct otr_hist_view *view, const struct otr_hist_item *item,
		     const u8 *key, const char *comm, struct seq_buf *out)
{
	u64 value = *(const u64 *)(key + item->offset);
	const char *text = (const char *)key + item->offset;
	u32 flags = item->flags;

	if (flags & HIST_HEX)
		show_hex(out, value, 0);
	else if (flags & HIST_SYM)
		show_address(view, value, false, 45, out);
	else if (flags & HIST_SYM_OFFSET)
		show_address(view, value, true, 55, out);
	else if (flags & HIST_EXECNAME)
		show_named(out, comm, 16, value, 10);
	else if (flags & HIST_SYSCALL)
		show_syscall(view, value, out);
	else if (flags & HIST_LOG2)
		seq_buf_printf(out, "~ 2^%-2llu", (unsigned long long)value);
	else if (flags & HIST_BUCKET)
		show_bucket(item, value, out);
	else if (flags & HIST_TEXT)
		show_padded(out, text, strnlen(text, item->size), 50);
	else
		otr_text_u64(out, value, 10, ' ');
}

static void show_keys(const struct otr_hist_view *view, const u8 *key, const char *comm,
		      struct seq_buf *out)
{
	const struct otr_hist *hist = view->hist;
	bool lines = false;
	unsigned int i;

	for (i = hist->nr_vals; i < hist->nr_items; i++) {
		const struct otr_hist_item *item = hist->items[i];

		show_lead(view, i, out);
		if (show_is_stack(item)) {
			show_stack(view, item, key, out);
			lines = true;
		} else {
			show_key(view, item, key, comm, out);
		}
	}
	otr_text_mem(out, lines ? "}" : " }", lines ? 1 : 2);
}

/* How much of a total a value is, in parts of WHOLE; U32_MAX if nobody can say. */
static u32 show_part(u64 value, u64 total)
{
	if (value >= U64_MAX / WHOLE) {
		total = div64_u64(total, WHOLE);
		value = total ? div64_u64(value, total) : U32_MAX;
	} else if (total) {
		value = div64_u64(value * WHOLE, total);
	} else {
		value = value ? U32_MAX : 0;
	}
	return value;
}

static void show_bar(u32 part, struct seq_buf *out)
{
	u32 len = min(part * BAR_LEN / WHOLE, (u32)BAR_LEN);

	if (part == U32_MAX) {
		otr_text_fill(out, ' ', BAR_LEN - strlen("[ERROR]"));
		seq_buf_puts(out, "[ERROR]");
		return;
	}
	otr_text_fill(out, '#', len);
	otr_text_fill(out, ' ', BAR_LEN - len);
}

static void show_percent(u32 part, struct seq_buf *out)
{
	if (part == U32_MAX) {
		seq_buf_puts(out, " (%):[ERROR]");
		return;
	}
	seq_buf_puts(out, " (%): ");
	otr_text_u64(out, part / 100, 3, ' ');
	seq_buf_putc(out, '.');
	otr_text_u64(out, part % 100, 2, '0');
}

static void show_val(const struct otr_hist_view *view, unsigned int nr, u64 value,
		     struct seq_buf *out)
{
	const struct otr_hist_item *item = view->hist->items[nr];
	const struct otr_hist_stat *stat = &view->stats[nr];

	show_lead(view, nr, out);
	if (item->flags & HIST_PERCENT)
		show_percent(show_part(value, stat->total), out);
	else if (item->flags & HIST_GRAPH)
		show_bar(show_part(value, stat->max), out);
	else if (item->flags & HIST_HEX)
		show_hex(out, value, 10);
	else
		otr_text_u64(out, value, 10, ' ');
}

/* What an action keeps of an entry. */
static void show_tracked(const struct otr_hist_view *view, const struct otr_hist_action *action,
			 const u8 *payload, struct seq_buf *out)
{
	const struct otr_hist *hist = view->hist;
	const struct otr_hist_table *table = hist->table;
	const u64 *vars = (const u64 *)(payload + otr_hist_vars_at(table));
	unsigned int i;

	seq_buf_puts(out, action->handler == HIST_ON_MAX ? "\n\tmax: " : "\n\tchanged: ");
	otr_text_u64(out, vars[action->kept], 10, ' ');
	for (i = 0; i < hist->nr_saves; i++) {
		const struct otr_hist_field_var *save = &hist->saves[i];
		const char *text = (const char *)payload + save->value.text;

		seq_buf_printf(out, "  %s: ", save->var->as);
		if (save->val->flags & HIST_TEXT)
			show_padded(out, text, strnlen(text, OTR_HIST_TEXT_MAX), 32);
		else
			otr_text_u64(out, vars[save->var->var], 10, ' ');
	}
}

/* The least that a key takes behind its name. */
static unsigned int show_key_bytes(const struct otr_hist_item *item)
{
	static const struct {
		u32		flag;
		unsigned int	bytes;
	} widths[] = {
		{ HIST_HEX, 1 },	{ HIST_SYM, 49 },	{ HIST_SYM_OFFSET, 59 },
		{ HIST_EXECNAME, 28 },	{ HIST_SYSCALL, 35 },	{ HIST_STACK, 20 },
		{ HIST_LOG2, 6 },	{ HIST_BUCKET, 5 },	{ HIST_TEXT, 50 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(widths); i++)
		if (item->flags & widths[i].flag)
			return widths[i].bytes;
	return 10;
}

/**
 * otr_hist_entry_bytes - the least that an entry takes as text
 * @hist: the histogram
 *
 * Context: any.
 * Return: bytes of its line.
 */
unsigned int otr_hist_entry_bytes(const struct otr_hist *hist)
{
	unsigned int bytes = strlen("{  }\n") + (hist->attrs.no_hits ? 0 : 21), i;

	for (i = hist->nr_vals; i < hist->nr_items; i++)
		bytes += otr_hist_item_name_len(hist->items[i]) + 4 +
			 show_key_bytes(hist->items[i]);
	for (i = 1; i < hist->nr_vals - hist->nr_vars; i++)
		if (!(hist->items[i]->flags & HIST_EXPR))
			bytes += otr_hist_item_name_len(hist->items[i]) +
				 (hist->items[i]->flags & HIST_GRAPH ? BAR_LEN + 4 : 14);
	return bytes - 2;
}

/**
 * otr_hist_view_entry - an entry as text
 * @view: the view
 * @nr: which one, as they are sorted
 * @out: where its line, or its lines, go
 *
 * Context: may sleep; not two at a time for one view.
 */
void otr_hist_view_entry(struct otr_hist_view *view, unsigned int nr, struct seq_buf *out)
{
	const struct otr_hist *hist = view->hist;
	const u8 *row = view->order[nr], *payload = row + view->payload_at;
	const u64 *sums = (const u64 *)row;
	unsigned int i;

	show_keys(view, row + view->key_at, (const char *)payload, out);
	if (!hist->attrs.no_hits)
		show_val(view, 0, sums[0], out);
	for (i = 1; i < hist->nr_vals - hist->nr_vars; i++) {
		if (hist->items[i]->flags & HIST_EXPR)
			continue;
		show_val(view, i, sums[i], out);
	}
	for (i = 0; i < hist->nr_actions; i++)
		if (hist->actions[i]->handler != HIST_ON_MATCH &&
		    hist->actions[i]->deed != HIST_SNAPSHOT)
			show_tracked(view, hist->actions[i], payload, out);
	seq_buf_putc(out, '\n');
}

static void show_snapshot(const struct otr_hist_view *view, struct seq_buf *out)
{
	const struct otr_hist *hist = view->hist;
	const struct otr_hist_snap *snap = hist->snap;
	const struct otr_hist_action *action = NULL;
	unsigned int i;

	/* Pairs with count_snapshot_wanted(). */
	if (!snap || !smp_load_acquire(&snap->taken))
		return;
	for (i = 0; i < hist->nr_actions && !action; i++)
		if (hist->actions[i]->deed == HIST_SNAPSHOT)
			action = hist->actions[i];
	seq_buf_puts(out, "\nSnapshot taken (see tracing/snapshot).  Details:\n");
	seq_buf_printf(out, "\ttriggering value { %s(%s) }: ",
		       action->handler == HIST_ON_MAX ? "onmax" : "onchange", action->subject);
	otr_text_u64(out, snap->value, 10, ' ');
	seq_buf_puts(out, "\ttriggered by event with key: ");
	show_keys(view, (const u8 *)snap->key, snap->comm, out);
	seq_buf_putc(out, '\n');
}

/**
 * otr_hist_view_totals - what follows the entries
 * @view: the view
 * @out: where the lines go
 *
 * Context: may sleep; not two at a time for one view.
 */
void otr_hist_view_totals(const struct otr_hist_view *view, struct seq_buf *out)
{
	show_snapshot(view, out);
	seq_buf_puts(out, "\nTotals:\n    Hits: ");
	otr_text_u64(out, view->totals.hits, 0, ' ');
	seq_buf_puts(out, "\n    Entries: ");
	otr_text_u64(out, view->nr, 0, ' ');
	seq_buf_puts(out, "\n    Dropped: ");
	otr_text_u64(out, view->totals.dropped, 0, ' ');
	seq_buf_putc(out, '\n');
}
