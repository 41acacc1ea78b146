// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the files of this room share, and finding a site in it.
 */
#include "arch/x86/arch.h"
#include "site/internal.h"

/* Held to change hooks, for as long as it takes to write text and wait for tasks. */
DEFINE_MUTEX(otr_site_lock);

/* What there is: blocks, sets, hooks, targets. Never held to write text or to wait. */
DEFINE_MUTEX(otr_site_data_lock);

LIST_HEAD(otr_blocks);
LIST_HEAD(otr_sets);
struct otr_hook *otr_hooks[OTR_HOOKS_MAX];

/**
 * otr_table_find - where an address is, or belongs, in a table of sites
 * @sites: the table, ascending
 * @nr: its length
 * @addr: the address
 *
 * Context: any.
 * Return: number of the first site that is not below @addr, @nr for none.
 */
unsigned int otr_table_find(const unsigned long *sites, unsigned int nr, unsigned long addr)
{
	unsigned int low = 0;

	while (low < nr) {
		unsigned int mid = low + (nr - low) / 2;

		if (sites[mid] < addr)
			low = mid + 1;
		else
			nr = mid;
	}
	return low;
}

/**
 * otr_block_has - is a site in a block?
 * @block: the block
 * @ip: the site, or its function
 * @site: set to its number
 *
 * Context: otr_site_lock or otr_site_data_lock held.
 * Return: true if it is.
 */
bool otr_block_has(const struct otr_block *block, unsigned long ip, unsigned int *site)
{
	*site = otr_table_find(block->sites, block->nr, ip);
	return *site < block->nr && block->sites[*site] - ip <= OTR_ARCH_SITE_LEAD;
}

/**
 * otr_block_find - the block that a site is in
 * @ip: the site, or its function
 * @site: set to its number in the block
 *
 * Context: otr_site_lock or otr_site_data_lock held.
 * Return: the block, NULL when there is no such site.
 */
struct otr_block *otr_block_find(unsigned long ip, unsigned int *site)
{
	struct otr_block *block;

	list_for_each_entry(block, &otr_blocks, node)
		if (otr_block_has(block, ip, site))
			return block;
	return NULL;
}
