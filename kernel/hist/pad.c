// SPDX-License-Identifier: GPL-2.0-only
/* Room of a CPU, for each context, that is too large for a stack. */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/percpu.h>

#include "hist/plan.h"

/* A CPU's pads, the first pad_nest of them in use. */
struct pads {
	struct otr_hist_pad	pad[OTR_NEST_SLOTS];
};

static struct pads __percpu *pad_all;
static DEFINE_PER_CPU(u32, pad_nest);
static DEFINE_MUTEX(pad_lock);	/* making them */

/**
 * otr_hist_pads_want - have room before a histogram needs it
 *
 * It stays until the room goes away.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM.
 */
int otr_hist_pads_want(void)
{
	int err;

	mutex_lock(&pad_lock);
	if (!pad_all)
		pad_all = alloc_percpu(struct pads);
	err = pad_all ? 0 : -ENOMEM;
	mutex_unlock(&pad_lock);
	return err;
}

/**
 * otr_hist_pad_get - get room for a key
 *
 * Context: any, preemption off until otr_hist_pad_put(); after otr_hist_pads_want().
 * Return: the room, NULL if interrupts nest deeper than they can.
 */
struct otr_hist_pad *otr_hist_pad_get(void)
{
	int slot = otr_nest_enter(&pad_nest, OTR_NEST_SLOTS);

	return slot < 0 ? NULL : &raw_cpu_ptr(pad_all)->pad[slot];
}

/**
 * otr_hist_pad_put - give back what otr_hist_pad_get() gave last
 *
 * Context: that of otr_hist_pad_get().
 */
void otr_hist_pad_put(void)
{
	otr_nest_exit(&pad_nest, raw_cpu_read(pad_nest) - 1);
}

/**
 * otr_hist_exit - free what the room keeps
 *
 * Context: module unload, after all histograms were freed.
 */
void otr_hist_exit(void)
{
	free_percpu(pad_all);
	pad_all = NULL;
}
