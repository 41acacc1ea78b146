// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of entries. Those that are equal in what they are sorted by come as they have
 * always come: entries are sorted by all bytes of their keys first, and then by a sort that
 * keeps no order but always does the same.
 *
 * Keys differ, so it does not matter how the first sort works. In most tables only some
 * bytes of them do, and it deals entries out by one such byte after the other.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "hist/view.h"

/* With more bytes than this that differ, comparing takes less time. */
#define DEALS_MAX	24

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
struct by_what {
	enum by		by;
	unsigned int	at;
	unsigned int	size;
	unsigned int	shift;
	bool		is_signed;
	bool		descending;
};

static int order_compare_numbers(const struct by_what *order, u64 a, u64 b)
{
	a <<= order->shift;
	b <<= order->shift;
	if (order->is_signed) {
		a ^= 1ULL << 63;
		b ^= 1ULL << 63;
	}
	return a > b ? 1 : a < b ? -1 : 0;
}

static int order_compare(const void *a, const void *b, const void *priv)
{
	const struct by_what *order = priv;
	const u8 *x = *(const u8 *const *)a + order->at;
	const u8 *y = *(const u8 *const *)b + order->at;
	int result;

	switch (order->by) {
	case BY_NUMBER:
		result = order_compare_numbers(order, *(const u64 *)x, *(const u64 *)y);
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

/* The usual case. */
static int order_compare_unsigned(const void *a, const void *b, const void *priv)
{
	const struct by_what *order = priv;
	u64 x = *(const u64 *)(*(const u8 *const *)a + order->at);
	u64 y = *(const u64 *)(*(const u8 *const *)b + order->at);

	return x < y ? -1 : x > y;
}

static void order_sort(const u8 **rows, unsigned int nr, const struct by_what *order)
{
	bool is_usual = order->by == BY_NUMBER && !order->shift && !order->is_signed &&
			!order->descending;

	sort_r(rows, nr, sizeof(*rows), is_usual ? order_compare_unsigned : order_compare, NULL,
	       order);
}

/* How a key compares. */
static void order_of_key(const struct otr_hist_item *item, struct by_what *order)
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

static void order_of(const struct otr_hist_view *view, const struct otr_hist_sort *sort,
		     struct by_what *order)
{
	const struct otr_hist *hist = view->hist;
	unsigned int sums = hist->nr_vals - hist->nr_vars;

	*order = (struct by_what){ .by = BY_NUMBER, .descending = sort->descending };
	if (sort->nr < sums) {
		order->at = sort->nr * sizeof(u64);
	} else {
		const struct otr_hist_item *item = hist->items[sort->nr + hist->nr_vars];

		order->at = view->key_at + item->offset;
		order_of_key(item, order);
	}
}

/* Those that are equal so far, by something else. */
static void order_sort_equals(struct otr_hist_view *view, const struct by_what *first,
			      const struct by_what *second)
{
	unsigned int i, start = 0;

	for (i = 1; i <= view->nr; i++) {
		if (i < view->nr && !order_compare(&view->order[i - 1], &view->order[i], first))
			continue;
		if (i - start > 1)
			order_sort(&view->order[start], i - start, second);
		start = i;
	}
}

/* Deal entries out by a byte of their rows; those with the same stay in order. */
static void order_deal(struct otr_hist_view *view, const u8 **from, const u8 **to, unsigned int at)
{
	u32 *place = view->place, next = 0, count;
	unsigned int i;

	memset(place, 0, sizeof(view->place));
	for (i = 0; i < view->nr; i++)
		place[from[i][at]]++;
	for (i = 0; i < ARRAY_SIZE(view->place); i++) {
		count = place[i];
		place[i] = next;
		next += count;
	}
	for (i = 0; i < view->nr; i++)
		to[place[from[i][at]]++] = from[i];
}

/* Which bytes of the keys are not the same in all of them; how many, the last ones first. */
static unsigned int order_find_bytes(const struct otr_hist_view *view, u16 *bytes)
{
	unsigned int words = view->hist->table->key_size / sizeof(u64), nr = 0, w, i, b;
	const u64 *first = (const u64 *)(view->order[0] + view->key_at);

	for (w = words; w-- > 0; ) {
		union {
			u64	word;
			u8	byte[sizeof(u64)];
		} differ = {};

		for (i = 1; i < view->nr; i++)
			differ.word |= first[w] ^
				       ((const u64 *)(view->order[i] + view->key_at))[w];
		for (b = sizeof(u64); b-- > 0; )
			if (differ.byte[b]) {
				if (nr == DEALS_MAX)
					return nr + 1;
				bytes[nr++] = view->key_at + w * sizeof(u64) + b;
			}
	}
	return nr;
}

static void order_by_key(struct otr_hist_view *view)
{
	const struct by_what by_key = {
		.by = BY_BYTES,
		.at = view->key_at,
		.size = view->hist->table->key_size,
	};
	const u8 **from = view->order, **to = view->order + view->nr;
	u16 bytes[DEALS_MAX];
	unsigned int nr = order_find_bytes(view, bytes), i;

	if (nr > DEALS_MAX) {
		order_sort(view->order, view->nr, &by_key);
		return;
	}
	for (i = 0; i < nr; i++) {
		order_deal(view, from, to, bytes[i]);
		swap(from, to);
	}
	if (from != view->order)
		memcpy(view->order, from, view->nr * sizeof(*from));
}

/**
 * otr_hist_view_sort - put the entries of a view in order
 * @view: the view, which has room for as many entries behind them
 *
 * Context: may sleep.
 */
void otr_hist_view_sort(struct otr_hist_view *view)
{
	const struct otr_hist *hist = view->hist;
	struct by_what first, second;

	if (view->nr < 2)
		return;
	order_by_key(view);
	order_of(view, &hist->sorts[0], &first);
	order_sort(view->order, view->nr, &first);
	if (hist->nr_sorts > 1) {
		order_of(view, &hist->sorts[1], &second);
		order_sort_equals(view, &first, &second);
	}
}
