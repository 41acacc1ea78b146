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
#include "blk/blk.h"
#include "buffer/buffer.h"
#include "crash/crash.h"
#include "dyn/dyn.h"
#include "event/event.h"
#include "fs/fs.h"
#include "host/host.h"
#include "inst/inst.h"
#include "mmio/mmio.h"
#include "noise/noise.h"
#include "output/output.h"
#include "perf/perf.h"
#include "probe/probe.h"
#include "record/record.h"
#include "hist/hist.h"
#include "rule/rule.h"
#include "rv/rv.h"
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
	{ "blk",	otr_blk_init,		otr_blk_exit },
	{ "mmio",	otr_mmio_init,		otr_mmio_exit },
	{ "noise",	otr_noise_init,		otr_noise_exit },
	{ "rv",		otr_rv_init,		otr_rv_exit },
	{ "crash",	otr_crash_init,		otr_crash_exit },
	{ "fs",		otr_fs_init,		otr_fs_exit },
	{ "perf",	otr_perf_init,		otr_perf_exit },
	{ "disks",	otr_blk_disks_init,	otr_blk_disks_exit },
};

/* How many of them are there. */
static unsigned int rooms_up;

static void rooms_exit(void)
{
	while (rooms_up > 0)
		if (rooms[--rooms_up].exit)
			rooms[rooms_up].exit();
}

/* The next ones, up to @end; all go when one does not start. */
static int rooms_init(unsigned int end)
{
	for (; rooms_up < end; rooms_up++) {
		const struct room *room = &rooms[rooms_up];
		int err = room->init ? room->init() : 0;

		if (err) {
			pr_err("%s did not start: %pe\n", room->name, ERR_PTR(err));
			rooms_exit();
			return err;
		}
	}
	return 0;
}

static void rooms_say_ready(void)
{
	otr_host_report();
	pr_info("version %s is ready: mount -t tracefs nodev /sys/kernel/tracing\n",
		OUTRACE_VERSION);
}

#ifdef MODULE
static int __init outrace_init(void)
{
	int err = rooms_init(ARRAY_SIZE(rooms));

	if (err)
		return err;
	otr_params_apply();
	otr_params_boot_is_over();
	rooms_say_ready();
	return 0;
}
module_init(outrace_init);

static void __exit outrace_exit(void)
{
	rooms_exit();
	pr_info("unloaded\n");
}
module_exit(outrace_exit);
#else
/* The files, and what is behind them, need what the kernel makes of sysfs later. */
#define ROOMS_LATE	3
#define ROOMS_EARLY	(ARRAY_SIZE(rooms) - ROOMS_LATE)

/*
 * A part of the kernel. One CPU runs, kernel threads can be made and text be patched:
 * there is nothing that a room but the last ones has to wait for.
 */
static int __init outrace_init_early(void)
{
	int err = rooms_init(ROOMS_EARLY);

	if (err)
		return err;
	otr_params_apply();
#ifdef CONFIG_BOOT_CONFIG
	otr_bootconfig_apply();
#endif
	return 0;
}
early_initcall(outrace_init_early);

static int __init outrace_init_files(void)
{
	int err = rooms_up ? rooms_init(ARRAY_SIZE(rooms)) : -ENODEV;

	if (!err)
		rooms_say_ready();
	return err;
}
fs_initcall(outrace_init_files);

static int __init outrace_init_over(void)
{
	if (rooms_up) {
		otr_params_boot_is_over();
		otr_site_drop_init_text();
	}
	return 0;
}
late_initcall_sync(outrace_init_over);
#endif

MODULE_DESCRIPTION("Out-of-tree tracing engine");
MODULE_AUTHOR("outrace");
MODULE_VERSION(OUTRACE_VERSION);
MODULE_LICENSE("GPL");
