// SPDX-License-Identifier: GPL-2.0-only
/* The tracer "mmiotrace". */
#include <linux/kernel.h>

#include "host/host.h"
#include "mmio/internal.h"
#include "site/site.h"

/* What was recorded before would not go with what comes. */
static void tracer_empty(struct otr_inst *inst)
{
	mutex_lock(&otr_shape_lock);
	mutex_lock(&otr_inst_lock);
	otr_inst_reset(inst, OTR_CPU_ALL);
	mutex_unlock(&otr_inst_lock);
	mutex_unlock(&otr_shape_lock);
	otr_mmio_forget_lost();
}

static void tracer_switched(struct otr_inst *inst)
{
	if (otr_ring_is_on(inst->ring))
		tracer_empty(inst);
}

static int tracer_start(struct otr_inst *inst)
{
	int err;

	/* The kernel cannot take CPUs away yet. */
	if (system_state < SYSTEM_RUNNING) {
		pr_warn("Tracer 'mmiotrace' is not allowed on command line, ignored\n");
		return -EINVAL;
	}
	otr_mmio_forget_lost();
	err = otr_mmio_watch(inst);
	if (!err)
		otr_host_mmio_switch(true);
	return err;
}

static void tracer_stop(struct otr_inst *inst)
{
	otr_host_mmio_switch(false);
	otr_mmio_unwatch();
	tracer_empty(inst);
}

static struct otr_tracer tracer_mmio = {
	.name		= "mmiotrace",
	.start		= tracer_start,
	.stop		= tracer_stop,
	.switched	= tracer_switched,
	.look		= &otr_mmio_look,
	.top		= true,
};

/* Set once. */
static bool tracer_offered;

/**
 * otr_mmio_tracer_init - offer the tracer, on a kernel that catches accesses
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_mmio_tracer_init(void)
{
	int err;

	if (!otr_site_ready() || !otr_host_mmio_find())
		return 0;
	err = otr_mmio_text_init();
	if (!err)
		err = otr_tracer_register(&tracer_mmio);
	tracer_offered = !err;
	return err;
}

/**
 * otr_mmio_tracer_exit - the counterpart of otr_mmio_tracer_init()
 *
 * Context: module unload, no instance has it any more.
 */
void otr_mmio_tracer_exit(void)
{
	if (tracer_offered)
		otr_tracer_unregister(&tracer_mmio);
}
