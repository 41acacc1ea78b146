#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Module parameters do what a write to the file of the same purpose does, and a
# wrong one is reported and passed over. The in-tree tracer takes its own from
# the kernel's command line only.
#
# boot: own

# shellcheck source=tools/testing/guest/lib.sh
. "$(dirname "$0")/lib.sh"

# load PARAM...: the engine, fresh, with these parameters and its files at hand.
load()
{
	unmount_tracing && rmmod outrace
	insmod "$OTR_MODULE" "$@" && mount_tracing || exit
	cd "$tracing" || exit
}

if intree; then
	echo "1..0 # SKIP the in-tree tracer is no module"
	exit 0
fi

begin

load ftrace=function ftrace_filter='vfs_read,vfs_w*' ftrace_notrace=vfs_writev \
	trace_options=sym-offset,noirq-info trace_clock=mono trace_buf_size=256K
is "ftrace= sets the tracer" "$(cat current_tracer)" function
like "ftrace_filter= takes a name" "$(cat set_ftrace_filter)" '^vfs_read$'
like "ftrace_filter= takes a pattern" "$(cat set_ftrace_filter)" '^vfs_write$'
is "ftrace_notrace= sets the exceptions" "$(cat set_ftrace_notrace)" vfs_writev
like "trace_options= sets an option" "$(cat trace_options)" '^sym-offset$'
like "trace_options= clears an option" "$(cat trace_options)" '^noirq-info$'
like "trace_clock= sets the clock" "$(cat trace_clock)" '\[mono\]'
is "trace_buf_size= sets the size" "$(cat per_cpu/cpu0/buffer_size_kb)" 258
cat /proc/version >/dev/null
like "the tracer records what it was told to" "$(cat trace)" ': vfs_read\+0x'
unlike "and nothing else" "$(grep -v '^#' trace)" ': vfs_[^rw]'

# What is wrong is passed over; what is right counts.
dmesg -C
load ftrace=no_such_tracer ftrace_filter=no_such_function,vfs_read trace_options=nonsense,raw \
	trace_clock=sundial trace_buf_size=much
is "a wrong ftrace= leaves nop" "$(cat current_tracer)" nop
is "a wrong name does not spoil a right one" "$(cat set_ftrace_filter)" vfs_read
like "nor a wrong option" "$(cat trace_options)" '^raw$'
like "a wrong clock leaves local" "$(cat trace_clock)" '\[local\]'
is "a wrong size counts as the least" "$(cat buffer_size_kb)" "7 (expanded: 4)"
log=$(dmesg)
for param in ftrace ftrace_filter trace_options trace_clock trace_buf_size; do
	like "a wrong $param= is reported" "$log" "outrace: parameter $param: "
done

# objects: how many pieces of memory of this size are in use, about.
objects()
{
	awk -v name="kmalloc-$1" '$1 == name { print $2 }' /proc/slabinfo
}

# A module whose parameters are wrong does not come, and what was read of them goes.
unmount_tracing && rmmod outrace
long=$(printf 'x%.0s' {1..3000})
before=$(objects 4k)
for ((i = 0; i < 12; i++)); do
	insmod "$OTR_MODULE" trace_instance={,,,,,,,,,,,,,,,}"$long" \
		ftrace 2>/dev/null && fail 'a parameter without its value'
done
more=$(($(objects 4k) - before))
insmod "$OTR_MODULE" && mount_tracing
if [ "$more" -lt 96 ]; then
	pass 'what a module has read of its parameters goes with it'
else
	fail 'what a module has read of its parameters goes with it' "$more pieces of memory stay"
fi

load 'trace_event=sched:sched_switch,irq,timer:*,:mod:nosuch,!irq:softirq_raise' trace_buf_size=256K
is "trace_event= switches events on" \
	"$(cat events/sched/{sched_switch,sched_waking}/enable events/{irq,timer,rcu}/enable \
		events/irq/softirq_raise/enable | tr -d '\n')" 10X100
is "also those of modules that come" "$(grep :mod: set_event)" '*:*:mod:nosuch'
like "they are recorded" "$(cat trace)" ': sched_switch: '
dmesg -C
load trace_event=nosuch,sched:nosuch,irq trace_buf_size=256K
is "a wrong trace_event= leaves the others" "$(cat events/enable events/irq/enable | tr -d '\n')" X1
like "and is reported" "$(dmesg)" '"(nosuch|sched:nosuch)" was not taken by set_event|outrace: parameter trace_event: '

dmesg -C
load "kprobe_event=p:one,vfs_read,x=\$arg1:x64;r:other/two,vfs_write,\$retval" kprobe_event=p,vfs_open \
	'kprobe_event=p:bad,vfs_read,%nosuch;p:one_more,vfs_read' trace_buf_size=256K
is "kprobe_event= defines kprobes" "$(sed 's/ .*//' kprobe_events | tr '\n' ' ')" \
	'p:kprobes/one r10:other/two p:kprobes/p_vfs_open_0 p:kprobes/one_more '
is "with arguments" "$(sed -n 1p kprobe_events)" "p:kprobes/one vfs_read x=\$arg1:x64"
is "and switches them on" "$(cat events/{kprobes,other}/enable | tr -d '\n')" 11
like "they are recorded" "$(cat trace)" ': two: \(.* <- vfs_write\) arg1=0x'
like "a wrong one is reported" "$(dmesg)" \
	'outrace: parameter kprobe_event: "p:bad vfs_read %nosuch" was not taken: -22'

load 'trace_instance=one^traceprintk,sched:sched_switch,irq' 'trace_instance=two^traceoff^nonsense,nosuch,timer' \
	trace_instance=a/b trace_instance=one trace_buf_size=256K
is "trace_instance= makes instances" "$(cd instances && echo *)" 'one two'
is "with events on" "$(cat instances/*/events/{sched/sched_switch,irq,timer}/enable | tr -d '\n')" 101001
is "and no others" "$(cat events/enable)" 0
is "^traceoff" "$(cat instances/one/tracing_on instances/two/tracing_on | tr -d '\n')" 10
is "^traceprintk" "$(cat options/trace_printk_dest instances/*/options/trace_printk_dest | tr -d '\n')" 010
is "of the size that was given" "$(cat instances/one/per_cpu/cpu0/buffer_size_kb)" 258
log=$(dmesg)
like "a wrong flag is reported" "$log" '"nonsense" is no flag'
like "so is an event" "$log" '"nosuch" was not taken by instances/two/set_event'
like "and a name" "$log" 'no instance "a/b" was made: -22'
like "and one that is there" "$log" 'no instance "one" was made: -17'
load
is "unloading takes them along" "$(ls instances)" ''

load alloc_snapshot ftrace_boot_snapshot=0
like "ftrace_boot_snapshot=0 is as if it were not there" "$(head -n 4 snapshot)" 'Snapshot is allocated'
unlike "and says nothing in the trace" "$(cat trace)" 'Boot snapshot taken'
load alloc_snapshot ftrace_boot_snapshot
like "but otherwise it does" "$(cat trace)" 'Boot snapshot taken'

load 'trace_trigger="sched_switch.stacktrace if prev_state == 2,sys_enter_kill.traceoff:3,print.snapshot,nosuch.traceon,irq_handler_entry,sys_exit_kill.none"'
is "trace_trigger= puts triggers on events" \
	"$(grep -h -v '^#' events/sched/sched_switch/trigger events/syscalls/sys_enter_kill/trigger events/ftrace/print/trigger)" \
	'stacktrace:unlimited if prev_state == 2
traceoff:count=3
snapshot:unlimited'
log=$(dmesg)
like "no such event is reported" "$log" '"traceon" was not taken by event "nosuch": -2'
like "so is no trigger" "$log" '"" was not taken by event "irq_handler_entry": -22'
like "and a wrong one" "$log" '"none" was not taken by event "sys_exit_kill": -22'

load stacktrace_filter=vfs_read,vfs_write
is "stacktrace_filter= starts the stack tracer" "$(cat /proc/sys/kernel/stack_tracer_enabled)" 1
is "on these" "$(sort stack_trace_filter | tr '\n' ' ')" 'vfs_read vfs_write '
cat /proc/version >/dev/null
unlike "which measures" "$(cat stack_max_size)" '^0$'
load stacktrace
is "stacktrace starts it on all" "$(cat /proc/sys/kernel/stack_tracer_enabled)" 1

load tp_printk tp_printk_stop_on_boot trace_event=sched:sched_process_fork,sched:sched_switch
printing=/proc/sys/kernel/tracepoint_printk
is "tp_printk_stop_on_boot ends tp_printk" "$(cat $printing)" 0
is "and it can be begun again" "$(put $printing 1)$(cat $printing)" ok1
/bin/true
like "records are printed" "$(dmesg)" '\] sched_process_fork: comm='

load
is "without tp_printk there is none" "$(put $printing 1)$(cat $printing)" ok0
is "without parameters nothing is left over" "$(cat set_ftrace_filter)" \
	"#### all functions enabled ####"
end
