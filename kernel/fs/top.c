// SPDX-License-Identifier: GPL-2.0-only
/* The tables of the directories of an instance, the first one or one in instances/. */
#include <linux/cleanup.h>

#include "fs/fs.h"
#include "host/host.h"
#include "rv/rv.h"
#include "tracer/tracer.h"

/* An instance in memory that outlives a boot has files of its own, and no snapshot. */
static bool top_has_area(const struct otr_where *where)
{
	return where->inst->area;
}

static bool top_has_snapshot(const struct otr_where *where)
{
	return !where->inst->area;
}

static const struct otr_row top_cpu_rows[] = {
	{ "buffer_meta",	OTR_MODE_READ,	&otr_meta_ops,
	  .visible = top_has_area, .in_backup = true },
	{ "buffer_size_kb",	OTR_MODE_WRITE,	&otr_size_ops, .in_backup = true },
	{ "snapshot",		OTR_MODE_WRITE,	&otr_snapshot_ops,
	  .arg = OTR_OF_SNAPSHOT, .visible = top_has_snapshot },
	{ "snapshot_raw",	OTR_MODE_READ,	&otr_snapshot_raw_ops,
	  .arg = OTR_OF_SNAPSHOT, .visible = top_has_snapshot },
	{ "stats",		OTR_MODE_READ,	&otr_stats_ops, .in_backup = true },
	{ "trace",		OTR_MODE_WRITE,	&otr_trace_ops, .in_backup = true },
	{ "trace_pipe",		OTR_MODE_READ,	&otr_pipe_ops, .in_backup = true },
	{ "trace_pipe_raw",	OTR_MODE_READ,	&otr_raw_ops, .in_backup = true },
};

static const struct otr_dir top_cpu_dir = {
	.rows	= top_cpu_rows,
	.nr	= ARRAY_SIZE(top_cpu_rows),
};

static bool top_cpu_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	static const struct otr_row row = { .mode = OTR_MODE_DIR, .dir = &top_cpu_dir };

	return otr_entry_of_cpu(entry, dir, pos, &row, "cpu");
}

static const struct otr_dir top_per_cpu_dir = {
	.nth	= top_cpu_nth,
};

/* Files about functions are there where functions can be hooked. */
static bool top_has_sites(const struct otr_where *where)
{
	return otr_site_ready();
}

/* Those about returns, where returns can be seen. */
static bool top_has_returns(const struct otr_where *where)
{
	return otr_ret_ready();
}

/* Those of programs that fork, and monitors, where what they do can be seen. */
static bool top_has_tracepoints(const struct otr_where *where)
{
	return otr_host_has(OTR_TRACEPOINTS);
}

/* Those of uprobes, where the kernel has these. */
static bool top_has_uprobes(const struct otr_where *where)
{
	return IS_ENABLED(CONFIG_UPROBES);
}

/* A directory per instance that users made with mkdir. */
static void top_instance_entry(struct otr_inst *inst, struct otr_entry *entry)
{
	strscpy(entry->name, inst->name);
	entry->row = (struct otr_row){
		.name	= entry->name,
		.mode	= OTR_MODE_DIR,
		.dir	= &otr_top_dir,
	};
	entry->where = (struct otr_where){ .inst = inst, .cpu = OTR_CPU_ALL };
}

static bool top_instance_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	struct otr_inst *inst = otr_inst_top();

	mutex_lock(&otr_inst_lock);
	while ((inst = otr_inst_next(inst)))
		if (!inst->hidden && !pos--)
			break;
	if (inst)
		top_instance_entry(inst, entry);
	mutex_unlock(&otr_inst_lock);
	return inst;
}

static bool top_instance_find(const struct otr_where *dir, const char *name,
			      struct otr_entry *entry)
{
	struct otr_inst *inst;

	mutex_lock(&otr_inst_lock);
	inst = otr_inst_find(name);
	if (inst)
		top_instance_entry(inst, entry);
	mutex_unlock(&otr_inst_lock);
	return inst;
}

static int top_instance_make(const char *name, struct otr_entry *entry)
{
	struct otr_inst *inst;
	int err = otr_inst_create(name, &inst);

	if (!err)
		top_instance_entry(inst, entry);
	return err;
}

static int top_instance_remove(const struct otr_where *which)
{
	/* Only the start of the engine could make it again. */
	if (which->inst->area && !which->inst->backup)
		return -EBUSY;
	return otr_inst_remove(which->inst);
}

static const struct otr_dir top_instances_dir = {
	.nth	= top_instance_nth,
	.find	= top_instance_find,
	.make	= top_instance_make,
	.remove	= top_instance_remove,
};

static const struct otr_row top_rows[] = {
	{ "README",			OTR_MODE_READ,	&otr_readme_ops, .top = true },
	{ "available_events",		OTR_MODE_READ,	&otr_available_events_ops, .top = true },
	{ "available_filter_functions",	OTR_MODE_READ,	&otr_functions_ops,
	  .top = true, .visible = top_has_sites },
	{ "available_filter_functions_addrs", OTR_MODE_READ, &otr_function_addrs_ops,
	  .top = true, .visible = top_has_sites },
	{ "available_tracers",		OTR_MODE_READ,	&otr_available_tracers_ops },
	{ "buffer_percent",		OTR_MODE_WRITE,	&otr_percent_ops },
	{ "buffer_size_kb",		OTR_MODE_WRITE,	&otr_size_ops, .in_backup = true },
	{ "buffer_subbuf_size_kb",	OTR_MODE_WRITE,	&otr_page_size_ops, .in_backup = true },
	{ "buffer_total_size_kb",	OTR_MODE_READ,	&otr_total_size_ops, .in_backup = true },
	{ "current_tracer",		OTR_MODE_WRITE,	&otr_current_tracer_ops },
	{ "dyn_ftrace_total_info",	OTR_MODE_READ,	&otr_function_total_ops,
	  .top = true, .visible = top_has_sites },
	{ "dynamic_events",	OTR_MODE_WRITE,	&otr_dyn_ops, .arg = OTR_DOOR_ALL, .top = true },
	{ "enabled_functions",		OTR_MODE_READ,	&otr_enabled_functions_ops,
	  .top = true, .visible = top_has_sites },
	{ "error_log",			OTR_MODE_WRITE,	&otr_errors_ops },
	{ "eval_map",			OTR_MODE_READ,	&otr_eval_map_ops, .top = true },
	{ "events",			0755,		.dir = &otr_events_dir },
	{ "free_buffer",		0200,		&otr_free_ops },
	{ "function_profile_enabled",	OTR_MODE_WRITE,	&otr_profile_ops,
	  .top = true, .visible = top_has_returns },
	{ "instances",			OTR_MODE_DIR,	.dir = &top_instances_dir, .top = true },
	{ "kprobe_events",	OTR_MODE_WRITE,	&otr_dyn_ops,
	  .arg = OTR_DOOR_KPROBE, .top = true },
	{ "kprobe_profile",	OTR_MODE_READ,	&otr_dyn_profile_ops,
	  .arg = OTR_DOOR_KPROBE_PROFILE, .top = true },
	{ "last_boot_info",		OTR_MODE_READ,	&otr_last_boot_ops,
	  .visible = top_has_area, .in_backup = true },
	{ "options",			OTR_MODE_DIR,	.dir = &otr_options_dir },
	{ "per_cpu",			OTR_MODE_DIR,	.dir = &top_per_cpu_dir },
	{ "printk_formats",		OTR_MODE_READ,	&otr_printk_formats_ops, .top = true },
	{ "rv",				OTR_MODE_DIR,	.dir = &otr_rv_dir,
	  .top = true, .visible = top_has_tracepoints },
	{ "saved_cmdlines",		OTR_MODE_READ,	&otr_cmdlines_ops, .top = true },
	{ "saved_cmdlines_size",	OTR_MODE_WRITE,	&otr_cmdlines_size_ops, .top = true },
	{ "saved_tgids",		OTR_MODE_READ,	&otr_tgids_ops, .top = true },
	{ "set_event",		OTR_MODE_WRITE,	&otr_set_event_ops },
	{ "set_event_notrace_pid",	OTR_MODE_WRITE,	&otr_event_pids_ops, .arg = OTR_NOT },
	{ "set_event_pid",		OTR_MODE_WRITE,	&otr_event_pids_ops,
	  .arg = OTR_WANT },
	{ "set_ftrace_filter",		OTR_MODE_WRITE,	&otr_filter_ops,
	  .arg = OTR_WANT, .visible = top_has_sites },
	{ "set_ftrace_notrace",		OTR_MODE_WRITE,	&otr_filter_ops,
	  .arg = OTR_NOT, .visible = top_has_sites },
	{ "set_ftrace_notrace_pid",	OTR_MODE_WRITE,	&otr_pids_ops,
	  .arg = OTR_NOT, .visible = top_has_sites },
	{ "set_ftrace_pid",		OTR_MODE_WRITE,	&otr_pids_ops,
	  .arg = OTR_WANT, .visible = top_has_sites },
	{ "set_graph_function",		OTR_MODE_WRITE,	&otr_graph_sites_ops,
	  .arg = OTR_WANT, .top = true, .visible = top_has_returns },
	{ "set_graph_notrace",		OTR_MODE_WRITE,	&otr_graph_sites_ops,
	  .arg = OTR_NOT, .top = true, .visible = top_has_returns },
	{ "show_event_filters",		OTR_MODE_READ,	&otr_show_filters_ops },
	{ "show_event_triggers",	OTR_MODE_READ,	&otr_show_triggers_ops },
	{ "snapshot",		OTR_MODE_WRITE,	&otr_snapshot_ops,
	  .arg = OTR_OF_SNAPSHOT, .visible = top_has_snapshot },
	{ "stack_max_size",		OTR_MODE_WRITE,	&otr_stack_size_ops,
	  .top = true, .visible = top_has_sites },
	{ "stack_trace",		OTR_MODE_READ,	&otr_stack_trace_ops,
	  .top = true, .visible = top_has_sites },
	{ "stack_trace_filter",		OTR_MODE_WRITE,	&otr_graph_sites_ops,
	  .arg = OTR_STACK_FUNCTIONS, .top = true, .visible = top_has_sites },
	{ "synthetic_events",	OTR_MODE_WRITE,	&otr_dyn_ops,
	  .arg = OTR_DOOR_SYNTH, .top = true },
	{ "timestamp_mode",		OTR_MODE_READ,	&otr_time_mode_ops, .in_backup = true },
	{ "touched_functions",		OTR_MODE_READ,	&otr_touched_functions_ops,
	  .top = true, .visible = top_has_sites },
	{ "trace",			OTR_MODE_WRITE,	&otr_trace_ops, .in_backup = true },
	{ "trace_clock",		OTR_MODE_WRITE,	&otr_clock_ops, .in_backup = true },
	{ "trace_marker",		0220,		&otr_marker_ops },
	{ "trace_marker_raw",		0220,		&otr_marker_raw_ops },
	{ "trace_options",		OTR_MODE_WRITE,	&otr_trace_options_ops, .in_backup = true },
	{ "trace_pipe",			OTR_MODE_READ,	&otr_pipe_ops, .in_backup = true },
	{ "trace_stat",			OTR_MODE_DIR,	.dir = &otr_stat_dir,
	  .top = true, .visible = top_has_returns },
	{ "tracing_cpumask",		OTR_MODE_WRITE,	&otr_cpumask_ops },
	{ "tracing_max_latency",	OTR_MODE_WRITE,	&otr_max_latency_ops },
	{ "tracing_on",			OTR_MODE_WRITE,	&otr_tracing_on_ops },
	{ "tracing_thresh",		OTR_MODE_WRITE,	&otr_thresh_ops,
	  .top = true, .visible = top_has_returns },
	{ "uprobe_events",	OTR_MODE_WRITE,	&otr_dyn_ops,
	  .arg = OTR_DOOR_UPROBE, .top = true, .visible = top_has_uprobes },
	{ "uprobe_profile",	OTR_MODE_READ,	&otr_dyn_profile_ops,
	  .arg = OTR_DOOR_UPROBE_PROFILE, .top = true, .visible = top_has_uprobes },
	{ "user_events_data",		OTR_MODE_WRITE,	&otr_user_data_ops,
	  .top = true, .visible = top_has_tracepoints },
	{ "user_events_status",		OTR_MODE_READ,	&otr_user_status_ops,
	  .top = true, .visible = top_has_tracepoints },
};

/* Row number @pos of all tracers together. */
static const struct otr_row *top_tracer_row(unsigned int pos)
{
	const struct otr_tracer *tracer = NULL;

	guard(mutex)(&otr_inst_lock);
	while ((tracer = otr_tracer_next(tracer))) {
		if (pos < tracer->nr_files)
			return &tracer->files[pos];
		pos -= tracer->nr_files;
	}
	return NULL;
}

/* What tracers bring. A tracer stays for as long as we do. */
static bool top_nth(const struct otr_where *dir, unsigned int pos, struct otr_entry *entry)
{
	const struct otr_row *row = top_tracer_row(pos);

	if (!row)
		return false;
	otr_entry_from_row(entry, row, dir);
	strscpy(entry->name, row->name);
	entry->row.name = otr_row_visible(row, dir) ? entry->name : NULL;
	return true;
}

const struct otr_dir otr_top_dir = {
	.rows	= top_rows,
	.nr	= ARRAY_SIZE(top_rows),
	.nth	= top_nth,
};
