// SPDX-License-Identifier: GPL-2.0-only
/*
 * README: the files in a few words, for a reader that has nothing else at hand.
 *
 * Programs look here, too, for what this tracer can do. The lines that they look for
 * are the in-tree tracer's of the same kernel or, for what only newer kernels have,
 * of those, word by word; such a line comes with what it tells of:
 *
 *	[gid=<gid>]					ftracetest
 *	accepts: func_full_name or glob-matching-pattern	ftracetest
 *	Can enable module events via: :mod:		ftracetest, since 6.14
 *	' >> synthetic_events, s:[synthetic/], long[]	ftracetest
 *	<var1>=<field|var_ref|numeric_literal>		ftracetest
 *	onchange(var)					ftracetest
 *	trace(<synthetic_event>				ftracetest
 *	can be any field, or the special string		ftracetest
 *	snapshot()					ftracetest
 *	Create/append/, p[:, r[maxactive][:, place: and place (kretprobe):	ftracetest
 *	fetcharg:, kernel return probes support:, type: with the lines below	ftracetest
 */
#include "fs/fs.h"
#include "tracer/tracer.h"

static const char readme_basics[] =
	"tracing mini-HOWTO:\n\n"
	"Only root gets in, unless the mount says otherwise:\n"
	"\t mount -t tracefs [-o [gid=<gid>]] nodev /sys/kernel/tracing\n\n"
	"# echo 0 > tracing_on : quick way to disable tracing\n"
	"# echo 1 > tracing_on : quick way to re-enable tracing\n\n"
	" Important files:\n"
	"  trace\t\t\t- What was recorded, as text; reading keeps it\n"
	"\t\t\t  An empty write (echo > trace) drops it\n"
	"  trace_pipe\t\t- The same, but reading takes it out, and waits for more\n"
	"  current_tracer\t- The tracer in use; \"nop\" for none\n"
	"  available_tracers\t- Those that current_tracer takes\n"
	"  error_log\t\t- What was wrong with the last commands that were\n"
	"  snapshot\t\t- Write 1 to put aside what was recorded; reads as trace\n"
	"  tracing_on\t\t- 0 stops recording, 1 goes on\n"
	"  tracing_cpumask\t- CPUs that record\n"
	"  trace_clock\t\t- Clock of the time stamps; a change drops what was recorded\n"
	"  timestamp_mode\t- How a record's time is told in the buffer\n"
	"  trace_options\t\t- How records look and what is recorded; \"no\" in front\n"
	"\t\t\t  switches an option off. Also one file each in options/\n"
	"  trace_marker\t\t- Text written here becomes a record\n"
	"  trace_marker_raw\t- The same for bytes that begin with an id\n"
	"  buffer_size_kb\t- Memory per CPU; per_cpu/cpuN has it for each\n"
	"  buffer_subbuf_size_kb\t- Memory of one page of it, and so of the longest record\n"
	"  buffer_total_size_kb\t- Memory of all CPUs together\n"
	"  buffer_percent\t- How full a buffer is when waiting programs wake up\n"
	"  free_buffer\t\t- Closing it gives the memory back\n"
	"  saved_cmdlines\t- Thread ids and the names remembered for them\n"
	"  saved_cmdlines_size\t- How many names are remembered\n"
	"  saved_tgids\t\t- Thread ids and their processes (option record-tgid)\n"
	"  per_cpu/cpuN/stats\t- What CPU N recorded, kept and lost\n"
	"  instances\t\t- mkdir in there makes another set of these files, with\n"
	"\t\t\t  buffers of its own; rmdir removes it\n";

static const char readme_functions[] =
	"\n  available_filter_functions - Functions that can be recorded\n"
	"  enabled_functions\t- Functions that are hooked now\n"
	"  set_ftrace_filter\t- Record these functions only\n"
	"\t     accepts: func_full_name or glob-matching-pattern\n"
	"\t\t\t  Such as vfs_*, *read, *x*;\n"
	"\t\t\t  numbers of lines in available_filter_functions,\n"
	"\t\t\t  \"!\" in front removes, \":mod:name\" behind means one module\n"
	"\t\t\t  \"fn:command[:count]\" does something else when fn is called,\n"
	"\t\t\t  \"!fn:command[:0]\" ends that:\n"
	"\t\t\t    traceon, traceoff, stacktrace, snapshot, dump, cpudump,\n"
	"\t\t\t    enable_event:system:event, disable_event:system:event\n"
	"  touched_functions\t- Functions that were ever hooked\n"
	"  set_ftrace_notrace\t- Never record these functions\n"
	"  set_ftrace_pid\t- Record these threads only\n"
	"  set_ftrace_notrace_pid - Never record these threads\n"
	"  stack_trace\t\t- Who was on the deepest stack, and how much each took\n"
	"  stack_max_size\t- Its size; write 0 to measure anew\n"
	"  stack_trace_filter\t- Functions that look at it; as set_ftrace_filter\n";

static const char readme_returns[] =
	"  set_graph_function\t- Record these functions and what they call (function_graph)\n"
	"  set_graph_notrace\t- Neither these nor what they call\n"
	"  max_graph_depth\t- How deep, 0 for as deep as they call\n"
	"  tracing_thresh\t- Record only what took longer, in microseconds\n"
	"  function_profile_enabled - 1 counts calls and their time, see trace_stat/\n";

static const char readme_events[] =
	"\n  available_events\t- Events that can be recorded\n"
	"  set_event\t\t- Names of those that are: event, system:event, system:*,\n"
	"\t\t\t  \"!\" in front switches them off\n"
	"\t\t\t  Can enable module events via: :mod:<module>\n"
	"  set_event_pid\t\t- Record events of these threads only\n"
	"  set_event_notrace_pid\t- Never record events of these threads\n"
	"  events/enable\t\t- 1 records all events, 0 none; likewise in the directory of a\n"
	"\t\t\t  system, events/<system>/, and of an event below it\n"
	"  events/<system>/<event>/filter\n"
	"\t\t\t- Record those only of which this is true; 0 for all\n"
	"  events/<system>/<event>/format\n"
	"\t\t\t- Its fields, and how it is printed\n"
	"  synthetic_events\t- Events that users define: their names and fields, which other\n"
	"\t\t\t  code fills in; \"!\" and a name removes one\n"
	"\t     example: echo 'myevent u64 lat; char name[]; long[] stack' >> synthetic_events\n"
	"  dynamic_events\t- All events that users define\n"
	"\t\t\t  s:[synthetic/]<event> <field>[;<field>]... defines one,\n"
	"\t\t\t  -:[<group>/]<event> removes one\n"
	"  kprobe_events\t\t- Create/append/remove/show the kernel dynamic events\n"
	"\t\t\t  One definition per line, also in dynamic_events:\n"
	"\t   Format: p[:[<group>/][<event>]] <place> [<args>]\n"
	"\t           r[maxactive][:[<group>/][<event>]] <place> [<args>]\n"
	"\t           f[:[<group>/][<event>]] <func-name>[%return] [<args>]\n"
	"\t           t[:[<group>/][<event>]] <tracepoint> [<args>]\n"
	"\t           e[:[<group>/][<event>]] <attached-group>.<attached-event> [<args>] [if <filter>]\n"
	"\t    place: [<module>:]<symbol>[+<offset>]|<memaddr>\n"
	"place (kretprobe): [<module>:]<symbol>[+<offset>]%return|<memaddr>\n"
	"\t     args: <name>=fetcharg[:type]\n"
	"\t fetcharg: (%<register>|$<efield>), @<address>, @<symbol>[+|-<offset>],\n"
	"\t           $stack<index>, $stack, $retval, $comm, $arg<N>,\n"
	"\t           +|-[u]<offset>(<fetcharg>), \\imm-value, \\\"imm-string\"\n"
	"\t     kernel return probes support: $retval, $arg<N>, $comm\n"
	"\t     type: s8/16/32/64, u8/16/32/64, x8/16/32/64, char, string, symbol,\n"
	"\t           b<bit-width>@<bit-offset>/<container-size>, ustring,\n"
	"\t           symstr, %pd/%pD, <type>\\[<array-size>\\]\n"
	"  kprobe_profile\t- How often each was hit, and how often nothing came of it\n";

static const char readme_uprobes[] =
	"  uprobe_events\t\t- Create/append/remove/show the userspace dynamic events\n"
	"\t\t\t  One definition per line, also in dynamic_events:\n"
	"\t   Format: p|r[:[<group>/][<event>]] <place> [<args>]\n"
	"   place (uprobe): <path>:<offset>[%return][(ref_ctr_offset)]\n"
	"\t\t\t  <args> as of kprobes, without symbols, and with @+<offset>,\n"
	"\t\t\t  what the program has where that offset of the file is\n"
	"  uprobe_profile\t- How often each was hit, by file\n";

static const char readme_triggers[] =
	"  events/<system>/<event>/trigger\n"
	"\t\t\t- What else is done when it happens, recorded or not:\n"
	"\t\t\t  action[:count] [if filter]; reading it names the actions,\n"
	"\t\t\t  \"!\" in front of one that is there ends it\n"
	"  events/<system>/<event>/hist\n"
	"\t\t\t- What its triggers called hist counted, which are written as\n"
	"\t\t\t  hist:keys=<field1[,field2,...]>[:vals=<field1[,...]>]\n"
	"\t\t\t    [:<var1>=<field|var_ref|numeric_literal>[,<var2>=...]]\n"
	"\t\t\t    [:sort=<field1[,field2]>][:size=#entries][:name=histname]\n"
	"\t\t\t    [:pause][:cont][:clear][:nohitcount][:clock=name]\n"
	"\t\t\t    [:<handler>.<action>] [if <filter>]\n"
	"\t\t\t  A key can be any field, or the special string 'common_stacktrace'\n"
	"\t\t\t  Handlers, and what they wait for:\n"
	"\t\t\t    onmatch(system.event) - a variable of that event's that is set\n"
	"\t\t\t    onmax(var)\t- a larger value than ever\n"
	"\t\t\t    onchange(var) - another value\n"
	"\t\t\t  Actions:\n"
	"\t\t\t    trace(<synthetic_event>,<value>,...) - record that event\n"
	"\t\t\t    save(field,...) - keep these fields with the entry\n"
	"\t\t\t    snapshot()\t- put aside what was recorded\n";

static int readme_show(struct otr_file *of, struct seq_file *m)
{
	seq_puts(m, readme_basics);
	if (otr_site_ready())
		seq_puts(m, readme_functions);
	if (otr_ret_ready())
		seq_puts(m, readme_returns);
	seq_puts(m, readme_events);
	if (IS_ENABLED(CONFIG_UPROBES))
		seq_puts(m, readme_uprobes);
	seq_puts(m, readme_triggers);
	return 0;
}

const struct otr_file_ops otr_readme_ops = {
	.show	= readme_show,
	.places	= OTR_PLACES_ANY,
};
