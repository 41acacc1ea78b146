// SPDX-License-Identifier: GPL-2.0-only
/* Synthetic events that histograms record. */
#include <linux/slab.h>

#include "dyn/dyn.h"
#include "trigger/hist.h"

/*
 * A synthetic event that a histogram has.
 *
 * @hist: as the room hist knows it
 * @synth: it
 * @use: its user, NULL as long as that is not known
 * @node: in the list of all
 * @params: its fields
 */
struct held {
	struct otr_hist_synth	hist;
	struct otr_synth	*synth;
	struct otr_hist_use	*use;
	struct list_head	node;
	struct otr_hist_param	params[];
};

/* otr_switch_lock. */
static LIST_HEAD(synth_held);

static void synth_describe(const struct otr_synth_field *field, struct otr_hist_param *param)
{
	param->type = field->type;
	param->size = field->size;
	param->is_signed = field->is_signed;
	param->is_string = field->sort == OTR_SYNTH_INSIDE || field->sort == OTR_SYNTH_BEHIND;
	param->is_dynamic = field->sort == OTR_SYNTH_BEHIND;
	param->is_stack = field->sort == OTR_SYNTH_CALLERS;
}

/**
 * otr_hist_synth_get - find a synthetic event for a histogram, and keep it
 * @name: its name
 *
 * Context: otr_switch_lock held; may sleep.
 * Return: it, for otr_hist_synth_put(); NULL if there is none.
 */
struct otr_hist_synth *otr_hist_synth_get(const char *name)
{
	struct otr_synth *synth = otr_synth_get(name);
	struct held *held;
	unsigned int i;

	if (!synth)
		return NULL;
	held = kzalloc(struct_size(held, params, synth->nr), GFP_KERNEL);
	if (!held) {
		otr_synth_put(synth);
		return NULL;
	}
	for (i = 0; i < synth->nr; i++)
		synth_describe(&synth->fields[i], &held->params[i]);
	held->synth = synth;
	held->hist.name = synth->event.name;
	held->hist.nr = synth->nr;
	held->hist.params = held->params;
	list_add(&held->node, &synth_held);
	return &held->hist;
}

/**
 * otr_hist_synth_put - the counterpart of otr_hist_synth_get()
 * @synth: from there
 *
 * Context: otr_switch_lock held; nobody records it for this histogram any more.
 */
void otr_hist_synth_put(struct otr_hist_synth *synth)
{
	struct held *held = container_of(synth, struct held, hist);

	list_del(&held->node);
	otr_synth_put(held->synth);
	kfree(held);
}

/**
 * otr_hist_synth_own - say whose those are that were asked for
 * @use: the histogram that was made since
 *
 * Context: otr_switch_lock held.
 */
void otr_hist_synth_own(struct otr_hist_use *use)
{
	struct held *held;

	list_for_each_entry(held, &synth_held, node)
		if (!held->use)
			held->use = use;
}

/**
 * otr_hist_synth_user - a histogram that records a synthetic event
 * @ev: an event
 *
 * Context: otr_switch_lock held.
 * Return: one, NULL if there is none.
 */
struct otr_hist_use *otr_hist_synth_user(const struct otr_event *ev)
{
	struct held *held;

	list_for_each_entry(held, &synth_held, node)
		if (held->use && &held->synth->event == ev)
			return held->use;
	return NULL;
}

/**
 * otr_hist_synth_record - record a synthetic event
 * @synth: it
 * @values: values
 * @which: of each field, which of them
 * @when: when that is
 *
 * Context: any, NMI included; preemption off.
 */
void otr_hist_synth_record(struct otr_hist_synth *synth, const u64 *values, const u8 *which,
			   const struct otr_moment *when)
{
	otr_synth_trace_of(container_of(synth, struct held, hist)->synth, values, which, when);
}
