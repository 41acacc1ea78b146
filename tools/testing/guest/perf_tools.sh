#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the programs of perf-tools do with the files: funcgraph, functrace, funccount and
# funcslower, with the same writes in the same order, on calls that are counted.
#
# timeout: 300

# shellcheck disable=SC2317 # called by name
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

out=/tmp/perf_tools.$$

# The programs end at once where one of their writes fails.
warn=
write()
{
	[ "$(put "$@")" = ok ] || warn+="$1=$2 "
}

adds()
{
	[ "$(add "$@")" = ok ] || warn+="$1+=$2 "
}

# they_write NAME: all that they wrote was taken
they_write()
{
	is "$1" "$warn" ''
	warn=
}

# How funcgraph, functrace and funcslower leave: everything back, the trace emptied.
restore()
{
	write current_tracer nop
	# An empty text is no name: they write one, and do not mind.
	echo >set_ftrace_pid
	echo >set_graph_function
	echo >set_ftrace_filter
	write max_graph_depth 0
	write tracing_thresh 0
	echo >trace
}

# Calls of getppid() and chmod() by one task, which is asked for its number first.
calls()
{
	perl -e '$| = 1; print "$$\n"; <STDIN>;
		for (1 .. $ARGV[0]) { getppid(); chmod(0600, $ARGV[1]) }' "$1" "$out.file"
}

# held N: a task that calls each N times when `go` says so; $pid
held()
{
	: >"$out.file"
	mkfifo "$out.go"
	calls "$1" <"$out.go" >"$out.pid" &
	job=$!
	exec 7>"$out.go"
	while ! read -r pid 2>/dev/null <"$out.pid"; do
		sleep 0.05
	done
}

go()
{
	echo go >&7
	exec 7>&-
	wait $job
	rm -f "$out.go" "$out.pid"
}

# for_seconds: what they read meanwhile, until a time is over, into $out
for_seconds()
{
	timeout -s INT "$1" cat trace_pipe >"$out"
}

# funccount -d 1 FUNCTIONS
check_funccount()
{
	write function_profile_enabled 0
	write set_ftrace_filter '__*_sys_getppi*'
	held 321
	write function_profile_enabled 1
	go
	write function_profile_enabled 0
	is 'funccount counts calls' "$(cat trace_stat/function* | awk '
		{ if ($1 != "Function" && $2 != "---" && $2 !~ /^-+$/) a[$1] += $2 }
		END { for (k in a) print k, a[k] }')" "$getppid 321"
	echo >set_ftrace_filter
	is 'all functions again' "$(cat set_ftrace_filter)" '#### all functions enabled ####'
	write function_profile_enabled 1
	cat /etc/hostname >/dev/null
	write function_profile_enabled 0
	holds 'or all of them' test "$(cat trace_stat/function* | wc -l)" -gt 100
	they_write 'with what it writes'
}

# functrace -p PID -d 1 FUNCTION
check_functrace()
{
	held 50
	write current_tracer nop
	write set_ftrace_pid "$pid"
	write set_ftrace_filter "$getppid"
	write current_tracer function
	for_seconds 2 &
	sleep 0.5
	go
	calls 20 </dev/null >/dev/null
	wait $!
	restore
	is 'functrace traces a task' "$(grep -c ": $getppid <-" "$out")" 50
	all_like 'and no other' "$(cat "$out")" \
		"^ +(perl|<\\.\\.\\.>)-$pid +\\[[0-9]{3}\\] [^ ]{5} +[0-9.]+: $getppid <-[a-z0-9_]+\$"
	# functrace -d 1, which reads at the end
	write set_ftrace_filter '*getppid'
	write current_tracer function
	held 30
	go
	is 'functrace -d' "$(grep -c "perl-.*: $getppid <-" trace)" 30
	restore
	they_write 'with what it writes'
}

# funcgraph -m DEPTH -p PID FUNCTION, and its options
check_funcgraph()
{
	local task

	held 40
	# Its name is known when it has left its CPU once.
	task="\(perl\|<\.\.\.>\)-$pid"
	write current_tracer nop
	write set_ftrace_pid "$pid"
	write max_graph_depth 2
	write set_graph_function 'chmod_commo*'
	write current_tracer function_graph
	write trace_options funcgraph-abstime
	write trace_options funcgraph-proc
	for_seconds 2 &
	sleep 0.5
	go
	wait $!
	write trace_options nofuncgraph-abstime
	write trace_options nofuncgraph-proc
	restore
	is 'funcgraph shows a task and what it calls' \
		"$(grep -c "$task .*|  chmod_common() {\$" "$out")" 40
	is 'to a depth' "$(grep -c "$task .*|    notify_change()" "$out")" 40
	is 'with its ends' "$(grep -c "$task .* us .*|  }" "$out")" 40
	unlike 'not deeper' "$(cat "$out")" '\|      [a-z}]'
	all_like 'with times' "$(grep -v '^ -*$' "$out" | grep -v -e '=>' -e '^$')" '^ *[0-9]+\.[0-9]{6} \|   [0-9]\) '
	# funcgraph -H: with the header, from the trace
	write set_graph_function "$getppid"
	write max_graph_depth 1
	write current_tracer function_graph
	held 10
	go
	is 'funcgraph -H' "$(sed -n 3,4p trace)" '# CPU  DURATION                  FUNCTION CALLS
# |     |   |                     |   |   |   |'
	is 'of every task' "$(grep -c "us .*|  $getppid();\$" trace)" 10
	# -C: no durations, -c: no CPUs
	write trace_options nofuncgraph-duration
	write trace_options nofuncgraph-cpu
	is 'funcgraph -D -c' "$(grep -c "^$getppid();\$" trace)" 10
	write trace_options funcgraph-duration
	write trace_options funcgraph-cpu
	# -t: everything but with the function tracer's names at the end
	write trace_options funcgraph-tail
	write trace_options nofuncgraph-tail
	restore
	they_write 'with what it writes'
}

# funcslower FUNCTION MICROSECONDS
check_funcslower()
{
	write current_tracer nop
	write tracing_thresh 300000
	write set_ftrace_filter 'hrtimer_nanosleep'
	# It asks for a microsecond and for blanks: both are in order.
	write current_tracer function_graph
	write trace_options funcgraph-abstime
	write trace_options funcgraph-proc
	for_seconds 5 &
	sleep 0.001
	sleep 0.01
	# Much longer, so a guest that is slow does not make a slow one of the others.
	sleep 0.6
	sleep 0.8
	wait $!
	write trace_options nofuncgraph-abstime
	write trace_options nofuncgraph-proc
	is 'funcslower finds those that were slow' \
		"$(grep -c ' [@$] [0-9]*\.[0-9]* us |  } /\* hrtimer_nanosleep \*/$' "$out")" 2
	is 'and no others' "$(grep -c hrtimer_nanosleep "$out")" 2
	restore
	is 'and nothing is limited any more' "$(cat tracing_thresh max_graph_depth | tr '\n' ' ')" '0 0 '
	# funcslower -p PID -a: both in one
	held 5
	write tracing_thresh 1
	write set_ftrace_pid "$pid"
	write set_ftrace_filter "$getppid"
	write current_tracer function_graph
	go
	sleep 0.01
	unlike 'of one task' "$(grep -v '^#' trace)" 'hrtimer|\{$'
	restore
	they_write 'with what it writes'
}

begin
getppid=$(grep -o -x -E '__(do|se)_sys_getppid' available_filter_functions | head -n 1)
if ! hash perl || [ -z "$getppid" ]; then
	skip 'perf-tools' 'no perl here, or no getppid() to be traced'
	end
fi
check_funccount
check_functrace
check_funcgraph
check_funcslower
rm -f "$out" "$out.file"
end
