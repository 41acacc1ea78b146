// SPDX-License-Identifier: GPL-2.0-only
/* Sets of process ids. */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "base/base.h"

#define LEAF_BYTES	(OTR_IDSET_LEAF_SIZE / BITS_PER_BYTE)
#define NR_LEAF_IDS	((u32)OTR_IDSET_LEAVES << OTR_IDSET_LEAF_BITS)

/* Longest number that the files take, with the final zero. */
#define NUMBER_SIZE	128

/* High ids that there is room for at first. */
#define IDSET_HIGH_ROOM	16U

/* What a leaf without ids is; never written to. */
static const unsigned long no_ids[LEAF_BYTES / sizeof(long)];

static unsigned long *idset_empty_leaf(void)
{
	return (unsigned long *)no_ids;
}

/**
 * otr_idset_create - make an empty set
 *
 * Context: may sleep.
 * Return: the set, NULL if there is no memory.
 */
struct otr_idset *otr_idset_create(void)
{
	struct otr_idset *set = kzalloc(sizeof(*set), GFP_KERNEL);
	unsigned int i;

	if (!set)
		return NULL;
	for (i = 0; i < OTR_IDSET_LEAVES; i++)
		set->leaf[i] = idset_empty_leaf();
	return set;
}

/**
 * otr_idset_free - the counterpart of otr_idset_create()
 * @set: the set, which has no reader any more, or NULL
 *
 * Context: any that may free memory.
 */
void otr_idset_free(struct otr_idset *set)
{
	unsigned int i;

	if (!set)
		return;
	for (i = 0; i < OTR_IDSET_LEAVES; i++) {
		if (set->leaf[i] != idset_empty_leaf())
			kfree(set->leaf[i]);
	}
	kvfree(set->high);
	kfree(set);
}

/**
 * otr_idset_copy - make a set with the ids of another one
 * @from: the other one, which may gain and lose ids meanwhile; NULL for none
 *
 * Context: may sleep; the caller keeps @from alive.
 * Return: the new set, NULL if there is no memory.
 */
struct otr_idset *otr_idset_copy(const struct otr_idset *from)
{
	struct otr_idset *set = otr_idset_create();
	unsigned int i;

	if (!set || !from)
		return set;
	for (i = 0; i < OTR_IDSET_LEAVES; i++) {
		/* Pairs with the cmpxchg() in idset_leaf_for_write(), as a reader. */
		const unsigned long *leaf = READ_ONCE(from->leaf[i]);

		if (leaf == no_ids)
			continue;
		set->leaf[i] = kmemdup(leaf, LEAF_BYTES, GFP_KERNEL);
		if (!set->leaf[i]) {
			set->leaf[i] = idset_empty_leaf();
			goto no_memory;
		}
	}
	if (from->nr_high) {
		set->high = kvmemdup(from->high, from->nr_high * sizeof(u32), GFP_KERNEL);
		if (!set->high)
			goto no_memory;
		set->nr_high = from->nr_high;
		set->room_high = from->nr_high;
	}
	return set;

no_memory:
	otr_idset_free(set);
	return NULL;
}

/* The leaf number @nr, made writable if need be. */
static unsigned long *idset_leaf_for_write(struct otr_idset *set, unsigned int nr, gfp_t gfp)
{
	unsigned long *leaf = READ_ONCE(set->leaf[nr]);
	unsigned long *fresh;

	if (leaf != idset_empty_leaf())
		return leaf;
	fresh = kzalloc(LEAF_BYTES, gfp);
	if (!fresh)
		return NULL;
	/*
	 * Fully ordered: a reader that sees the new leaf sees it zeroed. Pairs with the
	 * address dependency in otr_idset_test() and otr_idset_copy().
	 */
	leaf = cmpxchg(&set->leaf[nr], idset_empty_leaf(), fresh);
	if (leaf == idset_empty_leaf())
		return fresh;
	kfree(fresh);
	return leaf;
}

/* Where @pid is in the list of high ids, or would be. */
static unsigned int idset_high_place(const struct otr_idset *set, u32 pid)
{
	unsigned int low = 0, high = set->nr_high;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (set->high[middle] < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Behind all others: idset_high_sort() follows when all are there. */
static int idset_high_add(struct otr_idset *set, u32 pid, gfp_t gfp)
{
	if (set->nr_high == set->room_high) {
		unsigned int room = max(2 * set->room_high, IDSET_HIGH_ROOM);
		u32 *high = kvrealloc(set->high, room * sizeof(u32), gfp | __GFP_NOWARN);

		if (!high)
			return -ENOMEM;
		set->high = high;
		set->room_high = room;
	}
	set->high[set->nr_high++] = pid;
	return 0;
}

static int idset_high_compare(const void *a, const void *b)
{
	u32 one = *(const u32 *)a, other = *(const u32 *)b;

	return (one > other) - (one < other);
}

/* In order, and each one once. */
static void idset_high_sort(struct otr_idset *set)
{
	unsigned int i, nr = 0;

	if (!set->nr_high)
		return;
	sort(set->high, set->nr_high, sizeof(u32), idset_high_compare, NULL);
	for (i = 0; i < set->nr_high; i++)
		if (!nr || set->high[i] != set->high[nr - 1])
			set->high[nr++] = set->high[i];
	set->nr_high = nr;
}

/**
 * otr_idset_add - put an id into a set
 * @set: the set
 * @pid: the id, 0..PID_MAX_LIMIT-1
 * @gfp: how to get memory, if some is needed
 *
 * Ids from PID_MAX_LIMIT on are never asked for by otr_idset_test(). Only
 * otr_idset_parse() adds them.
 *
 * Context: any that allows @gfp; others may add, delete and test at the same time.
 * Return: 0, -EPERM for an id out of range, -ENOMEM.
 */
int otr_idset_add(struct otr_idset *set, pid_t pid, gfp_t gfp)
{
	unsigned long *leaf;
	u32 id = pid;

	if (id >= NR_LEAF_IDS)
		return -EPERM;
	leaf = idset_leaf_for_write(set, id >> OTR_IDSET_LEAF_BITS, gfp);
	if (!leaf)
		return -ENOMEM;
	set_bit(id & (OTR_IDSET_LEAF_SIZE - 1), leaf);
	return 0;
}

/**
 * otr_idset_del - take an id out of a set
 * @set: the set
 * @pid: the id, below PID_MAX_LIMIT; others stay
 *
 * Context: any; others may add, delete and test at the same time.
 */
void otr_idset_del(struct otr_idset *set, pid_t pid)
{
	unsigned long *leaf;
	u32 id = pid;

	if (id >= NR_LEAF_IDS)
		return;
	leaf = READ_ONCE(set->leaf[id >> OTR_IDSET_LEAF_BITS]);
	if (leaf != idset_empty_leaf())
		clear_bit(id & (OTR_IDSET_LEAF_SIZE - 1), leaf);
}

/**
 * otr_idset_next - walk over the ids of a set
 * @set: the set
 * @from: the first id that counts, 0 or more
 *
 * Context: any, under what keeps the set alive.
 * Return: the smallest id from @from on, -1 if there is none.
 */
int otr_idset_next(const struct otr_idset *set, pid_t from)
{
	u32 id = from;
	unsigned int place;

	while (id < NR_LEAF_IDS) {
		const unsigned long *leaf = READ_ONCE(set->leaf[id >> OTR_IDSET_LEAF_BITS]);
		u32 start = round_down(id, OTR_IDSET_LEAF_SIZE);
		u32 bit = OTR_IDSET_LEAF_SIZE;

		if (leaf != no_ids)
			bit = find_next_bit(leaf, OTR_IDSET_LEAF_SIZE, id - start);
		if (bit < OTR_IDSET_LEAF_SIZE)
			return start + bit;
		id = start + OTR_IDSET_LEAF_SIZE;
	}
	place = idset_high_place(set, id);
	return place < set->nr_high ? (int)set->high[place] : -1;
}

/**
 * otr_idset_empty - is there no id in a set?
 * @set: the set
 *
 * Context: as otr_idset_next().
 * Return: true if there is none.
 */
bool otr_idset_empty(const struct otr_idset *set)
{
	return otr_idset_next(set, 0) < 0;
}

static int idset_add_number(struct otr_idset *set, const char *text)
{
	unsigned long value;

	if (kstrtoul(text, 0, &value))
		return -EINVAL;
	/* What is out of range is told apart from what is no number. */
	if ((u32)value >= OTR_IDSET_END)
		return -EPERM;
	if ((u32)value >= NR_LEAF_IDS)
		return idset_high_add(set, value, GFP_KERNEL);
	return otr_idset_add(set, value, GFP_KERNEL);
}

static int idset_add_numbers(struct otr_idset *set, const char *text, size_t len)
{
	struct otr_word word;
	char *number;
	ssize_t used;
	int err;

	err = otr_word_init(&word, NUMBER_SIZE);
	while (!err && len) {
		used = otr_word_feed(&word, text, len);
		if (used < 0) {
			err = used;
			break;
		}
		text += used;
		len -= used;
		/* A number may end where the write ends. */
		number = otr_word_last(&word);
		if (!number)
			break;
		err = idset_add_number(set, number);
		otr_word_clear(&word);
	}
	otr_word_free(&word);
	return err;
}

/**
 * otr_idset_parse - make a set from what a user wrote
 * @base: what to start with, NULL for nothing
 * @text: numbers in C notation with white space between
 * @len: length of @text
 * @result: the new set, or NULL when it would be empty
 *
 * All of @text counts, or nothing.
 *
 * Context: may sleep; the caller keeps @base alive.
 * Return: 0; -EINVAL for what is no number or longer than 127 characters,
 * -EPERM for a number of 2^30 or more, -ENOMEM.
 */
int otr_idset_parse(const struct otr_idset *base, const char *text, size_t len,
		    struct otr_idset **result)
{
	struct otr_idset *set = otr_idset_copy(base);
	int err;

	if (!set)
		return -ENOMEM;
	err = idset_add_numbers(set, text, len);
	idset_high_sort(set);
	if (err || otr_idset_empty(set)) {
		otr_idset_free(set);
		set = NULL;
	}
	if (!err)
		*result = set;
	return err;
}
