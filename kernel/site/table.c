// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sites in ascending order, which the binary search and the plan need.
 *
 * The kernel's table is sorted when the kernel is linked, and used where it is. That
 * of a module is in the order in which the compiler wrote it, and is read-only
 * before anybody is told of the module: it is used where it is if its order happens
 * to be the right one, and copied otherwise.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "site/table.h"

static int table_compare(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

static bool table_ascends(const struct otr_table *table)
{
	unsigned int i;

	for (i = 1; i < table->nr; i++)
		if (table->sites[i] <= table->sites[i - 1])
			return false;
	return true;
}

static int table_copy(struct otr_table *table, const unsigned long *all, unsigned int nr,
		      bool (*has)(unsigned long site, const void *text), const void *text)
{
	unsigned int i, at = 0;

	table->copy = kvmalloc_array(table->nr, sizeof(*table->copy), GFP_KERNEL);
	if (!table->copy)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		if (has(all[i], text))
			table->copy[at++] = all[i];
	sort(table->copy, at, sizeof(*table->copy), table_compare, NULL);
	table->sites = table->copy;
	if (table_ascends(table))
		return 0;
	/* One site twice. */
	otr_table_put(table);
	return -EINVAL;
}

/**
 * otr_table_get - the sites of a text in ascending order
 * @table: filled with them; there may be none
 * @all: a table in any order, which stays
 * @nr: its length
 * @has: does the text have a site? A site of another text is left out
 * @text: passed to @has
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, -EINVAL when a site is in the table twice.
 */
int otr_table_get(struct otr_table *table, const unsigned long *all, unsigned int nr,
		  bool (*has)(unsigned long site, const void *text), const void *text)
{
	unsigned int i, first = nr, end = 0;

	*table = (struct otr_table) { };
	for (i = 0; i < nr; i++) {
		if (!has(all[i], text))
			continue;
		first = min(first, i);
		end = i + 1;
		table->nr++;
	}
	if (!table->nr)
		return 0;
	table->sites = all + first;
	if (end - first == table->nr && table_ascends(table))
		return 0;
	return table_copy(table, all, nr, has, text);
}

/**
 * otr_table_put - the counterpart of otr_table_get()
 * @table: a table that nobody looks at any more
 *
 * Context: process context, may sleep.
 */
void otr_table_put(struct otr_table *table)
{
	kvfree(table->copy);
	*table = (struct otr_table) { };
}
