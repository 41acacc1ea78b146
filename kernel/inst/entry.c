// SPDX-License-Identifier: GPL-2.0-only
/* Entries of directories that are computed in the same way in more than one room. */
#include <linux/cpumask.h>
#include <linux/kernel.h>

#include "inst/file.h"

/**
 * otr_entry_of_cpu - an entry of a directory that has one for each possible CPU
 * @entry: is filled in
 * @dir: the directory
 * @pos: number of the entry
 * @row: what each of them is, without its name
 * @prefix: its name, in front of the CPU's number
 *
 * For &struct otr_dir.nth. A CPU may never have been here.
 *
 * Context: any.
 * Return: whether there is one with that number.
 */
bool otr_entry_of_cpu(struct otr_entry *entry, const struct otr_where *dir, unsigned int pos,
		      const struct otr_row *row, const char *prefix)
{
	if (pos >= nr_cpu_ids)
		return false;
	entry->row = *row;
	if (cpu_possible(pos)) {
		snprintf(entry->name, sizeof(entry->name), "%s%u", prefix, pos);
		entry->row.name = entry->name;
	}
	entry->where = *dir;
	entry->where.cpu = pos;
	return true;
}
