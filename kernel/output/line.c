// SPDX-License-Identifier: GPL-2.0-only
/* One record as text, in the style that the options ask for. */
#include <linux/string.h>

#include "output/output.h"

static unsigned int line_flags(const struct otr_view *view)
{
	unsigned int flags = 0;

	if (view->options & OTR_OPT(SYM_OFFSET))
		flags |= OTR_LINE_SYM_OFFSET;
	if (view->options & OTR_OPT(SYM_ADDR))
		flags |= OTR_LINE_SYM_ADDR;
	if (view->options & OTR_OPT(PRINT_PARENT))
		flags |= OTR_LINE_PARENT;
	if (!(view->options & OTR_OPT(HASH_PTR)))
		flags |= OTR_LINE_PLAIN_PTR;
	/* Programs of before are gone. */
	if (view->options & OTR_OPT(SYM_USEROBJ) && !view->area)
		flags |= OTR_LINE_SYM_USEROBJ;
	if (view->options & OTR_OPT(VERBOSE))
		flags |= OTR_LINE_TYPES;
	if (view->in_ns)
		flags |= OTR_LINE_NS;
	return flags;
}

/* Where a CPU's oldest records were overwritten, its first one marks a gap. */
static void line_print_started(struct otr_view *view, int cpu, struct seq_buf *out)
{
	if (!view->annotate || cpumask_test_and_set_cpu(cpu, view->started))
		return;
	if (view->index > 1)
		seq_buf_printf(out, "##### CPU %u buffer started ####\n", cpu);
}

/* In place of a text that would follow an address to an unknown place. */
static noinline bool line_print_astray(struct otr_line *line)
{
	const struct otr_field *field = otr_event_astray(line);

	if (!field)
		return false;
	seq_buf_printf(line->out, "EVENT %s: HAS UNSAFE POINTER FIELD '%s'\n", line->ev->name,
		       field->name);
	return true;
}

/*
 * Has the record addresses of before that its text would follow, or show as what is there
 * now? Then its members are shown as they are.
 */
static bool line_is_foreign(const struct otr_view *view, const struct otr_event *ev)
{
	const struct otr_shift *shift = otr_view_shift(view);

	return shift && ev->id >= OTR_TYPE_FIXED_END &&
	       (shift->text || shift->data || ev->flags & OTR_EVENT_POINTS);
}

/* Longest member of a tracer's record that is always whole: what is longer ends with the record. */
#define LINE_WHOLE	sizeof(u64)

/* Is a member in the record, with what its word leads to? */
static bool line_has_member(const struct otr_event *ev, const struct otr_item *item,
			    const struct otr_field *field)
{
	unsigned int at = field->offset, end = at + field->size;
	u32 word;

	if (end > item->len)
		return at <= item->len && ev->id < OTR_TYPE_FIXED_END && field->size > LINE_WHOLE;
	if (strstarts(field->type, "__data_loc"))
		at = 0;
	else if (strstarts(field->type, "__rel_loc"))
		at = end;
	else
		return true;
	memcpy(&word, item->data + field->offset, sizeof(word));
	return at + OTR_LOC_OFFSET(word) + OTR_LOC_LEN(word) <= item->len;
}

/*
 * The sums of a page of before say that it is as it was written, and not by what: what
 * texts rely on is looked at.
 */
static noinline bool line_is_damaged(const struct otr_event *ev, const struct otr_item *item)
{
	const struct otr_field *field = ev->fields;

	if (item->len < sizeof(struct otr_rec_head))
		return true;
	/* A record that only its tracer knows is in no ring that outlives a boot. */
	if (!field)
		return ev->id < OTR_TYPE_FIXED_END;
	for (; field->name; field++)
		if (!line_has_member(ev, item, field))
			return true;
	return false;
}

static void line_style_default(struct otr_view *view, const struct otr_item *item, u64 next_ts,
			       const struct otr_event *ev, struct otr_line *line)
{
	const struct otr_rec_head *head = item->data;

	line_print_started(view, item->cpu, line->out);
	if (view->options & OTR_OPT(CONTEXT_INFO)) {
		if (view->options & OTR_OPT(LATENCY_FORMAT))
			otr_columns_latency(view, item, next_ts, line->out);
		else
			otr_columns_print(view, item, line->out);
	}
	if (!ev)
		seq_buf_printf(line->out, "Unknown type %d\n", head->type);
	else if (view->options & OTR_OPT(FIELDS) || line_is_foreign(view, ev))
		otr_event_print_members(line);
	else if (likely(!(ev->flags & OTR_EVENT_POINTS)) || !line_print_astray(line))
		ev->text(line);
}

static void line_style_raw(const struct otr_view *view, const struct otr_item *item,
			   const struct otr_event *ev, struct otr_line *line)
{
	const struct otr_rec_head *head = item->data;

	if (view->options & OTR_OPT(CONTEXT_INFO))
		seq_buf_printf(line->out, "%d %d %llu ", head->pid, item->cpu, item->ts);
	if (!ev)
		seq_buf_printf(line->out, "%d ?\n", head->type);
	else if (ev->raw)
		ev->raw(line);
	else
		otr_print_untyped(line);
}

static void line_style_hex(const struct otr_view *view, const struct otr_item *item,
			   const struct otr_event *ev, struct otr_line *line)
{
	const struct otr_rec_head *head = item->data;

	if (view->options & OTR_OPT(CONTEXT_INFO)) {
		otr_print_hex(line->out, &head->pid, sizeof(head->pid));
		otr_print_hex(line->out, &item->cpu, sizeof(item->cpu));
		otr_print_hex(line->out, &item->ts, sizeof(item->ts));
	}
	if (ev) {
		if (ev->hex)
			ev->hex(line);
		else
			otr_print_untyped(line);
	}
	seq_buf_putc(line->out, '\n');
}

static void line_style_bin(const struct otr_view *view, const struct otr_item *item,
			   const struct otr_event *ev, struct otr_line *line)
{
	const struct otr_rec_head *head = item->data;

	if (view->options & OTR_OPT(CONTEXT_INFO)) {
		otr_print_bytes(line->out, &head->pid, sizeof(head->pid));
		otr_print_bytes(line->out, &item->cpu, sizeof(item->cpu));
		otr_print_bytes(line->out, &item->ts, sizeof(item->ts));
	}
	if (!ev)
		return;
	if (ev->bin)
		ev->bin(line);
	else
		otr_print_untyped(line);
}

/* With printk-msg-only, a text record is its text and nothing else. */
static bool line_print_message(const struct otr_view *view, const struct otr_event *ev,
			       struct otr_line *line)
{
	const u64 both = OTR_OPT(PRINTK) | OTR_OPT(PRINTK_MSG_ONLY);

	if ((view->options & both) != both || !ev || !ev->alone)
		return false;
	ev->alone(line);
	return true;
}

/**
 * otr_line_begin - begin a batch of records
 * @view: how the file shows records
 *
 * What records have in common is remembered from one to the next from here on.
 *
 * Context: otr_event_lock() held.
 */
void otr_line_begin(struct otr_view *view)
{
	view->line_flags = line_flags(view);
	view->known.ev = NULL;
	otr_columns_begin(view);
}

static struct otr_event *line_event_of(struct otr_view *view, u16 type)
{
	struct otr_view_known *known = &view->known;

	if (unlikely(!known->ev || known->type != type)) {
		known->ev = otr_event_find(type);
		known->type = type;
		if (otr_view_shift(view) && known->ev && !otr_area_knows(view->area, known->ev))
			known->ev = NULL;
	}
	return known->ev;
}

/**
 * otr_line_print - print a record
 * @view: how the file shows records
 * @item: the record, with the number of records lost before it
 * @next_ts: time stamp of the record after it, or its own
 * @out: where to; overflows when the text does not fit
 *
 * Context: otr_event_lock() held, otr_line_begin() was called since it was taken; may
 * sleep.
 */
void otr_line_print(struct otr_view *view, const struct otr_item *item, u64 next_ts,
		    struct seq_buf *out)
{
	const struct otr_rec_head *head = item->data;
	struct otr_event *ev = line_event_of(view, head->type);
	struct seq_buf scratch;
	struct otr_line line = {
		.out	= out,
		.scratch = &scratch,
		.names	= view->names,
		.shift	= otr_view_shift(view),
		.ev	= ev,
		.rec	= item->data,
		.len	= item->len,
		.flags	= view->line_flags,
		.ts	= item->ts,
	};

	seq_buf_init(&scratch, view->scratch, OTR_LINE_MAX);
	if (item->lost)
		seq_buf_printf(out, "CPU:%d [LOST %llu EVENTS]\n", item->cpu, item->lost);
	if (unlikely(line.shift) && ev && line_is_damaged(ev, item)) {
		seq_buf_printf(out, "Damaged record of type %d\n", head->type);
		return;
	}
	if (view->look && view->look->print(view, item, ev, &line))
		return;
	if (line_print_message(view, ev, &line))
		return;
	if (view->options & OTR_OPT(BIN))
		line_style_bin(view, item, ev, &line);
	else if (view->options & OTR_OPT(HEX))
		line_style_hex(view, item, ev, &line);
	else if (view->options & OTR_OPT(RAW))
		line_style_raw(view, item, ev, &line);
	else
		line_style_default(view, item, next_ts, ev, &line);
}
