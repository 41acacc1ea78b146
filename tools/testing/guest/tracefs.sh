#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs that use libtracefs and libtraceevent, as those come from Debian: every
# format can be parsed, every record taken apart, every loss is where pages say so;
# and KernelShark's library loads what trace-cmd has recorded.
#
# timeout: 600

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/testing/guest/client.sh
. "$(dirname "$0")/client.sh"

check_formats()
{
	local text

	text=$("$work/tracefs" formats)
	is 'every format can be parsed' "$(grep error <<<"$text")" ''
	is 'of every event' "$(value good "$text")" "$(wc -l <available_events)"
	is 'and every text, but for what libtraceevent does not know' \
		"$(sed -n 's/: its text$//p' <<<"$text" | grep -v -E ":($beyond_re)\$")" ''
}

# Events of many systems, function calls and marks in one buffer.
check_records()
{
	local text

	echo 4000 >buffer_size_kb
	for system in sched irq timer block ext4 jbd2 kmem task signal net skb filemap writeback workqueue \
		raw_syscalls syscalls module vmscan exceptions; do
		[ ! -e "events/$system" ] || echo 1 >"events/$system/enable"
	done
	echo 'vfs_*' >set_ftrace_filter
	echo function >current_tracer
	ping -c 2 -i 0.2 127.0.0.1 >/dev/null
	cp /etc/services "$work/copy"
	(exit 3)
	modprobe dummy && rmmod dummy
	echo text >trace_marker
	echo 0 >tracing_on
	echo 0 >events/enable
	cat trace >"$work/trace"
	text=$("$work/tracefs" events)
	echo "# $(tail -n 1 <<<"$text")"
	is 'every field lies in its record' "$(value bad "$text")" 0
	is 'and every record prints' "$(head -n -1 <<<"$text")" ''
	is 'as many as in the text' "$(value records "$text")" "$(grep -c -v '^#' "$work/trace")"
	is 'of as many kinds' "$(value kinds "$text")" "$(kinds "$work/trace")"
	reset
	echo 1410 >buffer_size_kb
}

# How many kinds of records a trace has: by the word behind the time, calls and marks
# apart.
kinds()
{
	grep -v '^#' "$1" | sed -E "s/$head_re//; s/^[^ ]+ <-.*/function/;
		s/^sys_([^ (]+)\(.*/enter \1/; s/^sys_([^ (]+) -> .*/exit \1/; s/^([^ :]+): .*/\1/" |
		sort -u | wc -l
}

# lost HOW MARKS
check_lost()
{
	local text overrun

	echo 0 >tracing_on
	echo 16 >buffer_size_kb
	: >trace
	echo 1 >tracing_on
	text=$("$work/tracefs" lost "$1" "$2")
	overrun=$(stat_of 1 overrun)
	echo "# $text"
	is "$1: the pages say where marks are missing" "$(value wrong "$text")" 0
	holds "$1: some are" test "$(value counted "$text")" -gt 0
	is "$1: read and lost are all" $(($(value read "$text") + $(value lost "$text"))) "$2"
	is "$1: the CPU counts the same" "$overrun $(stat_of 1 'read events') $(stat_of 1 entries)" \
		"$(value lost "$text") $(value read "$text") 0"
	reset
	echo 1410 >buffer_size_kb
}

check_kshark()
{
	local text

	tc record -q -o t.dat -e sched -e irq -e timer -e rcu -e signal -e raw_syscalls -e syscalls \
		-p function -l 'vfs_*' sh -c 'cat /etc/hostname; sleep 0.5'
	same_in_kshark 'events and calls' "$work/t.dat"
	text=$("$work/kshark" "$work/t.dat")
	is 'puts each into its graph' "$(value binned "$text")" "$(value entries "$text")"
	is 'of two CPUs' "$(value cpus "$text")" 2
	is 'of each event as many' "$(sed -n 's,^.*/\([a-z0-9_]* [0-9]*\)$,\1,p' <<<"$text" | sort)" \
		"$(squeezed "$work/report" | sed -E 's/^.*\] [0-9.]+: ([^ :]+):.*/\1/' | sort | uniq -c |
			awk '{ print $2, $1 }' | sort)"
	grep -q -w function_graph available_tracers || return
	tc record -q -o t.dat -p function_graph -g vfs_read -e sched:sched_switch cat /etc/hostname
	same_in_kshark 'a graph' "$work/t.dat"
}

# sql QUERY COMMAND: records of a query's event, without what is in front of its fields.
sql()
{
	# shellcheck disable=SC2016 # for the other shell
	"$work/tracefs" sql asked "$1" 'echo 1 >events/synthetic/asked/enable
		eval "$DONE"
		echo 0 >events/synthetic/asked/enable
		sed -n "s/^.*: asked: //p" trace'
	: >trace
}

# What asks in SQL, of libtracefs, as on its page.
check_sql()
{
	export DONE='sleep 0.05; sleep 0.05'
	all_like 'SQL: from waking up to running' "$(sql 'SELECT end.next_comm AS comm, end.next_pid AS pid,
		(end.TIMESTAMP_USECS - start.TIMESTAMP_USECS) AS lat FROM sched_waking AS start
		JOIN sched_switch AS end ON start.pid = end.next_pid')" '^comm=.* pid=[0-9]+ lat=[0-9]+$'
	DONE='cat /etc/hostname >/dev/null'
	all_like 'SQL: how long system calls take' "$(sql 'SELECT start.id, (end.TIMESTAMP_USECS - start.TIMESTAMP_USECS) AS lat
		FROM sys_enter AS start JOIN sys_exit AS end ON start.common_pid = end.common_pid
		WHERE start.id != 61')" '^id=[0-9]+ lat=[0-9]+$'
	DONE='kill -0 $$; kill -CONT $$'
	is 'SQL: a comparison of fields' "$(sql 'SELECT start.pid AS of, start.sig AS sig, end.ret AS ret
		FROM sys_enter_kill AS start JOIN sys_exit_kill AS end ON start.common_pid = end.common_pid
		WHERE start.sig > 0' | sed 's/of=[0-9]*/of=N/')" 'of=N sig=18 ret=0'
	is 'SQL: nothing is left' "$(cat synthetic_events; cat events/sched/sched_switch/enable)" 0
	is 'SQL: what is wrong is refused' "$(sql 'SELECT nosuch FROM sched_waking AS a JOIN sched_switch AS b ON a.pid = b.next_pid' |
		head -n 1 | cut -c 1-9)" 'no query:'
}

client_begin trace-cmd
if build tracefs -I/usr/include/tracefs -I/usr/include/traceevent -ltracefs -ltraceevent; then
	check_formats
	check_sql
	check_records
	check_lost read 20000
	check_lost splice 20000
fi
if build kshark -I/usr/include/kernelshark -I/usr/include/tracefs -I/usr/include/traceevent -lkshark; then
	check_kshark
fi
client_end
