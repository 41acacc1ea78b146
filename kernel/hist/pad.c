// SPDX-License-Identifier: GPL-2.0-only
/* Room of a CPU, for each context, that is too large for a stack. */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/percpu.h>

#include "hist/plan.h"

struct otr_hist_pads __percpu *otr_hist_pads;
DEFINE_PER_CPU(u32, otr_hist_pad_nest);
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
	if (!otr_hist_pads)
		otr_hist_pads = alloc_percpu(struct otr_hist_pads);
	err = otr_hist_pads ? 0 : -ENOMEM;
	mutex_unlock(&pad_lock);
	return err;
}

/**
 * otr_hist_exit - free what the room keeps
 *
 * Context: module unload, after all histograms were freed.
 */
void otr_hist_exit(void)
{
	free_percpu(otr_hist_pads);
	otr_hist_pads = NULL;
}
