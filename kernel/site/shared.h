/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the site room: sites whose target has no trampoline of its own. */
#ifndef _OTR_SITE_SHARED_H
#define _OTR_SITE_SHARED_H

#include "site/internal.h"

/**
 * struct otr_shared - which hooks are called from where, for the shared trampoline
 * @nr: number of sites
 * @sites: ascending by @ip; @target may change, and is NULL for a site that calls
 *	   nobody any more
 *
 * Replaced whole when sites come.
 */
struct otr_shared {
	unsigned int	nr;
	struct otr_shared_site {
		unsigned long		ip;
		struct otr_target	*target;
	} sites[] __counted_by(nr);
};

extern struct otr_shared *otr_shared;

/* The entry of a site, NULL if there is none. */
static inline const struct otr_shared_site *otr_shared_find(const struct otr_shared *shared,
							    unsigned long ip)
{
	unsigned int low = 0, high = shared ? shared->nr : 0;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (shared->sites[mid].ip == ip)
			return &shared->sites[mid];
		if (shared->sites[mid].ip < ip)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

#endif /* _OTR_SITE_SHARED_H */
