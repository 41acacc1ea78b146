// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules that come and go, told to the rooms in order.
 *
 * Rooms build on each other, so one that hears of a module may rely on those that
 * started before it: they heard of it before. When a module goes it is the other way
 * round. The kernel hears of us once, and no priorities are needed.
 *
 * Tracepoints in modules are not told of here: the kernel has a chain of its own for
 * these, which is called where their probes have to come and go. See event/set.c.
 */
#include <linux/rwsem.h>

#include "host/host.h"

/* In the order in which they began to watch; read by the notifier alone. */
static LIST_HEAD(modules_watches);
static DECLARE_RWSEM(watches_lock);

static void modules_tell(const struct otr_modules *watch, struct module *mod, unsigned long state)
{
	if (state == MODULE_STATE_COMING && watch->coming)
		watch->coming(mod);
	else if (state == MODULE_STATE_LIVE && watch->live)
		watch->live(mod);
	else if (state == MODULE_STATE_GOING && watch->going)
		watch->going(mod);
}

static int modules_on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	const struct otr_modules *watch;

	/* Some of its text has just come, or is about to go: all, or what was to begin with. */
	otr_unwind_forget();
	down_read(&watches_lock);
	if (state == MODULE_STATE_GOING) {
		list_for_each_entry_reverse(watch, &modules_watches, node)
			modules_tell(watch, data, state);
	} else {
		list_for_each_entry(watch, &modules_watches, node)
			modules_tell(watch, data, state);
	}
	up_read(&watches_lock);
	return NOTIFY_OK;
}

static struct notifier_block modules_nb = { .notifier_call = modules_on_module };

/**
 * otr_modules_watch - begin to hear of modules that come and go
 * @watch: what to call; it stays in place until otr_modules_unwatch()
 *
 * Of those that are there already nothing is heard until they go.
 *
 * Context: process context, sleeps; not from a callback of any watch.
 */
void otr_modules_watch(struct otr_modules *watch)
{
	down_write(&watches_lock);
	list_add_tail(&watch->node, &modules_watches);
	up_write(&watches_lock);
}

/**
 * otr_modules_unwatch - the counterpart of otr_modules_watch()
 * @watch: what was called; nobody is in it on return
 *
 * Context: process context, sleeps; not from a callback of any watch, nor with a lock
 * held that one takes.
 */
void otr_modules_unwatch(struct otr_modules *watch)
{
	down_write(&watches_lock);
	list_del(&watch->node);
	up_write(&watches_lock);
}

/**
 * otr_modules_init - have the kernel tell of modules
 *
 * Context: module load.
 * Return: 0, or the errno of register_module_notifier().
 */
int otr_modules_init(void)
{
	return register_module_notifier(&modules_nb);
}

/**
 * otr_modules_exit - the counterpart of otr_modules_init()
 *
 * Context: module unload; nobody watches any more.
 */
void otr_modules_exit(void)
{
	unregister_module_notifier(&modules_nb);
	WARN_ON(!list_empty(&modules_watches));
}
