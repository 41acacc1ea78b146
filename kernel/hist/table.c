// SPDX-License-Identifier: GPL-2.0-only
/* What histograms of one name count in together, and references to variables lead into. */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hist/plan.h"

/**
 * otr_hist_table_create - begin to make a table
 *
 * Context: may sleep.
 * Return: the table, without any room yet, for one user; NULL without memory.
 */
struct otr_hist_table *otr_hist_table_create(void)
{
	struct otr_hist_table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (table)
		refcount_set(&table->users, 1);
	return table;
}

/**
 * otr_hist_table_put - give up a table
 * @table: the table, or NULL; freed by its last user
 *
 * Context: may sleep; nobody counts in it for this user.
 */
void otr_hist_table_put(struct otr_hist_table *table)
{
	if (!table || !refcount_dec_and_test(&table->users))
		return;
	otr_hist_map_free(table->map);
	kfree(table);
}

/* A new entry gets the name of the task that made it. */
static void table_name_task(void *payload, const void *key)
{
	if (current->pid)
		strscpy(payload, current->comm, TASK_COMM_LEN);
	else
		strscpy(payload, "<idle>", TASK_COMM_LEN);
}

/**
 * otr_hist_table_map - make the memory that a table counts in
 * @table: the table, all that decides on its size known
 *
 * Context: may sleep.
 * Return: the memory, empty; NULL if there is none.
 */
struct otr_hist_map *otr_hist_table_map(const struct otr_hist_table *table)
{
	struct otr_hist_shape shape = {
		.key_size	= table->key_size,
		.sums		= table->sums,
		.bits		= table->bits,
		.fill		= table->comm ? table_name_task : NULL,
	};

	if (table->vars)
		shape.payload = otr_hist_text_at(table, table->texts);
	else if (table->comm)
		shape.payload = TASK_COMM_LEN;
	return otr_hist_map_create(&shape);
}

/**
 * otr_hist_table_entries - how many entries there are
 * @map: the memory that they are in
 *
 * Context: any.
 * Return: the number.
 */
unsigned int otr_hist_table_entries(const struct otr_hist_map *map)
{
	unsigned int nr = 0;
	u32 slot = 0;

	while (otr_hist_map_next(map, &slot) != OTR_HIST_NONE)
		nr++;
	return nr;
}
