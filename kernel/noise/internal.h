/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the room noise: what its tracers share. */
#ifndef _OTR_NOISE_INTERNAL_H
#define _OTR_NOISE_INTERNAL_H

#include "noise/noise.h"
#include "record/record.h"

/**
 * struct otr_noise_number - a number that a file shows and sets
 * @value: the number; changed under otr_tracer_lock, read with READ_ONCE()
 * @min: what it may not be below, NULL for 0
 * @max: what it may not be above, NULL for no end
 *
 * Its address is the file's &struct otr_where.arg.
 */
struct otr_noise_number {
	u64		value;
	const u64	*min;
	const u64	*max;
};

/* A row of a directory for such a number. */
#define OTR_NOISE_NUMBER(file, number)						\
	{ file, OTR_MODE_WRITE, &otr_noise_number_ops, .arg = (long)&(number) }

extern const struct otr_file_ops otr_noise_number_ops;		/* number.c */

/**
 * struct otr_nmi_watch - what hears of NMIs
 * @enter: one begins
 * @leave: it ends, and began at @from; called more than once for one that takes several
 *	   pieces of time, one behind the other
 *
 * Called in the NMI.
 */
struct otr_nmi_watch {
	void	(*enter)(void);
	void	(*leave)(u64 from, u64 now);
};

/* nmi.c */
int otr_nmi_watch(const struct otr_nmi_watch *watch);
void otr_nmi_unwatch(const struct otr_nmi_watch *watch);

/* hwlat.c, hwlat_text.c */
int otr_hwlat_init(void);
void otr_hwlat_exit(void);
int otr_hwlat_text_init(void);
void otr_hwlat_text_exit(void);

#endif /* _OTR_NOISE_INTERNAL_H */
