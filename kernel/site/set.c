// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of sites: a bitmap for every block that they have something of.
 */
#include <kunit/visibility.h>
#include <linux/bitmap.h>
#include <linux/export.h>
#include <linux/slab.h>

#include "site/internal.h"

/**
 * otr_part_find - the part that a list has of a block
 * @parts: the list
 * @block: the block
 *
 * Context: otr_site_data_lock held, or the lock under which the list is changed.
 * Return: its bits, NULL when there is none.
 */
unsigned long *otr_part_find(const struct list_head *parts, const struct otr_block *block)
{
	struct otr_part *part;

	list_for_each_entry(part, parts, node)
		if (part->block == block)
			return part->bits;
	return NULL;
}

/**
 * otr_part_make - the part that a list has of a block, now if not before
 * @parts: the list
 * @block: the block
 *
 * Context: otr_site_data_lock held, or nobody else knows the list; sleeps.
 * Return: its bits, NULL when there is no memory.
 */
unsigned long *otr_part_make(struct list_head *parts, struct otr_block *block)
{
	unsigned long *bits = otr_part_find(parts, block);
	struct otr_part *part;

	if (bits)
		return bits;
	part = kzalloc(struct_size(part, bits, BITS_TO_LONGS(block->nr)), GFP_KERNEL);
	if (!part)
		return NULL;
	part->block = block;
	list_add_tail(&part->node, parts);
	return part->bits;
}

static void set_part_free(struct otr_part *part)
{
	list_del(&part->node);
	kfree(part);
}

/**
 * otr_parts_forget - drop what a list has of a block
 * @parts: the list
 * @block: the block
 *
 * Context: otr_site_data_lock held.
 */
void otr_parts_forget(struct list_head *parts, const struct otr_block *block)
{
	struct otr_part *part, *next;

	list_for_each_entry_safe(part, next, parts, node)
		if (part->block == block)
			set_part_free(part);
}

/**
 * otr_parts_free - drop all that a list has
 * @parts: the list
 *
 * Context: otr_site_data_lock held.
 */
void otr_parts_free(struct list_head *parts)
{
	struct otr_part *part, *next;

	list_for_each_entry_safe(part, next, parts, node)
		set_part_free(part);
}

/**
 * otr_set_empty - does a set mean that nobody chose?
 * @set: the set
 *
 * Context: otr_site_data_lock held, or otr_site_lock for a set of a registered hook.
 * Return: true if no site is in it, nor was in a module that went, nor is
 * expected of one that will come.
 */
bool otr_set_empty(const struct otr_siteset *set)
{
	struct otr_part *part;

	if (set->lost || set->expects)
		return false;
	list_for_each_entry(part, &set->parts, node)
		if (!bitmap_empty(part->bits, part->block->nr))
			return false;
	return true;
}

/**
 * otr_set_meets - do two sets have a site in common?
 * @a: one
 * @b: the other
 *
 * Context: otr_site_data_lock held.
 * Return: whether they do.
 */
bool otr_set_meets(const struct otr_siteset *a, const struct otr_siteset *b)
{
	const struct otr_part *part;
	const unsigned long *bits;

	list_for_each_entry(part, &a->parts, node) {
		bits = otr_part_find(&b->parts, part->block);
		if (bits && bitmap_intersects(part->bits, bits, part->block->nr))
			return true;
	}
	return false;
}

/**
 * otr_set_forget - a block goes away
 * @set: a set
 * @block: the block
 *
 * Context: otr_site_data_lock held.
 */
void otr_set_forget(struct otr_siteset *set, const struct otr_block *block)
{
	const unsigned long *bits = otr_part_find(&set->parts, block);

	if (bits && !bitmap_empty(bits, block->nr))
		set->lost = true;
	otr_parts_forget(&set->parts, block);
}

/**
 * otr_siteset_create - a new set of sites, empty
 *
 * Context: process context, sleeps.
 * Return: the set, NULL when there is no memory.
 */
struct otr_siteset *otr_siteset_create(void)
{
	struct otr_siteset *set = kmalloc(sizeof(*set), GFP_KERNEL);

	if (!set)
		return NULL;
	INIT_LIST_HEAD(&set->parts);
	set->lost = false;
	set->expects = false;
	mutex_lock(&otr_site_data_lock);
	list_add(&set->node, &otr_sets);
	mutex_unlock(&otr_site_data_lock);
	return set;
}
EXPORT_SYMBOL_GPL(otr_siteset_create);

/**
 * otr_siteset_destroy - the counterpart of otr_siteset_create()
 * @set: a set that no hook uses, or NULL
 *
 * Context: process context, sleeps.
 */
void otr_siteset_destroy(struct otr_siteset *set)
{
	if (!set)
		return;
	mutex_lock(&otr_site_data_lock);
	list_del(&set->node);
	otr_parts_free(&set->parts);
	mutex_unlock(&otr_site_data_lock);
	kfree(set);
}
EXPORT_SYMBOL_GPL(otr_siteset_destroy);

/**
 * otr_siteset_copy - make a set equal to another
 * @to: the set; keeps what it has when there is no memory
 * @from: the other one
 *
 * Context: process context, sleeps.
 * Return: 0, -ENOMEM.
 */
int otr_siteset_copy(struct otr_siteset *to, const struct otr_siteset *from)
{
	struct otr_part *part;
	LIST_HEAD(copied);
	int err = 0;

	mutex_lock(&otr_site_data_lock);
	list_for_each_entry(part, &from->parts, node) {
		unsigned long *bits = otr_part_make(&copied, part->block);

		if (!bits) {
			err = -ENOMEM;
			break;
		}
		bitmap_copy(bits, part->bits, part->block->nr);
	}
	/* What is not wanted any more is left in "copied". */
	if (!err) {
		LIST_HEAD(old);

		list_splice_init(&to->parts, &old);
		list_splice_init(&copied, &to->parts);
		list_splice(&old, &copied);
		to->lost = from->lost;
		to->expects = from->expects;
	}
	otr_parts_free(&copied);
	mutex_unlock(&otr_site_data_lock);
	return err;
}
EXPORT_SYMBOL_GPL(otr_siteset_copy);

/**
 * otr_siteset_expect - say that sites of a module to come belong into a set
 * @set: a set that no registered hook uses
 * @expects: whether they do
 *
 * Context: process context, sleeps.
 */
void otr_siteset_expect(struct otr_siteset *set, bool expects)
{
	mutex_lock(&otr_site_data_lock);
	set->expects = expects;
	mutex_unlock(&otr_site_data_lock);
}
EXPORT_SYMBOL_GPL(otr_siteset_expect);

/**
 * otr_siteset_empty - does a set mean that nobody chose?
 * @set: the set
 *
 * A set whose sites all went with their module is not empty: as a filter it
 * still means none, not all.
 *
 * Context: process context, sleeps.
 * Return: true if no site is in it, nor was in a module that went, nor is
 * expected of one that will come.
 */
bool otr_siteset_empty(const struct otr_siteset *set)
{
	bool empty;

	mutex_lock(&otr_site_data_lock);
	empty = otr_set_empty(set);
	mutex_unlock(&otr_site_data_lock);
	return empty;
}
EXPORT_SYMBOL_GPL(otr_siteset_empty);

/**
 * otr_siteset_count - number of sites in a set
 * @set: the set
 *
 * Context: process context, sleeps.
 * Return: their number.
 */
unsigned long otr_siteset_count(const struct otr_siteset *set)
{
	unsigned long count = 0;
	struct otr_part *part;

	mutex_lock(&otr_site_data_lock);
	list_for_each_entry(part, &set->parts, node)
		count += bitmap_weight(part->bits, part->block->nr);
	mutex_unlock(&otr_site_data_lock);
	return count;
}
EXPORT_SYMBOL_GPL(otr_siteset_count);

/**
 * otr_siteset_test - is a site in a set?
 * @set: the set
 * @ip: the site, or its function
 *
 * For tests.
 *
 * Context: process context, sleeps.
 * Return: true if it is.
 */
bool otr_siteset_test(const struct otr_siteset *set, unsigned long ip)
{
	const unsigned long *bits;
	struct otr_block *block;
	unsigned int site;
	bool found = false;

	mutex_lock(&otr_site_data_lock);
	block = otr_block_find(ip, &site);
	if (block) {
		bits = otr_part_find(&set->parts, block);
		found = bits && test_bit(site, bits);
	}
	mutex_unlock(&otr_site_data_lock);
	return found;
}
EXPORT_SYMBOL_IF_KUNIT(otr_siteset_test);

/**
 * otr_siteset_add - put a site into a set
 * @set: the set
 * @ip: the site, or its function
 *
 * Context: process context, sleeps.
 * Return: 0, -ENOENT if there is no site, -ENOMEM.
 */
int otr_siteset_add(struct otr_siteset *set, unsigned long ip)
{
	struct otr_block *block;
	unsigned long *bits;
	unsigned int site;
	int err = -ENOENT;

	mutex_lock(&otr_site_data_lock);
	block = otr_block_find(ip, &site);
	if (block) {
		bits = otr_part_make(&set->parts, block);
		err = bits ? 0 : -ENOMEM;
		if (bits) {
			__set_bit(site, bits);
			set->lost = false;
		}
	}
	mutex_unlock(&otr_site_data_lock);
	return err;
}
EXPORT_SYMBOL_GPL(otr_siteset_add);

/**
 * otr_siteset_remove - take a site out of a set
 * @set: the set
 * @ip: the site, or its function
 *
 * Context: process context, sleeps.
 */
void otr_siteset_remove(struct otr_siteset *set, unsigned long ip)
{
	struct otr_block *block;
	unsigned long *bits;
	unsigned int site;

	mutex_lock(&otr_site_data_lock);
	block = otr_block_find(ip, &site);
	bits = block ? otr_part_find(&set->parts, block) : NULL;
	if (bits)
		__clear_bit(site, bits);
	mutex_unlock(&otr_site_data_lock);
}
EXPORT_SYMBOL_GPL(otr_siteset_remove);
