#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools/save writes down what is set up, and what it wrote sets the same up again.

# shellcheck disable=SC2016 # of probes and histograms
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

save=$(dirname "$0")/../../save
shopt -s dotglob

# settings DIR: what the files say that somebody sets
settings()
{
	local file

	for file in trace_clock tracing_cpumask buffer_percent buffer_subbuf_size_kb buffer_size_kb \
		per_cpu/cpu{0,1}/buffer_size_kb set_{ftrace,event}_pid set_{ftrace,event}_notrace_pid \
		set_ftrace_{filter,notrace} set_graph_{function,notrace} max_graph_depth tracing_thresh \
		stack_trace_filter saved_cmdlines_size dynamic_events set_event show_event_filters \
		show_event_triggers current_tracer trace_options tracing_on; do
		[ ! -e "$1/$file" ] || grep -H . "$1/$file"
	done
	head -n 3 "$1/snapshot" | grep Snapshot
}

# everything: of all instances
everything()
{
	local inst

	settings .
	for inst in instances/*/; do
		[ ! -d "$inst" ] || settings "${inst%/}"
	done
}

if intree; then
	echo "1..0 # SKIP 6.12 has no files that list filters and triggers"
	exit 0
fi
begin

before=$(everything)
bash "$save" >/tmp/nothing.sh
bash /tmp/nothing.sh
is "what was found where nothing was set up changes nothing" "$(everything)" "$before"

mkdir instances/one "instances/an other" instances/.hidden
{
	echo 'p:first vfs_open $arg1:x64'
	echo 'r:group/second vfs_read $retval'
	echo 's:latency u64 lat; char name[16]'
} >dynamic_events
echo mono >trace_clock
echo 1 >tracing_cpumask
echo 300 >buffer_size_kb
echo 20 >buffer_percent
echo 500 >instances/one/per_cpu/cpu0/buffer_size_kb
echo 8 >"instances/an other/buffer_subbuf_size_kb"
echo 256 >saved_cmdlines_size
echo 4 >max_graph_depth
echo 5 >tracing_thresh
echo $$ >set_ftrace_pid
echo "1 $$" >set_event_pid
echo 'vfs_r*' >set_ftrace_filter
echo 'vfs_mknod:traceoff:3' >>set_ftrace_filter
echo vfs_readv >set_ftrace_notrace
echo 'ksys_*' >set_graph_function
echo ksys_sync >set_graph_notrace
echo 'sched:sched_switch irq' | tr ' ' '\n' >set_event
echo ':mod:nosuch' >>set_event
echo 'prev_pid == 7 && next_comm ~ "a b*"' >events/sched/sched_switch/filter
echo 'traceoff:5 if pid == 77777' >events/sched/sched_wakeup/trigger
echo 'stacktrace' >>events/sched/sched_wakeup/trigger
# The one that comes first has a variable of the other one.
echo 'hist:keys=pid:ts0=common_timestamp.usecs' >events/sched/sched_waking/trigger
echo 'hist:keys=next_pid:lat=common_timestamp.usecs-$ts0:onmatch(sched.sched_waking).latency($lat,next_comm)' \
	>events/sched/sched_switch/trigger
echo 'hist:keys=lat:sort=hitcount.descending:size=128 if lat < 5000' >events/synthetic/latency/trigger
echo 'hist:keys=pid:pause' >>events/sched/sched_wakeup/trigger
echo 'enable_event:irq:irq_handler_entry:2' >"instances/an other/events/module/module_free/trigger"
echo function_graph >current_tracer
echo funcgraph-tail >trace_options
echo nosym-offset >trace_options
echo function >instances/one/current_tracer
echo 'vfs_w*' >instances/one/set_ftrace_filter
echo 0 >instances/one/tracing_on
echo 1 >instances/one/snapshot
echo 1 >instances/one/events/timer/enable
echo mono >instances/.hidden/trace_clock

before=$(everything)
bash "$save" >/tmp/setup.sh
like "it writes lines" "$(cat /tmp/setup.sh)" '^echo vfs_read >> set_ftrace_filter$'
unmount_tracing && rmmod outrace
# shellcheck disable=SC2086 # a list of words
insmod "$OTR_MODULE" $OTR_PARAMS && mount_tracing || exit
isnt=$(everything)
holds "all of it can go" [ "$isnt" != "$before" ]
is "the lines are taken" "$(bash /tmp/setup.sh 2>&1)" ''
is "and set the same up again" "$(diff <(echo "$before") <(everything))" ''

end
