// SPDX-License-Identifier: GPL-2.0-only
/* Which monitors watch. */
#define pr_fmt(fmt) "outrace: rv: " fmt

#include <linux/tracepoint.h>

#include "host/host.h"
#include "rv/internal.h"

/* Nothing of it runs any more; the next time begins with all automata asleep. */
static void switch_end(struct otr_rv_monitor *mon)
{
	otr_rv_states_clear(mon);
	if (mon->of_tasks)
		otr_rv_tasks_put();
}

/**
 * otr_rv_enable - have a monitor watch
 * @mon: the monitor, which may do so already
 *
 * Context: otr_rv_lock held; sleeps.
 * Return: 0, -ENOMEM, -EOPNOTSUPP.
 */
int otr_rv_enable(struct otr_rv_monitor *mon)
{
	int err = 0;

	lockdep_assert_held(&otr_rv_lock);
	if (mon->enabled)
		return 0;
	if (mon->of_tasks)
		err = otr_rv_tasks_get();
	if (err)
		return err;
	err = otr_rv_attach(mon->sources, mon->nr_sources);
	if (err)
		switch_end(mon);
	else
		WRITE_ONCE(mon->enabled, true);
	return err;
}

/**
 * otr_rv_disable - the counterpart of otr_rv_enable()
 * @mon: the monitor, which may not watch at all
 *
 * Context: otr_rv_lock held; sleeps until no probe of it runs.
 */
void otr_rv_disable(struct otr_rv_monitor *mon)
{
	lockdep_assert_held(&otr_rv_lock);
	if (!mon->enabled)
		return;
	/* Asleep before the first probe goes: the others would see half of what happens. */
	WRITE_ONCE(mon->enabled, false);
	tracepoint_synchronize_unregister();
	otr_rv_states_clear(mon);
	otr_rv_detach(mon->sources, mon->nr_sources);
	switch_end(mon);
}

/**
 * otr_rv_disable_all - no monitor watches any more
 *
 * Context: otr_rv_lock held; sleeps.
 */
void otr_rv_disable_all(void)
{
	unsigned int i;

	for (i = 0; i < OTR_RV_NR; i++)
		otr_rv_disable(otr_rv_monitors[i]);
}

/**
 * otr_rv_switch - let monitors watch, or not, that are enabled and stay so
 * @on: whether they do
 *
 * When they do so again, all automata begin anew: what happened meanwhile is not known.
 *
 * Context: otr_rv_lock held; sleeps.
 */
void otr_rv_switch(bool on)
{
	unsigned int i;

	lockdep_assert_held(&otr_rv_lock);
	if (otr_rv_on == on)
		return;
	WRITE_ONCE(otr_rv_on, on);
	if (on)
		return;
	/* Nobody wakes one after this: it stays asleep. */
	tracepoint_synchronize_unregister();
	for (i = 0; i < OTR_RV_NR; i++)
		if (otr_rv_monitors[i]->enabled)
			otr_rv_states_clear(otr_rv_monitors[i]);
}

/* A kernel need not have all tracepoints. */
static bool switch_is_possible(const struct otr_rv_monitor *mon)
{
	unsigned int i;

	for (i = 0; i < mon->nr_sources; i++) {
		const char *name = mon->sources[i].tracepoint;

		if (otr_host_tracepoint(name))
			continue;
		pr_info("no monitor %s: this kernel has no tracepoint %s\n", mon->name, name);
		return false;
	}
	return true;
}

/**
 * otr_rv_init - offer the monitors whose tracepoints the kernel has
 *
 * Context: module load.
 * Return: 0, -ENOMEM, -EBUSY when there are too many events.
 */
int otr_rv_init(void)
{
	unsigned int i;

	/* A kernel without tracepoints has nothing to say about each. */
	for (i = 0; i < OTR_RV_NR && otr_host_has(OTR_TRACEPOINTS); i++)
		otr_rv_monitors[i]->offered = switch_is_possible(otr_rv_monitors[i]);
	return otr_rv_events_init();
}

/**
 * otr_rv_exit - the counterpart of otr_rv_init()
 *
 * Context: module unload, when there are no files any more; sleeps.
 */
void otr_rv_exit(void)
{
	mutex_lock(&otr_rv_lock);
	otr_rv_disable_all();
	mutex_unlock(&otr_rv_lock);
	otr_rv_events_exit();
}
