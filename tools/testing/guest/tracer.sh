#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tracers, the switch, the trace file and its consuming twin, per-CPU files.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

cpus=$(nproc)
header="#
# entries-in-buffer/entries-written: 0/0   #P:$cpus
#
#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |"

check_tracers()
{
	like 'available_tracers ends in function and nop' "$(cat available_tracers)" '(^| )function nop *$'
	is 'nop at first' "$(cat current_tracer)" nop
	is 'a bad name' "$(put current_tracer bad)" EINVAL
	is 'changes nothing' "$(cat current_tracer)" nop
	is 'two names' "$(put current_tracer 'function nop')" EINVAL
	is 'a name with a tail' "$(put current_tracer functions)" EINVAL
	is 'a very long name' "$(put current_tracer "$(printf 'a%.0s' {1..300})")" EINVAL
	is 'an empty line' "$(put current_tracer '')" EINVAL
	is 'function' "$(put current_tracer function)" ok
	is 'is current' "$(cat current_tracer)" function
	is 'blanks behind a name' "$(put current_tracer 'nop  ')" ok
	is 'are not part of it' "$(cat current_tracer)" nop
	is 'the same again' "$(put current_tracer nop)" ok
}

check_headers()
{
	echo 0 >tracing_on
	: >trace
	is 'header of nop' "$(cat trace)" "# tracer: nop
$header"
	echo 'vfs_read' >set_ftrace_filter
	echo function >current_tracer
	is 'header of function' "$(cat trace)" "# tracer: function
$header"
	echo noirq-info >trace_options
	is 'header without irq-info' "$(cat trace)" "# tracer: function
#
# entries-in-buffer/entries-written: 0/0   #P:$cpus
#
#           TASK-PID     CPU#     TIMESTAMP  FUNCTION
#              | |         |         |         |"
	echo record-tgid >trace_options
	is 'header with record-tgid, without irq-info' "$(tail -n 2 trace)" \
		"#           TASK-PID       TGID    CPU#     TIMESTAMP  FUNCTION
#              | |           |       |         |         |"
	echo irq-info >trace_options
	is 'header with record-tgid' "$(tail -n +4 trace)" "#
#                                          _-----=> irqs-off/BH-disabled
#                                         / _----=> need-resched
#                                        | / _---=> hardirq/softirq
#                                        || / _--=> preempt-depth
#                                        ||| / _-=> migrate-disable
#                                        |||| /     delay
#           TASK-PID       TGID    CPU#  |||||  TIMESTAMP  FUNCTION
#              | |           |       |   |||||     |         |"
	reset
}

check_switch()
{
	is 'recording at first' "$(cat tracing_on)" 1
	is 'off' "$(put tracing_on 0)" ok
	is 'reads 0' "$(cat tracing_on)" 0
	is 'junk' "$(put tracing_on x)" EINVAL
	is 'changes nothing' "$(cat tracing_on)" 0
	is 'blank in front' "$(put tracing_on ' 1')" EINVAL
	is 'too big' "$(put tracing_on 99999999999999999999)" ERANGE
	is 'negative' "$(put tracing_on -1)" EINVAL
	is 'any other number' "$(put tracing_on 7)" ok
	is 'is on' "$(cat tracing_on)" 1

	echo 0 >tracing_on
	echo 'before' >trace_marker 2>/dev/null
	unlike 'nothing is recorded when off' "$(records)" before
	echo 1 >tracing_on
	echo 'after' >trace_marker
	like 'and again when on' "$(records)" ': after$'
	reset
}

check_function()
{
	local text

	text=$(trace_of vfs_read cat /etc/hostname)
	all_like 'lines of a function trace' "$text" "${head_re}vfs_read <-[a-zA-Z0-9_.]+\$"
	like 'the command is named' "$text" '^ +cat-[0-9]+ '
	like 'counts in the header' "$(cat trace)" \
		"^# entries-in-buffer/entries-written: $(wc -l <<<"$text")/$(wc -l <<<"$text")   #P:$cpus\$"
	is 'times go up' "$(awk '{ sub(":", "", $4); print $4 }' <<<"$text" | sort -c -g 2>&1)" ''
	is 'reading takes nothing away' "$(records)" "$text"
	echo >trace
	is 'writing to trace clears it' "$(records)" ''
	is 'and the counts' "$(grep -c '/0 ' trace)" 1
	echo nop >current_tracer
	echo 1 >tracing_on
	cat /etc/hostname >/dev/null
	is 'nop records nothing' "$(records)" ''

	trace_of vfs_read cat /etc/hostname >/dev/null
	echo >>trace
	holds 'appending to trace clears nothing' test -n "$(records)"
	echo nop >current_tracer
	is 'a new tracer clears the trace' "$(records)" ''
	reset
}

check_pipe()
{
	local text

	text=$(trace_of vfs_read cat /etc/hostname)
	is 'trace_pipe has the records' "$(timeout 5 cat trace_pipe)" "$text"
	is 'and took them' "$(records)" ''
	is 'trace_pipe again' "$(timeout 2 cat trace_pipe)" ''
	is 'trace_pipe does not wait with O_NONBLOCK' \
		"$(dd if=trace_pipe iflag=nonblock bs=64 count=1 2>&1 | grep -c 'temporarily unavailable')" 1
	echo nop >current_tracer
	echo 1 >tracing_on
	(sleep 1; echo woken >trace_marker) &
	like 'trace_pipe waits' "$(timeout 10 sed /woken/q trace_pipe)" ': woken$'
	wait
	exec 5<trace_pipe
	is 'a tracer cannot be changed below an open trace_pipe' "$(put current_tracer function)" EBUSY
	is 'a second reader is refused' "$(get trace_pipe)" EBUSY
	exec 5<&-
	is 'afterwards it can' "$(put current_tracer function)" ok
	reset
}

stats='^entries: [0-9]+
overrun: [0-9]+
commit overrun: [0-9]+
bytes: [0-9]+
oldest event ts: +[0-9]+\.[0-9]{6}
now ts: +[0-9]+\.[0-9]{6}
dropped events: [0-9]+
read events: [0-9]+$'

# stat_of NAME [CPU]
stat_of()
{
	sed -n "s/^$1: *//p" "per_cpu/cpu${2:-0}/stats"
}

check_per_cpu()
{
	local text

	if [[ $(cat per_cpu/cpu0/stats) =~ $stats ]]; then
		pass 'stats has its lines'
	else
		fail 'stats has its lines' "$(cat per_cpu/cpu0/stats)"
	fi
	: >trace
	is 'no entries after clearing' "$(stat_of entries) $(stat_of bytes)" '0 0'
	text=$(trace_of vfs_read taskset -c 0 cat /etc/hostname)
	is 'a CPU has its own records' "$(records_of 0)" "$(grep ' \[000\] ' <<<"$text")"
	is 'entries' "$(stat_of entries)" "$(grep -c ' \[000\] ' <<<"$text")"
	holds 'bytes' test "$(stat_of bytes)" -gt $((24 * $(stat_of entries)))
	timeout 5 cat per_cpu/cpu0/trace_pipe >/tmp/pipe.$$
	is 'a CPU has its own pipe' "$(cat /tmp/pipe.$$)" "$(grep ' \[000\] ' <<<"$text")"
	is 'read events' "$(stat_of 'read events')" "$(grep -c ' \[000\] ' <<<"$text")"
	is 'no entries are left' "$(stat_of entries)" 0
	rm -f /tmp/pipe.$$

	trace_of vfs_read sh -c 'taskset -c 0 cat /etc/hostname; taskset -c 1 cat /etc/hostname' >/dev/null
	echo >per_cpu/cpu0/trace
	is 'clearing a CPU clears it' "$(records_of 0)" ''
	holds 'and no other' test -n "$(records_of 1)"
	echo counter >trace_clock
	like 'plain numbers of a clock that is not in ns' "$(grep now per_cpu/cpu0/stats)" '^now ts: [0-9]+$'
	reset
}

# Showing a call makes others. The in-tree tracer may go on for ever.
check_end()
{
	local lines

	echo 64 >buffer_size_kb
	echo function >current_tracer
	lines=$(timeout 100 cat trace | wc -l; echo "${PIPESTATUS[0]}")
	is 'trace ends while all is traced' "${lines#*$'\n'}" 0
	holds 'and has records' test "${lines%$'\n'*}" -gt 100
	lines=$(exec 4<trace; timeout 100 cat <&4 >/dev/null; timeout 100 cat <&4 | wc -l)
	holds 'and more when it is read on' test "$lines" -gt 100
	reset
	echo 1408 >buffer_size_kb
}

begin
check_tracers
check_headers
check_switch
check_function
check_pipe
check_per_cpu
intree || check_end
end
