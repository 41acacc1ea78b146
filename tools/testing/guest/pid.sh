#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which tasks are traced: set_ftrace_pid and set_ftrace_notrace_pid.

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# ids FILE: what is in it, in one line.
ids()
{
	tr '\n' ' ' <"$1" | sed 's/ $//'
}

# takes FILE TEXT LIST: after the write the file holds this.
takes()
{
	: >"$1"
	is "$1: '$2' is taken" "$(put "$1" "$2")" ok
	is "$1: '$2' is read back" "$(ids "$1")" "$3"
}

# refuses FILE TEXT ERRNO
refuses()
{
	: >"$1"
	put "$1" 17 >/dev/null
	is "$1: '$2' is refused" "$(add "$1" "$2")" "$3"
	is "$1: '$2' changes nothing" "$(ids "$1")" 17
}

check_text()
{
	local file=$1

	is "$file: nothing at first" "$(ids "$file")" 'no pid'
	takes "$file" 1 1
	takes "$file" ' 3	2   1 ' '1 2 3'
	takes "$file" '0x10 010 9' '8 9 16'
	takes "$file" 0 0
	takes "$file" '5 5 5' 5
	takes "$file" 4194303 4194303
	takes "$file" 1073741823 1073741823
	takes "$file" '' 'no pid'
	refuses "$file" x EINVAL
	refuses "$file" '1 x' EINVAL
	refuses "$file" -1 EINVAL
	refuses "$file" 1,2 EINVAL
	refuses "$file" 1.5 EINVAL
	refuses "$file" 1073741824 EPERM
	refuses "$file" 99999999999999999999 EINVAL
	refuses "$file" "$(printf '0%.0s' {1..127})7" EINVAL
	: >"$file"
	is "$file: >> adds" "$(put "$file" 5; add "$file" '70000 6')" "ok
ok"
	is "$file: to what is there" "$(ids "$file")" '5 6 70000'
	is "$file: > replaces" "$(put "$file" 9; ids "$file")" "ok
9"
	is "$file: many" "$(put "$file" "$(seq -s ' ' 1 1000)"; wc -l <"$file")" "ok
1000"
	: >"$file"
	is "$file: truncating empties it" "$(ids "$file")" 'no pid'
}

# A task that writes its own id into FILE, then does something; with other tasks
# around that do the same.
# shellcheck disable=SC2317 # called by name
marked_task()
{
	# shellcheck disable=SC2016 # for the inner shell
	bash -c 'echo $$ >"$0"; cat /etc/hostname >/dev/null; exec cat /etc/hostname /etc/passwd' "$1" >/dev/null
	cat /etc/hostname
	sleep 0.1
}

# Process ids that the records of the trace name.
pids_traced()
{
	records | sed -E 's/^.*-([0-9]+) +\[[0-9]{3}\].*/\1/' | sort -u
}

# The records since a task that excludes itself has done so: its first run of
# functions is that of its shell, and the write is in another one.
since_excluded()
{
	records | grep -A 100000 -e "-$1 " | grep -v " bash-$1 "
}

check_only()
{
	local pid

	echo function-fork >trace_options 2>/dev/null
	echo nofunction-fork >trace_options
	trace_of vfs_read marked_task set_ftrace_pid >/dev/null
	pid=$(ids set_ftrace_pid)
	like 'the task is still listed after its end' "$pid" '^[0-9]+$'
	is 'only the task is traced' "$(pids_traced)" "$pid"
	like 'under its new name as well' "$(records)" ' cat-[0-9]+ '

	: >set_ftrace_pid
	trace_of vfs_read marked_task set_ftrace_notrace_pid >/dev/null
	pid=$(ids set_ftrace_notrace_pid)
	holds 'other tasks are traced' test -n "$(pids_traced)"
	unlike 'but not the one that is excluded' "$(since_excluded "$pid")" "-$pid +\["
	: >set_ftrace_notrace_pid

	put set_ftrace_pid 1073741823 >/dev/null
	is 'nobody is traced if nobody is meant' "$(trace_of vfs_read cat /etc/hostname)" ''
	put set_ftrace_pid $$ >/dev/null
	put set_ftrace_notrace_pid $$ >/dev/null
	trace_of vfs_read read -r </etc/hostname >/dev/null
	is 'who is excluded is not traced even if wanted' "$(pids_traced)" ''
	: >set_ftrace_notrace_pid
	trace_of vfs_read eval 'while read -r _; do :; done </etc/passwd' >/dev/null
	is 'and is again when not excluded any more' "$(pids_traced)" $$
	: >set_ftrace_pid
	reset
}

# With the option on, children are taken in and what ends is taken out.
check_fork()
{
	echo function-fork >trace_options
	trace_of vfs_read marked_task set_ftrace_pid >/dev/null
	holds 'children are traced' test "$(pids_traced | wc -l)" -gt 1
	is 'who ended is not listed any more' "$(ids set_ftrace_pid)" ''
	echo nofunction-fork >trace_options
	: >set_ftrace_pid
	put set_ftrace_pid $$ >/dev/null
	trace_of vfs_read eval 'cat /etc/hostname; while read -r _; do :; done </etc/passwd' >/dev/null
	is 'without it children are not' "$(pids_traced)" $$
	is 'and nobody is taken out' "$(ids set_ftrace_pid)" $$
	reset
}

# A running tracer follows the list.
check_live()
{
	local text

	echo vfs_read >set_ftrace_filter
	put set_ftrace_pid 1073741823 >/dev/null
	echo function >current_tracer
	: >trace
	cat /etc/hostname >/dev/null
	: >set_ftrace_pid
	echo first >trace_marker
	cat /etc/hostname >/dev/null
	put set_ftrace_pid 1073741823 >/dev/null
	echo second >trace_marker
	cat /etc/hostname >/dev/null
	echo 0 >tracing_on
	text=$(records)
	unlike 'nobody before the list is emptied' "$(sed '/: first$/,$d' <<<"$text")" vfs_read
	like 'all after that' "$(sed '0,/: first$/d; /: second$/,$d' <<<"$text")" ' cat-[0-9]+ .*: vfs_read'
	unlike 'nobody with the list back' "$(sed '0,/: second$/d' <<<"$text")" vfs_read
	reset
}

begin
check_text set_ftrace_pid
check_text set_ftrace_notrace_pid
check_only
check_fork
check_live
end
