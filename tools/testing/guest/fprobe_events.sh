#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fprobe events and tracepoint probes: what they record, patterns of functions, modules that
# come and go, what is refused. For the in-tree tracer, build the module first:
#
#	tools/build/modules "$(tools/build/kernel intree)" otr_args_victims.ko

# shellcheck disable=SC2016,SC2317 # definitions with $; commands that holds is given
# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

here=$(realpath "$(dirname "$0")")
victims=otr_args_victims
file=${OTR_MODULE:+$(dirname "$OTR_MODULE")/$victims.ko}
[ -n "$file" ] || file=$(ls "$here"/../../../build/kernel-intree-*/$victims.ko)

define()
{
	: >dynamic_events
	printf '%s\n' "$@" >>dynamic_events
}

# hits SYSTEM: what its events recorded while the functions of the module were called
hits()
{
	: >trace
	echo 1 >"events/$1/enable"
	taskset -c 0 bash -c "echo 1 >/sys/module/$victims/parameters/call"
	echo 0 >"events/$1/enable"
	records | sed 's/^.*[0-9]: //; s/ \['$victims'\]//g; s,+0x[0-9a-f]*/0x[0-9a-f]*,+,g'
}

check_fprobes()
{
	define 'f otr_victim_int a=$arg1:s32 b=$arg2'
	is 'a name is made' "$(cat dynamic_events)" 'f:fprobes/otr_victim_int__entry otr_victim_int a=$arg1:s32 b=$arg2'
	is 'entries' "$(hits fprobes)" 'otr_victim_int__entry: (otr_victim_int+) a=-7 b=0x2a
otr_victim_int__entry: (otr_victim_int+) a=-2 b=0x0
otr_victim_int__entry: (otr_victim_int+) a=-5000 b=0x0'
	define 'f:left otr_victim_int%return ret=$retval:s32 a=$arg1:s32'
	is 'returns' "$(hits fprobes | head -n 1)" 'left: (call_all+ <- otr_victim_int) ret=-7 a=-7'
	define 'f:asked otr_victim_hash r=$retval:s32'
	is 'one that asks for the result is on the return' "$(cat dynamic_events)" 'f:fprobes/asked otr_victim_hash%return r=$retval:s32'
	is 'and has it' "$(hits fprobes)" 'asked: (call_all+ <- otr_victim_hash) r=-22'
	define 'f:many otr_victim_i*'
	is 'a pattern' "$(hits fprobes | sed 's/many: //' | paste -sd ' ')" \
		'(otr_victim_int+) (otr_victim_int+) (otr_victim_int+) (otr_victim_inner+)'
}

check_tracepoints()
{
	local out

	define 't:switch sched_switch to=$arg3' 't sched_process_exit' 't:group/x sched_process_fork'
	echo 1 >events/tracepoints/enable
	: >trace
	(exit 0)
	echo 0 >events/tracepoints/enable
	out=$(records)
	like 'a tracepoint and what it passes' "$out" ' switch: \(__probestub_sched_switch\+0x[0-9a-f/x]+\) to=0xffff'
	like 'a name is made' "$out" ' sched_process_exit: \(__probestub_sched_process_exit'
	is 'one that is not there is waited for' "$(add dynamic_events 't:later no_such_tracepoint_yet')" ok
	is 'it can be on' "$(put events/tracepoints/later/enable 1)" ok
	put events/tracepoints/later/enable 0 >/dev/null
	is 'a name with a blot' "$(add dynamic_events 't a/b')" EINVAL
	is 'no result' "$(add dynamic_events 't sched_switch $retval')" EINVAL
}

check_modules()
{
	intree && return
	define 'f:p otr_victim_e*'
	echo 1 >events/fprobes/enable
	rmmod $victims
	insmod "$file"
	is 'a pattern finds a module that comes again' "$(hits fprobes)" 'p: (otr_victim_enum+)'
	is 'nobody is left on its functions' "$(grep -c otr_victim enabled_functions)" 0
}

check_refused()
{
	: >dynamic_events
	is 'no such function' "$(put dynamic_events 'f nothing_of_that_name')" EINVAL
	is 'no offsets' "$(put dynamic_events 'f vfs_read+5')" EINVAL
	is 'no registers' "$(put dynamic_events 'f vfs_read a=%ax')" EINVAL
	is 'no such suffix' "$(put dynamic_events 'f vfs_read%exit')" EINVAL
	is 'maxactive on an entry' "$(put dynamic_events 'f10 vfs_read')" EINVAL
	add dynamic_events 'f:one vfs_read' >/dev/null
	is 'entry and return in one event' "$(add dynamic_events 'f:one vfs_write%return')" EEXIST
	is 'the same' "$(add dynamic_events 'f:one vfs_read')" EEXIST
	is 'another function' "$(add dynamic_events 'f:one vfs_write')" ok
	is 'a function and a tracepoint' "$(add dynamic_events 't:fprobes/one sched_switch')" EEXIST
	like 'and why' "$(tail -n 3 error_log)" 'trace_fprobe: error: Probe type is different from existing probe'
}

begin
: >dynamic_events
[ -d /sys/module/$victims ] || insmod "$file"
check_fprobes
check_tracepoints
check_modules
check_refused
: >dynamic_events
rmmod $victims
end
