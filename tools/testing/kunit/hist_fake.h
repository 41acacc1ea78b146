/* SPDX-License-Identifier: GPL-2.0-only */
/* A histogram that has but a number of entries, for what prints some. */
#ifndef _HIST_FAKE_H
#define _HIST_FAKE_H

static struct {
	unsigned int	entries;
} fake_hist;

static struct otr_event_trigger fake_trigger;
static struct otr_hist_use fake_use = { .trigger = &fake_trigger };

struct otr_hist_use *otr_hist_use_next(const struct otr_inst *inst, const struct otr_event *ev,
				       struct otr_hist_use *use)
{
	return use ? NULL : &fake_use;
}

unsigned int otr_hist_entries(const struct otr_hist *hist)
{
	return fake_hist.entries;
}

unsigned int otr_hist_entry_bytes(const struct otr_hist *hist)
{
	return sizeof("an entry");
}

u64 otr_hist_hits(const struct otr_hist *hist)
{
	return fake_hist.entries;
}

void otr_hist_list(const struct otr_hist *hist, const char *filter, bool paused,
		   struct seq_buf *out)
{
	seq_buf_puts(out, "hist\n");
}

void otr_hist_debug(const struct otr_hist *hist, const char *filter, bool paused,
		    struct seq_buf *out)
{
}

struct otr_hist_view *otr_hist_view_create(struct otr_hist *hist)
{
	return (void *)&fake_hist;
}

struct otr_hist_view *otr_hist_view_create_of(struct otr_hist *hist,
					      const struct otr_hist_map *map)
{
	return (void *)&fake_hist;
}

void otr_hist_view_free(struct otr_hist_view *view)
{
}

unsigned int otr_hist_view_entries(const struct otr_hist_view *view)
{
	return fake_hist.entries;
}

u64 otr_hist_view_hits(const struct otr_hist_view *view)
{
	return fake_hist.entries;
}

void otr_hist_view_entry(struct otr_hist_view *view, unsigned int nr, struct seq_buf *out)
{
	seq_buf_puts(out, "an entry\n");
}

void otr_hist_view_totals(const struct otr_hist_view *view, struct seq_buf *out)
{
}

void otr_hist_view_json(struct otr_hist_view *view, unsigned int nr, struct seq_buf *out)
{
}

void otr_hist_view_json_totals(const struct otr_hist_view *view, const char *filter, bool paused,
			       struct seq_buf *out)
{
}

int otr_hist_take(struct otr_hist *hist, struct otr_hist_map **old)
{
	return -ENOMEM;
}

void otr_hist_map_free(struct otr_hist_map *map)
{
}

#endif
