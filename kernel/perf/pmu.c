// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PMUs: how perf's events that are ours begin and end, and how perf brings them to a CPU
 * and takes them away.
 *
 * That of tracepoints has our events by their numbers. Those of kprobes and uprobes make a probe
 * for what is opened, which nobody else knows of.
 *
 * An event that a task inherits from its parent is another one for perf, and the same to
 * us: it shares what was opened, so that a fork takes no lock of ours.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/kallsyms.h>
#include <linux/limits.h>
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "host/host.h"
#include "perf/internal.h"

static struct pmu pmu_tracepoints, pmu_kprobes, pmu_uprobes;

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
		if (use->own)
			otr_probe_private_end(use->own);
		otr_perf_function_close(use->function);
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

/* The private event that @use has, or the one whose number @event has. */
static int pmu_find(struct otr_perf_use *use, struct perf_event *event)
{
	if (use->own || event->attr.config != OTR_TYPE_FUNCTION) {
		use->source = otr_perf_source_get(event, use->own);
		return PTR_ERR_OR_ZERO(use->source);
	}
	use->function = otr_perf_function_open(event);
	if (IS_ERR(use->function))
		return PTR_ERR(use->function);
	use->source = otr_perf_function_source(use->function);
	return 0;
}

static int pmu_open(struct perf_event *event, struct otr_event *own)
{
	struct otr_perf_use *use = kzalloc(sizeof(*use), GFP_KERNEL);
	int err;

	if (!use)
		return -ENOMEM;
	use->own = own;
	err = pmu_find(use, event);
	if (err) {
		kfree(use);
		return err;
	}
	event->pmu_private = use;
	event->destroy = pmu_close;
	return 0;
}

/* The parent stays for as long as those that inherited from it. */
static void pmu_inherit(struct perf_event *event)
{
	event->pmu_private = event->parent->pmu_private;
}

static int pmu_event_init(struct perf_event *event)
{
	if (event->attr.type != PERF_TYPE_TRACEPOINT)
		return -ENOENT;
	if (has_branch_stack(event))
		return -EOPNOTSUPP;
	if (event->parent) {
		pmu_inherit(event);
		return 0;
	}
	return pmu_open(event, NULL);
}

/* In an event's config: it is about the return of what is probed. */
#define PMU_RETURN		BIT(0)
/* And where the counter of a uprobe is. */
#define PMU_COUNTER_SHIFT	32

/* A text of the program's; NULL for none, or an empty one. */
static char *pmu_take_text(u64 from, long max)
{
	char *text;

	if (!from)
		return NULL;
	text = strndup_user(u64_to_user_ptr(from), max);
	if (text == ERR_PTR(-EINVAL))
		return ERR_PTR(-E2BIG);
	if (IS_ERR(text) || *text)
		return text;
	kfree(text);
	return NULL;
}

static struct otr_event *pmu_make_kprobe(const struct perf_event_attr *attr)
{
	char *func = pmu_take_text(attr->kprobe_func, KSYM_NAME_LEN);
	struct otr_event *ev;

	if (IS_ERR(func))
		return ERR_CAST(func);
	ev = otr_kprobe_private(func, func ? attr->probe_offset : attr->kprobe_addr,
				attr->config & PMU_RETURN);
	kfree(func);
	return ev;
}

static struct otr_event *pmu_make_uprobe(const struct perf_event_attr *attr)
{
	char *file = pmu_take_text(attr->uprobe_path, PATH_MAX);
	struct otr_event *ev;

	if (IS_ERR_OR_NULL(file))
		return file ? ERR_CAST(file) : ERR_PTR(-EINVAL);
	if (IS_ENABLED(CONFIG_UPROBES))
		ev = otr_uprobe_private(file, attr->probe_offset,
					attr->config >> PMU_COUNTER_SHIFT,
					attr->config & PMU_RETURN);
	else
		ev = ERR_PTR(-EOPNOTSUPP);
	kfree(file);
	return ev;
}

static int pmu_open_probe(struct perf_event *event,
			  struct otr_event *(*make)(const struct perf_event_attr *attr))
{
	struct otr_event *own;
	int err;

	if (has_branch_stack(event))
		return -EOPNOTSUPP;
	if (event->parent) {
		pmu_inherit(event);
		return 0;
	}
	own = make(&event->attr);
	if (IS_ERR(own))
		return PTR_ERR(own);
	err = pmu_open(event, own);
	if (err)
		otr_probe_private_end(own);
	return err;
}

static int pmu_kprobe_init(struct perf_event *event)
{
	if (event->attr.type != pmu_kprobes.type)
		return -ENOENT;
	if (!perfmon_capable())
		return -EACCES;
	return pmu_open_probe(event, pmu_make_kprobe);
}

static int pmu_uprobe_init(struct perf_event *event)
{
	if (event->attr.type != pmu_uprobes.type)
		return -ENOENT;
	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	return pmu_open_probe(event, pmu_make_uprobe);
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
/* Calls of functions can be given another one at any time. */
static int pmu_make_filter(const struct otr_perf_use *use, char *text, struct otr_filter **filter)
{
	return use->function ? otr_perf_function_filter(use->function, text) :
			       otr_perf_source_filter(use->source, text, filter);
}

/*
 * As in-tree there is one, for good. Perf holds the mutex of the event's context, which is inside
 * of locks that come behind ours: it is given up meanwhile, and so two may come at once. The
 * context stays, as the caller has it.
 */
static int pmu_set_filter(struct perf_event *event, const char *text)
{
	struct perf_event_context *ctx = event->ctx;
	struct otr_perf_use *use = event->pmu_private;
	struct otr_filter *filter = NULL;
	char *copy;
	int err;

	if (READ_ONCE(use->filter))
		return -EEXIST;
	copy = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	mutex_unlock(&ctx->mutex);
	err = pmu_make_filter(use, strim(copy), &filter);
	mutex_lock(&ctx->mutex);
	kfree(copy);
	/* Pairs with the address dependency in hit_event(): the filter is complete. */
	if (filter && cmpxchg_release(&use->filter, NULL, filter)) {
		otr_filter_free(filter);
		err = -EEXIST;
	}
	return err;
}
#endif

PMU_FORMAT_ATTR(retprobe, "config:0");
PMU_FORMAT_ATTR(ref_ctr_offset, "config:32-63");

static struct attribute *pmu_kprobe_attrs[] = {
	&format_attr_retprobe.attr,
	NULL
};

static struct attribute *pmu_uprobe_attrs[] = {
	&format_attr_retprobe.attr,
	&format_attr_ref_ctr_offset.attr,
	NULL
};

static const struct attribute_group pmu_kprobe_format = {
	.name	= "format",
	.attrs	= pmu_kprobe_attrs,
};

static const struct attribute_group pmu_uprobe_format = {
	.name	= "format",
	.attrs	= pmu_uprobe_attrs,
};

static const struct attribute_group *pmu_kprobe_groups[] = {
	&pmu_kprobe_format,
	NULL
};

static const struct attribute_group *pmu_uprobe_groups[] = {
	&pmu_uprobe_format,
	NULL
};

/* What all of them do in the same way. */
#define PMU_OPS				\
	.module		= THIS_MODULE,	\
	.task_ctx_nr	= perf_sw_context, \
	.add		= pmu_add,	\
	.del		= pmu_del,	\
	.start		= pmu_start,	\
	.stop		= pmu_stop,	\
	.read		= pmu_read,	\
	PMU_FILTER

#ifdef OTR_HAVE_PMU_FILTER
#define PMU_FILTER	.set_filter	= pmu_set_filter,
#else
#define PMU_FILTER
#endif

static struct pmu pmu_tracepoints = {
	PMU_OPS
	.event_init	= pmu_event_init,
};

static struct pmu pmu_kprobes = {
	PMU_OPS
	.event_init	= pmu_kprobe_init,
	.attr_groups	= pmu_kprobe_groups,
};

static struct pmu pmu_uprobes = {
	PMU_OPS
	.event_init	= pmu_uprobe_init,
	.attr_groups	= pmu_uprobe_groups,
};

/* All of them, and what they are called; a type of -1 is one that perf chooses. */
static struct pmu_row {
	struct pmu	*pmu;
	const char	*name;
	int		type;
	bool		wanted;
	bool		registered;
} pmu_rows[] = {
	{ &pmu_tracepoints, "tracepoint", PERF_TYPE_TRACEPOINT, true },
	{ &pmu_kprobes, "kprobe", -1, IS_ENABLED(CONFIG_KPROBES) },
	{ &pmu_uprobes, "uprobe", -1, IS_ENABLED(CONFIG_UPROBES) },
};

/* With event tracing the kernel has it. */
static bool pmu_wanted(void)
{
	return !IS_ENABLED(CONFIG_EVENT_TRACING) && otr_host_has(OTR_PERF) &&
	       otr_host_has(OTR_TRACEPOINTS);
}

static void pmu_register(struct pmu_row *row)
{
	int err = row->wanted ? perf_pmu_register(row->pmu, row->name, row->type) : -ENODEV;

	if (err && row->wanted)
		pr_warn("no events of the type %s for perf: %pe\n", row->name, ERR_PTR(err));
	row->registered = !err;
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
	unsigned int i;
	int err;

	if (!pmu_wanted())
		return 0;
	err = otr_perf_hits_init(&pmu_tracepoints);
	if (err)
		return err;
	otr_perf_sources_init();
	for (i = 0; i < ARRAY_SIZE(pmu_rows); i++)
		pmu_register(&pmu_rows[i]);
	return 0;
}

/**
 * otr_perf_exit - the counterpart of otr_perf_init()
 *
 * Context: module unload, so that no event of perf is open; sleeps.
 */
void otr_perf_exit(void)
{
	unsigned int i;

	if (!pmu_wanted())
		return;
	for (i = 0; i < ARRAY_SIZE(pmu_rows); i++)
		if (pmu_rows[i].registered)
			perf_pmu_unregister(pmu_rows[i].pmu);
	flush_work(&pmu_closed_work);
	otr_perf_sources_exit();
	otr_perf_hits_exit();
}
