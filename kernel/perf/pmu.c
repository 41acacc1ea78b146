// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PMU of tracepoints: how perf's events that are ours begin and end, and how perf
 * brings them to a CPU and takes them away.
 *
 * An event that a task inherits from its parent is another one for perf, and the same to
 * us: it shares what was opened, so that a fork takes no lock of ours.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/llist.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "host/host.h"
#include "perf/internal.h"

static struct pmu pmu_tracepoints;
static bool pmu_registered;

/* What was closed and is not freed yet. */
static LLIST_HEAD(pmu_closed);

/* A record that began before an event was taken off its CPU may be at what was opened. */
static void pmu_free_closed(struct work_struct *work)
{
	struct otr_perf_use *use, *next;
	struct llist_node *closed = llist_del_all(&pmu_closed);

	llist_for_each_entry(use, closed, closed)
		if (use->source)
			otr_perf_source_put(use->source, true);
	synchronize_rcu();
	llist_for_each_entry_safe(use, next, closed, closed) {
		otr_filter_free(use->filter);
		kfree(use);
	}
	otr_perf_sources_settle();
}

static DECLARE_WORK(pmu_closed_work, pmu_free_closed);

/*
 * Programs that close an event and then remove what it hangs on expect that this works. But
 * perf may hold the mmap_lock of the program, which is inside of otr_switch_lock and of the lock
 * of CPUs that come and go for others: where somebody has it, or where it would have to wait, the
 * work does it.
 */
static void pmu_close(struct perf_event *event)
{
	struct otr_perf_use *use = event->pmu_private;

	if (!(current->mm && rwsem_is_locked(&current->mm->mmap_lock)) &&
	    otr_perf_source_put(use->source, false))
		use->source = NULL;
	if (llist_add(&use->closed, &pmu_closed))
		schedule_work(&pmu_closed_work);
}

static int pmu_open(struct perf_event *event)
{
	struct otr_perf_use *use = kzalloc(sizeof(*use), GFP_KERNEL);
	int err;

	if (!use)
		return -ENOMEM;
	use->source = otr_perf_source_get(event);
	if (IS_ERR(use->source)) {
		err = PTR_ERR(use->source);
		kfree(use);
		return err;
	}
	event->pmu_private = use;
	event->destroy = pmu_close;
	return 0;
}

static int pmu_event_init(struct perf_event *event)
{
	if (event->attr.type != PERF_TYPE_TRACEPOINT)
		return -ENOENT;
	if (has_branch_stack(event))
		return -EOPNOTSUPP;
	if (!event->parent)
		return pmu_open(event);
	/* The parent stays for as long as those that inherited from it. */
	event->pmu_private = event->parent->pmu_private;
	return 0;
}

static void pmu_start(struct perf_event *event, int flags)
{
	event->hw.state = 0;
}

static void pmu_stop(struct perf_event *event, int flags)
{
	event->hw.state = PERF_HES_STOPPED;
}

/* On the CPU that is meant, with interrupts off. */
static int pmu_add(struct perf_event *event, int flags)
{
	struct otr_perf_here *here = this_cpu_ptr(otr_perf_use_of(event)->source->here);
	struct hw_perf_event *hw = &event->hw;

	hw->state = flags & PERF_EF_START ? 0 : PERF_HES_STOPPED;
	if (is_sampling_event(event)) {
		hw->last_period = hw->sample_period;
		otr_host_perf_set_period(event);
	}
	/* Pairs with the walk in hit_count(): the event is complete. */
	hlist_add_head_rcu(&event->hlist_entry, &here->events);
	/* First it is there, then nobody is turned away; pairs with hit_turn_away(). */
	barrier();
	WRITE_ONCE(here->unwanted, -1);
	return 0;
}

static void pmu_del(struct perf_event *event, int flags)
{
	/* A record that is at it goes on from there: perf frees it after a grace period. */
	hlist_del_rcu(&event->hlist_entry);
}

static void pmu_read(struct perf_event *event)
{
	/* Its count is counted in place. */
}

#ifdef OTR_HAVE_PMU_FILTER
/* As in-tree there is one, for good. Perf holds a lock of the event's meanwhile. */
static int pmu_set_filter(struct perf_event *event, const char *text)
{
	struct otr_perf_use *use = event->pmu_private;
	struct otr_filter *filter;
	char *copy;
	int err;

	if (use->filter)
		return -EEXIST;
	copy = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	err = otr_perf_source_filter(use->source, strim(copy), &filter);
	if (!err)
		/* Pairs with the address dependency in hit_event(): the filter is complete. */
		smp_store_release(&use->filter, filter);
	kfree(copy);
	return err;
}
#endif

static struct pmu pmu_tracepoints = {
	.module		= THIS_MODULE,
	.task_ctx_nr	= perf_sw_context,
	.event_init	= pmu_event_init,
	.add		= pmu_add,
	.del		= pmu_del,
	.start		= pmu_start,
	.stop		= pmu_stop,
	.read		= pmu_read,
#ifdef OTR_HAVE_PMU_FILTER
	.set_filter	= pmu_set_filter,
#endif
};

/* With event tracing the kernel has it. */
static bool pmu_wanted(void)
{
	return !IS_ENABLED(CONFIG_EVENT_TRACING) && otr_host_has(OTR_PERF) &&
	       otr_host_has(OTR_TRACEPOINTS);
}

/**
 * otr_perf_init - offer our events to perf
 *
 * Somebody else may have taken the type of tracepoints: that is no reason not to be there.
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_perf_init(void)
{
	int err;

	if (!pmu_wanted())
		return 0;
	err = otr_perf_hits_init(&pmu_tracepoints);
	if (err)
		return err;
	otr_perf_sources_init();
	err = perf_pmu_register(&pmu_tracepoints, "tracepoint", PERF_TYPE_TRACEPOINT);
	if (err)
		pr_warn("no events for perf: %pe\n", ERR_PTR(err));
	pmu_registered = !err;
	return 0;
}

/**
 * otr_perf_exit - the counterpart of otr_perf_init()
 *
 * Context: module unload, so that no event of perf is open; sleeps.
 */
void otr_perf_exit(void)
{
	if (!pmu_wanted())
		return;
	if (pmu_registered)
		perf_pmu_unregister(&pmu_tracepoints);
	flush_work(&pmu_closed_work);
	otr_perf_sources_exit();
	otr_perf_hits_exit();
}
