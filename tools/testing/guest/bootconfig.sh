#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A tree of words behind the initial RAM disk, as the kernel's own tool puts it there, says
# what a kernel with the engine built in records from the start.
#
# boot-options: --builtin --bootconfig tools/testing/guest/bootconfig.tree
# run: test-all

# shellcheck disable=SC2016 # of probes and histograms
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# triggers_of EVENT: without what says how they are doing
triggers_of()
{
	grep -v '^#' "events/$1/trigger" | sed 's/ \[active\]$//'
}

mount_tracing || exit
is "words below kernel are the command line's" \
	"$(grep -x sym-addr trace_options) $(cat set_ftrace_notrace)" 'sym-addr vfs_writev'
is "trace_clock" "$(grep -o '\[.*\]' trace_clock)" '[global]'
is "options" "$(grep -x 'sym-offset\|noirq-info' trace_options | tr '\n' ' ')" 'sym-offset noirq-info '
is "alloc_snapshot" "$(grep -c 'Snapshot is allocated' snapshot)" 1
is "events" "$(cat events/irq/irq_handler_entry/enable)" 1
is "an event's filter" "$(cat events/task/task_newtask/filter)" 'pid < 128'
is "an event that is enabled" "$(cat events/task/task_newtask/enable)" 1
is "a group that is enabled" "$(cat events/timer/enable)" 1
is "kprobes" "$(tr '\n' ' ' <kprobe_events)" \
	"p:kprobes/first vfs_open arg1=\$arg1 p:kprobes/first vfs_mkdir arg1=\$arg1 r10:kprobes/ends vfs_rmdir "
is "with filters" "$(cat events/kprobes/first/{filter,enable} | tr '\n' ' ')" 'common_pid < 200 1 '
is "which do not come on by themselves" "$(cat events/kprobes/ends/enable)" 0
is "synthetic events" "$(cat synthetic_events)" "$(printf 'initcall_latency\tunsigned long func; u64 lat')"
like "histograms" "$(triggers_of synthetic/initcall_latency)" \
	'^hist:keys=func.sym,lat:vals=(hitcount,)?lat:sort=lat:size=2048'
like "with variables" "$(triggers_of initcall/initcall_start)" \
	'^hist:keys=func:vals=hitcount:ts0=common_timestamp.usecs:'
like "and actions" "$(triggers_of initcall/initcall_finish)" \
	':onmatch\(initcall.initcall_start\).(trace\(initcall_latency,func,\$lat\)|initcall_latency\(func,\$lat\))'
like "which counted while the kernel started" "$(cat events/synthetic/initcall_latency/hist)" \
	'func: \[[0-9a-f]*\] [a-z0-9_]+ *, lat: *[0-9]+ } hitcount: *[0-9]'
like "several histograms" "$(triggers_of sched/sched_switch)" \
	'^hist:keys=next_pid:.*:size=256 if next_pid > 5'
like "by number" "$(triggers_of sched/sched_switch)" '^hist:keys=prev_pid:'
like "actions" "$(triggers_of sched/sched_switch)" '^stacktrace:unlimited if prev_state == 2'
like "all of them" "$(triggers_of sched/sched_switch)" '^traceoff:count=3 if prev_pid == 77777'
cd instances || exit
is "instances" "$(echo *)" 'bar foo'
is "with a tracer" "$(cat foo/current_tracer)" function
is "and its functions" "$(grep -c '^vfs_read$\|^vfs_open$' foo/set_ftrace_filter) $(cat foo/set_ftrace_notrace)" \
	'2 vfs_readv'
is "and a size" "$(cat foo/buffer_size_kb)" 513
is "and events" "$(cat foo/events/sched/sched_wakeup/enable)" 1
is "or CPUs" "$(cat bar/tracing_cpumask)" 1
is "or nothing" "$(cat bar/tracing_on)" 0
is "or a snapshot" "$(grep -c 'Snapshot is allocated' bar/snapshot)" 1
is "or options" "$(grep -x stacktrace bar/trace_options)" stacktrace
like "functions are recorded" "$(cat foo/trace)" ': vfs_(read|open)'
like "what is wrong is said" "$(dmesg)" 'outrace: bootconfig: "1" was not taken by events/nosuch/nosuch/enable'

cd ..
end
