// SPDX-License-Identifier: GPL-2.0-only
/* Sets of addresses. */
#include <linux/log2.h>
#include <linux/slab.h>

#include "base/addrs.h"

/**
 * otr_addrs_create - a new set, empty
 * @nr: addresses that it shall have room for
 *
 * Context: may sleep.
 * Return: the set, NULL when there is no memory.
 */
struct otr_addrs *otr_addrs_create(unsigned int nr)
{
	unsigned long places = roundup_pow_of_two(nr + 1UL) * 2;
	struct otr_addrs *set = kvzalloc(struct_size(set, at, places), GFP_KERNEL);

	if (set)
		set->mask = places - 1;
	return set;
}

/**
 * otr_addrs_add - put an address into a set
 * @set: a set that nobody reads yet
 * @addr: the address, not 0; nothing happens when there is no room
 *
 * Context: any.
 */
void otr_addrs_add(struct otr_addrs *set, unsigned long addr)
{
	unsigned int place = otr_addrs_hash(addr) & set->mask;

	if (set->nr > set->mask / 2)
		return;
	while (set->at[place] && set->at[place] != addr)
		place = (place + 1) & set->mask;
	set->nr += !set->at[place];
	set->at[place] = addr;
}

/**
 * otr_addrs_free - the counterpart of otr_addrs_create()
 * @set: a set that nobody reads any more, or NULL
 *
 * Context: may sleep.
 */
void otr_addrs_free(struct otr_addrs *set)
{
	kvfree(set);
}
