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
static struct tracepoint **tracepoint_table;
static unsigned int tracepoint_nr_table;
/* Guards the two above until the table is there. */
static DEFINE_MUTEX(tracepoint_table_lock);

static void tracepoint_count(struct tracepoint *tp, void *data)
{
	++*(unsigned int *)data;
}

static void tracepoint_collect(struct tracepoint *tp, void *data)
{
	tracepoint_table[tracepoint_nr_table++] = tp;
}

static int tracepoint_compare(const void *a, const void *b)
{
	struct tracepoint *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int tracepoint_compare_name(const void *name, const void *item)
{
	struct tracepoint *const *tp = item;

	return strcmp(name, (*tp)->name);
}

static bool tracepoint_table_ready(void)
{
	unsigned int nr = 0;

	mutex_lock(&tracepoint_table_lock);
	if (!tracepoint_table) {
		for_each_kernel_tracepoint(tracepoint_count, &nr);
		tracepoint_table = kcalloc(nr ?: 1, sizeof(*tracepoint_table), GFP_KERNEL);
		if (tracepoint_table) {
			for_each_kernel_tracepoint(tracepoint_collect, NULL);
			sort(tracepoint_table, tracepoint_nr_table, sizeof(*tracepoint_table),
			     tracepoint_compare, NULL);
		}
	}
	mutex_unlock(&tracepoint_table_lock);
	return tracepoint_table;
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

	if (!tracepoint_table_ready())
		return NULL;
	found = bsearch(name, tracepoint_table, tracepoint_nr_table, sizeof(*tracepoint_table),
			tracepoint_compare_name);
	return found ? *found : NULL;
}

/**
 * otr_host_module_tracepoint - one of a module's tracepoints
 * @mod: the module, which stays
 * @name: its name
 *
 * Context: process context.
 * Return: the tracepoint, NULL if the module has none of that name.
 */
struct tracepoint *otr_host_module_tracepoint(const struct module *mod, const char *name)
{
	unsigned int i;

	for (i = 0; i < mod->num_tracepoints; i++) {
		struct tracepoint *tp = tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]);

		if (!strcmp(tp->name, name))
			return tp;
	}
	return NULL;
}

#ifdef CONFIG_MODULES
/* Somebody looks for a tracepoint of this name in all modules. */
struct look {
	struct notifier_block	nb;
	const char		*name;
	struct tracepoint	*found;
	struct module		*owner;
};

static int tracepoint_look_in(struct notifier_block *nb, unsigned long state, void *data)
{
	struct look *look = container_of(nb, struct look, nb);
	const struct tp_module *in = data;
	struct tracepoint *found;

	if (state != MODULE_STATE_COMING || look->found)
		return NOTIFY_OK;
	/*
	 * One that is about to go is as good as gone. One that begins may fail to, and then
	 * nobody asks for its holder: its time comes when it is live.
	 */
	if (READ_ONCE(in->mod->state) != MODULE_STATE_LIVE)
		return NOTIFY_OK;
	found = otr_host_module_tracepoint(in->mod, look->name);
	if (found && try_module_get(in->mod)) {
		look->found = found;
		look->owner = in->mod;
	}
	return NOTIFY_OK;
}

/**
 * otr_host_hold_tracepoint - a tracepoint of whichever module has it and is live
 * @name: its name
 * @owner: gets the module, which stays until module_put()
 *
 * Code that begins to hear of modules with tracepoints hears of those that are there.
 * The kernel tells of them with a lock held, below which otr_switch_lock is taken by
 * code that is told: so not from inside of that.
 *
 * Context: process context, sleeps; otr_switch_lock free.
 * Return: the tracepoint, NULL if no module has one of that name.
 */
struct tracepoint *otr_host_hold_tracepoint(const char *name, struct module **owner)
{
	struct look look = { .nb = { .notifier_call = tracepoint_look_in }, .name = name };

	if (!register_tracepoint_module_notifier(&look.nb))
		unregister_tracepoint_module_notifier(&look.nb);
	*owner = look.owner;
	return look.found;
}
#else
struct tracepoint *otr_host_hold_tracepoint(const char *name, struct module **owner)
{
	return NULL;
}
#endif

/**
 * otr_host_tracepoints_exit - forget the tracepoints
 *
 * Context: module unload.
 */
void otr_host_tracepoints_exit(void)
{
	kfree(tracepoint_table);
	tracepoint_table = NULL;
	tracepoint_nr_table = 0;
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

struct tracepoint *otr_host_module_tracepoint(const struct module *mod, const char *name)
{
	return NULL;
}

struct tracepoint *otr_host_hold_tracepoint(const char *name, struct module **owner)
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
