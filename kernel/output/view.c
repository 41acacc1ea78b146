// SPDX-License-Identifier: GPL-2.0-only
/* How one open file shows records. */
#include <linux/slab.h>

#include "host/host.h"
#include "output/output.h"

/**
 * otr_view_look - how a tracer shows its records
 * @view: a view, its options set
 * @tracer: the tracer
 *
 * Context: any.
 * Return: its look; NULL for lines alone.
 */
const struct otr_look *otr_view_look(const struct otr_view *view, const struct otr_tracer *tracer)
{
	const struct otr_look *look = tracer->look;

	return look && (!look->wanted || look->wanted(view)) ? look : NULL;
}

/**
 * otr_view_open - take a copy of what decides how records look
 * @view: the view to set up
 * @inst: the instance
 * @ring: its records, or those of its snapshot
 * @cpu: the CPU to show, or OTR_CPU_ALL
 *
 * Context: otr_inst_lock held.
 * Return: 0, -ENOMEM.
 */
int otr_view_open(struct otr_view *view, struct otr_inst *inst, struct otr_ring *ring, int cpu)
{
	lockdep_assert_held(&otr_inst_lock);
	if (!zalloc_cpumask_var(&view->started, GFP_KERNEL))
		return -ENOMEM;
	view->scratch = kmalloc(OTR_LINE_MAX, GFP_KERNEL);
	if (!view->scratch || !zalloc_cpumask_var(&view->skipped_cpus, GFP_KERNEL)) {
		kfree(view->scratch);
		free_cpumask_var(view->started);
		return -ENOMEM;
	}
	view->skipped = 0;
	view->names = NULL;
	view->inst = inst;
	view->area = otr_area_is_old(inst->area) ? inst->area : NULL;
	view->ring = ring;
	view->tracer = inst->tracer->name;
	view->options = inst->options;
	view->cpu = cpu;
	view->in_ns = otr_clocks[inst->clock].in_ns;
	view->annotate = otr_inst_option(inst, OTR_OPT_ANNOTATE) && otr_ring_overrun(ring);
	/* Nobody says when what was put aside began. */
	view->time_start = ring == inst->ring ? inst->time_start : 0;
	view->index = 0;
	view->src = NULL;
	view->latency = (struct otr_latency){};
	if (inst->tracer->latency)
		inst->tracer->latency(inst, &view->latency);
	if (inst->tracer->keeps_longest && ring != inst->ring)
		view->time_start = otr_longest_kept(inst, &view->latency);
	if (view->latency.alone && cpu == OTR_CPU_ALL)
		view->cpu = view->latency.cpu;
	view->tracer_bits = otr_tracer_bits(inst, inst->tracer);
	view->look = otr_view_look(view, inst->tracer);
	view->header = inst->tracer->header;
	view->state = view->look ? kvzalloc(view->look->size(), GFP_KERNEL) : NULL;
	if (view->look && !view->state) {
		otr_view_close(view);
		return -ENOMEM;
	}
	if (view->look)
		view->look->rewind(view);
	return 0;
}

/**
 * otr_view_close - the counterpart of otr_view_open()
 * @view: the view
 *
 * Context: any.
 */
void otr_view_close(struct otr_view *view)
{
	kvfree(view->state);
	otr_names_destroy(view->names);
	kfree(view->scratch);
	free_cpumask_var(view->skipped_cpus);
	free_cpumask_var(view->started);
}

/**
 * otr_view_remember - remember names from here on, many records are to come
 * @view: the view
 *
 * Context: may sleep.
 */
void otr_view_remember(struct otr_view *view)
{
	if (!view->names)
		view->names = otr_names_create();
}

/**
 * otr_view_rewind - start numbering records again
 * @view: the view
 *
 * Context: any.
 */
void otr_view_rewind(struct otr_view *view)
{
	view->index = 0;
	cpumask_clear(view->started);
	if (view->look)
		view->look->rewind(view);
}

/**
 * otr_view_skip_older - leave out what was recorded before the last emptying
 * @view: the view, its source at the beginning
 *
 * A snapshot of back then is where records go after the next one was taken.
 *
 * Context: may sleep.
 */
void otr_view_skip_older(struct otr_view *view)
{
	const struct otr_item *item;

	view->skipped = 0;
	cpumask_clear(view->skipped_cpus);
	for (;;) {
		item = otr_source_peek(view->src, NULL);
		if (!item || item->ts >= view->time_start)
			break;
		view->skipped++;
		cpumask_set_cpu(item->cpu, view->skipped_cpus);
		otr_source_next(view->src);
		cond_resched();
	}
}
