// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was counted is copied and sorted before it is shown, so that each entry is whole,
 * and its values stay where the order put it.
 *
 * Entries that are equal in what they are sorted by come as they have always come: they
 * are sorted by all bytes of their keys first, and then by a sort that keeps no order but
 * always does the same.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "hist/view.h"
#include "host/host.h"

/* How two entries are compared. */
enum by { BY_BYTES, BY_NUMBER, BY_TEXT, BY_NOTHING };

/*
 * What entries are compared by.
 *
 * @by: how
 * @at: where it is in a row
 * @size: of bytes and texts
 * @is_signed: a number is compared with its sign
 * @shift: bits of a number that are not looked at, the highest ones
 * @descending: the largest first
 */
struct order {
	enum by		by;
	unsigned int	at;
	unsigned int	size;
	unsigned int	shift;
	bool		is_signed;
	bool		descending;
};

static int view_compare_numbers(const struct order *order, u64 a, u64 b)
{
	a <<= order->shift;
	b <<= order->shift;
	if (order->is_signed) {
		a ^= 1ULL << 63;
		b ^= 1ULL << 63;
	}
	return a > b ? 1 : a < b ? -1 : 0;
}

static int view_compare(const void *a, const void *b, const void *priv)
{
	const struct order *order = priv;
	const u8 *x = *(const u8 *const *)a + order->at;
	const u8 *y = *(const u8 *const *)b + order->at;
	int result;

	switch (order->by) {
	case BY_NUMBER:
		result = view_compare_numbers(order, *(const u64 *)x, *(const u64 *)y);
		break;
	case BY_BYTES:
		return memcmp(x, y, order->size);
	case BY_TEXT:
		result = strncmp((const char *)x, (const char *)y, order->size);
		break;
	default:
		return 0;
	}
	return order->descending ? -result : result;
}

static void view_sort(const u8 **rows, unsigned int nr, const struct order *order)
{
	sort_r(rows, nr, sizeof(*rows), view_compare, NULL, order);
}

/* How a key compares. */
static void view_order_key(const struct otr_hist_item *item, struct order *order)
{
	const struct otr_field *field = item->field;

	order->size = item->size;
	if (item->flags & HIST_STACK) {
		order->by = BY_NOTHING;
		return;
	}
	order->by = BY_NUMBER;
	if (!field || item->flags & HIST_CPU) {
		order->is_signed = item->is_signed;
		/* Of what has no number that fits, all are equal. */
		if (item->size > sizeof(u64))
			order->by = BY_NOTHING;
		return;
	}
	if (otr_kind_is_text(otr_field_kind(field))) {
		order->by = BY_TEXT;
		return;
	}
	order->is_signed = field->is_signed;
	order->shift = 64 - 8 * field->size;
}

static void view_order(const struct otr_hist_view *view, const struct otr_hist_sort *sort,
		       struct order *order)
{
	const struct otr_hist *hist = view->hist;
	unsigned int sums = hist->nr_vals - hist->nr_vars;

	*order = (struct order){ .by = BY_NUMBER, .descending = sort->descending };
	if (sort->nr < sums) {
		order->at = sort->nr * sizeof(u64);
	} else {
		const struct otr_hist_item *item = hist->items[sort->nr + hist->nr_vars];

		order->at = view->key_at + item->offset;
		view_order_key(item, order);
	}
}

/* Those that are equal so far, by something else. */
static void view_sort_equals(struct otr_hist_view *view, const struct order *first,
			     const struct order *second)
{
	unsigned int i, start = 0;

	for (i = 1; i <= view->nr; i++) {
		if (i < view->nr && !view_compare(&view->order[i - 1], &view->order[i], first))
			continue;
		if (i - start > 1)
			view_sort(&view->order[start], i - start, second);
		start = i;
	}
}

static void view_sort_all(struct otr_hist_view *view)
{
	const struct otr_hist *hist = view->hist;
	const struct order by_key = {
		.by = BY_BYTES,
		.at = view->key_at,
		.size = hist->table->key_size,
	};
	struct order first, second;

	if (view->nr < 2)
		return;
	view_sort(view->order, view->nr, &by_key);
	view_order(view, &hist->sorts[0], &first);
	view_sort(view->order, view->nr, &first);
	if (hist->nr_sorts > 1) {
		view_order(view, &hist->sorts[1], &second);
		view_sort_equals(view, &first, &second);
	}
}

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

static void view_copy(struct otr_hist_view *view, const struct otr_hist_map *map,
		      unsigned int room)
{
	unsigned int sums = view->key_at / sizeof(u64), i;
	u32 slot = 0;
	int entry;

	while (view->nr < room && (entry = otr_hist_map_next(map, &slot)) >= 0) {
		u8 *row = view->rows + (size_t)view->nr * view->stride;

		for (i = 0; i < sums; i++)
			((u64 *)row)[i] = otr_hist_map_sum(map, entry, i);
		memcpy(row + view->key_at, otr_hist_map_key(map, entry),
		       view->payload_at - view->key_at);
		memcpy(row + view->payload_at, otr_hist_map_payload(map, entry),
		       view->stride - view->payload_at);
		view->order[view->nr++] = row;
	}
}

/**
 * otr_hist_view_create_of - copy what was counted, and sort it
 * @hist: the histogram; has to stay as long as the view
 * @map: what it counted: its table, or one of otr_hist_take()
 *
 * Entries that come meanwhile may be missing.
 *
 * Context: the caller's lock, see hist.h; may sleep.
 * Return: the view, which does not refer to @map; NULL without memory.
 */
struct otr_hist_view *otr_hist_view_create_of(struct otr_hist *hist,
					      const struct otr_hist_map *map)
{
	struct otr_hist_view *view = kzalloc(sizeof(*view), GFP_KERNEL);
	unsigned int room;

	if (!view)
		return NULL;
	view->hist = hist;
	view->key_at = (hist->nr_vals - hist->nr_vars) * sizeof(u64);
	view->payload_at = view->key_at + hist->table->key_size;
	view->stride = ALIGN(view->payload_at + view_payload(hist, map), sizeof(u64));
	otr_hist_map_totals(map, &view->totals);
	room = view->totals.entries;
	view->names = otr_names_create();
	view->rows = kvmalloc_array(room ?: 1, view->stride, GFP_KERNEL);
	view->order = kvmalloc_array(room ?: 1, sizeof(*view->order), GFP_KERNEL);
	if (!view->rows || !view->order || !view->names) {
		otr_hist_view_free(view);
		return NULL;
	}
	view_copy(view, map, room);
	view_sort_all(view);
	view_sum_up(view);
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
