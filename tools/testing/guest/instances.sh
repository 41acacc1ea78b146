#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Instances: how they come and go, which files they have, and what each has for
# itself.
#
# timeout: 600

# shellcheck disable=SC2317 # commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# Files that are about all instances.
only_top='README available_events available_filter_functions available_filter_functions_addrs
	enabled_functions eval_map function_profile_enabled instances max_graph_depth printk_formats
	saved_cmdlines saved_cmdlines_size saved_tgids set_graph_function set_graph_notrace
	stack_max_size stack_trace stack_trace_filter touched_functions trace_stat tracing_thresh
	options/record-cmd options/printk-msg-only options/trace_printk'

everywhere='available_tracers buffer_percent buffer_size_kb buffer_total_size_kb current_tracer
	error_log events free_buffer options per_cpu set_event set_event_notrace_pid set_event_pid
	set_ftrace_filter set_ftrace_notrace set_ftrace_notrace_pid set_ftrace_pid trace trace_clock
	trace_marker trace_marker_raw trace_options trace_pipe tracing_cpumask tracing_on
	options/markers options/fields options/trace_printk_dest options/func_stack_trace options/funcgraph-irqs options/record-tgid
	per_cpu/cpu0/stats per_cpu/cpu1/trace_pipe_raw'

# make NAME..., drop NAME...: an instance, and the name of the error.
make()
{
	errno_of "$(mkdir "${@/#/instances/}" 2>&1)"
}

drop()
{
	errno_of "$(rmdir "${@/#/instances/}" 2>&1)"
}

# in_instance NAME COMMAND [ARG...]: there.
in_instance()
{
	(cd "instances/$1" && "${@:2}")
}

missing()
{
	local file

	for file in $everywhere; do
		[ -e "instances/foo/$file" ] || echo "$file"
	done
}

misplaced()
{
	local file

	for file in $only_top; do
		[ ! -e "instances/foo/$file" ] || echo "$file"
	done
}

# What is there has the modes of the first instance's.
odd_modes()
{
	(cd instances/foo && find . ! -name . -path ./events -prune -o ! -name . -printf '%P\n') |
		while read -r file; do
			[ "$(stat -c %A "instances/foo/$file")" = "$(stat -c %A "$file")" ] || echo "$file"
		done
}

list_events()
{
	(cd "$1" && find events -printf '%m %y %p\n') | sort
}

check_names()
{
	is 'mkdir' "$(make foo)" ok
	is 'modes' "$(stat -c %A instances instances/foo)" "drwxr-x---
drwxr-x---"
	is 'has what every instance has' "$(missing)" ''
	is 'has nothing of what is about all' "$(misplaced)" ''
	is 'the modes are those of the first' "$(odd_modes)" ''
	is 'so are the events' "$(list_events instances/foo | md5sum)" "$(list_events . | md5sum)"
	is 'the tracers' "$(cat instances/foo/available_tracers)" "$(
		tr ' ' '\n' <available_tracers | grep -v -x -e blk -e mmiotrace | tr '\n' ' ' | sed 's/ $//')"
	is 'rmdir' "$(drop foo)" ok
	is 'and it is gone' "$(ls instances)" ''
}

check_errors()
{
	local long

	long=$(printf 'x%.0s' {1..255})
	is 'mkdir' "$(make foo)" ok
	is 'mkdir: there already' "$(make foo)" EEXIST
	is 'mkdir: a blank' "$(make 'a b')" ok
	is 'mkdir: the longest name' "$(make "$long")" ok
	is 'mkdir: longer' "$(make "${long}x")" 'File name too long'
	# shellcheck disable=SC2012 # no odd names
	is 'they are listed' "$(ls instances | sort | tr '\n' ' ')" "a b foo $long "
	is 'rmdir: several' "$(drop 'a b' "$long")" ok
	is 'rmdir: nobody' "$(drop nobody)" ENOENT
	is 'mkdir in it' "$(make foo/bar)" EPERM
	is 'mkdir in its events' "$(make foo/events/bar)" EPERM
	is 'mkdir at the top' "$(make ../bar)" EPERM
	is 'rmdir of a part' "$(drop foo/per_cpu)" EPERM
	is 'rmdir of events' "$(drop ../events)" EPERM
	is 'rmdir of instances' "$(drop ../instances)" EPERM
	is 'a file' "$(errno_of "$(touch instances/new 2>&1)")" EACCES
	is 'rm of a file' "$(errno_of "$(rm instances/foo/trace 2>&1)")" EPERM
	is 'mv' "$(errno_of "$(mv instances/foo instances/bar 2>&1)")" EPERM
	is 'ln' "$(errno_of "$(ln -s foo instances/bar 2>&1)")" EPERM
	is 'no such tracer' "$(put instances/foo/current_tracer nosuch)" EINVAL
	is 'rmdir' "$(drop foo)" ok
}

# busy FILE < or >: what rmdir says while it is open.
busy()
{
	make foo >/dev/null
	if [ "$2" = '<' ]; then
		exec 5<"instances/foo/$1"
	else
		exec 5>"instances/foo/$1"
	fi
	drop foo
	exec 5>&-
	[ ! -d instances/foo ] || drop foo >/dev/null
}

check_busy()
{
	local file

	for file in trace trace_pipe per_cpu/cpu0/trace_pipe_raw buffer_size_kb error_log options/markers \
		set_event set_ftrace_filter set_ftrace_pid events/enable events/sched/filter \
		events/sched/sched_switch/enable events/header_page available_tracers; do
		is "$file is open" "$(busy $file '<')" EBUSY
	done
	for file in trace_marker trace_marker_raw; do
		is "$file is open" "$(busy $file '>')" EBUSY
	done
	for file in format id; do
		is "an event's $file is open" "$(busy events/sched/sched_switch/$file '<')" ok
	done
	for file in . events/sched per_cpu; do
		is "directory $file is open" "$(busy $file '<')" ok
	done
	make foo >/dev/null
	cat instances/foo/trace_pipe >/dev/null &
	sleep 0.3
	is 'a pipe is read' "$(drop foo)" EBUSY
	kill $! && wait $! 2>/dev/null
	is 'and then not any more' "$(drop foo)" ok
	make foo >/dev/null
	is 'who is in there' "$(cd instances/foo/per_cpu && rmdir "$tracing/instances/foo" &&
		{ ls; cat cpu0/stats; } 2>&1)" 'cat: cpu0/stats: No such file or directory'
}

check_attributes()
{
	make foo >/dev/null
	chmod 0700 instances/foo
	chmod 0400 instances/foo/trace
	chown 5:6 instances/foo/trace
	is 'chmod, chown' "$(stat -c '%a %u:%g' instances/foo instances/foo/trace | tr '\n' ' ')" \
		'700 0:0 400 5:6 '
	drop foo >/dev/null
	make foo >/dev/null
	is 'another one of the name has none of it' \
		"$(stat -c '%a %u:%g' instances/foo instances/foo/trace | tr '\n' ' ')" '750 0:0 640 0:0 '
	chown 7:8 instances
	is 'what is in instances belongs to its owner' \
		"$(stat -c %u:%g instances/foo instances/foo/trace trace | tr '\n' ' ')" '7:8 7:8 0:0 '
	chown 0:0 instances
	is 'mkdir -m' "$(mkdir -m 711 instances/bar && stat -c %a instances/bar)" 711
	drop foo bar >/dev/null
}

# What both say of a file, the first instance last.
both()
{
	cat "instances/foo/$1" "$1" | tr '\n' ' '
}

check_own()
{
	make foo >/dev/null
	is 'a size from the start' "$(grep -c expanded instances/foo/buffer_size_kb)" 0
	is 'buffer_size_kb' "$(put instances/foo/buffer_size_kb 64; cat instances/foo/buffer_size_kb)" "ok
$(put buffer_size_kb 64 >/dev/null; cat buffer_size_kb)"
	put buffer_size_kb 100 >/dev/null
	is 'of its own' "$(cat instances/foo/buffer_size_kb)" "$(put instances/foo/buffer_size_kb 64 >/dev/null
		cat instances/foo/buffer_size_kb)"
	is 'a clock' "$(put instances/foo/trace_clock mono)$(grep -o '\[.*\]' instances/foo/trace_clock \
		trace_clock | tr '\n' ' ')" 'okinstances/foo/trace_clock:[mono] trace_clock:[local] '
	is 'tracing_on' "$(put instances/foo/tracing_on 0)$(both tracing_on)" 'ok0 1 '
	echo 1 >instances/foo/tracing_on
	is 'tracing_cpumask' "$(put instances/foo/tracing_cpumask 1)$(both tracing_cpumask)" 'ok1 3 '
	echo 3 >instances/foo/tracing_cpumask
	is 'buffer_percent' "$(put instances/foo/buffer_percent 7)$(both buffer_percent)" 'ok7 50 '
	is 'a marker' "$(put instances/foo/trace_marker hello)" ok
	like 'is there' "$(in_instance foo records)" 'tracing_mark_write: hello$'
	unlike 'and not in the first' "$(records)" hello
	put trace_marker first >/dev/null
	unlike 'nor the other way round' "$(in_instance foo records)" first
	is 'its pipe' "$(timeout 1 cat instances/foo/trace_pipe | grep -c hello)" 1
	put instances/foo/trace_marker again >/dev/null
	: >instances/foo/trace
	is 'is emptied alone' "$(in_instance foo records)$(records | grep -c first)" 1
	is 'free_buffer' "$(put instances/foo/free_buffer 1)" ok
	drop foo >/dev/null
}

# state OPTION: in foo and in the first instance.
state()
{
	both "options/$1"
}

check_options()
{
	for option in noannotate raw nooverwrite stacktrace record-tgid event-fork function-fork \
		norecord-cmd; do
		echo "$option" >trace_options
	done
	echo mono >trace_clock
	echo 30 >buffer_percent
	make foo >/dev/null
	is 'options of the first are taken over, but for forks and what one has' \
		"$(diff trace_options instances/foo/trace_options | grep '^[<>]' |
			grep -v copy_trace_marker | LC_ALL=C sort)" \
		'< event-fork
< function-fork
< trace_printk_dest
> noevent-fork
> nofunction-fork
> notrace_printk_dest'
	is 'the clock is not, nor buffer_percent' \
		"$(grep -o '\[.*\]' instances/foo/trace_clock)$(cat instances/foo/buffer_percent)" '[local]50'
	for option in annotate noraw overwrite nostacktrace norecord-tgid noevent-fork nofunction-fork \
		record-cmd; do
		echo "$option" >trace_options
	done
	echo local >trace_clock
	echo 50 >buffer_percent
	is 'a change here is not one there' "$(state raw)" '1 0 '
	is 'without a file, but there' "$(put instances/foo/trace_options printk-msg-only
		put instances/foo/trace_options record-cmd
		grep -c -x 'printk-msg-only\|record-cmd' instances/foo/trace_options)" "ok
ok
2"
	# Options of tracers are the instance's own, as in kernels since 6.19; in 6.12 all share them.
	for option in func_stack_trace funcgraph-proc funcgraph-irqs sleep-time test_nop_accept; do
		old=$(cat options/$option)
		is "$option in an instance" \
			"$(put instances/foo/options/$option $((1 - old)))$(state $option)" \
			"ok$((1 - old)) $(intree && echo $((1 - old)) || echo "$old") "
		echo "$old" >options/$option
		echo "$old" >instances/foo/options/$option
	done
	intree || is 'graph-time is about the profiler, which is one' \
		"$(put instances/foo/options/graph-time 0)$(state graph-time)" 'EINVAL1 1 '
	is 'test_nop_refuse' "$(put instances/foo/options/test_nop_refuse 1)" EINVAL
	drop foo >/dev/null
}

check_events()
{
	local event=events/sched/sched_switch

	make foo bar >/dev/null
	is 'an event' "$(put instances/foo/$event/enable 1)$(both $event/enable)" 'ok1 0 '
	is 'set_event' "$(both set_event)$(cat instances/foo/events/sched/enable)" 'sched:sched_switch X'
	sleep 0.2
	like 'is recorded' "$(in_instance foo records)" ': sched_switch: prev_comm='
	is 'nowhere else' "$(records)$(in_instance bar records)" ''
	is 'a filter' "$(put instances/foo/$event/filter 'prev_pid == 0')$(both $event/filter)" \
		'okprev_pid == 0 none '
	: >instances/foo/trace
	echo 1 >instances/bar/$event/enable
	sleep 0.2
	all_like 'holds' "$(in_instance foo records)" 'prev_pid=0 '
	like 'for this one alone' "$(in_instance bar records)" 'next_pid=0 '
	put instances/foo/$event/filter 'nosuch == 1' >/dev/null
	like 'errors are in its own log' "$(cat instances/foo/error_log)" 'Command: nosuch == 1'
	unlike 'and in no other' "$(cat error_log)" nosuch
	is 'off' "$(put instances/foo/set_event "!sched:")$(cat instances/foo/set_event)$(
		cat instances/bar/set_event)" 'oksched:sched_switch'
	is 'set_event_pid' "$(put instances/bar/set_event_pid $$)$(both set_event_pid)$(
		cat instances/bar/set_event_pid)" "ok$$"
	: >instances/bar/trace
	sleep 0.2
	all_like 'limits' "$(in_instance bar records)" "(prev|next)_pid=$$ "
	echo event-fork >instances/bar/trace_options
	(/bin/true; /bin/true)
	holds 'event-fork: children follow' test "$(in_instance bar records |
		grep -o -E '\-[0-9]+ +\[' | sort -u | wc -l)" -gt 2
	echo "!sched:*" >instances/bar/set_event
	: >instances/bar/set_event_pid
	echo "$$" >instances/bar/set_event_notrace_pid
	echo 1 >instances/bar/$event/enable
	: >instances/bar/trace
	sleep 0.2
	unlike 'set_event_notrace_pid' "$(in_instance bar records)" "^ *[^ ]+-$$ .*==> next_comm=(sleep|bash)"
	is 'rmdir' "$(drop foo bar)" ok
	is 'all is off' "$(cat events/sched/enable)" 0
}

# called INSTANCE: the functions that were recorded.
called()
{
	in_instance "$1" records | grep -o ': [a-z_0-9]* <-' | tr -d ' :<-' | sort -u | tr '\n' ' '
}

check_function()
{
	make foo bar >/dev/null
	is 'filters' "$(put instances/foo/set_ftrace_filter 'vfs_read'; put instances/bar/set_ftrace_filter 'vfs_*'
		put instances/bar/set_ftrace_notrace vfs_read; put set_ftrace_filter vfs_open)" 'ok
ok
ok
ok'
	for tracer in instances/foo/ instances/bar/ ./; do
		echo function >"${tracer}current_tracer"
	done
	cat /etc/passwd >/dev/null
	echo 0 >tracing_on
	echo 0 >instances/foo/tracing_on
	echo 0 >instances/bar/tracing_on
	is 'one function' "$(called foo)" 'vfs_read '
	like 'others' "$(called bar)" 'vfs_open .*vfs_write'
	unlike 'but the one' "$(called bar)" vfs_read
	is 'the first has its own' "$(called ..)" 'vfs_open '
	like 'who is on them' "$(cat enabled_functions)" '^vfs_open \(2\)'
	echo 1 >instances/foo/tracing_on
	is 'set_ftrace_pid' "$(put instances/foo/set_ftrace_pid $$)$(both set_ftrace_pid)" "ok$$ no pid "
	: >instances/foo/trace
	cat /etc/passwd >/dev/null
	read -r _ </etc/passwd
	echo 0 >instances/foo/tracing_on
	all_like 'limits' "$(in_instance foo records)" "^ *[^ ]+-$$ "
	echo function-fork >instances/foo/trace_options
	echo 1 >instances/foo/tracing_on
	(read -r _ </etc/passwd)
	cat /etc/passwd >/dev/null
	echo 0 >instances/foo/tracing_on
	holds 'function-fork: children follow' test "$(in_instance foo records |
		grep -o -E '^ *[^ ]+-[0-9]+ ' | sort -u | wc -l)" -gt 1
	: >instances/foo/set_ftrace_pid
	is 'nop in one' "$(put instances/foo/current_tracer nop)$(both current_tracer)$(
		cat instances/bar/current_tracer)" 'oknop function function'
	is 'rmdir while it traces' "$(drop bar foo)" ok
	is 'the first goes on' "$(grep -c . enabled_functions)" 1
	echo nop >current_tracer
	is 'nobody is on any' "$(cat enabled_functions)" ''
	: >set_ftrace_filter
	: >trace
	echo 1 >tracing_on
}

check_stacks()
{
	make foo >/dev/null
	for file in . instances/foo; do
		echo vfs_open >$file/set_ftrace_filter
		echo function >$file/current_tracer
	done
	echo 1 >instances/foo/options/func_stack_trace
	read -r _ </etc/passwd
	echo 0 >tracing_on
	like 'func_stack_trace where it was set' "$(in_instance foo records)" '<stack trace>'
	unlike 'not where the tracer was on before' "$(records)" '<stack trace>'
	echo 1 >tracing_on
	echo nop >current_tracer
	echo function >current_tracer
	read -r _ </etc/passwd
	echo 0 >tracing_on
	if intree; then
		like 'but when it starts again' "$(records)" '<stack trace>'
	else
		unlike 'nor when it starts again' "$(records)" '<stack trace>'
	fi
	echo 0 >options/func_stack_trace
	drop foo >/dev/null
	echo nop >current_tracer
	: >set_ftrace_filter
	echo 1 >tracing_on
}

# Each instance says for itself whether time asleep counts.
check_sleep_time()
{
	local file

	make foo >/dev/null
	for file in . instances/foo; do
		echo hrtimer_nanosleep >$file/set_ftrace_filter
		echo function_graph >$file/current_tracer
	done
	echo 0 >instances/foo/options/sleep-time
	sleep 0.3
	echo 0 >tracing_on
	intree || like 'time asleep counts' "$(records)" '@ 3[0-9]{5}\.[0-9]+ us +\|  hrtimer_nanosleep\(\);'
	intree || unlike 'and does not elsewhere' "$(in_instance foo records)" '@ .*hrtimer_nanosleep'
	like 'where it is recorded as well' "$(in_instance foo records)" 'us +\|  hrtimer_nanosleep\(\);'
	echo 1 >tracing_on
	echo nop >current_tracer
	drop foo >/dev/null
	: >set_ftrace_filter
}

check_commands()
{
	local filter=instances/foo/set_ftrace_filter

	make foo >/dev/null
	is 'traceoff' "$(put $filter vfs_open:traceoff)$(tail -n 1 $filter)" okvfs_open:traceoff:unlimited
	read -r _ </etc/passwd
	is 'ends this one alone' "$(both tracing_on)" '0 1 '
	is 'the first does not list it' "$(grep -c traceoff set_ftrace_filter)" 0
	is 'and goes' "$(add $filter '!vfs_open:traceoff')$(grep -c traceoff $filter)" ok0
	echo 1 >instances/foo/tracing_on
	is 'enable_event' "$(put $filter vfs_open:enable_event:sched:sched_switch)" ok
	read -r _ </etc/passwd
	is 'its own' "$(both events/sched/sched_switch/enable)" '1* 0 '
	is 'stacktrace' "$(put $filter vfs_open:stacktrace:1)" ok
	read -r _ </etc/passwd
	like 'is recorded' "$(in_instance foo records)" '<stack trace>'
	unlike 'here' "$(records)" '<stack trace>'
	is 'no such command' "$(put $filter vfs_open:nosuch)" EINVAL
	is 'rmdir with all that' "$(drop foo)" ok
	is 'ends it' "$(cat events/sched/sched_switch/enable; cat enabled_functions)" 0
}

check_graph()
{
	local inst

	grep -q -w function_graph available_tracers || {
		skip 'function_graph' 'there is no tracer function_graph'
		return
	}
	make foo bar >/dev/null
	echo ksys_read >instances/foo/set_ftrace_filter
	echo 'vfs_*' >instances/bar/set_ftrace_filter
	echo '*sys_read' >set_ftrace_filter
	for inst in . instances/foo instances/bar; do
		echo function_graph >$inst/current_tracer
	done
	cat /etc/passwd >/dev/null
	for inst in . instances/foo instances/bar; do
		echo 0 >$inst/tracing_on
	done
	all_like 'one function' "$(in_instance foo records | grep '[{;]')" '\|  +ksys_read\(\);$'
	like 'others' "$(in_instance bar records)" ' vfs_read\(\);?| vfs_read\(\) \{$'
	# The in-tree tracer counts the calls of all instances.
	intree || like 'depth counts where it is recorded' "$(in_instance bar records)" '\|  vfs_read\(\)'
	intree || like 'the first has nested ones' "$(records)" '\|    ksys_read\(\);$'
	echo function >instances/foo/current_tracer
	is 'another tracer in one' "$(cat instances/foo/current_tracer instances/bar/current_tracer current_tracer |
		tr '\n' ' ')" 'function function_graph function_graph '
	is 'rmdir' "$(drop foo bar)" ok
	is 'the first goes on' "$(cat current_tracer)" function_graph
	echo nop >current_tracer
	: >set_ftrace_filter
	: >trace
	echo 1 >tracing_on
}

# System calls come by another way.
check_syscalls()
{
	[ -d events/syscalls ] || {
		skip 'system calls' 'there are no events for them'
		return
	}
	make foo bar >/dev/null
	echo 1 >instances/foo/events/syscalls/sys_enter_openat/enable
	echo 1 >instances/bar/events/syscalls/sys_exit_openat/enable
	read -r _ </etc/passwd
	all_like 'entries' "$(in_instance foo records)" ' sys_openat\('
	all_like 'exits' "$(in_instance bar records)" ' sys_openat -> '
	is 'rmdir' "$(drop foo bar)" ok
}

begin
check_names
check_errors
check_busy
check_attributes
check_own
check_options
check_events
check_function
check_stacks
check_sleep_time
check_commands
check_graph
check_syscalls
end
