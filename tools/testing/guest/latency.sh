#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tracers of the longest time, their file, and what else they change.
#
# shellcheck disable=SC2016 # Perl has variables of its own

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

latency_reset()
{
	[ ! -d instances/x ] || rmdir instances/x
	echo nop >current_tracer
	echo 0 >tracing_max_latency
	echo 0 >tracing_thresh
	reset
	echo 1 >tracing_on
}

# Somebody more urgent than all else wakes up.
wake()
{
	chrt -f 50 sleep 0.02
}

check_file()
{
	latency_reset
	mkdir instances/x
	is 'modes' "$(stat -c %a tracing_max_latency instances/x/tracing_max_latency | tr '\n' ' ')" \
		'640 640 '
	is 'nothing yet' "$(cat tracing_max_latency)" 0
	is 'a number' "$(put tracing_max_latency 12; cat tracing_max_latency)" "ok
12"
	is 'of one instance' "$(cat instances/x/tracing_max_latency)" 0
	is 'of another one' "$(put instances/x/tracing_max_latency 13
		cat instances/x/tracing_max_latency tracing_max_latency)" "ok
13
12"
	is 'no number' "$(put tracing_max_latency x)" EINVAL
	is 'a negative one' "$(put tracing_max_latency -1)" EINVAL
	is 'one that is too large' "$(put tracing_max_latency 18446744073709551616)" ERANGE
	is 'changes nothing' "$(cat tracing_max_latency)" 12
}

# What a program that watches the file is told in a second while a command runs.
told()
{
	perl -e '
		my ($fd, $name) = (syscall(253), "tracing_max_latency");
		syscall(254, $fd, $name, 2) >= 0 or die;
		system(@ARGV);
		my $in = "";
		vec($in, $fd, 1) = 1;
		print select($in, undef, undef, 1) ? "told\n" : "not told\n";' "$@"
}

check_watch()
{
	latency_reset
	# Whatever is not shorter is kept.
	echo 1 >tracing_thresh
	echo wakeup_rt >current_tracer
	is 'a program is told of a longer time' "$(told chrt -f 50 sleep 0.02)" told
	echo 10000000 >tracing_thresh
	is 'but not of a shorter one' "$(told chrt -f 50 sleep 0.02)" 'not told'
}

options()
{
	cat options/latency-format options/overwrite | tr '\n' ' '
}

check_options()
{
	latency_reset
	is 'options at first' "$(options)" '0 1 '
	echo 0 >options/overwrite
	echo wakeup >current_tracer
	is 'as the tracer wants them' "$(options)" '1 1 '
	is 'it cannot do without' "$(put options/overwrite 0; options)" 'EINVAL
1 1 '
	is 'but without its format' "$(put options/latency-format 0; options)" 'ok
0 1 '
	echo wakeup_rt >current_tracer
	is 'as another one wants them' "$(options)" '1 1 '
	echo nop >current_tracer
	is 'as they were' "$(options)" '0 0 '
}

check_snapshot()
{
	latency_reset
	echo wakeup_rt >current_tracer
	is 'no other snapshot is taken' "$(put snapshot 1)" EBUSY
	is 'or freed' "$(put snapshot 0)" EBUSY
	is 'or shown' "$(get snapshot)" EBUSY
	is 'or of a CPU' "$(get per_cpu/cpu0/snapshot)" EBUSY
	is 'or given away' "$(get per_cpu/cpu0/snapshot_raw)" EBUSY
	wake
	like 'the longest time is the trace' "$(cat trace)" ' ==> \[00.\] '
	: >trace
	is 'which can be emptied' "$(cat trace)" "$(printf '# tracer: wakeup_rt\n#')"
	echo nop >current_tracer
	like 'there is none afterwards' "$(cat snapshot)" 'Snapshot is freed'
}

# A trace without its numbers, the names of tasks and stacks.
shape()
{
	sed -E -e 's/[0-9]+us[+!#*@$ ]: /Nus: /; s/[0-9]+/N/g' \
		-e 's/^ *[^ ]+-N +N[^ ]+/TASK/' -e 's/=> \[N\].*/=> [N]/; s/\+ \[N\].*/+ [N]/' \
		-e '/^ => /d; /stack trace/d' -e 's/task: [^ ]*-N/task: T-N/' \
		-e 's/CPU#N/CPU/; s/ +$//'
}

check_text()
{
	local text

	latency_reset
	echo 0 >options/function-trace
	echo wakeup_rt >current_tracer
	wake
	text=$(shape <trace)
	is 'the trace' "$text" "$(printf '%s\n' '# tracer: wakeup_rt' '#' \
		'# wakeup_rt latency trace vN.N.N on N.N.N' \
		'# --------------------------------------------------------------------' \
		'# latency: N us, #N/N, CPU | (M:preempt VP:N, KP:N, SP:N HP:N #P:N)' \
		'#    -----------------' \
		'#    | task: T-N (uid:N nice:N policy:N rt_prio:N)' \
		'#    -----------------' '#' \
		'#                    _------=> CPU#' \
		'#                   / _-----=> irqs-off/BH-disabled' \
		'#                  | / _----=> need-resched' \
		'#                  || / _---=> hardirq/softirq' \
		'#                  ||| / _--=> preempt-depth' \
		'#                  |||| / _-=> migrate-disable' \
		'#                  ||||| /     delay' \
		'#  cmd     pid     |||||| time  |   caller' \
		'#     \   /        ||||||  \    |    /')
$(sed '1,/caller/d; /^#/d' <<<"$text")"
	like 'begins with a wakeup' "$(records | head -n 1)" ' [0-9]+:[ 0-9]+:.   \+ \[00.\] '
	like 'ends with a switch' "$(records | grep -v '=> [^[]*$' | tail -n 2)" \
		' [0-9]+:[ 0-9]+:. ==> \[00.\] '
	echo 1 >options/function-trace
	echo 0 >tracing_max_latency
	wake
	like 'with calls in between' "$(records)" 'us.: [a-z_.0-9]+ <-'
	echo 1 >options/display-graph
	wake
	like 'as a graph' "$(cat trace)" '^#   REL TIME      CPU  TASK/PID  '
	like 'in which the wakeup is a remark' "$(records)" '/\*  .*   \+ \[00.\] .* \*/'
}

check_kinds()
{
	latency_reset
	echo nop >current_tracer
	echo wakeup_dl >current_tracer
	wake
	is 'wakeup_dl waits for deadlines alone' "$(cat tracing_max_latency; records)" 0
	echo wakeup_rt >current_tracer
	nice -n -20 sleep 0.02
	unlike 'wakeup_rt not for other tasks' "$(cat trace)" ' rt_prio:0'
	echo wakeup >current_tracer
	echo 0 >tracing_on
	# Others wake up as well.
	: >trace
	echo 0 >tracing_max_latency
	wake
	is 'nothing is measured while nothing is recorded' "$(cat tracing_max_latency; records)" 0
	echo 10000000 >tracing_thresh
	echo 1 >tracing_on
	wake
	is 'or what is not long enough' "$(cat tracing_max_latency; records)" 0
	echo 1 >tracing_thresh
	wake
	holds 'but what is' [ "$(cat tracing_max_latency)" -ge 1 ]
}

check_instances()
{
	latency_reset
	mkdir instances/x
	echo wakeup_rt >instances/x/current_tracer
	wake
	like 'in an instance' "$(cat instances/x/trace)" ' ==> \[00.\] '
	is 'and nowhere else' "$(cat tracing_max_latency)" 0
	if intree; then
		is 'one at a time' "$(put current_tracer wakeup)" EBUSY
		return
	fi
	is 'and in another one' "$(put current_tracer wakeup_rt)" ok
	wake
	holds 'which measures as well' [ "$(cat tracing_max_latency)" -gt 0 ]
	echo nop >current_tracer
	echo 0 >instances/x/tracing_max_latency
	wake
	holds 'the first one goes on' [ "$(cat instances/x/tracing_max_latency)" -gt 0 ]
	rmdir instances/x
}

begin
if ! grep -q wakeup available_tracers; then
	skip 'wakeup' 'the kernel has no tracepoints'
else
	check_file
	check_watch
	check_options
	check_snapshot
	check_text
	check_kinds
	check_instances
	latency_reset
fi
end
