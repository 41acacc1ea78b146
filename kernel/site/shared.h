/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the site room: sites whose target has no trampoline of its own. */
#ifndef _OTR_SITE_SHARED_H
#define _OTR_SITE_SHARED_H

#include "site/internal.h"

/**
 * struct otr_shared - who is called from where, for the shared trampoline
 * @nr: number of sites
 * @sites: ascending by @ip
 *
 * Immutable; replaced whole.
 */
struct otr_shared {
	unsigned int	nr;
	struct otr_shared_site {
		unsigned long		ip;
		struct otr_target	*target;
	} sites[] __counted_by(nr);
};

extern const struct otr_shared *otr_shared;

#endif /* _OTR_SITE_SHARED_H */
