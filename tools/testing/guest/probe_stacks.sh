#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where stacks of probes begin: in the code that is probed, not in the tracer. As an option,
# as a trigger and as the key of a histogram; the in-tree tracer's begin there by the option
# alone, and not for all kinds.

# shellcheck disable=SC2016,SC2317 # definitions with $; functions that are called by name
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

file=/tmp/probe_stacks.$$

# What all of them see.
work()
{
	chmod 600 "$file"
	"$file.program"
}

# first FILE: the function that the first stack there begins with
first()
{
	sed -nE '/(^\{ common_stack|<stack )trace/{n;s/^( => | +)([^ +]+).*/\2/p;q}' "$1"
}

# by_option, by_trigger, by_key EVENT: where its stacks begin
by_option()
{
	echo 1 >options/stacktrace
	echo 1 >"events/$1/enable"
	work
	echo 0 >"events/$1/enable"
	echo 0 >options/stacktrace
	first trace
}

by_trigger()
{
	echo stacktrace >"events/$1/trigger"
	echo 1 >"events/$1/enable"
	work
	echo 0 >"events/$1/enable"
	echo '!stacktrace' >"events/$1/trigger"
	first trace
}

by_key()
{
	echo hist:keys=common_stacktrace >"events/$1/trigger"
	work
	first "events/$1/hist"
	echo '!hist:keys=common_stacktrace' >"events/$1/trigger"
}

# begins NAME FUNCTION DEFINITION: all of that for a probe
begins()
{
	local way ways=by_option

	is "$1 can be defined" "$(add dynamic_events "$3")" ok
	intree || ways='by_option by_trigger by_key'
	for way in $ways; do
		echo >trace
		like "$1 $way" "$($way stacks/probe)" "^$2\$"
	done
	is "$1 goes" "$(add dynamic_events '-:stacks/probe')" ok
}

# by_jump: an offset in chmod_common() at which the kernel takes a jump, which it does after a
# while where it can.
by_jump()
{
	local at found=''

	for ((at = 9; at < 64; at++)); do
		[ "$(add dynamic_events "p:stacks/probe chmod_common+$at")" = ok ] || continue
		echo 1 >events/stacks/probe/enable
		sleep 0.5
		! grep -q 'chmod_common.*OPTIMIZED' /sys/kernel/debug/kprobes/list || found=$at
		echo 0 >events/stacks/probe/enable
		add dynamic_events '-:stacks/probe' >/dev/null
		[ -z "$found" ] || break
	done
	echo "$found"
}

by_option_waiting()
{
	echo 1 >"events/$1/enable"
	sleep 0.5
	by_option "$1"
}

begin
mountpoint -q /sys/kernel/debug || mount -t debugfs nodev /sys/kernel/debug
touch "$file"
echo 'int probed(int a) { return a; } int main(void) { return probed(0); }' |
	cc -O0 -o "$file.program" -x c - 2>/dev/null
begins 'a kprobe at an entry' chmod_common 'p:stacks/probe chmod_common'
begins 'with a text' do_sys_openat2 'p:stacks/probe do_sys_openat2 name=+0(%si):ustring'
begins 'a kprobe in a body' chmod_common 'p:stacks/probe chmod_common+9'
jump=$(by_jump)
if [ "$jump" ]; then
	is 'one by a jump can be defined' "$(add dynamic_events "p:stacks/probe chmod_common+$jump")" ok
	echo >trace
	is 'one by a jump' "$(by_option_waiting stacks/probe)" chmod_common
	add dynamic_events '-:stacks/probe' >/dev/null
else
	skip 'one by a jump' 'the kernel makes none'
fi
begins 'a kretprobe' __x64_sys_fchmodat 'r:stacks/probe chmod_common $retval'
begins 'a kretprobe with a text' __x64_sys_openat \
	'r:stacks/probe do_sys_openat2 name=+0($arg2):ustring'
begins 'an fprobe' chmod_common 'f:stacks/probe chmod_common'
begins 'an fprobe at an exit' __x64_sys_fchmodat 'f:stacks/probe chmod_common%return $retval'
if ! intree; then
	begins 'a probe on a tracepoint' syscall_trace_enter 't:stacks/probe sys_enter'
	begins 'an event probe' '(otr_write_sched_process_exec.*|bprm_execve)' \
		'e:stacks/probe sched.sched_process_exec pid=$pid'
	if [ -x "$file.program" ]; then
		place=$(objdump -t "$file.program" | awk '$NF == "probed" { print $1 }')
		begins 'a uprobe' uprobe_notify_resume \
			"p:stacks/probe $file.program:0x$(printf %x $((16#$place)))"
	else
		skip 'a uprobe' 'there is no compiler'
	fi
fi
rm -f "$file" "$file.program"
end
