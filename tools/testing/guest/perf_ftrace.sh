#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's perf, unmodified: perf ftrace.
#
# timeout: 600

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/testing/guest/client.sh
. "$(dirname "$0")/client.sh"

# pf ARGUMENT...: perf ftrace, in the directory $work.
pf()
{
	(cd "$work" && perf ftrace "$@" 2>"$work/said")
}

# What must be there before perf touches anything, in its order.
needed='tracing_on current_tracer set_ftrace_pid tracing_cpumask max_graph_depth tracing_thresh'

missing()
{
	local file

	for file in $needed; do
		[ -e "$file" ] || echo "$file"
	done | tr '\n' ' '
}

check_function()
{
	local text

	text=$(pf -t function -T 'vfs_*' -N 'vfs_write' cat /etc/hostname)
	is 'perf ftrace -t function' "$(said)" ''
	all_like 'only the functions of -T' "$(grep -v '^#' <<<"$text" | sed 1d)" ': vfs_[a-z0-9_]+ <-'
	like 'vfs_read' "$text" ': vfs_read <-'
	unlike 'but not those of -N' "$text" ': vfs_write <-'
	like 'the header' "$text" '^# tracer: function$'
	is 'and everything is back' "$(cat current_tracer tracing_on; grep -c -v '^#' set_ftrace_filter)" "nop
0
0"
	is 'perf ftrace -F' "$(pf -F 'vfs_re*' | sort)" \
		"$(sed 's/ .*//' available_filter_functions | grep '^vfs_re' | sort)"
}

check_tasks()
{
	local pid text

	bash -c 'while :; do read -t 0.05 <>/dev/tty1; cat /etc/hostname >/dev/null; done' &>/dev/null &
	pid=$!
	text=$(pf -t function -T 'vfs_*' -p "$pid" sleep 1)
	all_like 'perf ftrace -p' "$(grep -v '^#' <<<"$text" | sed 1d)" "^ *[^ ].*-$pid +\\["
	text=$(pf -t function -T 'vfs_*' -a -C 1 sleep 0.5 | grep -v '^#' | sed 1d)
	all_like 'perf ftrace -a -C' "$text" '\[001\]'
	kill "$pid"
	wait "$pid" 2>/dev/null
}

check_graph()
{
	local text

	text=$(pf -G vfs_read -- cat /etc/hostname)
	is 'perf ftrace -G' "$(said)" ''
	like 'the header' "$text" '^# tracer: function_graph$'
	like 'a call' "$text" ' \|  vfs_read\(\) \{$'
	like 'what it calls' "$text" ' us +\| +[a-z0-9_.]+\(\);$'
	text=$(pf -G 'vfs_read' --graph-opts depth=1 -- cat /etc/hostname)
	# A call that perf reads before it returned has a line for each.
	all_like 'perf ftrace --graph-opts depth=1' "$(grep -v -E -e '^#|^ *$|-----|=>' <<<"$text" | sed 1d)" \
		'us +\|  (vfs_read\(\);|\})$| \|  vfs_read\(\) \{$'
	text=$(pf -G 'vfs_read' --graph-opts nosleep-time,verbose -- cat /etc/hostname)
	is 'perf ftrace --graph-opts' "$(said)" ''
}

check_latency()
{
	local text

	text=$(pf latency -T vfs_read -- cat /etc/hostname /etc/hosts /etc/services)
	is 'perf ftrace latency' "$(said)" ''
	like 'the header' "$text" '^# +DURATION +\| +COUNT +\| GRAPH'
	holds 'counts calls' test "$(awk -F '|' '/us|ms/ { sum += $2 } END { print sum + 0 }' <<<"$text")" -ge 3
}

client_begin perf
if [ -n "$(missing)" ]; then
	skip 'perf ftrace' "perf stops without $(missing)"
else
	check_function
	check_tasks
	if grep -q -w function_graph available_tracers; then
		check_graph
		check_latency
	else
		skip 'perf ftrace -G, latency' 'there is no tracer function_graph'
	fi
fi
client_end
