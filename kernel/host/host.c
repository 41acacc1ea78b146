// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this kernel offers, and what to do about what it does not.
 */
#define pr_fmt(fmt) "outrace: " fmt

#include <linux/jump_label.h>
#include <linux/printk.h>
#include <linux/tracepoint.h>

#include "base/base.h"
#include "host/borrow.h"
#include "host/host.h"

/**
 * struct feature - a row of what the engine would like to have
 * @off: what is off without it
 * @patch: the patch of patches/ that provides it, by its subject: numbers change
 * @there: does this kernel have it?
 */
struct feature {
	const char	*off;
	const char	*patch;
	bool		(*there)(void);
};

static bool host_has_sites(void)
{
	return __start_mcount_loc && __stop_mcount_loc;
}

static bool host_has_module_sites(void)
{
	return __is_defined(OTR_HAVE_MODULE_SITES);
}

static bool host_has_text(void)
{
	return &text_mutex && text_poke_queue && text_poke_finish;
}

static bool host_has_symbols(void)
{
	return kallsyms_lookup_name && kallsyms_lookup && kallsyms_on_each_symbol &&
	       kallsyms_on_each_match_symbol && module_kallsyms_on_each_symbol;
}

static bool host_has_kprobes(void)
{
	return !IS_ENABLED(CONFIG_KPROBES) || otr_host_kprobe_known();
}

static bool host_has_quiesce(void)
{
#if defined(CONFIG_TASKS_RCU)
	return synchronize_rcu_tasks && synchronize_rcu_tasks_rude;
#else
	return !IS_ENABLED(CONFIG_PREEMPTION) && synchronize_rcu_tasks_rude;
#endif
}

static bool host_has_returns(void)
{
#ifdef OTR_HAVE_RETURN_OPS
	return fentry_return_register && fentry_return_unregister;
#else
	return false;
#endif
}

static bool host_has_task_slot(void)
{
	return __is_defined(OTR_HAVE_TASK_SLOT);
}

static bool host_has_tracepoints(void)
{
	return otr_host_tracepoint("sched_switch");
}

static bool host_has_strings(void)
{
	return __start___tracepoint_str && __stop___tracepoint_str;
}

static bool host_has_perf(void)
{
	/* With events of its own the kernel does not need ours. */
	return !IS_ENABLED(CONFIG_PERF_EVENTS) || IS_ENABLED(CONFIG_EVENT_TRACING) ||
	       otr_host_perf_present();
}

static bool host_has_perf_filter(void)
{
	return !IS_ENABLED(CONFIG_PERF_EVENTS) || IS_ENABLED(CONFIG_EVENT_TRACING) ||
	       __is_defined(OTR_HAVE_PMU_FILTER);
}

static bool host_has_blk_ioctls(void)
{
	/* What a kernel traces itself needs nobody. */
	return !IS_ENABLED(CONFIG_BLOCK) || IS_ENABLED(CONFIG_BLK_DEV_IO_TRACE) ||
	       &blk_trace_ioctls;
}

static const struct feature host_features[OTR_NR_FEATURES] = {
	[OTR_SITES] = {
		"tracing of the kernel's functions", "*-tracing-Patchable-*", host_has_sites,
	},
	[OTR_MODULE_SITES] = {
		"tracing of functions in modules", "*-module-Keep-*", host_has_module_sites,
	},
	[OTR_TEXT] = {
		"all function tracing (kernel text cannot be changed)",
		"*-x86-alternative-Export-*", host_has_text,
	},
	[OTR_SYMBOLS] = {
		"all function tracing (no function by its name)", "*-kallsyms-*", host_has_symbols,
	},
	[OTR_KPROBES] = {
		"safety of kprobes that are set while functions are being hooked",
		"*-kprobes-*", host_has_kprobes,
	},
	[OTR_QUIESCE] = {
		"all function tracing (it could not be ended)",
		"*-tracing-Patchable-*", host_has_quiesce,
	},
	[OTR_RETURNS] = {
		"tracing of returns", "*-tracing-Let-a-module-*", host_has_returns,
	},
	[OTR_TASK_SLOT] = {
		"tracing of returns (no room in tasks)", "*-tracing-Let-a-module-*",
		host_has_task_slot,
	},
	[OTR_TRACEPOINTS] = {
		"events, names of tasks that are gone, following forks", "*-tracing-Tracepoints-*",
		host_has_tracepoints,
	},
	[OTR_STRINGS] = {
		"printk_formats, the texts behind addresses in records",
		"*-tracing-Keep-the-strings-*", host_has_strings,
	},
	[OTR_PERF] = {
		"events for perf", "*-kallsyms-*", host_has_perf,
	},
	[OTR_PERF_FILTER] = {
		"filters of perf's events", "*-perf-Let-a-PMU-*", host_has_perf_filter,
	},
	[OTR_BLK_IOCTLS] = {
		"blktrace", "*-block-Let-a-module-*", host_has_blk_ioctls,
	},
};

/* The kernel's other clock of its own, which all CPUs have in common. */
static void host_use_steady_clock(void)
{
	const struct static_key *steady = (void *)otr_host_address("__sched_clock_stable");
	const u64 *offset = (void *)otr_host_address("__sched_clock_offset");

	if (steady && offset)
		otr_clock_use_steady(&steady->enabled, offset);
}

/*
 * sched_clock() on this architecture scales the time stamp counter by a table
 * of each CPU. Reading that without the function's detours saves half of it.
 */
static void host_use_clock_table(void)
{
	unsigned long table = otr_host_has(OTR_SYMBOLS) ? otr_host_address("cyc2ns") : 0;

	if (!table || otr_clock_use_scale((const struct otr_clock_scale __percpu __force *)table)) {
		pr_info("time stamps are read from sched_clock()\n");
		return;
	}
	host_use_steady_clock();
}

/**
 * otr_host_init - find out what this kernel offers
 *
 * Context: module load, before any other function of this room.
 * Return: 0, or what otr_modules_init() returned.
 */
int otr_host_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < OTR_NR_FEATURES; i++)
		otr_host_present[i] = host_features[i].there();
	host_use_clock_table();
	otr_host_strings_init();
	err = otr_modules_init();
	if (!err) {
		otr_names_init();
		otr_places_init();
	}
	return err;
}

/**
 * otr_host_exit - the counterpart of otr_host_init()
 *
 * Context: module unload.
 */
void otr_host_exit(void)
{
	otr_host_tracepoints_exit();
	otr_places_exit();
	otr_names_exit();
	otr_modules_exit();
}

/**
 * otr_host_report - say in the log what is off, and what would turn it on
 *
 * Context: process context.
 */
void otr_host_report(void)
{
	unsigned int i, off = 0;

	for (i = 0; i < OTR_NR_FEATURES; i++)
		off += !otr_host_present[i];
	if (!off) {
		pr_info("this kernel has everything the engine can use\n");
		return;
	}
	pr_warn("this kernel lacks %u of %u things the engine can use; off is:\n", off,
		OTR_NR_FEATURES);
	for (i = 0; i < OTR_NR_FEATURES; i++)
		if (!otr_host_present[i])
			pr_warn("  %s (apply %s)\n", host_features[i].off, host_features[i].patch);
}
