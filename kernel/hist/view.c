// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was counted is copied and sorted before it is shown, so that each entry is whole,
 * and its values stay where the order put it.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/view.h"
#include "host/host.h"

static void view_sum_up(struct otr_hist_view *view)
{
	unsigned int i, j, sums = view->key_at / sizeof(u64);

	for (i = 0; i < view->nr; i++) {
		const u64 *row = (const u64 *)view->order[i];

		for (j = 0; j < sums; j++) {
			view->stats[j].total += row[j];
			view->stats[j].max = max(view->stats[j].max, row[j]);
		}
	}
}

/* So much of what an entry keeps is shown. */
static unsigned int view_payload(const struct otr_hist *hist, const struct otr_hist_map *map)
{
	unsigned int i;

	for (i = 0; i < hist->nr_actions; i++)
		if (hist->actions[i]->handler != HIST_ON_MATCH)
			return map->shape.payload;
	return hist->table->comm ? TASK_COMM_LEN : 0;
}

/* False if there are more entries than there is room for. */
static bool view_copy(struct otr_hist_view *view, const struct otr_hist_map *map,
		      unsigned int room)
{
	unsigned int sums = view->key_at / sizeof(u64), i;
	u32 slot = 0;
	int entry;

	for (view->nr = 0; (entry = otr_hist_map_next(map, &slot)) >= 0; view->nr++) {
		u8 *row = view->rows + (size_t)view->nr * view->stride;

		if (view->nr == room)
			return false;
		for (i = 0; i < sums; i++)
			((u64 *)row)[i] = otr_hist_map_sum(map, entry, i);
		memcpy(row + view->key_at, otr_hist_map_key(map, entry),
		       view->payload_at - view->key_at);
		memcpy(row + view->payload_at, otr_hist_map_payload(map, entry),
		       view->stride - view->payload_at);
		view->order[view->nr] = row;
	}
	return true;
}

static int view_make_room(struct otr_hist_view *view, unsigned int room)
{
	kvfree(view->rows);
	kvfree(view->order);
	view->rows = kvmalloc_array(room, view->stride, GFP_KERNEL);
	/* Twice as many: sorting moves them there and back. */
	view->order = kvmalloc_array(2 * room, sizeof(*view->order), GFP_KERNEL);
	return view->rows && view->order ? 0 : -ENOMEM;
}

/* All that was there before is copied: for what comes meanwhile there is more room. */
static int view_fill(struct otr_hist_view *view, const struct otr_hist_map *map)
{
	unsigned int room = otr_hist_table_entries(map);
	int err;

	do {
		room = min(room + room / 8 + 64, map->nr);
		err = view_make_room(view, room);
	} while (!err && !view_copy(view, map, room));
	return err;
}

/**
 * otr_hist_view_create_of - copy what was counted, and sort it
 * @hist: the histogram; has to stay as long as the view
 * @map: what it counted: its table, or one of otr_hist_take()
 *
 * Entries that come meanwhile may be missing; none that was there is.
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: the view, which does not refer to @map; NULL without memory.
 */
struct otr_hist_view *otr_hist_view_create_of(struct otr_hist *hist,
					      const struct otr_hist_map *map)
{
	struct otr_hist_view *view = kzalloc(sizeof(*view), GFP_KERNEL);

	if (!view)
		return NULL;
	view->hist = hist;
	view->key_at = (hist->nr_vals - hist->nr_vars) * sizeof(u64);
	view->payload_at = view->key_at + hist->table->key_size;
	view->stride = ALIGN(view->payload_at + view_payload(hist, map), sizeof(u64));
	view->names = otr_names_create();
	if (!view->names || otr_hist_view_leads(view) || view_fill(view, map)) {
		otr_hist_view_free(view);
		return NULL;
	}
	otr_hist_view_sort(view);
	view_sum_up(view);
	view->totals = (struct otr_hist_totals){
		.hits		= view->stats[0].total,
		.entries	= view->nr,
		.dropped	= otr_hist_map_sum(map, map->nr, 0),
	};
	return view;
}

/**
 * otr_hist_view_create - copy what a histogram counted, and sort it
 * @hist: as for otr_hist_view_create_of()
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: the view, NULL without memory.
 */
struct otr_hist_view *otr_hist_view_create(struct otr_hist *hist)
{
	return otr_hist_view_create_of(hist, hist->table->map);
}

/**
 * otr_hist_view_free - the counterpart of otr_hist_view_create()
 * @view: the view, or NULL
 *
 * Context: may sleep.
 */
void otr_hist_view_free(struct otr_hist_view *view)
{
	if (!view)
		return;
	otr_names_destroy(view->names);
	kvfree(view->rows);
	kvfree(view->order);
	kfree(view->leads);
	kfree(view);
}

/**
 * otr_hist_view_entries - how many entries a view has
 * @view: the view
 *
 * Context: any.
 * Return: the number.
 */
unsigned int otr_hist_view_entries(const struct otr_hist_view *view)
{
	return view->nr;
}

/**
 * otr_hist_view_hits - how much was counted
 * @view: the view
 *
 * Context: any.
 * Return: the hits of its entries.
 */
u64 otr_hist_view_hits(const struct otr_hist_view *view)
{
	return view->totals.hits;
}
