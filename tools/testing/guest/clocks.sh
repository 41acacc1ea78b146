#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every clock while what it calls is traced: by tracers, by a hook that records, with
# markers and events in the same ring. A record in the middle of another one's
# reservation is refused, and the other one is there.
#
# timeout: 300

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# Functions that clocks call, here or on other machines.
called='local_clock sched_clock_cpu ktime_get_*_fast_ns get_jiffies_64 jiffies_64_to_clock_t
	pvclock_* read_tsc read_hpet acpi_pm_read native_sched_clock'

# Some work, with an event and a marker in the end.
work()
{
	(: | cat) >/dev/null
	/bin/true
	sleep 0.01
	# What is traced after it may push it out.
	echo "$1" >trace_marker
	echo 0 >tracing_on
}

# seen NAME MARKER: it went on until there, and it is in the trace
seen()
{
	holds "$1: a marker" grep -q -m 1 "$2" trace
	reset
}

# tracer TRACER CLOCK: on these functions, and on all
tracer()
{
	echo "$2" >trace_clock
	# Not all of them are there.
	for function in $called; do
		echo "$function" >>set_ftrace_filter
	done 2>/dev/null
	echo "$1" >current_tracer
	work "few $2"
	holds "$2, $1: an event" grep -q -m 1 'sched_[a-z_]*: ' trace
	: >set_ftrace_filter
	seen "$2, $1 of the clock" "few $2"
	echo "$2" >trace_clock
	echo "$1" >current_tracer
	work "all $2"
	seen "$2, $1 of everything" "all $2"
}

# A command of a function: what it records comes with each call.
hook()
{
	echo "$1" >trace_clock
	for function in $called; do
		echo "$function:stacktrace" >>set_ftrace_filter
	done 2>/dev/null
	work "hook $1"
	holds "$1, a hook: an event" grep -q -m 1 'sched_[a-z_]*: ' trace
	grep '^[^#].*:stacktrace:' set_ftrace_filter | sed 's/^/!/; s/:unlimited$//' |
		while read -r line; do
			echo "$line" >>set_ftrace_filter
		done
	seen "$1, a hook" "hook $1"
}

refused()
{
	cat per_cpu/cpu*/stats | awk '/inside others/ { n += $NF } END { print n + 0 }'
}

check_counted()
{
	intree && return
	# One that is always read by a call.
	echo uptime >trace_clock
	echo jiffies_64_to_clock_t >set_ftrace_filter
	echo function >current_tracer
	echo "counted" >trace_marker
	echo 0 >tracing_on
	holds 'what nests is counted' test "$(refused)" -gt 0
	reset
	is 'and nothing else is said' "$(refused)" 0
}

begin
echo 1 >events/sched/enable
read -ra clocks <<<"$(sed 's/[][]//g' trace_clock)"
for clock in "${clocks[@]}"; do
	tracer function "$clock"
	tracer function_graph "$clock"
	hook "$clock"
done
check_counted
echo 0 >events/sched/enable
end
