#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Filters on events: every operator on every sort of field, what wrong ones show,
# filters of systems, clearing, changing them while records come.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

event=events/signal/signal_generate
file=$event/filter
target=

# Signals that a sleeping task does not mind, by number.
sent='17 18 23 28'

# signals FILTER: the signals to the target that were recorded, or an errno.
# There are many filters to try: this starts no program.
signals()
{
	local signal line found=()

	signal=$(put "$file" "$1")
	if [ "$signal" != ok ]; then
		echo "$signal"
		return
	fi
	: >trace
	for signal in $sent; do
		kill -"$signal" "$target"
	done
	# Other tasks get signals as well.
	while read -r line; do
		[[ $line =~ :\ sig=([0-9]+)\ .*\ pid=$target\  ]] && found+=("${BASH_REMATCH[1]}")
	done <trace
	echo "${found[*]}"
}

# records_are FILTER SIGNALS
records_are()
{
	is "$1" "$(signals "$1")" "$2"
	is "$1 is shown" "$(<"$file")" "$1"
}

check_numbers()
{
	is 'no filter at first' "$(cat "$file")" none
	is 'all are recorded' "$(signals 0)" "$sent"
	records_are 'sig == 23' 23
	records_are 'sig != 23' '17 18 28'
	records_are 'sig < 23' '17 18'
	records_are 'sig <= 23' '17 18 23'
	records_are 'sig > 18' '23 28'
	records_are 'sig >= 18' '18 23 28'
	records_are 'sig & 8' 28
	records_are 'sig & 3' '17 18 23'
	records_are 'sig == 0x17' 23
	records_are 'sig == 0X17' 23
	records_are 'sig == 027' 23
	records_are 'sig==23' 23
	# Compared in the width of the field.
	records_are 'sig == 4294967319' 23
	records_are 'sig > -1' "$sent"
	records_are 'sig < -1' ''
	records_are 'code == 0' "$sent"
	records_are 'code >= -2147483648 && code <= 2147483647' "$sent"
	records_are 'code == -1' ''
}

check_logic()
{
	records_are 'sig == 17 || sig == 28' '17 28'
	records_are 'sig > 17 && sig < 28' '18 23'
	records_are '!(sig == 17)' '18 23 28'
	records_are '! sig == 17' '18 23 28'
	records_are '!!sig == 17' 17
	records_are '!(sig == 17 || sig == 18)' '23 28'
	records_are '!(sig > 17 && sig < 28)' '17 28'
	records_are 'sig == 17 || sig == 18 && pid == 0' 17
	records_are '(sig == 17 || sig == 18) && pid == 0' ''
	records_are 'pid == 0 && sig == 18 || sig == 17' 17
	records_are '((((sig == 17)) || ((sig == 18))))' '17 18'
	records_are '(sig == 17||sig == 18)&&!(sig == 18)||(sig & 8&&sig > 20)' '17 28'
	records_are "pid == $target && sig == 23" 23
	records_are '  sig == 23	&& pid	!= 0' 23
	is 'a long one' "$(signals "$(printf 'sig == 99 || %.0s' {1..150})sig == 18")" 18
}

check_text()
{
	records_are 'comm == "sleep"' "$sent"
	records_are "comm == 'sleep'" "$sent"
	records_are 'comm != "sleep"' ''
	records_are 'comm == "slee"' ''
	records_are 'comm == "sleepy"' ''
	records_are 'comm ~ "sleep"' "$sent"
	records_are 'comm ~ "sl*"' "$sent"
	records_are 'comm ~ "*ee*"' "$sent"
	records_are 'comm ~ "*l*p*"' "$sent"
	records_are 'comm ~ "s?ee?"' "$sent"
	records_are 'comm ~ "[rs]lee[a-q]"' "$sent"
	records_are 'comm ~ "[rs]lee[!a-q]"' ''
	records_are 'comm ~ "!sl*"' ''
	records_are 'comm ~ "!x*"' "$sent"
	records_are 'comm ~ "*"' "$sent"
	records_are 'comm ~ "x*"' ''
	if intree; then
		skip 'the end of a text' 'it is looked for at the end of the field'
	else
		records_are 'comm ~ "*ep"' "$sent"
	fi
	records_are 'comm == "sleep" && sig == 17 || comm ~ "x*"' 17
}

# What is not in the record: of the task and the CPU that write it.
check_outside()
{
	local comm cpu cpus

	comm=$(cat "/proc/$$/comm")
	records_are "COMM == \"$comm\"" "$sent"
	records_are "COMM != \"$comm\"" ''
	records_are "COMM ~ \"*${comm:1:2}*\"" "$sent"
	records_are "common_pid == $$" ''
	records_are 'common_pid != 1' "$sent"
	records_are "common_type == $(cat $event/id)" "$sent"
	records_are "common_type != $(cat $event/id)" ''
	records_are 'common_preempt_count >= 0' "$sent"
	records_are 'common_flags != 255' "$sent"

	cpu=$(taskset -p $$ | sed 's/.* //')
	taskset -p 1 $$ >/dev/null
	records_are 'CPU == 0' "$sent"
	records_are 'cpu == 0 && common_cpu == 0' "$sent"
	records_are 'CPU > 0' ''
	records_are 'CPU != 0' ''
	records_are 'CPU & CPUS{0}' "$sent"
	records_are 'cpu & CPUS{1}' ''
	records_are 'CPU & CPUS{0-1}' "$sent"
	records_are 'CPU == CPUS{0-1}' ''
	records_are 'CPU == CPUS{0}' "$sent"
	taskset -p "$cpu" $$ >/dev/null
	cpus=$(nproc)
	if [ "$cpus" -gt 1 ]; then
		records_are 'group & CPUS{0-1}' "$sent"
	else
		skip 'a number in a list of CPUs' 'there is one CPU'
	fi
	records_are 'sig == CPUS{0}' ''
}

# Text behind the record.
check_dynamic()
{
	local exec=events/sched/sched_process_exec filter

	for filter in 'filename == "/bin/true"' 'filename ~ "*/true"' 'filename ~ "/bin/t*"' \
		'filename ~ "*in/tr*"' 'filename != "/bin/false"' 'filename ~ "/b?n/[t]rue"' \
		'filename ~ "!*false"'; do
		is "$filter is taken" "$(put $exec/filter "$filter")" ok
		: >trace
		echo 1 >$exec/enable
		/bin/true
		/bin/false
		echo 0 >$exec/enable
		is "$filter" "$(records | sed -E 's/.*filename=([^ ]*) .*/\1/' | tr '\n' ' ')" '/bin/true '
	done
	echo 0 >$exec/filter
}

# Addresses of functions.
check_function()
{
	local timer=events/timer/hrtimer_start

	[ -d "$timer" ] || {
		skip 'a function' "no $timer"
		return
	}
	is 'a function' "$(put $timer/filter 'function.function == hrtimer_wakeup')" ok
	: >trace
	echo 1 >$timer/enable
	sleep 0.01
	echo 0 >$timer/enable
	all_like 'is the one' "$(records)" 'function=hrtimer_wakeup '
	is 'all others' "$(put $timer/filter 'function.function != hrtimer_wakeup')" ok
	: >trace
	echo 1 >$timer/enable
	sleep 0.01
	echo 0 >$timer/enable
	unlike 'are not' "$(records)" 'function=hrtimer_wakeup '
	is 'none of that name' "$(put $timer/filter 'function.function == no_such_function')" EINVAL
	like 'is told' "$(cat $timer/filter)" '^parse_error: Function not found$'
	echo 0 >$timer/filter
}

# wrong FILTER CARET MESSAGE: in the filter's file, and in the log.
wrong()
{
	local caret=$2 what

	: >error_log
	what=$(put "$file" "$1")
	if intree && [[ $what =~ ^(EPERM|ENOENT|'No such process')$ ]]; then
		what=EINVAL
	fi
	is "wrong: $1" "$what" EINVAL
	what=$(<error_log)
	[[ $what =~ ^\[\ *[0-9]+\.[0-9]{6}\]\ (.*) ]] && what=${BASH_REMATCH[1]}
	is 'is in the log' "$what" "event filter parse error: error: $3
  Command: $1
$(printf '%*s' $((11 + caret)) '')^"
	[ "$caret" -le ${#1} ] || caret=${#1}
	if [ "$3" = Error ]; then
		what="$1
Error: (0)"
	else
		what="$1
$(printf '%*s' "$caret" '')^
parse_error: $3"
	fi
	is 'is shown' "$(<"$file")" "$what"
}

check_errors()
{
	wrong 'nothing == 1' 8 'Field not found'
	wrong 'sig == 1 && nothing == 1' 20 'Field not found'
	wrong 'sig' 4 'Invalid operator'
	wrong 'sig = 1' 5 'Invalid operator'
	wrong 'sig ==' 7 'Invalid value (did you forget quotes)?'
	wrong 'sig == x' 8 'Invalid value (did you forget quotes)?'
	wrong 'sig == 1x' 8 'Illegal integer value'
	wrong 'sig == 99999999999999999999' 8 'Illegal integer value'
	wrong 'sig == 123456789012345678901234' 32 'Operand too long'
	wrong 'sig == "1"' 8 'Expecting numeric field'
	wrong 'sig ~ 1' 7 'Illegal operation for field type'
	wrong 'comm == 1' 9 'Expecting string field'
	wrong 'comm > "x"' 8 'Illegal operation for field type'
	wrong 'comm == "x' 8 'Missing matching quote'
	wrong 'sig == 1 sig == 2' 9 'Too many terms in predicate expression'
	wrong 'sig == 1 & sig == 2' 9 'Too many terms in predicate expression'
	wrong '(sig == 1' 0 "Too many '('"
	wrong 'sig == 1 && (sig == 2' 12 "Too many '('"
	wrong 'sig == 1)' 8 "Too few '('"
	wrong 'sig == 1 &&' 11 'Meaningless filter expression'
	wrong '!' 1 'No filter found'
	wrong '()' 0 Error
	wrong 'sig & CPUS 0}' 12 "Missing '{'"
	wrong 'sig & CPUS{0' 13 "Missing '}'"
	wrong 'sig & CPUS{x}' 13 'Invalid cpulist'
	wrong 'sig & CPUS{}' 12 'Invalid cpulist'
	wrong 'sig > CPUS{0}' 7 'Illegal operation for field type'
	wrong 'sig.function == schedule' 17 'Illegal operation for field type'

	put "$file" 'sig == 23' >/dev/null
	is 'a wrong filter' "$(put "$file" 'sig ==')" EINVAL
	: >trace
	kill -17 "$target"
	like 'takes the old one away' "$(records)" ' sig=17 '
}

check_log()
{
	local i

	: >error_log
	is 'opening for writing clears the log' "$(cat error_log)" ''
	for i in {1..10}; do
		put "$file" "sig$i == 1" >/dev/null
	done
	is 'the log has the last eight' "$(grep -o 'sig[0-9]*' error_log | tr '\n' ' ')" \
		'sig3 sig4 sig5 sig6 sig7 sig8 sig9 sig10 '
	put "$file" 'sig == 1' >/dev/null
	is 'what is right is not logged' "$(grep -c error: error_log)" 8
	is 'appending' "$(add error_log x)" ok
	is 'leaves the log alone' "$(grep -c error: error_log)" 8
	is 'writing' "$(put error_log x)" ok
	is 'clears it' "$(cat error_log)" ''
	echo 0 >"$file"
}

# with_filter SYSTEM: its events whose filter is not "none" nor wrong.
with_filter()
{
	grep -L -x -e none -e 'parse_error: .*' events/"$1"/*/filter | sort | sed 's,.*/\([^/]*\)/filter,\1,' |
		tr '\n' ' '
}

check_system()
{
	local all text

	all=$(cat events/sched/*/filter | wc -l)
	text=$(cat events/sched/filter)
	like 'a filter of a system' "$text" '^### global filter ###$'
	: >error_log
	is 'for events that have a field' "$(put events/sched/filter 'prev_pid == 0')" ok
	is 'is the filter of these' "$(with_filter sched)" 'sched_switch '
	is 'as it was written' "$(cat events/sched/sched_switch/filter)" 'prev_pid == 0'
	is 'others have none, and say so' "$(cat events/sched/sched_process_exec/filter)" 'prev_pid == 0
^
parse_error: Couldn'"'"'t find or set field in one of a subsystem'"'"'s events'
	is 'as does the log' "$(grep -c "error: Couldn't find or set field in one of a subsystem's events" error_log)" 8
	is 'the file of the system does not change' "$(cat events/sched/filter)" "$text"
	is 'common fields' "$(put events/sched/filter 'common_pid != 0')" ok
	is 'are in all of them' "$(grep -l -x 'common_pid != 0' events/sched/*/filter | wc -l)" "$all"
	put events/sched/sched_switch/filter 'prev_pid == 1' >/dev/null
	is 'a field that is nowhere' "$(put events/sched/filter 'nothing == 1')" ok
	is 'takes all filters away' "$(with_filter sched)" ''
	put events/sched/filter 'common_pid != 0' >/dev/null
	is '0' "$(put events/sched/filter 0)" ok
	is 'clears them' "$(cat events/sched/*/filter | sort -u)" none
	is 'and the log' "$(put error_log x)" ok
}

# documented FILE FILTER: the file takes the filter and shows it.
documented()
{
	is "$1: $2" "$(put "events/$1/filter" "$2")" ok
	is 'is shown' "$(<"events/$1/filter")" "$2"
}

# What the kernel's Documentation/trace/events.rst has for examples.
check_documentation()
{
	documented sched/sched_switch 'prev_comm ~ "*sh"'
	documented sched/sched_switch 'prev_comm ~ "sh*"'
	documented sched/sched_switch 'prev_comm ~ "*sh*"'
	documented sched/sched_switch 'prev_comm ~ "ba*sh"'
	documented kmem/kmalloc 'call_site.function == prepare_creds'
	documented sched/sched_wakeup 'target_cpu & CPUS{0-1}'
	documented sched/sched_wakeup 'common_preempt_count > 4'
	documented signal/signal_generate '((sig >= 10 && sig < 15) || sig == 17) && comm != "bash"'
	# Text has to be in quotes today, and the caret is where it belongs.
	wrong '((sig >= 10 && sig < 15) || sig == 17) && comm != bash' 51 \
		'Invalid value (did you forget quotes)?'
	wrong '((sig >= 10 && sig < 15) || dsig == 17) && comm != bash' 33 'Field not found'
	is 'a filter of a system' "$(put events/sched/filter 0)" ok
	is 'is cleared in one event' "$(cat events/sched/sched_switch/filter)" none
	is 'and in another' "$(cat events/sched/sched_wakeup/filter)" none
	is 'common fields' "$(put events/sched/filter 'common_pid == 0')" ok
	is 'are filtered in one event' "$(cat events/sched/sched_switch/filter)" 'common_pid == 0'
	is 'and in another' "$(cat events/sched/sched_wakeup/filter)" 'common_pid == 0'
	is 'a field of one event' "$(put events/sched/filter 'prev_pid == 0')" ok
	is 'is filtered there' "$(cat events/sched/sched_switch/filter)" 'prev_pid == 0'
	is 'and nowhere else' "$(head -n1 events/sched/sched_wakeup/filter)" 'prev_pid == 0'
	put events/sched/filter 0 >/dev/null
	put events/kmem/kmalloc/filter 0 >/dev/null
	put "$file" 0 >/dev/null
}

# opens FILTER NAME: whether an opening of NAME passes, as a number or an errno.
opens()
{
	local what

	what=$(put events/syscalls/sys_enter_openat/filter "$1")
	if [ "$what" != ok ]; then
		echo "$what"
		return
	fi
	: >trace
	echo 1 >events/syscalls/sys_enter_openat/enable
	{ : <"$2"; } 2>/dev/null
	# At an address where nothing is, in a directory of that number.
	perl -e 'syscall(257, 77, 1, 0)'
	echo 0 >events/syscalls/sys_enter_openat/enable
	records | wc -l
}

# Text in the memory of the task that the event is from.
check_user_text()
{
	local open=events/syscalls/sys_enter_openat long

	if [ ! -e $open/filter ]; then
		skip 'text of a program' "there is no $open"
		return
	fi
	documented syscalls/sys_enter_openat 'filename.ustring ~ "*password"'
	: >trace
	echo 1 >$open/enable
	cat /etc/password /etc/hostname >/dev/null 2>&1
	echo 0 >$open/enable
	is 'text of a program is found' "$(records | wc -l)" 1
	# 1024 bytes are looked at, with a zero at the end.
	long=$(printf 'x%.0s' {1..1020})
	is 'the end of a long text' "$(opens 'filename.ustring ~ "*END"' "${long}END")" 1
	is 'the end of one that is too long' "$(opens 'filename.ustring ~ "*END"' "${long}xEND")" 0
	is 'what is left of it' "$(opens 'filename.ustring ~ "x*xEN"' "${long}xEND")" 1
	is 'an address where nothing is' "$(opens 'dfd == 77' x)" 1
	is 'has no text' "$(opens 'dfd == 77 && filename.ustring ~ "*"' x)" 0
	put $open/filter 0 >/dev/null
}

check_clear()
{
	put "$file" 'sig == 23' >/dev/null
	is '0 clears a filter' "$(put "$file" 0)" ok
	is 'which is gone' "$(cat "$file")" none
	put "$file" 'sig == 23' >/dev/null
	is 'with white space around it too' "$(put "$file" '  0 ')" ok
	is 'it is gone' "$(signals 0)" "$sent"
	is '00 is a filter, and wrong' "$(put "$file" 00)" EINVAL
	is 'nothing is wrong as well' "$(put "$file" '')" EINVAL
	is 'a page is too much' "$(put "$file" "$(printf 'sig == 1 || %.0s' {1..400})")" EINVAL
	put "$file" 0 >/dev/null

	echo 0 >$event/enable
	put "$file" 'sig == 28' >/dev/null
	: >trace
	echo 1 >$event/enable
	kill -17 "$target"
	kill -28 "$target"
	is 'a filter outlives being off' "$(records | grep "pid=$target " | grep -o 'sig=[0-9]*')" sig=28
	put "$file" 0 >/dev/null
}

# Filters change and events go on and off while records come.
check_busy()
{
	local filters=('prev_pid > 0' 'prev_comm ~ "b*" || next_comm ~ "*a*"' 'prev_pid ==' 0
		'common_pid & 1' "CPU == 1 && comm != 'x'")
	local round slipped

	: >trace
	busy_start
	for round in {0..24}; do
		put events/sched/sched_switch/filter "${filters[round % 6]}" >/dev/null
		put events/sched/filter "${filters[(round + 2) % 6]}" >/dev/null
		echo $((round % 2)) >events/sched/enable
	done
	echo 0 >events/sched/enable
	put events/sched/sched_switch/filter 'prev_prio == 987654' >/dev/null
	: >trace
	echo 1 >events/sched/sched_switch/enable
	sleep 1
	slipped=$(records | grep -c ': sched_switch: ')
	echo 0 >events/sched/enable
	put events/sched/filter 0 >/dev/null
	busy_stop
	is 'after many changes under load nothing slips through' "$slipped" 0
}

begin
sleep 600 &
target=$!
# It is "sleep" when it has become another program.
until grep -q -x sleep "/proc/$target/comm"; do
	sleep 0.1
done
echo 1 >$event/enable
check_numbers
check_logic
check_text
check_outside
check_errors
check_log
check_clear
echo 0 >$event/enable
check_dynamic
check_function
check_user_text
check_system
check_documentation
kill "$target"
check_busy
end
