// SPDX-License-Identifier: GPL-2.0-only
/*
 * outrace: an out-of-tree tracing engine.
 *
 * The only file that knows every room. Rooms start in the order in which data
 * flows and stop in the reverse order.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "base/base.h"
#include "buffer/buffer.h"
#include "dyn/dyn.h"
#include "event/event.h"
#include "fs/fs.h"
#include "host/host.h"
#include "inst/inst.h"
#include "noise/noise.h"
#include "output/output.h"
#include "probe/probe.h"
#include "record/record.h"
#include "hist/hist.h"
#include "rule/rule.h"
#include "site/site.h"
#include "tracer/tracer.h"
#include "trigger/trigger.h"

struct room {
	const char	*name;
	int		(*init)(void);
	void		(*exit)(void);
};

static const struct room rooms[] = {
	{ "base",	otr_base_init,		otr_base_exit },
	{ "host",	otr_host_init,		otr_host_exit },
	{ "site",	otr_site_init,		otr_site_exit },
	{ "event",	otr_event_init,		otr_event_exit },
	{ "buffer",	otr_buffer_init,	otr_buffer_exit },
	{ "rule",	NULL,			otr_rule_exit },
	{ "hist",	NULL,			otr_hist_exit },
	{ "inst",	otr_inst_init,		otr_inst_exit },
	{ "output",	otr_output_init,	otr_output_exit },
	{ "record",	otr_record_init,	otr_record_exit },
	{ "dyn",	otr_dyn_init,		otr_dyn_exit },
	{ "probe",	otr_probe_init,		otr_probe_exit },
	{ "trigger",	otr_trigger_init,	otr_trigger_exit },
	{ "tracer",	otr_tracer_init,	otr_tracer_exit },
	{ "noise",	otr_noise_init,		otr_noise_exit },
	{ "fs",		otr_fs_init,		otr_fs_exit },
};

static void rooms_exit(unsigned int nr)
{
	while (nr-- > 0)
		if (rooms[nr].exit)
			rooms[nr].exit();
}

static int __init outrace_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		int err = rooms[i].init ? rooms[i].init() : 0;

		if (err) {
			pr_err("%s did not start: %pe\n", rooms[i].name, ERR_PTR(err));
			rooms_exit(i);
			return err;
		}
	}
	otr_host_report();
	otr_params_apply();
	otr_params_boot_is_over();
	pr_info("version %s is ready: mount -t tracefs nodev /sys/kernel/tracing\n",
		OUTRACE_VERSION);
	return 0;
}
module_init(outrace_init);

static void __exit outrace_exit(void)
{
	rooms_exit(ARRAY_SIZE(rooms));
	pr_info("unloaded\n");
}
module_exit(outrace_exit);

MODULE_DESCRIPTION("Out-of-tree tracing engine");
MODULE_AUTHOR("outrace");
MODULE_VERSION(OUTRACE_VERSION);
MODULE_LICENSE("GPL");
