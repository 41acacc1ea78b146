/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the hist room: what was counted, as it was at one moment. */
#ifndef _OTR_HIST_VIEW_H
#define _OTR_HIST_VIEW_H

#include "hist/plan.h"

/* What a reader needs to know of a value. */
struct otr_hist_stat {
	u64	max;
	u64	total;
};

/* What stands in front of an item in each line. */
struct otr_hist_lead {
	const char	*text;
	unsigned int	len;
};

/**
 * struct otr_hist_view - a copy of what was counted
 * @hist: the histogram
 * @totals: what there is in all
 * @nr: entries
 * @key_at: bytes into a row before its key
 * @payload_at: bytes into a row before what its entry keeps
 * @stride: bytes of a row
 * @rows: the entries: sums, the hits being the first, then the key, then what is kept
 * @order: the rows, sorted; and room for as many
 * @place: where the next row goes, by a byte of the key, while they are sorted
 * @stats: by value
 * @leads: texts of @lead
 * @lead: by item
 * @names: symbols that were looked up
 */
struct otr_hist_view {
	struct otr_hist		*hist;
	struct otr_hist_totals	totals;
	unsigned int		nr;
	unsigned int		key_at;
	unsigned int		payload_at;
	unsigned int		stride;
	u8			*rows;
	const u8		**order;
	u32			place[256];
	struct otr_hist_stat	stats[HIST_VALS_MAX];
	char			*leads;
	struct otr_hist_lead	lead[HIST_ITEMS_MAX];
	struct otr_names	*names;
};

/* order.c */
void otr_hist_view_sort(struct otr_hist_view *view);

/* show.c */
int otr_hist_view_leads(struct otr_hist_view *view);
void otr_hist_show_symbol(const struct otr_hist_view *view, u64 addr, bool with_offset,
			  unsigned int width, struct seq_buf *out);

#endif /* _OTR_HIST_VIEW_H */
