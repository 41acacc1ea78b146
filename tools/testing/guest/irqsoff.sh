#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A CPU has interrupts or preemption off for a known time, in a known function: the tracers
# say how long and where. Virtual time is executed instructions, so the numbers are exact.
#
# A kernel of its own has the tracepoints, which takes minutes to build.
#
# boot: own
# boot-options: --icount --smp 2 --flavor irqsoff
# run: test-all

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

waiter=/sys/module/otr_waiter/parameters
built=$(dirname "$OTR_MODULE")
tracers='irqsoff preemptoff preemptirqsoff'

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

longest()
{
	cat tracing_max_latency
}

# measure TRACER COMMAND [ARG...]: with recording off afterwards
measure()
{
	echo "$1" >current_tracer
	shift
	echo 1 >tracing_on
	: >trace
	echo 0 >tracing_max_latency
	"$@"
	echo 0 >tracing_on
}

# hold WHAT US: on the first CPU, by the module that has a task wait for it
hold()
{
	taskset -c 0 bash -c "echo $2 >$waiter/$1"
}

# delay MODE US: by the kernel's own module, which stays, as its symbols are in the trace
delay()
{
	insmod "$built/preemptirq_delay_test.ko" test_mode="$1" delay="$2" cpu_affinity=1
}

check_kernels_module()
{
	local text kind mode

	echo 0 >options/function-trace
	while read -r kind mode; do
		measure "$kind" delay "$mode" 20000
		text=$(cat trace)
		rmmod preemptirq_delay_test
		about "$kind finds how long $mode was off" "$(longest)" 20000
		like 'it says where' "$text" '^# latency: [0-9]+ us, #[0-9]+/[0-9]+, CPU#1 '
		like 'and whose time it was' "$text" "\\| task: ${mode}_test-[0-9]+ \\(uid:0 "
		like 'where it began' "$text" '^#  => started at: (execute_)?preemptirqtest'
		like 'where it ended' "$text" '^#  => ended at:   (execute_)?preemptirqtest'
		like 'and by which way' "$text" '^ => preemptirq_delay_run$'
	done <<-END
		irqsoff irq
		preemptoff preempt
		preemptirqsoff irq
		preemptirqsoff preempt
	END
	measure irqsoff delay preempt 20000
	rmmod preemptirq_delay_test
	holds 'irqsoff finds no preemption' [ "$(longest)" -lt 10000 ]
	measure preemptoff delay irq 20000
	rmmod preemptirq_delay_test
	holds 'preemptoff finds no interrupts' [ "$(longest)" -lt 10000 ]
}

check_text()
{
	local text

	measure irqsoff hold irq 20000
	text=$(cat trace)
	like 'the trace begins where interrupts go off' "$text" \
		' 0d\.\.\.\.    0us.: waiter_by_irq( <-.*)?$'
	like 'and ends where they come back' "$text" ' 0d[^ ]+ (19|20)[0-9]{3}us.: waiter_by_irq( <-.*)?$'
	like 'with who said so' "$text" ' 0d[^ ]+ (19|20)[0-9]{3}us.: trace_hardirqs_on( <-.*)?$'
	like 'and the stack' "$text" ' (19|20)[0-9]{3}us.: <stack trace>$'
	is 'which begins with the function' "$(sed -n '/stack trace/{n;p;q}' <<<"$text")" \
		' => waiter_by_irq'
	is 'of one CPU alone' "$(grep -v '^[# ]*#' trace | sed -n 's/^ *[^ ]*-[0-9]* *\([0-9]\)[^ ].*/\1/p' |
		sort -u)" 0
	measure preemptoff hold preempt 20000
	text=$(cat trace)
	like 'preemption: its place' "$text" '^#  => started at: waiter_by_preempt$'
	like 'as deep as it was off' "$text" ' 0\.\.\.1\.    0us.: waiter_by_preempt <-waiter_by_preempt$'
}

check_culprit()
{
	local text

	echo 1 >options/function-trace
	# What waits counts preemption up and down by calls, a million times.
	echo 'waiter_*' >set_ftrace_filter
	measure irqsoff hold irq 20000
	like 'calls: the culprit is there' "$(records)" 'us.: waiter_hog <-waiter_by_irq$'
	measure preemptirqsoff hold preempt 20000
	like 'also with interrupts on' "$(records)" ' 0\.[^ ]+ .*us.: waiter_hog <-waiter_by_preempt$'
	echo 1 >options/display-graph
	measure irqsoff hold irq 20000
	text=$(cat trace)
	like 'as a graph' "$text" '^#   REL TIME      CPU  TASK/PID  '
	like 'with its time' "$text" '\* (19|20)[0-9]{3}\.[0-9]+ us *\| +waiter_hog\(\);$'
	echo 0 >options/display-graph
	echo 0 >options/function-trace
	: >set_ftrace_filter
}

check_thresh()
{
	echo 10000 >tracing_thresh
	measure irqsoff hold irq 5000
	is 'what is not too long is not kept' "$(longest; records)" 0
	measure irqsoff hold irq 30000
	about 'what is too long is' "$(longest)" 30000
	echo 1 >tracing_on
	hold irq 12000
	echo 0 >tracing_on
	about 'also if it is not the longest' "$(longest)" 12000
	echo 0 >tracing_thresh
}

# What a CPU does while it has nothing to do is nothing that was found.
check_idle()
{
	local kind

	for kind in $tracers; do
		measure "$kind" sleep 1
		holds "$kind: a CPU that waits is not found" [ "$(longest)" -lt 20000 ]
	done
}

# The kernel says that interrupts are on while a CPU waits, and not that they are off behind
# it: a time that began there would go on while they are on. So all begin where it goes to wait.
check_idle_begins()
{
	local found

	echo 1 >options/function-trace
	echo waiter_hog >set_ftrace_filter
	# Nothing is kept, all is recorded.
	echo 1000000 >tracing_thresh
	measure irqsoff taskset -c 0 sleep 0.2
	found=$(timeout 1 cat per_cpu/cpu1/trace_pipe |
		sed -nE 's/.*: (do_idle|default_idle_call)( <-.*)?$/\1/p')
	like 'an idle CPU has times' "$found" '^default_idle_call$'
	is 'none begins where it waited' "$(uniq -d <<<"$found" | sort -u)" ''
	echo 0 >tracing_thresh
	: >set_ftrace_filter
	echo 0 >options/function-trace
}

check_hotplug()
{
	local kind cpu=/sys/devices/system/cpu/cpu1/online

	for kind in $tracers; do
		echo "$kind" >current_tracer
		echo 1 >tracing_on
		echo 0 >$cpu
		sleep 3
		echo 0 >tracing_max_latency
		echo 1 >$cpu
		sleep 0.1
		holds "$kind: nor one that is not there" [ "$(longest)" -lt 2000000 ]
	done
}

check_nmi()
{
	local kind

	for kind in $tracers; do
		echo "$kind" >current_tracer
		echo 1 >tracing_on
		send_nmis 5
	done
	pass 'NMIs come'
	measure irqsoff hold irq 20000
	about 'and it measures as before' "$(longest)" 20000
}

state()
{
	cat options/overwrite options/latency-format options/pause-on-trace | tr '\n' ' '
}

check_options()
{
	is 'options at first' "$(echo nop >current_tracer; state)" '1 0 0 '
	is 'as the tracer wants them' "$(echo irqsoff >current_tracer; state)" '1 1 1 '
	is 'it cannot do without' "$(put options/overwrite 0)" EINVAL
	is 'as they were' "$(echo nop >current_tracer; state)" '1 0 0 '
}

check_instances()
{
	mkdir instances/x instances/y
	echo irqsoff >instances/x/current_tracer
	echo preemptirqsoff >instances/y/current_tracer
	echo preemptoff >current_tracer
	echo 1 >tracing_on
	hold irq 20000
	about 'an instance' "$(cat instances/x/tracing_max_latency)" 20000
	like 'says who found it, not who called two of them' "$(cat instances/x/trace)" \
		' 0d[^ ]+ (19|20)[0-9]{3}us.: trace_hardirqs_on( <-.*)?$'
	about 'another one' "$(cat instances/y/tracing_max_latency)" 20000
	echo 0 >instances/x/tracing_max_latency
	hold preempt 30000
	about 'what one alone measures' "$(longest)" 30000
	holds 'is nowhere else' [ "$(cat instances/x/tracing_max_latency)" -lt 10000 ]
	rmdir instances/x instances/y
}

# more WHICH TRACER [LONGEST]: instructions that a pair takes with the tracer, beyond those
# without
more()
{
	local file=/sys/module/otr_pairs/parameters/$1 without

	echo nop >current_tracer
	without=$(cat "$file")
	echo "$2" >current_tracer
	echo "${3:-1000000}" >tracing_max_latency
	echo $(($(cat "$file") - without))
	echo nop >current_tracer
}

# Each of them would be the longest.
check_cost_off()
{
	local number

	echo 0 >tracing_on
	number=$(more irq irqsoff 0)
	echo "# irqsoff: $number instructions more for a pair of irq while nothing is recorded"
	holds 'little while nothing is recorded' [ "$number" -le 200 ]
}

check_cost()
{
	local kind which most number

	echo 1 >tracing_on
	while read -r kind which most; do
		number=$(more "$which" "$kind")
		echo "# $kind: $number instructions more for a pair of $which"
		holds "$kind costs little for a pair of $which" [ "$number" -le "$most" ]
	done <<-END
		irqsoff irq 120
		preemptoff preempt 120
		preemptirqsoff irq 120
		preemptirqsoff preempt 125
	END
}

# All three, one after the other, while much goes on and all calls are recorded.
check_busy()
{
	local kind

	echo 1 >options/function-trace
	busy_start fork io look
	for kind in $tracers nop $tracers; do
		echo "$kind" >current_tracer
		echo 1 >tracing_on
		sleep 0.5
		cat trace >/dev/null
	done
	holds 'the machine lives' busy_lives 20
	echo nop >current_tracer
	busy_stop
}

begin
if ! grep -q preemptirqsoff available_tracers; then
	skip 'irqsoff' 'the kernel has no tracepoints'
else
	like 'all three are there' "$(cat available_tracers)" ' preemptirqsoff preemptoff irqsoff '
	insmod "$built/otr_waiter.ko"
	insmod "$built/otr_pairs.ko"
	check_kernels_module
	check_cost
	check_cost_off
	check_text
	check_culprit
	check_thresh
	check_idle
	check_idle_begins
	check_hotplug
	check_nmi
	check_options
	check_instances
	check_busy
	echo nop >current_tracer
	rmmod otr_waiter otr_pairs
fi
end
