/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the site room: a table of sites. No locks of its own. */
#ifndef _OTR_SITE_TABLE_H
#define _OTR_SITE_TABLE_H

#include <linux/types.h>

/**
 * struct otr_table - sites in ascending order
 * @sites: their addresses
 * @nr: their number
 * @copy: what @sites points to if it is ours, NULL if it is a part of the table
 *	  that the kernel or the module has
 */
struct otr_table {
	const unsigned long	*sites;
	unsigned int		nr;
	unsigned long		*copy;
};

int otr_table_get(struct otr_table *table, const unsigned long *all, unsigned int nr,
		  bool (*has)(unsigned long site, const void *text), const void *text);
void otr_table_put(struct otr_table *table);

#endif /* _OTR_SITE_TABLE_H */
