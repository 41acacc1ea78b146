#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's trace-cmd, unmodified: what it lists, switches and shows. Recording is
# in trace_cmd_record.sh.
#
# timeout: 600

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/testing/guest/client.sh
. "$(dirname "$0")/client.sh"

# lists NAME WORDS FILE: what is listed is what the file has, in any order.
lists()
{
	is "$1" "$(tr -s ' ' '\n' <<<"$2" | sed '/^$/d' | sort)" \
		"$(tr -s ' ' '\n' <"$3" | sed '/^$/d' | sort)"
}

check_list()
{
	lists 'list -e: the events' "$(tc list -e)" available_events
	is 'list -e REGEX' "$(tc list -e '^sched:sched_wak' | sort | tr '\n' ' ')" \
		"$(grep '^sched:sched_wak' available_events | sort | tr '\n' ' ')"
	lists 'list -t: the tracers' "$(tc list -t)" available_tracers
	is 'list -o: the options' "$(tc list -o | sed 's/^no//' | sort)" \
		"$(find options -type f -printf '%f\n' | sed 's/^no//' | sort)"
	is 'list -f: the functions' "$(tc list -f)" "$(cat available_filter_functions)"
	is 'list -f REGEX' "$(tc list -f '^vfs_re')" "$(grep '^vfs_re' available_filter_functions)"
	is 'list -C: the clocks' "$(tc list -C | sed 's/ tsc2nsec$//')" "$(sed 's/ tsc2nsec$//' trace_clock)"
}

# One event's format and all of them.
check_list_full()
{
	local text

	text=$(tc list -e '^sched:sched_switch$' -F)
	like 'list -F: its name' "$text" '^name: sched_switch$'
	like 'its number' "$text" "^ID: $(cat events/sched/sched_switch/id)\$"
	is 'its fields' "$(grep 'field:' <<<"$text")" "$(grep 'field:' events/sched/sched_switch/format)"
	text=$(tc list -e . -F)
	is 'list -F: all events have their number' "$(grep '^ID: ' <<<"$text" | sort)" \
		"$(cat events/*/*/format | grep '^ID: ' | sort)"
	echo 'prev_pid == 7' >events/sched/sched_switch/filter
	like 'list -l: a filter' "$(tc list -e '^sched:sched_switch$' -l)" 'prev_pid == 7'
	echo 0 >events/sched/sched_switch/filter
}

# Formats that the client cannot read are named on its standard error.
check_formats()
{
	local text

	text=$(tc check-events -N)
	is 'check-events: every format can be parsed' "$text$(said)" ''
}

check_start()
{
	is 'start -e of a system' "$(tc start -e sched; said)" ''
	is 'is switched on' "$(cat events/sched/enable events/irq/enable tracing_on | tr -d '\n')" 101
	/bin/true
	is 'stop' "$(tc stop; said; cat tracing_on)" 0
	is 'show' "$(tc show)" "$(cat trace)"
	like 'it shows events' "$(tc show)" "${head_re}sched_switch: prev_comm="
	is 'show -c' "$(tc show -c 0)" "$(cat per_cpu/cpu0/trace)"
	like 'show --tracing_on' "$(tc show --tracing_on)" '^0$'
	like 'show --buffer_size' "$(tc show --buffer_size)" "^$(cat buffer_size_kb)\$"
	is 'restart' "$(tc restart; said; cat tracing_on)" 1
	tc stop
	is 'clear' "$(tc clear; said; records)" ''
	holds 'clear leaves the events on' test "$(cat events/sched/enable)" = 1
	is 'reset' "$(tc reset; said; cat events/enable)" 0
	is 'reset: recording is on' "$(cat tracing_on)" 1
	is 'reset: nothing is left' "$(records)" ''
}

check_start_function()
{
	is 'start -p function' "$(tc start -p function -l 'vfs_*' -n vfs_write
		cat current_tracer)" function
	cat /etc/hostname >/dev/null
	tc stop
	all_like 'show: only what is filtered' "$(tc show | grep -v '^#')" "${head_re}vfs_[a-z0-9_]+ <-"
	like 'show: is there' "$(tc show)" ': vfs_read <-'
	unlike 'show: but what -n takes out' "$(tc show)" ': vfs_write <-'
	like 'show --current_tracer' "$(tc show --current_tracer)" '^function$'
	is 'show --ftrace_filter' "$(tc show --ftrace_filter | sed '/^$/d')" "$(cat set_ftrace_filter)"
	is 'reset' "$(tc reset; said; cat current_tracer)" nop
	is 'reset: the filters' "$(grep -c -v '^#' set_ftrace_filter set_ftrace_notrace | tr '\n' ' ')" \
		'set_ftrace_filter:0 set_ftrace_notrace:0 '
}

check_start_options()
{
	is 'start -b' "$(tc start -b 500 -e sched:sched_waking; said; cat buffer_size_kb)" "$(size_for 500)"
	is 'start -C' "$(tc start -C mono -e sched:sched_waking; said; grep -o '\[.*\]' trace_clock)" '[mono]'
	is 'start -O' "$(tc start -O noirq-info -e sched:sched_waking; said; cat options/irq-info)" 0
	is 'start -M' "$(tc start -M 2 -e sched:sched_waking; said; cat tracing_cpumask)" 2
	is 'start -f' "$(tc start -e sched:sched_waking -f 'pid == 1'; said
		cat events/sched/sched_waking/filter)" '(pid == 1)'
	like 'stat: the filter' "$(tc stat)" 'pid == 1'
	like 'start -f: a wrong one' "$(tc start -e sched:sched_waking -f 'nosuch == 1'; said)" 'nosuch == 1'
	like 'start -e: no such event' "$(tc start -e nosuch:nosuch; said)" 'nosuch:nosuch'
	is 'set' "$(tc set -e irq:irq_handler_entry; said; cat events/irq/irq_handler_entry/enable)" 1
	tc reset
	echo "$cpus_all" >tracing_cpumask
	echo 1 >options/irq-info
}

check_stat()
{
	local text

	tc start -e sched:sched_waking -e irq -b 500
	text=$(tc stat)
	like 'stat: events' "$text" '^ +sched_waking$'
	like 'stat: systems' "$text" '^ +irq$'
	like 'stat: size' "$text" "^ +$(size_for 500)\$"
	like 'stat: on' "$text" 'Tracing is enabled'
	tc reset
	like 'stat: nothing' "$(tc stat)" 'All disabled'
}

# What programs make of records by their print formats is what the kernel prints.
check_texts()
{
	local text

	tc start -e sched:sched_process_exec -e sched:sched_process_exit -e sched:sched_wakeup_new \
		-e sched:sched_switch -e irq -e signal -e raw_syscalls:sys_enter -e rcu
	bash -c '/bin/true; kill $$'
	tc stop
	text=$(records | sed -E 's/\] [^ ]{5} +/] /; s/^ +//; s/ +/ /g')
	tc extract -o x.dat >/dev/null
	tc reset
	# Its plugins have texts of their own.
	is 'extract, report -N: the texts of the kernel' "$(diff <(echo "$text") \
		<(tc report -N x.dat | grep -v '^cpus=' | sed -E 's/^ +//; s/ +/ /g') | head)" ''
	holds 'of hundreds of records' test "$(wc -l <<<"$text")" -gt 100
}

check_extract()
{
	local text

	tc start -e sched:sched_switch
	/bin/true
	tc stop
	text=$(records | wc -l)
	holds 'extract' tc extract -o x.dat
	is 'has all that was there' "$(tc report x.dat | grep -c sched_switch:)" "$text"
	is 'and no loss' "$(tc report x.dat | grep -c 'EVENTS DROPPED')" 0
	is 'which is taken out' "$(records | wc -l)" 0
	tc reset
}

check_rest()
{
	local pid

	tc stream -b 16 -e sched -e timer sleep 2 >"$work/stream"
	is 'stream' "$(said)" ''
	like 'shows what happens' "$(cat "$work/stream")" 'sched_switch: +.*==>'
	tc reset
	is 'snapshot' "$(tc snapshot >/dev/null; said)" ''
	echo 'put aside' >trace_marker
	is 'snapshot -s' "$(tc snapshot -s; said)" ''
	like 'shows what was put aside' "$(tc snapshot)" ': put aside$'
	tc snapshot -r
	like 'snapshot -r' "$(cat snapshot)" 'Snapshot is allocated'
	tc snapshot -f
	like 'snapshot -f' "$(cat snapshot)" 'Snapshot is freed'
	without instances 'list -B' || like 'list -B' "$(tc list -B)" 'No buffer instances'
	without stack_trace 'stack' || like 'stack' "$(tc stack)" 'Depth +Size'
	pid=$$
	is 'start -P' "$(tc start -e sched -P $pid; said; cat set_event_pid)" $pid
	tc reset
}

client_begin trace-cmd
check_list
check_list_full
check_formats
check_start
check_start_function
check_start_options
check_stat
check_texts
check_extract
check_rest
client_end
