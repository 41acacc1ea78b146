#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A task waits for its CPU for a known time, because of a known function: the tracers say
# how long and which. Virtual time is executed instructions, so the numbers are exact.
#
# boot: own
# boot-options: --icount

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

waiter=/sys/module/otr_waiter/parameters

# about NAME NUMBER EXPECTED: within one percent, which is how exactly the module waits, and
# 100 us, for what is done around it
about()
{
	if [ -n "$2" ] && [ "$2" -ge $(($3 - $3 / 100)) ] && [ "$2" -le $(($3 + 100)) ]; then
		pass "$1"
	else
		fail "$1" "$2 us instead of $3"
	fi
}

# measure TRACER FILE US: with recording off afterwards, as a reader wakes tasks, too
measure()
{
	echo 1 >tracing_on
	echo "$1" >current_tracer
	: >trace
	echo 0 >tracing_max_latency
	echo "$3" >"$waiter/$2"
	echo 0 >tracing_on
}

check_length()
{
	local text

	echo 0 >options/function-trace
	measure wakeup_rt preempt 20000
	text=$(cat trace)
	about 'as long as preemption was off' "$(cat tracing_max_latency)" 20000
	about 'the trace says so' "$(sed -n 's/^# latency: \([0-9]*\) us.*/\1/p' <<<"$text")" 20000
	like 'it is about the task' "$text" \
		'\| task: waiter-[0-9]* \(uid:0 nice:0 policy:1 rt_prio:50\)'
	like 'which was woken' "$text" ' 0us.: .*   \+ \[000\] .*: 49:R waiter$'
	about 'and ran after that time' \
		"$(sed -n 's/^[^:#]* \([0-9]*\)us.: .* ==> \[000\] .* waiter$/\1/p' <<<"$text")" 20000
	like 'behind the task that woke it' "$text" '^ *(bash|latency_)-[0-9]+ .* ==> \[000\] .* waiter$'
	like 'the callers are there' "$text" '^ => waiter_by_preempt$'
	measure wakeup irq 7000
	about 'as long as interrupts were off' "$(cat tracing_max_latency)" 7000
	measure wakeup_rt preempt 0
	holds 'nothing is found where nothing is' [ "$(cat tracing_max_latency)" -lt 300 ]
	measure wakeup_dl preempt 5000
	is 'nor by who waits for another kind of task' "$(cat tracing_max_latency; records)" 0
}

check_culprit()
{
	local text

	echo 1 >options/function-trace
	measure wakeup_rt preempt 20000
	text=$(cat trace)
	like 'the culprit is in the trace' "$text" 'us.: waiter_hog <-waiter_by_preempt'
	about 'with the time that it took' "$(awk '/ waiter_hog </ { from = $3 + 0; next }
		/ ==> / { print $3 - from; exit }' <<<"$text")" 20000
	echo 1 >options/display-graph
	measure wakeup_rt preempt 20000
	like 'and in the graph' "$(cat trace)" '\* (19|20)[0-9]{3}\.[0-9]+ us *\|  }$'
	like 'by its name' "$(cat trace)" '\|  waiter_hog\(\) {$'
	echo 0 >options/display-graph
	echo 0 >options/function-trace
}

check_thresh()
{
	echo 10000 >tracing_thresh
	measure wakeup_rt preempt 5000
	is 'what is not too long is not kept' "$(cat tracing_max_latency; records)" 0
	measure wakeup_rt preempt 30000
	about 'what is too long is' "$(cat tracing_max_latency)" 30000
	echo 1 >tracing_on
	echo 12000 >"$waiter/preempt"
	echo 0 >tracing_on
	about 'also if it is not the longest' "$(cat tracing_max_latency)" 12000
	echo 0 >tracing_thresh
}

begin
if ! grep -q wakeup available_tracers; then
	skip 'lengths' 'the kernel has no tracepoints'
else
	insmod "$(dirname "$OTR_MODULE")/otr_waiter.ko"
	check_length
	check_culprit
	check_thresh
	echo nop >current_tracer
	rmmod otr_waiter
fi
end
