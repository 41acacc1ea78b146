#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tp_printk and /proc/sys/kernel/tracepoint_printk: records of events on the console, with the
# texts that trace has. The in-tree tracer passes as well.
#
# boot-options: --append 'tp_printk trace_event=task:task_newtask'

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

sysctl=/proc/sys/kernel/tracepoint_printk

# printed PATTERN: lines of the kernel's log since the mark, as they were printed
printed()
{
	dmesg | sed -n '/console-mark/,$p' | sed -E 's/^\[ *[0-9.]+\] //' | grep -E "^$1: "
}

mark()
{
	dmesg -C
	echo console-mark >/dev/kmsg
}

# Records in trace, without what is in front of their text.
recorded()
{
	records | sed -nE "s/.* ($1: .*)/\1/p"
}

begin
is "it is on" "$(cat $sysctl)" 1
like "what was recorded at the start was printed" "$(dmesg)" '\] task_newtask: pid=[0-9]* comm='
echo 0 >events/enable
echo >trace
mark
echo 1 >events/sched/sched_process_fork/enable
echo 1 >events/syscalls/sys_enter_openat/enable
echo 'mode == 0 && common_pid == '$$ >events/syscalls/sys_enter_openat/filter
echo 'p:mine do_sys_openat2 dfd=%di:s32' >kprobe_events
echo 1 >events/kprobes/mine/enable
mkdir instances/tp
echo 1 >instances/tp/events/sched/sched_process_exit/enable
echo a marker is no event >trace_marker
for name in 1 2 3; do
	: </dev/null
	true | cat
done
echo 0 >instances/tp/tracing_on
echo 0 >tracing_on
for event in sched_process_fork 'sys_openat' mine; do
	is "what is printed of $event is what trace has" "$(printed "$event\(?.*")" "$(recorded "$event\(?.*")"
done
like "there was something" "$(printed sched_process_fork)" 'sched_process_fork: comm=[^ ]* pid=[0-9]* child_comm='
like "also of system calls" "$(printed 'sys_openat\(?.*')" 'sys_openat.dfd: '
like "in instances, too" "$(printed sched_process_exit)" 'sched_process_exit: comm=cat pid='
unlike "markers are not printed" "$(dmesg)" 'a marker is no event'
true | cat
is "nothing is where nothing is recorded" "$(printed sched_process_fork | wc -l)" \
	"$(recorded sched_process_fork | wc -l)"
echo 1 >tracing_on
echo 0 >$sysctl
mark
true | cat
is "0 ends it" "$(printed sched_process_fork)$(cat $sysctl)" 0
echo 1 >$sysctl
true | cat
like "1 begins it again" "$(printed sched_process_fork)" 'sched_process_fork: '
echo 0 >$sysctl
rmdir instances/tp
end
