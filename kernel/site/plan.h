/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the site room: from what hooks want to what has to be written.
 *
 * Pure: bitmaps in, steps out, no kernel behind it; it also compiles in user
 * space. A block's sites are bits, it goes through them word by word, and
 * sites that go the same way leave together as one step.
 */
#ifndef _OTR_SITE_PLAN_H
#define _OTR_SITE_PLAN_H

#include <linux/bitops.h>
#include <linux/types.h>

/* Most hooks at a time; site.h says the same to the other rooms. */
#define OTR_PLAN_HOOKS	128

/**
 * struct otr_hookset - which hooks
 * @bits: bit n is the hook with the id n
 */
struct otr_hookset {
	unsigned long	bits[OTR_PLAN_HOOKS / BITS_PER_LONG];
};

static inline void otr_hookset_add(struct otr_hookset *set, unsigned int id)
{
	set->bits[id / BITS_PER_LONG] |= BIT(id % BITS_PER_LONG);
}

static inline bool otr_hookset_has(const struct otr_hookset *set, unsigned int id)
{
	return set->bits[id / BITS_PER_LONG] >> (id % BITS_PER_LONG) & 1;
}

static inline bool otr_hookset_empty(const struct otr_hookset *set)
{
	return !(set->bits[0] | set->bits[1]);
}

static inline bool otr_hookset_same(const struct otr_hookset *a, const struct otr_hookset *b)
{
	return a->bits[0] == b->bits[0] && a->bits[1] == b->bits[1];
}

/**
 * struct otr_plan_hook - one hook, as seen from one block
 * @id: its bit in sets of hooks
 * @gone: it wants nothing any more
 * @keep: it wants what it is on
 * @all: it wants all sites, whatever @filter is
 * @on: sites that it is on, NULL for none
 * @filter: sites that it wants, NULL for none
 * @skip: sites that it does not want even so, NULL for none
 */
struct otr_plan_hook {
	unsigned int		id;
	bool			gone;
	bool			keep;
	bool			all;
	const unsigned long	*on;
	const unsigned long	*filter;
	const unsigned long	*skip;
};

/**
 * struct otr_plan - planning of one block
 * @hooks: all hooks, no id twice
 * @nr_hooks: their number
 * @sites: number of sites of the block
 *
 * The caller fills in the first three and leaves the rest zero. No bitmap has a
 * bit set beyond @sites; they may change behind the word of the last step.
 */
struct otr_plan {
	const struct otr_plan_hook	*hooks;
	unsigned int			nr_hooks;
	unsigned int			sites;
/* private: the word that is being worked on, plus one; what is left of it */
	unsigned int			word;
	unsigned long			left;
};

/**
 * struct otr_plan_step - sites that go the same way
 * @word: which word of the block's bitmaps
 * @sites: which bits of it
 * @from: hooks that are on all of them
 * @to: hooks that want all of them
 */
struct otr_plan_step {
	unsigned int		word;
	unsigned long		sites;
	struct otr_hookset	from;
	struct otr_hookset	to;
};

unsigned long otr_plan_want(const struct otr_plan *plan, const struct otr_plan_hook *hook,
			    unsigned int word);
bool otr_plan_next(struct otr_plan *plan, struct otr_plan_step *step);

#endif /* _OTR_SITE_PLAN_H */
