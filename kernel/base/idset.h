/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of process ids, made for the question "is this one in it?". */
#ifndef _OTR_BASE_IDSET_H
#define _OTR_BASE_IDSET_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/math.h>
#include <linux/threads.h>
#include <linux/types.h>

/* Ids that a task can have: one bit each, in leaves of one page. */
#define OTR_IDSET_LEAF_BITS	15
#define OTR_IDSET_LEAF_SIZE	BIT(OTR_IDSET_LEAF_BITS)
#define OTR_IDSET_LEAVES	DIV_ROUND_UP(PID_MAX_LIMIT, OTR_IDSET_LEAF_SIZE)
/* Ids that a user may name, although no task can have the bigger ones. */
#define OTR_IDSET_END		BIT(30)

/**
 * struct otr_idset - a set of process ids
 * @leaf: bitmaps of the ids below PID_MAX_LIMIT; all empty ones are one page
 *	  that never changes
 * @high: the other ids; ascending when otr_idset_parse() is done
 * @nr_high: how many
 * @room_high: how many there is room for
 *
 * Readers need nothing but that the set stays: its owner publishes it by
 * rcu_assign_pointer() and frees it a grace period after it took it back.
 * Members of @leaf may come and go meanwhile. @high changes only while the
 * set has no readers.
 */
struct otr_idset {
	unsigned long	*leaf[OTR_IDSET_LEAVES];
	u32		*high;
	unsigned int	nr_high;
	unsigned int	room_high;
};

/**
 * otr_idset_test - is an id in a set?
 * @set: the set
 * @pid: id of a task, 0 for the idle tasks
 *
 * Context: any; the set stays where it is meanwhile.
 * Return: true if it is.
 */
static __always_inline bool otr_idset_test(const struct otr_idset *set, pid_t pid)
{
	/*
	 * Pairs with the cmpxchg() in otr_idset_add(): a leaf is seen zeroed.
	 * The address dependency orders it.
	 */
	const unsigned long *leaf = READ_ONCE(set->leaf[(u32)pid >> OTR_IDSET_LEAF_BITS]);
	u32 bit = (u32)pid & (OTR_IDSET_LEAF_SIZE - 1);

	return READ_ONCE(leaf[bit / BITS_PER_LONG]) >> (bit % BITS_PER_LONG) & 1;
}

struct otr_idset *otr_idset_create(void);
struct otr_idset *otr_idset_copy(const struct otr_idset *from);
void otr_idset_free(struct otr_idset *set);
int otr_idset_add(struct otr_idset *set, pid_t pid, gfp_t gfp);
void otr_idset_del(struct otr_idset *set, pid_t pid);
int otr_idset_next(const struct otr_idset *set, pid_t from);
bool otr_idset_empty(const struct otr_idset *set);
int otr_idset_parse(const struct otr_idset *base, const char *text, size_t len,
		    struct otr_idset **result);

#endif /* _OTR_BASE_IDSET_H */
