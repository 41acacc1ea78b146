// SPDX-License-Identifier: GPL-2.0-only
/* Rows of the tables of directories. */
#include "fs/fs.h"

/**
 * otr_row_visible - does a row's entry exist here and now?
 * @row: the row
 * @where: what the directory is about
 *
 * Context: may sleep.
 * Return: whether it does.
 */
bool otr_row_visible(const struct otr_row *row, const struct otr_where *where)
{
	if (row->top && where->inst != otr_inst_top())
		return false;
	if (!row->dir && !row->in_backup && where->inst->backup)
		return false;
	return !row->visible || row->visible(where);
}

/**
 * otr_entry_from_row - the entry that a row of a table is in a directory
 * @entry: filled in, all but its name
 * @row: the row
 * @where: what the directory is about
 *
 * Context: any.
 */
void otr_entry_from_row(struct otr_entry *entry, const struct otr_row *row,
			const struct otr_where *where)
{
	entry->row = *row;
	entry->where = *where;
	if (row->arg)
		entry->where.arg = row->arg;
}
