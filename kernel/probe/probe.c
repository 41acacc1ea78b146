// SPDX-License-Identifier: GPL-2.0-only
/* What the room does for every instance, and how it starts and stops. */
#include <linux/tracepoint.h>

#include "probe/function.h"

static int option_changed(struct otr_inst *inst, enum otr_option opt)
{
	bool on = otr_inst_option(inst, opt);

	switch (opt) {
	case OTR_OPT_FUNCTION_FORK:
		if (on)
			return otr_task_forks_get();
		otr_task_forks_put();
		return 0;
	case OTR_OPT_RECORD_TGID:
		return otr_function_remember(inst, on);
	default:
		return 0;
	}
}

static const struct otr_inst_hooks instance_hooks = {
	.create		= otr_function_create,
	.destroy	= otr_function_destroy,
	.option_changed	= option_changed,
};

/**
 * otr_probe_init - make everything recordable that the kernel lets us record
 *
 * Context: module load.
 * Return: 0, -ENOMEM.
 */
int otr_probe_init(void)
{
	int err = otr_marker_init();

	if (err)
		return err;
	err = otr_function_init();
	if (err)
		goto markers;
	err = otr_inst_set_hooks(&instance_hooks);
	if (!err)
		return 0;
	otr_function_exit();
markers:
	otr_marker_exit();
	return err;
}

/**
 * otr_probe_exit - the counterpart of otr_probe_init()
 *
 * Every instance goes back to "nop", and no probe runs any more on return.
 *
 * Context: module unload; sleeps for some RCU grace periods.
 */
void otr_probe_exit(void)
{
	otr_inst_clear_hooks();
	/* Probes on tracepoints may still be on their way out. */
	tracepoint_synchronize_unregister();
	otr_function_exit();
	otr_marker_exit();
}
