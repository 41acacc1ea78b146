#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's trace-cmd, unmodified: record and report. How it counts what was lost is
# in trace_cmd_lost.sh.
#
# timeout: 900

# shellcheck disable=SC2317 # commands that record is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/testing/guest/client.sh
. "$(dirname "$0")/client.sh"

# What in a report says that the client could not read a record.
unread_re='FAILED TO PARSE|UNKNOWN|EVENTS DROPPED|MISSED'

# record NAME ARGUMENT...: record into $work/t.dat; its report is $report.
record()
{
	local name=$1

	shift
	tc record -q -o t.dat "$@" >"$work/out"
	is "$name" "$(said | grep -v "^  plugin '")" ''
	report=$(tc report t.dat | grep -v '^cpus=')
	is "$name: the report" "$(said)" ''
}

# The names of the events in the report, in one line.
report_events()
{
	sed -nE 's/^ *[^ ].*-[0-9]+ +\[[0-9]{3}\] +([^ ]+ +)?[0-9]+\.[0-9]+: +([a-z0-9_:]+): .*/\2/p' \
		<<<"$report" | sed 's/:$//' | sort -u | tr '\n' ' ' | sed 's/ $//'
}

# The thread ids of the report.
report_pids()
{
	sed -nE 's/^ *[^ ].*-([0-9]+) +\[[0-9]{3}\] .*/\1/p' <<<"$report" | sort -un
}

check_events()
{
	record 'record -e' -e sched:sched_switch -e sched:sched_process_exit /bin/true
	is 'has these events' "$(report_events)" 'sched_process_exit sched_switch'
	like 'printed' "$report" 'sched_process_exit: +comm=true pid='
	is 'and switches them off' "$(cat events/enable tracing_on | tr -d '\n')" 01

	record 'record -e of a system, but -v' -e sched -v -e sched:sched_stat_runtime /bin/true
	unlike 'is without it' "$report" ': sched_stat_runtime:'
	like 'and has the others' "$report" ': sched_switch:'

	record 'record -f' -e sched:sched_switch -f 'prev_pid == 0 && next_comm != "true"' sleep 0.2
	all_like 'the filter is kept' "$report" 'sched_switch: +swapper/[01]:0 '
	unlike 'the whole of it' "$report" '==> true:'
	is 'and taken back' "$(cat events/sched/sched_switch/filter)" none
	like 'record -f: a wrong filter is shown' "$(tc record -q -e sched:sched_switch -f 'nosuch == 1' true)" \
		'^  Command: \(nosuch == 1\)$'
	holds 'record -e: no such event' fails tc record -q -e nosuch:nosuch true
	tc reset
	# The record has an address; the client has the text from printk_formats.
	record 'record of texts elsewhere' -e rcu:rcu_utilization sleep 0.2
	all_like 'the texts are there' "$report" 'rcu_utilization: +(Start|End) [A-Za-z -]+$'
	record 'record -e of all' -e all /bin/true
	is 'all of it can be read, but for what libtraceevent does not know' \
		"$(grep -E "$unread_re" <<<"$report" | grep -v -E -m 5 " ($beyond_re): .*FAILED TO PARSE")" ''
}

check_function()
{
	record 'record -p function' -p function -l 'vfs_*' -n vfs_write cat /etc/hostname
	all_like 'what -l names' "$report" 'function: +vfs_'
	unlike 'but not what -n names' "$report" 'vfs_write'
	is 'and back' "$(cat current_tracer; grep -c -v '^#' set_ftrace_filter)" "nop
0"
	record 'record -p function -e' -p function -l vfs_open -e sched:sched_process_exec /bin/true
	is 'has both' "$(report_events)" 'function sched_process_exec'
	if ! grep -q -w function_graph available_tracers; then
		skip 'record -p function_graph -g' 'there is no tracer function_graph'
	else
		record 'record -p function_graph -g' -p function_graph -g vfs_read cat /etc/hostname
		like 'a call' "$report" 'funcgraph_entry: .*\|  vfs_read\(\)(;| \{)$'
		# Leaves and blocks; in-tree, some of the tasks that are in there already, too.
		intree || all_like 'record -p function_graph: only what -g names' \
			"$(grep -v 'funcgraph_exit' <<<"$report" | grep -v -E '\|    ')" \
			'funcgraph_entry: .*\|  vfs_read\(\)(;| \{)$'
		is 'as many ends as blocks' "$(grep -c 'funcgraph_exit: .*\}' <<<"$report")" \
			"$(grep -c 'funcgraph_entry: .* {$' <<<"$report")"
		is 'and -g is taken back' "$(grep -c -v '^#' set_graph_function)" 0
		like 'its end' "$report" 'funcgraph_exit: .*\}'
	fi
}

# A task and what it starts, which the kernel follows.
check_children()
{
	local pid

	rm -f "$work/go" "$work/gone"
	(
		while [ ! -e "$work/go" ]; do read -r -t 0.05 <>/dev/zero; done
		for i in 1 2 3; do /bin/true; done
		sh -c '/bin/true; /bin/true'
		: >"$work/gone"
	) &>/dev/null &
	pid=$!
	record 'record -P -c' -P $pid -c -e sched:sched_process_exec \
		sh -c "touch $work/go; while [ ! -e $work/gone ]; do sleep 0.2; done"
	wait $pid
	is 'is its children and theirs' "$(sed -nE 's/.*filename=([^ ]*) .*/\1/p' <<<"$report" | sort | uniq -c |
		awk '{ print $1, $2 }' | tr '\n' ' ')" "5 /bin/true 1 $(command -v sh) "
	is 'and nobody is followed any more' "$(cat options/event-fork set_event_pid)" 0
}

# Tasks: only the command, only some task, and what they start.
check_tasks()
{
	local pid

	record 'record -F' -F -e sched:sched_stat_runtime -e sched:sched_process_exec \
		bash -c "echo \$\$ >$work/pid; for i in 1 2 3; do /bin/true; done"
	is 'is the command alone' "$(report_pids)" "$(cat "$work/pid")"

	record 'record -F -c' -F -c -e sched:sched_process_exec \
		bash -c "echo \$\$ >$work/pid; for i in 1 2 3; do /bin/true; done"
	is 'and its children' "$(report_pids | wc -l)" 4
	is 'each with its start' "$(grep -c 'sched_process_exec: .*true' <<<"$report")" 3

	bash -c 'while :; do read -t 0.01 <>/dev/zero; done' >/dev/null 2>&1 &
	pid=$!
	record 'record -P' -P $pid -e sched:sched_stat_runtime sleep 1
	is 'is that task alone' "$(report_pids)" $pid
	kill $pid
	wait $pid 2>/dev/null
}

check_options()
{
	record 'record -M' -M 2 -e sched -e timer sleep 0.5
	all_like 'only CPUs of the mask' "$report" '\[001\]'
	is 'which is taken back' "$(cat tracing_cpumask)" "$cpus_all"

	record 'record -C' -C mono -e sched:sched_switch sleep 0.2
	is 'the clock is taken back' "$(grep -o '\[.*\]' trace_clock)" '[local]'
	record 'record -b' -b 64 -e sched:sched_switch cat "$tracing/buffer_size_kb"
	is 'is the size meanwhile' "$(cat "$work/out")" "$(size_for 64)"
	record 'record -s' -s 100000 -e sched:sched_switch sleep 0.2
	record 'record --poll' --poll -e sched:sched_switch sleep 0.2
	record 'record -m' -m 64 -e sched:sched_switch -e timer sleep 0.2
	record 'record -i' -i -e nosuch:nosuch -e sched:sched_switch sleep 0.2 2>/dev/null
	record 'record --compression none' --compression none -e sched:sched_switch sleep 0.2
	without options/stacktrace 'record -T' || {
		record 'record -T' -T -e sched:sched_switch sleep 0.2
		like 'has stacks' "$report" '=> __schedule|<stack trace>'
	}
	without events/sched/sched_switch/trigger 'record -R' || {
		record 'record -R' -e sched:sched_switch -R traceoff sleep 0.2
		is 'is done once: nothing comes behind it' "$(grep -c sched_switch: <<<"$report")" 1
		record 'record -R of two events' -e sched:sched_process_exec -R stacktrace \
			-e sched:sched_process_exit -R 'stacktrace if comm != "true"' /bin/true
		is 'stacks behind those that it is on' "$(report_events)" \
			'kernel_stack sched_process_exec sched_process_exit'
		is 'and no others' "$(grep -c 'kernel_stack' <<<"$report")" \
			"$(grep -c -E 'sched_process_exec:|sched_process_exit: +comm=[^t]' <<<"$report")"
		is 'triggers are taken back' "$(grep -h -v '^#' events/sched/sched_process_ex*/trigger)" ''
	}
	without instances 'record -B' || {
		record 'record -B' -B other -e sched:sched_switch -B another -e irq sleep 0.2
		like 'has both' "$report" '^ *other: .* sched_switch: .* ==> '
		like 'and the other' "$report" '^another: .* softirq_entry: '
		unlike 'each has its own events' "$report" '^( *other: .*softirq_|another: .*sched_switch:|[^:]*\[)'
		is 'neither stays' "$(ls instances)" ''
	}
}

check_report()
{
	local text

	record 'record' -e sched -e irq -e timer sleep 0.5
	is 'report -F: an event' "$(tc report -q -F sched_switch t.dat | grep -v '^cpus')" \
		"$(grep ': sched_switch:' <<<"$report")"
	all_like 'report -F: a field' "$(tc report -F 'sched_switch: next_pid == 0' t.dat | grep -v '^cpus')" \
		'sched_switch: .*==> swapper/[01]:0 '
	unlike 'report -v' "$(tc report -F '.*' -v -F sched_switch t.dat)" ': sched_switch:'
	# Names of tasks it learns from records as it goes, of all CPUs or of one.
	is 'report --cpu' "$(tc report --cpu 1 t.dat | grep -v '^cpus=' | sed -E 's/^ *[^[]*-([0-9]+) +\[/\1 [/')" \
		"$(grep '\[001\]' <<<"$report" | sed -E 's/^ *[^[]*-([0-9]+) +\[/\1 [/')"
	is 'report --ts-diff: the time since the last record' "$(tc report --ts-diff t.dat |
		sed -nE 's/.*\] +([0-9]+)\.([0-9]{6}): \(\+([0-9]+)\) .*/\1\2 \3/p' | awk 'n++ && $1 - last != $2
			{ last = $1 } END { if (n < 100) print n, "records" }' | head -n 3)" ''
	text=$(tc report -R t.dat | grep -v '^cpus=')
	is 'report -R: as many' "$(wc -l <<<"$text")" "$(wc -l <<<"$report")"
	like 'report -R: fields' "$text" 'sched_switch: +prev_comm=.* prev_pid=[0-9]+ prev_prio=[0-9]+ prev_state='
	like 'report -t' "$(tc report -t t.dat)" ' +[0-9]+\.[0-9]{9}: '
	all_like 'report -l' "$(tc report -l t.dat | grep -v '^cpus=')" '^ *[^ ]+-[0-9]+ +[01][d.BD][^ ]{3,4} '
	is 'report --check-events' "$(tc report --check-events t.dat | grep -v '^cpus' | grep -c -v ': ')" 0
	unlike 'report -V' "$(tc report -w t.dat)" "$unread_re"
	text=$(tc hist t.dat)
	is 'hist of it' "$(said)" ''
	is 'hist counts each event' "$(sed -nE 's/^ +%[0-9.]+ .* ([a-z_]+) #([0-9]+)$/\1 \2/p' <<<"$text" |
		awk '{ n[$1] += $2 } END { for (e in n) print e, n[e] }' | sort)" \
		"$(sed -E 's/^.*[0-9]: ([a-z_]+): .*/\1/' <<<"$report" | sort | uniq -c | awk '{ print $2, $1 }' | sort)"
}

# A system at work: everything of sched, irq and timer, for ten seconds.
check_long()
{
	local text

	# No modules: trace-cmd gives up when /proc/kallsyms changes while it reads that.
	busy_start fork io look
	tc record -q -o t.dat -b 20000 -e sched -e irq -e timer sleep 10
	is 'ten seconds under load' "$(said)" ''
	busy_stop
	tc report t.dat >"$work/report"
	is 'report: no complaint' "$(said)" ''
	is 'every record can be read' "$(grep -E -m 3 "$unread_re" "$work/report")" ''
	is 'each has a head' "$(grep -v '^cpus=' "$work/report" | grep -v -E -m 3 \
		'^ *[^ ].*-[0-9]+ +\[00[01]\] +([^ ]+ +)?[0-9]+\.[0-9]{6}: [a-z_0-9]+: ')" ''
	echo "# $(wc -l <"$work/report") records, $(stat -c %s "$work/t.dat") bytes"
	holds 'there are thousands' test "$(wc -l <"$work/report")" -gt 5000
	is 'of both CPUs' "$(grep -o -E '\[00[0-9]\]' "$work/report" | sort -u | tr '\n' ' ')" '[000] [001] '
	is 'of the three systems' "$(grep -o -E -w 'sched_switch|softirq_entry|hrtimer_start' "$work/report" |
		sort -u | tr '\n' ' ')" 'hrtimer_start sched_switch softirq_entry '
	is 'in order' "$(grep -o -E ' [0-9]+\.[0-9]{6}: ' "$work/report" | sort -c -n 2>&1)" ''
	text=$(tc report --stat t.dat)
	is 'nothing was lost' "$(grep -E '^(overrun|commit overrun|dropped events): [^0]' <<<"$text")" ''
	# The client asks before it takes out the last pages.
	is 'the kernel counts what the report has' \
		"$(awk '/^(read events|entries):/ { sum += $NF } END { print sum }' <<<"$text")" \
		"$(grep -c -v '^cpus=' "$work/report")"
}

client_begin trace-cmd
check_events
check_function
check_tasks
check_children
check_options
check_report
check_long
client_end
