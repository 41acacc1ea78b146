#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Callers: behind calls of functions, behind events, and in user space.
#
# timeout: 300

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

stack_reset()
{
	local option

	echo 0 >events/enable
	for option in stacktrace userstacktrace sym-userobj func_stack_trace; do
		echo 0 >"options/$option"
	done
	reset
}

# stack_of REGEX: the lines of the first stack behind a record that is like this. Records of
# other CPUs may be between the two.
stack_of()
{
	awk -v re="$1" '
		{ match($0, /^[^]]*\]/); from = substr($0, 1, RLENGTH) }
		/^ => / { if (in_stack) { sub(/^ => /, ""); print; printed = 1 } next }
		printed && !/stack trace>/ { exit }
		/stack trace>/ { in_stack = wanted != "" && from == wanted; next }
		{ in_stack = 0 }
		wanted == "" && $0 ~ re { wanted = from; next }
		from == wanted { wanted = "" }' trace
}

check_formats()
{
	is 'a kernel stack' "$(sed -n '/size;/,$p' events/ftrace/kernel_stack/format)" \
		"$(printf '%s\n' '	field:int size;	offset:8;	size:4;	signed:1;' \
			'	field:unsigned long caller[8];	offset:16;	size:64;	signed:0;' '' \
			'print fmt: "\t=> %ps\n\t=> %ps\n\t=> %ps\n" "\t=> %ps\n\t=> %ps\n\t=> %ps\n" "\t=> %ps\n\t=> %ps\n", (void *)REC->caller[0], (void *)REC->caller[1], (void *)REC->caller[2], (void *)REC->caller[3], (void *)REC->caller[4], (void *)REC->caller[5], (void *)REC->caller[6], (void *)REC->caller[7]')"
	is 'a user stack' "$(sed -n '/tgid;/,/caller/p' events/ftrace/user_stack/format)" \
		"$(printf '%s\n' '	field:unsigned int tgid;	offset:8;	size:4;	signed:0;' \
			'	field:unsigned long caller[8];	offset:16;	size:64;	signed:0;')"
	is 'their numbers' "$(sed -n 's/^ID: //p' events/ftrace/{kernel,user}_stack/format | tr '\n' ' ')" \
		'4 12 '
}

check_functions()
{
	local text

	is 'an option of the function tracer' "$(grep -c func_stack_trace trace_options)" 0
	echo 1 >options/func_stack_trace
	trace_of vfs_read cat /etc/hostname >/dev/null
	like 'it is listed with it' "$(cat trace_options)" '^func_stack_trace$'
	like 'a stack begins as a record' "$(records)" "${head_re}<stack trace>\$"
	text=$(stack_of ': vfs_read <-ksys_read')
	is 'from the trampoline to user space' "$text" "$(printf '%s\n' '[FTRACE TRAMPOLINE]' \
		vfs_read ksys_read do_syscall_64 entry_SYSCALL_64_after_hwframe)"
	is 'one behind each call' "$(records | grep -c '<stack trace>')" \
		"$(records | grep -c '<-')"
	echo 1 >options/sym-offset
	text=$(stack_of ': vfs_read')
	like 'offsets' "$text" '^vfs_read\+0x[59d]/0x[0-9a-f]+$'
	like 'of callers' "$text" '^do_syscall_64\+0x[0-9a-f]+/0x[0-9a-f]+$'
	echo 0 >options/sym-offset
	echo 1 >options/raw
	like 'raw' "$(records)" '^[0-9]+ [0-9]+ [0-9]+ type: 4$'
	echo 0 >options/raw
	echo 1 >options/hex
	like 'hex' "$(records)" '^[0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{16} type: 4$'
	echo 0 >options/hex
	echo 1 >options/latency-format
	like 'latency' "$(records)" 'us.: <stack trace>$'
	echo 0 >options/latency-format
	# A kernel that keeps a stack for each allocation would soon overwrite the call.
	echo 'seq_read_iter:traceoff' >>set_ftrace_filter
	trace_of $'vfs_read\nget_stack_info\nunwind_*\nstack_trace_*' cat /proc/version >/dev/null
	echo '!seq_read_iter:traceoff' >>set_ftrace_filter
	like 'with what the unwinder calls hooked' "$(records)" 'vfs_read <-ksys_read'
	if [ "$slower" -gt 1 ]; then
		skip 'it is not recorded' 'this kernel looks at stacks itself'
	else
		unlike 'it is not recorded' "$(records)" \
			': (get_stack_info|unwind_|stack_trace_).* <-[^k]'
	fi
	echo 0 >options/func_stack_trace
	unlike 'off' "$(trace_of vfs_read cat /etc/hostname)" 'stack trace|=>'
	stack_reset
}

# The functions between here and there return through us.
check_returns()
{
	local plain

	echo 1 >options/func_stack_trace
	trace_of vfs_read cat /etc/hostname >/dev/null
	plain=$(stack_of ': vfs_read <-ksys_read')
	echo nop >current_tracer
	: >set_ftrace_filter
	printf '%s\n' '*sys_read' vfs_read >set_ftrace_filter
	echo 1 >function_profile_enabled
	trace_of $'*sys_read\nvfs_read' cat /etc/hostname >/dev/null
	# How it comes from the function to the tracer, when two are there, differs.
	is 'the same with return hooks' \
		"$(stack_of ': vfs_read <-ksys_read' | sed -n '/^vfs_read/,$p')" \
		"$(sed 1d <<<"$plain")"
	echo 0 >function_profile_enabled
	stack_reset
}

check_events()
{
	local text

	echo 1 >options/stacktrace
	: >trace
	echo 1 >events/sched/sched_switch/enable
	echo 1 >events/syscalls/sys_enter_nanosleep/enable
	echo 1 >events/syscalls/sys_enter_clock_nanosleep/enable
	sleep 0.1
	echo 0 >tracing_on
	text=$(stack_of 'prev_comm=sleep .* prev_state=S')
	like 'from the event' "$text" '^__traceiter_sched_switch$'
	is 'beginning with its probe' "$(sed -n 2p <<<"$text")" __traceiter_sched_switch
	like 'to where it came from' "$text" '^hrtimer_nanosleep$'
	is 'in order' "$(tail -n 2 <<<"$text" | tr '\n' ' ')" \
		'do_syscall_64 entry_SYSCALL_64_after_hwframe '
	like 'a system call' "$(stack_of ': sys_(clock_)?nanosleep')" '^do_syscall_64$'
	echo 0 >options/stacktrace
	echo 1 >tracing_on
	: >trace
	sleep 0.1
	echo 0 >tracing_on
	unlike 'off' "$(records)" 'stack trace'
	stack_reset
}

# With a filter, only what passes has a stack.
check_filtered()
{
	echo 1 >options/stacktrace
	: >trace
	echo 'prev_comm == "sleep"' >events/sched/sched_switch/filter
	echo 1 >events/sched/sched_switch/enable
	sleep 0.1
	sleep 0.1
	# The last one may still be leaving another CPU, between a record and its stack: what
	# stops the ring there takes the stack away.
	echo 0 >events/sched/sched_switch/enable
	sleep 0.1
	echo 0 >tracing_on
	is 'a stack behind each' "$(records | grep -c '<stack trace>')" \
		"$(records | grep -c ': sched_switch: prev_comm=sleep')"
	holds 'there are some' test "$(records | grep -c '<stack trace>')" -ge 2
	echo 0 >events/sched/sched_switch/filter
	stack_reset
}

check_user()
{
	: >trace
	echo 1 >options/userstacktrace
	echo 1 >events/syscalls/sys_enter_openat/enable
	cat /etc/hostname >/dev/null
	# It has to live for its files to be known.
	exec 5</etc/hostname
	exec 5<&-
	echo 0 >tracing_on
	like 'user space' "$(records)" "${head_re}<user stack trace>\$"
	like 'addresses' "$(records)" '^ =>  <00007[0-9a-f]{11}>$'
	echo 1 >options/sym-userobj
	like 'files' "$(records)" '^ => /[^ ]+/libc\.so\.6\[\+0x[0-9a-f]+\]$'
	echo 1 >options/sym-addr
	like 'both' "$(records)" '^ => /[^ ]+/libc\.so\.6\[\+0x[0-9a-f]+\] <00007[0-9a-f]{11}>$'
	echo 0 >options/sym-addr
	stack_reset
}

begin
stack_reset
check_formats
check_functions
check_returns
check_events
check_filtered
check_user
end
