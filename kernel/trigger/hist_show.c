// SPDX-License-Identifier: GPL-2.0-only
/* Histograms as text. */
#include <linux/mm.h>
#include <linux/seq_buf.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "trigger/hist.h"

/* Have something print straight into a file's memory; false if that is full already. */
static bool show_begin(struct seq_file *m, struct seq_buf *out)
{
	char *at;
	size_t room = seq_get_buf(m, &at);

	if (room)
		seq_buf_init(out, at, room);
	return room;
}

static void show_end(struct seq_file *m, struct seq_buf *out)
{
	seq_commit(m, seq_buf_has_overflowed(out) ? -1 : (int)seq_buf_used(out));
}

static const char *show_filter(const struct otr_hist_use *use)
{
	const struct otr_filter *filter = use->trigger->tap.filter;

	return filter ? otr_filter_text(filter) : NULL;
}

/**
 * otr_hist_use_list - print a histogram as users write it, in a line
 * @use: the histogram
 * @m: where to
 *
 * Context: otr_switch_lock or otr_inst_lock held.
 */
void otr_hist_use_list(const struct otr_hist_use *use, struct seq_file *m)
{
	struct seq_buf out;

	if (!show_begin(m, &out))
		return;
	otr_hist_list(use->hist, show_filter(use), READ_ONCE(use->paused), &out);
	show_end(m, &out);
}

/* The memory that a text needs is not known before. */
#define TEXT_BYTES	(16 * PAGE_SIZE)

static void show_entries(struct otr_hist_view *view, struct seq_file *m)
{
	struct seq_buf out;
	unsigned int i;

	if (!show_begin(m, &out))
		return;
	for (i = 0; i < otr_hist_view_entries(view) && !seq_buf_has_overflowed(&out); i++)
		otr_hist_view_entry(view, i, &out);
	otr_hist_view_totals(view, &out);
	show_end(m, &out);
}

static int show_one(struct otr_hist_use *use, struct seq_file *m, struct otr_hist_seen *seen)
{
	struct otr_hist_view *view;
	u64 bytes;

	seq_puts(m, "# event histogram\n#\n# trigger info: ");
	otr_hist_use_list(use, m);
	seq_puts(m, "#\n\n");
	/* The sorting is for nothing if it does not fit. */
	bytes = (u64)otr_hist_entries(use->hist) * otr_hist_entry_bytes(use->hist);
	if (seq_has_overflowed(m) || bytes > m->size - m->count) {
		seen->bytes = m->count + bytes;
		m->count = m->size;
		return 0;
	}
	view = otr_hist_view_create(use->hist);
	if (!view)
		return -ENOMEM;
	show_entries(view, m);
	seen->hits += otr_hist_view_hits(view);
	otr_hist_view_free(view);
	return 0;
}

/**
 * otr_hist_show - print what the histograms of an event counted
 * @m: where to
 * @inst: the instance
 * @ev: the event
 * @seen: of the file, empty at first; says what was shown if that was all
 *
 * Context: otr_switch_lock held; may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_hist_show(struct seq_file *m, const struct otr_inst *inst, const struct otr_event *ev,
		  struct otr_hist_seen *seen)
{
	struct otr_hist_use *use = NULL;
	bool more = false;
	int err = 0;

	/* There was no memory for all of it, or this is another read: there may be less now. */
	if (m->size <= PAGE_SIZE)
		seen->bytes = 0;
	/* It came too short before, and is asked again with twice the memory. */
	if (m->size < seen->bytes) {
		m->count = m->size;
		return 0;
	}
	*seen = (struct otr_hist_seen){};
	while (!err && (use = otr_hist_use_next(inst, ev, use))) {
		if (more)
			seq_puts(m, "\n\n");
		more = true;
		err = show_one(use, m, seen);
	}
	return err;
}

static void show_debug(const struct otr_hist_use *use, struct seq_file *m)
{
	struct seq_buf out;

	if (!show_begin(m, &out))
		return;
	otr_hist_debug(use->hist, show_filter(use), READ_ONCE(use->paused), &out);
	show_end(m, &out);
}

/**
 * otr_hist_show_debug - print how the histograms of an event are made
 * @m: where to
 * @inst: the instance
 * @ev: the event
 *
 * Context: otr_switch_lock held.
 */
void otr_hist_show_debug(struct seq_file *m, const struct otr_inst *inst,
			 const struct otr_event *ev)
{
	struct otr_hist_use *use = NULL;
	bool more = false;

	while ((use = otr_hist_use_next(inst, ev, use))) {
		if (more)
			seq_puts(m, "\n\n");
		more = true;
		show_debug(use, m);
	}
}

/**
 * otr_hist_show_hits - how much the histograms of an event counted
 * @inst: the instance
 * @ev: the event
 *
 * Context: otr_switch_lock held.
 * Return: hits of all.
 */
u64 otr_hist_show_hits(const struct otr_inst *inst, const struct otr_event *ev)
{
	struct otr_hist_use *use = NULL;
	u64 hits = 0;

	while ((use = otr_hist_use_next(inst, ev, use)))
		hits += otr_hist_hits(use->hist);
	return hits;
}

/* What a histogram counted, taken out of it if that is wanted. */
static struct otr_hist_view *show_view(struct otr_hist *hist, bool take)
{
	struct otr_hist_view *view;
	struct otr_hist_map *old;

	if (!take)
		return otr_hist_view_create(hist);
	if (otr_hist_take(hist, &old))
		return NULL;
	/* Hits that were on their way are in the old table then. */
	tracepoint_synchronize_unregister();
	view = otr_hist_view_create_of(hist, old);
	otr_hist_map_free(old);
	return view;
}

/* Appends to @out, which grows. */
static int show_json(struct otr_hist_use *use, bool take, struct otr_hist_text *out)
{
	struct otr_hist_view *view = show_view(use->hist, take);
	struct seq_buf text;
	unsigned int i;
	char *more;
	int err = 0;

	if (!view)
		return -ENOMEM;
	for (;;) {
		seq_buf_init(&text, out->text + out->len, out->size - out->len);
		for (i = 0; i < otr_hist_view_entries(view) && !seq_buf_has_overflowed(&text); i++)
			otr_hist_view_json(view, i, &text);
		otr_hist_view_json_totals(view, show_filter(use), READ_ONCE(use->paused), &text);
		if (!seq_buf_has_overflowed(&text))
			break;
		more = kvrealloc(out->text, 2 * out->size, GFP_KERNEL);
		if (!more) {
			err = -ENOMEM;
			break;
		}
		out->text = more;
		out->size *= 2;
	}
	out->len += seq_buf_used(&text);
	otr_hist_view_free(view);
	return err;
}

/**
 * otr_hist_json - what the histograms of an event counted, for programs
 * @inst: the instance
 * @ev: the event
 * @take: it is taken out of them: they begin anew, and each hit is in what was taken or
 *	  in what comes, but is lost if there is no memory
 * @out: set to the text, for otr_hist_text_free(), whatever this returns
 *
 * Context: otr_switch_lock held; may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_hist_json(const struct otr_inst *inst, const struct otr_event *ev, bool take,
		  struct otr_hist_text *out)
{
	struct otr_hist_use *use = NULL;
	int err = 0;

	out->len = 0;
	out->size = TEXT_BYTES;
	out->text = kvmalloc(out->size, GFP_KERNEL);
	if (!out->text)
		return -ENOMEM;
	while (!err && (use = otr_hist_use_next(inst, ev, use)))
		err = show_json(use, take, out);
	return err;
}

/**
 * otr_hist_text_free - free a text
 * @text: from otr_hist_json()
 *
 * Context: may sleep.
 */
void otr_hist_text_free(struct otr_hist_text *text)
{
	kvfree(text->text);
	text->text = NULL;
}
