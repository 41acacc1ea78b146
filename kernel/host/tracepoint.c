// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own tracepoints, by name.
 *
 * There are some hundreds and they never change, so they are sorted once, when
 * somebody first asks.
 */
#include <linux/bsearch.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "host/host.h"

#ifdef CONFIG_TRACEPOINTS
static struct tracepoint **table;
static unsigned int nr_table;
/* Guards the two above until the table is there. */
static DEFINE_MUTEX(table_lock);

static void count(struct tracepoint *tp, void *data)
{
	++*(unsigned int *)data;
}

static void collect(struct tracepoint *tp, void *data)
{
	table[nr_table++] = tp;
}

static int compare(const void *a, const void *b)
{
	struct tracepoint *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int compare_name(const void *name, const void *item)
{
	struct tracepoint *const *tp = item;

	return strcmp(name, (*tp)->name);
}

static bool table_ready(void)
{
	unsigned int nr = 0;

	mutex_lock(&table_lock);
	if (!table) {
		for_each_kernel_tracepoint(count, &nr);
		table = kcalloc(nr ?: 1, sizeof(*table), GFP_KERNEL);
		if (table) {
			for_each_kernel_tracepoint(collect, NULL);
			sort(table, nr_table, sizeof(*table), compare, NULL);
		}
	}
	mutex_unlock(&table_lock);
	return table;
}

/**
 * otr_host_tracepoint - one of the kernel's own tracepoints
 * @name: its name
 *
 * Context: process context.
 * Return: the tracepoint, NULL if there is none of that name in this kernel.
 */
struct tracepoint *otr_host_tracepoint(const char *name)
{
	struct tracepoint **found;

	if (!table_ready())
		return NULL;
	found = bsearch(name, table, nr_table, sizeof(*table), compare_name);
	return found ? *found : NULL;
}

/**
 * otr_host_tracepoints_exit - forget the tracepoints
 *
 * Context: module unload.
 */
void otr_host_tracepoints_exit(void)
{
	kfree(table);
	table = NULL;
	nr_table = 0;
}

/**
 * otr_host_probe_register - have a function called wherever a tracepoint is passed
 * @tp: the tracepoint
 * @probe: the function, with the arguments of the tracepoint behind @data
 * @data: its first argument
 *
 * Context: process context, may sleep and wait for RCU.
 * Return: 0, -EEXIST for a pair of @probe and @data that is there already,
 * -ENOMEM, or -EOPNOTSUPP on a kernel without tracepoints.
 */
int otr_host_probe_register(struct tracepoint *tp, void *probe, void *data)
{
	return tracepoint_probe_register(tp, probe, data);
}

/**
 * otr_host_probe_unregister - undo otr_host_probe_register()
 * @tp: the tracepoint
 * @probe: the function
 * @data: its first argument
 *
 * The function may still be running, and be called, on other CPUs until
 * tracepoint_synchronize_unregister() returns.
 *
 * Context: process context, may sleep.
 */
void otr_host_probe_unregister(struct tracepoint *tp, void *probe, void *data)
{
	tracepoint_probe_unregister(tp, probe, data);
}
#else
struct tracepoint *otr_host_tracepoint(const char *name)
{
	return NULL;
}

int otr_host_probe_register(struct tracepoint *tp, void *probe, void *data)
{
	return -EOPNOTSUPP;
}

void otr_host_probe_unregister(struct tracepoint *tp, void *probe, void *data)
{
}

void otr_host_tracepoints_exit(void)
{
}
#endif
