/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of addresses that do not change, made for the question "is this one in it?". */
#ifndef _OTR_BASE_ADDRS_H
#define _OTR_BASE_ADDRS_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct otr_addrs - a set of addresses
 * @mask: number of places less one, a power of two less one
 * @nr: how many addresses are in it, at most half as many as places
 * @at: the places, 0 where nothing is
 *
 * An address is in the place that its hash says, or in the next free one.
 */
struct otr_addrs {
	unsigned int	mask;
	unsigned int	nr;
	unsigned long	at[];
};

static __always_inline unsigned int otr_addrs_hash(unsigned long addr)
{
	/* Functions begin at multiples of 16; a large odd number spreads them. */
	return (u32)(addr >> 2) * 0x9e3779b1U >> 7;
}

/**
 * otr_addrs_test - is an address in a set?
 * @set: the set
 * @addr: the address, not 0
 *
 * Context: any; the set stays.
 * Return: true if it is.
 */
static __always_inline bool otr_addrs_test(const struct otr_addrs *set, unsigned long addr)
{
	unsigned int place = otr_addrs_hash(addr) & set->mask;

	while (set->at[place] && set->at[place] != addr)
		place = (place + 1) & set->mask;
	return set->at[place];
}

struct otr_addrs *otr_addrs_create(unsigned int nr);
void otr_addrs_add(struct otr_addrs *set, unsigned long addr);
void otr_addrs_free(struct otr_addrs *set);

#endif /* _OTR_BASE_ADDRS_H */
