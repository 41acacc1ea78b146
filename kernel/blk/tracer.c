// SPDX-License-Identifier: GPL-2.0-only
/* The tracer "blk": while it is current, records go to the ring of the first instance. */
#include "blk/internal.h"

static const struct otr_tracer_option tracer_options[] = {
	[OTR_BLK_CLASSIC]	= { "blk_classic" },
#ifdef CONFIG_BLK_CGROUP
	[OTR_BLK_CGROUP]	= { "blk_cgroup" },
	[OTR_BLK_CGNAME]	= { "blk_cgname" },
#endif
};

static void tracer_switched(struct otr_inst *inst)
{
	otr_blk_aim(otr_ring_is_on(inst->ring) ? inst : NULL);
}

static int tracer_start(struct otr_inst *inst)
{
	int err = otr_task_names_get();

	if (!err)
		tracer_switched(inst);
	return err;
}

static void tracer_stop(struct otr_inst *inst)
{
	otr_blk_aim(NULL);
	otr_task_names_put();
}

/* The classic lines have all columns that they want. */
static int tracer_set_option(struct otr_inst *inst, unsigned int opt, bool on)
{
	int err = 0;

	if (opt == OTR_BLK_CLASSIC)
		err = otr_option_set(inst, OTR_OPT_CONTEXT_INFO, !on);
	if (!err)
		WRITE_ONCE(otr_blk_style, otr_blk_style ^ BIT_ULL(opt));
	return err;
}

static struct otr_tracer tracer_blk = {
	.name		= "blk",
	.start		= tracer_start,
	.stop		= tracer_stop,
	.switched	= tracer_switched,
	.options	= tracer_options,
	.nr_options	= ARRAY_SIZE(tracer_options),
	.set_option	= tracer_set_option,
	.header		= otr_blk_header,
	.look		= &otr_blk_look,
	.top		= true,
};

/**
 * otr_blk_tracer_init - offer the tracer
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_blk_tracer_init(void)
{
	return otr_tracer_register(&tracer_blk);
}

/**
 * otr_blk_tracer_exit - the counterpart of otr_blk_tracer_init()
 *
 * Context: module unload.
 */
void otr_blk_tracer_exit(void)
{
	otr_tracer_unregister(&tracer_blk);
}
